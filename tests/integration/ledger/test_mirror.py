"""Every notice is in pagoPA's archive, as it is now, however often the archive was down."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.domain.creditor import Holder
from ledger.domain.mirror import LONGEST_PAUSE, pause_after
from ledger.inbound.mirroring import Mirror
from ledger.outbound.aca import AcaArchive
from ledger.outbound.mirror_queue import MirrorQueue
from ledger.usecases.cancel_notice import cancel_notice
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.know_holder import know_holder
from refettorio_chassis.audit import Actor
from tests.support.ledger_memory import CREDITOR
from tests.support.ledger_node import KEY, Node, node_before
from tests.support.ledger_stage import Stage, ledger_stage
from tests.support.platform import RunningPlatform

CLERK = Actor(subject="stf_1", role="office")


@pytest.fixture
async def stage(infrastructure: RunningPlatform) -> AsyncIterator[Stage]:
    addresses = infrastructure.addresses
    async with ledger_stage(
        addresses.mongodb_url, addresses.kafka_bootstrap, REFETTORIO_ACA_URL="http://127.0.0.1:1/aca"
    ) as made:
        yield made


@pytest.fixture
async def node(stage: Stage) -> AsyncIterator[Node]:
    async with node_before(stage) as made:
        yield made


def mirror_of(stage: Stage, node: Node, key: str = KEY) -> Mirror:
    made = stage.wiring.pagopa.mirror
    assert made is not None
    return replace(made, archive=AcaArchive(node.rest("/aca", key), CREDITOR))


async def issued(stage: Stage) -> str:
    notice = await stage.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    return str(notice.number)


async def waiting(stage: Stage) -> int:
    return await MirrorQueue(stage.wiring.base.transactions.view).waiting()


async def test_a_holder_with_a_provisional_code_is_archived_as_a_person(stage: Stage, node: Node) -> None:
    provisional = Holder(account_id="gua_1", fiscal_code="01234567897", full_name="Amina Diallo")
    await stage.run(know_holder, provisional)
    await issued(stage)
    assert (await mirror_of(stage, node).mirror(), await waiting(stage)) == (1, 0)
    [position] = await node.positions()
    assert (position["entityType"], position["entityFiscalCode"]) == ("F", "01234567897")


async def test_a_notice_is_archived_and_taken_back_when_it_is_paid(stage: Stage, node: Node) -> None:
    number = await issued(stage)
    mirror = mirror_of(stage, node)
    assert (await mirror.mirror(), await waiting(stage)) == (1, 0)
    [position] = await node.positions()
    assert (position["nav"], position["iuv"], position["amount"]) == (number, number[1:], 5000)
    assert (position["entityFiscalCode"], position["switchToExpired"]) == ("ANONIMO", True)
    assert position["expirationDate"] == "2026-10-06T23:59:59+02:00"
    await node.pay(number)
    await mirror.mirror()
    [position] = await node.positions()
    assert (position["amount"], position["status"]) == (0, "INVALID")


async def test_a_cancelled_notice_is_taken_back_even_if_it_was_never_archived(stage: Stage, node: Node) -> None:
    number = await issued(stage)
    await stage.run(cancel_notice, number, reason="Errore", by=CLERK)
    assert (await mirror_of(stage, node).mirror(), await waiting(stage)) == (1, 0)
    assert await node.positions() == []


async def test_what_the_archive_refused_is_tried_again_later_and_later(stage: Stage, node: Node) -> None:
    await issued(stage)
    refused = mirror_of(stage, node, "wrong")
    assert [await refused.mirror() for _ in range(2)] == [1, 0]
    stage.clock.advance(pause_after(0))
    assert [await refused.mirror() for _ in range(2)] == [1, 0]
    stage.clock.advance(pause_after(0))
    assert await refused.mirror() == 0
    stage.clock.advance(pause_after(1))
    assert (await mirror_of(stage, node).mirror(), await waiting(stage)) == (1, 0)
    assert len(await node.positions()) == 1


async def test_a_change_made_while_the_archive_is_told_is_not_forgotten(stage: Stage, node: Node) -> None:
    number = await issued(stage)
    queue = MirrorQueue(stage.wiring.base.transactions.view)
    [task] = await queue.due(stage.clock.now(), 10)
    await stage.run(cancel_notice, number, reason="Errore", by=CLERK)
    await queue.done(task)
    await queue.again(task, stage.clock.now() + timedelta(days=1))
    assert [each.version for each in await queue.due(stage.clock.now(), 10)] == [2]


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_after(attempts).total_seconds() for attempts in (0, 1, 2)] == [5, 10, 20]
    assert pause_after(1000) == LONGEST_PAUSE
