"""What the message centre reads from the environment."""

from dataclasses import dataclass

from refettorio_local.simulators.settings import HOST, Environment, Listening

DEFAULT_PORT = 8094
DEFAULT_SMPP_PORT = 8775
RECEIPT_SECONDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One account may bind: `system_id` with `password`."""

    listening: Listening
    smpp_host: str
    smpp_port: int
    system_id: str
    password: str
    receipt_seconds: float

    @classmethod
    def read(cls, environment: Environment) -> "Settings":
        """Raises MissingSettingError."""
        return cls(
            listening=Listening.read(environment, default_port=DEFAULT_PORT),
            smpp_host=environment.text("REFETTORIO_SMPP_HOST", HOST),
            smpp_port=environment.port("REFETTORIO_SMPP_PORT", DEFAULT_SMPP_PORT),
            system_id=environment.text("REFETTORIO_SMPP_SYSTEM_ID"),
            password=environment.text("REFETTORIO_SMPP_PASSWORD"),
            receipt_seconds=environment.number("REFETTORIO_SIM_SMS_RECEIPT_SECONDS", RECEIPT_SECONDS),
        )
