"""Reading for the gateway and for pages, outside transactions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from identity.domain.contact import Contact
from identity.domain.contact_code import ContactCodes
from identity.domain.delegation import Delegation
from identity.domain.erasure import ErasureRequest
from identity.domain.exchange import Exchange
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.kafka_access import KafkaAccess
from identity.domain.machine_client import MachineClient
from identity.domain.operator import Operator
from identity.domain.proposal import StaffProposal
from identity.domain.published_text import Acceptance
from identity.domain.roles import StaffGrant
from identity.domain.session import Session
from identity.domain.tablet import Tablet
from identity.outbound.acceptances import Acceptances
from identity.outbound.contact_codes import ContactCodesInMongo
from identity.outbound.delegations import Delegations
from identity.outbound.erasures import Erasures
from identity.outbound.exchanges import RegisterOf
from identity.outbound.machine_clients import KafkaAccesses, MachineClients
from identity.outbound.operators import Operators
from identity.outbound.proposals import Proposals
from identity.outbound.sessions import Sessions
from identity.outbound.sign_in_trail import SignInTrail
from identity.outbound.store import People
from identity.outbound.tablets import Tablets
from refettorio_chassis.transaction import Collections


class Queries:
    """What the inbound room may read without a transaction."""

    def __init__(self, view: Collections) -> None:
        self._people = People(view)
        self._sign_ins = SignInTrail(view)
        self._exchanges = RegisterOf(view)
        self._proposals = Proposals(view)
        self._delegations = Delegations(view)
        self._erasures = Erasures(view)
        self._contact_codes = ContactCodesInMongo(view)
        self._acceptances = Acceptances(view)
        self._sessions = Sessions(view)
        self._tablets = Tablets(view)
        self._operators = Operators(view)
        self._machines = MachineClients(view)
        self._kafka = KafkaAccesses(view)

    async def session(self, session_id: str) -> Session | None:
        return await self._sessions.session(session_id)

    async def sessions_in(self, session_ids: Collection[str]) -> Mapping[str, Session]:
        return await self._sessions.among(session_ids)

    async def guardians_in(self, guardian_ids: Collection[str]) -> Mapping[str, Guardian]:
        return await self._people.guardians_among(guardian_ids)

    async def grants_in(self, fiscal_codes: Collection[FiscalCode]) -> Mapping[FiscalCode, StaffGrant]:
        return await self._people.grants_among(fiscal_codes)

    async def tablets_in(self, credential_hashes: Collection[str]) -> Mapping[str, Tablet]:
        return await self._tablets.among(credential_hashes)

    async def exchanges_about(self, guardian_id: str) -> Sequence[Exchange]:
        return await self._exchanges.about(guardian_id)

    async def delegations_in(self, delegation_ids: Collection[str]) -> Mapping[str, Delegation]:
        return await self._delegations.among(delegation_ids)

    async def delegation(self, delegation_id: str) -> Delegation | None:
        return await self._delegations.delegation(delegation_id)

    async def delegations_given_by(self, guardian_id: str) -> Sequence[Delegation]:
        return await self._delegations.given_by(guardian_id)

    async def delegations_received_by(self, delegate: FiscalCode) -> Sequence[Delegation]:
        return await self._delegations.received_by(delegate)

    async def erasures_of(self, guardian_id: str) -> Sequence[ErasureRequest]:
        return await self._erasures.of_guardian(guardian_id)

    async def waiting_erasures(self) -> Sequence[ErasureRequest]:
        return await self._erasures.waiting()

    async def last_sign_in(self, guardian_id: str) -> datetime | None:
        return await self._sign_ins.last_sign_in(guardian_id)

    async def sessions_of(self, guardian_id: str) -> Sequence[Session]:
        return await self._sessions.of_guardian(guardian_id)

    async def guardian(self, guardian_id: str) -> Guardian | None:
        return await self._people.guardian(guardian_id)

    async def merged_into(self, guardian_id: str) -> Sequence[Guardian]:
        return await self._people.merged_into(guardian_id)

    async def contacts(self, guardian_id: str) -> Sequence[Contact]:
        return await self._people.contacts(guardian_id)

    async def acceptances_of(self, guardian_id: str) -> Sequence[Acceptance]:
        return await self._acceptances.of_guardian(guardian_id)

    async def contact_codes(self, guardian_id: str) -> ContactCodes | None:
        return await self._contact_codes.of_guardian(guardian_id)

    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None:
        return await self._people.grant_of(fiscal_code)

    async def grants(self) -> Sequence[StaffGrant]:
        return await self._people.grants()

    async def proposals(self) -> Sequence[StaffProposal]:
        return await self._proposals.every()

    async def tablet(self, tablet_id: str) -> Tablet | None:
        return await self._tablets.tablet(tablet_id)

    async def with_credential(self, credential_hash: str) -> Tablet | None:
        return await self._tablets.with_credential(credential_hash)

    async def tablets(self) -> Sequence[Tablet]:
        return await self._tablets.every()

    async def operator(self, operator_id: str) -> Operator | None:
        return await self._operators.operator(operator_id)

    async def operators_in(self, operator_ids: Collection[str]) -> Mapping[str, Operator]:
        return await self._operators.among(operator_ids)

    async def named_operators(self) -> Sequence[Operator]:
        return await self._operators.every()

    async def machine_client(self, client_id: str) -> MachineClient | None:
        return await self._machines.client(client_id)

    async def machine_clients(self) -> Sequence[MachineClient]:
        return await self._machines.every()

    async def expired_machine_clients(self, now: datetime) -> Sequence[MachineClient]:
        return await self._machines.expired_with_credentials(now)

    async def kafka_accesses(self) -> Sequence[KafkaAccess]:
        return await self._kafka.every()

    async def pending_kafka_accesses(self) -> Sequence[KafkaAccess]:
        return await self._kafka.pending()
