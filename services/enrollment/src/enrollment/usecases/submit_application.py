"""A guardian sends a form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from enrollment.domain.application import Application, ApplicationPupil, State, Step
from enrollment.domain.debt_block import DebtBlock
from enrollment.domain.errors import DuplicateApplicationError, FormNotFoundError, IdempotencyKeyReusedError
from enrollment.domain.fiscal_code import match_key
from enrollment.domain.form import Answer, Answers, answer_invalid
from enrollment.domain.form_definitions import definition_of
from enrollment.domain.identifiers import ApplicationId, ClassId, FormId, GuardianId, PupilId, SchoolId
from enrollment.domain.pupil import Pupil
from enrollment.domain.window import Window
from enrollment.usecases import announcements
from enrollment.usecases.look_at_debt import look_at_debt
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What the guardian sends. The same `idempotency_key` twice is one application."""

    guardian_id: GuardianId
    form_id: FormId
    answers: Answers
    idempotency_key: str | None = None


async def submit_application(ports: Ports, submission: Submission, *, by: Actor | None = None) -> Application:
    """Take in a form. Sending it twice with one key, or at the same time from two pages, makes one application.

    Who sends it in the guardian's place leaves a line in the audit.

    Raises FormNotFoundError, WindowClosedError, AnswersInvalidError, FiscalCodeInvalidError, DebtOutstandingError,
    DuplicateApplicationError, IdempotencyKeyReusedError.
    """
    window = await ports.store.window(submission.form_id)
    if window is None:
        raise FormNotFoundError("Questo modulo non esiste.", form_id=submission.form_id)
    already_sent = await _already_sent(ports, submission)
    if already_sent is not None:
        return already_sent
    now = ports.clock.now()
    window.check_open(rome_day(now))
    answers = definition_of(window.service, window.form_version).check(submission.answers)
    await _check_class(ports, answers, window)
    pupil, fiscal_code = await _identify_pupil(ports, answers, now)
    debt = await _check_debt(ports, submission.guardian_id, window)
    await _check_not_there_yet(ports, pupil, window)
    application = replace(_application(ports, submission, window, answers, pupil, fiscal_code, now), debt=debt)
    await ports.store.save_pupil(pupil)
    await ports.store.add_application(application)
    ports.announcer.announce(announcements.submitted(application), sequence=application.version)
    if by and by.acting:
        await ports.audit(audit_line(by, "submit-application", application.application_id, at=now))
    return application


async def _already_sent(ports: Ports, submission: Submission) -> Application | None:
    if submission.idempotency_key is None:
        return None
    known = await ports.store.application_by_key(submission.guardian_id, submission.idempotency_key)
    if known is None:
        return None
    answers = definition_of(known.service, known.form_version).check(submission.answers)
    if known.form_id != submission.form_id or dict(known.answers) != answers:
        raise IdempotencyKeyReusedError("Questo invio era già stato usato per un altro modulo: ricarica la pagina.")
    return known


async def _check_class(ports: Ports, answers: Answers, window: Window) -> None:
    school_class = await ports.store.school_class(ClassId(str(answers["class_id"])))
    if await ports.store.school(SchoolId(str(answers["school_id"]))) is None:
        raise answer_invalid("school_id", "Scegli una delle scuole proposte.")
    offered = school_class is not None and window.school_year in school_class.school_years
    if school_class is None or not offered or school_class.school_id != answers["school_id"]:
        raise answer_invalid("class_id", "Scegli una delle classi di questa scuola.")


async def _identify_pupil(ports: Ports, answers: Answers, now: datetime) -> tuple[Pupil, str]:
    """The pupil, known or new, and the fiscal code as written on the card."""
    birth_date = date.fromisoformat(str(answers["pupil_birth_date"]))
    if birth_date > rome_day(now):
        raise answer_invalid("pupil_birth_date", "La data di nascita è nel futuro.")
    fiscal_code = ports.fiscal_codes.read(str(answers["pupil_fiscal_code"]), on_day=rome_day(now))
    fiscal_code.check_birth_date(birth_date)
    key = match_key(fiscal_code.code)
    known = await ports.store.pupil_by_match_key(key)
    return known or Pupil(
        pupil_id=PupilId(ports.new_id("pup")),
        match_key=key,
        given_name=str(answers["pupil_given_name"]),
        family_name=str(answers["pupil_family_name"]),
        birth_date=birth_date,
    ), fiscal_code.code


async def _check_debt(ports: Ports, guardian_id: GuardianId, window: Window) -> DebtBlock | None:
    """The debt that did not stop the form, if there is one."""
    debt = await look_at_debt(ports.store, ports.clock, guardian_id, window.school_year)
    if debt is not None:
        debt.check_may_enrol()
    # Written even when nothing changes: two forms sent at once by one holder meet here, and one tries again.
    await ports.store.save_holder(await ports.store.holder(guardian_id))
    return debt


async def _check_not_there_yet(ports: Ports, pupil: Pupil, window: Window) -> None:
    if await ports.store.live_application(pupil.pupil_id, window.service, window.school_year) is not None:
        raise DuplicateApplicationError(
            "Per questo alunno c'è già una domanda per lo stesso servizio e lo stesso anno. "
            "Se non la trovi in Moduli inviati, rivolgiti all'ufficio."
        )


def _application(  # noqa: PLR0913, PLR0917 - everything an application is made of
    ports: Ports,
    submission: Submission,
    window: Window,
    answers: dict[str, Answer],
    pupil: Pupil,
    fiscal_code: str,
    now: datetime,
) -> Application:
    return Application(
        application_id=ApplicationId(ports.new_id("app")),
        form_id=window.form_id,
        form_version=window.form_version,
        service=window.service,
        school_year=window.school_year,
        guardian_id=submission.guardian_id,
        pupil=ApplicationPupil(
            pupil_id=pupil.pupil_id,
            given_name=str(answers["pupil_given_name"]),
            family_name=str(answers["pupil_family_name"]),
            fiscal_code=fiscal_code,
            birth_date=date.fromisoformat(str(answers["pupil_birth_date"])),
        ),
        school_id=SchoolId(str(answers["school_id"])),
        class_id=ClassId(str(answers["class_id"])),
        answers=answers,
        state=State.SUBMITTED,
        history=(Step(state=State.SUBMITTED, at=now, by_role="guardian"),),
        idempotency_key=submission.idempotency_key,
    )
