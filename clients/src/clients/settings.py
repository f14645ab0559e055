"""What the environment tells the clients. Read once, in `wiring`; a missing value stops the process with its name."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The clients keep no data: no database, no topics."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    http_host: str = Field(default="127.0.0.1", alias="REFETTORIO_HTTP_HOST")
    http_port: int = Field(default=8106, alias="REFETTORIO_HTTP_PORT")
    jwks_url: str = Field(alias="REFETTORIO_JWKS_URL")
    public_url: str = Field(
        alias="REFETTORIO_PUBLIC_URL", description="The gateway as people reach it, no slash at the end"
    )
    identity_url: str = Field(alias="REFETTORIO_IDENTITY_URL")
    enrollment_url: str = Field(alias="REFETTORIO_ENROLLMENT_URL")
    attendance_url: str = Field(alias="REFETTORIO_ATTENDANCE_URL")
    ledger_url: str = Field(alias="REFETTORIO_LEDGER_URL")
    notify_url: str = Field(alias="REFETTORIO_NOTIFY_URL")
    # Origins a form may lead to, separated by spaces: the payment page, where "Paga con carta" redirects.
    checkout_origins: str = Field(default="https://checkout.pagopa.it", alias="REFETTORIO_CHECKOUT_ORIGINS")
    # A TOML file in the form of news.toml; the one in the package when not given.
    news_file: str = Field(default="", alias="REFETTORIO_NEWS_FILE")

    municipality_name: str = Field(default="Comune di Monte Cremasco", alias="REFETTORIO_MUNICIPALITY_NAME")
    municipality_region: str = Field(default="Regione Lombardia", alias="REFETTORIO_MUNICIPALITY_REGION")
    municipality_address: str = Field(
        default="Via Roma, 12 - 26010 Monte Cremasco", alias="REFETTORIO_MUNICIPALITY_ADDRESS"
    )
    municipality_telephone: str = Field(default="0373/791121", alias="REFETTORIO_MUNICIPALITY_TELEPHONE")
    municipality_email: str = Field(
        default="protocollo@comune.montecremasco.cr.it", alias="REFETTORIO_MUNICIPALITY_EMAIL"
    )
    municipality_certified_email: str = Field(
        default="segreteria.comune.montecremasco@pec.regionelombardia.it", alias="REFETTORIO_MUNICIPALITY_PEC"
    )

    def addresses(self) -> dict[str, str]:
        """Where each service listens, by name."""
        return {
            "identity": self.identity_url,
            "enrollment": self.enrollment_url,
            "attendance": self.attendance_url,
            "ledger": self.ledger_url,
            "notify": self.notify_url,
        }
