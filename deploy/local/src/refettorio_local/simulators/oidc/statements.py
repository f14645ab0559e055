"""What the Trust Anchor and the provider state of themselves and of each other, and how it can be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import RSAKey

from refettorio_local.simulators.oidc.jose import UNSIGNED, public, signed

STATEMENT = "entity-statement+jwt"
LEVELS = [f"https://www.spid.gov.it/SpidL{level}" for level in (1, 2, 3)]
VALID_FOR = timedelta(hours=48)
STRANGER = "https://altrove.example"
KIND = "openid_provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement before it is signed."""

    issuer: str
    subject: str
    keys: Mapping[str, Any]
    signer: RSAKey
    issued_at: datetime
    says: Mapping[str, Any]
    expires_at: datetime | None = None
    algorithm: str = "RS256"
    kind: str = STATEMENT
    kid: str | None = None

    def token(self) -> str:
        until = self.expires_at or self.issued_at + VALID_FOR
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "iat": int(self.issued_at.timestamp()),
            "exp": int(until.timestamp()),
            "jwks": dict(self.keys),
            **self.says,
        }
        return signed(claims, self.signer, algorithm=self.algorithm, kid=self.kid, kind=self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """The entities and their keys: `own` of the provider for its statements, `core` for its tokens."""

    base_url: str
    anchor_key: RSAKey
    own_key: RSAKey
    core_key: RSAKey
    strange_key: RSAKey

    @property
    def anchor(self) -> str:
        return f"{self.base_url}/ta"

    @property
    def provider(self) -> str:
        return f"{self.base_url}/op"

    def anchors_own(self, now: datetime, fault: str) -> str:
        """The Trust Anchor of itself."""
        entity = {
            "organization_name": "Trust Anchor simulato",
            "homepage_uri": self.anchor,
            "contacts": ["federazione@anchor.example"],
            "federation_fetch_endpoint": f"{self.anchor}/fetch",
        }
        statement = Statement(
            issuer=self.anchor,
            subject=self.anchor,
            keys={"keys": [public(self.anchor_key)]},
            signer=self.anchor_key,
            issued_at=now,
            says={"metadata": {"federation_entity": entity}, "constraints": {"max_path_length": 1}},
        )
        return _spoiled(statement, fault, "anchor", self.strange_key).token()

    def about_provider(self, now: datetime, fault: str) -> str:
        """The Trust Anchor of the provider, with the policy."""
        policy: dict[str, Any] = {
            "token_endpoint_auth_methods_supported": {"one_of": ["private_key_jwt"]},
            "scopes_supported": {"subset_of": ["openid", "offline_access", "profile", "email"]},
            "acr_values_supported": {"subset_of": LEVELS},
            "op_policy_uri": {"essential": fault == "policy-essential"},
        }
        if fault == "policy-subset":
            policy["scopes_supported"] = {"subset_of": ["address"]}
        if fault == "policy-unknown":
            policy["contacts"] = {"regexp": ".*"}
        constraints: dict[str, Any] = {
            "allowed_leaf_entity_types": ["openid_relying_party" if fault == "constraints" else KIND]
        }
        if fault == "naming":
            constraints["naming_constraints"] = {"permitted": [".cie.example"]}
        says = {"metadata_policy": {KIND: policy}, "constraints": constraints}
        if fault == "overridden":
            says["metadata"] = {KIND: {"token_endpoint": f"{self.anchor}/token"}}
        statement = Statement(
            issuer=self.anchor,
            subject=self.provider,
            keys={"keys": [public(self.own_key)]},
            signer=self.anchor_key,
            issued_at=now,
            says=says,
        )
        return _spoiled(statement, fault, "subordinate", self.strange_key).token()

    def about_client(self, client: str, keys: Mapping[str, Any], now: datetime) -> str:
        """The Trust Anchor of a relying party: what other members would ask it."""
        statement = Statement(
            issuer=self.anchor,
            subject=client,
            keys=keys,
            signer=self.anchor_key,
            issued_at=now,
            says={
                "metadata_policy": {"openid_relying_party": {"client_registration_types": {"one_of": ["automatic"]}}}
            },
        )
        return statement.token()

    def providers_own(self, now: datetime, fault: str) -> str:
        """The provider of itself."""
        statement = Statement(
            issuer=self.provider,
            subject=self.provider,
            keys={"keys": [public(self.own_key)]},
            signer=self.own_key,
            issued_at=now,
            says={
                "metadata": {
                    KIND: self._metadata(fault),
                    "federation_entity": {"organization_name": "CIE id (simulata)"},
                },
                "authority_hints": [STRANGER if fault == "no-anchor" else self.anchor],
            },
        )
        return _spoiled(statement, fault, "provider", self.strange_key).token()

    def _metadata(self, fault: str) -> dict[str, Any]:
        root = self.provider
        return {
            "issuer": STRANGER if fault == "other-issuer" else root,
            "authorization_endpoint": f"{root}/authorization",
            "token_endpoint": "http://op.example/token" if fault == "plain-http" else f"{root}/token",
            "userinfo_endpoint": f"{root}/userinfo",
            "revocation_endpoint": f"{root}/revocation",
            "jwks": {"keys": [public(self.core_key, use="sig")]},
            "acr_values_supported": LEVELS,
            "scopes_supported": ["openid", "profile", "email"],
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "client_registration_types_supported": ["automatic"],
        }


def _spoiled(statement: Statement, fault: str, whose: str, strange: RSAKey) -> Statement:
    """`<whose>-<what>` spoils one statement; other faults leave it as it is."""
    spoilt: dict[str, dict[str, Any]] = {
        "signature": {"signer": strange, "kid": statement.signer.kid},
        "key": {"signer": strange},
        "algorithm": {"algorithm": UNSIGNED},
        "expired": {"expires_at": statement.issued_at - timedelta(hours=1)},
        "future": {"issued_at": statement.issued_at + timedelta(hours=1)},
        "type": {"kind": "JWT"},
        "parties": {"subject": STRANGER},
        "keys": {"keys": {"keys": [public(strange)]}},
        "critical": {"says": {**statement.says, "crit": ["curfew"], "curfew": "22:00"}},
    }
    whom, _, what = fault.partition("-")
    return replace(statement, **spoilt.get(what, {})) if whom == whose else statement
