"""The flows (rendicontazione) of what was paid here, as pagoPA publishes them (OpenAPI of FdR, organizations)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from refettorio_chassis.clock import Clock, rome_day
from refettorio_local.simulators.nodo.payments import Entry, Register
from refettorio_local.simulators.nodo.receipt import Channel, transfers_of
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.nodo.soap import amount_cents, text
from refettorio_local.simulators.web import problem

KEY = "Ocp-Apim-Subscription-Key"
LARGEST_PAGE = 1000
ROOT = "/fdr/organizations/{organization}/fdrs"
ONE = ROOT + "/{fdr}/revisions/{revision}/psps/{psp}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One transfer of one payment, in cents."""

    iuv: str
    iur: str
    id_transfer: int
    cents: int
    status: str
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What one payment service provider sent to the bank in one transfer of money."""

    name: str
    channel: Channel
    published: datetime
    regulation_day: date
    payments: tuple[Payment, ...]

    @property
    def cents(self) -> int:
        return sum(payment.cents for payment in self.payments)


class Flows:
    """Closes a flow per provider for the days that are over, or at once when asked to; publishes them."""

    def __init__(self, settings: Settings, register: Register, clock: Clock) -> None:
        self._settings = settings
        self._register = register
        self._clock = clock
        self._flows: list[Flow] = []
        self._sent: set[str] = set()

    def routes(self) -> list[Route]:
        """Three for creditors, one for tests and the story: `POST /api/flows` closes what was paid until now."""
        return [
            Route(ROOT, self._listed),
            Route(ONE, self._head),
            Route(ONE + "/payments", self._payments),
            Route("/api/flows", self._close_now, methods=["POST"]),
        ]

    async def _close_now(self, _request: Request) -> Response:
        closed = self._close(self._register.entries)
        return JSONResponse({"items": [{"fdr": flow.name, "psp_id": flow.channel.psp_id} for flow in closed]})

    async def _listed(self, request: Request) -> Response:
        refused = self._refused(request)
        if refused:
            return refused
        today = rome_day(self._clock.now())
        self._close([entry for entry in self._register.entries if rome_day(entry.paid.paid_at) < today])
        since = request.query_params.get("publishedGt")
        asked = [flow for flow in self._flows if not since or flow.published > datetime.fromisoformat(since)]
        return _page(
            request,
            [
                {
                    "fdr": flow.name,
                    "pspId": flow.channel.psp_id,
                    "revision": 1,
                    "published": _written(flow.published),
                    "flowDate": _written(flow.published),
                }
                for flow in asked
            ],
        )

    async def _head(self, request: Request) -> Response:
        refused, flow = self._refused(request), self._found(request)
        if refused or flow is None:
            return refused or _unknown()
        totals = {"totPayments": len(flow.payments), "sumPayments": flow.cents / 100}
        return JSONResponse(
            {
                "status": "PUBLISHED",
                "revision": 1,
                "created": _written(flow.published),
                "updated": _written(flow.published),
                "published": _written(flow.published),
                "fdr": flow.name,
                "fdrDate": _written(flow.published),
                "regulation": f"TRN{flow.name[-10:]}",
                "regulationDate": flow.regulation_day.isoformat(),
                "bicCodePouringBank": "SIMUITM1XXX",
                "sender": _sender(flow.channel),
                "receiver": {
                    "id": self._settings.creditor_fiscal_code,
                    "organizationId": self._settings.creditor_fiscal_code,
                    "organizationName": "Ente creditore",
                },
                **totals,
                "computedTotPayments": totals["totPayments"],
                "computedSumPayments": totals["sumPayments"],
            }
        )

    async def _payments(self, request: Request) -> Response:
        refused, flow = self._refused(request), self._found(request)
        if refused or flow is None:
            return refused or _unknown()
        return _page(
            request,
            [
                {
                    "index": index,
                    "iuv": payment.iuv,
                    "iur": payment.iur,
                    "idTransfer": payment.id_transfer,
                    "pay": payment.cents / 100,
                    "payStatus": payment.status,
                    "payDate": _written(payment.paid_at),
                }
                for index, payment in enumerate(flow.payments, start=1)
            ],
        )

    def _close(self, entries: Sequence[Entry]) -> list[Flow]:
        """One flow per provider with what is in none yet."""
        waiting = [entry for entry in reversed(entries) if entry.paid.receipt_id not in self._sent]
        now = self._clock.now()
        closed = []
        for channel in dict.fromkeys(entry.paid.channel for entry in waiting):
            theirs = [entry for entry in waiting if entry.paid.channel == channel]
            paid_on = max(rome_day(entry.paid.paid_at) for entry in theirs)
            number = len(self._flows) + 1
            flow = Flow(
                name=f"{paid_on.isoformat()}{channel.psp_id}-{number:010d}",
                channel=channel,
                published=now,
                regulation_day=paid_on + timedelta(days=1),
                payments=tuple(
                    payment for entry in theirs for payment in _payments_of(entry, self._settings.creditor_fiscal_code)
                ),
            )
            self._flows.append(flow)
            self._sent.update(entry.paid.receipt_id for entry in theirs)
            closed.append(flow)
        return closed

    def _found(self, request: Request) -> Flow | None:
        asked = (request.path_params["fdr"], request.path_params["psp"], request.path_params["revision"])
        return next((flow for flow in self._flows if (flow.name, flow.channel.psp_id, "1") == asked), None)

    def _refused(self, request: Request) -> Response | None:
        key = self._settings.checkout_key
        if key and request.headers.get(KEY) != key:
            return problem(401, "Unauthorized", "Access denied due to invalid subscription key.")
        if request.path_params["organization"] != self._settings.creditor_fiscal_code:
            return problem(404, "Not Found", "No such organization.")
        return None


def _payments_of(entry: Entry, creditor_fiscal_code: str) -> list[Payment]:
    return [
        Payment(
            iuv=entry.paid.data.creditor_reference,
            iur=entry.paid.receipt_id,
            id_transfer=int(text(transfer, "idTransfer")),
            cents=amount_cents(text(transfer, "transferAmount")),
            status="STAND_IN" if entry.paid.is_stand_in else "EXECUTED",
            paid_at=entry.paid.paid_at,
        )
        for transfer in transfers_of(entry.paid).findall("transfer")
        if text(transfer, "fiscalCodePA") == creditor_fiscal_code
    ]


def _page(request: Request, items: Sequence[object]) -> Response:
    size = min(int(request.query_params.get("size", LARGEST_PAGE)), LARGEST_PAGE)
    number = int(request.query_params.get("page", 1))
    shown = items[(number - 1) * size : number * size]
    total = max(1, -(-len(items) // size))
    metadata = {"pageSize": size, "pageNumber": number, "totPage": total}
    return JSONResponse({"metadata": metadata, "count": len(shown), "data": list(shown)})


def _sender(channel: Channel) -> dict[str, str]:
    return {
        "type": "LEGAL_PERSON",
        "id": channel.psp_id,
        "pspId": channel.psp_id,
        "pspName": channel.psp_name,
        "pspBrokerId": channel.psp_fiscal_code,
        "channelId": channel.channel_id,
    }


def _unknown() -> Response:
    return problem(404, "Not Found", "No such flow.")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
