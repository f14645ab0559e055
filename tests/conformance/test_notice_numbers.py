"""Notice numbers and what the QR code says, against vectors computed from the rule (SANP; Linee guida avviso)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.notices import grouped, iuv_of, notice_number, qr_text


@pytest.mark.parametrize(
    ("segregation", "base", "number", "iuv"),
    [
        ("01", 1, "301000000000000144", "01000000000000144"),
        ("00", 123456789, "300000012345678936", "00000012345678936"),
        ("47", 8800999051, "347000880099905160", "47000880099905160"),
        ("01", 2600000000001, "301260000000000173", "01260000000000173"),
    ],
)
def test_the_number_ends_with_its_check_digits(segregation: str, base: int, number: str, iuv: str) -> None:
    assert notice_number(segregation, base) == number
    assert iuv_of(number) == iuv


def test_the_number_is_printed_in_groups_of_four() -> None:
    assert grouped("301000000000000144") == "3010 0000 0000 0001 44"


def test_the_qr_code_says_notice_creditor_and_cents() -> None:
    assert qr_text("470000008800999051", "99999000013", 150000) == "PAGOPA|002|470000008800999051|99999000013|150000"
    assert qr_text("301000000000000144", "99999000013", 5).endswith("|05")


@pytest.mark.parametrize(("segregation", "base"), [("1", 1), ("ab", 1), ("01", -1), ("01", 10**13)])
def test_what_cannot_be_a_number_is_refused(segregation: str, base: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        notice_number(segregation, base)


@given(first=st.integers(0, 10**13 - 1), second=st.integers(0, 10**13 - 1))
def test_two_bases_never_give_one_number(first: int, second: int) -> None:
    assert (notice_number("01", first) == notice_number("01", second)) == (first == second)


@given(base=st.integers(0, 10**13 - 1), place=st.integers(1, 15), digit=st.integers(0, 9))
def test_one_wrong_digit_is_noticed(base: int, place: int, digit: int) -> None:
    number = notice_number("01", base)
    mistyped = number[:place] + str(digit) + number[place + 1 :]
    assert mistyped == number or int(mistyped[:16]) % 93 != int(mistyped[16:])
