"""Tablets of the canteen: register one, show its pairing code, revoke it."""

import segno
from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.places import class_names
from clients.services.identity import NewTablet
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/tablet", include_in_schema=False)
PAIRING_PAGE = "/tablet/#/abbina/"
TOASTS = {"revocato": "Il tablet è stato revocato: non può più rilevare presenze."}


@router.get("")
async def tablets(visitor: Clerk, esito: str = "") -> HTMLResponse:
    """Tablets and the form to register one."""
    return await _tablets_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def register(submission: ClerkForm) -> Response:
    """Register a tablet and show its code. The code is shown once, so this answer is a page and not a redirect:
    in an address it would stay in histories and logs. The image holds it in a fragment, which no browser sends.
    """
    visitor, form = submission.visitor, submission.form
    name, classes = form.text("name"), form.all("classes")
    messages = []
    if not name:
        messages.append(Message("Scrivi un nome, per esempio il luogo dove si usa il tablet.", "name"))
    if not classes:
        messages.append(Message("Scegli almeno una classe.", "classes"))
    if messages:
        return await _tablets_page(visitor, trouble=Trouble(messages), name=name, chosen=classes)
    try:
        code = await visitor.services.identity.create_tablet(NewTablet(name=name, classes=classes))
    except Refusal as problem:
        return await _tablets_page(visitor, trouble=trouble_from(problem), name=name, chosen=classes)
    address = f"{visitor.site.public_url}{PAIRING_PAGE}{code.pairing_code}"
    image = segno.make(address, error="m").svg_data_uri(scale=6, border=2)
    return await visitor.page("office/pairing.html", name=name, code=code, image=image)


@router.post("/{tablet_id}/revoca")
async def revoke(submission: ClerkForm, tablet_id: str) -> Response:
    """Shut a tablet out for good."""
    await submission.visitor.services.identity.revoke_tablet(tablet_id)
    return see("/ufficio/tablet?esito=revocato")


async def _tablets_page(
    visitor: Visitor,
    *,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    name: str = "",
    chosen: tuple[str, ...] = (),
) -> HTMLResponse:
    schools = await visitor.services.enrollment.schools()
    return await visitor.page(
        "office/tablets.html",
        tablets=await visitor.services.identity.tablets(),
        schools=schools,
        classes=class_names(schools),
        toast=toast,
        trouble=trouble,
        name=name,
        chosen=chosen,
    )
