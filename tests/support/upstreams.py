"""Stand-ins for the processes behind the gateway: they answer with what reached them."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SESSION = "__Host-refettorio-session=valid"
SIGNED = "Bearer signed-by-identity"


@dataclass
class Upstream:
    """What one stand-in saw, and what it should answer. Each answer is JSON and names its process."""

    name: str
    port: int
    calls: Counter[str] = field(default_factory=Counter)
    status: int = 200
    filler: str = ""
    signs: bool = True
    asked_with: list[dict[str, str]] = field(default_factory=list)
    """The headers of each question of the gateway."""


class Answering(BaseHTTPRequestHandler):
    """Echoes the request; under /internal/authorize it decides as identity does."""

    upstream: Upstream
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.upstream.calls[f"{self.command} {self.path}"] += 1
        if self.path.startswith("/internal/authorize/"):
            self._authorize()
            return
        seen = {
            "upstream": self.upstream.name,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body_bytes": len(body),
            "filler": self.upstream.filler,
        }
        self._answer(self.upstream.status, seen)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the standard library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass

    def _authorize(self) -> None:
        self.upstream.asked_with.append({name.lower(): value for name, value in self.headers.items()})
        if not self.upstream.signs:
            self._answer(200, {})
        elif SESSION in (self.headers.get("cookie") or ""):
            self._answer(200, {}, authorization=SIGNED)
        elif self.path.startswith("/internal/authorize/portale"):
            self._answer(302, {}, location="/accedi?next=/portale/")
        else:
            self._answer(401, {"slug": "not-signed-in"})

    def _answer(self, status: int, content: dict[str, object], **headers: str) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def listening(upstream: Upstream) -> Iterator[Upstream]:
    """The stand-in, serving on a thread of its own for the length of the block."""
    answering = type("Answering", (Answering,), {"upstream": upstream})
    with ThreadingHTTPServer(("127.0.0.1", upstream.port), answering) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield upstream
        server.shutdown()
        thread.join()
