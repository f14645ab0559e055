"""One HTTP call to a service: the caller's token out, a typed answer or a `ServiceProblem` back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

import httpx2 as httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

# A page waits for several calls; a person waits for the page.
TIMEOUT_SECONDS: Final = 10.0

# Conflict and unprocessable content: what services answer to a rule that says no.
REFUSED: Final = frozenset({409, 422})

# Identifiers in a path come from addresses people can type: nothing that a server could read as another path or query.
_SAFE_PATH: Final = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._:-]*)+")

AnswerT = TypeVar("AnswerT", bound=BaseModel)
Query = Mapping[str, str | None]


class Answer(BaseModel):
    """What a service says. Unknown fields are ignored: a service may add some before the pages know them."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Question(BaseModel):
    """What we send; services refuse unknown fields, so a wrong name here is our bug and must show."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Answer):
    """An answer whose body the pages do not read."""


class FieldError(Answer):
    """One field the service did not accept, with the Italian message for the person."""

    field: str = ""
    message: str


class ProblemValues(Answer):
    """The values of refusals that pages explain further. Amounts are cents; `errors` belong to fields of a form."""

    debt_cents: int | None = None
    to_pay_cents: int | None = None
    pay_at: str | None = None
    errors: tuple[FieldError, ...] = ()


class _Problem(Answer):
    slug: str = "errore"
    title: str = ""
    status: int = 500
    detail: str = ""
    values: ProblemValues = ProblemValues()
    correlation_id: str = ""
    errors: tuple[FieldError, ...] = ()


class ServiceProblem(Exception):  # noqa: N818 - problem details, RFC 9457, is its name
    """A service refused or failed: problem+json as an exception.

    `detail` is plain Italian for the person; `values` explain it (amounts in cents); `errors` belong to fields.
    """

    is_refusal: ClassVar[bool] = False

    def __init__(self, problem: _Problem) -> None:
        super().__init__(problem.slug)
        self.status = problem.status
        self.slug = problem.slug
        self.detail = problem.detail
        self.values = problem.values
        self.correlation_id = problem.correlation_id
        self.errors = problem.errors or problem.values.errors


class Refusal(ServiceProblem):
    """The person can do something about it: the message belongs beside their form, and handlers catch this alone."""

    is_refusal = True


@dataclass(frozen=True, slots=True)
class Download:
    """A file a service made, kept as bytes: letters are a few tens of kilobytes."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Backend:
    """One service, reached with one caller's token (empty on public pages)."""

    http: httpx.AsyncClient
    token: str

    async def read(self, path: str, answer: type[AnswerT], query: Query | None = None) -> AnswerT:
        """GET `path`; absent query values are left out. Raises ServiceProblem."""
        return _decoded(await self._call("GET", path, query=query), answer)

    async def send(self, method: str, path: str, answer: type[AnswerT], question: Question | None = None) -> AnswerT:
        """Change something. Raises ServiceProblem; never repeated here: only the service knows what is idempotent."""
        return _decoded(await self._call(method, path, question=question), answer)

    async def download(self, path: str, query: Query | None = None) -> Download:
        response = await self._call("GET", path, query=query)
        return Download(response.content, response.headers.get("content-type", "application/octet-stream"))

    async def _call(
        self, method: str, path: str, *, query: Query | None = None, question: Question | None = None
    ) -> httpx.Response:
        if _SAFE_PATH.fullmatch(path) is None:
            raise ServiceProblem(_NO_SUCH_ADDRESS)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        content = None if question is None else question.model_dump_json(exclude_none=True)
        if content is not None:
            headers["Content-Type"] = "application/json"
        params = {name: value for name, value in (query or {}).items() if value}
        try:
            response = await self.http.request(method, path, params=params, headers=headers, content=content)
        except httpx.TransportError as error:
            raise ServiceProblem(_UNREACHABLE) from error
        if response.is_error:
            raise _raised(_problem(response))
        return response


_UNREACHABLE: Final = _Problem(
    slug="servizio-non-raggiungibile",
    status=503,
    detail="Il servizio non risponde in questo momento. Riprova tra qualche minuto.",
)
_NO_SUCH_ADDRESS: Final = _Problem(slug="indirizzo-sconosciuto", status=404)
_PROBLEMS: Final = TypeAdapter(_Problem)


def _problem(response: httpx.Response) -> _Problem:
    try:
        problem = _PROBLEMS.validate_json(response.content)
    except ValidationError:
        # Not problem+json: a proxy answered, or the service broke before it could say why.
        return _Problem(status=response.status_code)
    return problem.model_copy(update={"status": response.status_code})


def _raised(problem: _Problem) -> ServiceProblem:
    return Refusal(problem) if problem.status in REFUSED else ServiceProblem(problem)


def _decoded(response: httpx.Response, answer: type[AnswerT]) -> AnswerT:
    if answer is Nothing or not response.content:
        return answer()
    return answer.model_validate_json(response.content)
