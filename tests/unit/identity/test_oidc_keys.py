"""Our keys for OpenID Connect, what we sign with them, and what is opened."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import httpx2 as httpx
import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey, RSAKey

from identity.domain.errors import ResponseRefusedError
from identity.outbound.oidc.calling import caller, fetched, is_safe_address, posted
from identity.outbound.oidc.exchange import Transcript
from identity.outbound.oidc.jose import opened, public_jwk, rsa_keys, signed, verified
from identity.outbound.oidc.ourselves import FederationKeys, trust_marks_in
from identity.outbound.readable import readable
from tests.support.identity_provider import keys_of

CLIENT = "https://comune.example/auth/cie/oidc"


@cache
def key(name: str) -> RSAKey:
    made = RSAKey.import_key(keys_of(name).key)
    made.ensure_kid()
    return made


def file_of(folder: Path, *names: str) -> Path:
    file = folder / ("-".join(names) + ".pem")
    file.write_bytes(b"".join(key(name).as_pem(private=True) for name in names))
    return file


def refusal_of(token: str, keys: object) -> str:
    with pytest.raises(ResponseRefusedError) as refusal:
        verified(token, keys, "id-token")
    return refusal.value.rule


def jwks(*names: str, **told: str) -> dict[str, object]:
    return {"keys": [public_jwk(key(name), **told) for name in names]}


def test_a_message_is_believed_by_the_key_it_names() -> None:
    token = signed({"a": 1}, key("one"))
    assert verified(token, jwks("two", "one", use="sig"), "id-token").claims == {"a": 1}
    assert refusal_of(token, jwks("two")) == "id-token-key"
    assert refusal_of(token, jwks("one", "one")) == "id-token-key"
    assert refusal_of(token, jwks("one", use="enc")) == "id-token-key"
    assert refusal_of(token, {"keys": [public_jwk(key("one")) | {"kty": "oct"}]}) == "id-token-key"
    assert refusal_of(token, None) == "id-token-key"
    assert refusal_of(token[:-8] + "AAAAAAAA", jwks("one")) == "id-token-signature"


@pytest.mark.parametrize("algorithm", ["PS256", "RS384"])
def test_algorithms_outside_the_rules_are_refused(algorithm: str) -> None:
    header = {"alg": algorithm, "kid": key("one").kid}
    token = jws.serialize_compact(header, b"{}", key("one"), algorithms=[algorithm])
    assert refusal_of(token, jwks("one")) == "id-token-algorithm"


@pytest.mark.parametrize("token", ["", "a.b.c", "e30.e30.", "x" * 200_000, "e30.W10."])
def test_what_is_no_signed_message_is_refused(token: str) -> None:
    assert refusal_of(token, jwks("one")) in {"id-token-format", "id-token-algorithm"}


def test_a_compressed_answer_is_not_opened() -> None:
    header = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "zip": "DEF"}
    token = jwe.encrypt_compact(header, b"x" * 1000, key("one"), algorithms=["RSA-OAEP-256", "A256CBC-HS512", "DEF"])
    with pytest.raises(ResponseRefusedError) as refusal:
        opened(token, [key("one")], "userinfo")
    assert refusal.value.rule == "userinfo-encryption-algorithm"


def test_an_answer_is_opened_by_any_key_of_ours() -> None:
    header = {"alg": "RSA-OAEP", "enc": "A128CBC-HS256"}
    token = jwe.encrypt_compact(header, "inside", key("two"), algorithms=["RSA-OAEP", "A128CBC-HS256"])
    assert opened(token, [key("one"), key("two")], "userinfo") == "inside"


def test_each_key_is_for_one_thing(tmp_path: Path) -> None:
    one, two, three = (file_of(tmp_path, name) for name in ("one", "two", "three"))
    keys = FederationKeys.read(federation=one, signing=two, encryption=three)
    told = {jwk["kid"]: jwk["use"] for jwk in keys.published()["keys"]}
    assert told == {key("two").kid: "sig", key("three").kid: "enc"}
    assert not any("d" in jwk for jwk in keys.published()["keys"])
    with pytest.raises(ValueError, match="one of them alone"):
        FederationKeys.read(federation=one, signing=two, encryption=file_of(tmp_path, "three", "one"))


def test_a_file_without_a_strong_rsa_key_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "wrong.pem"
    file.write_text("nothing")
    with pytest.raises(ValueError, match=r"wrong\.pem: no PEM key"):
        rsa_keys(file)
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    with pytest.raises(ValueError, match=r"wrong\.pem: not an RSA key"):
        rsa_keys(file)
    file.write_bytes(key("one").as_pem(private=False))
    with pytest.raises(ValueError, match=r"wrong\.pem: a private RSA key"):
        rsa_keys(file)


def test_trust_marks_of_others_are_not_shown(tmp_path: Path) -> None:
    own, other = (signed({"id": "m", "sub": who}, key("one")) for who in (CLIENT, "https://altrove.example"))
    file = tmp_path / "marks"
    file.write_text(f"{own}\n\n{other}\n")
    assert trust_marks_in(file, CLIENT) == [own]
    assert trust_marks_in(None, CLIENT) == []
    file.write_text("nothing")
    with pytest.raises(ValueError, match="trust mark"):
        trust_marks_in(file, CLIENT)


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://op.example/token", True),
        ("http://127.0.0.1:8095/op", False),
        ("http://op.example/token", False),
        ("https://user@op.example/", False),
        ("https:///token", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_only_addresses_that_vouch_for_themselves_are_called(address: object, is_safe: bool) -> None:
    assert is_safe_address(address) is is_safe


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("http://127.0.0.1:8095/op", True),
        ("http://localhost/op", True),
        ("http://op.example/token", False),
        ("http://127.0.0.1.op.example/token", False),
        ("http://user@127.0.0.1/", False),
    ],
)
def test_only_a_local_run_speaks_in_the_clear_and_only_to_its_own_machine(address: str, *, is_safe: bool) -> None:
    assert is_safe_address(address, on_this_machine=True) is is_safe


async def test_a_provider_on_this_machine_is_not_called_unless_the_run_is_local() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="here")

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(ResponseRefusedError):
            await fetched(client, "http://127.0.0.1:8095/keys", "chain-fetch")
        with pytest.raises(ResponseRefusedError):
            await posted(client, "http://127.0.0.1:8095/token", {}, "token-endpoint")
        assert await fetched(client, "http://127.0.0.1:8095/keys", "chain-fetch", on_this_machine=True) == "here"


async def test_an_answer_that_was_compressed_is_refused_before_it_is_opened() -> None:
    bomb = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(b"0" * 10))
    )
    async with httpx.AsyncClient(transport=bomb) as client:
        with pytest.raises(ResponseRefusedError) as refusal:
            await fetched(client, "https://op.example/keys", "chain-fetch")
    assert refusal.value.rule == "chain-fetch"
    assert caller().headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("document", [b"", b"[]", b'{"surprise": 1}', b"\xff"])
def test_a_document_that_is_none_of_ours_is_refused(document: bytes) -> None:
    with pytest.raises(ResponseRefusedError) as refusal:
        Transcript.decoded(document)
    assert refusal.value.rule == "oidc-document"


def test_an_auditor_reads_what_signed_messages_say() -> None:
    token = signed({"given_name": "Nicolò"}, key("one"))
    shown = readable(f"client_id=x&request={token}&v=1.2.3".encode())
    assert json.loads(shown)["claims"] == {"given_name": "Nicolò"}
    assert readable(b"code=abc&state=d") == ""
    assert readable(b"\xff\xfe") == ""
