"""Reading and writing MongoDB inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final

from attendance.domain.calendar import Closure, Excuse
from attendance.domain.identifiers import AccountId, ClassId, CommandId, EnrolmentId, PupilId, SchoolId
from attendance.domain.mark import Outcome, PupilDay
from attendance.domain.roster import Enrolment, SecondGuardian
from attendance.domain.sheet import Sheet
from attendance.outbound import rows
from attendance.outbound.queries import MERGED, Queries
from attendance.usecases.ports import PupilName
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import Document
from refettorio_chassis.process import Index
from refettorio_chassis.transaction import Transaction

INDEXES: Final = (
    Index(collection="enrolments", keys=[("stays.class_id", 1)]),
    Index(collection="enrolments", keys=[("pupil_id", 1)]),
    Index(collection="enrolments", keys=[("account_id", 1)]),
    Index(collection="enrolments", keys=[("valid_to", 1)]),
    Index(collection="second_guardians", keys=[("pupil_id", 1)]),
    Index(collection="second_guardians", keys=[("guardian_id", 1)]),
    Index(collection=MERGED, keys=[("into", 1)]),
    Index(collection="pupil_days", keys=[("pupil_id", 1), ("day", -1)]),
    Index(collection="pupil_days", keys=[("day", 1)]),
    Index(collection="sheets", keys=[("day", 1)]),
)


class Store(Queries):
    """The `Store` port on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)

    async def enrolment(self, enrolment_id: EnrolmentId) -> Enrolment | None:
        row = await self._in("enrolments").find_one({"_id": enrolment_id})
        return rows.enrolment_from(row) if row else None

    async def save_enrolment(self, enrolment: Enrolment) -> None:
        await self._put("enrolments", rows.enrolment_row(enrolment))

    async def save_second_guardian(self, second: SecondGuardian) -> None:
        await self._put("second_guardians", rows.second_guardian_row(second))

    async def remove_second_guardian(self, second: SecondGuardian) -> None:
        await self._in("second_guardians").delete_one(rows.second_guardian_row(second))

    async def keep_merged(self, account_id: AccountId, into: AccountId) -> None:
        await self._put(MERGED, {"_id": account_id, "into": into})

    async def save_name(self, pupil_id: PupilId, name: PupilName) -> None:
        row = {"_id": pupil_id, "given_name": name.given_name, "family_name": name.family_name}
        await self._put("names", row)

    async def save_closure(self, closure: Closure) -> None:
        await self._put("closures", rows.closure_row(closure))

    async def remove_closure(self, school_id: SchoolId, day: date) -> None:
        await self._in("closures").delete_one({"_id": rows.day_key(school_id, day)})

    async def save_excuse(self, excuse: Excuse) -> None:
        await self._put("excuses", rows.excuse_row(excuse))

    async def save_sheet(self, sheet: Sheet) -> None:
        row = rows.sheet_row(sheet)
        if sheet.version == 1:
            await self._in("sheets").insert_one(row)
        elif not await self._in("sheets").replace_one({"_id": row["_id"], "version": sheet.version - 1}, row):
            raise RetryLater("the sheet changed meanwhile")

    async def save_pupil_days(self, days: Iterable[PupilDay]) -> None:
        for known in days:
            await self._put("pupil_days", rows.pupil_day_row(known))

    async def known_commands(
        self, class_id: ClassId, day: date, command_ids: Collection[CommandId]
    ) -> Collection[CommandId]:
        keys = [rows.command_key(class_id, day, command_id) for command_id in command_ids]
        found = await self._in("commands").find({"_id": {"$in": keys}}, {"command_id": 1})
        return {CommandId(row["command_id"]) for row in found}

    async def remember_commands(self, class_id: ClassId, day: date, outcomes: Mapping[CommandId, Outcome]) -> None:
        await self._in("commands").insert_many(
            [
                {
                    "_id": rows.command_key(class_id, day, command_id),
                    "command_id": command_id,
                    "outcome": outcome.value,
                }
                for command_id, outcome in outcomes.items()
            ]
        )

    async def forget_marks(self, *, before: date) -> int:
        passed = {"day": {"$lt": before.isoformat()}}
        for sheet in await self._in("sheets").find(passed, {"_id": 1}):
            # A command is named after its sheet: `<class>/<day>/<command>`.
            of_sheet = {"$gte": f"{sheet['_id']}/", "$lt": f"{sheet['_id']}0"}
            await self._in("commands").delete_many({"_id": of_sheet})
        await self._in("sheets").delete_many(passed)
        return await self._in("pupil_days").delete_many(passed)

    async def forget_roster(self, *, ended_before: date) -> int:
        over = {"valid_to": {"$lt": ended_before.isoformat()}}
        pupils = {row["pupil_id"] for row in await self._in("enrolments").find(over, {"pupil_id": 1})}
        number = await self._in("enrolments").delete_many(over)
        left = await self._in("enrolments").find({"pupil_id": {"$in": list(pupils)}}, {"pupil_id": 1})
        gone = list(pupils - {row["pupil_id"] for row in left})
        await self._in("names").delete_many({"_id": {"$in": gone}})
        await self._in("second_guardians").delete_many({"pupil_id": {"$in": gone}})
        return number

    async def _put(self, name: str, row: Document) -> None:
        await self._in(name).replace_one({"_id": row["_id"]}, row, upsert=True)
