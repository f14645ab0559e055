"""How surely people must prove who they are, for each part of the site: the three levels of SPID and CIE.

Source: SPID technical rules, *RequestedAuthnContext*. Level 1 is a mere password, so it is asked for only where the
municipality says so, and never opens what belongs to the staff.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from identity.domain.access import destination

DEFAULT: Final = 2
STAFF: Final = 2
"""The least level at which the roles of the staff count."""
STAFF_PAGES: Final = "/ufficio"
_CHOICE: Final = re.compile(r"(?P<path>/[a-z0-9/-]*[a-z0-9])=(?P<level>[123])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """`chosen`: a path of the site, without a slash at the end, and the level of everything below it."""

    chosen: Mapping[str, int] = field(default_factory=dict)

    def at(self, path: str) -> int:
        """The least level for `path`, a query allowed: that of the nearest path chosen above it, else the default."""
        wanted = path.partition("?")[0]
        above = [chosen for chosen in self.chosen if wanted == chosen or wanted.startswith(f"{chosen}/")]
        return self.chosen[max(above, key=len)] if above else DEFAULT


def levels_from(text: str) -> Levels:
    """`/portale=1, /portale/pagamenti=2`. Raises `ValueError` for what is no part of the site, or too low for it."""
    chosen: dict[str, int] = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        choice = _CHOICE.fullmatch(each)
        if choice is None or destination(f"{choice['path']}/") is None:
            raise ValueError(f"{each}: a part of the site and its level from 1 to 3 are wanted, as in /portale=1")
        path, level = choice["path"], int(choice["level"])
        if path.startswith(STAFF_PAGES) and level < STAFF:
            raise ValueError(f"{each}: the pages of the staff want level {STAFF} or higher")
        chosen[path] = level
    return Levels(chosen=chosen)
