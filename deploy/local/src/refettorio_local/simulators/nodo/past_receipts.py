"""Receipts for creditors that did not get theirs (OpenAPI of biz-events, organizations)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from refettorio_chassis.clock import ROME
from refettorio_local.simulators.nodo.flows import KEY
from refettorio_local.simulators.nodo.payments import Register, UnknownReceiptError
from refettorio_local.simulators.nodo.receipt import Paid, transfers_of
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.nodo.soap import amount_cents, text
from refettorio_local.simulators.web import problem

PATH = "/bizevents/organizations/{organization}/receipts/{iur}/paymentoptions/{iuv}"


class PastReceipts:
    """Everything in the register can be asked for."""

    def __init__(self, settings: Settings, register: Register) -> None:
        self._settings = settings
        self._register = register

    def routes(self) -> list[Route]:
        """One."""
        return [Route(PATH, self._receipt)]

    async def _receipt(self, request: Request) -> Response:
        key = self._settings.checkout_key
        if key and request.headers.get(KEY) != key:
            return problem(401, "Unauthorized", "Access denied due to invalid subscription key.")
        try:
            paid = self._register.entry(request.path_params["iur"]).paid
        except UnknownReceiptError:
            return problem(404, "Not Found", "No such receipt.")
        asked = (request.path_params["organization"], request.path_params["iuv"])
        if asked != (paid.notice.fiscal_code, paid.data.creditor_reference):
            return problem(404, "Not Found", "No such receipt.")
        return JSONResponse(_written(paid))


def _written(paid: Paid) -> dict[str, object]:
    debtor = "debtor/uniqueIdentifier/entityUniqueIdentifier"
    return {
        "receiptId": paid.receipt_id,
        "noticeNumber": paid.notice.number,
        "fiscalCode": paid.notice.fiscal_code,
        "outcome": "OK",
        "creditorReferenceId": paid.data.creditor_reference,
        "paymentAmount": paid.amount_cents / 100,
        "description": paid.data.description,
        "companyName": paid.data.company_name or paid.company_name,
        "debtor": {
            "entityUniqueIdentifierType": text(paid.data.element, f"{debtor}Type"),
            "entityUniqueIdentifierValue": text(paid.data.element, f"{debtor}Value"),
            "fullName": text(paid.data.element, "debtor/fullName"),
        },
        "transferList": [
            {
                "idTransfer": int(text(transfer, "idTransfer")),
                "transferAmount": amount_cents(text(transfer, "transferAmount")) / 100,
                "fiscalCodePA": text(transfer, "fiscalCodePA"),
                "iban": text(transfer, "IBAN"),
                "mbdAttachment": "",
                "remittanceInformation": text(transfer, "remittanceInformation"),
                "transferCategory": text(transfer, "transferCategory"),
            }
            for transfer in transfers_of(paid).findall("transfer")
        ],
        "idPSP": paid.channel.psp_id,
        "pspCompanyName": paid.channel.psp_name,
        "idChannel": paid.channel.channel_id,
        "channelDescription": paid.channel.description,
        "paymentMethod": paid.channel.method,
        "fee": paid.channel.fee_cents / 100,
        "paymentDateTimeFormatted": paid.paid_at.astimezone(ROME).strftime("%Y-%m-%dT%H:%M:%S"),
    }
