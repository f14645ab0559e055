"""One notice for meals and transport: its parts, and what the Nodo is told."""

import asyncio
from dataclasses import replace
from types import MappingProxyType

import pytest

from ledger.domain.creditor import Creditor, unknown_holder
from ledger.inbound.pagopa_answers import checked, payment, verified
from ledger.usecases.demand_payment import Demand
from tests.support.ledger_joint_scenarios import MEALS, SCENARIOS, TRANSPORT, joint
from tests.support.ledger_memory import CREDITOR, MemoryLedger

BUS_IBAN = "IT38K0300203280284975661141"
TWO_ACCOUNTS: Creditor = replace(
    CREDITOR,
    services=MappingProxyType(
        {**CREDITOR.services, "transport": replace(CREDITOR.services["transport"], iban=BUS_IBAN)}
    ),
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryLedger())


@pytest.mark.parametrize("operation", ["paGetPayment", "paGetPaymentV2"])
def test_each_service_is_a_transfer_to_its_own_account(operation: str) -> None:
    notice = asyncio.run(joint(MemoryLedger(), MEALS, TRANSPORT))
    demand = Demand(notice=notice, debtor=unknown_holder("gua_1"))
    answer = checked(operation, payment(operation, demand, TWO_ACCOUNTS))
    names = ("idTransfer", "transferAmount", "IBAN", "transferCategory")
    told = [tuple(part.findtext(name) for name in names) for part in answer.iterfind("data/transferList/transfer")]
    assert told == [("1", "50.00", CREDITOR.iban, "9/0107101TS/"), ("2", "25.00", BUS_IBAN, "9/0107102SP/")]
    assert answer.findtext("data/paymentAmount") == "75.00"
    assert answer.findtext("data/description") == "Ricarica refezione scolastica e Trasporto scolastico"
    seen = checked("paVerifyPaymentNotice", verified(demand, TWO_ACCOUNTS))
    assert seen.findtext("paymentList/paymentOptionDescription/amount") == "75.00"
