"""Transactions in memory as MongoDB has them: each sees what was committed when it began; the first to write wins."""

from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

S = TypeVar("S")

_ABSENT: Final = object()


class WriteConflictError(Exception):
    """Another transaction wrote one of the same documents and committed first: run it again."""


@dataclass(frozen=True)
class Attempt(Generic[S]):
    """One open transaction: what it saw, and what it has made of it."""

    seen: S
    state: S


def begun(state: S) -> Attempt[S]:
    """A transaction on a snapshot; one level deep, because what is stored never changes."""
    return Attempt(state, type(state)(**{name: _copied(value) for name, value in vars(state).items()}))


def committed(attempt: Attempt[S], current: S) -> S:
    """`current` with what the transaction wrote. Raises WriteConflictError; then nothing of it is kept."""
    if current is attempt.seen:
        return attempt.state
    return type(current)(
        **{
            name: _merged(value, getattr(current, name), getattr(attempt.state, name))
            for name, value in vars(attempt.seen).items()
        }
    )


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list) else value


def _merged(seen: Any, current: Any, made: Any) -> Any:
    if isinstance(seen, list):
        return current + made[len(seen) :]
    if not isinstance(seen, dict):
        return _merged({"": seen}, {"": current}, {"": made})[""]
    written = {key for key in seen.keys() | made.keys() if _other(seen, made, key)}
    if any(_other(seen, current, key) for key in written):
        raise WriteConflictError
    kept = {key: value for key, value in current.items() if key not in written}
    return kept | {key: made[key] for key in written if key in made}


def _other(one: dict[Any, Any], two: dict[Any, Any], key: Any) -> bool:
    first, second = one.get(key, _ABSENT), two.get(key, _ABSENT)
    return first is not second and first != second
