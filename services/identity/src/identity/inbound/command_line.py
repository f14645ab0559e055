"""`python -m identity staff grant <FISCAL CODE> <role>…`: how the first administrator comes to be."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import Final

from identity.domain.roles import STAFF_ROLES, Reach
from identity.usecases.grant_staff_roles import grant_staff_roles
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor
from refettorio_chassis.errors import DomainError
from refettorio_chassis.process import CommandSpec
from refettorio_chassis.transaction import Runner

OPERATOR: Final = Actor(subject="command-line", role="operator")
"""Whoever may run commands on the machine: the first administrator has nobody else to come from."""


def staff_command(run: Runner[Ports]) -> CommandSpec:
    """The `staff` command."""

    async def execute(chosen: argparse.Namespace) -> int:
        try:
            grant = await run(
                grant_staff_roles,
                code=chosen.fiscal_code,
                roles=chosen.roles,
                reach=_reach(chosen),
                last_day=chosen.last_day,
                by=OPERATOR,
            )
        except DomainError as refusal:
            sys.stderr.write(f"{refusal.message}\n")
            return 1
        sys.stdout.write(f"{grant.staff_id}: {', '.join(sorted(grant.roles)) or 'nessun ruolo'}\n")
        return 0

    return CommandSpec(name="staff", help="give roles to people of the staff", run=execute, configure=_configure)


def _reach(chosen: argparse.Namespace) -> Reach:
    return Reach(classes=frozenset(chosen.classes), schools=frozenset(chosen.schools), lines=frozenset(chosen.lines))


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    grant = actions.add_parser("grant", help="set the roles of a person; none takes them back")
    grant.add_argument("fiscal_code", metavar="FISCAL_CODE")
    grant.add_argument("roles", nargs="*", metavar="ROLE", help=", ".join(sorted(STAFF_ROLES)))
    grant.add_argument(
        "--class",
        dest="classes",
        action="append",
        default=[],
        metavar="CLASS_ID",
        help="a class for the canteen role, * for all; may be repeated",
    )
    grant.add_argument(
        "--school",
        dest="schools",
        action="append",
        default=[],
        metavar="SCHOOL_ID",
        help="a school those classes must be in; may be repeated, without it any",
    )
    grant.add_argument(
        "--line",
        dest="lines",
        action="append",
        default=[],
        metavar="LINE_ID",
        help="a line of transport for the driver role; may be repeated, without it any",
    )
    grant.add_argument(
        "--until",
        dest="last_day",
        type=date.fromisoformat,
        default=None,
        metavar="YYYY-MM-DD",
        help="the last day on which the roles hold; without it they hold until they are taken back",
    )
