"""Decide what the gateway lets through, and in whose name. Reads only; the signs of life are noted apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from identity.domain.access import SAFE_METHODS, Destination, Kind, destination, is_forged
from identity.domain.acting import ActingFor
from identity.domain.delegation import Delegation
from identity.domain.device_proof import DeviceProof
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.levels import STAFF, Levels
from identity.domain.operator import Operator
from identity.domain.roles import CANTEEN, GUARDIAN, NOWHERE, TABLET, Reach, StaffGrant, common_reach
from identity.domain.session import REFERENCE_DIGITS, Session, SessionLimits
from identity.domain.tablet import Tablet
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Acting
from refettorio_chassis.clock import rome_day

ACTING_PATH: Final = "/api/identity/v1/me/acting"
"""Where acting ends: the one thing of their own that may be changed by who does not know yet that it is over."""
PROOF_HEADER: Final = "dpop"
"""RFC 9449, 4.1."""
OF_A_LOCKED_TABLET: Final = ("identity",)
"""While nobody holds it a tablet gets tokens for this service alone, to let an operator in."""


class Directory(Protocol):
    """Who is behind a cookie."""

    async def session(self, session_id: str) -> Session | None: ...
    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None: ...
    async def delegation(self, delegation_id: str) -> Delegation | None: ...
    async def with_credential(self, credential_hash: str) -> Tablet | None: ...
    async def operator(self, operator_id: str) -> Operator | None: ...


class Proofs(Protocol):
    """The proofs devices show."""

    def read(self, proof: str) -> DeviceProof | None:
        """What it says, if the key it names signed it."""
        ...

    async def first_use(self, proof: DeviceProof, at: datetime) -> bool:
        """Whether it was never shown before."""
        ...


class Refusal(Enum):
    """Why a request stays outside."""

    UNKNOWN_PATH = "unknown-path"
    NOT_SIGNED_IN = "not-signed-in"
    FORGED = "forged"
    LEVEL_TOO_LOW = "level-too-low"
    WRONG_ROLE = "wrong-role"
    ACTING = "acting"
    ACTING_OVER = "acting-over"
    OPERATOR_NEEDED = "operator-needed"
    PROOF_REFUSED = "proof-refused"
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - a reason, not a secret
    SCOPE_MISSING = "scope-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A request at the gateway. `headers` in small letters; the cookies' values are secrets. `proof`: a device's."""

    method: str
    path: str
    headers: Mapping[str, str]
    session_secret: str | None
    tablet_secret: str | None
    proof: DeviceProof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Let through in the name of `subject`; without one, a public address. `touch`: what to note as seen.

    `level` is that of the sign-in, 1 to 3; a tablet has none. `scopes`: of a machine client, which has no role, or of
    who acts for the subject. `acting`: who that is, and as what. `acting_is_over`: the subject acted for somebody else.
    `operator`: who holds the tablet; `touch_operator`: whether to note that they just changed something.
    `proof`: what a tablet showed, still to be used up.
    """

    subject: str | None = None
    audience: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    acting: Acting | None = None
    acting_is_over: bool = False
    operator: str | None = None
    session_id: str = ""
    level: int | None = None
    touch_session: str | None = None
    touch_tablet: str | None = None
    touch_operator: bool = False
    proof: DeviceProof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Kept outside; `kind` says how to tell it."""

    reason: Refusal
    kind: Kind


async def authorize_request(
    directory: Directory,
    arrival: Arrival,
    *,
    public_url: str,
    levels: Levels,
    limits: SessionLimits,
    now: datetime,
) -> Admitted | Stopped:
    """Deny by default. Roles are looked up at every request: a grant taken back holds from the next one."""
    wanted = destination(arrival.path)
    if wanted is None:
        return Stopped(reason=Refusal.UNKNOWN_PATH, kind=Kind.API)
    if wanted.is_public and arrival.method in {"GET", "HEAD"}:
        return Admitted()
    has_cookie = bool(arrival.session_secret or arrival.tablet_secret)
    if has_cookie and is_forged(arrival.method, arrival.headers, public_url):
        return Stopped(reason=Refusal.FORGED, kind=wanted.kind)
    visitor = await _visitor(directory, arrival, wanted, limits, now)
    if visitor is None:
        return Stopped(reason=Refusal.NOT_SIGNED_IN, kind=wanted.kind)
    lack = (
        _unproved(visitor, arrival, public_url, now)
        or _lack(visitor, wanted, levels.at(arrival.path))
        or _mistaken(visitor, wanted, arrival)
    )
    return Stopped(reason=lack, kind=wanted.kind) if lack else visitor


def _lack(visitor: Admitted, wanted: Destination, level: int) -> Refusal | None:
    """The level first: without it staff do not count as such, and would be told the wrong thing."""
    if visitor.level is not None and visitor.level < level:
        return Refusal.LEVEL_TOO_LOW
    if wanted.roles and visitor.roles.isdisjoint(wanted.roles):
        return Refusal.ACTING if visitor.acting else Refusal.WRONG_ROLE
    if visitor.roles == {TABLET} and wanted.audience != OF_A_LOCKED_TABLET:
        return Refusal.OPERATOR_NEEDED
    return None


def _mistaken(visitor: Admitted, wanted: Destination, arrival: Arrival) -> Refusal | None:
    """Who believes to act still for another must not change what is their own: forms say so themselves, APIs here."""
    changes = arrival.method.upper() not in SAFE_METHODS
    if visitor.acting_is_over and changes and wanted.kind is Kind.API and arrival.path != ACTING_PATH:
        return Refusal.ACTING_OVER
    return None


async def used_up(proofs: Proofs, admitted: Admitted, now: datetime) -> Admitted | Stopped:
    """Let through what needs no proof, or one never shown before: what was overheard opens nothing again."""
    if admitted.proof is None or await proofs.first_use(admitted.proof, now):
        return admitted
    return Stopped(reason=Refusal.PROOF_REFUSED, kind=Kind.API)


def _unproved(visitor: Admitted, arrival: Arrival, public_url: str, now: datetime) -> Refusal | None:
    """A tablet proves with each request that it is the device that was paired; its cookie alone is worth nothing."""
    if TABLET not in visitor.roles:
        return None
    address = f"{public_url}{arrival.path}"
    if visitor.proof is None or not visitor.proof.fits(method=arrival.method, address=address, now=now):
        return Refusal.PROOF_REFUSED
    return None


async def _visitor(
    directory: Directory, arrival: Arrival, wanted: Destination, limits: SessionLimits, now: datetime
) -> Admitted | None:
    """The person of the session, or the tablet; who shows a device's proof wants to be the tablet."""
    session = None if arrival.proof else await _session(directory, arrival.session_secret, limits, now)
    person = await _person(directory, session, wanted, now) if session else None
    if person is not None or wanted.kind is not Kind.API:
        return person
    return await _tablet(directory, arrival, wanted, limits, now)


async def _session(directory: Directory, secret: str | None, limits: SessionLimits, now: datetime) -> Session | None:
    session = await directory.session(fingerprint(secret)) if secret else None
    return session if session and session.is_alive(now, limits) else None


async def _person(directory: Directory, session: Session, wanted: Destination, now: datetime) -> Admitted | None:
    guardian = await directory.guardian(session.guardian_id)
    if guardian is None or guardian.is_shut:
        return None
    grant = await directory.grant_of(guardian.fiscal_code) if session.level >= STAFF else None
    if grant and not grant.holds(rome_day(now)):
        grant = None
    reach = grant.reach if grant else NOWHERE
    own = Admitted(
        subject=guardian.guardian_id,
        audience=wanted.audience,
        roles=frozenset({GUARDIAN}) | (grant.roles if grant else frozenset()),
        classes=reach.classes,
        schools=reach.schools,
        lines=reach.lines,
        session_id=session.reference,
        level=session.level,
        touch_session=session.session_id if session.wants_touch(now) else None,
    )
    return await _acting(directory, session.acting, own, guardian, grant, now) if session.acting else own


async def _acting(
    directory: Directory, acting: ActingFor, own: Admitted, person: Guardian, grant: StaffGrant | None, now: datetime
) -> Admitted:
    """The person in the place of a guardian, without roles of their own; themselves again once that is over."""
    if acting.delegation_id:
        delegation = await directory.delegation(acting.delegation_id)
        scopes = acting.scopes_of_delegate(delegation, person.fiscal_code, rome_day(now))
    else:
        scopes = acting.scopes_of_clerk(grant, now, rome_day(now))
    acted = await directory.guardian(acting.guardian_id)
    if not scopes or acted is None or acted.is_shut:
        return replace(own, acting_is_over=True)
    return replace(
        own,
        subject=acting.guardian_id,
        roles=frozenset({GUARDIAN}),
        classes=frozenset(),
        schools=frozenset(),
        lines=frozenset(),
        scopes=scopes,
        acting=Acting(who=person.guardian_id, capacity=str(acting.capacity)),
    )


async def _tablet(
    directory: Directory, arrival: Arrival, wanted: Destination, limits: SessionLimits, now: datetime
) -> Admitted | None:
    """A paired device: canteen staff while an operator holds it, in classes of both and schools of the operator."""
    secret = arrival.tablet_secret
    tablet = await directory.with_credential(fingerprint(secret)) if secret else None
    if tablet is None or tablet.revoked_at is not None:
        return None
    reach = await _reach_of_holder(directory, tablet, limits, now)
    operator = tablet.held.operator_id if tablet.held and reach.classes else None
    changes = arrival.method.upper() not in SAFE_METHODS
    return Admitted(
        subject=tablet.tablet_id,
        audience=wanted.audience,
        roles=frozenset({TABLET, CANTEEN}) if operator else frozenset({TABLET}),
        classes=common_reach(tablet.classes, reach.classes),
        schools=reach.schools,
        operator=operator,
        session_id=(tablet.credential_hash or "")[:REFERENCE_DIGITS],
        touch_tablet=tablet.tablet_id if tablet.wants_touch(now) else None,
        proof=arrival.proof if arrival.proof and arrival.proof.thumbprint == tablet.key_thumbprint else None,
        touch_operator=changes and operator is not None and tablet.wants_hold(now),
    )


async def _reach_of_holder(directory: Directory, tablet: Tablet, limits: SessionLimits, now: datetime) -> Reach:
    """That of the operator who holds the tablet; nowhere when nobody does, or their role was taken back."""
    if tablet.held is None or not tablet.held.holds(now, limits):
        return NOWHERE
    operator = await directory.operator(tablet.held.operator_id)
    if operator is None or operator.ended_at is not None:
        return NOWHERE
    grant = await directory.grant_of(operator.fiscal_code)
    return grant.reach if grant and grant.holds(rome_day(now)) else NOWHERE
