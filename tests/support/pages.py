"""The clients' process in this one, with a double instead of the services: for browsers and for a look by eye.

`python -m tests.support.pages [port]` serves every page to whoever looks: guardian, clerk, administrator and auditor.
"""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from clients.settings import Settings
from clients.wiring import NAME, build
from refettorio_chassis.clock import Clock, FixedClock
from refettorio_chassis.testing import TokenMinter
from tests.support.office_money_double import whole_town
from tests.support.services_double import GUARDIAN, ServicesDouble

MONDAY = datetime(2025, 10, 6, 10, 0, tzinfo=UTC)
PUBLIC_URL = "https://scuola.comune.example"
START_SECONDS = 10.0


def settings(checkout: str) -> Settings:
    """No address is ever called: the double stands in for all of them."""
    nowhere = "http://services.invalid"
    return Settings(
        jwks_url=nowhere,
        public_url=PUBLIC_URL,
        identity_url=nowhere,
        enrollment_url=nowhere,
        attendance_url=nowhere,
        ledger_url=nowhere,
        notify_url=nowhere,
        checkout_origins=checkout,
    )


def application(
    double: ServicesDouble, minter: TokenMinter, clock: Clock, *, checkout: str = "https://checkout.pagopa.it"
) -> FastAPI:
    """The clients as their process runs them, but for keys, clock and network."""
    return build(settings(checkout), clock=clock, transport=double, verifier=minter.verifier(NAME))


@dataclass(frozen=True)
class SignedInByGateway:
    """Does what the gateway does: every request arrives with a token."""

    app: ASGIApp
    minter: TokenMinter
    roles: tuple[str, ...] = ("guardian", "office", "administrator", "auditor")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            token = self.minter.token(GUARDIAN, *self.roles, audience=[NAME])
            headers = [*scope["headers"], (b"authorization", f"Bearer {token}".encode())]
            scope = {**scope, "headers": headers}
        await self.app(scope, receive, send)


@contextlib.contextmanager
def served(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """The address of `app`, served by a thread of this process."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="auto"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            message = "the pages did not start"
            raise RuntimeError(message)
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listener.close()


def main() -> None:
    clock = FixedClock(MONDAY)
    minter = TokenMinter(clock)
    app = SignedInByGateway(application(whole_town(), minter, clock), minter)
    with served(app, int(sys.argv[1]) if len(sys.argv) > 1 else 8116) as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
