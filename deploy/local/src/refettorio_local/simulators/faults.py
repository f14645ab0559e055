"""Refusing on demand, for mail and messages alike: what a provider does on a bad day."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from refettorio_local.simulators.web import problem

Mode = Literal["none", "temporary", "permanent", "drop"]


class Wanted(BaseModel):
    """A fault as asked for. `times`: how often it strikes before it is over; None until changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode
    times: int | None = Field(default=None, ge=1)


class Faults:
    """Whether the next message is refused, and how."""

    def __init__(self) -> None:
        self._wanted = Wanted(mode="none")

    def strike(self) -> Mode:
        """The mode for one message; counts it."""
        mode, times = self._wanted.mode, self._wanted.times
        if times is not None:
            self._wanted = Wanted(mode=mode, times=times - 1) if times > 1 else Wanted(mode="none")
        return mode

    async def endpoint(self, request: Request) -> Response:
        """`POST /api/fault {"mode": "temporary|permanent|drop|none", "times": 2}`; GET tells the present one."""
        if request.method == "POST":
            try:
                self._wanted = Wanted.model_validate_json(await request.body())
            except ValidationError as error:
                return problem(422, "Unprocessable", str(error))
        return JSONResponse(self._wanted.model_dump())
