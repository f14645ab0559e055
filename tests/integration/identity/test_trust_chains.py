"""A provider is believed while a chain of statements leads to a Trust Anchor of ours, and not a moment longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from identity.domain.errors import ResponseRefusedError
from identity.outbound.oidc.trust import KEEP_SECONDS, RETRY_SECONDS, ChainTrust
from identity.outbound.oidc.trust_chain import TrustAnchor, TrustChain, resolved
from refettorio_chassis.clock import FixedClock
from refettorio_local.simulators.oidc.app import openid_federation
from refettorio_local.simulators.oidc.jose import new_key, public
from refettorio_local.simulators.oidc.settings import Settings
from refettorio_local.simulators.settings import Listening

NOW = datetime(2025, 10, 6, 9, 30, tzinfo=UTC)
BASE = "http://127.0.0.1:1"
PROVIDER, ANCHOR = f"{BASE}/op", TrustAnchor(entity_id=f"{BASE}/ta")
FAULTS = {
    **{
        f"{whose}-{what}": f"{name}-{rule}"
        for whose, name in (
            ("provider", "provider-statement"),
            ("subordinate", "subordinate-statement"),
            ("anchor", "anchor-statement"),
        )
        for what, rule in (
            ("signature", "signature"),
            ("key", "key"),
            ("algorithm", "algorithm"),
            ("expired", "expired"),
            ("future", "issued-at"),
            ("type", "type"),
            ("parties", "parties"),
            ("critical", "critical"),
        )
    },
    # Each is signed well; but the anchor vouches for another key than the provider signs with.
    "subordinate-keys": "provider-statement-key",
    "anchor-keys": "anchor-statement-key",
    "no-anchor": "chain-no-anchor",
    "not-subordinate": "subordinate-statement-unreachable",
    "constraints": "chain-constraints",
    "naming": "chain-constraints",
    "other-issuer": "chain-issuer",
    "plain-http": "chain-endpoints",
    "policy-essential": "metadata-policy",
    "policy-subset": "metadata-policy",
    "policy-unknown": "metadata-policy",
}


@dataclass
class World:
    """The simulated federation in this process; `now` is ours, `seconds` the clock that only goes on."""

    app: Starlette
    client: httpx.AsyncClient
    now: datetime = NOW
    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)

    def caller(self) -> httpx.AsyncClient:
        async def noted(request: httpx.Request) -> None:
            self.asked.append(request.url.path)

        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), event_hooks={"request": [noted]})

    async def broken(self, fault: str) -> None:
        await self.client.post("/api/fault", json={"fault": fault})

    def trust(self) -> ChainTrust:
        return ChainTrust(
            [PROVIDER],
            [ANCHOR],
            now=lambda: self.now,
            ticks=lambda: self.seconds,
            client=self.caller,
            on_this_machine=True,
        )


@pytest.fixture(scope="module")
def app() -> Starlette:
    listening = Listening(host="127.0.0.1", port=1)
    return openid_federation(Settings(listening=listening, base_url=BASE, clients=()), FixedClock(NOW))


@pytest.fixture
async def world(app: Starlette) -> AsyncIterator[World]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as client:
        made = World(app, client)
        await made.broken("")
        yield made


async def chain_in(world: World, anchor: TrustAnchor = ANCHOR, now: datetime = NOW) -> TrustChain:
    async with world.caller() as client:
        return await resolved(client, PROVIDER, [anchor], now, on_this_machine=True)


async def test_a_provider_is_known_by_what_it_says_and_the_policy_leaves(world: World) -> None:
    chain = await chain_in(world)
    assert (chain.provider, chain.anchor, chain.name) == (PROVIDER, ANCHOR.entity_id, "CIE id (simulata)")
    assert chain.address("token_endpoint") == f"{PROVIDER}/token"
    assert len(chain.statements) == 3
    assert chain.expires_at == NOW + timedelta(hours=48)


async def test_what_the_anchor_says_of_a_provider_comes_before_what_the_provider_says(world: World) -> None:
    await world.broken("overridden")
    chain = await chain_in(world)
    assert chain.address("token_endpoint") == f"{ANCHOR.entity_id}/token"
    assert chain.address("userinfo_endpoint") == f"{PROVIDER}/userinfo"


@pytest.mark.parametrize(("fault", "rule"), FAULTS.items())
async def test_a_chain_that_is_broken_is_refused_by_its_rule(world: World, fault: str, rule: str) -> None:
    await world.broken(fault)
    with pytest.raises(ResponseRefusedError) as refusal:
        await chain_in(world)
    assert refusal.value.rule == rule


async def test_an_anchor_that_was_never_chosen_vouches_for_nobody(world: World) -> None:
    with pytest.raises(ResponseRefusedError) as refusal:
        await chain_in(world, TrustAnchor(entity_id=f"{BASE}/other"))
    assert refusal.value.rule == "chain-no-anchor"


async def test_an_anchor_known_by_its_keys_is_believed_by_no_others(world: World) -> None:
    known = TrustAnchor(entity_id=ANCHOR.entity_id, keys={"keys": [public(new_key())]})
    with pytest.raises(ResponseRefusedError) as refusal:
        await chain_in(world, known)
    assert refusal.value.rule == "anchor-statement-key"


async def test_a_chain_is_asked_for_once_an_hour_and_by_one_at_a_time(world: World) -> None:
    trust = world.trust()
    await trust.refresh()
    await trust.refresh()
    assert len(world.asked) == 3
    world.seconds += KEEP_SECONDS
    await trust.refresh()
    assert len(world.asked) == 6


async def test_the_last_good_chain_serves_until_its_end_and_not_longer(world: World) -> None:
    trust = world.trust()
    await trust.refresh()
    await world.broken("subordinate-signature")
    world.seconds += KEEP_SECONDS
    with capture_logs() as logs:
        await trust.refresh()
    assert [(line["event"], line["rule"]) for line in logs] == [
        ("trust chain refused", "subordinate-statement-signature")
    ]
    assert trust.find(PROVIDER) is not None
    world.now = NOW + timedelta(hours=48)
    assert trust.find(PROVIDER) is None
    await trust.refresh()
    assert list(trust.chains()) == []


async def test_a_provider_that_failed_is_asked_again_after_a_moment(world: World) -> None:
    await world.broken("provider-key")
    trust = world.trust()
    await trust.refresh()
    await world.broken("")
    await trust.refresh()
    assert trust.find(PROVIDER) is None
    world.seconds += RETRY_SECONDS
    await trust.refresh()
    assert trust.find(PROVIDER) is not None
    assert trust.find("https://altrove.example") is None
