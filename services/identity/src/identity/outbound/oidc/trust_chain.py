"""From a provider up to a Trust Anchor of ours, each statement signed by whom the one above vouches for.

Source: SPID and CIE OpenID Connect rules, *trust negotiation*; OpenID Federation 1.0, 10. Providers stand right below
their Trust Anchor, so a chain has three statements: the provider's own, the anchor's about it, the anchor's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import httpx2 as httpx

from identity.domain.errors import ResponseRefusedError
from identity.outbound.oidc.calling import fetched, is_safe_address
from identity.outbound.oidc.jose import SIGNATURES, Claims, check_times, unverified, verified
from identity.outbound.oidc.metadata_policy import governed
from identity.outbound.saml.rules import require

WELL_KNOWN: Final = "/.well-known/openid-federation"
STATEMENT: Final = "entity-statement+jwt"
PROVIDER: Final = "openid_provider"
ADDRESSES: Final = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchor:
    """`keys`: the JWK set it is known by beforehand; without, its HTTPS address alone vouches for it."""

    entity_id: str
    keys: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChain:
    """A provider and why it is believed. `metadata` is governed by the policy; `statements` as they travelled.

    `expires_at`: when the first of the statements is over. `on_this_machine`: see `calling.is_safe_address`.
    """

    provider: str
    anchor: str
    name: str
    metadata: Mapping[str, Any]
    statements: tuple[str, ...]
    expires_at: datetime
    on_this_machine: bool = False

    @property
    def keys(self) -> object:
        """The JWK set its tokens are signed with."""
        return self.metadata.get("jwks")

    def address(self, name: str) -> str:
        """One of its endpoints; empty when it has none by that name that may be called."""
        address = self.metadata.get(name)
        return str(address) if is_safe_address(address, on_this_machine=self.on_this_machine) else ""


async def resolved(
    client: httpx.AsyncClient,
    provider: str,
    anchors: Sequence[TrustAnchor],
    now: datetime,
    *,
    on_this_machine: bool = False,
) -> TrustChain:
    """The chain of `provider` to the first of `anchors` it names.

    Raises `ResponseRefusedError`, by a rule of `chain-…`, of `metadata-policy`, or of a statement's signature.
    """
    ask = partial(_fetched, client, on_this_machine=on_this_machine)
    own = await ask(_configuration_address(provider), "provider-statement")
    anchor = _anchor_of(unverified(own, "provider-statement-format").claims, anchors)
    anchors_own = await ask(_configuration_address(anchor.entity_id), "anchor-statement")
    above = _self_signed(anchors_own, anchor.entity_id, "anchor-statement", now, anchor.keys)
    fetch = _part(_part(above, "metadata"), "federation_entity").get("federation_fetch_endpoint")
    require(is_safe_address(fetch, on_this_machine=on_this_machine), "chain-fetch-endpoint")
    address = f"{fetch}?{urlencode({'sub': provider, 'iss': anchor.entity_id})}"
    about = await ask(address, "subordinate-statement")
    vouched = _statement(about, above.get("jwks"), (anchor.entity_id, provider), "subordinate-statement", now)
    # The anchor's statement says by which keys the provider's own must be signed; the provider's word is not enough.
    said = _statement(own, vouched.get("jwks"), (provider, provider), "provider-statement", now)
    statements = (own, about, anchors_own)
    ends = [check_times(claims, now, "chain") for claims in (said, vouched, above)]
    chain = _chain(provider, anchor, (said, vouched), statements, min(ends))
    chain = replace(chain, on_this_machine=on_this_machine)
    require(all(chain.address(name) for name in ADDRESSES), "chain-endpoints")
    return chain


def _anchor_of(said: Claims, anchors: Sequence[TrustAnchor]) -> TrustAnchor:
    hints = said.get("authority_hints")
    for anchor in anchors:
        if isinstance(hints, list) and anchor.entity_id in hints:
            return anchor
    raise ResponseRefusedError("chain-no-anchor")


def _chain(
    provider: str,
    anchor: TrustAnchor,
    told: tuple[Claims, Claims],
    statements: tuple[str, ...],
    expires_at: datetime,
) -> TrustChain:
    said, vouched = told
    _check_constraints(vouched.get("constraints"))
    metadata = _part(said, "metadata")
    # What the anchor says of the provider itself comes before what the provider says; then the policy.
    told_of = {**_part(metadata, PROVIDER), **_part(_part(vouched, "metadata"), PROVIDER)}
    ruled = governed(told_of, _part(vouched, "metadata_policy").get(PROVIDER))
    require(ruled.get("issuer") == provider, "chain-issuer")
    entity = _part(metadata, "federation_entity")
    name = entity.get("organization_name") or ruled.get("organization_name") or provider
    return TrustChain(
        provider=provider,
        anchor=anchor.entity_id,
        name=str(name),
        metadata=ruled,
        statements=statements,
        expires_at=expires_at,
    )


def _part(said: Claims, name: str) -> Claims:
    """An object inside of another; one that is not there is empty."""
    part = said.get(name) or {}
    if not isinstance(part, dict):
        raise ResponseRefusedError("chain-metadata")
    return part


def _check_constraints(constraints: object) -> None:
    """What the anchor lets an entity be. Nobody stands between, so a length says nothing here.

    Names are not compared: an anchor that limits them is not believed rather than believed too much.
    """
    if constraints is None:
        return
    if not isinstance(constraints, dict):
        raise ResponseRefusedError("chain-constraints")
    require(not constraints.get("naming_constraints"), "chain-constraints")
    for name in ("allowed_entity_types", "allowed_leaf_entity_types"):
        allowed = constraints.get(name)
        require(allowed is None or (isinstance(allowed, list) and PROVIDER in allowed), "chain-constraints")


def _self_signed(token: str, entity: str, about: str, now: datetime, keys: Mapping[str, Any] | None = None) -> Claims:
    told = unverified(token, f"{about}-format").claims
    return _statement(token, keys or told.get("jwks"), (entity, entity), about, now)


def _statement(token: str, keys: object, parties: tuple[str, str], about: str, now: datetime) -> Claims:
    """What a signed statement says; `parties` are its issuer and whom it is about."""
    read = verified(token, keys, about)
    require(read.header.get("typ") == STATEMENT and read.header["alg"] in SIGNATURES, f"{about}-type")
    require((read.claims.get("iss"), read.claims.get("sub")) == parties, f"{about}-parties")
    require(not read.claims.get("crit"), f"{about}-critical")  # no claim is known here that one must know
    check_times(read.claims, now, about)
    return read.claims


async def _fetched(client: httpx.AsyncClient, url: str, about: str, *, on_this_machine: bool) -> str:
    return (await fetched(client, url, f"{about}-unreachable", on_this_machine=on_this_machine)).strip()


def _configuration_address(entity: str) -> str:
    return f"{entity.removesuffix('/')}{WELL_KNOWN}"
