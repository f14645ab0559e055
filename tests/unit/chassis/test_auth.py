"""Tokens: only those of our identity service, for us, now, signed as agreed."""

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from refettorio_chassis import auth
from refettorio_chassis.audit import Acting
from refettorio_chassis.auth import (
    ActingRefusedError,
    Caller,
    NotSignedInError,
    ScopeMissingError,
    TokenVerifier,
    WrongRoleError,
    caller_with,
)
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.testing import TokenMinter

NOW = datetime(2025, 10, 6, 7, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def minter(clock: FixedClock) -> TokenMinter:
    return TokenMinter(clock)


async def test_a_token_of_ours_tells_who_calls(minter: TokenMinter) -> None:
    token = minter.token("tab_1", "canteen", audience=["attendance", "clients"], classes=["primaria-1a"])
    caller = await minter.verifier("attendance").verify(token)
    assert (caller.subject, set(caller.roles), set(caller.classes)) == ("tab_1", {"canteen"}, {"primaria-1a"})
    assert (caller.has("canteen", "office"), caller.has("office")) == (True, False)
    assert caller.token == token


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (Caller(subject="s", roles=frozenset({"office"})), True),
        (Caller(subject="s", roles=frozenset({"canteen"})), False),
        (Caller(subject="s", roles=frozenset({"canteen"}), classes=frozenset({"*"})), False),
        (Caller(subject="s", roles=frozenset({"canteen"}), schools=frozenset({"*"})), False),
    ],
)
def test_the_office_sees_every_class_and_who_was_given_nothing_none(caller: Caller, *, sees: bool) -> None:
    assert caller.may_see_class("primaria-1a", school_id="primaria") is sees
    assert caller.may_see_class("primaria-1a", school_id=None) is sees


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"classes": ["1a"], "schools": ["primaria"]}, {("1a", "primaria")}),
        ({"classes": ["*"], "schools": ["primaria"]}, {("1a", "primaria"), ("1b", "primaria")}),
        ({"classes": ["1a"], "schools": ["*"]}, {("1a", "primaria"), ("1a", None)}),
        ({"classes": ["1a"], "schools": ["infanzia"]}, set()),
        ({"classes": ["1a"], "schools": []}, set()),
        ({"classes": ["1a"]}, {("1a", "primaria"), ("1a", None)}),
        ({"classes": [], "schools": ["primaria"]}, set()),
        ({"classes": []}, set()),
    ],
    ids=str,
)
async def test_canteen_staff_see_a_class_they_were_given_in_a_school_they_were_given(
    minter: TokenMinter, given: dict[str, list[str]], seen: set[tuple[str, str | None]]
) -> None:
    token = minter.token("tab_1", "canteen", audience=["attendance"], **given)
    caller = await minter.verifier("attendance").verify(token)
    rolls = [("1a", "primaria"), ("1b", "primaria"), ("1a", None), ("gialli", "infanzia")]
    assert {each for each in rolls if caller.may_see_class(each[0], school_id=each[1])} == seen


@pytest.mark.parametrize(
    ("claims", "lines"), [({"lines": ["verde"]}, {"verde"}), ({"lines": ["*"]}, {"*"}), ({}, set())]
)
async def test_a_token_says_the_lines_of_a_driver_and_none_unless_it_names_them(
    minter: TokenMinter, claims: dict[str, list[str]], lines: set[str]
) -> None:
    caller = await minter.verifier("ledger").verify(minter.token("gua_1", "driver", audience=["ledger"], **claims))
    assert caller.lines == lines


async def test_an_expired_token_is_refused_after_a_little_leeway(minter: TokenMinter, clock: FixedClock) -> None:
    token = minter.token("gua_1", "guardian", audience=["ledger"])
    verifier = minter.verifier("ledger")
    clock.advance(timedelta(seconds=64))
    await verifier.verify(token)
    clock.advance(timedelta(seconds=2))
    with pytest.raises(NotSignedInError):
        await verifier.verify(token)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody-else"},
        {"aud": ["notify"]},
        {"aud": "ledgers"},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"aud": None},
        {"iss": None},
        {"iat": int(NOW.timestamp()) + 3600},
    ],
    ids=str,
)
async def test_a_token_for_others_from_others_or_without_its_claims_is_refused(
    minter: TokenMinter, claims: dict[str, Any]
) -> None:
    token = minter.token("gua_1", "guardian", audience=["ledger"], **claims)
    with pytest.raises(NotSignedInError):
        await minter.verifier("ledger").verify(token)


def unsigned(minter: TokenMinter) -> str:
    payload = minter.token("gua_1", "administrator", audience=["ledger"]).split(".")[1]
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{header}.{payload}."


def signed_with_our_public_key(minter: TokenMinter) -> str:
    """HS256 with the published key as the secret: the old confusion of algorithms."""
    secret = OctKey.import_key(json.dumps(minter.jwks()["keys"][0]))
    claims = jwt.decode(minter.token("gua_1", "administrator", audience=["ledger"]), minter._key).claims
    return jwt.encode({"alg": "HS256", "kid": "test"}, claims, secret, algorithms=["HS256"])


def signed_by_another(minter: TokenMinter) -> str:
    return TokenMinter(minter._clock).token("gua_1", "administrator", audience=["ledger"])


def altered(minter: TokenMinter) -> str:
    head, _, tail = minter.token("gua_1", "guardian", audience=["ledger"]).split(".")
    payload = TokenMinter(minter._clock).token("gua_1", "administrator", audience=["ledger"]).split(".")[1]
    return f"{head}.{payload}.{tail}"


def garbage(_minter: TokenMinter) -> str:
    return "non.un.gettone"


@pytest.mark.parametrize("forge", [unsigned, signed_with_our_public_key, signed_by_another, altered, garbage])
async def test_a_forged_token_is_refused(minter: TokenMinter, forge: Callable[[TokenMinter], str]) -> None:
    with pytest.raises(NotSignedInError):
        await minter.verifier("ledger").verify(forge(minter))


class Identity:
    """Identity's published keys, as a verifier fetches them; counts how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *minters: TokenMinter) -> None:
        self.asked = 0
        self.minters = list(minters)
        self.answer: httpx.Response | None = None
        plain = httpx.AsyncClient
        monkeypatch.setattr(
            httpx, "AsyncClient", lambda **options: plain(transport=httpx.MockTransport(self._tell), **options)
        )

    def _tell(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        keys = [minter.jwks()["keys"][0] for minter in self.minters]
        return self.answer or httpx.Response(200, json={"keys": keys})

    def verifier(self, clock: FixedClock) -> TokenVerifier:
        return TokenVerifier(
            jwks_url="http://identity/jwks.json", audience="ledger", now=lambda: clock.now().timestamp()
        )


async def test_keys_are_fetched_once_and_again_for_a_key_not_yet_known(
    minter: TokenMinter, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = Identity(monkeypatch, minter)
    verifier = identity.verifier(clock)
    for _ in range(3):
        await verifier.verify(minter.token("gua_1", "guardian", audience=["ledger"]))
    assert identity.asked == 1
    newer = TokenMinter(clock)
    identity.minters = [newer]
    token = newer.token("gua_1", "guardian", audience=["ledger"])
    with pytest.raises(NotSignedInError):
        await verifier.verify(token)
    assert identity.asked == 1, "forged tokens must not make us hammer the identity service"
    verifier._fetched_at -= auth.REFETCH_SECONDS
    assert (await verifier.verify(token)).subject == "gua_1"
    assert identity.asked == 2


async def test_a_key_taken_back_is_trusted_for_five_minutes_at_most(
    minter: TokenMinter, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = Identity(monkeypatch, minter, TokenMinter(clock))
    verifier = identity.verifier(clock)
    token = minter.token("gua_1", "guardian", audience=["ledger"])
    await verifier.verify(token)
    identity.minters = [TokenMinter(clock)]
    await verifier.verify(token)
    verifier._fetched_at -= 300
    with pytest.raises(NotSignedInError):
        await verifier.verify(token)


async def test_many_requests_at_once_ask_for_the_keys_once(
    minter: TokenMinter, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = Identity(monkeypatch, minter)
    verifier = identity.verifier(clock)
    token = minter.token("gua_1", "guardian", audience=["ledger"])
    await asyncio.gather(*(verifier.verify(token) for _ in range(20)))
    assert identity.asked == 1


async def test_a_machine_client_passes_by_its_scope_and_nowhere_else(minter: TokenMinter) -> None:
    token = minter.token("mac_1", audience=["ledger"], scope="ledger.tariffs.read ledger.other.read")
    caller = await minter.verifier("ledger").verify(token)
    assert await caller_with("office", scope="ledger.tariffs.read")(caller) is caller
    for guard in (caller_with("office"), caller_with("office", scope="ledger.accounts.read")):
        with pytest.raises(ScopeMissingError):
            await guard(caller)


async def test_a_person_passes_by_role_where_a_scope_is_named_too(minter: TokenMinter) -> None:
    guard = caller_with("office", scope="ledger.tariffs.read")
    verifier = minter.verifier("ledger")
    clerk = await verifier.verify(minter.token("gua_1", "office", audience=["ledger"]))
    assert await guard(clerk) is clerk
    guardian = await verifier.verify(minter.token("gua_2", "guardian", audience=["ledger"]))
    with pytest.raises(WrongRoleError):
        await guard(guardian)


async def test_who_acts_for_a_guardian_passes_by_a_scope_of_theirs_and_nowhere_else(minter: TokenMinter) -> None:
    act = {"sub": "gua_9", "role": "delegate"}
    token = minter.token("gua_1", "guardian", audience=["ledger"], act=act, scope="see pay")
    caller = await minter.verifier("ledger").verify(token)
    assert (caller.subject, caller.acting) == ("gua_1", Acting(who="gua_9", capacity="delegate"))
    assert caller.acting_as("guardian").person == "gua_9"
    assert await caller_with("guardian", "office", acting="pay")(caller) is caller
    closed = caller_with("guardian"), caller_with("guardian", acting="counter"), caller_with("guardian", scope="pay")
    for guard in (*closed, caller_with("office", acting="pay")):
        with pytest.raises(ActingRefusedError):
            await guard(caller)


@pytest.mark.parametrize("act", ["gua_9", {"sub": "gua_9"}, {"sub": 9, "role": "clerk"}, {}, []])
async def test_an_actor_that_cannot_be_read_is_never_taken_for_the_subject(minter: TokenMinter, act: object) -> None:
    with pytest.raises(NotSignedInError):
        await minter.verifier("ledger").verify(minter.token("gua_1", "guardian", audience=["ledger"], act=act))


async def test_what_is_for_who_acts_is_for_the_subject_too(minter: TokenMinter) -> None:
    caller = await minter.verifier("ledger").verify(minter.token("gua_1", "guardian", audience=["ledger"]))
    assert await caller_with("guardian", acting="pay")(caller) is caller


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(503), httpx.Response(200, text="<html>"), httpx.Response(200, json={"keys": [{"kty": "?"}]})],
)
async def test_keys_that_cannot_be_had_are_not_now_rather_than_not_you(
    minter: TokenMinter, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response
) -> None:
    identity = Identity(monkeypatch)
    identity.answer = answer
    with pytest.raises(RetryLater):
        await identity.verifier(clock).verify(minter.token("gua_1", "guardian", audience=["ledger"]))


def test_a_guard_without_roles_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="open_to_all"):
        caller_with()
