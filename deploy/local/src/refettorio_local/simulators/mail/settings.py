"""What the mail server reads from the environment."""

from dataclasses import dataclass

from refettorio_local.simulators.settings import HOST, Environment, Listening

DEFAULT_PORT = 8093
DEFAULT_SMTP_PORT = 8025
LARGEST_MESSAGE = 10 * 1024 * 1024  # bytes, as providers commonly take


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Signing in is asked for only where a user name is set."""

    listening: Listening
    smtp_host: str
    smtp_port: int
    username: str | None
    password: str
    largest_bytes: int

    @classmethod
    def read(cls, environment: Environment) -> "Settings":
        """Raises MissingSettingError."""
        username = environment.optional("REFETTORIO_SMTP_USERNAME")
        return cls(
            listening=Listening.read(environment, default_port=DEFAULT_PORT),
            smtp_host=environment.text("REFETTORIO_SMTP_HOST", HOST),
            smtp_port=environment.port("REFETTORIO_SMTP_PORT", DEFAULT_SMTP_PORT),
            username=username,
            password=environment.text("REFETTORIO_SMTP_PASSWORD") if username else "",
            largest_bytes=int(environment.number("REFETTORIO_SIM_SMTP_BYTES", LARGEST_MESSAGE)),
        )
