"""What the environment tells identity."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from identity.domain.session import ABSOLUTE_LIMIT, IDLE_LIMIT, OPERATOR_IDLE_LIMIT, SessionLimits
from refettorio_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Frozen, read once in `wiring`. The organization's fields go into the metadata registered with SPID and CIE."""

    token_key_file: Path = Field(
        alias="REFETTORIO_TOKEN_KEY_FILE", description="PEM, private keys on P-256: the first signs"
    )
    sealing_key_file: Path = Field(
        alias="REFETTORIO_SEALING_KEY_FILE",
        description="32 random bytes or more: seals passwords on their way to Kafka",
    )
    kafka_subscribers_address: str = Field(
        default="", alias="REFETTORIO_KAFKA_SUBSCRIBERS_ADDRESS", description="The SASL listener, as others reach it"
    )
    saml_key_file: Path = Field(alias="REFETTORIO_SPID_KEY_FILE", description="PEM, RSA key of 2048 bits or more")
    saml_certificate_file: Path = Field(alias="REFETTORIO_SPID_CERT_FILE", description="PEM, its certificate")
    message_key_file: Path = Field(
        alias="REFETTORIO_MESSAGE_KEY_FILE",
        description="Keys that seal the register: 32 bytes each in URL-safe base64, one a line, the first seals",
    )
    spid_idp_metadata: str = Field(
        default="", alias="REFETTORIO_SPID_IDP_METADATA", description="Files and addresses, separated by commas"
    )
    cie_idp_metadata: str = Field(default="", alias="REFETTORIO_CIE_IDP_METADATA")
    oidc_schemes: str = Field(
        default="",
        alias="REFETTORIO_OIDC_SCHEMES",
        description="Schemes that go by OpenID Connect instead of SAML: cie, spid, or both separated by a comma",
    )
    oidc_federation_key_file: Path | None = Field(
        default=None, alias="REFETTORIO_OIDC_FEDERATION_KEY_FILE", description="PEM, RSA: signs who we are"
    )
    oidc_signing_key_file: Path | None = Field(
        default=None, alias="REFETTORIO_OIDC_SIGNING_KEY_FILE", description="PEM, RSA: signs what we ask"
    )
    oidc_encryption_key_file: Path | None = Field(
        default=None, alias="REFETTORIO_OIDC_ENCRYPTION_KEY_FILE", description="PEM, RSA: opens what is answered"
    )
    oidc_trust_marks_file: Path | None = Field(
        default=None, alias="REFETTORIO_OIDC_TRUST_MARKS_FILE", description="The trust marks we were given, one a line"
    )
    oidc_policy_url: str = Field(
        default="", alias="REFETTORIO_OIDC_POLICY_URL", description="The page on privacy; default <public url>/privacy"
    )
    oidc_logo_url: str = Field(
        default="", alias="REFETTORIO_OIDC_LOGO_URL", description="The logo, SVG; default one of our own"
    )
    oidc_on_this_machine: bool = Field(
        default=False,
        alias="REFETTORIO_OIDC_ON_THIS_MACHINE",
        description="For local runs alone: the federation may be at http addresses of this machine",
    )
    spid_oidc_providers: str = Field(default="", alias="REFETTORIO_SPID_OIDC_PROVIDERS")
    spid_oidc_trust_anchors: str = Field(default="", alias="REFETTORIO_SPID_OIDC_TRUST_ANCHORS")
    spid_oidc_authorities: str = Field(default="", alias="REFETTORIO_SPID_OIDC_AUTHORITIES")
    cie_oidc_providers: str = Field(
        default="", alias="REFETTORIO_CIE_OIDC_PROVIDERS", description="Entity identifiers, separated by commas"
    )
    cie_oidc_trust_anchors: str = Field(
        default="",
        alias="REFETTORIO_CIE_OIDC_TRUST_ANCHORS",
        description="Entity identifiers, each perhaps with =<file> of the JWK set it is known by",
    )
    cie_oidc_authorities: str = Field(
        default="",
        alias="REFETTORIO_CIE_OIDC_AUTHORITIES",
        description="Who vouches for us, where it is not the trust anchors themselves",
    )
    levels: str = Field(
        default="",
        alias="REFETTORIO_SIGN_IN_LEVELS",
        description="Parts of the site that ask for another level than 2, as in /portale=1; 1 is a mere password",
    )
    session_idle_minutes: int = Field(
        default=int(IDLE_LIMIT.total_seconds()) // 60,
        ge=2,
        le=24 * 60,
        alias="REFETTORIO_SESSION_IDLE_MINUTES",
        description="A session without a sign of its visitor ends after this time",
    )
    session_hours: int = Field(
        default=int(ABSOLUTE_LIMIT.total_seconds()) // 3600,
        ge=1,
        le=24,
        alias="REFETTORIO_SESSION_HOURS",
        description="A session ends after this time, used or not",
    )
    operator_idle_minutes: int = Field(
        default=int(OPERATOR_IDLE_LIMIT.total_seconds()) // 60,
        ge=2,
        le=60,
        alias="REFETTORIO_OPERATOR_IDLE_MINUTES",
        description="A tablet locks after this time without a mark of its operator",
    )

    organization_name: str = Field(default="Comune dimostrativo", alias="REFETTORIO_ORGANIZATION_NAME")
    organization_display_name: str = Field(default="Comune dimostrativo", alias="REFETTORIO_ORGANIZATION_DISPLAY_NAME")
    organization_ipa_code: str = Field(
        default="c_demo", alias="REFETTORIO_ORGANIZATION_IPA_CODE", description="Code in the index of administrations"
    )
    organization_fiscal_code: str = Field(
        default="00000000000", alias="REFETTORIO_ORGANIZATION_FISCAL_CODE", description="11 digits; an invented default"
    )
    organization_vat_number: str | None = Field(default=None, alias="REFETTORIO_ORGANIZATION_VAT_NUMBER")
    organization_province: str = Field(default="CR", alias="REFETTORIO_ORGANIZATION_PROVINCE")
    organization_email: str = Field(default="servizi.scolastici@comune.example", alias="REFETTORIO_ORGANIZATION_EMAIL")
    organization_telephone: str = Field(default="+390000000000", alias="REFETTORIO_ORGANIZATION_TELEPHONE")

    def session_limits(self) -> SessionLimits:
        return SessionLimits(
            idle=timedelta(minutes=self.session_idle_minutes),
            absolute=timedelta(hours=self.session_hours),
            operator_idle=timedelta(minutes=self.operator_idle_minutes),
        )
