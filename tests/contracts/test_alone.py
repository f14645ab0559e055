"""Whoever installs the contracts gets pydantic and nothing else of ours."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refettorio_contracts.__main__ import HOME

PYDANTIC_BRINGS = {"pydantic", "pydantic-core", "annotated-types", "typing-extensions", "typing-inspection"}
LIST_ALL = (
    "from importlib.metadata import distributions;"
    "print(*{d.metadata['Name'].lower().replace('_', '-') for d in distributions()})"
)
IMPORT_ALL = (
    "import importlib, pkgutil, refettorio_contracts as c;"
    "[importlib.import_module(m.name) for m in pkgutil.walk_packages(c.__path__, 'refettorio_contracts.')];"
    "print(len(c.event_types()))"
)


NO_INDEX = ("error sending request", "no matching distribution", "failed to fetch", "connection")


def uv() -> str | None:
    own = HOME.parent / ".uv" / "tool" / "bin" / "uv"
    return shutil.which("uv") or (str(own) if own.exists() else None)


def environment_with(wheel: Path, folder: Path) -> tuple[str, subprocess.CompletedProcess[str]]:
    """A new environment with the wheel in it, by uv where there is one; its python, and how installing went."""
    python = str(folder / "bin" / "python")
    if tool := uv():
        make, install = [tool, "venv", "--quiet", "--python", sys.executable, str(folder)], [tool, "pip", "install"]
        where = ["--python", python]
    else:
        make, install, where = [sys.executable, "-m", "venv", str(folder)], [python, "-m", "pip", "install"], []
    subprocess.run(make, check=True)
    ran = subprocess.run([*install, "--quiet", *where, str(wheel)], capture_output=True, text=True, check=False)
    return python, ran


def test_installed_alone_the_contracts_bring_pydantic_only_and_import_whole(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=HOME, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    python, installing = environment_with(wheel, tmp_path / "venv")
    if installing.returncode != 0 and any(word in installing.stderr.lower() for word in NO_INDEX):
        pytest.skip("no package index can be reached, and pydantic is not in the cache")
    assert installing.returncode == 0, installing.stderr
    packages = set(subprocess.run([python, "-c", LIST_ALL], capture_output=True, text=True, check=True).stdout.split())
    assert packages - {"pip", "setuptools"} == PYDANTIC_BRINGS | {"refettorio-contracts"}
    run = subprocess.run([python, "-c", IMPORT_ALL], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert int(run.stdout) > 30
