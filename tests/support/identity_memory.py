"""Identity's ports in memory. They pass the same scenarios as the real stores (identity_scenarios.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from identity.domain.acting import ActingFor
from identity.domain.contact import Contact
from identity.domain.contact_code import ContactCodes
from identity.domain.delegation import Delegation
from identity.domain.device_proof import DeviceProof
from identity.domain.errors import LogoutRefusedError, ResponseRefusedError, UserAnomalyError
from identity.domain.exchange import Exchange, ExchangeSearch, Messages
from identity.domain.fiscal_code import FiscalCode, without_omocodia
from identity.domain.guardian import Guardian
from identity.domain.machine_client import MachineClient
from identity.domain.operator import Operator
from identity.domain.people import is_named
from identity.domain.proposal import StaffProposal
from identity.domain.provider_session import ProviderSession
from identity.domain.published_text import Acceptance
from identity.domain.roles import StaffGrant
from identity.domain.session import Session
from identity.domain.sign_in import IdentityProvider, IdentityStatement, Scheme, SignIn
from identity.domain.sign_out import Farewell, LogoutAsked, SignOut
from identity.domain.tablet import Tablet
from identity.outbound.client_keys import JoseClientKeys
from identity.outbound.device_proofs import JoseDeviceProofs
from identity.outbound.fiscal_codes import StdnumFiscalCodes
from identity.outbound.machine_secrets import FileSealing
from identity.usecases.ports import BrowserMessage, Carried, Ports
from refettorio_chassis.audit import AuditLine
from refettorio_chassis.clock import FixedClock, rome_day
from refettorio_contracts import Event
from tests.support.identity_erasures import ErasuresInMemory
from tests.support.identity_machines_memory import (
    FailedAttemptsInMemory,
    KafkaAccessesInMemory,
    MachineClientsInMemory,
    PlainHashes,
)

NOW = datetime(2025, 10, 6, 9, 30, tzinfo=UTC)
PROVIDER = "https://idp.example"
SEALING = FileSealing(b"0" * 32)


class PeopleInMemory:
    def __init__(self) -> None:
        self.guardians: dict[str, Guardian] = {}
        self.kept_contacts: dict[str, Contact] = {}
        self.kept_grants: dict[str, StaffGrant] = {}

    async def guardian(self, guardian_id: str) -> Guardian | None:
        return self.guardians.get(guardian_id)

    async def guardian_of(self, fiscal_code: FiscalCode) -> Guardian | None:
        return next((each for each in self.guardians.values() if each.fiscal_code == fiscal_code), None)

    async def born_alike(self, fiscal_code: FiscalCode) -> Sequence[Guardian]:
        wanted = without_omocodia(fiscal_code)
        return [
            each
            for each in self.guardians.values()
            if without_omocodia(each.fiscal_code) == wanted and each.fiscal_code != fiscal_code
        ]

    async def named(self, words: Sequence[str], *, limit: int) -> Sequence[Guardian]:
        found = [each for each in self.guardians.values() if is_named(each, tuple(words))]
        return sorted(found, key=lambda each: (each.family_name, each.given_name, each.guardian_id))[:limit]

    async def keep_guardian(self, guardian: Guardian) -> None:
        self.guardians[guardian.guardian_id] = guardian

    async def contacts(self, guardian_id: str) -> Sequence[Contact]:
        return [contact for contact in await self.every_contact(guardian_id) if contact.removed_at is None]

    async def every_contact(self, guardian_id: str) -> Sequence[Contact]:
        own = [contact for contact in self.kept_contacts.values() if contact.guardian_id == guardian_id]
        return sorted(own, key=lambda contact: (contact.verified_at, contact.contact_id))

    async def keep_contact(self, contact: Contact) -> None:
        self.kept_contacts[contact.contact_id] = contact

    async def merged_into(self, guardian_id: str) -> Sequence[Guardian]:
        nearest = [each for each in self.guardians.values() if each.merged_into == guardian_id]
        return [found for each in nearest for found in (each, *await self.merged_into(each.guardian_id))]

    async def with_contacts(self, *, unserved_since: datetime) -> Collection[str]:
        having = {contact.guardian_id for contact in self.kept_contacts.values()}
        old = {
            key
            for key, each in self.guardians.items()
            if max(each.registered_at, each.served_at or each.registered_at) < unserved_since
        }
        return having & old

    async def forget_contacts(self, guardian_id: str) -> None:
        self.kept_contacts = {key: each for key, each in self.kept_contacts.items() if each.guardian_id != guardian_id}

    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None:
        return next((each for each in self.kept_grants.values() if each.fiscal_code == fiscal_code), None)

    async def grants(self) -> Sequence[StaffGrant]:
        held = [grant for grant in self.kept_grants.values() if grant.roles]
        return sorted(held, key=lambda grant: grant.granted_at, reverse=True)

    async def keep_grant(self, grant: StaffGrant) -> None:
        self.kept_grants[grant.staff_id] = grant


class ProposalsInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, StaffProposal] = {}

    async def proposal(self, staff_id: str) -> StaffProposal | None:
        return self.kept.get(staff_id)

    async def of(self, fiscal_code: FiscalCode) -> StaffProposal | None:
        return next((each for each in self.kept.values() if each.fiscal_code == fiscal_code), None)

    async def keep(self, proposal: StaffProposal) -> None:
        self.kept[proposal.staff_id] = proposal

    async def drop(self, fiscal_code: FiscalCode) -> None:
        self.kept = {key: each for key, each in self.kept.items() if each.fiscal_code != fiscal_code}


class DelegationsInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, Delegation] = {}

    async def delegation(self, delegation_id: str) -> Delegation | None:
        return self.kept.get(delegation_id)

    async def between(self, guardian_id: str, delegate: FiscalCode) -> Delegation | None:
        return next((each for each in await self.given_by(guardian_id) if each.delegate == delegate), None)

    async def given_by(self, guardian_id: str) -> Sequence[Delegation]:
        return self._latest_first(each for each in self.kept.values() if each.guardian_id == guardian_id)

    async def received_by(self, delegate: FiscalCode) -> Sequence[Delegation]:
        return self._latest_first(each for each in self.kept.values() if each.delegate == delegate)

    async def keep(self, delegation: Delegation) -> None:
        self.kept[delegation.delegation_id] = delegation

    async def forget(self, *, ended_before: datetime) -> int:
        def is_over(each: Delegation) -> bool:
            was_revoked = each.revoked_at is not None and each.revoked_at < ended_before
            return was_revoked or each.last_day < rome_day(ended_before)

        left = {key: each for key, each in self.kept.items() if not is_over(each)}
        number, self.kept = len(self.kept) - len(left), left
        return number

    @staticmethod
    def _latest_first(some: Iterable[Delegation]) -> Sequence[Delegation]:
        return sorted(some, key=lambda each: (-each.given_at.timestamp(), each.delegation_id))


class ContactCodesInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, ContactCodes] = {}

    async def of_guardian(self, guardian_id: str) -> ContactCodes | None:
        return self.kept.get(guardian_id)

    async def keep(self, codes: ContactCodes) -> None:
        self.kept[codes.guardian_id] = codes

    async def forget(self, *, expired_before: datetime) -> None:
        for codes in list(self.kept.values()):
            if codes.waiting and codes.waiting.expires_at < expired_before:
                self.kept[codes.guardian_id] = codes.with_waiting(None)


class AcceptancesInMemory:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, int, datetime], Acceptance] = {}

    async def of_guardian(self, guardian_id: str) -> Sequence[Acceptance]:
        own = [each for each in self.kept.values() if each.guardian_id == guardian_id]
        return sorted(own, key=lambda each: (each.text_id, each.version, each.accepted_at))

    async def keep(self, acceptance: Acceptance) -> None:
        given = (acceptance.guardian_id, acceptance.text_id, acceptance.version, acceptance.accepted_at)
        self.kept[given] = acceptance


class SignInsInMemory:
    def __init__(self) -> None:
        self.waiting: dict[str, SignIn] = {}
        self.used: dict[tuple[str, str], datetime] = {}

    async def add(self, sign_in: SignIn) -> None:
        self.waiting[sign_in.relay_state] = sign_in

    async def awaited(self, relay_state: str) -> SignIn | None:
        return self.waiting.get(relay_state)

    async def take(self, relay_state: str) -> SignIn | None:
        return self.waiting.pop(relay_state, None)

    async def first_use(self, assertion_id: str, provider: str, at: datetime) -> bool:
        if (provider, assertion_id) in self.used:
            return False
        self.used[provider, assertion_id] = at
        return True

    async def forget(self, *, before: datetime) -> None:
        self.waiting = {key: each for key, each in self.waiting.items() if each.started_at >= before}
        self.used = {key: at for key, at in self.used.items() if at >= before}


class SignOutsInMemory:
    def __init__(self) -> None:
        self.waiting: dict[str, SignOut] = {}

    async def add(self, sign_out: SignOut) -> None:
        self.waiting[sign_out.relay_state] = sign_out

    async def take(self, relay_state: str) -> SignOut | None:
        return self.waiting.pop(relay_state, None)

    async def forget(self, *, before: datetime) -> None:
        self.waiting = {key: each for key, each in self.waiting.items() if each.started_at >= before}


class ExchangesInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, Exchange] = {}
        self.written: dict[str, dict[str, bytes]] = {}

    async def add(self, exchange: Exchange, messages: Messages) -> None:
        self.kept[exchange.exchange_id] = exchange
        self.written[exchange.exchange_id] = dict(messages)

    async def ours(self, request_id: str) -> Exchange | None:
        found = (each for each in self.kept.values() if (each.request_id, each.begun_by) == (request_id, "us"))
        return next(found, None)

    async def answer(self, exchange: Exchange, messages: Messages) -> None:
        self.kept[exchange.exchange_id] = exchange
        self.written[exchange.exchange_id] |= messages

    async def exchange(self, exchange_id: str) -> Exchange | None:
        return self.kept.get(exchange_id)

    async def messages(self, exchange_id: str) -> Messages:
        return self.written.get(exchange_id, {})

    async def search(self, wanted: ExchangeSearch) -> Sequence[Exchange]:
        exactly = ("request_id", "provider", "kind")
        found = [
            each
            for each in self.kept.values()
            if all(getattr(wanted, name) in {None, getattr(each, name)} for name in exactly)
            and (wanted.guardian_id is None or each.guardian_id in {wanted.guardian_id, *wanted.merged})
            and (wanted.since is None or each.started_at >= wanted.since)
            and (wanted.until is None or each.started_at < wanted.until)
            and (wanted.after is None or _place(each) < _place(wanted.after))
        ]
        found.sort(key=_place, reverse=True)
        return found[: wanted.limit]

    async def signed_in_since(self, guardian_ids: Collection[str], since: datetime) -> Collection[str]:
        answered = [each for each in self.kept.values() if each.answered_at and each.answered_at >= since]
        return {each.guardian_id for each in answered if each.guardian_id and each.guardian_id in guardian_ids}

    async def forget(self, *, answered_before: datetime, unanswered_before: datetime) -> None:
        self.kept = {
            key: each
            for key, each in self.kept.items()
            if (each.answered_at >= answered_before if each.answered_at else each.started_at >= unanswered_before)
        }


def _place(exchange: Exchange) -> tuple[datetime, str]:
    return exchange.started_at, exchange.exchange_id


class SessionsInMemory:
    def __init__(self) -> None:
        self.open_ones: dict[str, Session] = {}

    async def beside(self, provider: str, name_id: str, indexes: Collection[str]) -> Sequence[Session]:
        return [
            each
            for each in self.open_ones.values()
            if each.at_provider
            and (each.at_provider.provider, each.at_provider.name_id) == (provider, name_id)
            and (not indexes or each.at_provider.index in indexes)
        ]

    async def session(self, session_id: str) -> Session | None:
        return self.open_ones.get(session_id)

    async def open(self, session: Session) -> None:
        self.open_ones[session.session_id] = session

    async def of_guardian(self, guardian_id: str) -> Sequence[Session]:
        own = [each for each in self.open_ones.values() if each.guardian_id == guardian_id]
        return sorted(own, key=lambda each: (-each.opened_at.timestamp(), each.session_id))

    async def touch(self, session_ids: Collection[str], at: datetime) -> None:
        for session_id in self.open_ones.keys() & set(session_ids):
            known = self.open_ones[session_id]
            self.open_ones[session_id] = replace(known, last_seen_at=max(known.last_seen_at, at))

    async def act(self, session_id: str, acting: ActingFor | None) -> None:
        known = self.open_ones.get(session_id)
        if known:
            self.open_ones[session_id] = replace(known, acting=acting)

    async def close(self, session_id: str) -> None:
        self.open_ones.pop(session_id, None)

    async def forget(self, *, idle_since: datetime, opened_before: datetime) -> None:
        self.open_ones = {
            key: each
            for key, each in self.open_ones.items()
            if each.last_seen_at > idle_since and each.opened_at > opened_before
        }


class TabletsInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, Tablet] = {}

    async def tablet(self, tablet_id: str) -> Tablet | None:
        return self.kept.get(tablet_id)

    async def with_pairing(self, pairing_hash: str) -> Tablet | None:
        return next((each for each in self.kept.values() if each.pairing_hash == pairing_hash), None)

    async def with_credential(self, credential_hash: str) -> Tablet | None:
        return next((each for each in self.kept.values() if each.credential_hash == credential_hash), None)

    async def every(self) -> Sequence[Tablet]:
        return sorted(self.kept.values(), key=lambda tablet: tablet.registered_at, reverse=True)

    async def keep(self, tablet: Tablet) -> None:
        self.kept[tablet.tablet_id] = tablet

    async def touch(self, tablet_ids: Collection[str], at: datetime) -> None:
        for tablet_id in self.kept.keys() & set(tablet_ids):
            known = self.kept[tablet_id]
            self.kept[tablet_id] = replace(known, last_seen_at=max(known.last_seen_at or at, at))

    async def touch_held(self, operator_by_tablet: Mapping[str, str], at: datetime) -> None:
        for tablet_id, operator_id in operator_by_tablet.items():
            known = self.kept.get(tablet_id)
            if known and known.held and known.held.operator_id == operator_id:
                held = replace(known.held, seen_at=max(known.held.seen_at, at))
                self.kept[tablet_id] = replace(known, held=held)


class UsedProofsInMemory:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], datetime] = {}

    async def first_use(self, proof: DeviceProof, at: datetime) -> bool:
        key = (proof.thumbprint, proof.proof_id)
        is_first = key not in self.kept
        self.kept.setdefault(key, at)
        return is_first

    async def forget(self, *, before: datetime) -> None:
        self.kept = {key: at for key, at in self.kept.items() if at >= before}


class OperatorsInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, Operator] = {}

    async def operator(self, operator_id: str) -> Operator | None:
        return self.kept.get(operator_id)

    async def of(self, fiscal_code: FiscalCode) -> Operator | None:
        return next((each for each in self.kept.values() if each.fiscal_code == fiscal_code), None)

    async def every(self) -> Sequence[Operator]:
        return [self.kept[key] for key in sorted(self.kept) if self.kept[key].ended_at is None]

    async def keep(self, operator: Operator) -> None:
        self.kept[operator.operator_id] = operator


class AuditInMemory:
    def __init__(self) -> None:
        self.lines: list[AuditLine] = []

    async def __call__(self, line: AuditLine) -> None:
        self.lines.append(line)

    @property
    def actions(self) -> list[str]:
        return [line.what for line in self.lines]


class FederationInMemory:
    """Trusts one provider, which answers with what a test puts into `answer`."""

    def __init__(self) -> None:
        self.answer: IdentityStatement | UserAnomalyError | ResponseRefusedError = statement()

    async def refresh(self) -> None:
        """Nothing changes here."""

    def providers(self) -> Sequence[IdentityProvider]:
        return [IdentityProvider(entity_id=PROVIDER, name="Gestore", scheme="spid")]

    def is_trusted(self, scheme: Scheme, entity_id: str) -> bool:
        return (scheme, entity_id) == ("spid", PROVIDER)

    def request(self, sign_in: SignIn) -> BrowserMessage:
        return BrowserMessage(url=f"{PROVIDER}/sso?RelayState={sign_in.relay_state}", form=None)

    def read(self, document: bytes, sign_in: SignIn, now: datetime) -> IdentityStatement:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def kept(self, scheme: Scheme, document: bytes) -> Messages:
        return {"response": document}


class SingleLogoutInMemory:
    """A provider that takes logout requests, unless told otherwise, and asks or answers what a test puts here."""

    def __init__(self) -> None:
        self.takes_requests = True
        self.asked: LogoutAsked | LogoutRefusedError = LogoutRefusedError("signature")
        self.answer: Farewell | LogoutRefusedError = Farewell.COMPLETE

    def request(self, sign_out: SignOut, session: ProviderSession) -> BrowserMessage | None:
        url = f"{sign_out.provider}/slo?RelayState={sign_out.relay_state}&index={session.index}"
        return BrowserMessage(url=url, form=None) if self.takes_requests else None

    def read_request(self, carried: Carried, scheme: Scheme, now: datetime) -> LogoutAsked:
        if isinstance(self.asked, LogoutRefusedError):
            raise self.asked
        return self.asked

    def response(self, asked: LogoutAsked, response_id: str, carried: Carried, now: datetime) -> BrowserMessage | None:
        return BrowserMessage(url=f"{asked.provider}/slo?InResponseTo={asked.request_id}", form=None)

    def read_response(self, carried: Carried, sign_out: SignOut, now: datetime) -> Farewell:
        if isinstance(self.answer, LogoutRefusedError):
            raise self.answer
        return self.answer


class ChanceInMemory:
    """Counts instead of drawing lots."""

    def __init__(self) -> None:
        self.drawn = 0

    def identifier(self, prefix: str) -> str:
        return f"{prefix}_{self._next()}"

    def secret(self) -> str:
        return f"r{self._next():064x}"

    def contact_code(self) -> str:
        return f"{self._next():06d}"

    def pairing_code(self) -> str:
        return f"{self._next():08d}"

    def _next(self) -> int:
        self.drawn += 1
        return self.drawn


@dataclass
class Memory:
    """All of identity's ports in memory, and what was announced."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    people: PeopleInMemory = field(default_factory=PeopleInMemory)
    proposals: ProposalsInMemory = field(default_factory=ProposalsInMemory)
    delegations: DelegationsInMemory = field(default_factory=DelegationsInMemory)
    erasures: ErasuresInMemory = field(default_factory=ErasuresInMemory)
    contact_codes: ContactCodesInMemory = field(default_factory=ContactCodesInMemory)
    acceptances: AcceptancesInMemory = field(default_factory=AcceptancesInMemory)
    sign_ins: SignInsInMemory = field(default_factory=SignInsInMemory)
    sign_outs: SignOutsInMemory = field(default_factory=SignOutsInMemory)
    sessions: SessionsInMemory = field(default_factory=SessionsInMemory)
    exchanges: ExchangesInMemory = field(default_factory=ExchangesInMemory)
    tablets: TabletsInMemory = field(default_factory=TabletsInMemory)
    operators: OperatorsInMemory = field(default_factory=OperatorsInMemory)
    used_proofs: UsedProofsInMemory = field(default_factory=UsedProofsInMemory)
    machines: MachineClientsInMemory = field(default_factory=MachineClientsInMemory)
    kafka: KafkaAccessesInMemory = field(default_factory=KafkaAccessesInMemory)
    attempts: FailedAttemptsInMemory = field(default_factory=FailedAttemptsInMemory)
    audit: AuditInMemory = field(default_factory=AuditInMemory)
    federation: FederationInMemory = field(default_factory=FederationInMemory)
    single_logout: SingleLogoutInMemory = field(default_factory=SingleLogoutInMemory)
    announced: list[tuple[Event, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ports = Ports(
            people=self.people,
            proposals=self.proposals,
            delegations=self.delegations,
            erasures=self.erasures,
            contact_codes=self.contact_codes,
            acceptances=self.acceptances,
            sign_ins=self.sign_ins,
            sign_outs=self.sign_outs,
            sessions=self.sessions,
            exchanges=self.exchanges,
            tablets=self.tablets,
            operators=self.operators,
            device_proofs=JoseDeviceProofs(),
            used_proofs=self.used_proofs,
            machines=self.machines,
            kafka=self.kafka,
            attempts=self.attempts,
            secrets=PlainHashes(),
            client_keys=JoseClientKeys(),
            sealing=SEALING,
            audit=self.audit,
            federation=self.federation,
            single_logout=self.single_logout,
            fiscal_codes=StdnumFiscalCodes(),
            chance=ChanceInMemory(),
            announce=self._announce,
            now=self.clock.now,
        )

    def _announce(self, event: Event, *, sequence: int) -> None:
        self.announced.append((event, sequence))

    async def session(self, session_id: str) -> Session | None:
        """The directory of the gate."""
        return await self.sessions.session(session_id)

    async def guardian(self, guardian_id: str) -> Guardian | None:
        return await self.people.guardian(guardian_id)

    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None:
        return await self.people.grant_of(fiscal_code)

    async def delegation(self, delegation_id: str) -> Delegation | None:
        return await self.delegations.delegation(delegation_id)

    async def with_credential(self, credential_hash: str) -> Tablet | None:
        return await self.tablets.with_credential(credential_hash)

    async def operator(self, operator_id: str) -> Operator | None:
        return await self.operators.operator(operator_id)

    async def named_operators(self) -> Sequence[Operator]:
        return await self.operators.every()

    async def grants_in(self, fiscal_codes: Collection[FiscalCode]) -> Mapping[FiscalCode, StaffGrant]:
        return {code: grant for code in fiscal_codes if (grant := await self.grant_of(code))}

    async def machine_client(self, client_id: str) -> MachineClient | None:
        return await self.machines.client(client_id)


def statement(**changed: str | ProviderSession | None) -> IdentityStatement:
    """What a provider says of an invented person."""
    regular = IdentityStatement(
        response_id="_response",
        assertion_id="_assertion",
        provider=PROVIDER,
        level=2,
        fiscal_number="TINIT-RSSMRA85T10A562S",
        given_name="Mario",
        family_name="Rossi",
        email="Mario@Posta.Example",
        mobile_phone="333 1234567",
    )
    return replace(regular, **changed)  # type: ignore[arg-type]  # a field of another type is the test's own mistake
