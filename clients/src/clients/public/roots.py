"""The published roots of the book, and the check of one that somebody kept: *impronte dei conti*."""

import hashlib
from collections.abc import Sequence
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse

from clients.services.book import Root
from clients.visitor import Site, site_of
from refettorio_chassis.auth import open_to_all

router = APIRouter(prefix="/documenti/impronte", dependencies=[Depends(open_to_all)], include_in_schema=False)
SHOWN: Final = 10


class Outcome(Enum):
    """What became of a root that somebody kept; the values are those of the template."""

    SAME = "same"
    ANOTHER = "another"
    NOT_PUBLISHED = "not-published"
    BROKEN = "broken"
    NO_DAY = "no-day"


@router.get("")
async def roots(
    site: Annotated[Site, Depends(site_of)],
    giorno: Annotated[str, Query(max_length=10)] = "",
    impronta: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """The last roots; with a day and the root kept of it, whether it still holds."""
    published = await site.directory.for_token("").book.roots()
    outcome = checked(published, giorno, impronta) if giorno or impronta else None
    last = tuple(reversed(published))[:SHOWN]
    return site.pages.page(
        "public/roots.html",
        roots=last,
        words_of_last=words_of(last[0]) if last else "",
        count=len(published),
        outcome=outcome.value if outcome else "",
        giorno=giorno,
        impronta=impronta,
    )


def checked(published: Sequence[Root], day_text: str, kept: str) -> Outcome:
    """Whether `kept` is what was published of the day, and every root since follows the one before it."""
    try:
        day = date.fromisoformat(day_text)
    except ValueError:
        return Outcome.NO_DAY
    since = sorted((root for root in published if root.day >= day), key=lambda root: root.day)
    if not since or since[0].day != day:
        return Outcome.NOT_PUBLISHED
    if since[0].root != "".join(kept.split()).lower():
        return Outcome.ANOTHER
    follows = all(later.previous == earlier.root for earlier, later in pairwise(since))
    return Outcome.SAME if follows and all(_computed(root) == root.root for root in since) else Outcome.BROKEN


def words_of(root: Root) -> str:
    """What the root is the SHA-256 of."""
    return f"{root.previous}|{root.day.isoformat()}|{root.accounts}|{root.entries}|{root.digest}"


def _computed(root: Root) -> str:
    return hashlib.sha256(words_of(root).encode()).hexdigest()
