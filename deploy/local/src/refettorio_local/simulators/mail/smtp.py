"""The SMTP server: aiosmtpd on the loop of the pages."""

import asyncio
import hmac
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.faults import Faults
from refettorio_local.simulators.mail.mailbox import Mailboxes
from refettorio_local.simulators.mail.settings import Settings

TAKEN = "250 2.0.0 Message accepted"
REFUSALS = {
    "temporary": "451 4.3.0 Mailbox temporarily unavailable, try again later",
    "permanent": "550 5.1.1 No such mailbox here",
}
HANGING_UP = "421 4.3.0 Connection dropped"


class Reception:
    """What aiosmtpd calls when a message has come."""

    def __init__(self, mailboxes: Mailboxes, faults: Faults, clock: Clock) -> None:
        self._mailboxes = mailboxes
        self._faults = faults
        self._clock = clock

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message, or refuse it the way that was asked for."""
        mode = self._faults.strike()
        if mode == "drop":
            if server.transport is not None:
                server.transport.close()
            return HANGING_UP
        if mode in REFUSALS:
            return REFUSALS[mode]
        self._mailboxes.receive(
            sender=envelope.mail_from or "",
            recipients=envelope.rcpt_tos,
            at=self._clock.now(),
            source=envelope.original_content or b"",
        )
        return TAKEN


@asynccontextmanager
async def listening(settings: Settings, reception: Reception) -> AsyncIterator[None]:
    """Accept mail until the block ends."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        # Passwords in clear are warned about; the loopback address has nobody to listen in.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(
                reception,
                loop=loop,
                hostname="posta.simulatore.example",
                data_size_limit=settings.largest_bytes,
                enable_SMTPUTF8=True,
                auth_required=settings.username is not None,
                auth_require_tls=False,
                authenticator=_authenticator(settings) if settings.username else None,
            )

    server = await loop.create_server(session, settings.smtp_host, settings.smtp_port)
    try:
        yield
    finally:
        server.close()


class _Credentials:
    """Compares what a client says with the one account there is."""

    def __init__(self, username: str, password: str) -> None:
        self._wanted = (username.encode(), password.encode())

    def __call__(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, sent: object
    ) -> AuthResult:
        is_known = isinstance(sent, LoginPassword) and all(
            hmac.compare_digest(said, wanted)
            for said, wanted in zip((sent.login, sent.password), self._wanted, strict=True)
        )
        return AuthResult(success=is_known, handled=False)


def _authenticator(settings: Settings) -> _Credentials:
    return _Credentials(settings.username or "", settings.password)
