"""How the use cases reach the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from identity.domain.contact import Contact
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.roles import StaffGrant
from identity.domain.session import Session
from identity.domain.sign_in import IdentityProvider, IdentityStatement, Scheme, SignIn
from identity.domain.tablet import Tablet
from refettorio_chassis.audit import Audit
from refettorio_contracts import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthnMessage:
    """A request for the browser to carry: go to `url`, or post `form` there."""

    url: str
    form: Mapping[str, str] | None


class People(Protocol):
    """Guardians, their contacts, and the grants of the staff."""

    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def guardian_of(self, fiscal_code: FiscalCode) -> Guardian | None: ...
    async def born_alike(self, fiscal_code: FiscalCode) -> Sequence[Guardian]:
        """Guardians with another code that is the same without omocodia."""
        ...

    async def keep_guardian(self, guardian: Guardian) -> None: ...
    async def contacts(self, guardian_id: str) -> Sequence[Contact]: ...
    async def add_contact(self, contact: Contact) -> None: ...
    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None: ...
    async def keep_grant(self, grant: StaffGrant) -> None: ...


class SignIns(Protocol):
    """Sign-ins on their way."""

    async def add(self, sign_in: SignIn) -> None: ...
    async def take(self, relay_state: str) -> SignIn | None:
        """The sign-in that waits for this relay state, and no longer does: the second taker gets none."""
        ...

    async def first_use(self, assertion_id: str, provider: str, at: datetime) -> bool:
        """Whether this assertion was never seen before; it has been seen from now on."""
        ...

    async def forget(self, *, before: datetime) -> None:
        """Sign-ins started and assertions used before then."""
        ...


class Sessions(Protocol):
    """Open sessions, by the SHA-256 of their cookie."""

    async def session(self, session_id: str) -> Session | None: ...
    async def open(self, session: Session) -> None: ...
    async def touch(self, session_id: str, at: datetime) -> None: ...
    async def close(self, session_id: str) -> None: ...
    async def forget(self, *, idle_since: datetime, opened_before: datetime) -> None:
        """Sessions not seen since the one instant, or opened before the other."""
        ...


class Tablets(Protocol):
    """Registered tablets."""

    async def tablet(self, tablet_id: str) -> Tablet | None: ...
    async def with_pairing(self, pairing_hash: str) -> Tablet | None: ...
    async def with_credential(self, credential_hash: str) -> Tablet | None: ...
    async def keep(self, tablet: Tablet) -> None: ...
    async def touch(self, tablet_id: str, at: datetime) -> None: ...


class Federation(Protocol):
    """The identity providers we trust, and the language they speak."""

    async def refresh(self) -> None:
        """Read again what changed in the trusted metadata. Outside any transaction: it may ask the network."""
        ...

    def providers(self) -> Sequence[IdentityProvider]: ...
    def is_trusted(self, scheme: Scheme, entity_id: str) -> bool: ...
    def request(self, sign_in: SignIn) -> AuthnMessage: ...
    def read(self, document: bytes, sign_in: SignIn, now: datetime) -> IdentityStatement:
        """Raises `ResponseRefusedError`, `UserAnomalyError`."""
        ...


class FiscalCodes(Protocol):
    """Tells a fiscal code from a text that is none."""

    def checked(self, text: str) -> FiscalCode:
        """`text` with or without `TINIT-`, in any case. Raises `FiscalCodeInvalidError`."""
        ...


class Chance(Protocol):
    """Where identifiers and secrets come from."""

    def identifier(self, prefix: str) -> str:
        """`gua_…`: opaque."""
        ...

    def secret(self) -> str:
        """At least 256 bits, safe in a cookie, a URL and an XML identifier (it starts with a letter)."""
        ...

    def pairing_code(self) -> str: ...


class Announce(Protocol):
    """Tell the other services, if the transaction commits."""

    def __call__(self, event: Event, *, sequence: int) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a use case of identity may touch."""

    people: People
    sign_ins: SignIns
    sessions: Sessions
    tablets: Tablets
    audit: Audit
    federation: Federation
    fiscal_codes: FiscalCodes
    chance: Chance
    announce: Announce
    now: Callable[[], datetime]
