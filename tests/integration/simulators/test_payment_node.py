"""The node as a creditor and as a payer meet it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLError
from typing import Any

import httpx2 as httpx
import pytest
from lxml import etree

from refettorio_chassis.clock import FixedClock
from refettorio_local.simulators.nodo.app import node
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.settings import Listening
from tests.integration.simulators.creditor import CODE, NOTICE, VERIFIED, Station, payment_data, refusal, transfer

URL = "http://nodo.example"
SCHEMAS = Path(__file__).parents[4] / "shared/specs/xsd/pagopa-api"
CART: dict[str, Any] = {
    "emailNotice": "mario@posta.example",
    "paymentNotices": [
        {
            "noticeNumber": NOTICE,
            "fiscalCode": CODE,
            "amount": 5000,
            "companyName": "Comune di Esempio",
            "description": "Ricarica mensa",
        }
    ],
    "returnUrls": {
        f"return{name}Url": f"https://comune.example/{name}" for name in ("Ok", "Cancel", "Error", "Waiting")
    },
    "idCart": "carrello-1",
}
KEY = {"Ocp-Apim-Subscription-Key": "chiave"}


@dataclass
class Payer:
    """Somebody in front of the node, with the creditor's station behind it."""

    http: httpx.AsyncClient
    station: Station

    async def api(self, path: str, **body: object) -> dict[str, Any]:
        answer = await self.http.post(f"/api/{path}", json={"notice_number": NOTICE, **body})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def cart(self) -> str:
        answer = await self.http.post("/checkout/ec/v2/carts", json=CART, headers=KEY)
        assert answer.status_code == 302
        return str(answer.headers["location"])

    async def payments(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.http.get("/api/payments")).json()["items"]
        return items

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while not holds(newest := (await self.payments())[0]):  # noqa: ASYNC110 - asked over HTTP
                await asyncio.sleep(0.01)
        return newest


SETTINGS = Settings(
    listening=Listening(host="127.0.0.1", port=8092),
    base_url=URL,
    target_url="http://comune.example/pagopa/paForNode",
    creditor_fiscal_code=CODE,
    broker_fiscal_code=CODE,
    station=f"{CODE}_01",
    checkout_key="chiave",
    schema_folder=SCHEMAS,
    retries=3,
    retry_seconds=0.01,
)


@pytest.fixture
async def payer() -> AsyncIterator[Payer]:
    station = Station()
    app = node(SETTINGS, FixedClock(datetime(2025, 9, 30, 22, 30, tzinfo=UTC)), station.client())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http,
    ):
        yield Payer(http, station)


async def test_a_verified_notice_shows_what_is_due_in_cents(payer: Payer) -> None:
    due = await payer.api("verify")
    assert (due["outcome"], due["amount_cents"], due["description"]) == ("OK", 5000, "Ricarica mensa")
    assert payer.station.actions == ['"paVerifyPaymentNotice"']


@pytest.mark.parametrize("version", [1, 2])
async def test_paying_asks_activates_and_sends_the_receipt(payer: Payer, version: int) -> None:
    paid = await payer.api("pay", version=version)
    names = [etree.QName(root).localname for root in payer.station.asked]
    expected = {
        1: ["paVerifyPaymentNoticeReq", "paGetPaymentReq", "paSendRTReq"],
        2: ["paVerifyPaymentNoticeReq", "paGetPaymentV2Request", "paSendRTV2Request"],
    }
    assert names == expected[version]
    receipt = payer.station.asked[-1].find("receipt")
    assert receipt is not None
    assert receipt.findtext("receiptId") == paid["receipt_id"]
    assert receipt.findtext("paymentAmount") == "50.00"
    assert receipt.findtext("debtor/fullName") == "Mario Rossi"
    assert receipt.findtext("paymentDateTime") == "2025-10-01T00:30:00"  # Europe/Rome
    assert paid["receipt_state"] == "delivered"


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.skipif(not SCHEMAS.is_dir(), reason=f"the official schemas are not at {SCHEMAS}")
async def test_every_request_is_valid_against_the_official_schema(payer: Payer, version: int) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "wsdl/xsd/paForNode.xsd"))
    await payer.api("pay", version=version)
    for root in payer.station.asked:
        assert schema.validate(root), schema.error_log


async def test_a_refusal_carries_the_creditors_own_code(payer: Payer) -> None:
    payer.station.replies["paVerifyPaymentNoticeReq"] = refusal("PAA_PAGAMENTO_SCADUTO")
    answer = await payer.api("pay")
    assert answer["outcome"] == "KO"
    assert answer["fault"]["code"] == "PPT_ERRORE_EMESSO_DA_PAA"
    assert answer["fault"]["original_code"] == "PAA_PAGAMENTO_SCADUTO"


@pytest.mark.parametrize(
    "bad",
    [
        "<outcome>KO</outcome>",
        "<outcome>OK</outcome>",
        payment_data(2, total="49.99"),
        payment_data(2, transfers=transfer(1, "30.00", 2) + transfer(2, "19.99", 2)),
        payment_data(2, transfers=transfer(1, "25.00", 2) * 2),
        payment_data(2).replace("IT60X", "IT61X"),
        payment_data(2).replace("01000000000000144", "01000000000000145"),
        payment_data(2).replace("<transferCategory>9/0107101TS/</transferCategory>", ""),
        payment_data(2).replace("<companyName>Comune di Esempio</companyName><debtor>", "<debtor>"),
        payment_data(2).replace("50.00", "50,00"),
        payment_data(2).replace("<fullName>", '<fullName xmlns="urn:altro">'),
        payment_data(2).replace("</data>", '<x:metadata xmlns:x="urn:altro"/></data>'),
    ],
)
@pytest.mark.parametrize("with_schema", [True, False])
async def test_an_unusable_answer_stops_the_payment(bad: str, with_schema: bool) -> None:
    station = Station(replies={"paGetPaymentV2Request": bad})
    settings = replace(SETTINGS, schema_folder=SCHEMAS if with_schema else None)
    app = node(settings, FixedClock(datetime(2025, 9, 30, tzinfo=UTC)), station.client())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
        answer = await Payer(http, station).api("pay")
    assert answer["fault"]["code"] == "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"
    assert not station.requests("paSendRTV2Request")


@pytest.mark.parametrize("missing", ["paymentDescription", "fiscalCodePA", "companyName", "amount"])
async def test_a_verification_without_a_mandatory_field_is_refused(payer: Payer, missing: str) -> None:
    document = etree.fromstring(f"<a>{VERIFIED}</a>")
    node_ = document.find(f".//{missing}")
    assert node_ is not None
    parent = node_.getparent()
    assert parent is not None
    parent.remove(node_)
    inner = "".join(etree.tostring(child).decode() for child in document)
    payer.station.replies["paVerifyPaymentNoticeReq"] = inner
    answer = await payer.api("verify")
    assert answer["fault"]["code"] == "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"


def out_of_order() -> httpx.Response:
    return httpx.Response(500)


async def test_a_receipt_that_cannot_be_delivered_is_sent_again(payer: Payer) -> None:
    replies = payer.station.replies
    replies["paSendRTV2Request"] = out_of_order
    paid = await payer.api("pay")
    assert paid["receipt_state"] == "retrying"
    await payer.until(lambda one: len(one["attempts"]) > 1)
    del replies["paSendRTV2Request"]
    newest = await payer.until(lambda one: one["receipt_state"] == "delivered")
    sent = {root.findtext("receipt/receiptId") for root in payer.station.requests("paSendRTV2Request")}
    assert sent == {newest["receipt_id"]}


async def test_after_the_last_retry_the_receipt_is_given_up_and_can_be_sent_by_hand(payer: Payer) -> None:
    payer.station.replies["paSendRTV2Request"] = out_of_order
    await payer.api("pay")
    newest = await payer.until(lambda one: one["receipt_state"] == "given-up")
    assert len(newest["attempts"]) == 1 + SETTINGS.retries
    payer.station.replies.clear()
    again = (await payer.http.post(f"/api/resend/{newest['receipt_id']}")).json()
    assert again["receipt_state"] == "delivered"


async def test_a_duplicate_answer_counts_as_delivered_and_a_refusal_is_not_repeated(payer: Payer) -> None:
    payer.station.replies["paSendRTV2Request"] = refusal("PAA_RECEIPT_DUPLICATA")
    assert (await payer.api("pay"))["receipt_state"] == "delivered"
    payer.station.replies["paSendRTV2Request"] = refusal("PAA_SEMANTICA")
    assert (await payer.api("pay", second_payment=True))["receipt_state"] == "refused"


async def test_a_duplicate_receipt_is_the_same_receipt_twice(payer: Payer) -> None:
    await payer.api("pay", duplicate_receipt=True)
    first, second = payer.station.requests("paSendRTV2Request")
    assert etree.tostring(first) == etree.tostring(second)


async def test_a_paid_notice_is_paid_again_only_on_purpose_and_with_another_receipt(payer: Payer) -> None:
    first = await payer.api("pay")
    assert (await payer.api("pay"))["fault"]["code"] == "PPT_PAGAMENTO_DUPLICATO"
    second = await payer.api("pay", second_payment=True)
    assert first["receipt_id"] != second["receipt_id"]
    assert len(await payer.payments()) == 2


async def test_another_amount_is_paid_in_stand_in(payer: Payer) -> None:
    await payer.api("pay", amount_cents=4500)
    receipt = payer.station.asked[-1].find("receipt")
    assert receipt is not None
    assert receipt.findtext("paymentAmount") == "45.00"
    assert receipt.findtext("transferList/transfer/transferAmount") == "45.00"
    assert receipt.findtext("standIn") == "true"


@pytest.mark.parametrize("error", [httpx.ConnectError("nobody there"), SSLError("certificate unknown")])
async def test_an_unreachable_creditor_is_named(payer: Payer, error: Exception) -> None:
    def nobody() -> httpx.Response:
        raise error

    payer.station.replies["paVerifyPaymentNoticeReq"] = nobody
    assert (await payer.api("verify"))["fault"]["code"] == "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE"


async def test_a_cart_is_paid_and_the_browser_goes_back(payer: Payer) -> None:
    page = await payer.cart()
    assert "50,00 €" in (await payer.http.get(page)).text
    answer = await payer.http.post(page, data={"card": "4242 4242 4242 4242"})
    assert (answer.status_code, answer.headers["location"]) == (303, "https://comune.example/Ok")
    receipt = payer.station.requests("paSendRTV2Request")[0].find("receipt")
    assert receipt is not None
    assert receipt.findtext("paymentNote") == "carrello-1"
    assert (await payer.http.post(page, data={"card": "4242424242424242"})).status_code == 404


async def test_a_cart_is_given_up(payer: Payer) -> None:
    answer = await payer.http.post(f"{await payer.cart()}/annulla")
    assert answer.headers["location"] == "https://comune.example/Cancel"
    assert await payer.payments() == []


@pytest.mark.parametrize("card", ["4000000000000002", "4242424242424241", "carta"])
async def test_a_card_that_is_wrong_or_declined_pays_nothing(payer: Payer, card: str) -> None:
    page = await payer.cart()
    assert (await payer.http.post(page, data={"card": card})).status_code == 422
    assert await payer.payments() == []


async def test_a_payment_that_the_creditor_refuses_ends_at_the_error_page(payer: Payer) -> None:
    page = await payer.cart()
    payer.station.replies["paGetPaymentV2Request"] = refusal("PAA_PAGAMENTO_ANNULLATO")
    answer = await payer.http.post(page, data={"card": "4242424242424242"})
    assert answer.headers["location"] == "https://comune.example/Error"


async def test_a_cart_without_the_key_is_not_taken(payer: Payer) -> None:
    for headers in ({}, {"Ocp-Apim-Subscription-Key": "altra"}):
        answer = await payer.http.post("/checkout/ec/v2/carts", json=CART, headers=headers)
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"paymentNotices": []},
        {"paymentNotices": [{**CART["paymentNotices"][0], "amount": 0}]},
        {"paymentNotices": [{**CART["paymentNotices"][0], "noticeNumber": "12"}]},
        {"paymentNotices": CART["paymentNotices"] * 6},
        {"returnUrls": {}},
        {"emailNotice": "nessuna"},
    ],
)
async def test_a_malformed_cart_is_a_problem(payer: Payer, change: dict[str, object]) -> None:
    answer = await payer.http.post("/checkout/ec/v2/carts", json={**CART, **change}, headers=KEY)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_tobacconist_takes_grouped_digits_and_prints_a_receipt(payer: Payer) -> None:
    typed = {"notice_number": "3010 0000 0000 0001 44", "fiscal_code": CODE, "version": "1"}
    page = await payer.http.post("/tabaccheria/avviso", data=typed)
    assert "Ricarica mensa" in page.text
    answer = await payer.http.post("/tabaccheria/paga", data=typed)
    assert answer.status_code == 303
    receipt = await payer.http.get(answer.headers["location"])
    assert "Pagamento eseguito" in receipt.text
    assert payer.station.requests("paSendRTReq")


@pytest.mark.parametrize("number", ["", "123", "401000000000000144", "3010000000000001440", "trecentouno"])
async def test_a_number_that_is_no_notice_is_explained(payer: Payer, number: str) -> None:
    page = await payer.http.post("/tabaccheria/avviso", data={"notice_number": number, "fiscal_code": CODE})
    assert page.status_code == 422
    assert "18 cifre" in page.text
    assert payer.station.asked == []
