"""Signing in and out, on the memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from identity.domain.errors import (
    ResponseRefusedError,
    UnknownIdentityProviderError,
    UnsolicitedResponseError,
    UserAnomalyError,
)
from identity.domain.levels import Levels
from identity.domain.session import ABSOLUTE_LIMIT, IDLE_LIMIT, TOUCH_INTERVAL, SessionLimits
from identity.domain.sign_in import RESPONSE_LIMIT, Browser, Scheme
from identity.usecases.complete_sign_in import NotSignedIn, SignedIn, complete_sign_in, recall_sign_in
from identity.usecases.forget_what_is_over import forget_what_is_over
from identity.usecases.secrecy import fingerprint
from identity.usecases.sign_out import sign_out
from identity.usecases.start_sign_in import StartedSignIn, start_sign_in
from refettorio_contracts.identity import ContactVerified, GuardianRegistered
from tests.support.identity_memory import PROVIDER, Memory, statement
from tests.support.identity_scenarios import MARIO, TWIN

NEW = Browser()


async def started(
    memory: Memory, next_path: str = "/portale/x", browser: Browser = NEW, **chosen: int
) -> StartedSignIn:
    levels = Levels(chosen={f"/{part}": level for part, level in chosen.items()})
    return await start_sign_in(
        memory.ports,
        scheme="spid",
        provider=PROVIDER,
        next_path=next_path,
        levels=levels,
        browser=browser,
    )


async def completed(memory: Memory, begun: StartedSignIn, **changed: str | None) -> SignedIn | NotSignedIn:
    (relay_state,) = memory.sign_ins.waiting or [""]
    regular: dict[str, str | None] = {
        "relay_state": relay_state,
        "sign_in_secret": begun.browser_secret,
        "scheme": "spid",
    }
    given = regular | changed
    return await complete_sign_in(
        memory.ports,
        scheme="cie" if given["scheme"] == "cie" else "spid",
        document=b"",
        relay_state=given["relay_state"] or "",
        browser=Browser(
            sign_in_secret=given["sign_in_secret"], session_secret=given.get("session_secret"), device="Firefox su Mac"
        ),
    )


async def signed_in(memory: Memory) -> SignedIn:
    outcome = await completed(memory, await started(memory))
    assert isinstance(outcome, SignedIn)
    return outcome


async def test_a_provider_nobody_trusts_is_refused() -> None:
    with pytest.raises(UnknownIdentityProviderError):
        await start_sign_in(
            Memory().ports, scheme="cie", provider=PROVIDER, next_path=None, levels=Levels(), browser=Browser()
        )


async def test_a_browser_that_is_signing_in_already_keeps_its_secret() -> None:
    memory = Memory()
    begun = await started(memory, browser=Browser(sign_in_secret="r1"))
    assert begun.browser_secret == "r1"


@pytest.mark.parametrize(
    ("next_path", "level"),
    [("/portale/x", 1), ("/portale/x?y=/ufficio/", 1), ("/ufficio/", 2), ("https://altrove.example/", 1)],
)
async def test_a_request_asks_for_the_level_of_the_part_of_the_site_wanted(next_path: str, level: int) -> None:
    memory = Memory()
    await started(memory, next_path, portale=1)
    (sign_in,) = memory.sign_ins.waiting.values()
    assert sign_in.level == level


async def test_a_sign_in_that_is_recalled_goes_on_waiting() -> None:
    memory = Memory()
    begun = await started(memory)
    (waiting,) = memory.sign_ins.waiting.values()
    own = Browser(sign_in_secret=begun.browser_secret)
    found = await recall_sign_in(memory.ports, scheme="spid", relay_state=waiting.relay_state, browser=own)
    assert found == waiting
    assert isinstance(await completed(memory, begun), SignedIn)


@pytest.mark.parametrize(
    ("scheme", "relay_state", "minutes", "is_same_browser"),
    [
        ("cie", None, 0, True),
        ("spid", "r0", 0, True),
        ("spid", "", 0, True),
        ("spid", None, 0, False),
        ("spid", None, 15, True),
    ],
)
async def test_a_sign_in_is_recalled_by_its_browser_in_its_time_alone(
    scheme: Scheme, relay_state: str | None, minutes: int, is_same_browser: bool
) -> None:
    memory = Memory()
    begun = await started(memory)
    (waiting,) = memory.sign_ins.waiting.values()
    memory.clock.advance(timedelta(minutes=minutes))
    browser = Browser(sign_in_secret=begun.browser_secret if is_same_browser else "r1")
    state = waiting.relay_state if relay_state is None else relay_state
    with pytest.raises(UnsolicitedResponseError):
        await recall_sign_in(memory.ports, scheme=scheme, relay_state=state, browser=browser)


async def test_no_two_requests_have_the_same_verifier() -> None:
    memory = Memory()
    await started(memory)
    await started(memory)
    first, second = memory.sign_ins.waiting.values()
    assert first.verifier != second.verifier


async def test_the_first_sign_in_registers_the_guardian_and_their_contacts() -> None:
    memory = Memory()
    outcome = await signed_in(memory)
    assert outcome.next_path == "/portale/x"
    (guardian,) = memory.people.guardians.values()
    assert (guardian.fiscal_code, guardian.version) == ("RSSMRA85T10A562S", 3)
    registered, email, mobile = [event for event, _ in memory.announced]
    assert isinstance(registered, GuardianRegistered)
    assert isinstance(email, ContactVerified)
    assert isinstance(mobile, ContactVerified)
    assert (email.address, mobile.address) == ("Mario@posta.example", "+393331234567")
    assert [sequence for _, sequence in memory.announced] == [1, 2, 3]


async def test_the_second_sign_in_announces_nothing() -> None:
    memory = Memory()
    await signed_in(memory)
    memory.announced.clear()
    memory.federation.answer = statement(assertion_id="_b", given_name="Mario Luigi")
    await signed_in(memory)
    assert memory.announced == []
    (guardian,) = memory.people.guardians.values()
    assert guardian.given_name == "Mario Luigi"


async def test_a_new_contact_is_announced_and_what_is_no_contact_is_left_out() -> None:
    memory = Memory()
    await signed_in(memory)
    memory.announced.clear()
    memory.federation.answer = statement(assertion_id="_b", email="nuova@posta.example", mobile_phone="no")
    await signed_in(memory)
    assert [(event.TYPE, sequence) for event, sequence in memory.announced] == [
        ("it.refettorio.identity.contact.verified.v1", 4)
    ]


async def test_the_session_is_kept_under_the_hash_of_its_secret() -> None:
    memory = Memory()
    outcome = await signed_in(memory)
    assert list(memory.sessions.open_ones) == [fingerprint(outcome.session_secret)]


async def test_a_new_session_replaces_the_one_the_browser_had() -> None:
    memory = Memory()
    first = await signed_in(memory)
    memory.federation.answer = statement(assertion_id="_b")
    begun = await started(memory)
    second = await completed(memory, begun, session_secret=first.session_secret)
    assert isinstance(second, SignedIn)
    assert list(memory.sessions.open_ones) == [fingerprint(second.session_secret)]


async def test_the_session_a_browser_had_when_it_set_out_ends_although_the_response_comes_without_its_cookie() -> None:
    memory = Memory()
    first = await signed_in(memory)
    memory.federation.answer = statement(assertion_id="_b")
    begun = await started(memory, browser=Browser(session_secret=first.session_secret))
    assert len(memory.sessions.open_ones) == 1, "still signed in while at the provider"
    second = await completed(memory, begun)
    assert isinstance(second, SignedIn)
    (session,) = memory.sessions.open_ones.values()
    assert (session.session_id, session.device) == (fingerprint(second.session_secret), "Firefox su Mac")


async def test_the_same_assertion_in_another_sign_in_is_refused() -> None:
    memory = Memory()
    await signed_in(memory)
    outcome = await completed(memory, await started(memory))
    assert isinstance(outcome, NotSignedIn)
    assert isinstance(outcome.reason, ResponseRefusedError)
    assert outcome.reason.rule == "assertion-replayed"


@pytest.mark.parametrize(
    "changed",
    [{"relay_state": ""}, {"relay_state": "r0"}, {"sign_in_secret": None}, {"sign_in_secret": "r0"}, {"scheme": "cie"}],
)
async def test_what_this_browser_did_not_ask_for_is_refused(changed: dict[str, str | None]) -> None:
    memory = Memory()
    begun = await started(memory)
    with pytest.raises(UnsolicitedResponseError):
        await completed(memory, begun, **changed)


async def test_a_response_that_takes_too_long_is_refused() -> None:
    memory = Memory()
    begun = await started(memory)
    memory.clock.advance(RESPONSE_LIMIT)
    with pytest.raises(UnsolicitedResponseError):
        await completed(memory, begun)


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        (UserAnomalyError(22), "nr22"),
        (UserAnomalyError(8), "nr08"),
        (UserAnomalyError(None), "anomaly-without-number"),
        (ResponseRefusedError("audience"), "audience"),
    ],
)
async def test_a_failed_sign_in_is_over_and_stands_in_the_audit(
    reason: UserAnomalyError | ResponseRefusedError, rule: str
) -> None:
    memory = Memory()
    memory.federation.answer = reason
    outcome = await completed(memory, await started(memory))
    assert isinstance(outcome, NotSignedIn)
    assert outcome.reason is reason
    assert memory.sign_ins.waiting == {}
    (line,) = memory.audit.lines
    assert (line.what, line.details["rule"]) == ("sign-in-refused", rule)


async def test_a_fiscal_number_that_is_none_is_refused() -> None:
    memory = Memory()
    memory.federation.answer = statement(fiscal_number="TINIT-RSSMRA85T10A562X")
    outcome = await completed(memory, await started(memory))
    assert isinstance(outcome, NotSignedIn)
    assert memory.people.guardians == {}


async def test_people_born_alike_have_accounts_of_their_own_and_a_clerk_is_told() -> None:
    memory = Memory()
    await memory.people.keep_guardian(TWIN)
    await signed_in(memory)
    assert len(memory.people.guardians) == 2
    assert memory.audit.actions == ["possible-same-person", "signed-in"]
    assert memory.audit.lines[0].subject == TWIN.guardian_id


async def test_signing_out_closes_the_session_once() -> None:
    memory = Memory()
    outcome = await signed_in(memory)
    for _ in range(2):
        await sign_out(memory.ports, session_secret=outcome.session_secret)
    assert memory.sessions.open_ones == {}
    assert memory.audit.actions == ["signed-in", "signed-out"]


async def test_sessions_and_sign_ins_that_are_over_are_forgotten_and_the_audit_stays() -> None:
    memory = Memory()
    await signed_in(memory)
    await started(memory)
    await forget_what_is_over(memory.ports, limits=SessionLimits())
    assert (len(memory.sessions.open_ones), len(memory.sign_ins.waiting)) == (1, 1)
    memory.clock.advance(timedelta(days=1, seconds=1))
    await forget_what_is_over(memory.ports, limits=SessionLimits())
    assert (memory.sessions.open_ones, memory.sign_ins.waiting, memory.sign_ins.used) == ({}, {}, {})
    assert memory.audit.actions == ["signed-in"]


async def test_no_line_of_the_audit_names_a_person() -> None:
    memory = Memory()
    await signed_in(memory)
    for personal in (MARIO.fiscal_code, "Rossi", "Mario", "posta.example", "3331234567"):
        assert personal not in str(memory.audit.lines)


async def test_a_session_lives_20_idle_minutes_and_8_hours_at_most() -> None:
    memory = Memory()
    await signed_in(memory)
    (session,) = memory.sessions.open_ones.values()
    opened = session.opened_at
    assert session.is_alive(opened + IDLE_LIMIT - timedelta(seconds=1), SessionLimits())
    assert not session.is_alive(opened + IDLE_LIMIT, SessionLimits())
    in_use = replace(session, last_seen_at=opened + ABSOLUTE_LIMIT - timedelta(minutes=1))
    assert in_use.is_alive(opened + ABSOLUTE_LIMIT - timedelta(seconds=1), SessionLimits())
    assert not in_use.is_alive(opened + ABSOLUTE_LIMIT, SessionLimits())
    assert not session.wants_touch(opened + TOUCH_INTERVAL - timedelta(seconds=1))
    assert session.wants_touch(opened + TOUCH_INTERVAL)
