"""Refunds on the fake store; the IBANs that are taken; the file for the bank."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.domain.decision_errors import IbanNotValidError
from ledger.domain.refunds import BatchLine, RefundBatch, has_left
from ledger.domain.tariffs import TariffAssignment
from ledger.outbound.pain001 import NAMESPACE, check_pain001, pain001
from ledger.outbound.refunds import checked_iban
from tests.support.ledger_decisions import MemoryOffice
from tests.support.ledger_memory import CREDITOR
from tests.support.ledger_refund_scenarios import REFUND_SCENARIOS


@pytest.mark.parametrize("scenario", REFUND_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryOffice())


@pytest.mark.parametrize(
    "good", ["it60x0542811101000000123456", "DE89 3704 0044 0532 0130 00", "SM86U0322509800000000270100"]
)
def test_an_iban_of_the_sepa_area_is_taken(good: str) -> None:
    assert checked_iban(good) == good.replace(" ", "").upper()


@pytest.mark.parametrize(
    "bad",
    ["", "IT60X0542811101000000123457", "IT60X054281110100000012345", "BR1800360305000010009795493C1", "1234", "IT"],
)
def test_other_ibans_are_refused(bad: str) -> None:
    with pytest.raises(IbanNotValidError) as refusal:
        checked_iban(bad)
    assert not bad or bad not in str(refusal.value)


def batch_of(*lines: tuple[str, int]) -> RefundBatch:
    return RefundBatch(
        batch_id="2026-07-1",
        created_at=datetime(2026, 7, 10, 8, 0, tzinfo=UTC),
        execution_day=date(2026, 7, 15),
        lines=tuple(
            BatchLine(
                refund_id=f"ref_{number:032x}",
                account_id=f"gua_{number}",
                iban="IT60X0542811101000000123456",
                payee=payee,
                amount_cents=cents,
            )
            for number, (payee, cents) in enumerate(lines)
        ),
    )


payees = st.text(min_size=1, max_size=90)


@given(lines=st.lists(st.tuples(payees, st.integers(1, 10_000_000)), min_size=1, max_size=5))
def test_whatever_the_names_the_file_is_valid_and_adds_up(lines: list[tuple[str, int]]) -> None:
    batch = batch_of(*lines)
    written = pain001(batch, CREDITOR)
    assert written == pain001(batch, CREDITOR)
    root = etree.fromstring(written, etree.XMLParser(resolve_entities=False))
    amounts = [element.text for element in root.iter(f"{{{NAMESPACE}}}InstdAmt")]
    assert amounts == [f"{cents // 100}.{cents % 100:02d}" for _, cents in lines]
    assert len({element.text for element in root.iter(f"{{{NAMESPACE}}}EndToEndId")}) == len(lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<NbOfTxs>1</NbOfTxs>", b"<NbOfTxs>2</NbOfTxs>"),
        (b"<CtrlSum>15.30</CtrlSum>", b"<CtrlSum>15.31</CtrlSum>"),
        (b"<PmtMtd>TRF</PmtMtd>", b""),
        (b"IT60X0542811101000000123456", b"IT60X"),
        (b'Ccy="EUR"', b'Ccy="USD"'),
        (b"</Document>", b""),
        (b"Zoe Rossi", b"Zo\xc3\xab Rossi"),
    ],
)
def test_a_file_changed_anywhere_is_refused(old: bytes, new: bytes) -> None:
    written = pain001(batch_of(("Zoë Rossi", 1530)), CREDITOR)
    assert old in written
    check_pain001(written)
    with pytest.raises(ValueError, match=r"pain|add up|XML"):
        check_pain001(written.replace(old, new, 1))


def enrolled(valid_from: date) -> TariffAssignment:
    return TariffAssignment(
        pupil_id="pup_1", account_id="gua_1", service="meals", tariff_code="meals-standard", valid_from=valid_from
    )


@pytest.mark.parametrize(
    ("today", "closed_year", "left"),
    [
        (date(2026, 6, 10), None, False),
        (date(2026, 7, 10), "2025/26", True),
        (date(2026, 9, 1), None, True),
        (date(2026, 8, 31), None, False),
    ],
)
def test_who_has_left_is_known_by_the_last_enrolment(today: date, closed_year: str | None, left: bool) -> None:
    assert has_left([enrolled(date(2025, 9, 8))], today=today, closed_year=closed_year) is left
