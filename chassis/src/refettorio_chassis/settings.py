"""What every process of a service is told by its environment. Read once, in `wiring`, and passed down as values."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Frozen; a missing value stops the process with its name. Services add their own fields in a subclass."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    mongodb_url: str = Field(alias="MONGODB_URL")
    kafka_bootstrap_servers: str = Field(alias="KAFKA_BOOTSTRAP_SERVERS")
    jwks_url: str = Field(alias="REFETTORIO_JWKS_URL")
    public_url: str = Field(
        alias="REFETTORIO_PUBLIC_URL", description="The gateway as people reach it, no slash at the end"
    )
    istat_code: str = Field(
        default="019058", alias="REFETTORIO_ISTAT_CODE", description="ISTAT code of the municipality"
    )
    http_host: str = Field(default="127.0.0.1", alias="REFETTORIO_HTTP_HOST")
    http_port: int = Field(default=8000, alias="REFETTORIO_HTTP_PORT")
    database_prefix: str = Field(default="refettorio_", alias="REFETTORIO_DATABASE_PREFIX")
    group_prefix: str = Field(default="refettorio.", alias="REFETTORIO_GROUP_PREFIX")

    def source(self, service: str) -> str:
        """The CloudEvents `source` of this municipality's `service`."""
        return f"/comuni/{self.istat_code}/refettorio/{service}"
