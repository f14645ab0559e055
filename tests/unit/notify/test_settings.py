from datetime import time, timedelta

import pytest
from pydantic import ValidationError

from notify.domain.quiet_hours import NEVER_QUIET, QuietHours
from notify.settings import Settings
from notify.wiring import policy_of

NEEDED = {
    "MONGODB_URL": "mongodb://127.0.0.1:1",
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "REFETTORIO_JWKS_URL": "http://127.0.0.1:1",
    "REFETTORIO_PUBLIC_URL": "https://mensa.example",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    for name in ("REFETTORIO_SMTP_HOST", "REFETTORIO_SMPP_HOST", "REFETTORIO_SMS_QUIET_HOURS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_without_providers_there_are_no_channels(environment: pytest.MonkeyPatch) -> None:
    assert policy_of(Settings()).channels == ()


def test_a_provider_makes_a_channel(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REFETTORIO_SMTP_HOST", "smtp.example")
    environment.setenv("REFETTORIO_DELIVERY_FIRST_WAIT_SECONDS", "5")
    policy = policy_of(Settings())
    assert policy.channels == ("email",)
    assert policy.retry.first_wait == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("never", NEVER_QUIET), ("22:30-07:00", QuietHours(start=time(22, 30), end=time(7)))],
)
def test_quiet_hours_are_written_as_people_do(environment: pytest.MonkeyPatch, text: str, hours: QuietHours) -> None:
    environment.setenv("REFETTORIO_SMS_QUIET_HOURS", text)
    assert Settings().sms_quiet_hours == hours


def test_families_sleep_unless_the_municipality_says_otherwise(environment: pytest.MonkeyPatch) -> None:
    assert Settings().sms_quiet_hours == QuietHours(start=time(21), end=time(8))


@pytest.mark.parametrize("text", ["at night", "21-8", "25:00-08:00"])
def test_unreadable_quiet_hours_stop_the_process(environment: pytest.MonkeyPatch, text: str) -> None:
    environment.setenv("REFETTORIO_SMS_QUIET_HOURS", text)
    with pytest.raises(ValidationError):
        Settings()


def test_a_password_does_not_show(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REFETTORIO_SMPP_PASSWORD", "geheim")
    assert "geheim" not in repr(Settings())
