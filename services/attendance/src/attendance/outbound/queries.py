"""Reading MongoDB, inside a transaction or outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from attendance.domain.calendar import Closure, Excuse
from attendance.domain.identifiers import AccountId, ClassId, PupilId, SchoolId
from attendance.domain.mark import PupilDay
from attendance.domain.roster import Enrolment, SecondGuardian
from attendance.domain.sheet import Sheet
from attendance.outbound import rows
from attendance.usecases.ports import PupilName
from refettorio_chassis.mongo import Document
from refettorio_chassis.readings import merged_records
from refettorio_chassis.transaction import BoundCollection, Collections

MEALS: Final = "meals"


MERGED: Final = "merged_records"
"""`_id` the account of a record that was merged, `into` the one of the record it leads to."""


class Queries:
    """The `Reads` port."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def _in(self, name: str) -> BoundCollection:
        return self._collections.collection(name)

    async def enrolments_in(self, class_id: ClassId) -> Sequence[Enrolment]:
        return await self._enrolments({"stays.class_id": class_id, "service": MEALS})

    async def enrolments_of(self, pupil_id: PupilId) -> Sequence[Enrolment]:
        return await self._enrolments({"pupil_id": pupil_id, "service": MEALS})

    async def enrolments_paid_by(self, account_id: AccountId) -> Sequence[Enrolment]:
        return await self._enrolments({"account_id": account_id, "service": MEALS})

    async def enrolments_ending_from(self, day: date) -> Sequence[Enrolment]:
        return await self._enrolments({"valid_to": {"$gte": day.isoformat()}, "service": MEALS})

    async def _enrolments(self, where: Document) -> Sequence[Enrolment]:
        return [rows.enrolment_from(row) for row in await self._in("enrolments").find(where, sort=[("_id", 1)])]

    async def second_guardians_of(self, pupil_ids: Collection[PupilId]) -> Sequence[SecondGuardian]:
        return await self._second_guardians({"pupil_id": {"$in": list(pupil_ids)}})

    async def seen_beside_others(self, guardian_id: AccountId) -> Sequence[SecondGuardian]:
        return await self._second_guardians({"guardian_id": guardian_id})

    async def _second_guardians(self, where: Document) -> Sequence[SecondGuardian]:
        found = await self._in("second_guardians").find(where, sort=[("_id", 1)])
        return [rows.second_guardian_from(row) for row in found]

    async def merged_into(self, account_id: AccountId) -> Sequence[AccountId]:
        return [AccountId(each) for each in await merged_records(self._in(MERGED), account_id, into="into")]

    async def names(self, pupil_ids: Collection[PupilId]) -> Mapping[PupilId, PupilName]:
        found = await self._in("names").find({"_id": {"$in": list(pupil_ids)}})
        return {
            PupilId(row["_id"]): PupilName(given_name=row["given_name"], family_name=row["family_name"])
            for row in found
        }

    async def closure(self, school_id: SchoolId, day: date) -> Closure | None:
        row = await self._in("closures").find_one({"_id": rows.day_key(school_id, day)})
        return rows.closure_from(row) if row else None

    async def excuse(self, class_id: ClassId, day: date) -> Excuse | None:
        row = await self._in("excuses").find_one({"_id": rows.day_key(class_id, day)})
        return rows.excuse_from(row) if row else None

    async def sheet(self, class_id: ClassId, day: date) -> Sheet | None:
        row = await self._in("sheets").find_one({"_id": rows.day_key(class_id, day)})
        return rows.sheet_from(row) if row else None

    async def pupil_days(self, pupil_ids: Collection[PupilId], day: date) -> Mapping[PupilId, PupilDay]:
        keys = [rows.day_key(pupil_id, day) for pupil_id in pupil_ids]
        found = [rows.pupil_day_from(row) for row in await self._in("pupil_days").find({"_id": {"$in": keys}})]
        return {known.pupil_id: known for known in found}

    async def days_of(self, pupil_id: PupilId, first: date, last: date) -> Sequence[PupilDay]:
        where = {"pupil_id": pupil_id, "day": {"$gte": first.isoformat(), "$lte": last.isoformat()}}
        return [rows.pupil_day_from(row) for row in await self._in("pupil_days").find(where, sort=[("day", -1)])]
