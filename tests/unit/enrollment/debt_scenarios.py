"""What a debt means for a form, on any store: played in memory and on MongoDB, as the other scenarios."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from enrollment.domain.account_facts import (
    AccountFact,
    BalanceMoved,
    DebtOpened,
    DebtSettled,
    Exempted,
    PlanEnded,
    ToppedUp,
)
from enrollment.domain.application import Application, State
from enrollment.domain.debt_block import DebtBlock, Instalment, Lifting, PaymentInFlight, Plan
from enrollment.domain.errors import DebtOutstandingError
from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.follow_balance import follow_balance
from enrollment.usecases.follow_payment_network import follow_payment_network
from enrollment.usecases.look_at_debt import look_at_debt
from tests.unit.enrollment.town import BIANCHI, IN_THE_WINDOW, ROSSI, Town, answers_for

NOTICE = "301000000000012345"
TODAY = IN_THE_WINDOW.date()
HALF_AN_HOUR = timedelta(minutes=30)


async def owing(town: Town, cents: int = 4_590) -> None:
    """The Rossi, whose child used the service last year, owe."""
    await town.enrolled_last_year()
    await told(town, DebtOpened(debt_cents=cents))


async def told(town: Town, *facts: AccountFact, account_id: GuardianId = ROSSI) -> None:
    await town.run(follow_balance, [(account_id, fact) for fact in facts])


async def refused(town: Town) -> dict[str, object]:
    with pytest.raises(DebtOutstandingError) as refusal:
        await town.submit()
    return refusal.value.values


async def seen(town: Town) -> DebtBlock | None:
    return await look_at_debt(town.reads, town.clock, ROSSI, "2025/26")


def paying(cents: int, notice_number: str = NOTICE) -> PaymentInFlight:
    return PaymentInFlight(
        notice_number=notice_number,
        amount_cents=cents,
        began_at=IN_THE_WINDOW,
        counts_until=IN_THE_WINDOW + HALF_AN_HOUR,
    )


def lifted_by(application: Application) -> Lifting | None:
    assert application.debt is not None
    return application.debt.lifted_by


class DebtScenarios:
    async def test_a_family_of_last_year_in_debt_is_refused_with_the_amount(self, town: Town) -> None:
        await owing(town)
        with pytest.raises(DebtOutstandingError, match=r"45,90 €. Salda l'importo dal menù Pagamenti") as refusal:
            await town.submit()
        assert refusal.value.values == {
            "debt_cents": 4590,
            "in_flight_cents": 0,
            "to_pay_cents": 4590,
            "pay_at": "/portale/pagamenti/meals",
        }

    async def test_a_new_sibling_waits_for_the_debt_too(self, town: Town) -> None:
        await owing(town)
        with pytest.raises(DebtOutstandingError):
            await town.submit(answers=answers_for("RSSLCU", date(2019, 5, 5)))

    async def test_a_family_new_this_year_is_not_turned_away(self, town: Town) -> None:
        await told(town, DebtOpened(debt_cents=100))
        assert await seen(town) is None
        sent = await town.submit()
        assert (sent.state, sent.debt) == (State.SUBMITTED, None)

    async def test_once_settled_the_family_may_enrol(self, town: Town) -> None:
        await town.enrolled_last_year()
        await told(town, DebtOpened(debt_cents=100), DebtSettled())
        assert (await town.submit()).state is State.SUBMITTED

    async def test_the_amount_follows_the_balance_while_the_debt_lasts(self, town: Town) -> None:
        await owing(town, 100)
        await told(town, BalanceMoved(balance_cents=-610))
        assert (await refused(town))["debt_cents"] == 610

    async def test_a_balance_alone_opens_no_debt(self, town: Town) -> None:
        await town.enrolled_last_year()
        await told(town, BalanceMoved(balance_cents=-10))
        assert (await town.submit()).state is State.SUBMITTED

    async def test_a_payment_in_flight_counts_as_paid_until_its_time_is_over(self, town: Town) -> None:
        await owing(town)
        await told(town, paying(4_590))
        town.clock.advance(HALF_AN_HOUR - timedelta(seconds=1))
        sent = await town.submit()
        assert await town.reads.application(sent.application_id) == sent
        assert lifted_by(sent) is Lifting.PAYMENT_IN_FLIGHT
        town.clock.advance(timedelta(seconds=1))
        with pytest.raises(DebtOutstandingError):
            await town.submit(answers=answers_for("RSSLCU", date(2019, 5, 5)))

    async def test_a_payment_of_a_part_leaves_the_rest_to_pay(self, town: Town) -> None:
        await owing(town)
        await told(town, paying(1_000), paying(500, "301000000000099999"), paying(1_500))
        found = await seen(town)
        assert found is not None
        assert "Un pagamento di 20,00 € è in corso. Salda il resto" in found.text
        assert found.in_flight_until == IN_THE_WINDOW + HALF_AN_HOUR
        values = await refused(town)
        assert (values["in_flight_cents"], values["to_pay_cents"]) == (2_000, 2_590)

    async def test_a_payment_that_arrived_is_not_counted_twice(self, town: Town) -> None:
        await owing(town)
        arrived = ToppedUp(notice_number=NOTICE, amount_cents=2_000, balance_cents=-2_590)
        await told(town, paying(2_000), arrived)
        values = await refused(town)
        assert (values["debt_cents"], values["in_flight_cents"]) == (2_590, 0)

    async def test_while_nobody_can_pay_nobody_is_turned_away(self, town: Town) -> None:
        await owing(town)
        await town.run(follow_payment_network, IN_THE_WINDOW)
        assert lifted_by(await town.submit()) is Lifting.NETWORK_DOWN
        await town.run(follow_payment_network, None)
        with pytest.raises(DebtOutstandingError):
            await town.submit(answers=answers_for("RSSLCU", date(2019, 5, 5)))

    async def test_an_exemption_holds_up_to_its_day_and_for_one_family(self, town: Town) -> None:
        await owing(town)
        await told(town, Exempted(until=TODAY + timedelta(days=3)), Exempted(until=TODAY), account_id=BIANCHI)
        await refused(town)
        await told(town, Exempted(until=TODAY + timedelta(days=3)), Exempted(until=TODAY))
        town.clock.advance(timedelta(days=3))
        assert lifted_by(await town.submit()) is Lifting.EXEMPT
        town.clock.advance(timedelta(days=1))
        found = await seen(town)
        assert found is not None
        assert found.lifted_by is None

    async def test_a_plan_lifts_the_block_while_it_is_kept(self, town: Town) -> None:
        await owing(town)
        parts = ((TODAY + timedelta(days=5), 2_000), (TODAY + timedelta(days=20), 2_590))
        instalments = tuple(Instalment(due_date=due, amount_cents=cents) for due, cents in parts)
        await told(town, Plan(plan_id="pla_1", instalments=instalments))
        town.clock.advance(timedelta(days=5))
        assert lifted_by(await town.submit()) is Lifting.ON_PLAN
        town.clock.advance(timedelta(days=1))
        await self._plan_lifts(town, is_lifted=False)
        await told(town, ToppedUp(notice_number=NOTICE, amount_cents=2_000, balance_cents=-2_590))
        await self._plan_lifts(town, is_lifted=True)

    async def test_a_plan_paid_in_full_is_over_after_its_last_day(self, town: Town) -> None:
        await owing(town)
        last_day = TODAY + timedelta(days=5)
        await told(town, Plan(plan_id="pla_1", instalments=(Instalment(due_date=last_day, amount_cents=4_590),)))
        # Meals were eaten meanwhile: the account is still below zero.
        await told(town, ToppedUp(notice_number=NOTICE, amount_cents=4_590, balance_cents=-510))
        town.clock.advance(timedelta(days=5))
        await self._plan_lifts(town, is_lifted=True)
        town.clock.advance(timedelta(days=1))
        await self._plan_lifts(town, is_lifted=False)

    async def test_a_plan_ends_with_the_debt_it_was_granted_for(self, town: Town) -> None:
        await owing(town)
        late = Instalment(due_date=TODAY + timedelta(days=30), amount_cents=4_590)
        await told(town, Plan(plan_id="pla_1", instalments=(late,)), DebtSettled(), DebtOpened(debt_cents=510))
        assert (await refused(town))["debt_cents"] == 510

    async def test_a_plan_that_was_cancelled_lifts_nothing(self, town: Town) -> None:
        await owing(town)
        late = Instalment(due_date=TODAY + timedelta(days=30), amount_cents=4_590)
        await told(town, *(Plan(plan_id=plan_id, instalments=(late,)) for plan_id in ("pla_1", "pla_2")))
        await told(town, PlanEnded(plan_id="pla_1"))
        await self._plan_lifts(town, is_lifted=True)
        await told(town, PlanEnded(plan_id="pla_2"))
        await refused(town)

    async def _plan_lifts(self, town: Town, *, is_lifted: bool) -> None:
        found = await seen(town)
        assert found is not None
        assert (found.lifted_by is Lifting.ON_PLAN) is is_lifted
