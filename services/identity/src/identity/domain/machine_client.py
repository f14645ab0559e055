"""A program of another municipal system: what it may call and read, and what it proves itself with.

It is nobody's role: a scope opens the routes that name it, a granted topic is read in Kafka, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from identity.domain.errors import (
    GrantMissingError,
    MachineClientOverError,
    MachineCredentialUnknownError,
    MachineExpiryRefusedError,
    ScopeUnknownError,
    TooManyCredentialsError,
)

API_SCOPES: Final = {
    "enrollment.schools.read": "Scuole, classi e servizi attivi",
    "ledger.tariffs.read": "Tariffe e delibere",
}
"""Every scope a route of a service names, by its service; none of these routes tells anything about a person."""
ACCESS_LIFETIME: Final = timedelta(minutes=5)
LONGEST_LIFE: Final = timedelta(days=730)
"""A registration is looked at again every two years at least."""
MOST_AT_ONCE: Final = 2
"""The old and the new: as many as a rotation without downtime needs."""


class CredentialKind(StrEnum):
    """What a machine client can prove itself with, and where."""

    SECRET = "secret"  # noqa: S105 - the kind, not a secret
    KEY = "key"
    KAFKA = "kafka"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """`proof`: the Argon2id hash of a secret, a public key (JWK as JSON), or nothing: Kafka keeps its own passwords.

    The identifier of a Kafka credential is the user's name there.
    """

    credential_id: str
    kind: CredentialKind
    made_at: datetime
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says: who, what for, and which one."""

    client_id: str
    scopes: frozenset[str]
    token_id: str

    @property
    def services(self) -> frozenset[str]:
        """Those whose routes the scopes open."""
        return frozenset(service_of(scope) for scope in self.scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineClient:
    """`owner` is the office that answers for it. `expires_at` is exclusive."""

    client_id: str
    name: str
    owner: str
    scopes: frozenset[str]
    topics: frozenset[str]
    registered_at: datetime
    registered_by: str
    expires_at: datetime
    credentials: tuple[Credential, ...] = ()
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def group_prefix(self) -> str:
        """How the names of its consumer groups begin; the dot keeps one client's out of another's."""
        return f"{self.client_id}."

    def is_live(self, now: datetime) -> bool:
        """Whether it may do anything at all."""
        return self.revoked_at is None and now < self.expires_at

    def state(self, now: datetime) -> str:
        """`live`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "live" if self.is_live(now) else "expired"

    def of_kind(self, kind: CredentialKind) -> tuple[Credential, ...]:
        """Its credentials of one kind, the oldest first."""
        return tuple(each for each in self.credentials if each.kind is kind)

    def with_credential(self, credential: Credential, now: datetime) -> MachineClient:
        """One more. Raises `MachineClientOverError`, `TooManyCredentialsError`."""
        self._refuse_when_over(now)
        if len(self.of_kind(credential.kind)) >= MOST_AT_ONCE:
            message = "Ci sono già due credenziali valide: elimina quella vecchia prima di crearne un'altra."
            raise TooManyCredentialsError(message)
        return replace(self, credentials=(*self.credentials, credential))

    def without_credential(self, credential_id: str) -> MachineClient:
        """One less, at once. Raises `MachineCredentialUnknownError`."""
        left = tuple(each for each in self.credentials if each.credential_id != credential_id)
        if len(left) == len(self.credentials):
            raise MachineCredentialUnknownError("La credenziale non esiste o è già stata eliminata.")
        return replace(self, credentials=left)

    def granted(self, scopes: frozenset[str], topics: frozenset[str], now: datetime) -> MachineClient:
        """With exactly these grants; a kind of credential that serves none of them goes. Raises `GrantMissingError`,
        `MachineClientOverError`.
        """
        self._refuse_when_over(now)
        refuse_nothing(scopes, topics)
        serving = {
            CredentialKind.SECRET: bool(scopes),
            CredentialKind.KEY: bool(scopes),
            CredentialKind.KAFKA: bool(topics),
        }
        left = tuple(each for each in self.credentials if serving[each.kind])
        return replace(self, scopes=scopes, topics=topics, credentials=left)

    def revoked(self, now: datetime) -> MachineClient:
        """Shut out for good. Raises `MachineClientOverError` when it was before."""
        if self.revoked_at is not None:
            raise MachineClientOverError("Il sistema è già stato revocato.")
        return replace(self, revoked_at=now, credentials=())

    def _refuse_when_over(self, now: datetime) -> None:
        if not self.is_live(now):
            raise MachineClientOverError("Il sistema è revocato o scaduto: registralo di nuovo.")


def service_of(scope: str) -> str:
    """The service whose routes a scope opens."""
    return scope.partition(".")[0]


def checked_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """Raises `ScopeUnknownError` for one that no route names."""
    chosen = frozenset(scopes)
    if unknown := sorted(chosen - API_SCOPES.keys()):
        raise ScopeUnknownError(f"Autorizzazione sconosciuta: {', '.join(unknown)}.", unknown=unknown)
    return chosen


def checked_expiry(expires_at: datetime, now: datetime) -> datetime:
    """Raises `MachineExpiryRefusedError` for a past instant or one too far away."""
    if not now < expires_at <= now + LONGEST_LIFE:
        raise MachineExpiryRefusedError("La scadenza deve essere futura e al massimo tra due anni.")
    return expires_at


def refuse_nothing(scopes: frozenset[str], topics: frozenset[str]) -> None:
    """Raises `GrantMissingError`: a client that may do nothing is a mistake."""
    if not scopes and not topics:
        raise GrantMissingError("Scegli almeno un'autorizzazione o un argomento.")
