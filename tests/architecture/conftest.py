import pytest

from tests.architecture.wired import environment


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return environment(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def process_environment(told: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that every process of ours needs in order to wire itself."""
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("REFETTORIO_CLOCK_FILE", raising=False)
