"""The book against receipts and refunds: equal, or somebody must look."""

import pytest

from ledger.domain.accounts import BANK, PAGOPA_CLEARING, Account
from ledger.usecases.prove_receipts import prove_receipts


class Told:
    """Sums and accounts as a test wants them."""

    def __init__(self, *, came_in: int, went_out: int, receipts: int, refunds: int) -> None:
        self._accounts = {
            PAGOPA_CLEARING: Account(account_id=PAGOPA_CLEARING, debits_cents=came_in),
            BANK: Account(account_id=BANK, credits_cents=went_out),
        }
        self._receipts, self._refunds = receipts, refunds

    async def account(self, account_id: str) -> Account | None:
        return {str(name): account for name, account in self._accounts.items()}.get(account_id)

    async def credited_cents(self) -> int:
        return self._receipts

    async def refunded_cents(self) -> int:
        return self._refunds


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        (Told(came_in=9000, went_out=2000, receipts=9000, refunds=2000), True),
        (Told(came_in=0, went_out=0, receipts=0, refunds=0), True),
        (Told(came_in=9000, went_out=0, receipts=9001, refunds=0), False),
        (Told(came_in=9000, went_out=2000, receipts=9000, refunds=0), False),
    ],
)
async def test_the_book_says_what_receipts_less_refunds_say(told: Told, holds: bool) -> None:
    proof = await prove_receipts(told, told)
    assert proof.holds is holds
