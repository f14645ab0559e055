"""Errors as pages: what happened in plain Italian, and a way on."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from clients.design.forms import FormRefusedError
from clients.services.transport import ServiceProblem
from clients.visitor import see, site_of
from refettorio_chassis.auth import NotSignedInError
from refettorio_chassis.errors import DomainError, RetryLater
from refettorio_chassis.outbox import command_id
from refettorio_chassis.web import CORRELATION_HEADER, PROBLEM_TYPE, status_of

_HOME = ("Torna alla pagina iniziale", "/")
_AREA = ("Vai all'area personale", "/portale/")
_EXPLANATIONS = {
    HTTPStatus.FORBIDDEN: ("Non puoi vedere questa pagina", "Questa pagina è riservata ad altri utenti."),
    HTTPStatus.NOT_FOUND: ("Pagina non trovata", "L'indirizzo non esiste, oppure non è tuo il dato che cerchi."),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Servizio non disponibile",
        "Il servizio non risponde in questo momento. Nessun dato è andato perso: riprova tra qualche minuto.",
    ),
}
_REFUSED = ("Richiesta non valida", "La richiesta non può essere eseguita: torna alla pagina precedente e riprova.")
_BROKEN = (
    "Qualcosa non ha funzionato",
    "Si è verificato un errore imprevisto. Nessun dato è andato perso: riprova tra qualche minuto.",
)


def add_error_pages(app: FastAPI) -> None:
    """Answer with pages where the chassis would answer problem+json; what is logged stays the chassis' matter."""
    app.add_exception_handler(NotSignedInError, _sign_in_first)
    app.add_exception_handler(ServiceProblem, _service_problem)
    app.add_exception_handler(FormRefusedError, _form_refused)
    app.add_exception_handler(DomainError, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RetryLater, _not_now)
    app.middleware("http")(_bugs_as_pages)


def problem_page(
    request: Request, status: int, *, detail: str = "", reference: str = "", ways: Sequence[tuple[str, str]] = ()
) -> HTMLResponse:
    """The page for `status`; `detail` replaces its explanation when a service had something to say."""
    heading, explanation = _EXPLANATIONS.get(
        HTTPStatus(status), _BROKEN if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _REFUSED
    )
    return site_of(request).pages.page(
        "design/problem.html",
        status=status,
        heading=heading,
        explanation=detail or explanation,
        reference=reference or command_id.get(),
        ways=ways or (_AREA, _HOME),
    )


async def _bugs_as_pages(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """The chassis logs a bug and answers problem+json: right for programs, but only people come here."""
    response = await call_next(request)
    is_bug = response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    if is_bug and response.headers.get("content-type") == PROBLEM_TYPE:
        return problem_page(request, response.status_code, reference=response.headers.get(CORRELATION_HEADER, ""))
    return response


async def _sign_in_first(request: Request, _error: Exception) -> RedirectResponse:
    # Only what may be repeated is gone back to after signing in.
    return see(f"/accedi?next={request.url.path}" if request.method in {"GET", "HEAD"} else "/accedi")


async def _service_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceProblem)  # noqa: S101 - registered for this class alone
    if error.status == HTTPStatus.UNAUTHORIZED:
        return await _sign_in_first(request, error)
    return problem_page(request, error.status, detail=error.detail, reference=error.correlation_id)


async def _form_refused(request: Request, _error: Exception) -> HTMLResponse:
    detail = "La pagina è rimasta aperta troppo a lungo. Torna indietro, ricaricala e invia di nuovo."
    return problem_page(request, HTTPStatus.FORBIDDEN, detail=detail)


async def _refused(request: Request, error: Exception) -> HTMLResponse:
    assert isinstance(error, DomainError)  # noqa: S101 - registered for this class alone
    return problem_page(request, status_of(error), detail=error.message)


async def _not_understood(request: Request, _error: Exception) -> HTMLResponse:
    return problem_page(request, HTTPStatus.NOT_FOUND)


async def _http(request: Request, error: Exception) -> HTMLResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    return problem_page(request, error.status_code)


async def _not_now(request: Request, _error: Exception) -> HTMLResponse:
    return problem_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
