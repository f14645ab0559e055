"""Who gets an access token, and what it opens at the gate."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from identity.domain.access import Kind
from identity.domain.machine_client import AccessClaims, Credential, CredentialKind
from identity.outbound.tokens import TokenIssuer
from identity.usecases.authorize_machine import authorize_machine
from identity.usecases.authorize_request import Admitted, Refusal, Stopped
from identity.usecases.issue_machine_token import (
    FAILURES,
    AssertionShown,
    SecretShown,
    TokenRefused,
    issue_machine_token,
)
from tests.support.identity_machine_scenarios import KITCHEN
from tests.support.identity_memory import NOW, Memory

SITE = "https://scuola.comune.example"
ENDPOINT = f"{SITE}/oauth/token"
RIGHT = SecretShown(client_id="mac_1", secret="s1")
WRONG = SecretShown(client_id="mac_1", secret="s2")
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
TARIFFS = "/api/ledger/v1/tariffs"


async def prepared() -> Memory:
    """A client with a secret and a key."""
    memory = Memory()
    credentials = (
        Credential(credential_id="mcr_1", kind=CredentialKind.SECRET, made_at=NOW, proof="hashed:s1"),
        Credential(
            credential_id="mcr_2",
            kind=CredentialKind.KEY,
            made_at=NOW,
            proof=memory.ports.client_keys.checked(json.dumps(KEY.as_dict(private=False))),
        ),
    )
    await memory.machines.keep(
        replace(KITCHEN, scopes=frozenset({"ledger.tariffs.read", "enrollment.schools.read"}), credentials=credentials)
    )
    return memory


async def asks(
    memory: Memory, shown: SecretShown | AssertionShown = RIGHT, *, address: str = "192.0.2.1", scope: str | None = None
) -> AccessClaims | TokenRefused:
    scopes = frozenset(scope.split()) if scope is not None else None
    return await issue_machine_token(memory.ports, shown=shown, scopes=scopes, address=address)


def error_of(outcome: AccessClaims | TokenRefused) -> str:
    assert isinstance(outcome, TokenRefused)
    return outcome.error


async def test_the_right_secret_gets_all_its_scopes_or_those_it_asks_for() -> None:
    memory = await prepared()
    whole, narrow = await asks(memory), await asks(memory, scope="ledger.tariffs.read")
    assert isinstance(whole, AccessClaims)
    assert isinstance(narrow, AccessClaims)
    assert whole.services == {"ledger", "enrollment"}
    assert narrow.scopes == {"ledger.tariffs.read"}
    assert whole.token_id != narrow.token_id
    assert memory.machines.kept["mac_1"].last_used_at == NOW
    assert memory.audit.actions == ["machine-token-issued"] * 2


@pytest.mark.parametrize("shown", [WRONG, SecretShown(client_id="mac_9", secret="s1")])
async def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(shown: SecretShown) -> None:
    memory = await prepared()
    assert error_of(await asks(memory, shown)) == "invalid_client"
    assert memory.audit.actions == ["machine-token-refused"]


async def test_a_scope_that_was_not_granted_is_refused() -> None:
    assert error_of(await asks(await prepared(), scope="ledger.tariffs.read identity.people.read")) == "invalid_scope"


async def test_a_client_without_scopes_gets_no_token() -> None:
    memory = await prepared()
    await memory.machines.keep(replace(memory.machines.kept["mac_1"], scopes=frozenset()))
    assert error_of(await asks(memory)) == "invalid_scope"


async def test_a_client_that_is_over_gets_no_token() -> None:
    memory = await prepared()
    memory.clock.advance(timedelta(days=365))
    assert error_of(await asks(memory)) == "invalid_client"


async def test_after_many_wrong_secrets_an_address_is_stopped_and_others_are_not() -> None:
    memory = await prepared()
    for _ in range(FAILURES):
        await asks(memory, WRONG)
    stopped = await asks(memory, RIGHT)
    assert isinstance(stopped, TokenRefused)
    assert stopped.retry_after_seconds == 900
    assert isinstance(await asks(memory, RIGHT, address="192.0.2.2"), AccessClaims)
    assert all("192.0.2.1" not in key for key, _ in memory.attempts.kept), "an address is personal: not kept"
    memory.clock.advance(timedelta(minutes=15))
    assert isinstance(await asks(memory, RIGHT), AccessClaims)


def assertion(changed: dict[str, object] | None = None, key: ECKey = KEY) -> AssertionShown:
    claims: dict[str, object] = {
        "iss": "mac_1",
        "sub": "mac_1",
        "aud": ENDPOINT,
        "jti": "j1",
        "iat": _seconds(NOW),
        "exp": _seconds(NOW + timedelta(minutes=1)),
    } | (changed or {})
    told = {name: value for name, value in claims.items() if value is not None}
    signed = jwt.encode({"alg": "ES256", "kid": "k1"}, told, key, algorithms=["ES256"])
    return AssertionShown(assertion=signed, audiences=(ENDPOINT, SITE))


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


async def test_a_statement_signed_with_the_registered_key_is_believed_once() -> None:
    memory = await prepared()
    shown = assertion()
    assert isinstance(await asks(memory, shown), AccessClaims)
    assert error_of(await asks(memory, shown)) == "invalid_client", "a replay"
    assert isinstance(await asks(memory, assertion({"jti": "j2", "aud": [SITE, "altro"]})), AccessClaims)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "mac_2"},
        {"aud": "https://altrove.example/oauth/token"},
        {"aud": None},
        {"jti": None},
        {"jti": ""},
        {"exp": None},
        {"exp": "domani"},
        {"exp": _seconds(NOW)},
        {"exp": _seconds(NOW + timedelta(minutes=6))},
        {"exp": 10**20},
        {"nbf": _seconds(NOW + timedelta(minutes=1))},
        {"iat": _seconds(NOW + timedelta(minutes=1))},
        {"iat": _seconds(NOW - timedelta(minutes=6))},
    ],
    ids=str,
)
async def test_a_statement_for_others_of_another_time_or_without_its_claims_is_not(changed: dict[str, object]) -> None:
    assert error_of(await asks(await prepared(), assertion(changed))) == "invalid_client"


async def test_a_statement_signed_otherwise_is_not_believed() -> None:
    memory = await prepared()
    stranger = assertion(key=ECKey.generate_key("P-256"))
    head, body, _ = assertion().assertion.split(".")
    for text in (stranger.assertion, f"{head}.{body}.", f"{head}.{body}", "a.b.c", "", "x" * 5000):
        shown = AssertionShown(assertion=text, audiences=(ENDPOINT,))
        assert error_of(await asks(memory, shown)) == "invalid_client"


def issuer_in(folder: Path) -> TokenIssuer:
    file = folder / "token.pem"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return TokenIssuer.read(file, public_url=SITE)


@pytest.fixture
def issuer(tmp_path: Path) -> TokenIssuer:
    return issuer_in(tmp_path)


ACCESS = AccessClaims(client_id="mac_1", scopes=frozenset({"ledger.tariffs.read"}), token_id="tok_1")


async def gate(memory: Memory, issuer: TokenIssuer, token: str, path: str = TARIFFS) -> Admitted | Stopped:
    return await authorize_machine(memory, issuer, path=path, token=token, now=memory.clock.now())


async def test_an_access_token_is_exchanged_for_what_its_scopes_open(issuer: TokenIssuer) -> None:
    memory = await prepared()
    admitted = await gate(memory, issuer, issuer.access_token(ACCESS, NOW))
    assert isinstance(admitted, Admitted)
    assert (admitted.subject, admitted.audience, admitted.roles) == ("mac_1", ("ledger",), frozenset())
    assert admitted.scopes == {"ledger.tariffs.read"}


@pytest.mark.parametrize(
    ("path", "reason", "kind"),
    [
        ("/api/enrollment/v1/schools", Refusal.TOKEN_REFUSED, Kind.API),
        ("/api/nowhere/v1/x", Refusal.UNKNOWN_PATH, Kind.API),
        ("/ufficio/", Refusal.NOT_SIGNED_IN, Kind.PAGE),
    ],
)
async def test_it_opens_nothing_else(issuer: TokenIssuer, path: str, reason: Refusal, kind: Kind) -> None:
    stopped = await gate(await prepared(), issuer, issuer.access_token(ACCESS, NOW), path)
    assert stopped == Stopped(reason=reason, kind=kind)


async def test_a_token_that_is_over_ours_for_services_or_anothers_is_refused(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    memory = await prepared()
    inner = issuer.token(Admitted(subject="mac_1", audience=(f"{SITE}/api/ledger",), scopes=ACCESS.scopes), NOW)
    (tmp_path / "other").mkdir()
    foreign = issuer_in(tmp_path / "other").access_token(ACCESS, NOW)
    old = issuer.access_token(ACCESS, NOW - timedelta(minutes=5, seconds=1))
    for token in (inner, foreign, old, "x.y.z", ""):
        assert await gate(memory, issuer, token) == Stopped(reason=Refusal.TOKEN_REFUSED, kind=Kind.API)


async def test_revocation_expiry_and_a_scope_taken_back_hold_from_the_next_request(issuer: TokenIssuer) -> None:
    memory = await prepared()
    token, client = issuer.access_token(ACCESS, NOW), memory.machines.kept["mac_1"]
    await memory.machines.keep(replace(client, scopes=frozenset({"enrollment.schools.read"})))
    assert await gate(memory, issuer, token) == Stopped(reason=Refusal.SCOPE_MISSING, kind=Kind.API)
    for over in (client.revoked(NOW), replace(client, expires_at=NOW)):
        await memory.machines.keep(over)
        assert await gate(memory, issuer, token) == Stopped(reason=Refusal.TOKEN_REFUSED, kind=Kind.API)
