"""From a payment to its flow: what matches, what does not, and receipts that never came."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.domain.flows import FlowLine, PaymentKey, PayStatus
from ledger.domain.notices import Notice, NoticePart
from ledger.inbound.reconciling import ASKED_AT_MOST, Reconciler
from ledger.outbound.biz_events import BizEvents
from ledger.outbound.flow_source import FdrSource
from ledger.outbound.pagopa_rest import PagopaUnavailableError
from ledger.usecases.issue_notice import issue_joint_notice, issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.take_flow import take_flow
from tests.support.ledger_memory import CREDITOR, MORNING
from tests.support.ledger_node import Node, node_before
from tests.support.ledger_scenarios import balance, proved, receipt
from tests.support.ledger_stage import Stage, ledger_stage
from tests.support.ledger_worklist_scenarios import SCENARIOS, StagedReconciliation, flow, line
from tests.support.platform import RunningPlatform

API = "/api/ledger/v1/reconciliation"
OFFICE = ("stf_1", "office")
SOMEWHERE = {"REFETTORIO_FDR_URL": "http://127.0.0.1:1/fdr", "REFETTORIO_BIZ_EVENTS_URL": "http://127.0.0.1:1/biz"}


@pytest.fixture
async def stage(infrastructure: RunningPlatform) -> AsyncIterator[Stage]:
    addresses = infrastructure.addresses
    async with ledger_stage(addresses.mongodb_url, addresses.kafka_bootstrap, **SOMEWHERE) as made:
        yield made


@pytest.fixture
async def node(stage: Stage) -> AsyncIterator[Node]:
    async with node_before(stage) as made:
        yield made


def reconciler_of(stage: Stage, node: Node) -> Reconciler:
    made = stage.wiring.pagopa.reconciler
    assert made is not None
    return replace(
        made,
        flows=FdrSource(node.rest("/fdr"), CREDITOR.fiscal_code),
        receipts=BizEvents(node.rest("/bizevents"), CREDITOR.fiscal_code),
    )


async def issued(stage: Stage, cents: int = 5000) -> Notice:
    notice: Notice = await stage.run(issue_notice, account_id="gua_1", amount_cents=cents, service="meals")
    return notice


async def worklist(stage: Stage) -> list[str]:
    async with stage.client(*OFFICE) as client:
        return [item["kind"] for item in (await client.get(f"{API}/worklist")).json()["items"]]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(stage: Stage, scenario: Any) -> None:
    await scenario(StagedReconciliation(stage))


async def test_what_was_paid_is_found_in_its_flow_and_told_once(stage: Stage, node: Node) -> None:
    notice = await issued(stage)
    await node.pay(notice.number)
    await stage.wiring.settler.settle()
    await node.close_flows()
    done = await reconciler_of(stage, node).reconcile()
    assert (done.flows_taken, done.missing) == (1, 0)
    assert (await reconciler_of(stage, node).reconcile()).flows_taken == 0
    assert await worklist(stage) == []
    told = [event for event in await stage.told() if type(event).__name__ == "PaymentReconciled"]
    assert [event.model_dump()["amount_cents"] for event in told] == [5000]
    async with stage.client(*OFFICE) as client:
        [taken] = (await client.get(f"{API}/flows")).json()["items"]
        assert (taken["payments"], taken["total_cents"], taken["adds_up"]) == (1, 5000, True)
        assert taken["lines"] == {"matched": 1}
        proof = (await client.get(f"{API}/proof")).json()
        assert proof == {"ledger_cents": 5000, "receipts_cents": 5000, "refunds_cents": 0, "holds": True}


async def test_a_payment_for_two_services_is_reconciled_when_both_transfers_are_found(stage: Stage, node: Node) -> None:
    parts = (NoticePart(service="meals", amount_cents=5000), NoticePart(service="transport", amount_cents=2500))
    notice = await stage.run(issue_joint_notice, account_id="gua_1", parts=parts)
    paid = await node.pay(notice.number)
    run = reconciler_of(stage, node).run_flows
    iur = paid["receipt_id"]
    await run(take_flow, flow(line(notice.number, 5000, iur=iur)))
    assert "PaymentReconciled" not in [type(event).__name__ for event in await stage.told()]
    other = FlowLine(
        index=1, key=PaymentKey(notice.iuv, iur, 2), amount_cents=2500, status=PayStatus.EXECUTED, paid_at=MORNING
    )
    await run(take_flow, flow(other, name="another"))
    assert "PaymentReconciled" in [type(event).__name__ for event in await stage.told()]
    assert await worklist(stage) == []


async def test_a_receipt_that_never_came_is_asked_for_and_credited(stage: Stage, node: Node) -> None:
    notice = await issued(stage)
    await node.pay(notice.number, lose_receipt=True)
    await node.close_flows()
    done = await reconciler_of(stage, node).reconcile()
    assert (done.flows_taken, done.receipts_recovered, done.missing) == (1, 1, 0)
    await stage.wiring.settler.settle()
    assert await balance(stage) == 5000
    assert await worklist(stage) == []
    await proved(stage)


async def test_a_receipt_that_comes_after_its_flow_needs_no_question(stage: Stage, node: Node) -> None:
    notice = await issued(stage)
    paid = await node.pay(notice.number, lose_receipt=True)
    await node.close_flows()
    reconciler = replace(reconciler_of(stage, node), receipts=BizEvents(node.rest("/nowhere"), CREDITOR.fiscal_code))
    assert (await reconciler.reconcile()).missing == 1
    await node.http.post(f"/api/resend/{paid['receipt_id']}")
    done = await reconciler.reconcile()
    assert (done.receipts_found, done.missing) == (1, 0)


async def test_pagopa_is_not_asked_more_often_than_it_allows(stage: Stage, node: Node) -> None:
    lines = [line("3" * 18, iur=f"rt-{number}", index=number) for number in range(1, 13)]
    reconciler = reconciler_of(stage, node)
    await reconciler.run_flows(take_flow, flow(*lines))
    assert (await reconciler.reconcile()).missing == 12
    assert await reconciler.reading.asked_since(MORNING - timedelta(minutes=1)) == ASKED_AT_MOST
    stage.clock.advance(timedelta(minutes=61))
    await reconciler.reconcile()
    assert await reconciler.reading.asked_since(stage.clock.now() - timedelta(minutes=1)) == ASKED_AT_MOST


async def test_what_does_not_match_is_for_somebody_to_look_at(stage: Stage, node: Node) -> None:
    notice = await issued(stage)
    for number in (1, 2, 3):
        await stage.run(keep_receipt, receipt(notice.number, 5000, receipt_id=f"rt-{number}"))
    run = reconciler_of(stage, node).run_flows
    first = flow(line(notice.number), line(notice.number, 4900, iur="rt-2", index=2))
    assert await run(take_flow, first)
    second = flow(
        line(notice.number),
        line(notice.number, iur="rt-3", index=2, status=PayStatus.REVOKED),
        line(notice.number, iur="rt-9", index=3),
        name="another",
    )
    assert await run(take_flow, second)
    assert sorted(await worklist(stage)) == ["amount-differs", "receipt-missing", "repeated", "revoked"]


async def test_a_higher_revision_replaces_and_a_lower_one_changes_nothing(stage: Stage, node: Node) -> None:
    notice = await issued(stage)
    await stage.run(keep_receipt, receipt(notice.number, 5000))
    run = reconciler_of(stage, node).run_flows
    assert await run(take_flow, flow(line(notice.number, 4900), cents=1))
    assert await worklist(stage) == ["amount-differs"]
    assert await run(take_flow, flow(line(notice.number), revision=2))
    assert not await run(take_flow, flow(line(notice.number, 4900), revision=1))
    assert await worklist(stage) == []


async def test_a_receipt_that_no_flow_names_is_missed_after_some_days(stage: Stage) -> None:
    notice = await issued(stage)
    await stage.run(keep_receipt, receipt(notice.number, 5000))
    assert await worklist(stage) == []
    stage.clock.advance(timedelta(days=6))
    assert await worklist(stage) == ["flow-missing"]


async def test_a_clerk_marks_a_line_as_handled_and_takes_it_back(stage: Stage) -> None:
    await StagedReconciliation(stage).reconcile(take_flow, flow(line("3" * 18)))
    async with stage.client(*OFFICE) as client:
        [work] = (await client.get(f"{API}/worklist")).json()["items"]
        said = {"work_id": work["work_id"], "kind": "receipt-missing", "reason": "Chiesto alla banca"}
        stale = await client.post(f"{API}/worklist/mark-handled", json=said | {"kind": "revoked"})
        assert (stale.status_code, stale.json()["slug"]) == (409, "work-changed")
        assert (await client.post(f"{API}/worklist/mark-handled", json=said)).json()["standing"] == "handled"
        assert (await client.get(f"{API}/worklist")).json()["items"] == []
        [mark] = (await client.get(f"{API}/worklist/handled")).json()["items"]
        assert (mark["by"], mark["reason"], mark["work"]) == ("stf_1", "Chiesto alla banca", work)
        back = {"work_id": work["work_id"], "reason": "Errore mio"}
        assert (await client.post(f"{API}/worklist/take-back", json=back)).json()["standing"] == "taken-back"
        assert (await client.get(f"{API}/worklist")).json()["items"] == [work]
        unknown = await client.post(f"{API}/worklist/take-back", json=back | {"work_id": "receipt:nobody"})
        assert (unknown.status_code, unknown.json()["slug"]) == (409, "work-not-handled")


async def test_an_auditor_sees_what_was_handled_and_changes_nothing(stage: Stage) -> None:
    said = {"work_id": "0" * 32, "kind": "revoked", "reason": "Perché sì"}
    async with stage.client("stf_9", "auditor") as client:
        assert (await client.get(f"{API}/worklist/handled")).json()["items"] == []
        assert (await client.post(f"{API}/worklist/mark-handled", json=said)).status_code == 403
        del said["kind"]
        assert (await client.post(f"{API}/worklist/take-back", json=said)).status_code == 403


async def test_a_wrong_key_is_told_and_nothing_is_lost(stage: Stage, node: Node) -> None:
    wrong = replace(reconciler_of(stage, node), flows=FdrSource(node.rest("/fdr", "wrong"), CREDITOR.fiscal_code))
    with pytest.raises(PagopaUnavailableError):
        await wrong.reconcile()


async def test_a_run_is_for_the_office_and_needs_an_address(infrastructure: RunningPlatform) -> None:
    addresses = infrastructure.addresses
    async with ledger_stage(addresses.mongodb_url, addresses.kafka_bootstrap) as stage:
        async with stage.client(*OFFICE) as client:
            answer = await client.post(f"{API}/run")
            assert (answer.status_code, answer.json()["slug"]) == (422, "reconciliation-not-configured")
        async with stage.client("gua_1", "guardian") as client:
            assert (await client.post(f"{API}/run")).status_code == 403


async def test_a_line_from_before_the_worklist_is_named_by_the_next_run_and_can_be_marked(
    stage: Stage, node: Node
) -> None:
    await stage.wiring.pagopa.reconciliation.run(take_flow, flow(line("3" * 18)))
    lines = stage.wiring.base.database["flow_lines"]
    await lines.update_many({}, {"$unset": {"work_id": ""}})
    async with stage.client(*OFFICE) as client:
        [shown] = (await client.get(f"{API}/worklist")).json()["items"]
        marking = {"work_id": shown["work_id"], "kind": shown["kind"], "reason": "Segnalata a pagoPA"}
        assert (await client.post(f"{API}/worklist/mark-handled", json=marking)).status_code == 404
        await reconciler_of(stage, node).reconcile()
        assert (await client.post(f"{API}/worklist/mark-handled", json=marking)).status_code == 200
    assert await worklist(stage) == []
