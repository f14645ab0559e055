"""Concrete objects, put together by hand."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from functools import partial

from notify.domain.guardian import Channel
from notify.domain.letter import Cause
from notify.domain.policy import Policy
from notify.domain.retry import RetryPolicy
from notify.inbound import http, http_privacy
from notify.inbound.events import Events
from notify.inbound.receipts import on_sms_receipt
from notify.inbound.sender import Line, SenderRole
from notify.outbound.compose import Composer
from notify.outbound.mail import Envelope, Mail, MailServer
from notify.outbound.mail_layout import Letterhead, MailLayout
from notify.outbound.queries import Queries
from notify.outbound.smpp_session import SmppSession, Smsc
from notify.outbound.sms import Sms
from notify.outbound.store import COLLECTIONS, Store
from notify.outbound.waking import wake_on_insert
from notify.settings import Settings
from notify.usecases.forget_by_rule import forget_by_rule
from notify.usecases.ports import Ports
from refettorio_chassis.clock import Clock, clock_from_environment
from refettorio_chassis.process import Foundation, Index, Service, foundation
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner, Transaction
from refettorio_chassis.waking import nightly
from refettorio_contracts import Event

NAME = "notify"

INDEXES = (
    Index(collection="enrolments", keys=[("guardian_id", 1)]),
    Index(collection="enrolments", keys=[("placements.class_id", 1), ("guardian_id", 1)]),
    Index(collection="enrolments", keys=[("placements.school_id", 1), ("guardian_id", 1)]),
    Index(collection="guardians", keys=[("merged_into", 1)], where={"merged_into": {"$type": "string"}}),
    Index(collection="letters", keys=[("guardian_id", 1), ("written_at", -1)]),
    Index(collection="deliveries", keys=[("channel", 1), ("state", 1), ("next_attempt_at", 1)]),
    Index(collection="deliveries", keys=[("state", 1), ("planned_at", -1)]),
    Index(collection="deliveries", keys=[("planned_at", -1)]),
    Index(collection="deliveries", keys=[("guardian_id", 1), ("planned_at", -1)]),
    Index(collection="letters", keys=[("written_at", 1)]),
    Index(collection="deliveries", keys=[("letter_id", 1)]),
    Index(
        collection="deliveries",
        keys=[("channel", 1), ("reference", 1)],
        where={"reference": {"$type": "string"}},
    ),
    Index(collection="communications", keys=[("is_planned", 1), ("published_at", 1)]),
)


async def build() -> Service:
    """The service as its environment wants it."""
    return assemble(Settings(), clock_from_environment())


def assemble(settings: Settings, clock: Clock) -> Service:
    """The service with given settings and clock; call it inside the running loop."""
    base = foundation(NAME, settings, clock)
    ports = _PortsFactory(settings, clock)
    run = Runner(base.transactions, ports, service=NAME)
    queries = Queries(base.transactions.view)
    readings = Readings(base.transactions.view, clock)

    async def forget() -> None:
        await run(forget_by_rule)
        await readings.forget()

    return Service(
        name=NAME,
        foundation=base,
        routers=[http.router(run, queries, readings), http_privacy.router(queries, readings)],
        subscriptions=Events(ports).subscriptions(),
        indexes=INDEXES,
        collections=COLLECTIONS,
        roles={
            "sender": partial(_send, base, settings, run, queries),
            "retention": nightly("retention", forget, clock),
        },
    )


def policy_of(settings: Settings) -> Policy:
    """The municipality's choices."""
    hosts: tuple[tuple[Channel, str | None], ...] = (("email", settings.smtp_host), ("sms", settings.smpp_host))
    return Policy(
        channels=tuple(channel for channel, host in hosts if host),
        sms_quiet_hours=settings.sms_quiet_hours,
        retry=RetryPolicy(
            first_wait=timedelta(seconds=settings.first_wait_seconds),
            give_up_after=timedelta(hours=settings.give_up_hours),
        ),
        lease=timedelta(seconds=settings.lease_seconds),
        too_old=timedelta(hours=settings.too_old_hours),
    )


class _PortsFactory:
    """Builds the use cases' ports on a transaction."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._policy = policy_of(settings)
        self._clock = clock
        self._compose = Composer(
            municipality=settings.municipality, public_url=settings.public_url, own_words=settings.messages_dir
        )

    def __call__(self, transaction: Transaction) -> Ports:
        def announce(event: Event, *, cause: Cause) -> None:
            transaction.announce(event, cause=cause)

        return Ports(
            store=Store(transaction),
            announce=announce,
            audit=transaction.audit,
            compose=self._compose,
            now=self._clock.now,
            jitter=random.random,
            policy=self._policy,
        )


async def _send(
    base: Foundation, settings: Settings, run: Runner[Ports], queries: Queries, stop: asyncio.Event
) -> None:
    """The role `sender`: lines for the channels there are, opened here and closed here."""
    session = _smpp_session(settings, run)
    lines = _lines(settings, session)
    role = SenderRole(
        run,
        queries,
        lines,
        now=base.clock.now,
        watch=partial(_watch, base),
        poll_seconds=settings.poll_seconds,
    )
    if session:
        session.start()
    try:
        await role(stop)
    finally:
        if session:
            await session.close()


async def _watch(base: Foundation, wake: asyncio.Event) -> None:
    names = ("deliveries", "communications")
    await asyncio.gather(*(wake_on_insert(base.database[name], wake) for name in names))


def _lines(settings: Settings, session: SmppSession | None) -> list[Line]:
    lines = []
    if settings.smtp_host:
        mail = _mail(settings, settings.smtp_host)
        lines.append(
            Line(channel="email", sender=mail, per_second=settings.mail_per_second, at_once=settings.sends_at_once)
        )
    if session:
        sms = Sms(session, sender=settings.sms_sender)
        lines.append(
            Line(channel="sms", sender=sms, per_second=settings.sms_per_second, at_once=settings.sends_at_once)
        )
    return lines


def _mail(settings: Settings, host: str) -> Mail:
    return Mail(
        MailServer(
            host=host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        ),
        Envelope(
            sender_name=settings.municipality,
            sender_address=settings.mail_sender,
            reply_to=settings.mail_reply_to,
        ),
        MailLayout(
            Letterhead(municipality=settings.municipality, office=settings.office, public_url=settings.public_url)
        ),
    )


def _smpp_session(settings: Settings, run: Runner[Ports]) -> SmppSession | None:
    if not settings.smpp_host:
        return None
    smsc = Smsc(
        host=settings.smpp_host,
        port=settings.smpp_port,
        system_id=settings.smpp_system_id,
        password=settings.smpp_password.get_secret_value(),
    )
    return SmppSession(smsc, on_sms_receipt(run, settings.smpp_receipt_ids))
