"""The source tree as the rules see it: its files, its functions, what it imports."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "enrollment", "attendance", "ledger", "notify")
PACKAGES = {
    "refettorio_contracts": ROOT / "contracts/src",
    "refettorio_chassis": ROOT / "chassis/src",
    **{name: ROOT / "services" / name / "src" for name in SERVICES},
    "clients": ROOT / "clients/src",
    "refettorio_local": ROOT / "deploy/local/src",
}
OURS = frozenset(PACKAGES)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    path: Path
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def functions(self) -> Iterator[Function]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def third_parties(self) -> set[str]:
        """Top-level names of what it imports, without the standard library and ourselves."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
        return found - sys.stdlib_module_names - OURS


def python_files(folder: Path) -> list[SourceFile]:
    return [
        SourceFile(path, path.read_text()) for path in sorted(folder.rglob("*.py")) if "node_modules" not in path.parts
    ]


def sources() -> list[SourceFile]:
    return [file for folder in PACKAGES.values() for file in python_files(folder)]


def files_of_tests() -> list[SourceFile]:
    return python_files(ROOT / "tests")


def statements_of(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    docstring = ast.get_docstring(function, clean=False)
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    return lines - (docstring.count("\n") + 1 if docstring else 0)
