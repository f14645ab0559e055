"""The page of what is kept says what the rules say."""

from datetime import timedelta

import pytest

from attendance.domain.retention import RULES as OF_ATTENDANCE
from clients.portal.kept import STAYS
from enrollment.domain.retention import RULES as OF_ENROLLMENT
from identity.domain.retention import RULES as OF_IDENTITY
from ledger.domain.retention import RULES as OF_LEDGER
from notify.domain.retention import RULES as OF_NOTIFY
from refettorio_chassis.readings import KEPT_FOR
from tests.architecture.tree import ROOT

PAGE = ROOT / "docs" / "architecture" / "retention.md"


def days_in_the_row_of(name: str, service: str) -> list[str]:
    """The numbers of days of the rows of the table that name the rule."""
    cells = [line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith(f"| {service} ")]
    return [row[3] for row in cells if f"`{name}`" in row[1]]


RULES = [
    *(("attendance", rule.name, rule.kept_for) for rule in OF_ATTENDANCE),
    *(("enrollment", rule.name, rule.kept_for) for rule in OF_ENROLLMENT),
    *(("identity", rule.name, rule.kept_for) for rule in OF_IDENTITY),
    *(("ledger", rule.name, rule.kept_for) for rule in OF_LEDGER),
    *(("notify", rule.name, rule.kept_for) for rule in OF_NOTIFY),
    ("every service", "readings", KEPT_FOR),
]


@pytest.mark.parametrize(("service", "name", "kept_for"), RULES)
def test_the_page_tells_each_rule_with_its_days(service: str, name: str, kept_for: timedelta) -> None:
    assert days_in_the_row_of(name, service) == [str(kept_for.days)]


GONE_ON_REQUEST = {("identity", "contacts")}
"""Granting a request of erasure does not wait for this rule."""


def test_families_read_the_same_rules_when_they_ask_for_erasure() -> None:
    told = {(each.service, rule): each.days for each in STAYS for rule in each.rules}
    rules = {(service, name): kept_for.days for service, name, kept_for in RULES}
    assert told == {key: days for key, days in rules.items() if key not in GONE_ON_REQUEST}
