"""The Java archives (Kafka, Zipkin, veraPDF for tests): those of `jars.lock`, downloaded once, checked by hash.

A line of the lock file is `<coordinate> <file name> <sha256>`, under a `[section]` per program.
Only `python -m refettorio_local lock` resolves dependencies; everything else fetches the listed
coordinates and nothing more.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jgo.maven import MavenContext, PythonResolver

from refettorio_local.errors import DownloadRefusedError, PlatformError
from refettorio_local.progress import downloads_shown

LOCK_FILE = Path(__file__).parents[2] / "jars.lock"
# What each program is resolved from, when the lock file is written again.
ROOTS = {
    "kafka": ("org.apache.kafka:kafka_2.13:4.1.0", "org.slf4j:slf4j-simple:1.7.36"),
    "zipkin": ("io.zipkin:zipkin-server:3.6.1:slim",),
    "verapdf": ("org.verapdf:validation-model:1.28.2",),
}
SELF_CONTAINED = frozenset({"zipkin"})  # one archive with everything inside
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Jar:
    """One archive of the lock file. `coordinate` is group:artifact:version[:classifier]."""

    coordinate: str
    file_name: str
    sha256: str


def cache_folder() -> Path:
    """Where downloads are kept: `REFETTORIO_CACHE`, else `~/.cache/refettorio`."""
    chosen = os.environ.get("REFETTORIO_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "refettorio"


def locked_jars(section: str) -> list[Jar]:
    """The archives of one program, in class path order. Raises PlatformError when there are none."""
    jars = [Jar(*line.split()) for line in _section_lines(section)]
    if not jars:
        raise PlatformError(f"{LOCK_FILE} lists nothing for {section}.")
    return jars


def fetch(section: str) -> list[Path]:
    """Paths of the program's archives, downloaded when missing and verified every time.

    Raises DownloadRefusedError when a file, fetched afresh, still has another hash than the lock's.
    Safe from several processes at once: one downloads, the others wait.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    jars = locked_jars(section)
    with _exclusively(cache / f"{section}.downloading"), downloads_shown() as progress:
        context = _context(cache, PythonResolver(progress_callback=progress))
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            return list(pool.map(lambda jar: _fetch_one(context, jar), jars))


def write_lock() -> Path:
    """Resolve ROOTS again and write the lock file; the maintainer reviews the difference."""
    lines = ["# Written by `python -m refettorio_local lock`: coordinate, file, SHA-256."]
    context = _context(cache_folder(), PythonResolver())
    for section, roots in ROOTS.items():
        lines += ["", f"[{section}]"]
        for coordinate in _resolved(context, section, roots):
            path = _path(context, coordinate)
            lines.append(f"{coordinate} {path.name} {_sha256(path)}")
    LOCK_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return LOCK_FILE


def _resolved(context: MavenContext, section: str, roots: tuple[str, ...]) -> list[str]:
    if section in SELF_CONTAINED:
        return list(roots)
    dependencies = [context.create_dependency(root) for root in roots]
    inputs, transitive = context.resolver.resolve(dependencies)
    return [f"{each.groupId}:{each.artifactId}:{each.version}" for each in (*inputs, *transitive)]


def _section_lines(section: str) -> Iterator[str]:
    current = ""
    for line in LOCK_FILE.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("["):
            current = text.strip("[]")
        elif text and current == section:
            yield text


def _context(cache: Path, resolver: PythonResolver) -> MavenContext:
    mirror = os.environ.get("REFETTORIO_MAVEN_MIRROR")
    return MavenContext(
        resolver=resolver,
        repo_cache=cache / "jars",
        remote_repos={"mirror": mirror.rstrip("/")} if mirror else None,
        timeout=30,
    )


def _fetch_one(context: MavenContext, jar: Jar) -> Path:
    path = _path(context, jar.coordinate)
    if _sha256(path) == jar.sha256:
        return path
    path.unlink()  # a download that was cut short: once more
    path = _path(context, jar.coordinate)
    if (found := _sha256(path)) != jar.sha256:
        path.unlink()
        raise DownloadRefusedError(path, jar.sha256, found)
    return path


def _path(context: MavenContext, coordinate: str) -> Path:
    group, artifact, version, *classifier = coordinate.split(":")
    component = context.project(group, artifact).at_version(version)
    return Path(component.artifact(classifier[0] if classifier else "").resolve())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _exclusively(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
