"""Identifiers, clocks, the outbox of one transaction, and what may be told about an error."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import BulkWriteError

from refettorio_chassis import identifiers
from refettorio_chassis.clock import (
    FixedClock,
    RehearsalClock,
    SystemClock,
    clock_from_environment,
    read_offset,
    rome_day,
    write_offset,
)
from refettorio_chassis.errors import DomainError
from refettorio_chassis.identifiers import new_id, uuid7
from refettorio_chassis.mongo import DuplicateKey, MongoFault, duplicate_in, may_pass
from refettorio_chassis.outbox import MAX_VALUE_BYTES, ClosedOutboxError, Outbox, OutboxRow, current_cause
from refettorio_chassis.redacting import told
from refettorio_contracts import read
from refettorio_contracts.enrollment import SchoolDayReopened

NOW = datetime(2025, 10, 6, 7, 0, tzinfo=UTC)
CLOSURE = SchoolDayReopened(school_id="primaria", day=date(2025, 12, 9))


@given(st.lists(st.integers(min_value=-5_000, max_value=5_000), min_size=1, max_size=60))
def test_identifiers_grow_even_when_the_clock_of_the_machine_stands_or_jumps_back(jumps: list[int]) -> None:
    before = time_ms = 1_760_000_000_000
    last = ""
    identifiers._last[:] = [before, 0]
    try:
        for jump in jumps:
            time_ms += jump
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr("time.time_ns", lambda now=time_ms: now * 1_000_000)
                made = uuid7()
            assert made > last
            assert (UUID(made).version, UUID(made).variant) == (7, "specified in RFC 4122")
            last = made
    finally:
        identifiers._last[:] = [0, 0]


def test_an_identifier_tells_its_millisecond() -> None:
    before = datetime.now(UTC)
    milliseconds = UUID(uuid7()).int >> 80
    assert abs(milliseconds / 1000 - before.timestamp()) < 1


def test_a_new_id_says_what_it_names() -> None:
    assert new_id("app").startswith("app_")
    assert len({new_id("app") for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2025, 10, 5, 22, 0, tzinfo=UTC), date(2025, 10, 6)),  # summer time
        (datetime(2025, 10, 5, 21, 59, tzinfo=UTC), date(2025, 10, 5)),
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), date(2026, 1, 1)),  # winter time
        (datetime(2025, 10, 26, 0, 30, tzinfo=UTC), date(2025, 10, 26)),  # the hour that comes twice
    ],
)
def test_a_day_is_a_day_in_rome(moment: datetime, day: date) -> None:
    assert rome_day(moment) == day


def test_a_rehearsal_clock_follows_its_file_and_without_one_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clock.json"
    assert read_offset(path) == timedelta()
    write_offset(path, timedelta(days=-3, seconds=1))
    monkeypatch.setenv("REFETTORIO_CLOCK_FILE", str(path))
    clock = clock_from_environment()
    assert isinstance(clock, RehearsalClock)
    with time_machine.travel(NOW, tick=False):
        assert clock.now() == NOW - timedelta(days=3) + timedelta(seconds=1)
        write_offset(path, timedelta(hours=2))
        clock._checked = float("-inf")
        assert clock.now() == NOW + timedelta(hours=2)
        monkeypatch.delenv("REFETTORIO_CLOCK_FILE")
        assert clock_from_environment().now() == NOW
    assert os.listdir(tmp_path) == ["clock.json"], "no draft is left"  # noqa: PTH208 - names are all it needs


def test_clocks_tell_aware_instants() -> None:
    assert SystemClock().now().tzinfo is UTC
    clock = FixedClock(NOW)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == NOW + timedelta(minutes=5)


def test_clocks_tell_no_more_than_the_database_keeps(tmp_path: Path) -> None:
    for clock in (SystemClock(), RehearsalClock(tmp_path / "clock.json")):
        assert {clock.now().microsecond % 1000 for _ in range(100)} == {0}


def outbox() -> Outbox:
    return Outbox(source="/comuni/019058/refettorio/enrollment", now=NOW)


def test_an_announced_event_becomes_a_row_that_can_be_read_back() -> None:
    box = outbox()
    event_id = box.add(CLOSURE, sequence=4, cause=None)
    (parcel,) = box.close()
    (row,) = parcel["rows"]
    envelope = read(row["value"])
    assert (row["id"], row["key"], row["topic"]) == (event_id, "primaria", "refettorio.enrollment.calendar.v1")
    assert (envelope.data, envelope.time, envelope.sequence) == (CLOSURE, NOW, "00000000000000000004")
    assert (envelope.correlationid, envelope.causationid) == (event_id, None)
    assert (parcel["_id"], parcel["sent_at"]) == (event_id, None)


def test_what_led_to_an_event_is_handed_on() -> None:
    class Cause:
        event_id, correlation_id, traceparent = "e1", "c1", "00-" + "a" * 32 + "-" + "b" * 16 + "-01"

    box = outbox()
    box.add(CLOSURE, sequence=0, cause=Cause())
    token = current_cause.set(Cause())
    box.add(CLOSURE, sequence=0, cause=None)
    current_cause.reset(token)
    (parcel,) = box.close()
    for row in parcel["rows"]:
        envelope = read(row["value"])
        assert (envelope.causationid, envelope.correlationid) == ("e1", "c1")
        assert row["headers"]["traceparent"] == Cause.traceparent


def test_a_row_that_kafka_would_never_take_is_refused_at_once() -> None:
    box = outbox()
    box.add_row(OutboxRow(topic="t", key="k", value=b"x" * MAX_VALUE_BYTES))
    with pytest.raises(ValueError, match="can never be sent"):
        box.add_row(OutboxRow(topic="t", key="k", value=b"x" * (MAX_VALUE_BYTES + 1)))


@pytest.mark.parametrize(("rows", "size", "parcels"), [(0, 1, []), (1001, 1, [500, 500, 1]), (10, 900_000, [4, 4, 2])])
def test_what_is_told_at_once_is_parcelled_so_that_a_document_holds_it(
    rows: int, size: int, parcels: list[int]
) -> None:
    box = outbox()
    for number in range(rows):
        box.add_row(OutboxRow(topic="t", key=str(number), value=b"x" * size))
    closed = box.close()
    assert [len(parcel["rows"]) for parcel in closed] == parcels
    assert [row["key"] for parcel in closed for row in parcel["rows"]] == [str(number) for number in range(rows)]
    assert [parcel["_id"] for parcel in closed] == sorted(parcel["rows"][0]["id"] for parcel in closed)


def test_a_closed_outbox_refuses() -> None:
    box = outbox()
    box.close()
    with pytest.raises(ClosedOutboxError):
        box.add(CLOSURE, sequence=0, cause=None)


def duplicate() -> BulkWriteError:
    return BulkWriteError({"writeErrors": [{"code": 11000, "errmsg": "E11000"}]})


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (MongoFault("no primary"), True),
        (DuplicateKey("E11000", 11000), False),
        (duplicate(), False),
        (BulkWriteError({"writeErrors": [], "errorLabels": ["TransientTransactionError"]}), True),
        (ValueError("ours"), False),
    ],
)
def test_only_a_fault_that_may_pass_is_worth_waiting_for(error: Exception, *, passes: bool) -> None:
    assert may_pass(error) is passes


def test_a_duplicate_in_a_bulk_write_is_recognised() -> None:
    assert isinstance(duplicate_in(duplicate()), DuplicateKey)
    assert duplicate_in(BulkWriteError({"writeErrors": [{"code": 121}]})) is None


def test_what_is_told_of_an_error_quotes_no_data() -> None:
    assert told(RuntimeError("no leader")) == "RuntimeError: no leader"
    assert told(DomainError("La domanda di Giulia c'è già.")) == "DomainError: richiesta-rifiutata"
    for error in (KeyError("Giulia"), DuplicateKey("dup key: { name: 'Giulia' }")):
        assert "Giulia" not in told(error)
