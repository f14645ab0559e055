"""What one user of Kafka may do for a machine client, as identity wants it, and how far the broker has followed."""

from __future__ import annotations

from dataclasses import dataclass, replace

PASSWORD_LOST = "password-lost"  # noqa: S105 - the name of a fault
"""The broker does not know the user's password, and neither do we any more: a new credential is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaAccess:
    """Reading `topics` in consumer groups whose names begin with `group_prefix`, and nothing else, while `is_wanted`.

    `revision` grows with each change; the broker has followed up to `applied_revision`. `sealed_password` is there
    only until the broker has it. `fault`: why the access does not work although it was applied.
    """

    user: str
    client_id: str
    topics: frozenset[str]
    group_prefix: str
    is_wanted: bool = True
    sealed_password: str | None = None
    revision: int = 1
    applied_revision: int = 0
    fault: str = ""

    @property
    def is_applied(self) -> bool:
        """Whether the broker does as we want."""
        return self.applied_revision == self.revision

    def reading(self, topics: frozenset[str]) -> KafkaAccess:
        """Other topics from now on; a password that waits still does."""
        return replace(self, topics=topics, revision=self.revision + 1, fault="")

    def withdrawn(self) -> KafkaAccess:
        """Wanted no longer; a password that waits is forgotten."""
        return replace(self, is_wanted=False, sealed_password=None, revision=self.revision + 1, fault="")

    def applied(self, *, fault: str = "") -> KafkaAccess:
        """The broker has followed: the password is its own now."""
        return replace(self, applied_revision=self.revision, sealed_password=None, fault=fault)
