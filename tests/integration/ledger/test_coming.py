"""Payments that were begun, and the meals to the end of the year, as a holder sees them."""

from datetime import date, timedelta

from ledger.domain.families import Enrolled
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.ports import Ports
from refettorio_contracts.ledger import PaymentBegan
from tests.support.ledger_nodo import asked_for, message
from tests.support.ledger_scenarios import priced
from tests.support.ledger_stage import Stage

ACCOUNT = "/api/ledger/v1/account"


async def enrolled(ports: Ports) -> None:
    await ports.families.keep_enrolment(
        Enrolled(
            enrolment_id="enr_1",
            pupil_id="pup_1",
            account_id="gua_1",
            service="meals",
            school_id="primaria",
            school_level="primaria",
            valid_from=date(2025, 9, 8),
            valid_to=date(2025, 10, 10),
        )
    )


async def test_a_notice_at_a_till_counts_until_it_is_given_up(stage: Stage) -> None:
    await priced(stage)
    await stage.run(enrolled)
    notice = await stage.run(issue_notice, account_id="gua_1", amount_cents=1_000, service="meals")

    async def seen() -> tuple[int, int | None]:
        async with stage.client("gua_1", "guardian") as family:
            account = (await family.get(ACCOUNT)).json()
        return account["payment_in_flight_cents"], account["suggested_top_up_cents"]

    assert await seen() == (0, 2_100)
    for root, expected in (("paVerifyPaymentNoticeReq", (0, 2_100)), ("paGetPaymentV2Request", (1_000, 1_100))):
        action = root.removesuffix("Request").removesuffix("Req")
        async with stage.client() as nodo:
            told = await nodo.post(
                "/pagopa/paForNode",
                content=message(root, asked_for(notice.number)),
                headers={"content-type": "text/xml", "soapaction": action},
            )
        assert "<outcome>OK</outcome>" in told.text
        assert await seen() == expected
    assert [event for event in await stage.told() if isinstance(event, PaymentBegan)] == [
        PaymentBegan(
            account_id="gua_1",
            notice_number=notice.number,
            amount_cents=1_000,
            began_at=stage.clock.now(),
            counts_until=stage.clock.now() + timedelta(minutes=30),
        )
    ]
    stage.clock.advance(timedelta(minutes=31))
    assert await seen() == (0, 2_100)
