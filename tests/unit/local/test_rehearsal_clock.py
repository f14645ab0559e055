"""The rehearsal clock moves the whole platform in time, and forwards only."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refettorio_chassis.clock import clock_from_environment
from refettorio_local.errors import PlatformError
from refettorio_local.rehearsal_clock import RehearsalClock

NEAR = timedelta(seconds=5)


def test_a_new_clock_is_at_real_time(tmp_path: Path) -> None:
    assert abs(RehearsalClock(tmp_path / "clock.json").now() - datetime.now(UTC)) < NEAR


def test_the_services_live_at_the_moment_that_was_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = RehearsalClock(tmp_path / "clock.json")
    monkeypatch.setenv("REFETTORIO_CLOCK_FILE", str(clock.path))
    services = clock_from_environment()
    first_day = datetime(2025, 9, 10, 10, 30, tzinfo=UTC)
    clock.set(first_day)
    assert abs(services.now() - first_day) < NEAR
    clock.advance(timedelta(days=1))
    assert abs(services.now() - first_day - timedelta(days=1)) < NEAR


def test_time_does_not_go_back(tmp_path: Path) -> None:
    clock = RehearsalClock(tmp_path / "clock.json")
    clock.set(datetime(2025, 9, 10, tzinfo=UTC))
    with pytest.raises(PlatformError, match="already past"):
        clock.set(datetime(2025, 9, 9, tzinfo=UTC))


def test_a_clock_that_was_moved_stays_moved_for_the_next_start(tmp_path: Path) -> None:
    RehearsalClock(tmp_path / "clock.json").advance(timedelta(days=3))
    again = RehearsalClock(tmp_path / "clock.json")
    assert abs(again.now() - datetime.now(UTC) - timedelta(days=3)) < NEAR
