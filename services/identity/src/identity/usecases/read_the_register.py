"""Let an auditor look into the register of what we and the identity providers wrote to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from identity.domain.errors import ExchangeUnknownError, NotAnAuditorError
from identity.domain.exchange import Exchange, ExchangeSearch, Messages
from identity.domain.roles import AUDITOR
from identity.usecases.kept_record import kept_record
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExchange:
    """An exchange with its messages."""

    exchange: Exchange
    messages: Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundExchanges:
    """As many as were wanted, the latest first; `are_more`: the list goes on after the last of them.

    `also_about`: the records of people in it who were not looked for, of whom the line of the search says nothing.
    """

    items: Sequence[Exchange]
    are_more: bool
    also_about: frozenset[str]


async def search_the_register(
    ports: Ports,
    *,
    wanted: ExchangeSearch,
    fiscal_code: str | None,
    reason: str,
    by: Actor,
    after: str | None = None,
) -> FoundExchanges:
    """What there is about a request, a time, a person; nobody is named in it. Each search leaves a line.

    A code finds all the records of the person. Who lets somebody read it notes first whom it is `also_about`.

    `after`: the last exchange of the page before. Raises `NotAnAuditorError`, `FiscalCodeInvalidError`,
    `ExchangeUnknownError`.
    """
    _require_auditor(by)
    if after is not None:
        wanted = replace(wanted, after=await _found(ports, after))
    if fiscal_code is not None:
        wanted = await _of_person(ports, wanted, fiscal_code)
    subject = wanted.guardian_id or wanted.request_id or "register"
    await ports.audit(audit_line(by, "register-searched", subject, at=ports.now(), reason=reason))
    found = await ports.exchanges.search(replace(wanted, limit=wanted.limit + 1))
    items = found[: wanted.limit]
    people = {each.guardian_id for each in items if each.guardian_id is not None}
    also_about = frozenset(people - {wanted.guardian_id, *wanted.merged})
    return FoundExchanges(items=items, are_more=len(found) > wanted.limit, also_about=also_about)


async def read_an_exchange(ports: Ports, *, exchange_id: str, reason: str, by: Actor) -> ReadExchange:
    """The messages as they travelled. Each reading leaves a line.

    Raises `NotAnAuditorError`, `ExchangeUnknownError`, `MessagesUnreadableError`.
    """
    _require_auditor(by)
    exchange = await _found(ports, exchange_id)
    # About the person, where one is known: they find it in their access log.
    subject, details = exchange.guardian_id or exchange_id, {"exchange": exchange_id}
    await ports.audit(audit_line(by, "exchange-read", subject, at=ports.now(), reason=reason, details=details))
    return ReadExchange(exchange=exchange, messages=await ports.exchanges.messages(exchange_id))


async def auditor_called(ports: Ports, *, fiscal_code: str) -> Actor:
    """Who reads from the command line, where nobody signed in. Raises `NotAnAuditorError`, `FiscalCodeInvalidError`."""
    grant = await ports.people.grant_of(ports.fiscal_codes.checked(fiscal_code))
    if grant is None or not grant.gives(AUDITOR, rome_day(ports.now())):
        raise _no_auditor()
    return Actor(subject=grant.staff_id, role=AUDITOR)


async def _of_person(ports: Ports, wanted: ExchangeSearch, fiscal_code: str) -> ExchangeSearch:
    person = await kept_record(ports, ports.fiscal_codes.checked(fiscal_code))
    if person is None:
        # A person nobody knows has no exchanges: an identifier nobody has finds none.
        return replace(wanted, guardian_id="nobody")
    merged = await ports.people.merged_into(person.guardian_id)
    return replace(wanted, guardian_id=person.guardian_id, merged=tuple(each.guardian_id for each in merged))


async def _found(ports: Ports, exchange_id: str) -> Exchange:
    exchange = await ports.exchanges.exchange(exchange_id)
    if exchange is None:
        raise ExchangeUnknownError(
            "Nel registro non c'è questa richiesta, oppure è passato il tempo per cui si conserva."
        )
    return exchange


def _require_auditor(by: Actor) -> None:
    if by.role != AUDITOR:
        raise _no_auditor()


def _no_auditor() -> NotAnAuditorError:
    return NotAnAuditorError("Il registro dei messaggi è riservato a chi ha il ruolo di revisore (auditor).")
