"""The same for machines: tests and the story. Amounts in cents; refusals are answers, not HTTP errors."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from refettorio_local.simulators.nodo.answers import Fault, RefusedError
from refettorio_local.simulators.nodo.counter import WrongInputError, read_notice
from refettorio_local.simulators.nodo.creditor import Notice
from refettorio_local.simulators.nodo.payments import Order, Register, UnknownReceiptError
from refettorio_local.simulators.nodo.receipt import CHECKOUT, TOBACCONIST
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.web import listing, problem

CHANNELS = {channel.key: channel for channel in (CHECKOUT, TOBACCONIST)}
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VerifyAsked(_Asked):
    """`fiscal_code`: the creditor's, else the one the simulator was set up with."""

    notice_number: str
    fiscal_code: str | None = None


class PayAsked(VerifyAsked):
    """A payment.

    `amount_cents` other than what is due: paid in stand-in with a stale amount. `duplicate_receipt`: the
    same receipt is sent twice. `second_payment`: an already paid notice is paid once more, with another receipt.
    `lose_receipt`: no receipt is sent, the payment shows up only in the flow.
    """

    amount_cents: Annotated[int, Field(ge=1)] | None = None
    duplicate_receipt: bool = False
    second_payment: bool = False
    lose_receipt: bool = False
    version: Literal[1, 2] = 2
    channel: Literal["checkout", "tabaccheria"] = "tabaccheria"


class Api:
    """The JSON endpoints over the register."""

    def __init__(self, settings: Settings, register: Register) -> None:
        self._creditor_code = settings.creditor_fiscal_code
        self._register = register

    def routes(self) -> list[Route]:
        """`/api/verify`, `/api/pay`, `/api/resend/<id>`, `/api/payments`."""
        payments = listing(lambda: [entry.described() for entry in self._register.entries])
        return [
            Route("/api/verify", _answering(self._verify), methods=["POST"]),
            Route("/api/pay", _answering(self._pay), methods=["POST"]),
            Route("/api/resend/{receipt_id}", self._resend, methods=["POST"]),
            Route("/api/payments", payments),
        ]

    async def _verify(self, request: Request) -> Response:
        asked = VerifyAsked.model_validate_json(await request.body())
        due = await self._register.verify(self._notice(asked))
        return JSONResponse(
            {
                "outcome": "OK",
                "amount_cents": due.amount_cents,
                "description": due.description,
                "due_date": due.due_date,
                "creditor": due.creditor,
                "office": due.office,
                "creditor_fiscal_code": due.creditor_fiscal_code,
            }
        )

    async def _pay(self, request: Request) -> Response:
        asked = PayAsked.model_validate_json(await request.body())
        notice = self._notice(asked)
        if asked.second_payment:
            entry = await self._register.pay_again(notice)
        else:
            order = Order(
                notice=notice,
                channel=CHANNELS[asked.channel],
                version=asked.version,
                amount_cents=asked.amount_cents,
                is_receipt_lost=asked.lose_receipt,
            )
            entry = await self._register.pay(order)
        if asked.duplicate_receipt:
            await self._register.resend(entry.paid.receipt_id)
        return JSONResponse({"outcome": "OK", **entry.described()})

    async def _resend(self, request: Request) -> Response:
        try:
            entry = await self._register.resend(request.path_params["receipt_id"])
        except UnknownReceiptError:
            return problem(404, "Not Found", "No such receipt.")
        return JSONResponse({"outcome": "OK", **entry.described()})

    def _notice(self, asked: VerifyAsked) -> Notice:
        return read_notice(asked.notice_number, asked.fiscal_code or self._creditor_code)


def _answering(endpoint: Endpoint) -> Endpoint:
    """Turns refusals into `{"outcome": "KO", "fault": …}` and unreadable requests into 422."""

    async def answering(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RefusedError as error:
            return JSONResponse({"outcome": "KO", "fault": _described(error.fault)})
        except ValidationError as error:
            return problem(422, "Unprocessable", str(error))
        except WrongInputError as error:
            return problem(422, "Unprocessable", error.message)

    return answering


def _described(fault: Fault) -> dict[str, str | None]:
    return {
        "code": fault.code,
        "message": fault.message,
        "original_code": fault.original_code,
        "original_message": fault.original_message,
    }
