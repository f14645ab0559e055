"""Roles given from the command line, as the first administrator's are."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from refettorio_local.simulators.idp.citizens import CITIZENS
from tests.integration.identity.browser import Site

CODES = {citizen.key: citizen.fiscal_code for citizen in CITIZENS}


async def grant(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m identity staff grant …`."""
    command = [sys.executable, "-m", "identity", "staff", "grant", *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, env=site.environment, capture_output=True, text=True, check=False
    )
