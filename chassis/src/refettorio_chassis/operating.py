"""The operator's command `set-aside`: see what could not be accepted, offer it again, or drop it with a reason."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Sequence

from refettorio_chassis import inbox, set_aside
from refettorio_chassis.consuming import Received, Subscription
from refettorio_chassis.errors import DomainError, RetryLater
from refettorio_chassis.mongo import Document, MongoFault
from refettorio_chassis.progress import count_replayed
from refettorio_chassis.redacting import told
from refettorio_chassis.set_aside import UNREADABLE_SLUG
from refettorio_chassis.transaction import Transaction, Transactions
from refettorio_contracts import UnreadableEventError, read


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of `set-aside`."""
    parser.add_argument("action", choices=("list", "show", "replay", "drop"))
    parser.add_argument("ids", nargs="*", metavar="ID", help="identifiers, or `all` with replay")
    parser.add_argument("--key", help="only records of this key (list, replay all)")
    parser.add_argument("--reason", help="why it may be dropped (drop)")


async def run(chosen: argparse.Namespace, transactions: Transactions, subscriptions: Sequence[Subscription]) -> int:
    """Carry out one command; the exit code is the number of things that could not be done, at most 1."""
    match chosen.action:
        case "list":
            return _print_list(await set_aside.listed(transactions.view, key=chosen.key))
        case "show":
            return await _show(transactions, chosen.ids)
        case "replay":
            return await _replay(transactions, subscriptions, chosen)
        case _:
            return await _drop(transactions, chosen)


def _print_list(rows: Sequence[Document]) -> int:
    if not rows:
        _say("Nothing is set aside.")
    for row in rows:
        place = f"{row['topic']}[{row['partition']}]@{row['offset']}"
        waits = " (waits behind)" if row["behind"] else ""
        _say(f"{row['_id']}  {row['parked_at']:%Y-%m-%d %H:%M}  {place}  key {row['key']}  {row['slug']}{waits}")
    return 0


async def _show(transactions: Transactions, ids: Sequence[str]) -> int:
    for parked_id in ids:
        row = await set_aside.found(transactions.view.collection(set_aside.COLLECTION), parked_id)
        if row is None:
            _say(f"{parked_id}: no such record")
            return 1
        for name, value in row.items():
            _say(f"{name}: {value.decode('utf-8', errors='replace') if isinstance(value, bytes) else value}")
    return 0


async def _replay(transactions: Transactions, subscriptions: Sequence[Subscription], chosen: argparse.Namespace) -> int:
    rows = await set_aside.listed(transactions.view, key=chosen.key)
    if chosen.ids == ["all"]:
        return await replay(transactions, subscriptions, rows)
    rows, unknown = _chosen(rows, chosen.ids)
    return max(unknown, await replay(transactions, subscriptions, rows))


def _chosen(rows: Sequence[Document], ids: Sequence[str]) -> tuple[list[Document], int]:
    """The rows meant by `ids` (whole, or their beginning where that names one only), and 1 where an id names none."""
    found: list[Document] = []
    unknown = 0
    for wanted in ids:
        meant = [row for row in rows if row["_id"].startswith(wanted)]
        if len(meant) == 1:
            found.extend(row for row in meant if row not in found)
        else:
            unknown = 1
            _say(f"{wanted}: {'more than one record begins like this' if meant else 'no such record is set aside'}")
    if not ids:
        unknown = 1
        _say("Name the records by their identifiers.")
    return sorted(found, key=lambda row: [row[name] for name, _ in set_aside.OLDEST_FIRST]), unknown


async def replay(transactions: Transactions, subscriptions: Sequence[Subscription], rows: Sequence[Document]) -> int:
    """Offer `rows` again, oldest first; one that is refused again keeps its place, and so do later ones of its key.

    Returns 1 when any was refused, else 0.
    """
    by_name = {subscription.name: subscription for subscription in subscriptions}
    refused = 0
    for row in rows:
        subscription = by_name.get(row["subscription"])
        if subscription is None:
            problem: str | None = f"nobody listens as {row['subscription']} any more"
        elif await _is_behind(transactions, subscription, row):
            problem = "an earlier one of its key is still set aside"
        else:
            problem = await _offer_again(transactions, subscription, row)
        refused = 1 if problem else refused
        _say(f"{row['_id']}: {problem or 'replayed'}")
    return refused


async def _is_behind(transactions: Transactions, subscription: Subscription, row: Document) -> bool:
    if not subscription.parks_behind:
        return False
    earlier = {
        "subscription": row["subscription"],
        "state": "parked",
        "key": row["key"],
        "topic": row["topic"],
        "offset": {"$lt": row["offset"]},
    }
    return await transactions.view.collection(set_aside.COLLECTION).find_one(earlier) is not None


async def _offer_again(transactions: Transactions, subscription: Subscription, row: Document) -> str | None:
    """None when it was accepted (or the same event had been meanwhile), else why not."""
    try:
        envelope = read(row["value"])
    except UnreadableEventError as problem:
        return f"still unreadable: {problem}"
    received = Received(
        envelope=envelope,
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        key=row["key"],
        timestamp_ms=int(row["parked_at"].timestamp() * 1000),
        traceparent=row["headers"].get("traceparent"),
        value=row["value"],
        headers=row["headers"],
    )
    was_unreadable = row["slug"] == UNREADABLE_SLUG

    async def work(transaction: Transaction) -> None:
        if not await set_aside.settle(transaction, row["_id"], state="replayed", reason="replayed by an operator"):
            return  # somebody else was faster
        name = subscription.name
        if was_unreadable:  # its marker says its place only: the event itself may have come another way
            if await inbox.already_processed(transaction, name, [received.marker]):
                return
            await inbox.mark_processed(transaction, name, [received.marker])
        known = await subscription.on_batch(transaction, [received])
        if subscription.recognises and not known:
            await count_replayed(transaction, name, received.topic, received.partition)

    try:
        await transactions.run(work, name=f"replay {subscription.name}")
    except DomainError as refusal:
        return f"refused again: {refusal.slug}: {refusal}"
    except (RetryLater, MongoFault, ValueError, TypeError, LookupError, ArithmeticError) as fault:
        return f"failed again: {told(fault)}"
    return None


async def _drop(transactions: Transactions, chosen: argparse.Namespace) -> int:
    if not chosen.reason:
        _say("Say why with --reason: whoever reads the list later will ask.")
        return 1
    rows, unknown = _chosen(await set_aside.listed(transactions.view), chosen.ids)
    for row in rows:
        settled = functools.partial(set_aside.settle, parked_id=row["_id"], state="dropped", reason=chosen.reason)
        await transactions.run(settled, name="drop set-aside")
        _say(f"{row['_id']}: dropped")
    return unknown


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
