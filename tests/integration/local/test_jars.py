"""What is downloaded is what the lock file names, or nothing."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from refettorio_local import jars
from refettorio_local.errors import DownloadRefusedError, PlatformError

RIGHT = b"the archive that was reviewed"
COORDINATE = "it.example:kitchen:1.0"
IN_REPOSITORY = "it/example/kitchen/1.0/kitchen-1.0.jar"


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository of our own with one archive, a lock file that names it and an empty cache."""
    archive = tmp_path / "repository" / IN_REPOSITORY
    archive.parent.mkdir(parents=True)
    archive.write_bytes(RIGHT)
    lock = tmp_path / "jars.lock"
    lock.write_text(f"[kitchen]\n{COORDINATE} kitchen-1.0.jar {hashlib.sha256(RIGHT).hexdigest()}\n")
    monkeypatch.setattr(jars, "LOCK_FILE", lock)
    monkeypatch.setenv("REFETTORIO_CACHE", str(tmp_path / "cache"))
    serving = partial(Silent, directory=str(tmp_path / "repository"))
    with ThreadingHTTPServer(("127.0.0.1", 0), serving) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("REFETTORIO_MAVEN_MIRROR", f"http://127.0.0.1:{server.server_port}")
        yield archive
        server.shutdown()
        thread.join()


def test_an_archive_is_downloaded_once(repository: Path) -> None:
    (first,) = jars.fetch("kitchen")
    repository.unlink()
    (again,) = jars.fetch("kitchen")
    assert first == again
    assert again.read_bytes() == RIGHT


def test_a_download_that_was_cut_short_is_fetched_again(repository: Path) -> None:
    (path,) = jars.fetch("kitchen")
    path.write_bytes(RIGHT[:5])
    assert jars.fetch("kitchen") == [path]
    assert path.read_bytes() == RIGHT


def test_an_altered_archive_is_refused_and_not_kept(repository: Path, tmp_path: Path) -> None:
    repository.write_bytes(b"something else")
    with pytest.raises(DownloadRefusedError, match=r"jars\.lock wants"):
        jars.fetch("kitchen")
    assert not list((tmp_path / "cache").rglob("*.jar"))


def test_a_program_without_archives_in_the_lock_is_refused(repository: Path) -> None:
    with pytest.raises(PlatformError, match="lists nothing for cellar"):
        jars.fetch("cellar")
