"""How the use cases reach the world."""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl

from identity.domain.acting import ActingFor
from identity.domain.contact import Contact
from identity.domain.contact_code import ContactCodes
from identity.domain.device_proof import DeviceProof
from identity.domain.exchange import Exchange, ExchangeSearch, Messages
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.operator import Operator
from identity.domain.proposal import StaffProposal
from identity.domain.provider_session import ProviderSession
from identity.domain.published_text import Acceptance
from identity.domain.roles import StaffGrant
from identity.domain.session import Session
from identity.domain.sign_in import IdentityProvider, IdentityStatement, Scheme, SignIn
from identity.domain.sign_out import Farewell, LogoutAsked, SignOut
from identity.domain.tablet import Tablet
from identity.usecases.acting_ports import Delegations
from identity.usecases.erasure_ports import Erasures
from identity.usecases.machine_ports import (
    ClientKeys,
    FailedAttempts,
    KafkaAccesses,
    MachineClients,
    Sealing,
    SecretHashes,
)
from refettorio_chassis.audit import Audit
from refettorio_contracts import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserMessage:
    """A message for the browser to carry: go to `url`, or post `form` there."""

    url: str
    form: Mapping[str, str] | None

    @property
    def as_sent(self) -> bytes:
        """For the register: the query with its signature, or the XML with the signature inside."""
        return self.url.partition("?")[2].encode() if self.form is None else _document_in(self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A message as a browser brought it: the raw `query` of a redirect, or the `form` that was posted."""

    query: str = ""
    form: Mapping[str, str] | None = None

    @property
    def as_sent(self) -> bytes:
        """For the register: the query with its signature, or the XML with the signature inside."""
        return self.query.encode() if self.form is None else _document_in(self.form)

    @property
    def relay_state(self) -> str | None:
        """What the sender wants back, as it was before it travelled."""
        fields = dict(parse_qsl(self.query)) if self.form is None else self.form
        return fields.get("RelayState")


def _document_in(form: Mapping[str, str]) -> bytes:
    text = form.get("SAMLRequest") or form.get("SAMLResponse") or ""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return text.encode()


class People(Protocol):
    """Guardians, their contacts, and the grants of the staff."""

    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def guardian_of(self, fiscal_code: FiscalCode) -> Guardian | None: ...
    async def born_alike(self, fiscal_code: FiscalCode) -> Sequence[Guardian]:
        """Guardians with another code that is the same without omocodia."""
        ...

    async def named(self, words: Sequence[str], *, limit: int) -> Sequence[Guardian]:
        """By family and given name: each word, as `domain/people.py` folds them, begins a word of theirs."""
        ...

    async def merged_into(self, guardian_id: str) -> Sequence[Guardian]:
        """The records that lead to this one, also by way of another."""
        ...

    async def keep_guardian(self, guardian: Guardian) -> None: ...
    async def contacts(self, guardian_id: str) -> Sequence[Contact]: ...
    async def every_contact(self, guardian_id: str) -> Sequence[Contact]:
        """The removed ones too."""
        ...

    async def keep_contact(self, contact: Contact) -> None: ...
    async def with_contacts(self, *, unserved_since: datetime) -> Collection[str]:
        """Guardians who have any contact, the removed ones too, and neither registered nor were served since then."""
        ...

    async def forget_contacts(self, guardian_id: str) -> None:
        """Delete all of them."""
        ...

    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None: ...
    async def keep_grant(self, grant: StaffGrant) -> None: ...


class ContactCodesStore(Protocol):
    """Contacts that wait for their code."""

    async def of_guardian(self, guardian_id: str) -> ContactCodes | None: ...
    async def keep(self, codes: ContactCodes) -> None: ...
    async def forget(self, *, expired_before: datetime) -> None:
        """What waits for a code that is over; how many were sent stays."""
        ...


class Acceptances(Protocol):
    """Who read or agreed to which version of a text."""

    async def of_guardian(self, guardian_id: str) -> Sequence[Acceptance]:
        """By text, version, and when."""
        ...

    async def keep(self, acceptance: Acceptance) -> None:
        """One for each guardian, text, version and instant it was accepted at."""
        ...


class SignIns(Protocol):
    """Sign-ins on their way."""

    async def add(self, sign_in: SignIn) -> None: ...
    async def awaited(self, relay_state: str) -> SignIn | None:
        """The sign-in that waits for this relay state, and goes on waiting."""
        ...

    async def take(self, relay_state: str) -> SignIn | None:
        """The sign-in that waits for this relay state, and no longer does: the second taker gets none."""
        ...

    async def first_use(self, assertion_id: str, provider: str, at: datetime) -> bool:
        """Whether this assertion was never seen before; it has been seen from now on."""
        ...

    async def forget(self, *, before: datetime) -> None:
        """Sign-ins started and assertions used before then."""
        ...


class SignOuts(Protocol):
    """Logout requests of ours on their way."""

    async def add(self, sign_out: SignOut) -> None: ...
    async def take(self, relay_state: str) -> SignOut | None:
        """The sign-out that waits for this relay state, and no longer does."""
        ...

    async def forget(self, *, before: datetime) -> None:
        """Those started before then."""
        ...


class Exchanges(Protocol):
    """The register. What people are named in is sealed; whoever reads the database cannot read it."""

    async def add(self, exchange: Exchange, messages: Messages) -> None: ...
    async def ours(self, request_id: str) -> Exchange | None:
        """The exchange of a request of ours."""
        ...

    async def answer(self, exchange: Exchange, messages: Messages) -> None:
        """Keep the exchange as it is now, and these messages besides those it has."""
        ...

    async def exchange(self, exchange_id: str) -> Exchange | None: ...
    async def messages(self, exchange_id: str) -> Messages:
        """The messages, opened. Raises `MessagesUnreadableError`."""
        ...

    async def search(self, wanted: ExchangeSearch) -> Sequence[Exchange]:
        """The latest first."""
        ...

    async def signed_in_since(self, guardian_ids: Collection[str], since: datetime) -> Collection[str]:
        """Which of them an answer of a provider was about since then."""
        ...

    async def forget(self, *, answered_before: datetime, unanswered_before: datetime) -> None: ...


class Sessions(Protocol):
    """Open sessions, by the SHA-256 of their cookie."""

    async def session(self, session_id: str) -> Session | None: ...
    async def beside(self, provider: str, name_id: str, indexes: Collection[str]) -> Sequence[Session]:
        """Those beside a session of the provider; without `indexes` every one of `name_id`."""
        ...

    async def open(self, session: Session) -> None: ...
    async def of_guardian(self, guardian_id: str) -> Sequence[Session]:
        """Those not yet forgotten, also when they are over; the latest first."""
        ...

    async def touch(self, session_ids: Collection[str], at: datetime) -> None: ...
    async def act(self, session_id: str, acting: ActingFor | None) -> None:
        """From now on its person acts for somebody; none, for themselves."""
        ...

    async def close(self, session_id: str) -> None: ...
    async def forget(self, *, idle_since: datetime, opened_before: datetime) -> None:
        """Sessions not seen since the one instant, or opened before the other."""
        ...


class Proposals(Protocol):
    """Grants that wait for a second administrator, at most one for each fiscal code."""

    async def proposal(self, staff_id: str) -> StaffProposal | None: ...
    async def of(self, fiscal_code: FiscalCode) -> StaffProposal | None: ...
    async def keep(self, proposal: StaffProposal) -> None: ...
    async def drop(self, fiscal_code: FiscalCode) -> None: ...


class Tablets(Protocol):
    """Registered tablets."""

    async def tablet(self, tablet_id: str) -> Tablet | None: ...
    async def with_pairing(self, pairing_hash: str) -> Tablet | None: ...
    async def with_credential(self, credential_hash: str) -> Tablet | None: ...
    async def keep(self, tablet: Tablet) -> None: ...
    async def touch(self, tablet_ids: Collection[str], at: datetime) -> None: ...
    async def touch_held(self, operator_by_tablet: Mapping[str, str], at: datetime) -> None:
        """These operators were here, if they still hold them."""
        ...


class DeviceProofs(Protocol):
    """Proofs of devices."""

    def read(self, proof: str) -> DeviceProof | None:
        """What it says, if the key it names signed it."""
        ...


class UsedProofs(Protocol):
    """Proofs that were shown."""

    async def first_use(self, proof: DeviceProof, at: datetime) -> bool:
        """Whether it was never shown before."""
        ...

    async def forget(self, *, before: datetime) -> None: ...


class Operators(Protocol):
    """Operators of the tablets."""

    async def operator(self, operator_id: str) -> Operator | None: ...
    async def of(self, fiscal_code: FiscalCode) -> Operator | None: ...
    async def every(self) -> Sequence[Operator]:
        """Those who are operators, by identifier."""
        ...

    async def keep(self, operator: Operator) -> None: ...


class Federation(Protocol):
    """The identity providers we trust, and the language they speak."""

    async def refresh(self) -> None:
        """Read again what changed in the trusted metadata. Outside any transaction: it may ask the network."""
        ...

    def providers(self) -> Sequence[IdentityProvider]: ...
    def is_trusted(self, scheme: Scheme, entity_id: str) -> bool: ...
    def request(self, sign_in: SignIn) -> BrowserMessage: ...
    def read(self, document: bytes, sign_in: SignIn, now: datetime) -> IdentityStatement:
        """Raises `ResponseRefusedError`, `UserAnomalyError`."""
        ...

    def kept(self, scheme: Scheme, document: bytes) -> Messages:
        """What of a response goes into the register, message by message."""
        ...


class SingleLogout(Protocol):
    """Ending the session a provider keeps beside ours, whoever asks first."""

    def request(self, sign_out: SignOut, session: ProviderSession) -> BrowserMessage | None:
        """Our request; none for a provider that takes none."""
        ...

    def read_request(self, carried: Carried, scheme: Scheme, now: datetime) -> LogoutAsked:
        """A provider's request. Raises `LogoutRefusedError`."""
        ...

    def response(self, asked: LogoutAsked, response_id: str, carried: Carried, now: datetime) -> BrowserMessage | None:
        """Our answer that it is done, by the way the request came; none for a provider that takes none."""
        ...

    def read_response(self, carried: Carried, sign_out: SignOut, now: datetime) -> Farewell:
        """A provider's answer to our request. Raises `LogoutRefusedError`."""
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
    def contact_code(self) -> str:
        """Six digits."""
        ...


class Announce(Protocol):
    """Tell the other services, if the transaction commits."""

    def __call__(self, event: Event, *, sequence: int) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a use case of identity may touch."""

    people: People
    proposals: Proposals
    delegations: Delegations
    erasures: Erasures
    contact_codes: ContactCodesStore
    acceptances: Acceptances
    sign_ins: SignIns
    sign_outs: SignOuts
    sessions: Sessions
    exchanges: Exchanges
    tablets: Tablets
    operators: Operators
    device_proofs: DeviceProofs
    used_proofs: UsedProofs
    machines: MachineClients
    kafka: KafkaAccesses
    attempts: FailedAttempts
    secrets: SecretHashes
    client_keys: ClientKeys
    sealing: Sealing
    audit: Audit
    federation: Federation
    single_logout: SingleLogout
    fiscal_codes: FiscalCodes
    chance: Chance
    announce: Announce
    now: Callable[[], datetime]
