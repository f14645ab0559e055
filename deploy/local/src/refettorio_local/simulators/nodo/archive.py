"""The archive that answers for a creditor that is down (ACA; OpenAPI of paCreatePosition)."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from refettorio_local.simulators.nodo.flows import KEY
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.web import listing, problem

Text255 = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Iban = Annotated[str, StringConstraints(min_length=27, max_length=27)]


class Position(BaseModel):
    """NewDebtPositionRequest: `amount` in cents, zero takes the position back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pa_fiscal_code: Annotated[str, StringConstraints(min_length=11, max_length=11)] = Field(alias="paFiscalCode")
    entity_type: Literal["F", "G"] = Field(alias="entityType")
    entity_fiscal_code: Annotated[str, StringConstraints(min_length=2)] = Field(alias="entityFiscalCode")
    entity_full_name: Text255 = Field(alias="entityFullName")
    iuv: Text255
    nav: Text255 | None = None
    amount: Annotated[int, Field(ge=0, le=99_999_999_999)]
    description: Text255
    expiration_date: AwareDatetime = Field(alias="expirationDate")
    iban: Iban | None = None
    postal_iban: Iban | None = Field(default=None, alias="postalIban")
    switch_to_expired: bool = Field(default=False, alias="switchToExpired")
    pay_stand_in: bool = Field(default=True, alias="payStandIn")


class Archive:
    """Positions by IUV; those taken back stay, with amount zero."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._positions: dict[str, Position] = {}

    def routes(self) -> list[Route]:
        """One for creditors, `GET /api/positions` for tests and the story."""
        return [
            Route("/aca/paCreatePosition", self._create, methods=["POST"]),
            Route("/api/positions", listing(lambda: [_described(each) for each in self._positions.values()])),
        ]

    async def _create(self, request: Request) -> Response:
        key = self._settings.checkout_key
        if key and request.headers.get(KEY) != key:
            return problem(401, "Unauthorized", "Access denied due to invalid subscription key.")
        try:
            position = Position.model_validate_json(await request.body())
        except ValidationError:
            return problem(400, "Bad Request", "Formally invalid input")
        if position.pa_fiscal_code != self._settings.creditor_fiscal_code:
            return problem(404, "Invocation exception", "No debt position found with this creditor institution code")
        if position.amount == 0 and position.iuv not in self._positions:
            return problem(404, "Invocation exception", "Error while invalidate debit position")
        self._positions[position.iuv] = position
        return JSONResponse(_described(position))


def _described(position: Position) -> dict[str, object]:
    status = "VALID" if position.amount else "INVALID"
    return position.model_dump(mode="json", by_alias=True, exclude={"pay_stand_in"}) | {"status": status}
