"""`python -m identity token-keys list|next|switch|retire`: a new signing key without a moment of refused tokens."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Protocol, assert_never

from refettorio_chassis.errors import DomainError
from refettorio_chassis.process import CommandSpec


class Keys(Protocol):
    """The file of the keys; each step answers with their names, the one that signs first."""

    def names(self) -> Sequence[str]: ...
    def next_key(self) -> Sequence[str]: ...
    def switch(self, *, at_once: bool = False) -> Sequence[str]: ...
    def retire(self, *, at_once: bool = False) -> Sequence[str]: ...


def token_keys_command(keys: Keys) -> CommandSpec:
    """The `token-keys` command."""

    async def execute(chosen: argparse.Namespace) -> int:
        try:
            names = _stepped(keys, chosen)
        except DomainError as refusal:
            sys.stderr.write(f"{refusal.message}\n")
            return 1
        for number, name in enumerate(names):
            sys.stdout.write(f"{name}{'  signs' if number == 0 else '  published'}\n")
        return 0

    return CommandSpec(name="token-keys", help="change the key that signs tokens", run=execute, configure=_configure)


def _stepped(keys: Keys, chosen: argparse.Namespace) -> Sequence[str]:
    match chosen.action:
        case "list":
            return keys.names()
        case "next":
            return keys.next_key()
        case "switch":
            return keys.switch(at_once=chosen.now)
        case "retire":
            return keys.retire(at_once=chosen.now)
        case other:
            assert_never(other)


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("list", "next", "switch", "retire"))
    parser.add_argument("--now", action="store_true", help="do not wait: the old key was stolen")
