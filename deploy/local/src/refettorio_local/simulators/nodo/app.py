"""The node put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from ssl import SSLContext, create_default_context

import httpx2 as httpx
from starlette.applications import Starlette

from refettorio_chassis.clock import Clock
from refettorio_local.simulators.nodo.answers import Judge
from refettorio_local.simulators.nodo.api import Api
from refettorio_local.simulators.nodo.archive import Archive
from refettorio_local.simulators.nodo.checkout import Checkout
from refettorio_local.simulators.nodo.counter import Counter
from refettorio_local.simulators.nodo.creditor import Creditor
from refettorio_local.simulators.nodo.flows import Flows
from refettorio_local.simulators.nodo.past_receipts import PastReceipts
from refettorio_local.simulators.nodo.payments import Register
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.web import Pages, create_app

PAGES = Pages(
    "nodo",
    title="Pagamenti pagoPA",
    explanation="Qui si paga, al posto della banca e della tabaccheria: nessun soldo si muove.",
)


def node(settings: Settings, clock: Clock, client: httpx.AsyncClient | None = None) -> Starlette:
    """The application; `client` reaches the creditor and is given by tests."""
    http = client or httpx.AsyncClient(trust_env=False, verify=_showing(settings.certificates))
    register = Register(settings, Creditor(settings, Judge(settings.schema_folder), http), clock)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await register.stop()
        await http.aclose()

    routes = [
        *Checkout(settings, register, PAGES).routes(),
        *Counter(settings, register, PAGES).routes(),
        *Api(settings, register).routes(),
        *Flows(settings, register, clock).routes(),
        *PastReceipts(settings, register).routes(),
        *Archive(settings).routes(),
    ]
    return create_app(routes, lifespan=lifespan)


def _showing(certificates: Path | None) -> SSLContext:
    """The node's side of a connection: its own certificate, and whom it believes."""
    if certificates is None:
        return create_default_context()
    context = create_default_context(cafile=certificates / "gateway-ca.crt")
    context.load_cert_chain(certificates / "client.crt", certificates / "client.key")
    return context
