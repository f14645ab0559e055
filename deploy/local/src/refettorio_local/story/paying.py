"""Top-ups: a notice paid at the tobacconist's, a card, and what must change nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

import pypdfium2
import zxingcpp

from refettorio_local.story.enrolling import DEBT_CENTS, INDEBTED, TWO_CHILDREN, balance_of
from refettorio_local.story.founding import LEDGER
from refettorio_local.story.person import Person
from refettorio_local.story.stage import Stage
from refettorio_local.story.town import Euro

TOP_UP_CENTS = 50_00
CARD_CENTS = 60_00
SMALL_CENTS = 15_00
CARD_HOLDER = "giulia.ferrari"
NEARLY_BROKE = "nicolo.deluca"
RENDER_SCALE = 4


async def chapter(stage: Stage) -> None:
    """Money comes in."""
    tell = stage.tell
    tell.chapter("4. Families top up")
    guardian = await stage.signed_in(TWO_CHILDREN)
    notice = await issue_notice(guardian, TOP_UP_CENTS)
    stage.kept["notice"] = notice["notice_number"]
    await _letter(stage, guardian, notice)
    paid = await pay_at_the_tobacconist(stage, notice["notice_number"])
    tell.check("Paid at the tabaccheria", expected="OK", seen=paid["outcome"])
    await tell.wait_for(f"Balance after {Euro(TOP_UP_CENTS)}", lambda: balance_of(guardian), expected=TOP_UP_CENTS)
    await _settle_debt(stage)
    await _card(stage)
    for citizen, cents in (
        (NEARLY_BROKE, SMALL_CENTS),
        ("amina.elidrissi", TOP_UP_CENTS),
        ("rosa.marchetti", TOP_UP_CENTS),
    ):
        person = await stage.signed_in(citizen)
        await pay_at_the_tobacconist(stage, (await issue_notice(person, cents))["notice_number"])
        await tell.wait_for(f"{citizen} tops up", partial(balance_of, person), expected=cents)
    await _receipt_again(stage, guardian, paid)


async def _letter(stage: Stage, guardian: Person, notice: dict[str, Any]) -> None:
    """The payment letter: saved, and its QR code read back by an independent reader."""
    answer = await guardian.call("GET", f"{LEDGER}/notices/{notice['notice_number']}/letter.pdf")
    letter = stage.folder / f"avviso-{notice['notice_number']}.pdf"
    letter.write_bytes(answer.content)
    image = pypdfium2.PdfDocument(answer.content)[0].render(scale=RENDER_SCALE).to_pil()
    codes = [each.text for each in zxingcpp.read_barcodes(image) if each.text.startswith("PAGOPA|")]
    creditor = codes[0].split("|")[3] if codes else ""
    expected = [f"PAGOPA|002|{notice['notice_number']}|{creditor}|{TOP_UP_CENTS}"]
    stage.tell.check("QR code of the payment letter", expected=expected, seen=codes)
    stage.tell.note(f"Letter saved as {letter}")


async def _settle_debt(stage: Stage) -> None:
    guardian = await stage.signed_in(INDEBTED)
    notice = await issue_notice(guardian, DEBT_CENTS)
    await pay_at_the_tobacconist(stage, notice["notice_number"])
    await stage.tell.wait_for("The debt is paid by a notice", lambda: balance_of(guardian), expected=0)


async def _card(stage: Stage) -> None:
    """By card on Checkout: the redirect proves nothing, the receipt credits."""
    guardian = await stage.signed_in(CARD_HOLDER)
    cart = await guardian.api("POST", f"{LEDGER}/checkouts", body={"amount_cents": CARD_CENTS, "service": "meals"})
    stage.tell.check("Nothing is credited by going to Checkout", expected=0, seen=await balance_of(guardian))
    page = await guardian.visit(cart["redirect_url"])
    await guardian.submit(page, card="4242 4242 4242 4242")
    await stage.tell.wait_for(
        f"Balance after {Euro(CARD_CENTS)} by card", lambda: balance_of(guardian), expected=CARD_CENTS
    )


async def _receipt_again(stage: Stage, guardian: Person, paid: dict[str, Any]) -> None:
    """The Nodo sends the same receipt once more, as it does after a timeout."""
    before = await balance_of(guardian)
    again = await stage.post_json(f"{stage.platform.addresses.nodo_url}/api/resend/{paid['receipt_id']}", {})
    seen = (again["attempts"][-1]["outcome"], await balance_of(guardian))
    stage.tell.check("A repeated receipt changes nothing", expected=("PAA_RECEIPT_DUPLICATA", before), seen=seen)


async def issue_notice(guardian: Person, cents: int) -> dict[str, Any]:
    """A notice to top up the account of `guardian`, or of whom they act for."""
    notice: dict[str, Any] = await guardian.api(
        "POST", f"{LEDGER}/notices", body={"amount_cents": cents, "service": "meals"}
    )
    return notice


async def pay_at_the_tobacconist(stage: Stage, notice_number: str) -> dict[str, Any]:
    """Somebody pays a notice; what the Nodo says of it."""
    paid: dict[str, Any] = await stage.post_json(
        f"{stage.platform.addresses.nodo_url}/api/pay", {"notice_number": notice_number}
    )
    return paid
