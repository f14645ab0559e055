"""What the node reads from the environment."""

from dataclasses import dataclass
from pathlib import Path

from refettorio_local.simulators.settings import Environment, Listening

DEFAULT_PORT = 8092
# The real node tries again 48 times, one hour apart (SPEC §1.6); locally nobody waits for hours.
RETRIES = 48
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`target_url` is the creditor's SOAP endpoint; `checkout_key` is None when any key will do.

    `certificates` is the folder of `client.crt` and `client.key`, shown to the creditor, and of
    `gateway-ca.crt`, the authority of the creditor's own; None where the target speaks plain HTTP.
    """

    listening: Listening
    base_url: str
    target_url: str
    creditor_fiscal_code: str
    broker_fiscal_code: str
    station: str
    checkout_key: str | None
    schema_folder: Path | None
    retries: int
    retry_seconds: float
    certificates: Path | None = None

    @classmethod
    def read(cls, environment: Environment) -> "Settings":
        """Raises MissingSettingError."""
        listening = Listening.read(environment, default_port=DEFAULT_PORT)
        creditor = environment.text("REFETTORIO_CREDITOR_FISCAL_CODE")
        broker = environment.text("REFETTORIO_BROKER_FISCAL_CODE", creditor)
        return cls(
            listening=listening,
            base_url=environment.address("REFETTORIO_SIM_NODO_URL", listening.url),
            target_url=environment.text("REFETTORIO_SIM_NODO_TARGET"),
            creditor_fiscal_code=creditor,
            broker_fiscal_code=broker,
            station=environment.text("REFETTORIO_STATION_ID", f"{broker}_01"),
            checkout_key=environment.optional("REFETTORIO_CHECKOUT_KEY"),
            schema_folder=environment.path("REFETTORIO_PAGOPA_XSD"),
            retries=int(environment.number("REFETTORIO_SIM_NODO_RETRIES", RETRIES)),
            retry_seconds=environment.number("REFETTORIO_SIM_NODO_RETRY_SECONDS", RETRY_SECONDS),
            certificates=environment.path("REFETTORIO_SIM_NODO_CERTIFICATES"),
        )
