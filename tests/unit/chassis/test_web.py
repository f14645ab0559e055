"""The edge: every outcome is an answer that machines and people can read, and none tells more than it should."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

import httpx2 as httpx
import pytest
import structlog
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field, field_validator

from refettorio_chassis import mongo
from refettorio_chassis.auth import Caller, caller_with, open_to_all
from refettorio_chassis.errors import ConflictError, DomainError, NotAllowedError, NotFoundError, RetryLater
from refettorio_chassis.outbox import command_id
from refettorio_chassis.testing import TokenMinter
from refettorio_chassis.web import Health, create_app


class DebtOutstandingError(DomainError):
    slug: ClassVar[str] = "debt-outstanding"


class TakenError(ConflictError):
    slug: ClassVar[str] = "duplicate-application"


OUTCOMES: dict[str, tuple[Exception, int, str]] = {
    "domain": (DebtOutstandingError("Hai un debito di 5,10 €.", debt_cents=510), 422, "debt-outstanding"),
    "conflict": (TakenError("C'è già una domanda."), 409, "duplicate-application"),
    "not-found": (NotFoundError("Non c'è."), 404, "non-trovato"),
    "not-allowed": (NotAllowedError("Non puoi."), 403, "non-consentito"),
    "later": (RetryLater("pagoPA"), 503, "riprova-piu-tardi"),
    "mongo": (mongo.MongoFault("no primary"), 503, "riprova-piu-tardi"),
    "duplicate": (mongo.DuplicateKey("E11000 dup key: { fiscal_code: 'RSSMRA80A01F205X' }"), 500, "errore-interno"),
    "bug": (KeyError("RSSMRA80A01F205X"), 500, "errore-interno"),
    "teapot": (HTTPException(418), 418, "richiesta-non-valida"),
}


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")
    pupil_given_name: str = Field(min_length=2, max_length=10)
    fiscal_code: str = Field(pattern="^[A-Z0-9]{16}$")
    birth_date: date
    amount_cents: int = Field(gt=0, le=20_000)
    service: Literal["meals", "transport"]
    privacy_accepted: bool
    days: list[str] = Field(max_length=5)

    @field_validator("privacy_accepted")
    @classmethod
    def accepted(cls, value: bool) -> bool:
        if not value:
            raise ValueError("Occorre accettare l'informativa.")
        return value


def router() -> APIRouter:
    routes = APIRouter(prefix="/api/ledger/v1")

    @routes.get("/fails/{how}", dependencies=[Depends(open_to_all)])
    async def fails(how: str) -> None:
        raise OUTCOMES[how][0]

    @routes.post("/forms", dependencies=[Depends(open_to_all)])
    async def forms(form: Form) -> dict[str, str | None]:
        return {"cause": command_id.get()}

    @routes.get("/account")
    async def account(caller: Annotated[Caller, Depends(caller_with("guardian"))]) -> dict[str, str]:
        return {"account_id": caller.subject}

    return routes


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def minter() -> TokenMinter:
    return TokenMinter()


@pytest.fixture
def health() -> dict[str, bool]:
    return {"mongodb": True, "kafka": True}


@pytest.fixture
async def client(minter: TokenMinter, health: dict[str, bool]) -> AsyncIterator[httpx.AsyncClient]:
    async def check() -> Health:
        return Health(name="mongodb", is_well=health["mongodb"], detail="")

    async def other() -> Health:
        return Health(name="kafka", is_well=health["kafka"], detail="meals: waiting")

    app = create_app(service="ledger", routers=[router()], verifier=minter.verifier("ledger"), readiness=[check, other])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger") as made:
        yield made


@pytest.mark.parametrize("how", OUTCOMES)
async def test_every_kind_of_failure_is_a_problem_with_a_stable_slug(
    client: httpx.AsyncClient, how: str, logged: list[Any]
) -> None:
    error, status, slug = OUTCOMES[how]
    answer = await client.get(f"/api/ledger/v1/fails/{how}")
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (body["status"], body["slug"], body["type"]) == (status, slug, f"urn:refettorio:problem:{slug}")
    assert body["correlation_id"] == answer.headers["x-correlation-id"]
    assert body["detail"]
    assert "RSSMRA80A01F205X" not in answer.text
    if isinstance(error, DomainError):
        assert (body["detail"], body["values"]) == (error.message, error.values)
    assert ("retry-after" in answer.headers) == (status == 503)
    assert [line["event"] for line in logged] == {500: ["unexpected"], 503: ["not now"]}.get(status, [])


@pytest.mark.parametrize(
    ("path", "slug"), [("/nowhere", "non-trovato"), ("/api/ledger/v1/forms", "metodo-non-consentito")]
)
async def test_a_wrong_path_or_method_is_a_problem_too(client: httpx.AsyncClient, path: str, slug: str) -> None:
    answer = await client.get(path)
    assert (answer.json()["slug"], answer.headers["content-type"]) == (slug, "application/problem+json")


GOOD = {
    "pupil_given_name": "Giulia",
    "fiscal_code": "NVRGLI17E41D142X",
    "birth_date": "2017-05-01",
    "amount_cents": 5100,
    "service": "meals",
    "privacy_accepted": True,
    "days": ["lun"],
}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pupil_given_name": "Giulia-Maddalena"}, "Il testo è troppo lungo (al massimo 10 caratteri)."),
        ({"pupil_given_name": "G"}, "Il testo è troppo breve (almeno 2 caratteri)."),
        ({"pupil_given_name": None}, "Scrivi un testo."),
        ({"fiscal_code": "NVRGLI17E41D142"}, "Il formato non è corretto."),
        ({"birth_date": "1 maggio 2017"}, "Scrivi una data valida (aaaa-mm-gg)."),
        ({"birth_date": "2017-02-30"}, "Scrivi una data valida (aaaa-mm-gg)."),
        ({"amount_cents": 0}, "Deve essere maggiore di 0."),
        ({"amount_cents": 20_001}, "Deve essere al massimo 20000."),
        ({"amount_cents": "molto"}, "Scrivi un numero intero."),
        ({"amount_cents": 1.5}, "Scrivi un numero intero."),
        ({"amount_cents": [1]}, "Scrivi un numero intero."),
        ({"service": "piscina"}, "Scegli uno dei valori previsti: 'meals' o 'transport'."),
        ({"privacy_accepted": False}, "Occorre accettare l'informativa."),
        ({"privacy_accepted": "forse"}, "Rispondi sì o no."),
        ({"days": ["x"] * 6}, "Troppi elementi (al massimo 5)."),
        ({"days": "lun"}, "Scrivi un elenco."),
        ({"colore": "blu"}, "Questo dato non è previsto."),
    ],
    ids=str,
)
async def test_a_wrong_field_is_told_in_italian_without_its_value(
    client: httpx.AsyncClient, wrong: dict[str, object], message: str
) -> None:
    answer = await client.post("/api/ledger/v1/forms", json=GOOD | wrong)
    body = answer.json()
    assert (answer.status_code, body["slug"]) == (422, "dati-non-validi")
    ((field, value),) = wrong.items()
    assert body["errors"] == [{"field": field, "message": message}]
    assert not isinstance(value, str) or value not in answer.text.replace(message, "")


async def test_missing_fields_are_all_named(client: httpx.AsyncClient) -> None:
    body = (await client.post("/api/ledger/v1/forms", json={})).json()
    assert {error["field"] for error in body["errors"]} == set(GOOD)
    assert {error["message"] for error in body["errors"]} == {"Questo dato è obbligatorio."}


@pytest.mark.parametrize("content", [b"{not json", b"[]", b'"x"', b""])
async def test_a_body_that_is_no_form_is_refused_without_quoting_it(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post("/api/ledger/v1/forms", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["slug"]) == (422, "dati-non-validi")
    assert "not json" not in answer.text


async def test_each_request_has_its_own_correlation_id_which_is_the_cause_of_what_it_does(
    client: httpx.AsyncClient,
) -> None:
    answers = [await client.post("/api/ledger/v1/forms", json=GOOD) for _ in range(2)]
    identifiers = {answer.headers["x-correlation-id"] for answer in answers}
    assert {answer.json()["cause"] for answer in answers} == identifiers
    assert len(identifiers) == 2


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Basic x"}, {"authorization": "Bearer x"}, {"authorization": ""}]
)
async def test_without_a_valid_token_a_guarded_route_asks_to_sign_in(
    client: httpx.AsyncClient, header: dict[str, str]
) -> None:
    answer = await client.get("/api/ledger/v1/account", headers=header)
    assert (answer.status_code, answer.json()["slug"]) == (401, "accesso-richiesto")


async def test_a_role_that_may_not_is_told_so_and_one_that_may_gets_through(
    client: httpx.AsyncClient, minter: TokenMinter
) -> None:
    denied = await client.get("/api/ledger/v1/account", headers=minter.headers("stf_1", "kitchen", audience="ledger"))
    assert (denied.status_code, denied.json()["slug"]) == (403, "ruolo-non-autorizzato")
    allowed = await client.get("/api/ledger/v1/account", headers=minter.headers("gua_1", "guardian", audience="ledger"))
    assert allowed.json() == {"account_id": "gua_1"}


async def test_live_is_about_the_process_and_ready_about_what_it_needs(
    client: httpx.AsyncClient, health: dict[str, bool]
) -> None:
    assert (await client.get("/health/ready")).json()["status"] == "ok"
    health["kafka"] = False
    answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not-ready",
        "checks": {"mongodb": {"ok": True, "detail": ""}, "kafka": {"ok": False, "detail": "meals: waiting"}},
    }
    assert (await client.get("/health/live")).status_code == 200


async def test_metrics_are_told_to_prometheus(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert "refettorio_usecase_seconds" in answer.text
