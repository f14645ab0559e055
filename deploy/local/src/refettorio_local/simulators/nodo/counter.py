"""The tobacconist's counter: a notice number is keyed in, cash is taken, a receipt is printed."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from refettorio_local.simulators.nodo.answers import RefusedError
from refettorio_local.simulators.nodo.creditor import Notice
from refettorio_local.simulators.nodo.payments import Order, Register, UnknownReceiptError
from refettorio_local.simulators.nodo.receipt import TOBACCONIST
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.web import Pages

SEPARATORS = re.compile(r"[\s.\-]")
NOTICE = re.compile(r"[0-3][0-9]{17}")
CREDITOR = re.compile(r"[0-9]{11}")


class WrongInputError(Exception):
    """What was keyed in is not a notice; `message` says what to correct."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def read_notice(number: str, fiscal_code: str) -> Notice:
    """A notice from typed digits; spaces, dots and dashes between groups are fine. Raises WrongInputError."""
    digits, code = SEPARATORS.sub("", number), SEPARATORS.sub("", fiscal_code)
    if not NOTICE.fullmatch(digits):
        raise WrongInputError(f"Il codice avviso ha 18 cifre e comincia con 0, 1, 2 o 3: ne hai scritte {len(digits)}.")
    if not CREDITOR.fullmatch(code):
        raise WrongInputError("Il codice fiscale dell'ente ha 11 cifre.")
    return Notice(number=digits, fiscal_code=code)


class Counter:
    """The pages of the counter and the list of payments."""

    def __init__(self, settings: Settings, register: Register, pages: Pages) -> None:
        self._creditor_code = settings.creditor_fiscal_code
        self._register = register
        self._pages = pages

    def routes(self) -> list[Route]:
        """The counter, its receipts, the list of everything that was paid."""
        return [
            Route("/", self._list),
            Route("/tabaccheria", self._ask),
            Route("/tabaccheria/avviso", self._verify, methods=["POST"]),
            Route("/tabaccheria/paga", self._pay, methods=["POST"]),
            Route("/ricevute/{receipt_id}", self._receipt),
            Route("/ricevute/{receipt_id}/rimanda", self._resend, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        return self._pages.show(request, "home", {"entries": self._register.entries})

    async def _ask(self, request: Request) -> Response:
        return self._asked(request, number="", fiscal_code=self._creditor_code)

    async def _verify(self, request: Request) -> Response:
        number, fiscal_code, version = await _typed(request)
        try:
            notice = read_notice(number, fiscal_code)
            due = await self._register.verify(notice)
        except WrongInputError as error:
            return self._asked(request, number=number, fiscal_code=fiscal_code, error=error.message)
        except RefusedError as error:
            return self._refused(request, error)
        context = {"notice": notice, "due": due, "version": version, "fee_cents": TOBACCONIST.fee_cents}
        return self._pages.show(request, "counter_due", context)

    async def _pay(self, request: Request) -> Response:
        number, fiscal_code, version = await _typed(request)
        try:
            notice = read_notice(number, fiscal_code)
            entry = await self._register.pay(Order(notice=notice, channel=TOBACCONIST, version=version))
        except WrongInputError as error:
            return self._asked(request, number=number, fiscal_code=fiscal_code, error=error.message)
        except RefusedError as error:
            return self._refused(request, error)
        return RedirectResponse(f"/ricevute/{entry.paid.receipt_id}", status_code=303)

    async def _receipt(self, request: Request) -> Response:
        try:
            entry = self._register.entry(request.path_params["receipt_id"])
        except UnknownReceiptError:
            return self._pages.show(request, "gone", status=404)
        return self._pages.show(request, "receipt", {"entry": entry})

    async def _resend(self, request: Request) -> Response:
        try:
            entry = await self._register.resend(request.path_params["receipt_id"])
        except UnknownReceiptError:
            return self._pages.show(request, "gone", status=404)
        return RedirectResponse(f"/ricevute/{entry.paid.receipt_id}", status_code=303)

    def _asked(self, request: Request, *, number: str, fiscal_code: str, error: str | None = None) -> Response:
        context = {"number": number, "fiscal_code": fiscal_code, "error": error}
        return self._pages.show(request, "counter", context, status=422 if error else 200)

    def _refused(self, request: Request, error: RefusedError) -> Response:
        context = {"fault": error.fault, "return_url": "/tabaccheria"}
        return self._pages.show(request, "refused", context, status=422)


async def _typed(request: Request) -> tuple[str, str, int]:
    form = await request.form()
    version = 1 if form.get("version") == "1" else 2
    return str(form.get("notice_number", "")), str(form.get("fiscal_code", "")), version
