"""Operators of the tablets in MongoDB: `_id` operator_id; `fiscal_code` is unique."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from identity.domain.fiscal_code import FiscalCode
from identity.domain.operator import Operator
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

OPERATORS: Final = "operators"


class Operators:
    """Implements `ports.Operators`."""

    def __init__(self, collections: Collections) -> None:
        self._operators = collections.collection(OPERATORS)

    async def operator(self, operator_id: str) -> Operator | None:
        return await self._one({"_id": operator_id})

    async def of(self, fiscal_code: FiscalCode) -> Operator | None:
        return await self._one({"fiscal_code": fiscal_code})

    async def among(self, operator_ids: Collection[str]) -> Mapping[str, Operator]:
        found = map(_operator, await self._operators.find({"_id": {"$in": list(operator_ids)}}))
        return {operator.operator_id: operator for operator in found}

    async def every(self) -> Sequence[Operator]:
        """Those who are operators, by identifier."""
        found = await self._operators.find({"ended_at": None}, sort=[("_id", 1)])
        return [_operator(document) for document in found]

    async def keep(self, operator: Operator) -> None:
        document = asdict(operator)
        document["_id"] = document.pop("operator_id")
        await self._operators.replace_one({"_id": operator.operator_id}, document, upsert=True)

    async def _one(self, where: Document) -> Operator | None:
        found = await self._operators.find_one(where)
        return _operator(found) if found else None


def _operator(document: Document) -> Operator:
    fields = dict(document)
    fields["fiscal_code"] = FiscalCode(fields["fiscal_code"])
    return Operator(operator_id=fields.pop("_id"), **fields)
