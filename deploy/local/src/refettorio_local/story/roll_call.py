"""The roll on the tablet, the charges, the price that changes on its day, a correction, the low balance."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from refettorio_chassis.clock import ROME
from refettorio_local.story.enrolling import TWO_CHILDREN, balance_of
from refettorio_local.story.founding import LEDGER
from refettorio_local.story.paying import CARD_CENTS, CARD_HOLDER, NEARLY_BROKE, SMALL_CENTS, TOP_UP_CENTS
from refettorio_local.story.person import Person
from refettorio_local.story.stage import CLERK, Stage
from refettorio_local.story.tablet import ATTENDANCE, first_operator, open_tablet, paired_tablet, stolen_cookie

FRIDAY = date(2025, 10, 3)
MONDAY = date(2025, 10, 6)
OLD_PRICE, NEW_PRICE = 452, 510
ABSENT = "Giada"


async def chapter(stage: Stage) -> None:
    """Two school days, three classes."""
    stage.tell.chapter("5. The roll")
    stage.let_it_be(FRIDAY, 11, 30)
    tablet = await paired_tablet(stage)
    await stolen_cookie(stage, tablet)
    await first_operator(stage, tablet)
    await _first_day(stage, tablet)
    await _charged_once(stage)
    await _correction(stage)
    stage.let_it_be(MONDAY, 12, 0)
    await _second_day(stage, tablet)


async def _first_day(stage: Stage, tablet: Person) -> None:
    """One class is marked without network: the marks wait on the tablet with their own time, and go out twice."""
    tell = stage.tell
    sheet = await tablet.api("GET", f"{ATTENDANCE}/classes/primaria-3a/sheets/{FRIDAY}")
    offline = marks_of(sheet, at=time(11, 45))
    tell.note("primaria-3a is marked at 11:45 without network; the marks wait on the tablet")
    stage.let_it_be(FRIDAY, 12, 10)
    await open_tablet(tablet)  # put down for more than ten minutes, it had locked
    for class_id in ("infanzia-a", "primaria-1a"):
        sheet = await tablet.api("GET", f"{ATTENDANCE}/classes/{class_id}/sheets/{FRIDAY}")
        await send_marks(tablet, class_id, FRIDAY, marks_of(sheet, at=time(12, 5)))
    first = await send_marks(tablet, "primaria-3a", FRIDAY, offline)
    tell.check(
        "Offline marks once the network is back",
        expected={"applied"},
        seen={each["outcome"] for each in first["results"]},
    )
    again = await send_marks(tablet, "primaria-3a", FRIDAY, offline)
    tell.check("The same marks sent again", expected={"known"}, seen={each["outcome"] for each in again["results"]})
    for class_id in stage.town.class_ids:
        closed = await tablet.api("POST", f"{ATTENDANCE}/classes/{class_id}/sheets/{FRIDAY}/close")
        tell.check(f"{class_id} is closed", expected="closed", seen=closed.get("state") or closed["sheet"]["state"])


async def _charged_once(stage: Stage) -> None:
    """The ledger charges what was marked, at the price of the day."""
    tell = stage.tell
    elena = await stage.signed_in(TWO_CHILDREN, anew=True)
    giulia = await stage.signed_in(CARD_HOLDER, anew=True)
    await tell.wait_for(
        "Pietro's meal is charged at 4.52", lambda: balance_of(elena), expected=TOP_UP_CENTS - OLD_PRICE
    )
    await tell.wait_for("Two children, one account", lambda: balance_of(giulia), expected=CARD_CENTS - 2 * OLD_PRICE)
    rosa = await stage.signed_in("rosa.marchetti", scheme="cie", anew=True)
    await tell.wait_for(f"{ABSENT} was absent: nothing is charged", lambda: balance_of(rosa), expected=TOP_UP_CENTS)
    nicolo = await stage.signed_in(NEARLY_BROKE, anew=True)
    await tell.wait_for("Emma's meal is charged", lambda: balance_of(nicolo), expected=SMALL_CENTS - OLD_PRICE)


async def _correction(stage: Stage) -> None:
    """Luca had gone home: the office corrects the closed sheet, the ledger reverses one charge."""
    tell = stage.tell
    clerk = await stage.signed_in(CLERK, anew=True)
    correction = {
        "class_id": "primaria-3a",
        "day": FRIDAY.isoformat(),
        "pupil_id": stage.pupils["Luca"],
        "mark": "absent",
        "reason": "Uscito alle 11:50, segnalato dalla scuola",
    }
    await clerk.api("POST", f"{ATTENDANCE}/corrections", body=correction)
    giulia = await stage.signed_in(CARD_HOLDER)
    await tell.wait_for(
        "A correction gives one charge back", lambda: balance_of(giulia), expected=CARD_CENTS - OLD_PRICE
    )
    lines = (await giulia.api("GET", f"{LEDGER}/account/statement"))["items"]
    kinds = [line["kind"] for line in lines]
    tell.check(
        "The statement keeps every line, newest first", expected=["reversal", "charge", "charge", "top-up"], seen=kinds
    )


async def _second_day(stage: Stage, tablet: Person) -> None:
    """Monday: the new price."""
    tell = stage.tell
    refused = await tablet.call("GET", f"{ATTENDANCE}/classes")
    tell.check("Three days later the tablet is locked", expected=403, seen=refused.status_code)
    await open_tablet(tablet)
    for class_id in stage.town.class_ids:
        sheet = await tablet.api("GET", f"{ATTENDANCE}/classes/{class_id}/sheets/{MONDAY}")
        marks = marks_of(sheet, at=time(11, 58))
        answer = await tablet.call(
            "POST", f"{ATTENDANCE}/classes/{class_id}/sheets/{MONDAY}/commands", body={"commands": marks}
        )
        if class_id == "primaria-1a":
            stage.kept["trace"] = answer.headers.get("x-trace-id", "")
    elena = await stage.signed_in(TWO_CHILDREN, anew=True)
    await tell.wait_for(
        "From Monday a meal costs 5.10", lambda: balance_of(elena), expected=TOP_UP_CENTS - OLD_PRICE - NEW_PRICE
    )
    line = (await elena.api("GET", f"{LEDGER}/account/statement"))["items"][0]
    why = line["why"]
    tell.check(
        "Why did I pay this?",
        expected=("meals-standard/2025-26", "D.G.C. 58/2025", NEW_PRICE),
        seen=(why["tariff_version"], why["resolution"], why["price_cents"]),
    )


def marks_of(sheet: dict[str, Any], *, at: time) -> list[dict[str, str]]:
    """Everybody is present but one: commands as the tablet makes them."""
    taken = datetime.combine(date.fromisoformat(sheet["day"]), at, tzinfo=ROME)
    return [
        {
            "command_id": str(uuid.uuid4()),
            "pupil_id": pupil["pupil_id"],
            "mark": "absent" if pupil["given_name"] == ABSENT else "present",
            "recorded_at": (taken + timedelta(seconds=number)).isoformat(),
        }
        for number, pupil in enumerate(sheet["pupils"])
    ]


async def send_marks(tablet: Person, class_id: str, day: date, marks: list[dict[str, str]]) -> dict[str, Any]:
    """Hand in the marks of one class and day; what became of each."""
    answer: dict[str, Any] = await tablet.api(
        "POST", f"{ATTENDANCE}/classes/{class_id}/sheets/{day}/commands", body={"commands": marks}
    )
    return answer
