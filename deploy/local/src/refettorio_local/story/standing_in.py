"""Acting for a family: a grandmother by delegation, then a clerk at the counter; the family reads who did what."""

from __future__ import annotations

from functools import partial

from refettorio_local.simulators.idp.citizens import CITIZENS
from refettorio_local.story.enrolling import TWO_CHILDREN, balance_of
from refettorio_local.story.founding import LEDGER
from refettorio_local.story.paying import issue_notice, pay_at_the_tobacconist
from refettorio_local.story.person import Person
from refettorio_local.story.stage import CLERK, Stage
from refettorio_local.story.town import Euro

GRANDMOTHER = "rosa.marchetti"
TOP_UP_CENTS = 20_00
IDENTITY = "/api/identity/v1"
APPLICATIONS = "/api/enrollment/v1/applications"
REFUSED = "rappresentanza-non-autorizzata"


async def chapter(stage: Stage) -> None:
    """Each does what they were given, in the family's place and under their own name."""
    stage.tell.chapter("10. In the place of a family")
    parent = await stage.signed_in(TWO_CHILDREN, anew=True)
    await _by_delegation(stage, parent)
    await _at_the_counter(stage, parent)


async def _by_delegation(stage: Stage, parent: Person) -> None:
    tell = stage.tell
    own = f"{IDENTITY}/me/delegations"
    latest = (await parent.api("GET", own))["choices"]["latest_last_day"]
    code = next(citizen.fiscal_code for citizen in CITIZENS if citizen.key == GRANDMOTHER)
    given = await parent.api("POST", own, body={"fiscal_code": code, "scopes": ["pay"], "last_day": latest})
    grandmother = await stage.signed_in(GRANDMOTHER, scheme="cie", anew=True)
    [received] = (await grandmother.api("GET", own))["received"]
    tell.check("A grandmother is delegated to see and to pay", expected=["see", "pay"], seen=received["scopes"])
    await grandmother.api("PUT", f"{IDENTITY}/me/acting", body={"delegation_id": received["delegation_id"]})
    before = await balance_of(parent)
    tell.check("She sees the family's balance", expected=before, seen=await balance_of(grandmother))
    notice = await issue_notice(grandmother, TOP_UP_CENTS)
    await pay_at_the_tobacconist(stage, notice["notice_number"])
    expected = before + TOP_UP_CENTS
    await tell.wait_for(f"She tops up {Euro(TOP_UP_CENTS)}", partial(balance_of, parent), expected=expected)
    for what, path in (("Enrolling a child", APPLICATIONS), ("A refund", f"{LEDGER}/refunds")):
        refused = (await grandmother.call("POST", path, body={})).json()["slug"]
        tell.check(f"{what} is refused her", expected=REFUSED, seen=refused)
    await parent.api("DELETE", f"{own}/{given['delegation_id']}")

    async def is_herself() -> bool:
        return bool((await grandmother.api("GET", f"{IDENTITY}/me"))["acting_is_over"])

    await tell.wait_for("Once it is revoked she acts for herself again", is_herself, expected=True)
    tell.check("The family reads who did it", expected=True, seen=("delegate", "issue-notice") in await _log(parent))


async def _at_the_counter(stage: Stage, parent: Person) -> None:
    tell, clerk = stage.tell, await stage.signed_in(CLERK, anew=True)
    family = (await parent.api("GET", f"{IDENTITY}/me"))["id"]
    await clerk.api("POST", f"{IDENTITY}/people/{family}/acting", body={"reason": "La famiglia non ha un computer"})
    seen = await balance_of(clerk)
    tell.check("A clerk acts for the family at the counter", expected=await balance_of(parent), seen=seen)
    await issue_notice(clerk, TOP_UP_CENTS)
    contacts = (await clerk.call("GET", f"{IDENTITY}/me/contacts")).json()["slug"]
    tell.check("The family's contacts are refused them", expected=REFUSED, seen=contacts)
    staff = (await clerk.call("GET", f"{LEDGER}/accounts")).json()["slug"]
    tell.check("and so is the office, meanwhile", expected=REFUSED, seen=staff)
    await clerk.api("DELETE", f"{IDENTITY}/me/acting")
    tell.check("The family reads that too", expected=True, seen=("clerk", "issue-notice") in await _log(parent))


async def _log(parent: Person) -> set[tuple[str, str]]:
    """Role and deed of who acted on the account."""
    items = (await parent.api("GET", f"{LEDGER}/me/access-log"))["items"]
    return {(each["role"], each["what"]) for each in items}
