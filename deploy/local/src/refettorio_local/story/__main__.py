"""`python -m refettorio_local.story [--keep]`: the whole story on a fresh platform.

Exits non-zero if a step differs from what was expected.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from refettorio_local.platform import Platform
from refettorio_local.rehearsal_clock import RehearsalClock
from refettorio_local.story import (
    connecting,
    enrolling,
    founding,
    paying,
    proving,
    roll_call,
    settling_up,
    sharing,
    standing_in,
)
from refettorio_local.story.stage import Stage
from refettorio_local.story.telling import StoryDiffersError, Telling
from refettorio_local.story.town import monte_cremasco


async def play(platform: Platform, tell: Telling, folder: Path) -> None:
    """Every chapter on a platform that is ready and empty."""
    stage = Stage(platform=platform, town=monte_cremasco(), tell=tell, folder=folder)
    try:
        await founding.chapter(stage)
        await enrolling.last_year(stage)
        await enrolling.this_year(stage)
        await paying.chapter(stage)
        await enrolling.after_paying(stage)
        await roll_call.chapter(stage)
        await sharing.chapter(stage)
        await proving.chapter(stage)
        await settling_up.chapter(stage)
        await connecting.chapter(stage)
        await standing_in.chapter(stage)
    except StoryDiffersError as difference:
        tell.check("The story goes on", expected="no surprise", seen=str(difference))
    finally:
        await stage.close()


async def main(*, keep: bool) -> int:
    """Start a fresh platform, play, stop it; with `keep`, leave it running until Enter is pressed."""
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="refettorio-") as folder:
        letters = Path("build") / "demo"
        letters.mkdir(parents=True, exist_ok=True)
        RehearsalClock(Path(folder) / "clock.json").set(founding.BEFORE_OPENING)
        # SPID goes by SAML and CIE by OpenID Connect, so that both are played.
        os.environ.setdefault("REFETTORIO_OIDC_SCHEMES", "cie")
        console.print("Starting MongoDB, Kafka, Zipkin, Envoy, five services, the clients and the outside world …")
        async with Platform.system(Path(folder)) as platform:
            tell = Telling(console)
            console.print(
                f"Ready: portal {platform.addresses.gateway_url}, dashboard {platform.addresses.zipkin_url}/zipkin/"
            )
            await play(platform, tell, letters.resolve())
            code = tell.end()
            if code:
                shutil.copytree(platform.data_dir / "logs", letters / "logs", dirs_exist_ok=True)
                console.print(f"Logs of every process: {letters / 'logs'}")
            if keep:
                console.print("Everything is still running; press Enter to stop it.")
                await asyncio.to_thread(sys.stdin.readline)
    return code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m refettorio_local.story", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave everything running until Enter is pressed")
    sys.exit(asyncio.run(main(keep=parser.parse_args().keep)))
