"""What the identity provider reads from the environment."""

from dataclasses import dataclass

from refettorio_local.simulators.idp.keys import make_keys
from refettorio_local.simulators.idp.saml import KeyPair
from refettorio_local.simulators.settings import Environment, Listening, MissingSettingError

DEFAULT_PORT = 8091


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`base_url` is how browsers reach this process; it is part of the entityIDs."""

    listening: Listening
    base_url: str
    metadata_urls: tuple[str, ...]
    keys: KeyPair
    portal_url: str

    @classmethod
    def read(cls, environment: Environment) -> "Settings":
        """Raises MissingSettingError."""
        listening = Listening.read(environment, default_port=DEFAULT_PORT)
        public_url = environment.public_url()
        return cls(
            listening=listening,
            base_url=environment.address("REFETTORIO_SIM_IDP_URL", listening.url),
            metadata_urls=environment.listed("REFETTORIO_SIM_SP_METADATA")
            or (f"{public_url}/auth/spid/metadata", f"{public_url}/auth/cie/metadata"),
            keys=_keys(environment),
            portal_url=public_url,
        )


def _keys(environment: Environment) -> KeyPair:
    key_file = environment.path("REFETTORIO_SIM_IDP_KEY_FILE")
    certificate_file = environment.path("REFETTORIO_SIM_IDP_CERT_FILE")
    if key_file is None and certificate_file is None:
        return make_keys("Identity provider simulato")
    if key_file is None or certificate_file is None:
        raise MissingSettingError("REFETTORIO_SIM_IDP_KEY_FILE and REFETTORIO_SIM_IDP_CERT_FILE go together.")
    return KeyPair.read(key_file, certificate_file)
