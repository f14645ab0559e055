"""Reading and writing MongoDB inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from enrollment.domain.application import Application, State
from enrollment.domain.guardian import Guardian
from enrollment.domain.holder import Holder
from enrollment.domain.identifiers import ClassId, GuardianId, PupilId, SchoolId, Service
from enrollment.domain.line import Line
from enrollment.domain.pupil import Pupil
from enrollment.domain.school import School, SchoolClass
from enrollment.domain.school_day import Closure, Excuse
from enrollment.domain.school_year import SchoolYear
from enrollment.domain.second_guardian import SecondGuardian
from enrollment.domain.window import Window
from enrollment.outbound import rows
from enrollment.outbound.holder_rows import holder_from, holder_row
from enrollment.outbound.queries import MERGED, NETWORKS, PAGOPA, SECOND_GUARDIANS, Queries
from enrollment.outbound.second_guardian_rows import guardian_from, guardian_row, second_guardian_row
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import Document
from refettorio_chassis.process import Index
from refettorio_chassis.transaction import Transaction

INDEXES: Final = (
    Index(collection="applications", keys=[("guardian_id", 1), ("submitted_at", -1)]),
    Index(collection="applications", keys=[("state", 1), ("submitted_at", 1)]),
    Index(
        collection="applications",
        keys=[("guardian_id", 1), ("idempotency_key", 1)],
        unique=True,
        where={"idempotency_key": {"$exists": True}},
    ),
    Index(
        collection="applications",
        keys=[("pupil.pupil_id", 1), ("service", 1), ("school_year", 1)],
        unique=True,
        where={"is_live": True},
    ),
    Index(collection="classes", keys=[("school_id", 1)]),
    Index(collection=MERGED, keys=[("into", 1)]),
    Index(collection="pupils", keys=[("match_key", 1)], unique=True),
    Index(collection="pupils", keys=[("enrolments.account_id", 1)]),
    Index(collection="pupils", keys=[("enrolments.class_id", 1)]),
    Index(collection="guardians", keys=[("fiscal_code", 1)]),
    Index(collection="guardians", keys=[("merged_into", 1)], where={"merged_into": {"$exists": True}}),
    Index(collection=SECOND_GUARDIANS, keys=[("pupil_id", 1), ("holder_id", 1)], unique=True, where={"is_live": True}),
    Index(collection=SECOND_GUARDIANS, keys=[("holder_id", 1)]),
    Index(collection=SECOND_GUARDIANS, keys=[("guardian_id", 1)]),
    Index(collection=SECOND_GUARDIANS, keys=[("fiscal_code", 1)]),
)
FORGOTTEN: Final = "forgotten_second_guardians"
"""The last version of a pupil and a holder whose second guardians are gone: numbers, and nobody named."""


ACCEPTED: Final = State.ACCEPTED.value


class Store(Queries):
    """The `Store` port on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)

    async def save_window(self, window: Window) -> None:
        await self._put("windows", rows.window_row(window))

    async def save_school_year(self, year: SchoolYear) -> None:
        await self._put("school_years", rows.school_year_row(year))

    async def save_school(self, school: School) -> None:
        await self._put("schools", rows.school_row(school))

    async def save_class(self, school_class: SchoolClass) -> None:
        await self._put("classes", rows.class_row(school_class))

    async def save_line(self, line: Line) -> None:
        await self._put("lines", rows.line_row(line))

    async def application_by_key(self, guardian_id: GuardianId, idempotency_key: str) -> Application | None:
        where = {"guardian_id": guardian_id, "idempotency_key": idempotency_key}
        row = await self._in("applications").find_one(where)
        return rows.application_from(row) if row else None

    async def live_application(self, pupil_id: PupilId, service: Service, school_year: str) -> Application | None:
        where = {"pupil.pupil_id": pupil_id, "service": service.value, "school_year": school_year, "is_live": True}
        row = await self._in("applications").find_one(where)
        return rows.application_from(row) if row else None

    async def add_application(self, application: Application) -> None:
        await self._in("applications").insert_one(rows.application_row(application))

    async def save_application(self, application: Application) -> None:
        """One step further than what is stored."""
        where = {"_id": application.application_id, "version": application.version - 1}
        if not await self._in("applications").replace_one(where, rows.application_row(application)):
            raise RetryLater("the application changed meanwhile")

    async def keep_merged(self, guardian_id: GuardianId, into: GuardianId) -> None:
        await self._put(MERGED, {"_id": guardian_id, "into": into})

    async def hand_applications(self, guardian_id: GuardianId, into: GuardianId) -> None:
        await self._in("applications").update_many({"guardian_id": guardian_id}, {"$set": {"guardian_id": into}})

    async def pupil_by_match_key(self, match_key: str) -> Pupil | None:
        row = await self._in("pupils").find_one({"match_key": match_key})
        return rows.pupil_from(row) if row else None

    async def save_pupil(self, pupil: Pupil) -> None:
        await self._put_next("pupils", rows.pupil_row(replace(pupil, version=pupil.version + 1)))

    async def holders(self, guardian_ids: Iterable[GuardianId]) -> Mapping[GuardianId, Holder]:
        wanted = list(guardian_ids)
        found = [holder_from(row) for row in await self._in("holders").find({"_id": {"$in": wanted}})]
        return {each: Holder(guardian_id=each) for each in wanted} | {holder.guardian_id: holder for holder in found}

    async def save_holder(self, holder: Holder) -> None:
        await self._put_next("holders", holder_row(replace(holder, version=holder.version + 1)))

    async def guardian_with_code(self, fiscal_code: str) -> GuardianId | None:
        row = await self._in("guardians").find_one({"fiscal_code": fiscal_code})
        return guardian_from(row).kept if row else None

    async def save_guardian(self, guardian: Guardian) -> None:
        row = guardian_row(guardian)
        await self._in("guardians").update_one({"_id": row["_id"]}, {"$set": row}, upsert=True)

    async def merge_guardian(self, guardian_id: GuardianId, into: GuardianId) -> None:
        row = await self._in("guardians").find_one({"_id": into})
        kept = guardian_from(row).kept if row else into
        where = {"$or": [{"_id": guardian_id}, {"merged_into": guardian_id}]}
        await self._in("guardians").update_many(where, {"$set": {"merged_into": kept}})

    async def add_second_guardian(self, second_guardian: SecondGuardian) -> None:
        await self._in(SECOND_GUARDIANS).insert_one(second_guardian_row(second_guardian))

    async def save_second_guardian(self, second_guardian: SecondGuardian, *, over: int) -> None:
        where = {"_id": second_guardian.second_guardian_id, "version": over}
        if not await self._in(SECOND_GUARDIANS).replace_one(where, second_guardian_row(second_guardian)):
            raise RetryLater("the second guardian changed meanwhile")

    async def forgotten_version(self, pupil_id: PupilId, holder_id: GuardianId) -> int:
        row = await self._in(FORGOTTEN).find_one({"_id": _pair(pupil_id, holder_id)})
        return int(row["version"]) if row else 0

    async def forget_unaccepted_second_guardians(self, before: datetime) -> int:
        unanswered = {"ended_at": None, "named_at": {"$lt": before}}
        over = {"$or": [{"ended_at": {"$lt": before}}, unanswered]}
        return await self._forget_second_guardians({"accepted_at": None} | over)

    async def forget_ended_second_guardians(self, before: datetime) -> int:
        return await self._forget_second_guardians({"accepted_at": {"$ne": None}, "ended_at": {"$lt": before}})

    async def _forget_second_guardians(self, where: Document) -> int:
        gone = await self._in(SECOND_GUARDIANS).find(where)
        for row in gone:
            kept = {"$max": {"version": row["version"]}, "$set": {"pupil_id": row["pupil_id"]}}
            pair = _pair(row["pupil_id"], row["holder_id"])
            await self._in(FORGOTTEN).update_one({"_id": pair}, kept, upsert=True)
        return await self._in(SECOND_GUARDIANS).delete_many({"_id": {"$in": [row["_id"] for row in gone]}})

    async def save_network_down_since(self, down_since: datetime | None) -> None:
        await self._put(NETWORKS, {"_id": PAGOPA, "down_since": down_since})

    async def forget_unaccepted(self, school_years: Collection[str]) -> int:
        return await self._in("applications").delete_many(_of(school_years) | {"state": {"$ne": ACCEPTED}})

    async def forget_notes(self, school_years: Collection[str]) -> int:
        noted = {"$or": [{"answers.notes": {"$exists": True}}, {"note": {"$ne": None}}]}
        where = _of(school_years) | {"state": ACCEPTED} | noted
        emptied = {"$unset": {"answers.notes": ""}, "$set": {"note": None}}
        return await self._in("applications").update_many(where, emptied)

    async def forget_accepted(self, school_years: Collection[str]) -> int:
        ended = {"$pull": {"enrolments": _of(school_years)}, "$inc": {"version": 1}}
        await self._in("pupils").update_many({"enrolments": {"$elemMatch": _of(school_years)}}, ended)
        return await self._in("applications").delete_many(_of(school_years) | {"state": ACCEPTED})

    async def pupils_without_trace(self) -> Sequence[PupilId]:
        unused = [row["_id"] for row in await self._in("pupils").find({"enrolments": []}, {"_id": 1})]
        named = await self._in("applications").find({"pupil.pupil_id": {"$in": unused}}, {"pupil.pupil_id": 1})
        return [PupilId(each) for each in sorted(set(unused) - {row["pupil"]["pupil_id"] for row in named})]

    async def forget_pupils(self, pupil_ids: Collection[PupilId]) -> int:
        gone = {"$in": list(pupil_ids)}
        for name in (SECOND_GUARDIANS, FORGOTTEN):
            await self._in(name).delete_many({"pupil_id": gone})
        # Where a form for one of them is taken in meanwhile, both write the pupil: the second starts again.
        return await self._in("pupils").delete_many({"_id": gone})

    async def closure(self, school_id: SchoolId, day: date) -> Closure | None:
        row = await self._in("closures").find_one({"_id": rows.closure_key(school_id, day)})
        return rows.closure_from(row) if row else None

    async def save_closure(self, closure: Closure) -> None:
        await self._put("closures", rows.closure_row(closure))

    async def excuse(self, class_id: ClassId, day: date) -> Excuse | None:
        row = await self._in("excuses").find_one({"_id": rows.excuse_key(class_id, day)})
        return rows.excuse_from(row) if row else None

    async def save_excuse(self, excuse: Excuse) -> None:
        await self._put("excuses", rows.excuse_row(excuse))

    async def _put(self, name: str, row: Document) -> None:
        await self._in(name).replace_one({"_id": row["_id"]}, row, upsert=True)

    async def _put_next(self, name: str, row: Document) -> None:
        """Write version n over n-1. Who read the same version at the same time gets a conflict, and starts again."""
        if row["version"] == 1:
            await self._in(name).insert_one(row)
        elif not await self._in(name).replace_one({"_id": row["_id"], "version": row["version"] - 1}, row):
            raise RetryLater("the document changed meanwhile")


def _pair(pupil_id: str, holder_id: str) -> str:
    return f"{pupil_id}/{holder_id}"


def _of(school_years: Collection[str]) -> Document:
    return {"school_year": {"$in": list(school_years)}}
