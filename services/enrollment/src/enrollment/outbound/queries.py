"""Reading MongoDB, inside a transaction or outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from enrollment.domain.application import Application
from enrollment.domain.guardian import Guardian
from enrollment.domain.holder import Holder
from enrollment.domain.identifiers import (
    ApplicationId,
    ClassId,
    FormId,
    GuardianId,
    PupilId,
    SchoolId,
    SecondGuardianId,
)
from enrollment.domain.line import Line
from enrollment.domain.pupil import Pupil
from enrollment.domain.school import School, SchoolClass, SchoolWithClasses
from enrollment.domain.school_year import SchoolYear
from enrollment.domain.second_guardian import SecondGuardian, State
from enrollment.domain.window import Window
from enrollment.outbound import rows
from enrollment.outbound.holder_rows import holder_from
from enrollment.outbound.second_guardian_rows import guardian_from, second_guardian_from
from enrollment.usecases.ports import ApplicationFilter
from refettorio_chassis.mongo import Document
from refettorio_chassis.readings import merged_records
from refettorio_chassis.transaction import BoundCollection, Collections

NETWORKS: Final = "payment_networks"
MERGED: Final = "merged_records"
"""`_id` the guardian of a record that was merged, `into` the one of the record it leads to."""
PAGOPA: Final = "pagopa"
SECOND_GUARDIANS: Final = "second_guardians"


class Queries:
    """The `Reads` port."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def _in(self, name: str) -> BoundCollection:
        return self._collections.collection(name)

    async def window(self, form_id: FormId) -> Window | None:
        row = await self._in("windows").find_one({"_id": form_id})
        return rows.window_from(row) if row else None

    async def windows(self) -> Sequence[Window]:
        found = await self._in("windows").find({}, sort=[("opens_on", -1), ("_id", 1)])
        return [rows.window_from(row) for row in found]

    async def school_year(self, label: str) -> SchoolYear | None:
        row = await self._in("school_years").find_one({"_id": label})
        return rows.school_year_from(row) if row else None

    async def school_years(self) -> Sequence[SchoolYear]:
        return [rows.school_year_from(row) for row in await self._in("school_years").find({}, sort=[("_id", 1)])]

    async def school(self, school_id: SchoolId) -> School | None:
        row = await self._in("schools").find_one({"_id": school_id})
        return rows.school_from(row) if row else None

    async def school_class(self, class_id: ClassId) -> SchoolClass | None:
        row = await self._in("classes").find_one({"_id": class_id})
        return rows.class_from(row) if row else None

    async def schools(self, school_year: str | None = None) -> Sequence[SchoolWithClasses]:
        where: Document = {} if school_year is None else {"school_years": school_year}
        classes = [
            rows.class_from(row) for row in await self._in("classes").find(where, sort=[("name", 1), ("_id", 1)])
        ]
        schools = [rows.school_from(row) for row in await self._in("schools").find({}, sort=[("name", 1), ("_id", 1)])]
        return [
            SchoolWithClasses(
                school=school, classes=tuple(each for each in classes if each.school_id == school.school_id)
            )
            for school in schools
        ]

    async def lines(self) -> Sequence[Line]:
        return [rows.line_from(row) for row in await self._in("lines").find({}, sort=[("name", 1), ("_id", 1)])]

    async def application(self, application_id: ApplicationId) -> Application | None:
        row = await self._in("applications").find_one({"_id": application_id})
        return rows.application_from(row) if row else None

    async def applications_of(self, guardian_id: GuardianId) -> Sequence[Application]:
        sort = [("submitted_at", -1), ("_id", -1)]
        found = await self._in("applications").find({"guardian_id": guardian_id}, sort=sort)
        return [rows.application_from(row) for row in found]

    async def applications(self, wanted: ApplicationFilter) -> Sequence[Application]:
        where: Document = {}
        if wanted.state is not None:
            where["state"] = wanted.state.value
        if wanted.service is not None:
            where["service"] = wanted.service.value
        if wanted.school_year is not None:
            where["school_year"] = wanted.school_year
        found = await self._in("applications").find(where, sort=[("submitted_at", 1), ("_id", 1)])
        return [rows.application_from(row) for row in found]

    async def pupil(self, pupil_id: PupilId) -> Pupil | None:
        row = await self._in("pupils").find_one({"_id": pupil_id})
        return rows.pupil_from(row) if row else None

    async def pupils_of(self, account_id: GuardianId) -> Sequence[Pupil]:
        return await self._pupils({"enrolments.account_id": account_id})

    async def pupils(self, class_id: ClassId | None = None) -> Sequence[Pupil]:
        return await self._pupils(
            {"enrolments.class_id": class_id} if class_id else {"enrolments.0": {"$exists": True}}
        )

    async def holder(self, guardian_id: GuardianId) -> Holder:
        row = await self._in("holders").find_one({"_id": guardian_id})
        return holder_from(row) if row else Holder(guardian_id=guardian_id)

    async def merged_into(self, guardian_id: GuardianId) -> Sequence[GuardianId]:
        found = await merged_records(self._in(MERGED), guardian_id, into="into")
        return [GuardianId(each) for each in found]

    async def records_of(self, guardian_id: GuardianId) -> frozenset[GuardianId]:
        kept = guardian_id
        while row := await self._in(MERGED).find_one({"_id": kept}):
            kept = GuardianId(row["into"])
        return frozenset({kept, *await self.merged_into(kept)})

    async def network_down_since(self) -> datetime | None:
        row = await self._in(NETWORKS).find_one({"_id": PAGOPA})
        since: datetime | None = row["down_since"] if row else None
        return since

    async def guardians(self, guardian_ids: Collection[GuardianId]) -> Mapping[GuardianId, Guardian]:
        found = await self._in("guardians").find({"_id": {"$in": list(guardian_ids)}})
        return {each.guardian_id: each for each in map(guardian_from, found)}

    async def codes_of(self, guardian_id: GuardianId) -> frozenset[str]:
        found = await self._in("guardians").find({"$or": [{"_id": guardian_id}, {"merged_into": guardian_id}]})
        return frozenset(row["fiscal_code"] for row in found)

    async def second_guardian(self, second_guardian_id: SecondGuardianId) -> SecondGuardian | None:
        row = await self._in(SECOND_GUARDIANS).find_one({"_id": second_guardian_id})
        return second_guardian_from(row) if row else None

    async def second_guardians_of(self, guardian_id: GuardianId) -> Sequence[SecondGuardian]:
        codes = sorted(await self.codes_of(guardian_id))
        meant = {"state": State.NAMED.value, "guardian_id": None, "fiscal_code": {"$in": codes}}
        return await self._second_guardians({"$or": [{"holder_id": guardian_id}, {"guardian_id": guardian_id}, meant]})

    async def second_guardians_for(self, pupil_id: PupilId) -> Sequence[SecondGuardian]:
        return await self._second_guardians({"pupil_id": pupil_id})

    async def _second_guardians(self, where: Document) -> Sequence[SecondGuardian]:
        found = await self._in(SECOND_GUARDIANS).find(where, sort=[("named_at", -1), ("_id", -1)])
        return [second_guardian_from(row) for row in found]

    async def _pupils(self, where: Document) -> Sequence[Pupil]:
        sort = [("family_name", 1), ("given_name", 1), ("_id", 1)]
        return [rows.pupil_from(row) for row in await self._in("pupils").find(where, sort=sort)]
