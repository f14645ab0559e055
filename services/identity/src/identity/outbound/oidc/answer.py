"""Believing, or not, what a provider answered: each message verified first, then every rule, then the person.

Source: SPID and CIE OpenID Connect rules, *authentication response*, *ID token*, *userinfo*; OpenID Core 3.1.3.7.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs

from joserfc.jwk import RSAKey

from identity.domain.errors import ResponseRefusedError, UserAnomalyError
from identity.domain.sign_in import IdentityStatement, SignIn
from identity.outbound.oidc.asking import FISCAL_NUMBER
from identity.outbound.oidc.exchange import Transcript
from identity.outbound.oidc.jose import Claims, Signed, check_times, is_meant_for, opened, text_in, verified
from identity.outbound.oidc.trust_chain import TrustChain
from identity.outbound.saml.names import LEVEL_PREFIX
from identity.outbound.saml.rules import require

_NUMBER: Final = re.compile(r"nr\s?([0-9]{1,3})", re.IGNORECASE)
_LEVEL: Final = re.compile(re.escape(LEVEL_PREFIX) + "([123])")
_HASHES: Final = {"RS256": hashlib.sha256, "RS512": hashlib.sha512}
_ERRORS: Final = {
    "consent_required": 22,
    "temporarily_unavailable": 2,
    "server_error": 2,
    "invalid_request": 8,
    "invalid_scope": 8,
    "unsupported_response_type": 8,
    "request_uri_not_supported": 8,
    "registration_not_supported": 8,
    "invalid_request_object": 5,
    "unauthorized_client": 10,
}
"""The codes of the protocol as rows of AgID's table (`domain/anomaly.py`), which says what to tell people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the one acceptable answer must match. `keys` open what is encrypted to us."""

    sign_in: SignIn
    chain: TrustChain
    client_id: str
    keys: tuple[RSAKey, ...]
    now: datetime


def read_answer(transcript: Transcript, expected: Expected) -> IdentityStatement:
    """The person a transcript speaks of.

    Raises `ResponseRefusedError` where a rule was broken, `UserAnomalyError` when the provider says that the person did
    not sign in: that is believed unsigned, for it can open nothing and only picks a text of ours.
    """
    code = code_in(transcript.response, expected.sign_in, expected.chain)
    if code is None:
        raise UserAnomalyError(_row(_fields(transcript.response)))
    if transcript.fault is not None:
        raise ResponseRefusedError(transcript.fault)
    token = transcript.messages.get("token-response", "")
    id_token = verified(_id_token_in(token), expected.chain.keys, "id-token")
    _check_id_token(id_token, access_token_in(token), expected)
    person = _userinfo(transcript.messages.get("userinfo-response", "").strip(), expected)
    require(person.get("sub") == id_token.claims.get("sub"), "userinfo-subject")
    return _statement(code, id_token.claims, person, expected)


def code_in(query: str, sign_in: SignIn, chain: TrustChain) -> str | None:
    """The code of the provider that was asked; none when it says why there is none.

    Refused by `response-query`, `response-issuer` or `response-code`.
    """
    said = _fields(query)
    # Another provider's code must not be taken to the one that was asked (RFC 9207). CIE always says whose it is.
    says_it = chain.metadata.get("authorization_response_iss_parameter_supported") in (True, "true")
    issuers = said.get("iss", [])
    # An error opens nothing, and the rules' own table of it leaves the sender out.
    is_required = "error" not in said and (says_it or sign_in.scheme == "cie")
    require(issuers == [chain.provider] or not (issuers or is_required), "response-issuer")
    if "error" in said:
        return None
    codes = said.get("code", [])
    require(len(codes) == 1, "response-code")
    return codes[0]


def access_token_in(response: str) -> str:
    """What opens the userinfo. Refused by `token-response`."""
    said = _object(response, "token-response")
    token = text_in(said, "access_token", "token-response")
    is_bearer = str(said.get("token_type")).lower() == "bearer"
    require(is_bearer and token.isascii() and token.isprintable(), "token-response")
    return token


def _fields(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, max_num_fields=20)
    except ValueError as error:
        raise ResponseRefusedError("response-query") from error


def _row(said: dict[str, list[str]]) -> int | None:
    found = _NUMBER.search(" ".join(said.get("error_description", [])))
    return int(found[1]) if found else _ERRORS.get(said["error"][0])


def _id_token_in(response: str) -> str:
    return text_in(_object(response, "token-response"), "id_token", "id-token-missing")


def _object(text: str, rule: str) -> Claims:
    try:
        said: Any = json.loads(text)
    except ValueError as error:
        raise ResponseRefusedError(rule) from error
    require(isinstance(said, dict), rule)
    return dict(said)


def _check_id_token(id_token: Signed, access_token: str, expected: Expected) -> None:
    said, sign_in = id_token.claims, expected.sign_in
    require(said.get("iss") == expected.chain.provider, "id-token-issuer")
    require(is_meant_for(said, expected.client_id), "id-token-audience")
    check_times(said, expected.now, "id-token")
    require(said.get("nonce") == sign_in.request_id, "id-token-nonce")
    require(said.get("at_hash") == _half_hash(access_token, str(id_token.header["alg"])), "id-token-at-hash")
    text_in(said, "sub", "id-token-subject")
    text_in(said, "jti", "id-token-jti")
    require(_level(said) >= sign_in.level, "authentication-level")


def _level(said: Claims) -> int:
    found = _LEVEL.fullmatch(str(said.get("acr")))
    if found is None:
        raise ResponseRefusedError("authn-context")
    return int(found[1])


def _half_hash(token: str, algorithm: str) -> str:
    digest = _HASHES[algorithm](token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")


def _userinfo(answer: str, expected: Expected) -> Claims:
    inside = opened(answer, expected.keys, "userinfo")
    require(inside.count(".") == 2, "userinfo-not-signed")
    said = verified(inside, expected.chain.keys, "userinfo").claims
    require(said.get("iss") == expected.chain.provider, "userinfo-issuer")
    require(is_meant_for(said, expected.client_id), "userinfo-audience")
    check_times(said, expected.now, "userinfo")
    return said


def _statement(code: str, id_token: Claims, person: Claims, expected: Expected) -> IdentityStatement:
    return IdentityStatement(
        response_id=code,
        assertion_id=str(id_token["jti"]),
        provider=expected.chain.provider,
        level=_level(id_token),
        fiscal_number=text_in(person, FISCAL_NUMBER, "attribute-fiscalNumber"),
        given_name=text_in(person, "given_name", "attribute-name"),
        family_name=text_in(person, "family_name", "attribute-familyName"),
        email=_email(person, expected),
        mobile_phone=_voluntary(person, "phone_number"),
    )


def _email(person: Claims, expected: Expected) -> str | None:
    """SPID's providers verify an address before they state it; CIE says of each whether it was."""
    is_verified = expected.sign_in.scheme == "spid" or person.get("email_verified") is True
    return _voluntary(person, "email") if is_verified else None


def _voluntary(person: Claims, name: str) -> str | None:
    value = person.get(name)
    return value if isinstance(value, str) and value else None
