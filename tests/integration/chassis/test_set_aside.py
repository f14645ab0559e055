"""What was set aside: waits in order by key, is seen, replayed and dropped by an operator's commands."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from refettorio_chassis import operating
from refettorio_chassis.consuming import Intake, Received, Subscription, one_by_one
from refettorio_chassis.errors import DomainError
from refettorio_chassis.testing import envelope_of
from refettorio_chassis.transaction import Transaction
from tests.integration.chassis.stage import SERVICE, Stage, count_meal, meal


class NotPricedError(DomainError):
    slug: ClassVar[str] = "tariffa-assente"


@dataclass
class Desk:
    """A subscription whose rule the test can change, and the commands of its operator."""

    stage: Stage
    capsys: pytest.CaptureFixture[str]
    refused: set[str] = field(default_factory=set)
    bug: bool = False

    def __post_init__(self) -> None:
        self.subscription: Subscription = self.stage.subscription(one_by_one(self._handle), parks_behind=True)
        self.intake = Intake(self.subscription, self.stage.foundation.transactions, service=SERVICE)

    async def _handle(self, transaction: Transaction, received: Received) -> None:
        if received.envelope.subject.removeprefix("meal/") in self.refused:
            if self.bug:
                raise ValueError("not thought of")
            raise NotPricedError("Manca la tariffa.")
        await count_meal(transaction, received)

    async def take(self, start: int = 0) -> None:
        await self.intake.take([record for record in await self.stage.records() if record.offset >= start])

    async def command(self, *words: str) -> tuple[int, str]:
        parser = ArgumentParser()
        operating.configure(parser)
        chosen = parser.parse_args(words)
        self.capsys.readouterr()
        code = await operating.run(chosen, self.stage.foundation.transactions, [self.subscription])
        return code, self.capsys.readouterr().out

    async def places(self, account: str) -> list[str]:
        rows = await self.stage.journal(account=account)
        return [row["_id"].rpartition(".")[2] for row in sorted(rows, key=lambda row: row["place"])]

    async def parked(self) -> Sequence[tuple[str, bool]]:
        return [(row["key"], row["behind"]) for row in await self.stage.set_aside(state="parked")]


@pytest.fixture
async def desk(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Desk:
    desk = Desk(stage, capsys)
    desk.refused = {meal(1, "gua_a").meal_id}
    for number in range(4):
        await stage.send(meal(number, "gua_a"), meal(number, "gua_b"), partition=0)
    await desk.take()
    return desk


async def test_later_events_of_a_refused_key_wait_behind_it_and_other_keys_do_not(desk: Desk) -> None:
    assert await desk.places("gua_a") == ["0"]
    assert await desk.places("gua_b") == ["0", "1", "2", "3"]
    assert await desk.parked() == [("gua_a", False), ("gua_a", True), ("gua_a", True)]


async def test_events_that_come_in_later_batches_wait_too(desk: Desk) -> None:
    await desk.stage.send(meal(4, "gua_a"), meal(4, "gua_b"), partition=0)
    await desk.take(start=8)
    assert await desk.parked() == [("gua_a", False), ("gua_a", True), ("gua_a", True), ("gua_a", True)]
    assert await desk.places("gua_b") == ["0", "1", "2", "3", "4"]


async def test_replay_brings_all_of_a_key_in_order_once_the_cause_is_gone(desk: Desk) -> None:
    desk.refused.clear()
    code, said = await desk.command("replay", "all")
    assert (code, said.count("replayed")) == (0, 3)
    assert await desk.places("gua_a") == ["0", "1", "2", "3"]
    assert await desk.parked() == []
    assert (await desk.command("replay", "all"))[0] == 0
    await desk.stage.send(meal(4, "gua_a"), partition=0)
    await desk.take(start=8)
    assert await desk.places("gua_a") == ["0", "1", "2", "3", "4"]


async def test_replay_of_a_later_one_is_refused_while_an_earlier_one_is_set_aside(desk: Desk) -> None:
    last = (await desk.stage.set_aside())[-1]["_id"]
    desk.refused.clear()
    code, said = await desk.command("replay", last)
    assert code == 1
    assert "an earlier one of its key is still set aside" in said
    assert await desk.places("gua_a") == ["0"]


async def test_replay_tells_what_is_refused_again_and_keeps_it(desk: Desk) -> None:
    code, said = await desk.command("replay", "all")
    assert code == 1
    assert "refused again: tariffa-assente: Manca la tariffa." in said
    assert said.count("an earlier one of its key") == 2
    desk.bug = True
    code, said = await desk.command("replay", "all")
    assert (code, "failed again: ValueError: not thought of" in said) == (1, True)
    assert len(await desk.parked()) == 3


async def test_a_dropped_record_keeps_its_reason_and_frees_those_behind(desk: Desk) -> None:
    guilty = (await desk.stage.set_aside())[0]["_id"]
    assert (await desk.command("drop", guilty))[0] == 1, "no drop without a reason"
    code, said = await desk.command("drop", guilty, "--reason", "pasto inserito per errore, prot. 1234")
    assert (code, f"{guilty}: dropped" in said) == (0, True)
    (dropped,) = await desk.stage.set_aside(state="dropped")
    assert dropped["settled_because"] == "pasto inserito per errore, prot. 1234"
    assert (await desk.command("replay", "all", "--key", "gua_a"))[0] == 0
    assert await desk.places("gua_a") == ["0", "2", "3"]


async def test_list_and_show_say_what_is_there_and_why(desk: Desk) -> None:
    code, said = await desk.command("list")
    assert (code, len(said.splitlines()), said.count("waits behind")) == (0, 3, 2)
    assert f"{desk.stage.topic.name}[0]@2  key gua_a  tariffa-assente" in said
    first = (await desk.stage.set_aside())[0]["_id"]
    code, said = await desk.command("show", first)
    assert code == 0
    assert "reason: Manca la tariffa." in said
    assert '"meal_id":"pup_gua_a.2025-10-06.1"' in said
    assert (await desk.command("list", "--key", "gua_b"))[1] == "Nothing is set aside.\n"


@pytest.mark.parametrize(
    "words", [("show", "0000"), ("replay", "0000"), ("drop", "0000", "--reason", "x"), ("replay",)]
)
async def test_an_identifier_that_names_nothing_is_told(desk: Desk, words: tuple[str, ...]) -> None:
    code, said = await desk.command(*words)
    assert code == 1
    assert "no such record" in said or "Name the records" in said


async def test_behind_an_unreadable_record_of_its_key_later_events_wait(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(stage, capsys)
    await stage.send(meal(0, "gua_a"), partition=0)
    await stage.send_raw((b"gua_a", b"torn"), partition=0)
    await stage.send(meal(1, "gua_a"), meal(1, "gua_b"), partition=0)
    await desk.take()
    assert await desk.places("gua_a") == ["0"]
    assert await desk.places("gua_b") == ["1"]
    torn = (await stage.set_aside())[0]["_id"]
    code, said = await desk.command("replay", torn)
    assert (code, "still unreadable" in said) == (1, True)
    await desk.command("drop", torn, "--reason", "record di prova")
    await desk.command("replay", "all")
    assert await desk.places("gua_a") == ["0", "1"]


async def test_what_is_parked_keeps_fields_that_this_version_does_not_know(desk: Desk) -> None:
    stage = desk.stage
    desk.refused.add(meal(9, "gua_c").meal_id)
    newer = envelope_of(meal(9, "gua_c")).to_bytes().replace(b'"kind":"full"', b'"kind":"full","menu":"in bianco"')
    await stage.send_raw((b"gua_c", newer), partition=0)
    await desk.take(start=8)
    (parked,) = await stage.set_aside(key="gua_c")
    assert parked["value"] == newer
