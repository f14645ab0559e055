"""Files for the browser, under an address that changes whenever one of them does.

Every file is served at `/assets/<fingerprint>/<path>`, where the fingerprint is made of the content of all of them:
style sheets and modules may refer to each other by relative address, and a browser may keep what it got for ever.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clients.design.build import MANIFEST, VENDOR

_CLIENTS: Final = Path(__file__).resolve().parents[1]
_ROOTS: Final[Mapping[str, Path]] = {
    "design": _CLIENTS / "design" / "static",
    "tablet": _CLIENTS / "tablet" / "static",
}
# Python's table follows the machine's; these must be right everywhere, with nosniff browsers take no other.
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
_FINGERPRINT_LENGTH: Final = 16
FOR_EVER: Final = "public, max-age=31536000, immutable"
BRIEFLY: Final = "public, max-age=60"


class AssetsNotBuiltError(Exception):
    """The browser parts were never fetched."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as the browser gets it."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files for the browser, in memory: about two megabytes."""

    fingerprint: str
    files: Mapping[str, Asset]

    def url(self, path: str) -> str:
        """Address of a file; a name that does not exist is a KeyError, so a page cannot refer to nothing."""
        self.files[path]
        return f"/assets/{self.fingerprint}/{path}"

    def under(self, prefix: str) -> list[str]:
        """Addresses of all files whose path starts with `prefix`, in order."""
        return [self.url(path) for path in sorted(self.files) if path.startswith(prefix)]


def load_assets(roots: Mapping[str, Path] = _ROOTS) -> Assets:
    """Read every file. Raises AssetsNotBuiltError when the vendor folder is not there."""
    if roots is _ROOTS and not (VENDOR / MANIFEST).exists():
        message = "the browser parts are missing: run `python -m clients.design.build`"
        raise AssetsNotBuiltError(message)
    files: dict[str, Asset] = {}
    digest = hashlib.sha256()
    for name, root in sorted(roots.items()):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                key = f"{name}/{path.relative_to(root).as_posix()}"
                files[key] = Asset(path.read_bytes(), media_type(path))
                digest.update(key.encode() + b"\0" + hashlib.sha256(files[key].content).digest())
    return Assets(digest.hexdigest()[:_FINGERPRINT_LENGTH], files)


def media_type(path: Path) -> str:
    """The type of a file by its suffix."""
    guessed = _MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return guessed or "application/octet-stream"
