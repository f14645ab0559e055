"""What the settings say of OpenID Connect is understood, or refused at start by the name of what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from identity.domain.sign_in import schemes_from
from identity.outbound.by_scheme import ByScheme
from identity.outbound.oidc.jose import Claims, public_jwk, signed, unverified
from identity.outbound.oidc.starting import Chosen, speaker_from
from tests.support.identity_memory import PROVIDER, FederationInMemory
from tests.unit.identity.test_federation import ORGANIZATION
from tests.unit.identity.test_oidc_keys import CLIENT, file_of, key

NOW = datetime(2025, 10, 6, 9, 30, tzinfo=UTC)


def chosen(folder: Path) -> Chosen:
    return Chosen(
        scheme="cie",
        client_id=CLIENT,
        providers="https://op.example",
        anchors="https://ta.example, https://ta2.example",
        authorities="",
        federation_key_file=file_of(folder, "one"),
        signing_key_file=file_of(folder, "two"),
        encryption_key_file=file_of(folder, "three"),
        trust_marks_file=None,
        policy_url="https://comune.example/privacy",
        logo_url="https://comune.example/logo.svg",
    )


def told_by(chosen: Chosen) -> Claims:
    """What our entity configuration says."""
    return unverified(speaker_from(chosen, ORGANIZATION, lambda: NOW).configuration(NOW), "format").claims


def test_the_schemes_that_go_by_openid_connect_are_named() -> None:
    assert schemes_from("") == frozenset()
    assert schemes_from(" cie, spid ") == {"cie", "spid"}
    with pytest.raises(ValueError, match="saml: spid or cie"):
        schemes_from("saml")


def test_the_trust_anchors_vouch_for_us_unless_others_do(tmp_path: Path) -> None:
    assert told_by(chosen(tmp_path))["authority_hints"] == ["https://ta.example", "https://ta2.example"]
    by_others = replace(chosen(tmp_path), authorities="https://aggregator.example")
    assert told_by(by_others)["authority_hints"] == ["https://aggregator.example"]


def test_the_trust_marks_we_were_given_are_shown(tmp_path: Path) -> None:
    mark = signed({"id": "https://ta.example/openid_relying_party/public/", "sub": CLIENT}, key("one"))
    file = tmp_path / "marks"
    file.write_text(mark)
    (shown,) = told_by(replace(chosen(tmp_path), trust_marks_file=file))["trust_marks"]
    assert shown == {"id": "https://ta.example/openid_relying_party/public/", "trust_mark": mark}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"providers": ""}, "REFETTORIO_CIE_OIDC_PROVIDERS"),
        ({"anchors": ""}, "REFETTORIO_CIE_OIDC_TRUST_ANCHORS"),
        ({"signing_key_file": None}, "REFETTORIO_OIDC_FEDERATION_KEY_FILE"),
        ({"providers": "http://op.example"}, "http://op.example: who we trust is asked by HTTPS only"),
        ({"providers": "http://127.0.0.1/op"}, "http://127.0.0.1/op: who we trust is asked by HTTPS only"),
        ({"anchors": "http://ta.example"}, "http://ta.example: who we trust is asked by HTTPS only"),
    ],
)
def test_what_is_missing_stops_the_start_with_its_name(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        speaker_from(replace(chosen(tmp_path), **change), ORGANIZATION, lambda: NOW)


def test_an_anchor_may_be_known_by_its_keys(tmp_path: Path) -> None:
    file = tmp_path / "anchor.json"
    file.write_text(json.dumps({"keys": [public_jwk(key("one"))]}))
    known = replace(chosen(tmp_path), anchors=f"https://ta.example={file}")
    assert told_by(known)["authority_hints"] == ["https://ta.example"]
    file.write_text("[]")
    with pytest.raises(ValueError, match="a JWK set is needed"):
        speaker_from(known, ORGANIZATION, lambda: NOW)


def test_a_local_run_trusts_who_is_on_its_machine(tmp_path: Path) -> None:
    local = replace(
        chosen(tmp_path),
        client_id="http://127.0.0.1:8080/auth/cie/oidc",
        providers="http://127.0.0.1/op",
        anchors="http://127.0.0.1/ta",
    )
    assert told_by(replace(local, on_this_machine=True))["authority_hints"] == ["http://127.0.0.1/ta"]


@pytest.mark.parametrize("address", [CLIENT, "http://comune.example/oidc", "https://127.0.0.1.comune.example/oidc"])
def test_who_is_reached_from_elsewhere_is_no_local_run(tmp_path: Path, address: str) -> None:
    served = replace(chosen(tmp_path), client_id=address, on_this_machine=True)
    with pytest.raises(ValueError, match="REFETTORIO_OIDC_ON_THIS_MACHINE is for local runs"):
        speaker_from(served, ORGANIZATION, lambda: NOW)


async def test_each_scheme_goes_by_its_own_language() -> None:
    saml, openid = FederationInMemory(), FederationInMemory()
    both = ByScheme({"spid": saml, "cie": openid})
    await both.refresh()
    assert [provider.scheme for provider in both.providers()] == ["spid"]
    assert both.is_trusted("spid", PROVIDER)
    assert not both.is_trusted("cie", PROVIDER)
