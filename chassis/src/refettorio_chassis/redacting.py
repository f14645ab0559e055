"""What may be told about an error. Some libraries quote the data they choke on, and the data may be personal."""

from __future__ import annotations

from typing import Final

from refettorio_chassis.errors import DomainError

QUOTING_LIBRARIES: Final = frozenset({"pydantic", "pydantic_core", "pymongo", "bson", "fastapi", "builtins:KeyError"})
WITHHELD: Final = "(message withheld, it may quote personal data)"


def told(error: BaseException) -> str:
    """The kind of `error` and, where it quotes no data, its message."""
    kind = type(error)
    if isinstance(error, DomainError):
        return f"{kind.__name__}: {error.slug}"
    library = kind.__module__.partition(".")[0]
    if library in QUOTING_LIBRARIES or f"{library}:{kind.__name__}" in QUOTING_LIBRARIES:
        return f"{kind.__name__} {WITHHELD}"
    return f"{kind.__name__}: {error}"
