"""*Altro genitore*: who else sees a child and which share of the costs they bear, as the two agree."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, HTTPException
from starlette.responses import HTMLResponse, Response

from clients.design.formats import day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.second_guardians import Named, NewShares, SecondGuardian
from clients.services.transport import ServiceProblem
from clients.visitor import AtCounterForm, Family, Submission, Visitor, see

router = APIRouter(prefix="/portale/figli/{pupil_id}/altro-genitore", include_in_schema=False)

WHOLE: Final = 100
HALF: Final = "50"
EXAMPLE_CENTS: Final = 5_00
"""A meal of the picture that shows who pays what: any whole percent of it is whole cents."""
HOME: Final = "/portale/"
OVERTAKEN: Final = f"{HOME}?esito=superata"
CHILDREN: Final = "/portale/figli"
GONE: Final = "second-guardian-unknown"
BY_ANOTHER: Final = "needs-another-person"
READ_AGAIN: Final = "Rileggi la proposta e accettala di nuovo."
BESIDE: Final = {
    "fiscal-code-invalid": "fiscal_code",
    "second-guardian-self": "fiscal_code",
    "second-guardian-not-adult": "fiscal_code",
    "second-guardian-is-pupil": "fiscal_code",
    "named-too-often": "fiscal_code",
}
TOASTS: Final = {
    "indicato": "L'indicazione è registrata: la persona può rispondere dalla sua area personale.",
    "accettato": "Hai accettato: ora vedi le presenze e il calendario, e le quote valgono da domani.",
    "ritirato": "L'indicazione è ritirata: la persona non può più accettare.",
    "fine": "Non c'è più un altro genitore: da domani i costi non si dividono.",
    "proposte": "La proposta è inviata: vale solo se l'altra persona accetta.",
    "quote-accettate": "Le nuove quote sono concordate.",
    "quote-chiuse": "La proposta non vale più: restano le quote di prima.",
}


@router.get("")
async def second_guardian(visitor: Family, pupil_id: str, esito: str = "") -> HTMLResponse:
    """Nobody yet, who was named, or the shares in force and what comes next."""
    return await _page(visitor, pupil_id, toast=TOASTS.get(esito, ""))


@router.post("")
async def name(submission: AtCounterForm, pupil_id: str) -> Response:
    """Ask somebody to be the other guardian, with a share of the costs."""
    form, code, percent = submission.form, submission.form.text("fiscal_code").upper(), _percent(submission.form)
    messages = [] if code else [Message("Scrivi il codice fiscale della persona.", "fiscal_code")]
    if percent is None:
        messages.append(_no_percent("second_percent"))
    if messages or percent is None:
        return await _page(submission.visitor, pupil_id, trouble=Trouble(messages), form=form)
    named = Named(fiscal_code=code, second_percent=percent)
    done = submission.visitor.services.second_guardians.name(pupil_id, named)
    return await _then(submission, pupil_id, done, "indicato")


@router.post("/{second_guardian_id}/accetta")
async def accept(submission: AtCounterForm, pupil_id: str, second_guardian_id: str) -> Response:
    """Be the other guardian, with the share one was asked to bear."""
    done = submission.visitor.services.second_guardians.accept(second_guardian_id)
    return await _then(submission, pupil_id, done, "accettato")


@router.post("/{second_guardian_id}/rifiuta")
async def decline(submission: AtCounterForm, pupil_id: str, second_guardian_id: str) -> Response:
    """Not be it. The child is not theirs to look at, so the way leads home."""
    done = submission.visitor.services.second_guardians.decline(second_guardian_id)
    return await _then(submission, pupil_id, done, "rifiutato", page=HOME)


@router.post("/{second_guardian_id}/fine")
async def end(submission: AtCounterForm, pupil_id: str, second_guardian_id: str) -> Response:
    """End it, or take the naming back; the other guardian, who sees the child no longer, goes to their children."""
    second_guardians = submission.visitor.services.second_guardians
    known = next(
        (each for each in await second_guardians.mine() if each.second_guardian_id == second_guardian_id), None
    )
    outcome = "ritirato" if known and known.state == "named" else "fine"
    page = CHILDREN if known and known.side == "second" else ""
    return await _then(submission, pupil_id, second_guardians.end(second_guardian_id), outcome, page=page)


@router.post("/{second_guardian_id}/quote")
async def propose(submission: AtCounterForm, pupil_id: str, second_guardian_id: str) -> Response:
    """Other shares from a day on, for the other one to accept."""
    visitor, form = submission.visitor, submission.form
    percent_field, day_field = f"second_percent-{second_guardian_id}", f"valid_from-{second_guardian_id}"
    percent, valid_from = _percent(form, percent_field), day_from(form.text(day_field))
    messages = [] if percent is not None else [_no_percent(percent_field)]
    if valid_from is None:
        messages.append(Message("Scegli il giorno da cui valgono.", day_field))
    if percent is None or valid_from is None:
        return await _page(visitor, pupil_id, trouble=Trouble(messages), form=form)
    shares = NewShares(second_percent=percent, valid_from=valid_from)
    done = visitor.services.second_guardians.propose(second_guardian_id, shares)
    return await _then(submission, pupil_id, done, "proposte", beside={"shares-day": day_field})


@router.post("/{second_guardian_id}/quote/accetta")
async def accept_shares(submission: AtCounterForm, pupil_id: str, second_guardian_id: str) -> Response:
    """Agree to what the other one proposed, as it stood on the page."""
    form = submission.form
    percent, valid_from = _percent(form), day_from(form.text("valid_from"))
    if percent is None or valid_from is None:
        return await _page(submission.visitor, pupil_id, trouble=Trouble([Message(READ_AGAIN)]))
    read = NewShares(second_percent=percent, valid_from=valid_from)
    done = submission.visitor.services.second_guardians.accept_shares(second_guardian_id, read)
    return await _then(submission, pupil_id, done, "quote-accettate")


@router.post("/{second_guardian_id}/quote/rifiuta")
async def decline_shares(submission: AtCounterForm, pupil_id: str, second_guardian_id: str) -> Response:
    """Say no to a proposal, or take one's own back."""
    done = submission.visitor.services.second_guardians.decline_shares(second_guardian_id)
    return await _then(submission, pupil_id, done, "quote-chiuse")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page of one child is about; `may_name`: the caller enrolled them and has asked nobody."""

    pupil_name: str
    live: tuple[SecondGuardian, ...]
    past: tuple[SecondGuardian, ...]
    may_name: bool


async def _shown(visitor: Visitor, pupil_id: str) -> _Shown | None:
    """None when the child is nobody of the caller's."""
    pupils = [each for each in await visitor.services.enrollment.own_pupils() if each.pupil_id == pupil_id]
    items = [each for each in await visitor.services.second_guardians.mine() if each.pupil_id == pupil_id]
    if not (pupils or items):
        return None
    live = tuple(each for each in items if each.is_live)
    return _Shown(
        pupil_name=pupils[0].given_name if pupils else items[0].pupil_name,
        live=live,
        past=tuple(each for each in items if not each.is_live),
        may_name=any(each.side == "holder" for each in pupils) and not any(each.side == "holder" for each in live),
    )


async def _then(
    submission: Submission,
    pupil_id: str,
    done: Awaitable[None],
    outcome: str,
    *,
    page: str = "",
    beside: Mapping[str, str] = BESIDE,
) -> Response:
    """Go on once it is done; a refusal stands beside its field; what the other one ended meanwhile is said kindly."""
    visitor = submission.visitor
    try:
        await done
    except ServiceProblem as problem:
        if problem.slug == GONE:
            return see(OVERTAKEN)
        if not problem.is_refusal and problem.slug != BY_ANOTHER:
            raise
        if await _shown(visitor, pupil_id) is None:
            return see(OVERTAKEN)
        field = beside.get(problem.slug)
        trouble = Trouble([Message(problem.detail, field)]) if field else trouble_from(problem)
        return await _page(visitor, pupil_id, trouble=trouble, form=submission.form)
    return see(f"{page or f'{CHILDREN}/{pupil_id}/altro-genitore'}?esito={outcome}")


async def _page(
    visitor: Visitor, pupil_id: str, *, toast: str = "", trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    shown = await _shown(visitor, pupil_id)
    if shown is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return await visitor.page(
        "portal/second_guardian.html",
        pupil_id=pupil_id,
        shown=shown,
        example_cents=EXAMPLE_CENTS,
        typed=_typed(shown, form),
        toast=toast,
        trouble=trouble,
    )


def _typed(shown: _Shown, form: PostedForm | None) -> dict[str, str]:
    """What was typed into each field, or what to begin with: halves, and what is agreed."""
    fields = {"fiscal_code": "", "second_percent": HALF}
    for each in shown.live:
        fields[f"second_percent-{each.second_guardian_id}"] = str(each.agreed_percent)
        fields[f"valid_from-{each.second_guardian_id}"] = each.earliest_valid_from.isoformat()
    return {name: form.text(name) if form and name in form.fields else begun for name, begun in fields.items()}


def _percent(form: PostedForm, field: str = "second_percent") -> int | None:
    """A whole percent as typed, with or without its sign; None when it is none."""
    text = form.text(field).removesuffix("%").strip()
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(WHOLE)) and int(text) <= WHOLE else None
    )


def _no_percent(field: str) -> Message:
    return Message("Scrivi una percentuale intera, da 0 a 100.", field)
