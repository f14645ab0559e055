"""How long things are kept. Rules are data, beside the code that follows them: `domain/retention.py` of a service.

Source where none is named: Regulation (EU) 2016/679, art. 5, par. 1, letter e, no longer than the purpose needs. The
municipality's own *massimario di scarto* may shorten or lengthen a rule: it is a number in its service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`what` goes `kept_for` after `counted_from`, and why it is kept so long."""

    name: str
    what: str
    kept_for: timedelta
    counted_from: str
    because: str
