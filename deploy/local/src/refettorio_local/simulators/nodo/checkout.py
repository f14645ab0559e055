"""Checkout: the cart endpoint that the creditor calls and the payment page that the payer sees."""

import hmac
import re
from collections import OrderedDict
from secrets import token_urlsafe

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from refettorio_local.simulators.nodo.answers import RefusedError
from refettorio_local.simulators.nodo.cart import Cart, PaymentNotice
from refettorio_local.simulators.nodo.creditor import Notice
from refettorio_local.simulators.nodo.payments import Order, Register
from refettorio_local.simulators.nodo.receipt import CHECKOUT
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.web import Pages, problem

KEY_HEADER = "Ocp-Apim-Subscription-Key"
MOST_CARTS = 500
LARGEST_CART = 65_536  # bytes
CARD_DIGITS = re.compile(r"\d{13,19}")
DECLINED_CARD = "4000000000000002"


class Checkout:
    """Carts in memory; each is paid, given up or refused once."""

    def __init__(self, settings: Settings, register: Register, pages: Pages) -> None:
        self._settings = settings
        self._register = register
        self._pages = pages
        self._carts: OrderedDict[str, Cart] = OrderedDict()

    def routes(self) -> list[Route]:
        """The endpoint of the real Checkout and the pages behind its Location."""
        return [
            Route("/checkout/ec/v2/carts", self._create, methods=["POST"]),
            Route("/paga/{cart_id}", self._show),
            Route("/paga/{cart_id}", self._pay, methods=["POST"]),
            Route("/paga/{cart_id}/annulla", self._cancel, methods=["POST"]),
        ]

    async def _create(self, request: Request) -> Response:
        if not self._has_key(request):
            return problem(401, "Access Denied", "Missing or invalid subscription key.")
        body = await request.body()
        if len(body) > LARGEST_CART:
            return problem(400, "Bad Request", "The cart is too large.")
        try:
            cart = Cart.model_validate_json(body)
        except ValidationError as error:
            reasons = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
            return problem(400, "Bad Request", reasons)
        cart_id = token_urlsafe(16)
        self._carts[cart_id] = cart
        if len(self._carts) > MOST_CARTS:
            self._carts.popitem(last=False)
        return RedirectResponse(f"{self._settings.base_url}/paga/{cart_id}", status_code=302)

    def _has_key(self, request: Request) -> bool:
        sent, wanted = request.headers.get(KEY_HEADER, ""), self._settings.checkout_key
        return bool(sent) if wanted is None else hmac.compare_digest(sent.encode(), wanted.encode())

    async def _show(self, request: Request) -> Response:
        cart_id = request.path_params["cart_id"]
        if cart_id not in self._carts:
            return self._gone(request)
        return await self._form(request, cart_id)

    async def _pay(self, request: Request) -> Response:
        cart_id = request.path_params["cart_id"]
        if cart_id not in self._carts:
            return self._gone(request)
        form = await request.form()
        if wrong := _wrong_card(re.sub(r"[ -]", "", str(form.get("card", "")))):
            return await self._form(request, cart_id, error=wrong)
        cart = self._carts.pop(cart_id)  # from here on a second press pays nothing
        try:
            for one in cart.payment_notices:
                await self._register.pay(Order(notice=_notice(one), channel=CHECKOUT, note=cart.id_cart))
        except RefusedError:
            return _back(str(cart.return_urls.error))
        return _back(str(cart.return_urls.ok))

    async def _cancel(self, request: Request) -> Response:
        cart = self._carts.pop(request.path_params["cart_id"], None)
        return self._gone(request) if cart is None else _back(str(cart.return_urls.cancel))

    async def _form(self, request: Request, cart_id: str, *, error: str | None = None) -> Response:
        cart = self._carts[cart_id]
        try:
            due = [await self._register.verify(_notice(one)) for one in cart.payment_notices]
        except RefusedError as refused:
            gone = {"fault": refused.fault, "return_url": str(cart.return_urls.error)}
            return self._pages.show(request, "refused", gone, status=422)
        context = {
            "cart_id": cart_id,
            "due": due,
            "fee_cents": CHECKOUT.fee_cents,
            "total_cents": sum(one.amount_cents for one in due) + CHECKOUT.fee_cents * len(due),
            "error": error,
            "declined_card": DECLINED_CARD,
        }
        return self._pages.show(request, "pay", context, status=422 if error else 200)

    def _gone(self, request: Request) -> Response:
        return self._pages.show(request, "gone", status=404)


def _notice(one: PaymentNotice) -> Notice:
    return Notice(number=one.notice_number, fiscal_code=one.fiscal_code)


def _wrong_card(digits: str) -> str | None:
    """Why a card cannot be used, None when it can. Its number is looked at and forgotten."""
    if not CARD_DIGITS.fullmatch(digits) or not _has_luhn_digit(digits):
        return "Il numero della carta non è valido: controlla le cifre."
    if digits == DECLINED_CARD:
        return "La banca ha rifiutato la carta. Nessun importo è stato addebitato."
    return None


def _has_luhn_digit(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _back(url: str) -> Response:
    return RedirectResponse(url, status_code=303)
