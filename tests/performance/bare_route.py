"""The least a FastAPI process can do for a request, to measure beside. `BARE_ROUTE_PORT`: where it listens."""

import os

import uvicorn
from fastapi import FastAPI, Response

from tests.performance.steady import PATH

app = FastAPI()


@app.get("/health/ready")
async def ready() -> None:
    """It answers."""


@app.get(PATH)
async def bare() -> Response:
    """An empty answer with one header, as the gate gives."""
    return Response(headers={"authorization": "Bearer x"})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["BARE_ROUTE_PORT"]), log_config=None, access_log=False)
