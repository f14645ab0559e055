"""Believe, or not, the response of an identity provider; open a session for the person it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from identity.domain.contact import EMAIL, IDENTITY_PROVIDER, SMS, Contact, email_address, mobile_number
from identity.domain.erasure import GRANTED
from identity.domain.errors import (
    FiscalCodeInvalidError,
    ResponseRefusedError,
    ShutOutError,
    UnsolicitedResponseError,
    UserAnomalyError,
)
from identity.domain.exchange import Answer
from identity.domain.guardian import Guardian
from identity.domain.roles import GUARDIAN
from identity.domain.session import Session
from identity.domain.sign_in import Browser, IdentityStatement, Scheme, SignIn
from identity.usecases.announcements import contact_verified, guardian_registered
from identity.usecases.kept_record import kept_record
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """`session_secret` is the value of the cookie; it is kept nowhere."""

    session_secret: str
    next_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSignedIn:
    """The sign-in is over, without success: an anomaly told by the provider, or a response that breaks a rule."""

    reason: UserAnomalyError | ResponseRefusedError
    scheme: Scheme
    provider: str
    next_path: str


async def complete_sign_in(
    ports: Ports,
    *,
    scheme: Scheme,
    document: bytes,
    relay_state: str,
    browser: Browser,
) -> SignedIn | NotSignedIn:
    """One request takes one response: whatever it says, the same sign-in cannot be completed again.

    A new session replaces the one the browser had. Raises `UnsolicitedResponseError` for a response nobody waits for,
    in this browser, now.
    """
    now = ports.now()
    sign_in = await _awaited(ports, scheme, relay_state, browser.sign_in_secret, now)
    try:
        statement = ports.federation.read(document, sign_in, now)
        await _refuse_replay(ports, statement, now)
        guardian = await _recognised(ports, statement, now)
    except (UserAnomalyError, ResponseRefusedError) as reason:
        await _write_refusal(ports, sign_in, reason, document, now)
        return NotSignedIn(reason=reason, scheme=scheme, provider=sign_in.provider, next_path=sign_in.next_path)
    await _end_replaced(ports, sign_in, browser)
    secret = await _open_session(ports, guardian, sign_in, statement, browser.device)
    answer = Answer(
        answered_at=now,
        outcome="signed-in",
        response_id=statement.response_id,
        assertion_id=statement.assertion_id,
        guardian_id=guardian.guardian_id,
    )
    await _register(ports, sign_in, document, answer)
    return SignedIn(session_secret=secret, next_path=sign_in.next_path)


async def recall_sign_in(ports: Ports, *, scheme: Scheme, relay_state: str, browser: Browser) -> SignIn:
    """The sign-in a response is for, which goes on waiting: what its code brings is fetched outside a transaction.

    Raises `UnsolicitedResponseError` as completing it would.
    """
    sign_in = await ports.sign_ins.awaited(relay_state) if relay_state else None
    return _expected(sign_in, scheme, browser.sign_in_secret, ports.now())


async def _awaited(ports: Ports, scheme: Scheme, relay_state: str, browser_secret: str | None, now: datetime) -> SignIn:
    sign_in = await ports.sign_ins.take(relay_state) if relay_state else None
    return _expected(sign_in, scheme, browser_secret, now)


def _expected(sign_in: SignIn | None, scheme: Scheme, browser_secret: str | None, now: datetime) -> SignIn:
    if (
        sign_in is None
        or sign_in.scheme != scheme
        or not sign_in.is_awaited(now)
        or browser_secret is None
        or fingerprint(browser_secret) != sign_in.browser
    ):
        message = "Questo accesso non risulta richiesto da questo browser, oppure è scaduto: ripeti l'accesso."
        raise UnsolicitedResponseError(message)
    return sign_in


async def _refuse_replay(ports: Ports, statement: IdentityStatement, now: datetime) -> None:
    if not await ports.sign_ins.first_use(statement.assertion_id, statement.provider, now):
        raise ResponseRefusedError("assertion-replayed")


async def _recognised(ports: Ports, statement: IdentityStatement, now: datetime) -> Guardian:
    try:
        code = ports.fiscal_codes.checked(statement.fiscal_number)
    except FiscalCodeInvalidError as error:
        raise ResponseRefusedError("attribute-fiscalNumber") from error
    known = await kept_record(ports, code)
    if known is not None and known.died_on is not None:
        raise ShutOutError("guardian-deceased")
    if known is None:
        guardian = Guardian(
            guardian_id=ports.chance.identifier("gua"),
            fiscal_code=code,
            given_name=statement.given_name,
            family_name=statement.family_name,
            registered_at=now,
        )
        ports.announce(guardian_registered(guardian), sequence=guardian.version)
        await _note_people_born_alike(ports, guardian, now)
    else:
        guardian = known.named(statement.given_name, statement.family_name)
    guardian = await _with_contacts(ports, guardian, statement, now)
    if guardian != known:
        await ports.people.keep_guardian(guardian)
    return guardian


async def _note_people_born_alike(ports: Ports, guardian: Guardian, now: datetime) -> None:
    """Two codes that differ by omocodia alone: a clerk must look whether they are one person; we never assume it."""
    for other in await ports.people.born_alike(guardian.fiscal_code):
        await ports.audit(audit_line(_as(guardian), "possible-same-person", other.guardian_id, at=now))


async def _with_contacts(ports: Ports, guardian: Guardian, statement: IdentityStatement, now: datetime) -> Guardian:
    stated = {
        EMAIL: email_address(statement.email) if statement.email else None,
        SMS: mobile_number(statement.mobile_phone) if statement.mobile_phone else None,
    }
    every = await ports.people.every_contact(guardian.guardian_id)
    known = {(contact.channel, contact.address) for contact in every}
    new = [(channel, at) for channel, at in stated.items() if at is not None and (channel, at) not in known]
    if new and await _had_them_erased(ports, guardian):
        return guardian
    for channel, address in new:
        contact = Contact(
            contact_id=ports.chance.identifier("con"),
            guardian_id=guardian.guardian_id,
            channel=channel,
            address=address,
            verified_by=IDENTITY_PROVIDER,
            verified_at=now,
        )
        await ports.people.keep_contact(contact)
        guardian = guardian.told_once_more()
        ports.announce(contact_verified(contact), sequence=guardian.version)
    return guardian


async def _had_them_erased(ports: Ports, guardian: Guardian) -> bool:
    """They come back only when the person writes them: signing in, if only to read the answer, brings none."""
    return any(each.state == GRANTED for each in await ports.erasures.of_guardian(guardian.guardian_id))


async def _end_replaced(ports: Ports, sign_in: SignIn, browser: Browser) -> None:
    """The session the browser had when it set out, and the one it shows now, if it shows any."""
    if sign_in.replaces:
        await ports.sessions.close(sign_in.replaces)
    if browser.session_secret:
        await ports.sessions.close(fingerprint(browser.session_secret))


async def _open_session(
    ports: Ports, guardian: Guardian, sign_in: SignIn, statement: IdentityStatement, device: str
) -> str:
    now = ports.now()
    secret = ports.chance.secret()
    session = Session(
        session_id=fingerprint(secret),
        guardian_id=guardian.guardian_id,
        scheme=sign_in.scheme,
        level=statement.level,
        opened_at=now,
        last_seen_at=now,
        at_provider=statement.at_provider,
        device=device,
    )
    await ports.sessions.open(session)
    details = {
        "scheme": sign_in.scheme,
        "provider": sign_in.provider,
        "level": str(statement.level),
        "request": sign_in.request_id,
        "assertion": statement.assertion_id,
    }
    await ports.audit(audit_line(_as(guardian), "signed-in", guardian.guardian_id, at=now, details=details))
    return secret


async def _register(ports: Ports, sign_in: SignIn, document: bytes, answer: Answer) -> None:
    exchange = await ports.exchanges.ours(sign_in.request_id)
    if exchange is not None:
        messages = ports.federation.kept(sign_in.scheme, document)
        await ports.exchanges.answer(exchange.answered(answer), messages)


async def _write_refusal(
    ports: Ports, sign_in: SignIn, reason: UserAnomalyError | ResponseRefusedError, document: bytes, now: datetime
) -> None:
    rule = reason.rule if isinstance(reason, ResponseRefusedError) else _row(reason.number)
    details = {"scheme": sign_in.scheme, "request": sign_in.request_id, "rule": rule}
    by = Actor(subject=sign_in.provider, role="identity-provider")
    await ports.audit(audit_line(by, "sign-in-refused", sign_in.request_id, at=now, details=details))
    await _register(ports, sign_in, document, Answer(answered_at=now, outcome=rule))


def _row(number: int | None) -> str:
    return "anomaly-without-number" if number is None else f"nr{number:02d}"


def _as(guardian: Guardian) -> Actor:
    return Actor(subject=guardian.guardian_id, role=GUARDIAN)
