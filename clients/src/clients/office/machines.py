"""Programs of other municipal systems: register one, show its secrets once, rotate them, change its grants, end it."""

from datetime import date, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.formats import day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.machines import Grants, Machine, NewCredential, NewMachine
from clients.services.transport import Refusal
from clients.visitor import Administrator, AdministratorForm, Visitor, see
from refettorio_chassis.clock import ROME

router = APIRouter(prefix="/ufficio/sistemi", include_in_schema=False)
TOASTS: Final = {
    "revocato": "Il sistema è stato revocato: non può più usare le API né leggere da Kafka.",
    "permessi": "I permessi sono cambiati: le API ne tengono conto da subito, Kafka in pochi secondi.",
    "eliminata": "La credenziale è stata eliminata: non apre più nulla.",
}
FIELDS: Final = ("name", "owner", "expires_on", "public_key")
USUAL_LIFE: Final = timedelta(days=365)
RENAMED: Final = {"expires_at": "expires_on"}


@router.get("")
async def machines(visitor: Administrator, esito: str = "") -> HTMLResponse:
    """Every program, and the form to register one."""
    return await _list_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def register(submission: AdministratorForm) -> Response:
    """Register a program. Its secrets are in this answer only: not a redirect, or they would stand in an address."""
    visitor, form = submission.visitor, submission.form
    last_day = day_from(form.text("expires_on"))
    messages = [*_missing(form)]
    if last_day is None:
        messages.append(Message("Scrivi una data valida.", "expires_on"))
    if messages or last_day is None:
        return await _list_page(visitor, trouble=Trouble(messages), form=form)
    wanted = NewMachine(
        name=form.text("name"),
        owner=form.text("owner"),
        scopes=form.all("scopes"),
        topics=form.all("topics"),
        expires_at=_end_of(last_day),
        public_key=form.text("public_key") or None,
    )
    try:
        made = await visitor.services.machines.register(wanted)
    except Refusal as problem:
        return await _list_page(visitor, trouble=trouble_from(problem, RENAMED), form=form)
    return await visitor.page("office/machine_secrets.html", name=wanted.name, made=made, issued=made.issued)


@router.get("/{client_id}")
async def machine(visitor: Administrator, client_id: str, esito: str = "") -> Response:
    """One program and its credentials."""
    return await _machine_page(visitor, client_id, toast=TOASTS.get(esito, ""))


@router.post("/{client_id}/permessi")
async def grant(submission: AdministratorForm, client_id: str) -> Response:
    """Change what a program may do: shown as what is added and what is taken away, done when that is confirmed."""
    visitor, form = submission.visitor, submission.form
    found = await _found(visitor, client_id)
    if found is None:
        return see("/ufficio/sistemi")
    wanted = Grants(scopes=form.all("scopes"), topics=form.all("topics"))
    if not wanted.scopes and not wanted.topics:
        trouble = Trouble([Message("Scegli almeno un'autorizzazione o un argomento.", "scopes")])
        return await _machine_page(visitor, client_id, trouble=trouble, chosen=())
    if not form.text("confirmed"):
        return await _grants_page(visitor, found, wanted)
    try:
        await visitor.services.machines.grant(client_id, wanted)
    except Refusal as problem:
        return await _machine_page(
            visitor, client_id, trouble=trouble_from(problem), chosen=(*wanted.scopes, *wanted.topics)
        )
    return see(f"/ufficio/sistemi/{client_id}?esito=permessi")


@router.post("/{client_id}/credenziali")
async def add(submission: AdministratorForm, client_id: str) -> Response:
    """One more credential beside the old one; shown once, like the first."""
    visitor, form = submission.visitor, submission.form
    if not form.text("kind"):
        trouble = Trouble([Message("Scegli il tipo di credenziale.", "kind")])
        return await _machine_page(visitor, client_id, trouble=trouble, form=form)
    wanted = NewCredential(kind=form.text("kind"), public_key=form.text("public_key") or None)
    try:
        made = await visitor.services.machines.add_credential(client_id, wanted)
    except Refusal as problem:
        return await _machine_page(visitor, client_id, trouble=trouble_from(problem), form=form)
    found = await _found(visitor, client_id)
    return await visitor.page(
        "office/machine_secrets.html", name=found.name if found else client_id, made=None, issued=(made,)
    )


@router.post("/{client_id}/credenziali/{credential_id}/elimina")
async def end(submission: AdministratorForm, client_id: str, credential_id: str) -> Response:
    """End a credential at once."""
    await submission.visitor.services.machines.end_credential(client_id, credential_id)
    return see(f"/ufficio/sistemi/{client_id}?esito=eliminata")


@router.post("/{client_id}/revoca")
async def revoke(submission: AdministratorForm, client_id: str) -> Response:
    """Shut a program out for good."""
    await submission.visitor.services.machines.revoke(client_id)
    return see("/ufficio/sistemi?esito=revocato")


def _missing(form: PostedForm) -> list[Message]:
    messages = []
    if not form.text("name"):
        messages.append(Message("Scrivi il nome del sistema.", "name"))
    if not form.text("owner"):
        messages.append(Message("Scrivi quale ufficio ne risponde.", "owner"))
    if not form.all("scopes") and not form.all("topics"):
        messages.append(Message("Scegli almeno un'autorizzazione o un argomento.", "scopes"))
    return messages


def _end_of(day: date) -> datetime:
    """The first instant of the day after, in Rome: the day chosen is the last good one."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ROME)


async def _found(visitor: Visitor, client_id: str) -> Machine | None:
    return next((each for each in await visitor.services.machines.every() if each.client_id == client_id), None)


async def _list_page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    typed = {name: form.text(name) if form else "" for name in FIELDS}
    if form is None:
        typed["expires_on"] = (visitor.site.today() + USUAL_LIFE).isoformat()
    return await visitor.page(
        "office/machines.html",
        machines=await visitor.services.machines.every(),
        choices=await visitor.services.machines.choices(),
        typed=typed,
        chosen=(*form.all("scopes"), *form.all("topics")) if form else (),
        toast=toast,
        trouble=trouble,
    )


async def _machine_page(
    visitor: Visitor,
    client_id: str,
    *,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
    chosen: tuple[str, ...] | None = None,
) -> Response:
    found = await _found(visitor, client_id)
    if found is None:
        return see("/ufficio/sistemi")
    return await visitor.page(
        "office/machine.html",
        machine=found,
        choices=await visitor.services.machines.choices(),
        chosen=chosen if chosen is not None else (*found.scopes, *found.topics),
        kind=form.text("kind") if form else "",
        public_key=form.text("public_key") if form else "",
        toast=toast,
        trouble=trouble,
    )


async def _grants_page(visitor: Visitor, found: Machine, wanted: Grants) -> Response:
    """What changes, before it does; when nothing would, back to the program."""
    before, after = {*found.scopes, *found.topics}, {*wanted.scopes, *wanted.topics}
    if before == after:
        return see(f"/ufficio/sistemi/{found.client_id}")
    serving = {"secret": wanted.scopes, "key": wanted.scopes, "kafka": wanted.topics}
    return await visitor.page(
        "office/machine_grants.html",
        machine=found,
        wanted=wanted,
        given=sorted(after - before),
        taken=sorted(before - after),
        ending=[each for each in found.credentials if not serving[each.kind]],
        lacks_user=bool(wanted.topics) and not found.topics,
        lacks_secret=bool(wanted.scopes) and not found.scopes,
    )
