"""`python -m clients`: one process with the portal, the office and the tablet's page."""

import uvicorn

from clients.settings import Settings
from clients.wiring import NAME, build
from refettorio_chassis.telemetry import start_telemetry, stop_telemetry


def main() -> None:
    """Serve until told to stop."""
    start_telemetry(NAME)
    settings = Settings()
    try:
        uvicorn.run(
            build(settings), host=settings.http_host, port=settings.http_port, log_config=None, access_log=False
        )
    finally:
        stop_telemetry()


if __name__ == "__main__":
    main()
