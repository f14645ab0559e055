"""The operator's command `set-aside`: see what could not be accepted, offer it again, or drop it with a reason."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Sequence
from typing import Final

from refettorio_chassis import set_aside
from refettorio_chassis.consuming import Received, Subscription
from refettorio_chassis.errors import DomainError
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Transaction, Transactions
from refettorio_contracts import UnreadableEventError, read

SHORT_ID: Final = 13


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
    if chosen.ids != ["all"]:
        rows = [row for row in rows if any(row["_id"].startswith(wanted) for wanted in chosen.ids)]
    return await replay(transactions, subscriptions, rows)


async def replay(transactions: Transactions, subscriptions: Sequence[Subscription], rows: Sequence[Document]) -> int:
    """Offer `rows` again, oldest first; one that is refused again keeps its place, and so do later ones of its key."""
    by_name = {subscription.name: subscription for subscription in subscriptions}
    still_blocked: set[tuple[str, str]] = set()
    refused = 0
    for row in rows:
        subscription = by_name[row["subscription"]]
        place = (subscription.name, row["key"])
        problem = (
            "an earlier one of its key is still set aside"
            if await _is_behind(transactions, subscription, row)
            else None
        )
        if problem is None and place not in still_blocked:
            problem = await _offer_again(transactions, subscription, row)
        if problem:
            still_blocked.add(place)
            refused += 1
        _say(f"{row['_id']}: {problem or 'replayed'}")
    return 1 if refused else 0


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
    """None when it was accepted, else why not."""
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
    )

    async def work(transaction: Transaction) -> None:
        await subscription.on_batch(transaction, [received])
        await set_aside.settle(transaction, row["_id"], state="replayed", reason="replayed by an operator")

    try:
        await transactions.run(work, name=f"replay {subscription.name}")
    except DomainError as refusal:
        return f"refused again: {refusal.slug}: {refusal}"
    return None


async def _drop(transactions: Transactions, chosen: argparse.Namespace) -> int:
    if not chosen.reason:
        _say("Say why with --reason: whoever reads the list later will ask.")
        return 1
    rows = await set_aside.listed(transactions.view)
    for row in rows:
        if any(row["_id"].startswith(wanted) for wanted in chosen.ids):
            settled = functools.partial(set_aside.settle, parked_id=row["_id"], state="dropped", reason=chosen.reason)
            await transactions.run(settled, name="drop set-aside")
            _say(f"{row['_id']}: dropped")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


__all__ = ["configure", "replay", "run"]
