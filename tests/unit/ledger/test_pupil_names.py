"""Names of pupils, as accepted applications tell them."""

import json
from typing import Any

import pytest

from ledger.inbound.pupil_names import pupil_names
from refettorio_chassis.consuming import Received
from refettorio_contracts import read
from refettorio_contracts.__main__ import HOME, examples


class Kept:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    async def keep_name(self, pupil_id: str, *, given_name: str, family_name: str) -> None:
        self.names[pupil_id] = f"{given_name} {family_name}"


@pytest.mark.parametrize(("told", "kept"), [("accepted", 1), ("rejected", 0), ("submitted", 0)])
async def test_only_an_accepted_application_tells_a_name(told: str, kept: int) -> None:
    example = examples(HOME)[f"it.refettorio.enrollment.application.{told}.v1"]
    envelope = read(json.dumps(example).encode())
    event: Any = envelope.data
    record = Received(
        envelope=envelope, topic=event.TOPIC.name, partition=0, offset=0, key=event.partition_key, timestamp_ms=0
    )
    names, transaction = Kept(), object()
    await pupil_names(lambda _transaction: names).on_batch(transaction, [record])  # type: ignore[arg-type]
    assert len(names.names) == kept
    if kept:
        assert names.names == {event.pupil_id: f"{event.pupil.given_name} {event.pupil.family_name}"}
