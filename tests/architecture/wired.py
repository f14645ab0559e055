"""The processes as they wire themselves, without a server: nothing connects before it is used."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from refettorio_chassis import mongo
from refettorio_chassis.process import Service
from refettorio_local.keys import keys_in
from refettorio_local.members import DEFAULTS
from tests.architecture.tree import SERVICES

NOWHERE = "http://127.0.0.1:1"


def environment(folder: Path) -> dict[str, str]:
    """All that the six processes are told, with addresses where nobody listens."""
    keys = keys_in(folder, entity_id=f"{NOWHERE}/auth/spid/metadata")
    return (
        DEFAULTS
        | {f"REFETTORIO_{service.upper()}_URL": NOWHERE for service in SERVICES}
        | {
            "MONGODB_URL": "mongodb://127.0.0.1:1/",
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "REFETTORIO_JWKS_URL": f"{NOWHERE}/.well-known/jwks.json",
            "REFETTORIO_PUBLIC_URL": NOWHERE,
            "REFETTORIO_SPID_KEY_FILE": str(keys.spid_key),
            "REFETTORIO_SPID_CERT_FILE": str(keys.spid_certificate),
            "REFETTORIO_TOKEN_KEY_FILE": str(keys.token_key),
            "REFETTORIO_SEALING_KEY_FILE": str(keys.sealing_key),
            "REFETTORIO_MESSAGE_KEY_FILE": str(keys.message_key),
            "REFETTORIO_CHECKOUT_URL": NOWHERE,
            "REFETTORIO_CHECKOUT_KEY": "k",
            "REFETTORIO_CHECKOUT_ORIGINS": NOWHERE,
        }
    )


@asynccontextmanager
async def wired(name: str) -> AsyncIterator[Service]:
    """Service `name` as `python -m <name>` builds it; the environment is already set."""
    service: Service = await importlib.import_module(f"{name}.wiring").build()
    try:
        yield service
    finally:
        await mongo.close(service.foundation.client)
