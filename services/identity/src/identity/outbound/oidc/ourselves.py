"""Who we are to the federation: our keys, our addresses, and the entity configuration that says so.

Source: SPID and CIE OpenID Connect rules, *entity configuration*, *metadata of a relying party*, *trust marks*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from joserfc.jwk import RSAKey

from identity.domain.errors import ResponseRefusedError
from identity.domain.sign_in import Scheme
from identity.outbound.oidc.jose import SIGNING, public_jwk, rsa_keys, signed, unverified
from identity.outbound.oidc.trust_chain import STATEMENT, TrustChain
from identity.outbound.saml.metadata import Organization

VALID_FOR: Final = timedelta(hours=24)
"""How long our statement may be believed: a key that was stolen is believed no longer than this."""
KEY_ENCRYPTION: Final = "RSA-OAEP-256"
CONTENT_ENCRYPTION: Final = "A256CBC-HS512"


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationKeys:
    """Three kinds, for nothing else each: our statements, what we sign to providers, what they encrypt to us.

    Of each the first is in use; all are published, or open what comes.
    """

    federation: Sequence[RSAKey]
    signing: Sequence[RSAKey]
    encryption: Sequence[RSAKey]

    @classmethod
    def read(cls, *, federation: Path, signing: Path, encryption: Path) -> FederationKeys:
        """From three PEM files. Raises `ValueError` for a key that is used for two things."""
        keys = cls(federation=rsa_keys(federation), signing=rsa_keys(signing), encryption=rsa_keys(encryption))
        names = [key.kid for key in (*keys.federation, *keys.signing, *keys.encryption)]
        if len(names) != len(set(names)):
            raise ValueError(f"{federation}, {signing}, {encryption}: each key may be in one of them alone")
        return keys

    def published(self) -> dict[str, list[dict[str, object]]]:
        """The JWK set of the protocol; that of the federation stands in our statement itself."""
        return {
            "keys": [
                *(public_jwk(key, use="sig", alg=SIGNING) for key in self.signing),
                *(public_jwk(key, use="enc", alg=KEY_ENCRYPTION) for key in self.encryption),
            ]
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Relying:
    """Us, as one scheme's federation knows us. `client_id` is an address: our configuration is found below it.

    `authorities`: who vouches for us; `trust_marks`: what they gave us to show, signed.
    """

    scheme: Scheme
    client_id: str
    organization: Organization
    keys: FederationKeys
    authorities: Sequence[str]
    trust_marks: Sequence[str]
    policy_url: str
    logo_url: str

    @property
    def redirect_uri(self) -> str:
        return f"{self.client_id}/callback"

    def configuration(self, now: datetime) -> str:
        """The entity configuration, signed."""
        return signed(
            {
                **self._heading(self.client_id, now, now + VALID_FOR),
                "jwks": {"keys": [public_jwk(key) for key in self.keys.federation]},
                "metadata": {"federation_entity": self._entity(), "openid_relying_party": self._relying_party()},
                "authority_hints": list(self.authorities),
                "trust_marks": [{"id": _mark_id(mark), "trust_mark": mark} for mark in self.trust_marks],
            },
            self.keys.federation[0],
            kind=STATEMENT,
        )

    def resolution(self, chain: TrustChain, now: datetime) -> str:
        """A provider as we see it, with the reason, signed (OpenID Federation 1.0, 8.3)."""
        return signed(
            {
                **self._heading(chain.provider, now, chain.expires_at),
                "metadata": {"openid_provider": dict(chain.metadata)},
                "trust_chain": list(chain.statements),
            },
            self.keys.federation[0],
            kind="resolve-response+jwt",
        )

    def _heading(self, subject: str, now: datetime, until: datetime) -> dict[str, object]:
        return {
            "iss": self.client_id,
            "sub": subject,
            "iat": int(now.timestamp()),
            "exp": int(until.timestamp()),
        }

    def _entity(self) -> dict[str, object]:
        return {
            "organization_name": self.organization.name,
            "homepage_uri": self.organization.url,
            "policy_uri": self.policy_url,
            "logo_uri": self.logo_url,
            "contacts": [self.organization.email],
            "federation_resolve_endpoint": f"{self.client_id}/resolve",
        }

    def _relying_party(self) -> dict[str, Any]:
        return {
            "application_type": "web",
            "client_id": self.client_id,
            "client_name": self.organization.display_name,
            "organization_name": self.organization.name,
            "contacts": [self.organization.email],
            "client_registration_types": ["automatic"],
            "redirect_uris": [self.redirect_uri],
            "jwks": self.keys.published(),
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "subject_type": "pairwise",
            "id_token_signed_response_alg": SIGNING,
            "userinfo_signed_response_alg": SIGNING,
            "userinfo_encrypted_response_alg": KEY_ENCRYPTION,
            "userinfo_encrypted_response_enc": CONTENT_ENCRYPTION,
            "token_endpoint_auth_method": "private_key_jwt",
        }


def trust_marks_in(file: Path | None, client_id: str) -> list[str]:
    """The marks of `client_id` among those of a file, one a line. Raises `ValueError` for a line that is none."""
    lines = [line.strip() for line in file.read_text().splitlines()] if file else []
    try:
        marks = {line: unverified(line, "trust-mark").claims for line in lines if line}
        for each in marks:
            _mark_id(each)
    except ResponseRefusedError as fault:
        raise ValueError(f"{file}: each line must be a trust mark") from fault
    return [mark for mark, said in marks.items() if said.get("sub") == client_id]


def _mark_id(mark: str) -> str:
    said = unverified(mark, "trust-mark").claims
    name = said.get("id") or said.get("trust_mark_type")
    if not isinstance(name, str):
        raise ResponseRefusedError("trust-mark")
    return name
