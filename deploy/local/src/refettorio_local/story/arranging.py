"""Paying in parts, and the letters of a whole class: printed at a click, handed out in the classroom."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pypdfium2
import zxingcpp

from refettorio_local.story.enrolling import TWO_CHILDREN, balance_of
from refettorio_local.story.founding import LEDGER
from refettorio_local.story.paying import RENDER_SCALE
from refettorio_local.story.roll_call import MONDAY
from refettorio_local.story.stage import CLERK, Stage
from refettorio_local.story.town import Euro

PLAN = "piano-autunno-2025"
PARTS_CENTS = (40_00, 20_00)
RUN = "stampa-1a-ottobre"


async def instalments(stage: Stage) -> None:
    """A plan of two: one letter with three codes; paying one way is not asked the other way."""
    tell, guardian = stage.tell, await stage.signed_in(TWO_CHILDREN)
    parts = [
        {"due_date": (MONDAY + timedelta(days=days)).isoformat(), "amount_cents": cents}
        for days, cents in zip((10, 40), PARTS_CENTS, strict=True)
    ]
    asked = {"plan_id": PLAN, "instalments": parts, "with_whole": True}
    plans = [await guardian.api("POST", f"{LEDGER}/plans", body=asked) for _ in range(2)]
    tell.check("A plan asked for twice is one plan", expected=True, seen=plans[0] == plans[1])
    letter = await guardian.call("GET", f"{LEDGER}/plans/{PLAN}/letter.pdf")
    tell.check(
        "QR codes of its letter, each instalment and all at once",
        expected=sorted([*PARTS_CENTS, sum(PARTS_CENTS)]),
        seen=sorted(amounts_of(letter.content)),
    )
    before = await balance_of(guardian)
    paid = {"notice_number": plans[0]["instalments"][0]["notice_number"]}
    await stage.post_json(f"{stage.platform.addresses.nodo_url}/api/pay", paid)
    await tell.wait_for(
        f"The first instalment is credited, {Euro(PARTS_CENTS[0])}",
        partial(balance_of, guardian),
        expected=before + PARTS_CENTS[0],
    )
    plan = await guardian.api("GET", f"{LEDGER}/plans/{PLAN}")
    seen = [plan["whole"]["state"], *(each["state"] for each in plan["instalments"])]
    tell.check("All at once can no longer be paid", expected=["cancelled", "paid", "payable"], seen=seen)


async def printed_class(stage: Stage) -> None:
    """The office looks, starts, watches, and fetches what the school hands out."""
    tell, clerk, town = stage.tell, await stage.signed_in(CLERK), stage.town
    [school] = [each for each in town.schools if "primaria" in each.school_id]
    order = {"school_id": school.school_id, "class_id": "primaria-1a", "rule": "suggested-top-up"}
    preview = await clerk.api("POST", f"{LEDGER}/prints/preview", body=order)
    tell.check("Letters a class would get", expected=True, seen=0 < preview["letters"] <= preview["families"])
    names = {each.class_id: each.name for each in school.classes}
    await clerk.api("POST", f"{LEDGER}/prints", body=order | {"run_id": RUN, "class_names": names})
    told: list[str] = []

    async def state() -> str:
        run = await clerk.api("GET", f"{LEDGER}/prints/{RUN}")
        if (line := _progress(run)) not in told:
            told.append(line)
            tell.note(line)
        return str(run["state"])

    await tell.wait_for("The class is printed", state, expected="ready")
    file = await clerk.call("GET", f"{LEDGER}/prints/{RUN}/files/1.pdf")
    saved = stage.folder / f"{RUN}.pdf"
    saved.write_bytes(file.content)
    pages = pypdfium2.PdfDocument(file.content)
    handed = [f"classe {names['primaria-1a']}" in page.get_textpage().get_text_range() for page in pages]
    tell.check("Each letter says to whom it is handed out", expected=[True] * preview["letters"], seen=handed)
    tell.note(f"Letters saved as {saved}")
    again = await clerk.api("POST", f"{LEDGER}/prints/preview", body=order)
    tell.check("Printing again would issue nothing", expected=0, seen=again["to_issue"])


def amounts_of(letter: bytes) -> set[int]:
    """In cents, of all QR codes in the document, by an independent reader."""
    images = [page.render(scale=RENDER_SCALE).to_pil() for page in pypdfium2.PdfDocument(letter)]
    texts = [code.text for image in images for code in zxingcpp.read_barcodes(image)]
    return {int(text.rsplit("|", 1)[1]) for text in texts if text.startswith("PAGOPA|")}


def _progress(run: dict[str, Any]) -> str:
    return (
        f"{run['state']}: {run['families_seen']} of {run['families']} families seen, {run['letters']} letters, "
        f"{run['files_printed']} of {run['files']} files"
    )
