"""Communications to families, and what became of every message sent."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.enrollment import School
from clients.services.notify import Audience, NewCommunication
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/comunicazioni", include_in_schema=False)
DELIVERY_STATES = ("planned", "sending", "sent", "failed")
AudienceKind = Literal["all", "service", "school", "class"]
KINDS: tuple[AudienceKind, ...] = ("all", "service", "school", "class")
TOASTS = {"inviata": "La comunicazione è stata pubblicata."}


@router.get("")
async def compose(visitor: Clerk, esito: str = "") -> HTMLResponse:
    """The form for a communication."""
    return await _compose_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def publish(submission: ClerkForm) -> Response:
    """Publish to an audience; the portal always shows it."""
    form, visitor = submission.form, submission.visitor
    audience = audience_from(form.text("audience"))
    messages = [
        *([] if audience else [Message("Scegli i destinatari.", "audience")]),
        *([] if form.text("title") else [Message("Scrivi un titolo.", "title")]),
        *([] if form.text("body") else [Message("Scrivi il testo della comunicazione.", "body")]),
    ]
    if messages or audience is None:
        return await _compose_page(visitor, trouble=Trouble(messages), form=form)
    communication = NewCommunication(
        audience=audience,
        title=form.text("title"),
        body=form.text("body"),
        # Everything sent is also found in the portal: that is where a family looks it up again.
        channels=("portal", *(name for name in ("email", "sms") if name in form.all("channels"))),
    )
    try:
        await visitor.services.notify.publish(communication)
    except Refusal as problem:
        return await _compose_page(visitor, trouble=trouble_from(problem), form=form)
    return see("/ufficio/comunicazioni?esito=inviata")


@router.get("/consegne")
async def deliveries(visitor: Clerk, stato: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
    """Messages sent, waiting or failed; addresses are masked."""
    found = await visitor.services.notify.deliveries(stato or None)
    return await visitor.page("office/deliveries.html", deliveries=found, state=stato, states=DELIVERY_STATES)


def audience_from(text: str) -> Audience | None:
    """`class:primaria-1a` → that class; `all` → everybody; None when it is neither."""
    kind, _, identifier = text.partition(":")
    chosen = next((each for each in KINDS if each == kind), None)
    if chosen is None or (chosen == "all") == bool(identifier):
        return None
    return Audience(kind=chosen, id=identifier or None)


def audience_options(schools: Sequence[School]) -> list[tuple[str, str]]:
    """What a communication can be addressed to, widest first."""
    return [
        ("all", "Tutte le famiglie"),
        ("service:meals", "Famiglie della refezione"),
        ("service:transport", "Famiglie del trasporto"),
        *((f"school:{school.school_id}", f"Scuola: {school.name}") for school in schools),
        *(
            (f"class:{each.class_id}", f"Classe: {each.name}, {school.name}")
            for school in schools
            for each in school.classes
        ),
    ]


async def _compose_page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    typed = {name: form.text(name) if form else "" for name in ("audience", "title", "body")}
    return await visitor.page(
        "office/compose.html",
        options=audience_options(await visitor.services.enrollment.schools()),
        typed=typed,
        channels=form.all("channels") if form else ("email",),
        toast=toast,
        trouble=trouble,
    )
