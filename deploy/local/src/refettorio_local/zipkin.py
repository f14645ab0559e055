"""A Zipkin server of our own: keeps the traces in memory and shows them at `/zipkin/`."""

from pathlib import Path

from refettorio_local.addresses import HOST
from refettorio_local.java import java_command
from refettorio_local.probes import answers_http
from refettorio_local.program import Program, inherited_environment

HEAP_MB = 256
KEPT_SPANS = 200_000


def zipkin_program(*, port: int, log_path: Path, jars: list[Path]) -> Program:
    """The server; its traces are gone when it stops."""
    (jar,) = jars
    return Program(
        name="zipkin",
        command=java_command(
            heap_mb=HEAP_MB,
            arguments=(
                "-jar",
                str(jar),
                f"--armeria.ports[0].ip={HOST}",
                f"--armeria.ports[0].port={port}",
                "--armeria.ports[0].protocols[0]=http",
            ),
        ),
        environment=inherited_environment()
        | {
            "QUERY_PORT": str(port),
            "MEM_MAX_SPANS": str(KEPT_SPANS),
            "LOGGING_LEVEL_ROOT": "WARN",
        },
        ready=answers_http(f"http://{HOST}:{port}/health"),
        is_quiet=True,
        log_path=log_path,
    )
