"""What the office settles: an overpayment, a late price, instalments, letters, flows, the end of the year, a refund."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from lxml import etree

from refettorio_local.story.arranging import instalments, printed_class
from refettorio_local.story.enrolling import SCHEMES, TWO_CHILDREN, balance_of
from refettorio_local.story.founding import LEDGER
from refettorio_local.story.paying import TOP_UP_CENTS
from refettorio_local.story.person import Person
from refettorio_local.story.roll_call import FRIDAY, NEW_PRICE, OLD_PRICE
from refettorio_local.story.stage import ADMINISTRATOR, CLERK, Stage

AFTER_THE_YEAR = date(2026, 7, 2)
MEALS_ON_FRIDAY, FAMILIES_ON_FRIDAY = 14, 11
"""Charged on that Friday and not given back: fifteen present, one corrected."""
LEAVING = "rosa.marchetti"
IBAN = "IT60X0542811101000000123456"
"""The textbook's example."""
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.03}"


async def chapter(stage: Stage) -> None:
    """The office settles."""
    stage.tell.chapter("8. The office settles")
    await _overpayment(stage)
    await _late_price(stage)
    await instalments(stage)
    await printed_class(stage)
    await _reconciliation(stage)
    stage.let_it_be(AFTER_THE_YEAR, 9)
    await _year_end(stage)
    await _refund(stage)
    code, output = await stage.command("ledger", "verify")
    stage.tell.check("The books still prove themselves", expected=0, seen=code)
    for line in output.strip().splitlines()[-2:]:
        stage.tell.note(line)


async def _overpayment(stage: Stage) -> None:
    """The same notice paid a second time, for real: the money is credited, and somebody decides about it."""
    tell = stage.tell
    clerk = await stage.signed_in(CLERK, anew=True)
    guardian = await stage.signed_in(TWO_CHILDREN, anew=True)
    before = await balance_of(guardian)
    paid = {"notice_number": stage.kept["notice"], "second_payment": True}
    await stage.post_json(f"{stage.platform.addresses.nodo_url}/api/pay", paid)
    await tell.wait_for(
        "A notice paid twice is credited twice", partial(balance_of, guardian), expected=before + TOP_UP_CENTS
    )
    [anomaly] = (await clerk.api("GET", f"{LEDGER}/anomalies"))["items"]
    tell.check("and stands on the office's list", expected="already-paid", seen=anomaly["anomaly"])
    decision = {"action": "leave-as-credit", "reason": "La famiglia preferisce tenere il credito"}
    await clerk.api("POST", f"{LEDGER}/anomalies/{anomaly['anomaly_id']}/resolve", body=decision)
    left = (await clerk.api("GET", f"{LEDGER}/anomalies"))["items"]
    tell.check("until a clerk has decided", expected=0, seen=len(left))


async def _late_price(stage: Stage) -> None:
    """The council lets the new price begin on Friday after all: look first, then post only the differences."""
    tell, clerk = stage.tell, await stage.signed_in(CLERK)
    version = {
        "service": "meals",
        "valid_from": FRIDAY.isoformat(),
        "price_cents": NEW_PRICE,
        "resolution": "D.G.C. 60/2025",
    }
    await clerk.api("PUT", f"{LEDGER}/tariffs/{stage.town.tariff_code}/versions/2025-26-bis", body=version)
    span = {"from": FRIDAY.isoformat(), "to": FRIDAY.isoformat()}
    preview = await clerk.api("POST", f"{LEDGER}/reratings/preview", body=span)
    delta = MEALS_ON_FRIDAY * (NEW_PRICE - OLD_PRICE)
    seen = (preview["families"], abs(preview["delta_cents"]))
    tell.check(
        "Before a late price is applied: families, difference in cents", expected=(FAMILIES_ON_FRIDAY, delta), seen=seen
    )
    guardian = await stage.signed_in(TWO_CHILDREN)
    before = await balance_of(guardian)
    posting = {"preview_id": preview["preview_id"], "reason": "Nuova tariffa dal 3 ottobre"}
    for turn in ("The difference is posted", "Posting it again posts nothing"):
        await clerk.api("POST", f"{LEDGER}/reratings", body=posting)
        await tell.wait_for(turn, partial(balance_of, guardian), expected=before - (NEW_PRICE - OLD_PRICE))


async def _reconciliation(stage: Stage) -> None:
    """The flows of pagoPA name every payment; each is held against our receipts."""
    tell, clerk = stage.tell, await stage.signed_in(CLERK)
    await stage.post_json(f"{stage.platform.addresses.nodo_url}/api/flows", {})
    run = await clerk.api("POST", f"{LEDGER}/reconciliation/run")
    tell.check("Flows of pagoPA taken", expected=True, seen=run["flows_taken"] > 0)
    left = (await clerk.api("GET", f"{LEDGER}/reconciliation/worklist"))["items"]
    tell.check("Payments that match nothing of ours", expected=[], seen=[each["kind"] for each in left])
    proof = await clerk.api("GET", f"{LEDGER}/reconciliation/proof")
    tell.check("The ledger's sum of credits is the receipts' sum", expected=True, seen=proof["holds"])


async def _year_end(stage: Stage) -> None:
    """Look, start, follow until every account is settled."""
    tell, clerk = stage.tell, await stage.signed_in(CLERK, anew=True)
    year = stage.town.school_years[1].slug
    preview = await clerk.api("POST", f"{LEDGER}/year-closings/{year}/preview")
    tell.check("Accounts that the closing would settle", expected=True, seen=preview["accounts"] > 0)
    await clerk.api("POST", f"{LEDGER}/year-closings/{year}/run")

    async def state() -> str:
        return str((await clerk.api("GET", f"{LEDGER}/year-closings/{year}"))["state"])

    await tell.wait_for(f"The year {year} is closed", state, expected="closed")


async def _refund(stage: Stage) -> None:
    """Giada goes to another school: what is left goes back by bank transfer."""
    tell, clerk = stage.tell, await stage.signed_in(CLERK)
    guardian = await stage.signed_in(LEAVING, scheme=SCHEMES[LEAVING], anew=True)
    left = await balance_of(guardian)
    asked = await _asked(guardian, clerk)
    approval = f"{LEDGER}/refunds/{asked['refund_id']}/approve"
    refused = await clerk.api("POST", approval, expect=403)
    tell.check("Who entered a refund may not approve it", expected="refund-needs-another-person", seen=refused["slug"])
    administrator = await stage.signed_in(ADMINISTRATOR, anew=True)
    await administrator.api("POST", approval)
    await tell.wait_for("The refund is approved: the account is empty", partial(balance_of, guardian), expected=0)
    await clerk.api("POST", f"{LEDGER}/refunds/batches", body={"batch_id": "RIMBORSI-2026-1"})
    file = await clerk.call("GET", f"{LEDGER}/refunds/pain001?batch=RIMBORSI-2026-1")
    saved = stage.folder / "RIMBORSI-2026-1.xml"
    saved.write_bytes(file.content)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    amount = etree.fromstring(file.content, parser).findtext(f".//{PAIN}InstdAmt")
    tell.check("The bank's file (SEPA pain.001) pays", expected=f"{left / 100:.2f}", seen=amount)
    booked = await clerk.api("POST", f"{LEDGER}/refunds/batches/RIMBORSI-2026-1/book")
    tell.check("and is booked once the bank has paid", expected=True, seen=booked["booked_at"] is not None)


async def _asked(guardian: Person, clerk: Person) -> dict[str, Any]:
    account = (await guardian.api("GET", "/api/identity/v1/me"))["id"]
    body = {"iban": IBAN, "reason": "Giada cambia scuola"}
    asked: dict[str, Any] = await clerk.api("POST", f"{LEDGER}/accounts/{account}/refunds", body=body)
    return asked
