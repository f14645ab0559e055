"""The concrete objects of identity, put together by hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import APIRouter

from identity.domain.erasure import OPEN
from identity.domain.levels import levels_from
from identity.domain.published_text import TEXTS
from identity.domain.session import SessionLimits
from identity.domain.sign_in import Scheme, schemes_from
from identity.inbound.command_line import staff_command
from identity.inbound.following_kafka import kafka_follower
from identity.inbound.gate import Gate, gate_router
from identity.inbound.http import people_router
from identity.inbound.http_acting import acting_router
from identity.inbound.http_contacts import contacts_router
from identity.inbound.http_delegations import OwnDelegations, delegations_router
from identity.inbound.http_erasures import erasures_router, own_erasures_router
from identity.inbound.http_machines import machines_router
from identity.inbound.http_operators import operators_router, tablet_router
from identity.inbound.http_people import office_people_router
from identity.inbound.http_privacy import privacy_router
from identity.inbound.http_public import public_router
from identity.inbound.http_register import register_router
from identity.inbound.http_sessions import sessions_router
from identity.inbound.http_staff import staff_router
from identity.inbound.http_tablets import pairing_router, tablets_router
from identity.inbound.http_texts import texts_router
from identity.inbound.oauth import oauth_router
from identity.inbound.oidc import oidc_router
from identity.inbound.register_command import register_command
from identity.inbound.sign_in import Entrance, sign_in_router
from identity.inbound.sign_out import sign_out_router
from identity.inbound.sweeping import sweeper
from identity.inbound.token_keys_command import token_keys_command
from identity.outbound.acceptances import ACCEPTANCES, Acceptances
from identity.outbound.by_scheme import ByScheme
from identity.outbound.chance import SystemChance
from identity.outbound.client_keys import JoseClientKeys
from identity.outbound.contact_codes import CONTACT_CODES, ContactCodesInMongo
from identity.outbound.delegations import DELEGATIONS, Delegations
from identity.outbound.device_proofs import USED_PROOFS, DeviceProofsOnce, JoseDeviceProofs, UsedProofs
from identity.outbound.erasures import ERASURES, Erasures
from identity.outbound.exchanges import EXCHANGES, Exchanges
from identity.outbound.fiscal_codes import StdnumFiscalCodes
from identity.outbound.kafka_broker import KafkaBroker
from identity.outbound.key_file import KeyFile
from identity.outbound.machine_clients import (
    FAILED_ATTEMPTS,
    KAFKA_ACCESS,
    MACHINE_CLIENTS,
    FailedAttempts,
    KafkaAccesses,
    MachineClients,
)
from identity.outbound.machine_secrets import Argon2Hashes, FileSealing
from identity.outbound.oidc.federation import Oidc
from identity.outbound.oidc.starting import Chosen, speaker_from
from identity.outbound.operators import OPERATORS, Operators
from identity.outbound.proposals import PROPOSALS, Proposals
from identity.outbound.queries import Queries
from identity.outbound.readable import readable
from identity.outbound.recent import ForgettingRunner, RecentDirectory
from identity.outbound.saml.federation import Saml
from identity.outbound.saml.metadata import Endpoints, Organization
from identity.outbound.saml.signatures import KeyPair
from identity.outbound.saml.single_logout import SamlLogout
from identity.outbound.saml.sources import metadata_sources
from identity.outbound.saml.trust import Trust
from identity.outbound.sealing import Seal
from identity.outbound.sessions import ASSERTIONS, SESSIONS, SIGN_INS, SIGN_OUTS, Sessions, SignIns, SignOuts
from identity.outbound.store import CONTACTS, GUARDIANS, STAFF, People
from identity.outbound.tablets import TABLETS, Tablets
from identity.outbound.tokens import TokenIssuer
from identity.settings import Settings
from identity.usecases.forget_old_delegations import forget_old_delegations
from identity.usecases.forget_old_erasures import forget_old_erasures
from identity.usecases.forget_unused_contacts import forget_unused_contacts
from identity.usecases.machine_ports import Sealing
from identity.usecases.ports import Federation, Ports, SingleLogout
from refettorio_chassis.clock import Clock, clock_from_environment
from refettorio_chassis.process import Foundation, Index, Service, foundation
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner, Transaction
from refettorio_chassis.waking import nightly

NAME: Final = "identity"
SCHEMES: Final[tuple[Scheme, ...]] = ("spid", "cie")

INDEXES: Final = (
    Index(collection=GUARDIANS, keys=[("fiscal_code", 1)], unique=True),
    Index(collection=GUARDIANS, keys=[("without_omocodia", 1)]),
    Index(collection=GUARDIANS, keys=[("merged_into", 1)], where={"merged_into": {"$type": "string"}}),
    Index(collection=CONTACTS, keys=[("guardian_id", 1), ("channel", 1), ("address", 1)], unique=True),
    Index(collection=ACCEPTANCES, keys=[("guardian_id", 1)]),
    Index(collection=STAFF, keys=[("fiscal_code", 1)], unique=True),
    Index(collection=PROPOSALS, keys=[("fiscal_code", 1)], unique=True),
    Index(collection=DELEGATIONS, keys=[("guardian_id", 1), ("delegate", 1)], unique=True),
    Index(collection=DELEGATIONS, keys=[("delegate", 1), ("given_at", -1)]),
    Index(collection=ERASURES, keys=[("guardian_id", 1), ("asked_at", -1)]),
    Index(collection=ERASURES, keys=[("guardian_id", 1)], unique=True, where={"state": OPEN}),
    Index(collection=ERASURES, keys=[("decided_at", 1)]),
    Index(collection=SIGN_INS, keys=[("relay_state", 1)], unique=True),
    Index(collection=SIGN_INS, keys=[("started_at", 1)]),
    Index(collection=SIGN_OUTS, keys=[("relay_state", 1)], unique=True),
    Index(collection=SIGN_OUTS, keys=[("started_at", 1)]),
    Index(collection=ASSERTIONS, keys=[("used_at", 1)]),
    Index(collection=SESSIONS, keys=[("guardian_id", 1)]),
    Index(collection=SESSIONS, keys=[("last_seen_at", 1)]),
    Index(collection=SESSIONS, keys=[("opened_at", 1)]),
    Index(
        collection=SESSIONS,
        keys=[("at_provider.provider", 1), ("at_provider.name_id", 1)],
        where={"at_provider.name_id": {"$exists": True}},
    ),
    Index(collection=MACHINE_CLIENTS, keys=[("expires_at", 1)]),
    Index(collection=KAFKA_ACCESS, keys=[("is_pending", 1)], where={"is_pending": True}),
    Index(collection=FAILED_ATTEMPTS, keys=[("key", 1), ("at", 1)]),
    Index(collection=FAILED_ATTEMPTS, keys=[("at", 1)]),
    Index(collection=EXCHANGES, keys=[("request_id", 1)]),
    Index(collection=EXCHANGES, keys=[("guardian_id", 1), ("started_at", -1)]),
    Index(collection=EXCHANGES, keys=[("started_at", -1)]),
    Index(collection=EXCHANGES, keys=[("answered_at", 1)]),
    Index(collection=USED_PROOFS, keys=[("at", 1)]),
    Index(collection=OPERATORS, keys=[("fiscal_code", 1)], unique=True),
    Index(collection=TABLETS, keys=[("pairing_hash", 1)], unique=True, where={"pairing_hash": {"$exists": True}}),
    Index(collection=TABLETS, keys=[("credential_hash", 1)], unique=True, where={"credential_hash": {"$exists": True}}),
)

COLLECTIONS: Final = (
    GUARDIANS,
    CONTACTS,
    CONTACT_CODES,
    ACCEPTANCES,
    STAFF,
    PROPOSALS,
    DELEGATIONS,
    ERASURES,
    SIGN_INS,
    SIGN_OUTS,
    ASSERTIONS,
    SESSIONS,
    EXCHANGES,
    TABLETS,
    OPERATORS,
    USED_PROOFS,
)


def speakers_from(settings: Settings) -> tuple[Saml, SamlLogout]:
    """SPID and CIE with our keys and the providers the settings trust: for signing in, and for signing out."""
    ourselves = {scheme: _endpoints(settings.public_url, scheme) for scheme in SCHEMES}
    keys = KeyPair.read(settings.saml_key_file, settings.saml_certificate_file)
    trust = Trust(
        [*metadata_sources(settings.spid_idp_metadata, "spid"), *metadata_sources(settings.cie_idp_metadata, "cie")]
    )
    return Saml(ourselves, _organization(settings), keys, trust), SamlLogout(ourselves, keys, trust)


def relying_from(settings: Settings, clock: Clock) -> dict[Scheme, Oidc]:
    """The schemes that go by OpenID Connect. Raises `ValueError` for one that cannot."""
    return {
        scheme: speaker_from(_chosen(settings, scheme), _organization(settings), clock.now)
        for scheme in schemes_from(settings.oidc_schemes)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the ports stand on besides a transaction."""

    federation: Federation
    single_logout: SingleLogout
    message_seal: Seal
    sealing: Sealing
    clock: Clock


def outside_from(settings: Settings, federation: Federation, single_logout: SamlLogout, clock: Clock) -> Outside:
    """What the ports stand on in the service: our speakers, and the keys the settings name."""
    return Outside(
        federation=federation,
        single_logout=single_logout,
        message_seal=Seal.read(settings.message_key_file),
        sealing=FileSealing.read(settings.sealing_key_file),
        clock=clock,
    )


def ports_on(outside: Outside, transaction: Transaction) -> Ports:
    """The ports of the use cases on one transaction."""
    return Ports(
        people=People(transaction),
        proposals=Proposals(transaction),
        delegations=Delegations(transaction),
        erasures=Erasures(transaction),
        contact_codes=ContactCodesInMongo(transaction),
        acceptances=Acceptances(transaction),
        sign_ins=SignIns(transaction),
        sign_outs=SignOuts(transaction),
        sessions=Sessions(transaction),
        exchanges=Exchanges(transaction, outside.message_seal),
        tablets=Tablets(transaction),
        operators=Operators(transaction),
        device_proofs=JoseDeviceProofs(),
        used_proofs=UsedProofs(transaction),
        machines=MachineClients(transaction),
        kafka=KafkaAccesses(transaction),
        attempts=FailedAttempts(transaction),
        secrets=Argon2Hashes(),
        client_keys=JoseClientKeys(),
        sealing=outside.sealing,
        audit=transaction.audit,
        federation=outside.federation,
        single_logout=outside.single_logout,
        fiscal_codes=StdnumFiscalCodes(),
        chance=SystemChance(),
        announce=transaction.announce,
        now=outside.clock.now,
    )


def wire(base: Foundation, settings: Settings) -> Service:
    """The service on its foundation."""
    (saml, single_logout), relying = speakers_from(settings), relying_from(settings, base.clock)
    federation = ByScheme({scheme: relying.get(scheme, saml) for scheme in SCHEMES})
    outside = outside_from(settings, federation, single_logout, base.clock)
    issuer = TokenIssuer.read(settings.token_key_file, public_url=settings.public_url)
    levels, limits = levels_from(settings.levels), settings.session_limits()
    queries = Queries(base.transactions.view)
    recent = RecentDirectory(queries)
    ports = partial(ports_on, outside)
    run = ForgettingRunner(base.transactions, ports, service=NAME, forget=recent.forget)
    # For what changes nothing the gate remembers.
    only_noting = Runner(base.transactions, ports, service=NAME)
    proofs, broker = DeviceProofsOnce(base.transactions.view), KafkaBroker(settings.kafka_bootstrap_servers)
    readings = Readings(base.transactions.view, base.clock)
    public_url = settings.public_url
    gate = Gate(recent, queries, proofs, queries, issuer, levels, limits, base.clock, public_url)
    make_entrance = partial(
        Entrance, run=run, federation=federation, metadata=saml.metadata, levels=levels, public_url=public_url
    )
    entrances = [make_entrance(scheme=scheme, relying=relying.get(scheme)) for scheme in SCHEMES]
    return Service(
        name=NAME,
        foundation=base,
        routers=[
            # First: routes are tried in order, and this one is asked before every request to anything.
            gate_router(only_noting, gate),
            public_router(run, federation, issuer.jwks, public_url),
            *map(sign_in_router, entrances),
            *map(sign_out_router, entrances),
            *map(partial(oidc_router, base.clock), entrances),
            pairing_router(run, public_url),
            people_router(only_noting, queries),
            office_people_router(run, queries, base.clock),
            privacy_router(queries, readings, OwnDelegations(queries, base.clock)),
            own_erasures_router(only_noting, queries),
            erasures_router(run, queries, readings),
            contacts_router(run, queries, base.clock),
            delegations_router(run, queries, base.clock),
            acting_router(run),
            texts_router(only_noting, queries, TEXTS, base.clock),
            sessions_router(run, queries, limits, base.clock),
            *_tablet_routers(run, queries, limits, base.clock),
            staff_router(run, queries, base.clock),
            machines_router(only_noting, queries, base.clock, settings.kafka_subscribers_address),
            oauth_router(only_noting, issuer, base.clock, public_url),
            register_router(only_noting, readable, readings),
        ],
        indexes=INDEXES,
        collections=COLLECTIONS,
        roles={
            "sweeper": sweeper(run, limits),
            "retention": nightly("retention", partial(_forget, only_noting, readings), base.clock),
            "kafka-access": kafka_follower(only_noting, queries, broker, outside.sealing, base.clock),
        },
        commands=[
            staff_command(run),
            register_command(only_noting, readable, readings),
            token_keys_command(KeyFile(settings.token_key_file)),
        ],
    )


async def _forget(run: Runner[Ports], readings: Readings) -> None:
    """What the nightly rules let go."""
    await run(forget_unused_contacts)
    await run(forget_old_delegations)
    await run(forget_old_erasures)
    await readings.forget()


async def build() -> Service:
    """The service as its environment wants it."""
    settings = Settings()
    return wire(foundation(NAME, settings, clock_from_environment()), settings)


def _tablet_routers(run: Runner[Ports], queries: Queries, limits: SessionLimits, clock: Clock) -> list[APIRouter]:
    """The office's side and the tablet's."""
    return [
        tablets_router(run, queries, clock),
        operators_router(run, queries, clock),
        tablet_router(run, queries, limits, clock),
    ]


def _endpoints(public_url: str, scheme: Scheme) -> Endpoints:
    root = f"{public_url}/auth/{scheme}"
    # The entityID is the address of the metadata itself: whoever meets it can read who we are.
    return Endpoints(entity_id=f"{root}/metadata", acs_url=f"{root}/acs", logout_url=f"{root}/logout")


def _chosen(settings: Settings, scheme: Scheme) -> Chosen:
    is_cie = scheme == "cie"
    return Chosen(
        scheme=scheme,
        client_id=f"{settings.public_url}/auth/{scheme}/oidc",
        providers=settings.cie_oidc_providers if is_cie else settings.spid_oidc_providers,
        anchors=settings.cie_oidc_trust_anchors if is_cie else settings.spid_oidc_trust_anchors,
        authorities=settings.cie_oidc_authorities if is_cie else settings.spid_oidc_authorities,
        federation_key_file=settings.oidc_federation_key_file,
        signing_key_file=settings.oidc_signing_key_file,
        encryption_key_file=settings.oidc_encryption_key_file,
        trust_marks_file=settings.oidc_trust_marks_file,
        policy_url=settings.oidc_policy_url or f"{settings.public_url}/privacy",
        logo_url=settings.oidc_logo_url or f"{settings.public_url}/favicon.ico",
        on_this_machine=settings.oidc_on_this_machine,
    )


def _organization(settings: Settings) -> Organization:
    return Organization(
        name=settings.organization_name,
        display_name=settings.organization_display_name,
        url=settings.public_url,
        ipa_code=settings.organization_ipa_code,
        fiscal_code=settings.organization_fiscal_code,
        vat_number=settings.organization_vat_number,
        istat_code=settings.istat_code,
        province=settings.organization_province,
        email=settings.organization_email,
        telephone=settings.organization_telephone,
    )
