"""The HTTP edge of a process: problem+json, health, metrics, tracing. The one place where errors become status codes.

Source of the error format: RFC 9457 (problem details).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from refettorio_chassis.auth import NotSignedInError, TokenVerifier, open_to_all
from refettorio_chassis.errors import ConflictError, DomainError, NotAllowedError, NotFoundError, RetryLater
from refettorio_chassis.identifiers import uuid7
from refettorio_chassis.mongo import MongoFault, may_pass
from refettorio_chassis.outbox import command_id

PROBLEM_TYPE: Final = "application/problem+json"
INVALID_SLUG: Final = "dati-non-validi"
CORRELATION_HEADER: Final = "x-correlation-id"
UNTRACED: Final = "health/live,health/ready,metrics"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One thing a process needs in order to serve."""

    name: str
    is_well: bool
    detail: str = ""


HealthCheck = Callable[[], Awaitable[Health]]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    *,
    service: str,
    routers: Sequence[APIRouter],
    verifier: TokenVerifier,
    lifespan: Lifespan | None = None,
    readiness: Sequence[HealthCheck] = (),
) -> FastAPI:
    """The application of one service: its routers, and what every process has."""
    app = FastAPI(
        title=f"Refettorio {service}",
        openapi_url=f"/api/{service}/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.token_verifier = verifier
    _add_error_handlers(app)
    app.middleware("http")(_with_correlation)
    app.include_router(_operations(readiness))
    for router in routers:
        app.include_router(router)
    FastAPIInstrumentor.instrument_app(app, excluded_urls=UNTRACED, exclude_spans=["send", "receive"])
    return app


def status_of(error: DomainError) -> int:
    """The one table from kinds of refusal to HTTP."""
    match error:
        case NotFoundError():
            return HTTPStatus.NOT_FOUND
        case ConflictError():
            return HTTPStatus.CONFLICT
        case NotAllowedError():
            return HTTPStatus.FORBIDDEN
        case _:
            return HTTPStatus.UNPROCESSABLE_ENTITY


def problem(status: int, slug: str, detail: str, **more: object) -> JSONResponse:
    """A problem+json answer; `slug` is what machines read, `detail` what people read."""
    body = {
        "type": f"urn:refettorio:problem:{slug}",
        "slug": slug,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "correlation_id": command_id.get(),
        **more,
    }
    return JSONResponse(body, status_code=status, media_type=PROBLEM_TYPE)


async def _with_correlation(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give each request an identifier: it is the cause of what the request announces, and stands in every log line."""
    identifier = uuid7()
    token = command_id.set(identifier)
    structlog.contextvars.bind_contextvars(correlation_id=identifier)
    try:
        response = await call_next(request)
    except Exception as error:  # the edge: a bug is logged here, once, and answered
        log.error("unexpected", exc_info=error)  # noqa: TRY400 - with the stack, as redacted by telemetry
        detail = "Si è verificato un errore imprevisto. Nessun dato è andato perso: riprova, o contatta l'ufficio."
        response = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "errore-interno", detail)
    finally:
        command_id.reset(token)
        structlog.contextvars.unbind_contextvars("correlation_id")
    response.headers[CORRELATION_HEADER] = identifier
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        response.headers["x-trace-id"] = f"{context.trace_id:032x}"
    return response


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(DomainError)
    async def refused(_request: Request, error: DomainError) -> JSONResponse:
        return problem(status_of(error), error.slug, error.message, values=error.values)

    @app.exception_handler(NotSignedInError)
    async def not_signed_in(_request: Request, _error: NotSignedInError) -> JSONResponse:
        return problem(HTTPStatus.UNAUTHORIZED, "accesso-richiesto", "Per continuare accedi con SPID o CIE.")

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        fields = [{"field": _path(found["loc"]), "message": italian(found)} for found in error.errors()]
        detail = "Alcuni dati non sono corretti: controlla i campi indicati."
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, INVALID_SLUG, detail, errors=fields)

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> JSONResponse:
        slug, detail = HTTP_MESSAGES.get(
            error.status_code, ("richiesta-non-valida", "La richiesta non può essere eseguita.")
        )
        answer = problem(error.status_code, slug, detail)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RetryLater)
    @app.exception_handler(MongoFault)
    async def not_now(_request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, MongoFault) and not may_pass(error):
            raise error
        log.warning("not now", fault=type(error).__name__)
        answer = problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "riprova-piu-tardi",
            "Il servizio non risponde in questo momento: riprova tra poco.",
        )
        answer.headers["retry-after"] = "5"
        return answer


HTTP_MESSAGES: Final = {
    404: ("non-trovato", "La pagina o il dato richiesto non esiste."),
    405: ("metodo-non-consentito", "Questa operazione non è prevista."),
    413: ("troppo-grande", "I dati inviati sono troppo grandi."),
    415: ("formato-non-previsto", "Il formato dei dati inviati non è previsto."),
}

ITALIAN: Final = {
    "missing": "Questo dato è obbligatorio.",
    "extra_forbidden": "Questo dato non è previsto.",
    "string_type": "Scrivi un testo.",
    "string_too_short": "Il testo è troppo breve (almeno {min_length} caratteri).",
    "string_too_long": "Il testo è troppo lungo (al massimo {max_length} caratteri).",
    "string_pattern_mismatch": "Il formato non è corretto.",
    "string_unicode": "Il testo contiene caratteri non leggibili.",
    "int_type": "Scrivi un numero intero.",
    "int_parsing": "Scrivi un numero intero.",
    "int_from_float": "Scrivi un numero intero.",
    "int_parsing_size": "Scrivi un numero più piccolo.",
    "finite_number": "Scrivi un numero.",
    "list_type": "Scrivi un elenco.",
    "dict_type": "I dati inviati non hanno la forma prevista.",
    "bool_type": "Rispondi sì o no.",
    "bool_parsing": "Rispondi sì o no.",
    "greater_than": "Deve essere maggiore di {gt}.",
    "greater_than_equal": "Deve essere almeno {ge}.",
    "less_than": "Deve essere minore di {lt}.",
    "less_than_equal": "Deve essere al massimo {le}.",
    "date_from_datetime_parsing": "Scrivi una data valida (aaaa-mm-gg).",
    "date_parsing": "Scrivi una data valida (aaaa-mm-gg).",
    "date_type": "Scrivi una data valida (aaaa-mm-gg).",
    "datetime_parsing": "Scrivi una data e un'ora valide.",
    "datetime_from_date_parsing": "Scrivi una data e un'ora valide.",
    "datetime_type": "Scrivi una data e un'ora valide.",
    "time_parsing": "Scrivi un'ora valida (oo:mm).",
    "timezone_aware": "Indica anche il fuso orario.",
    "uuid_parsing": "L'identificativo non è valido.",
    "uuid_type": "L'identificativo non è valido.",
    "json_invalid": "I dati inviati non sono leggibili.",
    "literal_error": "Scegli uno dei valori previsti: {expected}.",
    "enum": "Scegli uno dei valori previsti: {expected}.",
    "too_long": "Troppi elementi (al massimo {max_length}).",
    "too_short": "Troppo pochi elementi (almeno {min_length}).",
    "model_type": "I dati inviati non hanno la forma prevista.",
    "model_attributes_type": "I dati inviati non hanno la forma prevista.",
    "value_error": "{reason}",
}


def italian(found: dict[str, Any]) -> str:
    """A validation error of pydantic in plain Italian; never the offending value, which may be personal."""
    context = {**found.get("ctx", {})}
    context["expected"] = str(context.get("expected", "")).replace(" or ", " o ")
    context["reason"] = str(context.get("error", found.get("msg", "")))
    template = ITALIAN.get(found["type"], "Il valore non è corretto.")
    return template.format_map(context) if "{" in template else template


def _path(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location if part not in {"body", "query", "path", "header"})


def _operations(readiness: Sequence[HealthCheck]) -> APIRouter:
    """What operators and the launcher ask, on each process and never through the gateway."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(open_to_all)])

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        checks = [await check() for check in readiness]
        is_well = all(check.is_well for check in checks)
        body = {"status": "ok" if is_well else "not-ready"} | {
            "checks": {check.name: {"ok": check.is_well, "detail": check.detail} for check in checks}
        }
        return JSONResponse(body, status_code=HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
