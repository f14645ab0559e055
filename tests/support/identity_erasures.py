"""Requests of erasure in memory, and what every store of them must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from identity.domain.erasure import GRANTED, ErasureRequest
from identity.usecases.ports import Ports

ASKED_AT = datetime(2025, 10, 6, 9, 30, tzinfo=UTC)
ASKED_ERASURE = ErasureRequest(request_id="era_1", guardian_id="gua_1", asked_at=ASKED_AT)


class ErasuresInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, ErasureRequest] = {}

    async def request(self, request_id: str) -> ErasureRequest | None:
        return self.kept.get(request_id)

    async def of_guardian(self, guardian_id: str) -> Sequence[ErasureRequest]:
        own = [each for each in self.kept.values() if each.guardian_id == guardian_id]
        return sorted(own, key=lambda each: (-each.asked_at.timestamp(), each.request_id))

    async def keep(self, request: ErasureRequest) -> None:
        self.kept[request.request_id] = request

    async def forget(self, *, decided_before: datetime) -> int:
        left = {
            key: each for key, each in self.kept.items() if not each.decided_at or each.decided_at >= decided_before
        }
        number, self.kept = len(self.kept) - len(left), left
        return number


async def a_request_of_erasure_is_found_by_who_asked_it_and_kept_again_it_is_changed(ports: Ports) -> None:
    later = replace(ASKED_ERASURE, request_id="era_2", asked_at=ASKED_AT + timedelta(minutes=1))
    other = replace(ASKED_ERASURE, request_id="era_3", guardian_id="gua_2")
    decided = ASKED_ERASURE.decided(GRANTED, by="gua_9", reason="Nulla da pagare", at=ASKED_AT)
    for each in (ASKED_ERASURE, decided, later, other):
        await ports.erasures.keep(each)
    assert await ports.erasures.request("era_1") == decided
    assert await ports.erasures.request("era_9") is None
    assert list(await ports.erasures.of_guardian("gua_1")) == [later, decided]
    assert list(await ports.erasures.of_guardian("gua_9")) == []


async def answered_requests_of_erasure_are_forgotten_in_time_and_no_waiting_one(ports: Ports) -> None:
    waiting = replace(ASKED_ERASURE, request_id="era_2", guardian_id="gua_2")
    for each in (ASKED_ERASURE.withdrawn(ASKED_AT), waiting):
        await ports.erasures.keep(each)
    assert await ports.erasures.forget(decided_before=ASKED_AT) == 0
    assert await ports.erasures.forget(decided_before=ASKED_AT + timedelta(seconds=1)) == 1
    assert await ports.erasures.request("era_1") is None
    assert await ports.erasures.request("era_2") == waiting


ERASURE_SCENARIOS: list[Callable[[Ports], Awaitable[None]]] = [
    a_request_of_erasure_is_found_by_who_asked_it_and_kept_again_it_is_changed,
    answered_requests_of_erasure_are_forgotten_in_time_and_no_waiting_one,
]
