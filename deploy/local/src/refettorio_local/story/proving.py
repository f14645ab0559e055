"""What must hold at the end: messages arrived, redelivery changed nothing, the books verify, the trace is whole."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from refettorio_contracts import read
from refettorio_contracts.attendance import MealServed
from refettorio_contracts.topics import MEALS, Topic
from refettorio_local.story.enrolling import OTHERS, SCHEMES, TWO_CHILDREN, balance_of
from refettorio_local.story.founding import LEDGER
from refettorio_local.story.paying import NEARLY_BROKE
from refettorio_local.story.stage import Stage

LOW_BALANCE = "sta per finire"
EXPECTED_SERVICES = {"gateway", "attendance", "ledger", "notify"}


async def chapter(stage: Stage) -> None:
    """The proofs."""
    stage.tell.chapter("7. Proofs")
    await _messages(stage)
    await _redelivery(stage)
    await _books(stage)
    await _trace(stage)


async def _messages(stage: Stage) -> None:
    """The balance crossed a threshold: one e-mail and one SMS, and the same under Comunicazioni."""
    citizen = stage.citizens[NEARLY_BROKE]
    addresses = stage.platform.addresses

    async def mails() -> int:
        found = (await stage.get_json(f"{addresses.mail_url}/api/messages"))["items"]
        return sum(citizen["email"] in str(mail["to"]) and LOW_BALANCE in mail["subject"] for mail in found)

    async def texts() -> int:
        found = (await stage.get_json(f"{addresses.sms_url}/api/messages"))["items"]
        return sum(citizen["mobile"].lstrip("+") in text["to"] and LOW_BALANCE in text["text"] for text in found)

    await stage.tell.wait_for("Low balance: e-mails to the guardian", mails, expected=1)
    await stage.tell.wait_for("Low balance: SMS to the guardian", texts, expected=1)
    guardian = await stage.signed_in(TWO_CHILDREN)
    told = (await guardian.api("GET", "/api/notify/v1/communications"))["items"]
    stage.tell.check("The decisions stand under Comunicazioni too", expected=True, seen=len(told) >= 2)


async def _redelivery(stage: Stage) -> None:
    """Meal events come again, byte for byte, and once more with a new envelope around the same meal."""
    guardians = [
        await stage.signed_in(key, scheme=SCHEMES.get(key, "spid"), anew=True) for key in (TWO_CHILDREN, *OTHERS)
    ]
    before = [await balance_of(guardian) for guardian in guardians]
    lines_before = [await _lines(guardian) for guardian in guardians]
    number = await _send_again(stage.platform.addresses.kafka_bootstrap)
    await stage.tell.wait_for(
        "Redelivered events are all taken in", partial(lag, stage, MEALS, "refettorio.ledger.meals"), expected=0
    )
    stage.tell.check(
        f"{number} redelivered events change no balance",
        expected=before,
        seen=[await balance_of(each) for each in guardians],
    )
    stage.tell.check("and no statement", expected=lines_before, seen=[await _lines(each) for each in guardians])


async def _lines(guardian: Any) -> int:
    return len((await guardian.api("GET", f"{LEDGER}/account/statement"))["items"])


async def _send_again(bootstrap: str) -> int:
    records = await _all_records(bootstrap, MEALS.name)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    try:
        for record in records:
            await producer.send_and_wait(record.topic, record.value, key=record.key, headers=list(record.headers))
            envelope = read(record.value)
            if isinstance(envelope.data, MealServed):
                renamed = envelope.model_copy(update={"id": f"{envelope.id}-again"})
                await producer.send_and_wait(record.topic, renamed.to_bytes(), key=record.key)
    finally:
        await producer.stop()
    return len(records)


async def _all_records(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        found: list[ConsumerRecord] = []
        while sum(ends.values()) > len(found):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found.extend(records)
        return found
    finally:
        await consumer.stop()


async def lag(stage: Stage, topic: Topic, group: str) -> int:
    """Records of the topic that the group of consumers has not yet committed."""
    bootstrap = stage.platform.addresses.kafka_bootstrap
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        committed = {partition: await consumer.committed(partition) or 0 for partition in partitions}
        return sum(ends[partition] - committed[partition] for partition in partitions)
    finally:
        await consumer.stop()


async def _books(stage: Stage) -> None:
    code, output = await stage.command("ledger", "verify")
    stage.tell.check("The books prove themselves (python -m ledger verify)", expected=0, seen=code)
    for line in output.strip().splitlines()[-6:]:
        stage.tell.note(line)
    for service in ("enrollment", "attendance", "ledger", "notify", "identity"):
        code, output = await stage.command(service, "set-aside", "list")
        stage.tell.check(
            f"{service} has set nothing aside", expected=True, seen=code == 0 and "Nothing is set aside" in output
        )


async def _trace(stage: Stage) -> None:
    trace_id = stage.kept["trace"]
    zipkin = stage.platform.addresses.zipkin_url

    async def services() -> bool:
        spans = await stage.get_json(f"{zipkin}/zipkin/api/v2/trace/{trace_id}") if trace_id else []
        return {span["localEndpoint"]["serviceName"] for span in spans} >= EXPECTED_SERVICES

    await stage.tell.wait_for(
        "One trace: tablet → gateway → attendance → Kafka → ledger → Kafka → notify", services, expected=True
    )
    stage.kept["trace-url"] = f"{zipkin}/zipkin/traces/{trace_id}"
    stage.tell.note(f"The trace: {stage.kept['trace-url']}")
    saved = stage.folder / f"trace-{trace_id}.json"
    saved.write_text(json.dumps(await stage.get_json(f"{zipkin}/zipkin/api/v2/trace/{trace_id}"), indent=1))
    stage.tell.note(f"also saved as {saved}, which any Zipkin can open")
