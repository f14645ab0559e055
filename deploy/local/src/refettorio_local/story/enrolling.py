"""Families enrol their children; the office decides; a family in debt is refused with the amount."""

from __future__ import annotations

from typing import Any

from refettorio_local.story.founding import ENROLLMENT, LEDGER
from refettorio_local.story.person import Person
from refettorio_local.story.stage import CLERK, Stage
from refettorio_local.story.town import Euro, SchoolYear

INDEBTED, INDEBTED_PUPIL = "chiara.galli", "Tommaso"
DEBT_CENTS = 7 * 452
"""Seven meals of the year before that were never paid."""
TWO_CHILDREN = "elena.colombo"
REJECTION = "Matteo frequenta la scuola secondaria, che non ha servizio mensa."
OTHERS = {
    "giulia.ferrari": {"Luca": "primaria-3a", "Sofia": "primaria-1a"},
    "amina.elidrissi": {"Yasmin": "primaria-3a"},
    "nicolo.deluca": {"Emma": "primaria-1a"},
    "rosa.marchetti": {"Giada": "primaria-3a"},
    "silvia.brambilla": {"Alice": "primaria-1a", "Giorgio": "infanzia-a"},
    "karim.benali": {"Youssef": "primaria-3a"},
    "laura.pellegrini": {"Martina": "primaria-3a", "Filippo": "primaria-1a"},
    "stefano.mori": {"Gabriele": "infanzia-a"},
    "irene.costa": {"Aurora": "infanzia-a"},
    "andrea.longhi": {"Leonardo": "primaria-3a", "Camilla": "infanzia-a"},
}
SCHEMES = {"rosa.marchetti": "cie"}


async def last_year(stage: Stage) -> None:
    """The year before: a child is enrolled, and the account ends the year in debt."""
    tell, year = stage.tell, stage.town.school_years[0]
    tell.chapter("2. The year before")
    guardian = await stage.signed_in(INDEBTED)
    application = await apply(stage, guardian, INDEBTED_PUPIL, "primaria-3a", year)
    tell.check(
        f"{INDEBTED_PUPIL} enrolled for {year.school_year}", expected="accepted", seen=await _accept(stage, application)
    )
    stage.let_it_be(stage.town.school_years[1].opens_on, 9, 0)
    clerk = await stage.signed_in(CLERK, anew=True)
    guardian = await stage.signed_in(INDEBTED, anew=True)
    account = (await guardian.api("GET", "/api/identity/v1/me"))["id"]
    carried = {
        "account_id": account,
        "amount_cents": -DEBT_CENTS,
        "reason": "Saldo a.s. 2024/25 dal sistema precedente",
    }
    await clerk.api("POST", f"{LEDGER}/opening-balances", body=carried)
    again = await clerk.api("POST", f"{LEDGER}/opening-balances", body=carried)
    tell.note(f"The balance carried over twice by mistake counts once ({again and 'the second answer says so'})")
    await tell.wait_for("Balance carried over", lambda: balance_of(guardian), expected=-DEBT_CENTS)


async def this_year(stage: Stage) -> None:
    """The window is open: two children, one accepted and one rejected; others; and the debt block."""
    tell, year = stage.tell, stage.town.school_years[1]
    tell.chapter("3. Families enrol")
    await _two_children(stage, year)
    for citizen, children in OTHERS.items():
        guardian = await stage.signed_in(citizen, scheme=SCHEMES.get(citizen, "spid"))
        for given_name, class_id in children.items():
            await _accept(stage, await apply(stage, guardian, given_name, class_id, year))
    given_back = await stage.get_json(f"{stage.platform.addresses.oidc_url}/api/revoked")
    tell.check(
        "Signed in with CIE over OpenID Connect, and the token given back", expected=1, seen=given_back["revoked"]
    )
    clerk = await stage.signed_in(CLERK)
    enrolled = (
        await clerk.api("GET", f"{ENROLLMENT}/office/applications?state=accepted&school_year={year.school_year}")
    )["items"]
    tell.check(
        "Applications accepted for this year",
        expected=1 + sum(len(each) for each in OTHERS.values()),
        seen=len(enrolled),
    )
    await _refused_for_debt(stage, year)


async def _two_children(stage: Stage, year: SchoolYear) -> None:
    tell = stage.tell
    guardian = await stage.signed_in(TWO_CHILDREN)
    forms = (await guardian.api("GET", f"{ENROLLMENT}/forms"))["items"]
    tell.check(
        "The form is open",
        expected="open",
        seen=next(each["state"] for each in forms if each["form_id"] == year.form_id),
    )
    pietro = await apply(stage, guardian, "Pietro", "infanzia-a", year)
    tell.check("Pietro's application", expected="submitted", seen=pietro["state"])
    matteo = await apply(stage, guardian, "Matteo", "primaria-3a", year)
    twice = await guardian.call(
        "POST", f"{ENROLLMENT}/applications", body=_form(stage, guardian, "Pietro", "infanzia-a", year)
    )
    tell.check(
        "The same application again",
        expected=(409, "duplicate-application"),
        seen=(twice.status_code, twice.json()["slug"]),
    )
    tell.check("The office accepts Pietro's", expected="accepted", seen=await _accept(stage, pietro))
    clerk = await stage.signed_in(CLERK)
    address = f"{ENROLLMENT}/office/applications/{matteo['application_id']}"
    await clerk.api("POST", f"{address}/review")
    seen = (await guardian.api("GET", f"{ENROLLMENT}/applications/{matteo['application_id']}"))["state"]
    tell.check("Matteo's, once the office looks at it", expected="under-review", seen=seen)
    await clerk.api("POST", f"{address}/reject", body={"reason": REJECTION})
    told = await guardian.api("GET", f"{ENROLLMENT}/applications/{matteo['application_id']}")
    tell.check(
        "Matteo's is rejected with a reason", expected=("rejected", REJECTION), seen=(told["state"], told["reason"])
    )


async def _refused_for_debt(stage: Stage, year: SchoolYear) -> None:
    guardian = await stage.signed_in(INDEBTED)

    async def refusal() -> tuple[str, int]:
        answer = await guardian.call(
            "POST", f"{ENROLLMENT}/applications", body=_form(stage, guardian, INDEBTED_PUPIL, "primaria-3a", year)
        )
        problem = answer.json()
        return problem.get("slug", problem.get("state", "")), problem.get("values", {}).get("debt_cents", 0)

    await stage.tell.wait_for(
        "A family in debt is refused, with the amount", refusal, expected=("debt-outstanding", DEBT_CENTS)
    )
    stage.tell.note(f"They owe {Euro(DEBT_CENTS)} and are told where to pay")


async def after_paying(stage: Stage) -> None:
    """The debt is settled: the same form goes through."""
    guardian = await stage.signed_in(INDEBTED)
    year = stage.town.school_years[1]

    async def state() -> str:
        found = (await guardian.api("GET", f"{ENROLLMENT}/applications"))["items"]
        ours = [each for each in found if each["school_year"] == year.school_year]
        if not ours:
            await guardian.call(
                "POST", f"{ENROLLMENT}/applications", body=_form(stage, guardian, INDEBTED_PUPIL, "primaria-3a", year)
            )
            return "refused"
        stage.kept["settled-application"] = ours[0]
        return str(ours[0]["state"])

    await stage.tell.wait_for("With the debt paid the enrolment goes through", state, expected="submitted")
    stage.tell.check(
        "and is accepted", expected="accepted", seen=await _accept(stage, stage.kept["settled-application"])
    )


async def apply(stage: Stage, guardian: Person, given_name: str, class_id: str, year: SchoolYear) -> dict[str, Any]:
    """Fill in the meals form for one child of the guardian; the application."""
    application: dict[str, Any] = await guardian.api(
        "POST", f"{ENROLLMENT}/applications", body=_form(stage, guardian, given_name, class_id, year)
    )
    stage.pupils[given_name] = application["pupil"]["pupil_id"]
    return application


def _form(stage: Stage, guardian: Person, given_name: str, class_id: str, year: SchoolYear) -> dict[str, Any]:
    child = next(each for each in stage.citizens[guardian.name]["children"] if each["given_name"] == given_name)
    return {
        "form_id": year.form_id,
        "answers": {
            "pupil_given_name": child["given_name"],
            "pupil_family_name": child["family_name"],
            "pupil_fiscal_code": child["fiscal_code"],
            "pupil_birth_date": child["born_on"],
            "school_id": stage.town.school_of(class_id).school_id,
            "class_id": class_id,
            "privacy_accepted": True,
        },
    }


async def _accept(stage: Stage, application: dict[str, Any]) -> str:
    clerk = await stage.signed_in(CLERK)
    decided = await clerk.api(
        "POST", f"{ENROLLMENT}/office/applications/{application['application_id']}/accept", body={}
    )
    return str(decided["state"])


async def balance_of(guardian: Person) -> int:
    """Balance in cents as the portal would show it."""
    return int((await guardian.api("GET", f"{LEDGER}/account"))["balance_cents"])
