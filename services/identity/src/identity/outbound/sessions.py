"""Sign-ins and sign-outs on their way, and open sessions, in MongoDB.

`sign_ins`, `sign_outs`: `_id` request id, `relay_state` (unique), `waits` until its response came. `assertions`: `_id`
provider and assertion id, once each. `sessions`: `_id` the SHA-256 of the cookie, `at_provider` where the provider
keeps one of its own. Nothing expires by a TTL index: the database's clock is not the one these instants were read from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from identity.domain.acting import ActingFor
from identity.domain.provider_session import ProviderSession
from identity.domain.session import Session
from identity.domain.sign_in import SignIn
from identity.domain.sign_out import SignOut
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

SIGN_INS: Final = "sign_ins"
ASSERTIONS: Final = "assertions"
SIGN_OUTS: Final = "sign_outs"
SESSIONS: Final = "sessions"


class SignIns:
    """Implements `ports.SignIns`."""

    def __init__(self, collections: Collections) -> None:
        self._sign_ins = collections.collection(SIGN_INS)
        self._assertions = collections.collection(ASSERTIONS)

    async def add(self, sign_in: SignIn) -> None:
        await self._sign_ins.insert_one(
            {
                "_id": sign_in.request_id,
                "relay_state": sign_in.relay_state,
                "browser": sign_in.browser,
                "scheme": sign_in.scheme,
                "provider": sign_in.provider,
                "level": sign_in.level,
                "next_path": sign_in.next_path,
                "started_at": sign_in.started_at,
                "waits": True,
                "replaces": sign_in.replaces,
                "verifier": sign_in.verifier,
            }
        )

    async def awaited(self, relay_state: str) -> SignIn | None:
        found = await self._sign_ins.find_one({"relay_state": relay_state, "waits": True})
        return _sign_in(found) if found else None

    async def take(self, relay_state: str) -> SignIn | None:
        waiting = {"relay_state": relay_state, "waits": True}
        found = await self._sign_ins.find_one_and_update(waiting, {"$set": {"waits": False}})
        return _sign_in(found) if found else None

    async def first_use(self, assertion_id: str, provider: str, at: datetime) -> bool:
        identifier = {"provider": provider, "assertion": assertion_id}
        if await self._assertions.find_one({"_id": identifier}) is not None:
            return False
        await self._assertions.insert_one({"_id": identifier, "used_at": at})
        return True

    async def forget(self, *, before: datetime) -> None:
        await self._sign_ins.delete_many({"started_at": {"$lt": before}})
        await self._assertions.delete_many({"used_at": {"$lt": before}})


class SignOuts:
    """Implements `ports.SignOuts`."""

    def __init__(self, collections: Collections) -> None:
        self._sign_outs = collections.collection(SIGN_OUTS)

    async def add(self, sign_out: SignOut) -> None:
        document = asdict(sign_out)
        await self._sign_outs.insert_one({"_id": document.pop("request_id"), **document, "waits": True})

    async def take(self, relay_state: str) -> SignOut | None:
        waiting = {"relay_state": relay_state, "waits": True}
        found = await self._sign_outs.find_one_and_update(waiting, {"$set": {"waits": False}})
        return _sign_out(found) if found else None

    async def forget(self, *, before: datetime) -> None:
        await self._sign_outs.delete_many({"started_at": {"$lt": before}})


class Sessions:
    """Implements `ports.Sessions`."""

    def __init__(self, collections: Collections) -> None:
        self._sessions = collections.collection(SESSIONS)

    async def session(self, session_id: str) -> Session | None:
        found = await self._sessions.find_one({"_id": session_id})
        return _session(found) if found else None

    async def beside(self, provider: str, name_id: str, indexes: Collection[str]) -> Sequence[Session]:
        where: Document = {"at_provider.provider": provider, "at_provider.name_id": name_id}
        if indexes:
            where["at_provider.index"] = {"$in": sorted(indexes)}
        return [_session(found) for found in await self._sessions.find(where)]

    async def open(self, session: Session) -> None:
        document = asdict(session)
        if session.at_provider is None:
            del document["at_provider"]
        await self._sessions.insert_one({"_id": document.pop("session_id"), **document})

    async def among(self, session_ids: Collection[str]) -> Mapping[str, Session]:
        found = await self._sessions.find({"_id": {"$in": list(session_ids)}})
        return {document["_id"]: _session(document) for document in found}

    async def of_guardian(self, guardian_id: str) -> Sequence[Session]:
        found = await self._sessions.find({"guardian_id": guardian_id}, sort=[("opened_at", -1), ("_id", 1)])
        return [_session(document) for document in found]

    async def touch(self, session_ids: Collection[str], at: datetime) -> None:
        await self._sessions.update_many({"_id": {"$in": list(session_ids)}}, {"$max": {"last_seen_at": at}})

    async def act(self, session_id: str, acting: ActingFor | None) -> None:
        change = {"$set": {"acting": asdict(acting) if acting else None}}
        await self._sessions.update_one({"_id": session_id}, change)

    async def close(self, session_id: str) -> None:
        await self._sessions.delete_one({"_id": session_id})

    async def forget(self, *, idle_since: datetime, opened_before: datetime) -> None:
        over = [{"last_seen_at": {"$lte": idle_since}}, {"opened_at": {"$lte": opened_before}}]
        await self._sessions.delete_many({"$or": over})


def _sign_in(document: Document) -> SignIn:
    return SignIn(
        request_id=document["_id"],
        relay_state=document["relay_state"],
        browser=document["browser"],
        scheme=document["scheme"],
        provider=document["provider"],
        level=document["level"],
        next_path=document["next_path"],
        started_at=document["started_at"],
        replaces=document.get("replaces"),
        verifier=document.get("verifier", ""),
    )


def _session(document: Document) -> Session:
    return Session(
        session_id=document["_id"],
        guardian_id=document["guardian_id"],
        scheme=document["scheme"],
        level=document["level"],
        opened_at=document["opened_at"],
        last_seen_at=document["last_seen_at"],
        at_provider=ProviderSession(**document["at_provider"]) if "at_provider" in document else None,
        device=document.get("device", ""),
        acting=ActingFor(**document["acting"]) if document.get("acting") else None,
    )


def _sign_out(document: Document) -> SignOut:
    return SignOut(
        request_id=document["_id"],
        relay_state=document["relay_state"],
        scheme=document["scheme"],
        provider=document["provider"],
        started_at=document["started_at"],
    )
