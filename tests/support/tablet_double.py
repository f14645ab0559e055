"""What a tablet talks to, in memory: pairing, classes, one sheet with the rules for marks. For browsers only.

The rules are those of the attendance service: the same command twice is once, the latest tap wins, a closed sheet
refuses. The service has its own tests; here they only make the page's situations happen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from identity.outbound.device_proofs import JoseDeviceProofs

CODE: Final = "7K2MQ9XB"
COOKIE: Final = "__Host-refettorio-tablet"
CLASS: Final = "primaria-1a"
PIN: Final = "274951"
MOST_TRIES: Final = 5
SETUP_CODE: Final = "9XB7K2MQ"
OPERATORS: Final = {"opr_1": "Teresa C.", "opr_2": "Bruna"}
_NAMES: Final = (("pup_a1", "Luca", "Rossi"), ("pup_b1", "Sara", "Verdi"), ("pup_c1", "Omar", "Zani"))


class Command(BaseModel):
    """One tap."""

    command_id: str
    pupil_id: str
    mark: str
    kind: str = "full"
    recorded_at: str
    operator_id: str


class Commands(BaseModel):
    """Several taps."""

    commands: list[Command]


class Pairing(BaseModel):
    """The code somebody typed."""

    code: str
    device_name: str


class TypedPin(BaseModel):
    """Who, and what they typed; at first use the office's code too."""

    operator_id: str
    pin: str
    code: str = ""


@dataclass
class Proofs:
    """The key of the paired device, and the proofs it showed: each for its request, and once."""

    key: str = ""
    shown: list[str] = field(default_factory=list)

    def trust(self, request: Request) -> None:
        """The key that signs the pairing is the device's."""
        read = JoseDeviceProofs().read(request.headers.get("dpop", ""))
        self.key = read.thumbprint if read else ""

    def refuses(self, request: Request) -> bool:
        """Whether the gate would."""
        read = JoseDeviceProofs().read(request.headers.get("dpop", ""))
        address = f"{str(request.base_url).rstrip('/')}{request.url.path}"
        if read is None or read.proof_id in self.shown or read.thumbprint != self.key:
            return True
        self.shown.append(read.proof_id)
        return (read.method, read.address) != (request.method, address)


@dataclass
class Roll:
    """One class; every day has the same sheet, which is all a page needs."""

    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)
    state: str = "open"
    is_shut_out: bool = False
    holder: str | None = None
    tappers: list[str] = field(default_factory=list)
    pins: dict[str, str] = field(default_factory=lambda: {"opr_1": PIN})
    wrong_tries: int = 0
    proofs: Proofs = field(default_factory=Proofs)

    def mark_elsewhere(self, pupil_id: str, mark: str, recorded_at: str) -> None:
        """Another tablet was there too."""
        self.marks[pupil_id] = (recorded_at, mark)

    def let_go(self) -> None:
        """The server's own limit is over."""
        self.holder = None

    def take(self, command: Command) -> dict[str, str | None]:
        """The outcome of one command."""
        self.received.append(command.command_id)
        self.tappers.append(command.operator_id)
        result: dict[str, str | None] = {"command_id": command.command_id, "reason": None, "message": None}
        if command.command_id in self.known:
            return result | {"outcome": "known"}
        if self.state == "closed":
            return result | {
                "outcome": "refused",
                "reason": "sheet-closed",
                "message": "Il foglio è già stato inviato.",
            }
        self.known[command.command_id] = command.mark
        if self.marks.get(command.pupil_id, ("", ""))[0] > command.recorded_at:
            return result | {"outcome": "superseded"}
        self.marks[command.pupil_id] = (command.recorded_at, command.mark)
        self.kinds[command.pupil_id] = command.kind
        return result | {"outcome": "applied"}

    def sheet(self, day: str) -> dict[str, object]:
        """The sheet as the service shows it."""
        pupils = [
            {
                "pupil_id": key,
                "given_name": given,
                "family_name": family,
                "mark": self.marks.get(key, ("", "expected"))[1],
                "kind": self.kinds.get(key),
            }
            for key, given, family in _NAMES
        ]
        shown = {"class_id": CLASS, "day": day, "state": self.state, "reason": None, "pupils": pupils}
        return shown | {"as_of": "2025-10-06T06:52:00Z", "version": 1, "school_id": "primaria", "service": "meals"}


def tablet_services(roll: Roll) -> FastAPI:
    """The routes a tablet calls through the gateway."""
    app = FastAPI()

    def paired(request: Request) -> None:
        if roll.is_shut_out or request.cookies.get(COOKIE) != "secret":
            raise HTTPException(401)
        if roll.proofs.refuses(request):
            raise HTTPException(401)

    def held(request: Request) -> None:
        paired(request)
        if roll.holder is None:
            raise HTTPException(403)

    @app.post("/auth/tablets/pair", status_code=201)
    async def pair(wanted: Pairing, request: Request) -> Response:
        roll.proofs.trust(request)
        if wanted.code.upper().replace(" ", "") != CODE:
            problem = {"slug": "pairing-code-refused", "detail": "Il codice non è valido o è scaduto."}
            return JSONResponse(problem, status_code=422)
        answer = JSONResponse({"tablet_id": "tab_1", "name": "Mensa primaria", "classes": [CLASS]}, status_code=201)
        answer.set_cookie(COOKIE, "secret", secure=True, httponly=True, samesite="strict", path="/")
        roll.is_shut_out = False
        return answer

    app.include_router(roll_routes(roll, held))
    app.include_router(operator_routes(roll, paired))
    app.add_exception_handler(403, _locked)
    return app


async def _locked(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"slug": "operatore-richiesto", "detail": "Il tablet è bloccato."}, status_code=403)


def roll_routes(roll: Roll, held: Callable[[Request], None]) -> APIRouter:
    """What attendance and enrollment answer a tablet that somebody holds."""
    api = APIRouter()

    @api.get("/api/attendance/v1/classes")
    async def classes(request: Request) -> dict[str, object]:
        held(request)
        return {"items": [{"class_id": CLASS, "school_id": "primaria", "pupils": 3}]}

    @api.get("/api/enrollment/v1/schools")
    async def schools(request: Request) -> dict[str, object]:
        held(request)
        names = [{"class_id": CLASS, "name": "1A"}]
        return {"items": [{"school_id": "primaria", "name": "Primaria Don Milani", "classes": names}]}

    @api.get("/api/attendance/v1/classes/{class_id}/sheets/{day}")
    async def sheet(request: Request, class_id: str, day: str) -> dict[str, object]:
        held(request)
        return roll.sheet(day)

    @api.post("/api/attendance/v1/classes/{class_id}/sheets/{day}/commands")
    async def mark(request: Request, class_id: str, day: str, body: Commands) -> dict[str, object]:
        held(request)
        return {"results": [roll.take(command) for command in body.commands], "sheet": roll.sheet(day)}

    @api.post("/api/attendance/v1/classes/{class_id}/sheets/{day}/close")
    async def close(request: Request, class_id: str, day: str) -> dict[str, object]:
        held(request)
        roll.state = "closed"
        return roll.sheet(day)

    return api


def operator_routes(roll: Roll, paired: Callable[[Request], None]) -> APIRouter:
    """What identity answers a tablet about its operators."""
    router = APIRouter(prefix="/api/identity/v1/tablet")

    def shown(operator_id: str) -> dict[str, str]:
        state = "locked" if roll.wrong_tries >= MOST_TRIES else "ready" if operator_id in roll.pins else "waiting"
        return {"operator_id": operator_id, "name": OPERATORS[operator_id], "state": state}

    def entered(operator_id: str, *, is_right: bool) -> Response:
        if not is_right:
            roll.wrong_tries += 1
            left = MOST_TRIES - roll.wrong_tries
            slug, told = (
                ("pin-wrong", f"Hai ancora {left} tentativi.") if left else ("operator-locked", "Troppi tentativi.")
            )
            return JSONResponse({"slug": slug, "detail": told}, status_code=422 if left else 409)
        roll.holder, roll.wrong_tries = operator_id, 0
        return JSONResponse(shown(operator_id))

    @router.get("")
    async def tablet(request: Request) -> dict[str, object]:
        paired(request)
        return {
            "tablet_id": "tab_1",
            "name": "Mensa primaria",
            "idle_seconds": 600,
            "operator": shown(roll.holder) if roll.holder else None,
            "operators": [shown(each) for each in OPERATORS],
        }

    @router.post("/operator")
    async def enter(request: Request, typed: TypedPin) -> Response:
        paired(request)
        return entered(typed.operator_id, is_right=roll.pins.get(typed.operator_id) == typed.pin)

    @router.post("/operator/pin")
    async def choose(request: Request, typed: TypedPin) -> Response:
        paired(request)
        if typed.code == SETUP_CODE:
            roll.pins[typed.operator_id] = typed.pin
        return entered(typed.operator_id, is_right=typed.code == SETUP_CODE)

    @router.delete("/operator", status_code=204)
    async def leave(request: Request) -> None:
        paired(request)
        roll.holder = None

    return router


@dataclass(frozen=True)
class BehindOneAddress:
    """Sends `/api` and `/auth` to the services, the rest to the pages: what the gateway's routes do."""

    pages: ASGIApp
    services: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope.get("path", "")
        target = self.services if path.startswith(("/api/", "/auth/")) else self.pages
        await target(scope, receive, send)
