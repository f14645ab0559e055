"""What an identity provider may keep beside a session of ours: a session of its own, named by its assertion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSession:
    """Whose session it is, and which one. At level 2 and above a SPID provider keeps none; CIE's does.

    `name_id` is transient: it means nothing after the session. `qualifier` is its NameQualifier.
    """

    provider: str
    name_id: str
    qualifier: str
    index: str
