"""Printings of whole schools, in MongoDB: runs, the line of each letter, the files. Personal data, but for the runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from ledger.domain.creditor import unknown_holder
from ledger.domain.prints import (
    LETTERS_IN_A_FILE,
    OPEN,
    AmountRule,
    PrintLine,
    PrintOrder,
    PrintRun,
    PrintState,
    SchoolFamily,
    SchoolLetter,
    handed_to,
)
from ledger.outbound.collections import ENROLMENTS
from ledger.outbound.notices import NoticeStore
from ledger.outbound.pupil_names import PupilNameStore
from ledger.outbound.tariffs import HolderStore
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

PRINT_RUNS: Final = "print_runs"
PRINT_LINES: Final = "print_lines"
PRINT_FILES: Final = "print_files"
OVER: Final = (PrintState.READY.value, PrintState.FAILED.value)


class PrintStore:
    """Implements `usecases.print_ports.Prints` and `PrintReading`."""

    def __init__(self, place: Collections) -> None:
        self._runs = place.collection(PRINT_RUNS)
        self._lines = place.collection(PRINT_LINES)
        self._files = place.collection(PRINT_FILES)
        self._enrolments = place.collection(ENROLMENTS)
        self._notices = NoticeStore(place)
        self._holders = HolderStore(place)
        self._pupil_names = PupilNameStore(place)

    async def families(self, order: PrintOrder, today: date) -> int:
        found = await self._enrolments.aggregate(
            [{"$match": _enrolled(order, today)}, {"$group": {"_id": "$account_id"}}, {"$count": "families"}]
        )
        return int(found[0]["families"]) if found else 0

    async def families_after(
        self, order: PrintOrder, today: date, account_id: str | None, limit: int
    ) -> Sequence[SchoolFamily]:
        where = _enrolled(order, today)
        if account_id is not None:
            where["account_id"] = {"$gt": account_id}
        found = await self._enrolments.aggregate(
            [
                {"$match": where},
                {
                    "$group": {
                        "_id": {"account": "$account_id", "class": "$class_id"},
                        "pupils": {"$addToSet": "$pupil_id"},
                    }
                },
                {"$sort": {"_id.account": 1, "_id.class": 1}},
                {
                    "$group": {
                        "_id": "$_id.account",
                        "class_id": {"$first": "$_id.class"},
                        "pupils": {"$first": "$pupils"},
                    }
                },
                {"$sort": {"_id": 1}},
                {"$limit": limit},
            ]
        )
        return [
            SchoolFamily(
                account_id=each["_id"], class_id=each["class_id"] or "", pupil_ids=tuple(sorted(each["pupils"]))
            )
            for each in found
        ]

    async def run(self, run_id: str) -> PrintRun | None:
        document = await self._runs.find_one({"_id": run_id})
        return _run_of(document) if document else None

    async def open_run(self, school_id: str) -> PrintRun | None:
        document = await self._runs.find_one({"open_school": school_id})
        return _run_of(document) if document else None

    async def recent(self, limit: int) -> Sequence[PrintRun]:
        found = await self._runs.find({}, sort=[("started_at", -1), ("_id", 1)], limit=limit)
        return [_run_of(document) for document in found]

    async def open_runs(self) -> Sequence[str]:
        where = {"open_school": {"$type": "string"}}
        found = await self._runs.find(where, {"_id": 1}, sort=[("started_at", 1), ("_id", 1)])
        return [str(document["_id"]) for document in found]

    async def done_before(self, moment: datetime) -> Sequence[str]:
        where: Document = {"state": {"$in": list(OVER)}, "done_at": {"$lt": moment}}
        return [str(document["_id"]) for document in await self._runs.find(where, {"_id": 1}, sort=[("done_at", 1)])]

    async def keep_run(self, run: PrintRun) -> None:
        """`open_school` is there while the run goes on: a unique index holds it."""
        document: Document = asdict(run) | {
            "_id": run.run_id,
            "state": run.state.value,
            "order": asdict(run.order) | {"rule": run.order.rule.value},
        }
        if run.state in OPEN:
            document["open_school"] = run.order.school_id
        await self._runs.replace_one({"_id": run.run_id}, document, upsert=True)

    async def given_names(self, pupil_ids: Collection[str]) -> Mapping[str, str]:
        return await self._pupil_names.given_names(pupil_ids)

    async def add_lines(self, run_id: str, lines: Sequence[PrintLine]) -> None:
        await self._lines.insert_many(
            [asdict(line) | {"_id": f"{run_id}:{line.account_id}", "run_id": run_id} for line in lines]
        )

    async def keep_file(self, run_id: str, number: int, pdf: bytes) -> None:
        file_id = f"{run_id}:{number}"
        await self._files.replace_one({"_id": file_id}, {"_id": file_id, "run_id": run_id, "pdf": pdf}, upsert=True)

    async def file(self, run_id: str, number: int) -> bytes | None:
        document = await self._files.find_one({"_id": f"{run_id}:{number}"})
        return bytes(document["pdf"]) if document else None

    async def forget(self, run_id: str) -> None:
        await self._lines.delete_many({"run_id": run_id})
        await self._files.delete_many({"run_id": run_id})

    async def letters(self, run_id: str, number: int) -> Sequence[SchoolLetter]:
        """By class, then by names: lines do not change once the run prints, so that each is in one file."""
        lines = await self._lines.aggregate(
            [
                {"$match": {"run_id": run_id}},
                {"$sort": {"class_id": 1, "pupils": 1, "name": 1, "account_id": 1}},
                {"$skip": (number - 1) * LETTERS_IN_A_FILE},
                {"$limit": LETTERS_IN_A_FILE},
            ]
        )
        notices = await self._notices.numbered([line["notice_number"] for line in lines])
        holders = await self._holders.holders([line["account_id"] for line in lines])
        return [
            SchoolLetter(
                notice=notices[line["notice_number"]],
                debtor=holders.get(line["account_id"]) or unknown_holder(line["account_id"]),
                hand_to=handed_to(line.get("pupils", ""), line.get("class_name", "")),
            )
            for line in lines
        ]


def _enrolled(order: PrintOrder, today: date) -> Document:
    where: Document = {
        "school_id": order.school_id,
        "service": order.service,
        "valid_to": {"$gte": today.isoformat()},
    }
    return where if order.class_id is None else where | {"class_id": order.class_id}


def _run_of(document: Document) -> PrintRun:
    known = {name: value for name, value in document.items() if name not in {"_id", "open_school"}}
    order = document["order"]
    return PrintRun(
        **(
            known
            | {
                "state": PrintState(document["state"]),
                "order": PrintOrder(**(order | {"rule": AmountRule(order["rule"])})),
            }
        )
    )
