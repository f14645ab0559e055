"""Sets payment letters with typst: one in this process, many in a process of their own.

typst remembers what it has set and gives the memory back to nobody: a hundred letters leave 100 MB behind, ten times.
A process that sets a file and ends leaves nothing, and takes no time from who answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

import typst

from refettorio_chassis.errors import RetryLater

STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]
"""Archivable and accessible: PDF/A-2a and PDF/UA-1."""

LONGEST_SECONDS: Final = 120.0
"""A hundred letters take two seconds on a free machine."""


class LetterPressError(RetryLater):
    """The process that was to set the letters ended without them, or did not end."""


class LetterPress:
    """Fonts come from `font_directory`; without one, typst's own stand in."""

    def __init__(self, font_directory: Path | None) -> None:
        self._font_directory = font_directory
        fonts = [str(font_directory)] if font_directory and font_directory.is_dir() else []
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=fonts)
        self._template = files("ledger.outbound").joinpath("notice_letter.typ").read_bytes()

    def set(self, printed: str, made_at: datetime) -> bytes:
        """`printed` is what the template prints, as JSON; the same gives the same bytes."""
        compiler = typst.Compiler(self._template, font_paths=self._fonts, sys_inputs={"printed": printed})
        composed = compiler.compile(
            format="pdf", pdf_standards=STANDARDS, timestamp=made_at.astimezone(UTC).replace(microsecond=0)
        )
        if not isinstance(composed, bytes):
            message = "typst gave no document"
            raise TypeError(message)
        return composed

    async def set_apart(self, printed: str, made_at: datetime) -> bytes:
        """What `set` does, in a process of its own. Raises LetterPressError."""
        job = {
            "printed": printed,
            "made_at": made_at.isoformat(),
            "fonts": str(self._font_directory) if self._font_directory else None,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                composed, _ = await process.communicate(json.dumps(job).encode())
        except TimeoutError as late:
            message = "letters are not set in time"
            raise LetterPressError(message) from late
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            message = f"setting letters ended with {process.returncode}"
            raise LetterPressError(message)
        return composed


def main() -> None:
    """One job from standard input, the document to standard output."""
    job = json.load(sys.stdin)
    press = LetterPress(Path(job["fonts"]) if job["fonts"] else None)
    sys.stdout.buffer.write(press.set(job["printed"], datetime.fromisoformat(job["made_at"])))


if __name__ == "__main__":
    main()
