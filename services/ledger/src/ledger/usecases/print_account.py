"""Gather what a statement or a certificate prints. Reading only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ledger.domain.certified import Certified, certified
from ledger.domain.creditor import Holder, unknown_holder
from ledger.domain.transfers import Posted
from ledger.usecases.ports import Queries, StatementSpan
from ledger.usecases.who_bears import borne_from_tomorrow
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPrint:
    """What is printed; `entries` oldest first, days of booking (Europe/Rome)."""

    holder: Holder
    entries: Sequence[Posted]
    names: Mapping[str, str]
    printed_at: datetime
    span: StatementSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePrint:
    """What a family paid in the calendar `year`."""

    holder: Holder
    year: int
    lines: Sequence[Certified]
    names: Mapping[str, str]
    printed_at: datetime


class Names(Protocol):
    """Of pupils, those known."""

    async def names(self, pupil_ids: Collection[str]) -> Mapping[str, str]: ...


async def print_statement(
    queries: Queries, names: Names, account_id: str, span: StatementSpan, *, now: datetime
) -> StatementPrint:
    """An account without movements has an empty statement."""
    entries = list(reversed(await queries.statement(account_id, span)))
    pupils = {str(getattr(posted.transfer.cause, "pupil_id", "")) for posted in entries} - {""}
    return StatementPrint(
        holder=await queries.holder(account_id) or unknown_holder(account_id),
        entries=entries,
        names=await names.names(pupils),
        printed_at=now,
        span=span,
    )


async def print_certificate(
    queries: Queries, names: Names, account_id: str, year: int, *, now: datetime, pupil_id: str | None = None
) -> CertificatePrint:
    """With `pupil_id` only the lines of that pupil."""
    enrolled: dict[str, set[str]] = defaultdict(set)
    borne = await borne_from_tomorrow(queries, queries, [account_id], min(rome_day(now), date(year, 12, 30)))
    for assignment in borne.with_own(account_id):
        if assignment.valid_from <= date(year, 12, 31):
            enrolled[assignment.service].add(assignment.pupil_id)
    lines = certified(
        await queries.statement(account_id, StatementSpan()),
        account_id,
        year=year,
        pupils={service: sorted(pupils) for service, pupils in enrolled.items()},
    )
    shown = [line for line in lines if pupil_id in {None, line.pupil_id}]
    return CertificatePrint(
        holder=await queries.holder(account_id) or unknown_holder(account_id),
        year=year,
        lines=shown,
        names=await names.names({line.pupil_id for line in shown if line.pupil_id}),
        printed_at=now,
    )
