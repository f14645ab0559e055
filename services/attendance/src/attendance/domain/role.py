"""As whom the roll is taken."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The canteen staff at a tablet, or the office."""

    CANTEEN = "canteen"
    OFFICE = "office"
