"""Two parents share a child: named, accepted, a meal divided to the cent, other shares agreed, and the end of it."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from refettorio_contracts.topics import SECOND_GUARDIANS
from refettorio_local.story.enrolling import TWO_CHILDREN, balance_of
from refettorio_local.story.founding import ENROLLMENT, LEDGER
from refettorio_local.story.paying import issue_notice, pay_at_the_tobacconist
from refettorio_local.story.person import Person
from refettorio_local.story.proving import lag
from refettorio_local.story.roll_call import FRIDAY, MONDAY, NEW_PRICE, marks_of, send_marks
from refettorio_local.story.stage import Stage
from refettorio_local.story.tablet import ATTENDANCE, open_tablet
from refettorio_local.story.town import Euro

SECOND = "paolo.rossi"
CHILD, CLASS = "Pietro", "infanzia-a"
PERCENT = 45
TUESDAY = date(2025, 10, 7)
TOP_UP_CENTS = 20_00
REFUSED = ["refused"]
OF_SECOND_CENTS = NEW_PRICE * PERCENT // 100
"""2.29 of 5.10: the half cent stays with who enrolled the child, who pays 2.81."""


async def chapter(stage: Stage) -> None:
    """Agreed on Monday, in force from Tuesday, ended the same day."""
    stage.tell.chapter("6. Two parents")
    second_guardian = await _agreed(stage)
    stage.let_it_be(TUESDAY, 12, 15)
    await _meal(stage)
    await _other_shares(stage, second_guardian)
    await _ended(stage, second_guardian)


async def _agreed(stage: Stage) -> str:
    """The mother names the father by his fiscal code; he finds it when he signs in, and says yes."""
    tell, mother = stage.tell, await stage.signed_in(TWO_CHILDREN, anew=True)
    wanted = {"fiscal_code": stage.citizens[SECOND]["fiscal_code"], "second_percent": PERCENT}
    path = f"{ENROLLMENT}/pupils/{stage.pupils[CHILD]}/second-guardian"
    named = await mother.api("POST", path, body=wanted, expect=201)
    seen = (named["state"], named["other_name"])
    tell.check("The other parent is named, by fiscal code alone", expected=("named", None), seen=seen)
    father = await stage.signed_in(SECOND, anew=True)
    asked = ["second", "named", "Elena Colombo", CHILD, PERCENT]
    await tell.wait_for("He is asked, with the child's given name alone", partial(_asked, father), expected=asked)
    tell.check("Until he accepts he sees nothing", expected=True, seen=await _days(stage, father) == REFUSED)
    accepted = await father.api("POST", f"{ENROLLMENT}/second-guardians/{named['second_guardian_id']}/accept")
    tomorrow = {"second_percent": PERCENT, "valid_from": TUESDAY.isoformat()}
    seen = (accepted["second_percent"], accepted["next"])
    tell.check(f"Accepted: nothing today, {PERCENT} % from tomorrow on", expected=(0, tomorrow), seen=seen)
    both = [MONDAY.isoformat(), FRIDAY.isoformat()]
    await tell.wait_for(f"He sees {CHILD}'s days", partial(_days, stage, father), expected=both)
    await pay_at_the_tobacconist(stage, (await issue_notice(father, TOP_UP_CENTS))["notice_number"])
    await tell.wait_for("and tops up an account of his own", partial(balance_of, father), expected=TOP_UP_CENTS)
    heard = partial(lag, stage, SECOND_GUARDIANS, "refettorio.ledger.second-guardians")
    await tell.wait_for("The ledger has heard what they agreed", heard, expected=0)
    return str(named["second_guardian_id"])


async def _meal(stage: Stage) -> None:
    """The next day's meal is divided as it is charged."""
    tell, tablet = stage.tell, stage.people["tablet"]
    mother, father = [await stage.signed_in(each, anew=True) for each in (TWO_CHILDREN, SECOND)]
    before = await balance_of(mother)
    await open_tablet(tablet)
    sheet = await tablet.api("GET", f"{ATTENDANCE}/classes/{CLASS}/sheets/{TUESDAY}")
    marks = [each for each in marks_of(sheet, at=time(12, 10)) if each["pupil_id"] == stage.pupils[CHILD]]
    await send_marks(tablet, CLASS, TUESDAY, marks)
    rest = NEW_PRICE - OF_SECOND_CENTS
    step = f"A meal of {Euro(NEW_PRICE)}: the mother pays {Euro(rest)}"
    await tell.wait_for(step, partial(balance_of, mother), expected=before - rest)
    after = TOP_UP_CENTS - OF_SECOND_CENTS
    await tell.wait_for(f"and the father {Euro(OF_SECOND_CENTS)}", partial(balance_of, father), expected=after)
    lines = (await mother.api("GET", f"{LEDGER}/account/statement"))["items"][:2]
    seen = sorted((each["kind"], each["amount_cents"]) for each in lines)
    expected = [("charge", -NEW_PRICE), ("share", OF_SECOND_CENTS)]
    tell.check("Her statement has the whole meal and his part of it", expected=expected, seen=seen)
    [share, *_] = (await father.api("GET", f"{LEDGER}/account/statement"))["items"]
    part = (share["kind"], share["amount_cents"], share["pupil_id"])
    tell.check("His has his part", expected=("share", -OF_SECOND_CENTS, stage.pupils[CHILD]), seen=part)
    tell.note(f"He reads: {share['description']}")


async def _other_shares(stage: Stage, second_guardian: str) -> None:
    """Nobody can make the other pay: what one proposes holds once the other agrees."""
    tell, path = stage.tell, f"{ENROLLMENT}/second-guardians/{second_guardian}/shares"
    mother, father = await stage.signed_in(TWO_CHILDREN), await stage.signed_in(SECOND)
    for day, answer in ((TUESDAY, "shares-day"), (TUESDAY + timedelta(days=1), None)):
        body = {"second_percent": 100, "valid_from": day.isoformat()}
        proposed = (await mother.call("POST", path, body=body)).json()
        what = "today" if answer else "tomorrow"
        tell.check(f"She proposes that he pay all, from {what} on", expected=answer, seen=proposed.get("slug"))
    own = (await mother.call("POST", f"{path}/accept", body=body)).json()["slug"]
    tell.check("but cannot agree in his place", expected="not-yours-to-answer", seen=own)
    other = (await father.call("POST", f"{path}/accept", body=body | {"second_percent": 10})).json()["slug"]
    tell.check("and he agrees to nothing but what he read", expected="shares-changed", seen=other)
    declined = await father.api("POST", f"{path}/decline")
    seen = (declined["second_percent"], declined["proposal"])
    tell.check("He says no: all stays as it was", expected=(PERCENT, None), seen=seen)


async def _ended(stage: Stage, second_guardian: str) -> None:
    """What was shared stays shared."""
    tell, mother, father = stage.tell, await stage.signed_in(TWO_CHILDREN), await stage.signed_in(SECOND)
    before = await balance_of(father)
    ended = await mother.api("POST", f"{ENROLLMENT}/second-guardians/{second_guardian}/end")
    tell.check("She ends it", expected="ended", seen=ended["state"])
    await tell.wait_for("He is refused the child's days", partial(_days, stage, father), expected=REFUSED)
    tell.check("What he paid for stays his", expected=before, seen=await balance_of(father))


async def _asked(father: Person) -> list[Any]:
    """What stands in his personal area; empty for nothing."""
    items = (await father.api("GET", f"{ENROLLMENT}/second-guardians"))["items"]
    names = ("side", "state", "other_name", "pupil_name", "named_percent")
    return [item[name] for item in items[:1] for name in names]


async def _days(stage: Stage, guardian: Person) -> list[str]:
    """The days on which the child ate, the latest first; REFUSED when they are not the guardian's to read."""
    query = f"from={FRIDAY.isoformat()}&to={MONDAY.isoformat()}"
    answer = await guardian.call("GET", f"{ATTENDANCE}/pupils/{stage.pupils[CHILD]}/days?{query}")
    if answer.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        return REFUSED
    return [each["day"] for each in answer.json()["items"] if each["mark"] == "present"]
