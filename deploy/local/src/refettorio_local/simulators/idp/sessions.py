"""The sessions the providers keep beside those of the services: what a single logout ends."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

MOST_SESSIONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A person signed in to a service through a provider; `index` names it."""

    scheme: str
    service: str
    citizen: str
    name_id: str
    index: str


class OpenSessions:
    """In memory and bounded: the oldest is forgotten, as if its time were over."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, OpenSession] = OrderedDict()

    @property
    def all(self) -> list[OpenSession]:
        """The latest first."""
        return list(reversed(self._open.values()))

    def add(self, session: OpenSession) -> None:
        self._open[session.index] = session
        if len(self._open) > MOST_SESSIONS:
            self._open.popitem(last=False)

    def end(self, scheme: str, service: str, name_id: str, indexes: Collection[str]) -> bool:
        """End these sessions of a person with a service; whether there was one."""
        meant = [
            session
            for session in self._open.values()
            if (session.scheme, session.service, session.name_id) == (scheme, service, name_id)
            and session.index in indexes
        ]
        for session in meant:
            del self._open[session.index]
        return bool(meant)

    def take(self, index: str) -> OpenSession | None:
        """End one session, as the person asked here."""
        return self._open.pop(index, None)
