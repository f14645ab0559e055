"""*Il mio profilo*: the person as SPID or CIE told them, their contacts, and the channel they prefer."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.profile import NewContact
from clients.services.transport import Refusal, ServiceProblem
from clients.visitor import Guardian, GuardianForm, Visitor, see

router = APIRouter(prefix="/portale/profilo", include_in_schema=False)
PAGE = "/portale/profilo"
FIELDS = ("channel", "address")
EVERY = "tutti"
CHANNELS = (("email", "Posta elettronica"), ("sms", "SMS al cellulare"))
TOASTS = {
    "inviato": "Abbiamo inviato il codice.",
    "verificato": "Il recapito è verificato: da ora lo usiamo per scriverti.",
    "eliminato": "Il recapito è stato eliminato: non lo usiamo più.",
    "preferenza": "La preferenza è stata salvata.",
}
GONE = "contact-unknown"


@router.get("")
async def profile(visitor: Guardian, esito: str = "") -> HTMLResponse:
    """Who one is, and where one can be reached."""
    return await _profile_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("/recapiti")
async def send_code(submission: GuardianForm) -> Response:
    """Send a code to a new contact, or once more to the one that waits."""
    visitor, form = submission.visitor, submission.form
    channel, address = form.text("channel"), form.text("address")
    messages = []
    if channel not in dict(CHANNELS):
        messages.append(Message("Scegli se aggiungere un indirizzo di posta o un cellulare.", "channel"))
    if not address:
        messages.append(Message("Scrivi l'indirizzo o il numero.", "address"))
    if messages:
        return await _profile_page(visitor, trouble=Trouble(messages), form=form)
    try:
        await visitor.services.profile.send_code(NewContact(channel=channel, address=address))
    except Refusal as problem:
        return await _profile_page(visitor, trouble=Trouble([Message(problem.detail, "address")]), form=form)
    return see(f"{PAGE}?esito=inviato")


@router.post("/recapiti/codice")
async def verify(submission: GuardianForm) -> Response:
    """The code as it was received."""
    visitor, code = submission.visitor, submission.form.text("code")
    if not code:
        return await _profile_page(visitor, trouble=Trouble([Message("Scrivi il codice che hai ricevuto.", "code")]))
    try:
        await visitor.services.profile.verify(code)
    except Refusal as problem:
        return await _profile_page(visitor, trouble=Trouble([Message(problem.detail, "code")]))
    return see(f"{PAGE}?esito=verificato")


@router.post("/recapiti/{contact_id}/elimina")
async def remove(submission: GuardianForm, contact_id: str) -> Response:
    """Use a contact no longer; one that is gone already is no trouble."""
    try:
        await submission.visitor.services.profile.remove_contact(contact_id)
    except ServiceProblem as problem:
        if problem.slug != GONE:
            raise
    return see(f"{PAGE}?esito=eliminato")


@router.post("/preferenza")
async def prefer(submission: GuardianForm) -> Response:
    """The channel to be written to."""
    visitor, channel = submission.visitor, submission.form.text("preferred")
    try:
        await visitor.services.profile.prefer(None if channel == EVERY else channel)
    except Refusal as problem:
        return await _profile_page(visitor, trouble=trouble_from(problem, {"channel": "preferred"}))
    return see(f"{PAGE}?esito=preferenza")


async def _profile_page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    return await visitor.page(
        "portal/profile.html",
        me=await visitor.services.identity.me(),
        contacts=await visitor.services.profile.contacts(),
        channels=CHANNELS,
        typed={name: form.text(name) if form else "" for name in FIELDS},
        toast=toast,
        trouble=trouble,
    )
