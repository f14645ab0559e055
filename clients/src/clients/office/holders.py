"""Who is behind an account: the ledger knows identifiers only, clerks think of families."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from clients.services.enrollment import Pupil
from clients.services.identity import Person
from clients.services.transport import ServiceProblem
from clients.visitor import Visitor


async def holder_of(visitor: Visitor, account_id: str) -> Person | None:
    """The holder of an account: the account has the holder's identifier."""
    try:
        return await visitor.services.identity.person(account_id)
    except ServiceProblem:
        # Balances are right without names.
        return None


async def holders_of(visitor: Visitor, account_ids: Iterable[str]) -> Mapping[str, str]:
    """Names by account; an account whose holder cannot be told now is called by its identifier."""
    wanted = sorted(set(account_ids))
    people = await asyncio.gather(*(holder_of(visitor, each) for each in wanted))
    return {each: person.full_name if person else each for each, person in zip(wanted, people, strict=True)}


def accounts_by_children(pupils: Iterable[Pupil]) -> Sequence[tuple[str, str]]:
    """Accounts to choose from, each called by its children: `Rossi Giulia, Rossi Luca`."""
    children: dict[str, list[str]] = defaultdict(list)
    for pupil in pupils:
        children[pupil.account_id].append(f"{pupil.family_name} {pupil.given_name}")
    named = ((account_id, ", ".join(sorted(names))) for account_id, names in children.items())
    return sorted(named, key=lambda each: each[1])
