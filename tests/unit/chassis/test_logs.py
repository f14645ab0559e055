"""Log lines: one JSON object each, and never a name, a fiscal code, a contact or an income."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, Field, ValidationError

from refettorio_chassis.arriving import Received
from refettorio_chassis.consuming import REFUSALS_IN_A_ROW, Intake, Subscription, TooManyRefusalsError
from refettorio_chassis.errors import DomainError
from refettorio_chassis.mongo import DuplicateKey
from refettorio_chassis.telemetry import start_telemetry
from refettorio_contracts import read
from refettorio_contracts.__main__ import HOME, examples
from refettorio_contracts.topics import MEALS

PERSONAL = {"given_name", "family_name", "fiscal_code", "address", "isee_cents"}
EXAMPLES = examples(HOME)


@pytest.fixture
def lines() -> Iterator[Any]:
    """What was logged, as the collector would read it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    start_telemetry("ledger")
    stream = io.StringIO()
    (ours,) = [handler for handler in root.handlers if isinstance(handler, logging.StreamHandler)]
    ours.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def personal_values(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            if key in PERSONAL:
                yield str(value)
            yield from personal_values(value)


class Nowhere:
    """Transactions that only run what they are given: the intake's own words are under test."""

    async def run(self, work: Any, *, name: str) -> Any:
        return await work(self)

    def collection(self, _name: str) -> "Nowhere":
        return self

    async def find(self, *_: Any, **__: Any) -> list[Any]:
        return []

    async def insert_many(self, documents: list[Any]) -> None:
        pass

    def post(self, row: Any) -> None:
        pass


class Picky(BaseModel):
    fiscal_code: str = Field(max_length=3)


def refusals(event: Any) -> list[Exception]:
    """What handlers raise that quotes the data it chokes on."""
    text = next(personal_values(json.loads(event.model_dump_json())), "NVRCHR85M52D142X")
    try:
        Picky(fiscal_code=text)
    except ValidationError as error:
        invalid: Exception = error
    return [
        invalid,
        DuplicateKey(f"E11000 duplicate key: {{ fiscal_code: '{text}' }}"),
        KeyError(text),
        DomainError(f"Il contatto {text} non va bene.", hint="x"),
    ]


def intake_of(name: str) -> Intake:
    async def handle(*_: Any) -> None: ...

    subscription = Subscription(name=name, topics=[MEALS], on_batch=handle)
    return Intake(subscription, Nowhere(), service="ledger")  # type: ignore[arg-type]


def raised(error: Exception) -> None:
    raise error from ValueError("of its own")


async def refuse_all(name: str) -> None:
    envelope = read(json.dumps(EXAMPLES[name]).encode())
    received = Received(
        envelope=envelope, topic=MEALS.name, partition=0, offset=1, key=envelope.partitionkey, timestamp_ms=0
    )

    intake = intake_of("meals")
    for refusal in refusals(envelope.data):
        secret_local = envelope.data  # tracebacks with variables would show it
        try:
            raised(refusal)
        except Exception as error:  # noqa: BLE001 - any, with a stack
            await intake._refuse(received, error)
        assert secret_local


@pytest.mark.parametrize("name", sorted(EXAMPLES))
async def test_refusing_an_event_logs_what_happened_and_nothing_personal(name: str, lines: Any) -> None:
    await refuse_all(name)
    logged = lines()
    assert len(logged) == 4
    text = json.dumps(logged, ensure_ascii=False)
    for value in [*personal_values(EXAMPLES[name]), "NVRCHR85M52D142X"]:
        assert value not in text
    assert {line["event"] for line in logged} == {"event set aside"}
    assert "raised" in {frame["function"] for frame in logged[0]["exception"][0]["frames"]}
    assert logged[0]["event_id"] == EXAMPLES[name]["id"]


async def test_a_library_that_logs_an_error_quotes_no_data_either(lines: Any) -> None:
    try:
        Picky(fiscal_code="NVRCHR85M52D142X")
    except ValidationError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    (line,) = lines()
    assert "NVRCHR85M52D142X" not in json.dumps(line)
    assert line["exception"][0]["error"].startswith("ValidationError")
    assert (line["service"], line["level"]) == ("ledger", "error")


async def test_the_last_word_of_a_consumer_that_stops_quotes_no_data(lines: Any) -> None:
    envelope = read(json.dumps(EXAMPLES["it.refettorio.attendance.meal.served.v1"]).encode())
    received = Received(envelope=envelope, topic="t", partition=0, offset=1, key="k", timestamp_ms=0)
    intake = intake_of("last-word")
    for _ in range(REFUSALS_IN_A_ROW - 1):
        await intake._refuse(received, KeyError("NVRCHR85M52D142X"))
    with pytest.raises(TooManyRefusalsError) as stopped:
        await intake._refuse(received, KeyError("NVRCHR85M52D142X"))
    assert "NVRCHR85M52D142X" not in str(stopped.value)
