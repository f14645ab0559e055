"""Send a person to the identity provider they chose."""

from __future__ import annotations

from dataclasses import dataclass

from identity.domain.errors import UnknownIdentityProviderError
from identity.domain.exchange import begun_by_us
from identity.domain.levels import Levels
from identity.domain.sign_in import Browser, Scheme, SignIn, local_path
from identity.usecases.ports import BrowserMessage, Ports
from identity.usecases.secrecy import fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedSignIn:
    """`browser_secret` goes into a cookie of the browser that started, and must come back with the response."""

    message: BrowserMessage
    browser_secret: str


async def start_sign_in(
    ports: Ports,
    *,
    scheme: Scheme,
    provider: str,
    next_path: str | None,
    levels: Levels,
    browser: Browser,
) -> StartedSignIn:
    """Keep what the response must match, and make the request, at the level of the part of the site wanted.

    A browser that is already signing in elsewhere may go on there too; the session it has ends when the new one begins.
    Raises `UnknownIdentityProviderError`.
    """
    if not ports.federation.is_trusted(scheme, provider):
        raise UnknownIdentityProviderError("Il gestore di identità scelto non è tra quelli riconosciuti.")
    browser_secret = browser.sign_in_secret or ports.chance.secret()
    wanted = local_path(next_path)
    sign_in = SignIn(
        request_id=ports.chance.secret(),
        relay_state=ports.chance.secret(),
        browser=fingerprint(browser_secret),
        scheme=scheme,
        provider=provider,
        level=levels.at(wanted),
        next_path=wanted,
        # Whole seconds, as the request says it: a response in the same second is not older than its request.
        started_at=ports.now().replace(microsecond=0),
        replaces=fingerprint(browser.session_secret) if browser.session_secret else None,
        verifier=ports.chance.secret(),
    )
    await ports.sign_ins.add(sign_in)
    message = ports.federation.request(sign_in)
    exchange = begun_by_us(ports.chance.identifier("exc"), "sign-in", sign_in)
    await ports.exchanges.add(exchange, {"request": message.as_sent})
    return StartedSignIn(message=message, browser_secret=browser_secret)
