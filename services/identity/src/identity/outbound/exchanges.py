"""The register in MongoDB: `exchanges`, `_id` exchange_id; `messages` by name, each sealed for its own place.

What is not sealed names nobody. Nothing expires by a TTL index (see sessions.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Final

from identity.domain.exchange import Exchange, ExchangeSearch, Messages
from identity.outbound.sealing import Seal
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

EXCHANGES: Final = "exchanges"
_WITHOUT_MESSAGES: Final = {"messages": 0}


class Exchanges:
    """Implements `ports.Exchanges`."""

    def __init__(self, collections: Collections, seal: Seal) -> None:
        self._exchanges = collections.collection(EXCHANGES)
        self._seal = seal

    async def add(self, exchange: Exchange, messages: Messages) -> None:
        document = _document(exchange) | {"messages": self._sealed(exchange, messages)}
        await self._exchanges.insert_one(document)

    async def ours(self, request_id: str) -> Exchange | None:
        return await self._one({"request_id": request_id, "begun_by": "us"})

    async def answer(self, exchange: Exchange, messages: Messages) -> None:
        changed = _document(exchange)
        changed |= {f"messages.{name}": sealed for name, sealed in self._sealed(exchange, messages).items()}
        await self._exchanges.update_one({"_id": changed.pop("_id")}, {"$set": changed})

    async def exchange(self, exchange_id: str) -> Exchange | None:
        return await self._one({"_id": exchange_id})

    async def messages(self, exchange_id: str) -> Messages:
        found = await self._exchanges.find_one({"_id": exchange_id}, {"messages": 1})
        sealed = found["messages"] if found else {}
        return {name: self._seal.opened(each, place=f"{exchange_id}/{name}") for name, each in sealed.items()}

    async def search(self, wanted: ExchangeSearch) -> list[Exchange]:
        found = await self._exchanges.find(
            _where(wanted), _WITHOUT_MESSAGES, sort=[("started_at", -1), ("_id", -1)], limit=wanted.limit
        )
        return [_exchange(document) for document in found]

    async def signed_in_since(self, guardian_ids: Collection[str], since: datetime) -> Collection[str]:
        where = {"guardian_id": {"$in": list(guardian_ids)}, "answered_at": {"$gte": since}}
        return {row["guardian_id"] for row in await self._exchanges.find(where, {"guardian_id": 1})}

    async def forget(self, *, answered_before: datetime, unanswered_before: datetime) -> None:
        await self._exchanges.delete_many({"answered_at": {"$lt": answered_before}})
        await self._exchanges.delete_many({"answered_at": None, "started_at": {"$lt": unanswered_before}})

    async def _one(self, where: Document) -> Exchange | None:
        found = await self._exchanges.find_one(where, _WITHOUT_MESSAGES)
        return _exchange(found) if found else None

    def _sealed(self, exchange: Exchange, messages: Messages) -> dict[str, bytes]:
        return {
            name: self._seal.sealed(content, place=f"{exchange.exchange_id}/{name}")
            for name, content in messages.items()
        }


class RegisterOf:
    """Reads whom exchanges are about, and needs no key: their messages stay sealed."""

    def __init__(self, collections: Collections) -> None:
        self._exchanges = collections.collection(EXCHANGES)

    async def about(self, guardian_id: str) -> list[Exchange]:
        """The latest first."""
        found = await self._exchanges.find({"guardian_id": guardian_id}, _WITHOUT_MESSAGES, sort=[("started_at", -1)])
        return [_exchange(document) for document in found]


def _where(wanted: ExchangeSearch) -> Document:
    exactly = {
        "guardian_id": {"$in": [wanted.guardian_id, *wanted.merged]} if wanted.guardian_id is not None else None,
        "request_id": wanted.request_id,
        "provider": wanted.provider,
        "kind": wanted.kind,
    }
    where: Document = {name: value for name, value in exactly.items() if value is not None}
    time = {name: value for name, value in (("$gte", wanted.since), ("$lt", wanted.until)) if value is not None}
    if time:
        where["started_at"] = time
    if wanted.after is not None:
        earlier = {"started_at": {"$lt": wanted.after.started_at}}
        same_instant = {"started_at": wanted.after.started_at, "_id": {"$lt": wanted.after.exchange_id}}
        where["$or"] = [earlier, same_instant]
    return where


def _document(exchange: Exchange) -> Document:
    document = asdict(exchange)
    return {"_id": document.pop("exchange_id"), **document}


def _exchange(document: Document) -> Exchange:
    return Exchange(exchange_id=document["_id"], **{name: value for name, value in document.items() if name != "_id"})
