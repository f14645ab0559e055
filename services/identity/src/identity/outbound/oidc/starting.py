"""A speaker of OpenID Connect from what the settings say of one scheme."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from identity.domain.sign_in import Scheme
from identity.outbound.oidc.calling import is_on_this_machine, is_safe_address
from identity.outbound.oidc.federation import Oidc
from identity.outbound.oidc.ourselves import FederationKeys, Relying, trust_marks_in
from identity.outbound.oidc.redeeming import Redeeming
from identity.outbound.oidc.trust import ChainTrust
from identity.outbound.oidc.trust_chain import TrustAnchor
from identity.outbound.saml.metadata import Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`providers`, `anchors` and `authorities` are lists separated by commas, as the environment writes them.

    `on_this_machine`: a local run, see `calling.is_safe_address`.
    """

    scheme: Scheme
    client_id: str
    providers: str
    anchors: str
    authorities: str
    federation_key_file: Path | None
    signing_key_file: Path | None
    encryption_key_file: Path | None
    trust_marks_file: Path | None
    policy_url: str
    logo_url: str
    on_this_machine: bool = False


def speaker_from(chosen: Chosen, organization: Organization, now: Callable[[], datetime]) -> Oidc:
    """Raises `ValueError`, naming what is missing or is not what it should be."""
    anchors = [_anchor(each) for each in _listed(chosen.anchors)]
    providers = _listed(chosen.providers)
    name = chosen.scheme.upper()
    if chosen.on_this_machine and not is_on_this_machine(chosen.client_id):
        raise ValueError(f"REFETTORIO_OIDC_ON_THIS_MACHINE is for local runs: {chosen.client_id} is of another machine")
    if not anchors or not providers:
        raise ValueError(f"REFETTORIO_{name}_OIDC_PROVIDERS and REFETTORIO_{name}_OIDC_TRUST_ANCHORS are needed")
    for each in (*providers, *(anchor.entity_id for anchor in anchors)):
        if not is_safe_address(each, on_this_machine=chosen.on_this_machine):
            raise ValueError(f"{each}: who we trust is asked by HTTPS only")
    ourselves = Relying(
        scheme=chosen.scheme,
        client_id=chosen.client_id,
        organization=organization,
        keys=_keys(chosen),
        authorities=_listed(chosen.authorities) or [anchor.entity_id for anchor in anchors],
        trust_marks=trust_marks_in(chosen.trust_marks_file, chosen.client_id),
        policy_url=chosen.policy_url,
        logo_url=chosen.logo_url,
    )
    trust = ChainTrust(providers, anchors, now=now, on_this_machine=chosen.on_this_machine)
    return Oidc(ourselves, trust, Redeeming(ourselves, now=now))


def _keys(chosen: Chosen) -> FederationKeys:
    federation, signing, encryption = chosen.federation_key_file, chosen.signing_key_file, chosen.encryption_key_file
    if federation is None or signing is None or encryption is None:
        raise ValueError("REFETTORIO_OIDC_FEDERATION_KEY_FILE, …_SIGNING_KEY_FILE and …_ENCRYPTION_KEY_FILE are needed")
    return FederationKeys.read(federation=federation, signing=signing, encryption=encryption)


def _anchor(text: str) -> TrustAnchor:
    entity_id, _, file = text.partition("=")
    if not file:
        return TrustAnchor(entity_id=entity_id)
    keys = json.loads(Path(file).read_text())
    if not isinstance(keys, dict) or "keys" not in keys:
        raise ValueError(f"{file}: a JWK set is needed")
    return TrustAnchor(entity_id=entity_id, keys=keys)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
