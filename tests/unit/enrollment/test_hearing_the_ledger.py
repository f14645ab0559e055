"""What the ledger's events mean here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from enrollment.domain.account_facts import BalanceMoved, DebtOpened, DebtSettled, Exempted, PlanEnded, ToppedUp
from enrollment.domain.debt_block import DebtBlock, Instalment, Lifting, PaymentInFlight, Plan
from enrollment.domain.holder import Holder
from enrollment.domain.identifiers import GuardianId
from enrollment.inbound.events import account_fact
from refettorio_contracts import Event, ledger
from refettorio_contracts.__main__ import HOME, examples
from refettorio_contracts.reading import event_types

NOON = datetime(2025, 7, 10, 12, tzinfo=UTC)
ACCOUNT: dict[str, Any] = {"account_id": "gua_1", "balance_cents": -5}
NOTICE = "301000000000012345"


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        (
            ledger.DebtOpened(**ACCOUNT, service="meals", school_year="2025/26", debt_cents=5),
            DebtOpened(debt_cents=5),
        ),
        (ledger.DebtSettled(**ACCOUNT, service="meals"), DebtSettled()),
        (
            ledger.TopUpCredited(**ACCOUNT, transfer_id="t", notice_number=NOTICE, amount_cents=4, paid_at=NOON),
            ToppedUp(notice_number=NOTICE, amount_cents=4, balance_cents=-5),
        ),
        (ledger.BalanceMoved(**ACCOUNT), BalanceMoved(balance_cents=-5)),
        (ledger.DebtWrittenOff(**ACCOUNT, transfer_id="t", amount_cents=4), BalanceMoved(balance_cents=-5)),
        (
            ledger.ReminderIssued(**ACCOUNT, step=1, debt_cents=5, fee_cents=0, due_date=NOON.date()),
            BalanceMoved(balance_cents=-5),
        ),
        (ledger.DebtExempted(account_id="gua_1", exemption_id="exe_1", until=NOON.date()), Exempted(until=NOON.date())),
        (
            ledger.PaymentBegan(
                account_id="gua_1", notice_number=NOTICE, amount_cents=4, began_at=NOON, counts_until=NOON
            ),
            PaymentInFlight(notice_number=NOTICE, amount_cents=4, began_at=NOON, counts_until=NOON),
        ),
        (ledger.InstalmentPlanEnded(account_id="gua_1", plan_id="pla_1"), PlanEnded(plan_id="pla_1")),
        (ledger.BalanceLow(**ACCOUNT, threshold_meals=0, meals_left=-1), None),
        (ledger.PaymentNetworkCameBack(), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_of_the_ledger_only_what_moves_a_debt_is_heard(event: Event, meaning: object) -> None:
    assert account_fact(event) == ((GuardianId("gua_1"), meaning) if meaning else None)


def test_a_plan_is_read_in_the_order_of_its_days() -> None:
    days = {date(2025, 8, 31): 2_295, date(2025, 7, 31): 2_296}
    parts = tuple(ledger.Instalment(due_date=day, amount_cents=cents) for day, cents in days.items())
    heard = account_fact(ledger.InstalmentPlanGranted(account_id="gua_1", plan_id="pla_1", instalments=parts))
    instalments = tuple(Instalment(due_date=day, amount_cents=days[day]) for day in sorted(days))
    assert heard == (GuardianId("gua_1"), Plan(plan_id="pla_1", instalments=instalments))


@pytest.mark.parametrize("name", sorted(event_types()))
def test_no_event_of_the_catalogue_breaks_the_reader(name: str) -> None:
    account_fact(event_types()[name].model_validate(examples(HOME)[name]["data"]))


def test_what_nobody_waits_for_any_more_is_forgotten() -> None:
    holder = Holder(guardian_id=GuardianId("gua_1"))
    for hours in range(5):
        began = NOON + timedelta(hours=hours)
        holder = holder.after(
            PaymentInFlight(
                notice_number=f"30100000000000000{hours}",
                amount_cents=1,
                began_at=began,
                counts_until=began + timedelta(minutes=90),
            )
        )
    assert [payment.notice_number[-1] for payment in holder.payments] == ["3", "4"]


@pytest.mark.parametrize(
    ("lifting", "words"),
    [
        (None, "Salda l'importo dal menù Pagamenti"),
        (Lifting.NETWORK_DOWN, "La rete dei pagamenti è ferma"),
        (Lifting.PAYMENT_IN_FLIGHT, "Il pagamento in corso vale come già fatto"),
        (Lifting.EXEMPT, "L'ufficio ha sospeso il blocco"),
        (Lifting.ON_PLAN, "Stai rispettando il piano di rate"),
    ],
)
def test_a_family_reads_what_it_owes_and_what_it_means(lifting: Lifting | None, words: str) -> None:
    text = DebtBlock(debt_cents=4_505, lifted_by=lifting).text
    assert text.startswith("Sul conto mensa risulta un insoluto di 45,05 €.")
    assert words in text
    assert ("puoi inviare il modulo" in text) is (lifting is not None)
