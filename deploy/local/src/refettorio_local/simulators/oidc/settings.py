"""What the OpenID federation reads from the environment."""

from dataclasses import dataclass

from refettorio_local.simulators.settings import Environment, Listening

DEFAULT_PORT = 8095


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`base_url` is how everybody reaches this process; the entities are `<base>/ta` and `<base>/op`.

    `clients`: the relying parties the Trust Anchor vouches for, by their entity identifiers.
    """

    listening: Listening
    base_url: str
    clients: tuple[str, ...]

    @classmethod
    def read(cls, environment: Environment) -> "Settings":
        """Raises MissingSettingError."""
        listening = Listening.read(environment, default_port=DEFAULT_PORT)
        return cls(
            listening=listening,
            base_url=environment.address("REFETTORIO_SIM_OIDC_URL", listening.url),
            clients=environment.listed("REFETTORIO_SIM_OIDC_CLIENTS") or (f"{environment.public_url()}/auth/cie/oidc",),
        )
