"""Refund requests and the files for the bank, in MongoDB. IBANs and names: personal data, never in logs or events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Final

from stdnum import iban as stdnum_iban
from stdnum.exceptions import ValidationError

from ledger.domain.decision_errors import IbanNotValidError
from ledger.domain.refunds import BatchLine, Refund, RefundBatch, RefundState
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

REFUNDS: Final = "refunds"
REFUND_BATCHES: Final = "refund_batches"

SEPA: Final = frozenset(
    re.findall(
        "..",
        "ADALATBEBGCHCYCZDEDKEEESFIFRGBGIGRHRHUIEISITLILTLULVMCMDMEMKMTNLNOPLPTRORSSESISKSMVA",
    )
)
"""Countries a SEPA credit transfer reaches (EPC409-09), by the first two letters of the IBAN."""


def checked_iban(text: str) -> str:
    """The IBAN without spaces, in capitals: country, length, structure and check digits hold.

    Raises IbanNotValidError.
    """
    try:
        compact = str(stdnum_iban.validate(text))
    except ValidationError:
        compact = ""
    if compact[:2] not in SEPA:
        raise IbanNotValidError("L'IBAN non è valido: controlla di averlo copiato per intero.")
    return compact


class RefundStore:
    """Implements `usecases.decision_ports.Refunds`."""

    def __init__(self, place: Collections) -> None:
        self._refunds = place.collection(REFUNDS)
        self._batches = place.collection(REFUND_BATCHES)

    async def refund(self, refund_id: str) -> Refund | None:
        document = await self._refunds.find_one({"_id": refund_id})
        return _refund_of(document) if document else None

    async def open_refund(self, account_id: str) -> Refund | None:
        document = await self._refunds.find_one({"account_id": account_id, "state": RefundState.REQUESTED.value})
        return _refund_of(document) if document else None

    async def keep_refund(self, refund: Refund) -> None:
        document: Document = asdict(refund) | {"_id": refund.refund_id, "state": refund.state.value}
        await self._refunds.replace_one({"_id": refund.refund_id}, document, upsert=True)

    async def refunds_in(self, state: RefundState) -> Sequence[Refund]:
        found = await self._refunds.find({"state": state.value}, sort=[("requested_at", 1), ("_id", 1)])
        return [_refund_of(document) for document in found]

    async def every_refund(self) -> Sequence[Refund]:
        """Newest first."""
        found = await self._refunds.find({}, sort=[("requested_at", -1), ("_id", 1)])
        return [_refund_of(document) for document in found]

    async def refunds_of(self, account_id: str) -> Sequence[Refund]:
        """Newest first."""
        found = await self._refunds.find({"account_id": account_id}, sort=[("requested_at", -1), ("_id", 1)])
        return [_refund_of(document) for document in found]

    async def batch(self, batch_id: str) -> RefundBatch | None:
        document = await self._batches.find_one({"_id": batch_id})
        return _batch_of(document) if document else None

    async def keep_batch(self, batch: RefundBatch) -> None:
        document: Document = {
            "_id": batch.batch_id,
            "created_at": batch.created_at,
            "execution_day": batch.execution_day.isoformat(),
            "booked_at": batch.booked_at,
            "lines": [asdict(line) for line in batch.lines],
        }
        await self._batches.replace_one({"_id": batch.batch_id}, document, upsert=True)

    async def batches(self) -> Sequence[RefundBatch]:
        """Newest first."""
        return [_batch_of(document) for document in await self._batches.find({}, sort=[("created_at", -1)])]


def _refund_of(document: Document) -> Refund:
    known = {name: value for name, value in document.items() if name != "_id"}
    return Refund(**(known | {"state": RefundState(document["state"])}))


def _batch_of(document: Document) -> RefundBatch:
    return RefundBatch(
        batch_id=document["_id"],
        created_at=document["created_at"],
        execution_day=date.fromisoformat(document["execution_day"]),
        booked_at=document["booked_at"],
        lines=tuple(BatchLine(**line) for line in document["lines"]),
    )
