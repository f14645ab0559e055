"""The tablet of the canteen: paired by a code of the office, opened by an operator with a PIN, locked by wrong ones."""

from __future__ import annotations

from refettorio_local.story.device_key import DeviceKey
from refettorio_local.story.person import Person
from refettorio_local.story.stage import CLERK, COOK, Stage

IDENTITY = "/api/identity/v1"
ATTENDANCE = "/api/attendance/v1"
PIN = "274951"
MOST_TRIES = 5


async def paired_tablet(stage: Stage) -> Person:
    """Paired once, for every class, and in nobody's hands."""
    clerk = await stage.signed_in(CLERK, anew=True)
    wanted = {"name": "Mensa", "classes": list(stage.town.class_ids)}
    offered = await clerk.api("POST", f"{IDENTITY}/tablets", body=wanted)
    device = DeviceKey(stage.platform.clock.now)
    tablet = Person(addresses=stage.platform.addresses, name="tablet", device=device)
    stage.people["tablet"] = tablet
    code = {"code": offered["pairing_code"], "device_name": "Tablet della mensa"}
    paired = await tablet.api("POST", "/auth/tablets/pair", body=code, expect=201)
    stage.tell.check("The tablet is paired for", expected=sorted(stage.town.class_ids), seen=sorted(paired["classes"]))
    other = Person(addresses=stage.platform.addresses, device=DeviceKey(stage.platform.clock.now))
    second = await other.call("POST", "/auth/tablets/pair", body=code)
    stage.tell.check("The pairing code works once", expected=True, seen=second.status_code >= 400)
    return tablet


async def stolen_cookie(stage: Stage, tablet: Person) -> None:
    """Who copies the tablet's cookie has not its key; who overhears a request cannot make it again."""
    thief = tablet.thief()
    bare = await thief.call("GET", f"{IDENTITY}/tablet")
    thief.device = DeviceKey(stage.platform.clock.now)
    forged = await thief.call("GET", f"{IDENTITY}/tablet")
    seen = [bare.status_code, forged.status_code]
    stage.tell.check("A stolen cookie without the device's key opens nothing", expected=[401, 401], seen=seen)
    await thief.close()


async def first_operator(stage: Stage, tablet: Person) -> None:
    """The office names the cook, who chooses a PIN; somebody else guesses, and locks her out until the office helps."""
    tell = stage.tell
    refused = await tablet.call("GET", f"{ATTENDANCE}/classes")
    tell.check("A tablet in nobody's hands reads nothing", expected=403, seen=refused.status_code)
    clerk = await stage.signed_in(CLERK)
    cook = {"fiscal_code": stage.citizens[COOK]["fiscal_code"], "name": "Teresa C."}
    named = await clerk.api("POST", f"{IDENTITY}/operators", body=cook, expect=201)
    who = {"operator_id": named["operator_id"]}
    await tablet.api("POST", f"{IDENTITY}/tablet/operator/pin", body=who | {"code": named["code"], "pin": PIN})
    listed = (await tablet.api("GET", f"{ATTENDANCE}/classes"))["items"]
    seen = sorted(each["class_id"] for each in listed)
    tell.check("Opened by a PIN, it shows its classes", expected=sorted(stage.town.class_ids), seen=seen)
    await tablet.call("DELETE", f"{IDENTITY}/tablet/operator")
    guess = who | {"pin": "000000"}
    told = [await tablet.call("POST", f"{IDENTITY}/tablet/operator", body=guess) for _ in range(MOST_TRIES)]
    tell.check("The fifth wrong PIN locks", expected=[422] * 4 + [409], seen=[each.status_code for each in told])
    right = await tablet.call("POST", f"{IDENTITY}/tablet/operator", body=who | {"pin": PIN})
    tell.check("Locked, the right PIN opens nothing either", expected=409, seen=right.status_code)
    await clerk.api("POST", f"{IDENTITY}/operators/{named['operator_id']}/unlock")
    await open_tablet(tablet)


async def open_tablet(tablet: Person) -> None:
    """The one operator of the town types her PIN."""
    [operator] = (await tablet.api("GET", f"{IDENTITY}/tablet"))["operators"]
    await tablet.api("POST", f"{IDENTITY}/tablet/operator", body={"operator_id": operator["operator_id"], "pin": PIN})
