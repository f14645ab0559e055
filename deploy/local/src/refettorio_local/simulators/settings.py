"""What the simulators read from the environment (see SIMULATORS.md for the table)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


class MissingSettingError(Exception):
    """A simulator cannot start: a variable is absent or is not what it should be."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Typed reading of environment variables; an empty value counts as absent."""

    values: Mapping[str, str]

    @classmethod
    def of_process(cls) -> "Environment":
        return cls(os.environ)

    def text(self, name: str, default: str | None = None) -> str:
        """The variable, else `default`. Raises MissingSettingError when there is neither."""
        value = self.values.get(name) or default
        if value is None:
            raise MissingSettingError(f"{name} is not set.")
        return value

    def address(self, name: str, default: str | None = None) -> str:
        """A URL without its last slash."""
        return self.text(name, default).rstrip("/")

    def optional(self, name: str) -> str | None:
        return self.values.get(name) or None

    def path(self, name: str) -> Path | None:
        value = self.optional(name)
        return Path(value) if value else None

    def listed(self, name: str) -> tuple[str, ...]:
        """A comma-separated list; absent means empty."""
        return tuple(part.strip() for part in self.values.get(name, "").split(",") if part.strip())

    def number(self, name: str, default: float | None = None) -> float:
        """A number that is not negative."""
        text = self.text(name, None if default is None else str(default))
        try:
            value = float(text)
        except ValueError as error:
            raise MissingSettingError(f"{name}={text!r} is not a number.") from error
        if value < 0:
            raise MissingSettingError(f"{name}={text!r} is negative.")
        return value

    def port(self, name: str, default: int | None = None) -> int:
        return int(self.number(name, default))

    def public_url(self) -> str:
        """Where the municipality's gateway is reached: REFETTORIO_GATEWAY_URL, else REFETTORIO_PUBLIC_URL."""
        default = self.optional("REFETTORIO_PUBLIC_URL") or "http://127.0.0.1:8080"
        return self.address("REFETTORIO_GATEWAY_URL", default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where a simulator serves its pages."""

    host: str
    port: int

    @classmethod
    def read(cls, environment: Environment, *, default_port: int) -> "Listening":
        """`REFETTORIO_HTTP_HOST` and `REFETTORIO_HTTP_PORT`."""
        return cls(
            host=environment.text("REFETTORIO_HTTP_HOST", HOST),
            port=environment.port("REFETTORIO_HTTP_PORT", default_port),
        )

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"
