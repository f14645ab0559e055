"""AgID's checker of SPID and CIE service providers, `spid-sp-test`, run as a stranger's program.

It lives in an environment of its own, made by `make test` from `tests/conformance/checkers/spid-sp-test.lock`: its
libraries are older than ours. It signs with `xmlsec1`, the one program it needs from the system.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / ".uv" / "checkers" / "spid-sp-test" / "bin"
REPORTS = ROOT / "build" / "conformance"
ENTITY_ID = "https://localhost:8443"
"""The identity provider the checker plays."""
LONGEST_SECONDS = 400.0


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the checker found, by its parts: `metadata_extra`, `authnrequest_extra`, `response`.

    `pages` holds what each response case ended on, with the response in front.
    """

    parts: dict[str, list[dict[str, Any]]]
    pages: Path

    @classmethod
    def read(cls, file: Path, pages: Path) -> Report:
        """The JSON it wrote: part, class of the checker, its checks."""
        found = json.loads(file.read_text())["test"]["sp"]
        return cls(
            parts={
                name: [check for checks in by_class.values() for check in checks] for name, by_class in found.items()
            },
            pages=pages,
        )

    @property
    def complaints(self) -> list[str]:
        """Every check that is not a success."""
        checks = [check for checks in self.parts.values() for check in checks]
        return [f"{check['test']}: {check['value']}" for check in checks if check["result"] != "success"]

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(checks) for name, checks in self.parts.items()}

    @property
    def cases(self) -> list[str]:
        """The response cases that were sent, in their order."""
        return [str(check["test_id"]) for check in self.parts["response"]]

    def page(self, case: str) -> str:
        """The page our service showed at the end of a case."""
        (file,) = self.pages.glob(f"{case}_*.html")
        return file.read_text().rpartition("-->")[2]


def require_checker() -> None:
    """Skip, visibly, where the checker cannot run."""
    if shutil.which("xmlsec1") is None:
        pytest.skip("spid-sp-test signs its responses with xmlsec1, which is not installed here")
    if not (PROGRAMS / "spid_sp_test").exists():
        pytest.skip("the environment of spid-sp-test is made by `make checkers`, which `make test` does by itself")


async def examined(profile: str, metadata_url: str, *more: str, name: str, entity_id: str = ENTITY_ID) -> Report:
    """One examination. The report and every page stay in `build/conformance/<name>`."""
    folder = REPORTS / name
    shutil.rmtree(folder, ignore_errors=True)
    pages, file = folder / "pages", folder / "report.json"
    done = await _checker(
        *("--metadata-url", metadata_url, "--extra", "--profile", profile, *more),
        *("--response-html-dumps", str(pages), "--report_format", "json", "--report-output-file", str(file)),
        *("--debug", "ERROR", "--exit-zero"),
        folder=folder,
        entity_id=entity_id,
    )
    shutil.rmtree(folder / "tmp")
    (folder / "output.txt").write_text(f"{done.stdout}{done.stderr}")
    assert done.returncode == 0, done.stderr
    return Report.read(file, pages)


async def idp_metadata(folder: Path, entity_id: str = ENTITY_ID) -> str:
    """The metadata of the identity provider it plays."""
    done = await _checker("--idp-metadata", folder=folder, entity_id=entity_id)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def known_cases(folder: Path) -> dict[str, dict[str, Any]]:
    """Every response case it knows, by its name."""
    done = await _checker("--print-responses-settings", folder=folder)
    known: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return known


async def _checker(*arguments: str, folder: Path, entity_id: str = ENTITY_ID) -> subprocess.CompletedProcess[str]:
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    # It leaves certificates behind in the temporary folder, so it gets one of its own.
    environment = {**os.environ, "IDP_ENTITYID": entity_id, "TMPDIR": str(folder / "tmp"), "PYTHONWARNINGS": "ignore"}
    return await asyncio.to_thread(
        subprocess.run,
        [str(PROGRAMS / "python"), str(PROGRAMS / "spid_sp_test"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
