"""Names of the ledger's collections."""

from __future__ import annotations

from typing import Final

JOURNAL: Final = "journal"
ACCOUNTS: Final = "accounts"
TARIFFS: Final = "tariffs"
ASSIGNMENTS: Final = "tariff_assignments"
HOLDERS: Final = "holders"
NOTICES: Final = "notices"
RECEIPTS: Final = "receipts"
SEQUENCES: Final = "sequences"
DECLARATIONS: Final = "declarations"
ENROLMENTS: Final = "enrolments"
AGREEMENTS: Final = "agreements"
FREE_MEALS: Final = "free_meals"
FREE_SUBSCRIPTIONS: Final = "free_subscriptions"
RERATINGS: Final = "reratings"
RERATING_LINES: Final = "rerating_lines"
PERIODS: Final = "periods"

ALL: Final = (
    JOURNAL,
    ACCOUNTS,
    TARIFFS,
    ASSIGNMENTS,
    HOLDERS,
    NOTICES,
    RECEIPTS,
    SEQUENCES,
    DECLARATIONS,
    ENROLMENTS,
    AGREEMENTS,
    FREE_MEALS,
    FREE_SUBSCRIPTIONS,
    RERATINGS,
    RERATING_LINES,
    PERIODS,
)
