"""Signing out, on the memory: ours always ends, the provider's where it keeps one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from identity.domain.errors import LogoutRefusedError
from identity.domain.sign_out import ANSWER_LIMIT, Farewell, LogoutAsked
from identity.usecases.complete_sign_out import complete_sign_out
from identity.usecases.ports import Carried
from identity.usecases.secrecy import fingerprint
from identity.usecases.sign_out import sign_out
from identity.usecases.sign_out_for_provider import sign_out_for_provider
from tests.support.identity_memory import PROVIDER, Memory
from tests.support.identity_scenarios import AT_PROVIDER, OPEN

SECRET = "r" + "1" * 64


async def signed_in(*, at_provider: bool = True) -> Memory:
    memory = Memory()
    session = replace(OPEN, session_id=fingerprint(SECRET), at_provider=AT_PROVIDER if at_provider else None)
    await memory.sessions.open(session)
    return memory


async def test_a_session_the_provider_keeps_beside_ours_is_ended_there_too() -> None:
    memory = await signed_in()
    message = await sign_out(memory.ports, session_secret=SECRET)
    assert message is not None
    assert message.url.startswith(f"{PROVIDER}/slo?")
    assert message.url.endswith("index=_i1")
    assert memory.sessions.open_ones == {}
    (waiting,) = memory.sign_outs.waiting.values()
    assert (waiting.provider, waiting.scheme) == (PROVIDER, "spid")
    assert memory.audit.lines[0].details == {"scheme": "spid", "provider-told": "yes"}


@pytest.mark.parametrize(("at_provider", "takes_requests"), [(False, True), (True, False)])
async def test_without_a_session_or_a_service_there_only_ours_ends(at_provider: bool, takes_requests: bool) -> None:
    memory = await signed_in(at_provider=at_provider)
    memory.single_logout.takes_requests = takes_requests
    assert await sign_out(memory.ports, session_secret=SECRET) is None
    assert memory.sessions.open_ones == {}
    assert memory.sign_outs.waiting == {}
    assert memory.audit.lines[0].details["provider-told"] == "no"


@pytest.mark.parametrize("farewell", [Farewell.COMPLETE, Farewell.PARTIAL])
async def test_an_answer_is_heard_once(farewell: Farewell) -> None:
    memory = await signed_in()
    await sign_out(memory.ports, session_secret=SECRET)
    memory.single_logout.answer = farewell
    (relay_state,) = memory.sign_outs.waiting
    carried = Carried(form={"RelayState": relay_state})
    assert await complete_sign_out(memory.ports, scheme="spid", carried=carried) is farewell
    with pytest.raises(LogoutRefusedError):
        await complete_sign_out(memory.ports, scheme="spid", carried=carried)
    assert memory.audit.actions == ["signed-out", "sign-out-answered"]


@pytest.mark.parametrize(
    ("scheme", "is_late", "is_named"), [("cie", False, True), ("spid", True, True), ("spid", False, False)]
)
async def test_an_answer_nobody_waits_for_is_refused(scheme: str, is_late: bool, is_named: bool) -> None:
    memory = await signed_in()
    await sign_out(memory.ports, session_secret=SECRET)
    (relay_state,) = memory.sign_outs.waiting
    if is_late:
        memory.clock.advance(ANSWER_LIMIT)
    carried = Carried(form={"RelayState": relay_state} if is_named else {})
    with pytest.raises(LogoutRefusedError) as refusal:
        await complete_sign_out(memory.ports, scheme="cie" if scheme == "cie" else "spid", carried=carried)
    assert refusal.value.rule == "unsolicited"


async def test_a_provider_ends_the_session_it_means_and_is_answered() -> None:
    memory = await signed_in()
    other = replace(OPEN, session_id="s2", at_provider=replace(AT_PROVIDER, index="_i2"))
    await memory.sessions.open(other)
    memory.single_logout.asked = LogoutAsked(
        request_id="_theirs", scheme="spid", provider=PROVIDER, name_id="_n1", indexes=frozenset({"_i1"})
    )
    for _ in range(2):  # a session that is over is no reason to refuse
        message = await sign_out_for_provider(memory.ports, scheme="spid", carried=Carried())
        assert message is not None
        assert message.url == f"{PROVIDER}/slo?InResponseTo=_theirs"
    assert list(memory.sessions.open_ones.values()) == [other]
    (line,) = memory.audit.lines
    assert (line.who, line.what, line.subject) == (PROVIDER, "signed-out-by-provider", OPEN.guardian_id)


async def test_a_request_that_is_not_believed_ends_nothing() -> None:
    memory = await signed_in()
    with pytest.raises(LogoutRefusedError):
        await sign_out_for_provider(memory.ports, scheme="spid", carried=Carried())
    assert len(memory.sessions.open_ones) == 1
