"""Guardians and second guardians in memory: a part of the store in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from enrollment.domain.guardian import Guardian
from enrollment.domain.identifiers import GuardianId, PupilId, SecondGuardianId
from enrollment.domain.second_guardian import SecondGuardian
from refettorio_contracts import Event
from tests.support.service_stage import MemoryTrail


@dataclass
class MemorySecondGuardians(MemoryTrail):
    """Every value is frozen, so a copy of the dictionaries is a snapshot."""

    guardians_: dict[GuardianId, Guardian] = field(default_factory=dict)
    seconds: dict[SecondGuardianId, SecondGuardian] = field(default_factory=dict)
    forgotten: dict[tuple[PupilId, GuardianId], int] = field(default_factory=dict)
    numbered: list[tuple[int, Event]] = field(default_factory=list)

    def announce(self, event: Event, *, sequence: int = 0) -> None:
        super().announce(event)
        self.numbered.append((sequence, event))

    async def guardians(self, guardian_ids: Collection[GuardianId]) -> Mapping[GuardianId, Guardian]:
        return {each: self.guardians_[each] for each in guardian_ids if each in self.guardians_}

    async def codes_of(self, guardian_id: GuardianId) -> frozenset[str]:
        theirs = (each for each in self.guardians_.values() if guardian_id in {each.guardian_id, each.merged_into})
        return frozenset(each.fiscal_code for each in theirs)

    async def second_guardian(self, second_guardian_id: SecondGuardianId) -> SecondGuardian | None:
        return self.seconds.get(second_guardian_id)

    async def second_guardians_of(self, guardian_id: GuardianId) -> Sequence[SecondGuardian]:
        codes = await self.codes_of(guardian_id)
        return [each for each in self._latest_first() if each.side_of(guardian_id, codes)]

    async def second_guardians_for(self, pupil_id: PupilId) -> Sequence[SecondGuardian]:
        return [each for each in self._latest_first() if each.pupil_id == pupil_id]

    def _latest_first(self) -> list[SecondGuardian]:
        return sorted(self.seconds.values(), key=lambda each: (each.named_at, each.second_guardian_id), reverse=True)

    async def guardian_with_code(self, fiscal_code: str) -> GuardianId | None:
        found = (each.kept for each in self.guardians_.values() if each.fiscal_code == fiscal_code)
        return next(found, None)

    async def save_guardian(self, guardian: Guardian) -> None:
        known = self.guardians_.get(guardian.guardian_id, guardian)
        self.guardians_[guardian.guardian_id] = replace(guardian, merged_into=known.merged_into)

    async def merge_guardian(self, guardian_id: GuardianId, into: GuardianId) -> None:
        known = self.guardians_.get(into)
        kept = known.kept if known else into
        for each in list(self.guardians_.values()):
            if guardian_id in {each.guardian_id, each.merged_into}:
                self.guardians_[each.guardian_id] = replace(each, merged_into=kept)

    async def add_second_guardian(self, second_guardian: SecondGuardian) -> None:
        assert second_guardian.second_guardian_id not in self.seconds
        self.seconds[second_guardian.second_guardian_id] = second_guardian
        self._check_one_live()

    async def save_second_guardian(self, second_guardian: SecondGuardian, *, over: int) -> None:
        assert self.seconds[second_guardian.second_guardian_id].version == over
        self.seconds[second_guardian.second_guardian_id] = second_guardian
        self._check_one_live()

    def _check_one_live(self) -> None:
        live = [(each.pupil_id, each.holder_id) for each in self.seconds.values() if each.state.is_live]
        assert len(live) == len(set(live))

    async def forgotten_version(self, pupil_id: PupilId, holder_id: GuardianId) -> int:
        return self.forgotten.get((pupil_id, holder_id), 0)

    async def forget_unaccepted_second_guardians(self, before: datetime) -> int:
        return self._forget(lambda each: each.accepted_at is None and (each.ended_at or each.named_at) < before)

    async def forget_ended_second_guardians(self, before: datetime) -> int:
        return self._forget(lambda each: bool(each.accepted_at and each.ended_at and each.ended_at < before))

    def forget_second_guardians_of(self, pupil_ids: Collection[PupilId]) -> None:
        self.seconds = {key: each for key, each in self.seconds.items() if each.pupil_id not in pupil_ids}
        self.forgotten = {key: version for key, version in self.forgotten.items() if key[0] not in pupil_ids}

    def _forget(self, is_over: Callable[[SecondGuardian], bool]) -> int:
        gone = [each for each in self.seconds.values() if is_over(each)]
        for each in gone:
            pair = (each.pupil_id, each.holder_id)
            self.forgotten[pair] = max(self.forgotten.get(pair, 0), each.version)
            del self.seconds[each.second_guardian_id]
        return len(gone)
