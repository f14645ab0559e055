"""Refettorio's own processes: the simulators of the outside world, the five services, the clients."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from refettorio_local.addresses import HOST, SERVICES, SIMULATORS, Addresses
from refettorio_local.keys import Keys
from refettorio_local.probes import answers_http
from refettorio_local.program import Program, inherited_environment
from refettorio_local.tracing import Collector

SMPP_SYSTEM_ID = "refettorio"
FONTS = Path(__file__).parents[4] / "clients" / "node_modules" / "bootstrap-italia" / "src" / "fonts"
"""Brought by npm at set-up; without them letters use typst's own."""
# What a local platform takes for granted; the launcher's own environment may say otherwise. The
# creditor's fiscal code is invented (its check digit is right), the IBAN is the textbook's example.
# A simulated SMS wakes nobody: it leaves at any hour, so that a test at night is the test of the day.
DEFAULTS = {
    "REFETTORIO_SMS_QUIET_HOURS": "never",
    "REFETTORIO_CREDITOR_NAME": "Comune di Monte Cremasco",
    "REFETTORIO_CREDITOR_IBAN": "IT60X0542811101000000123456",
    "REFETTORIO_CREDITOR_FISCAL_CODE": "01234567897",
    "REFETTORIO_ORGANIZATION_FISCAL_CODE": "01234567897",
    "REFETTORIO_SIM_NODO_RETRY_SECONDS": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Makes the programs; every process is told everything by its environment."""

    addresses: Addresses
    keys: Keys
    collector: Collector
    clock_file: Path
    log_path: Callable[[str], Path]

    def simulators(self) -> list[Program]:
        """The outside parties: they need nothing of ours in order to start."""
        return [self._program(name, f"refettorio_local.simulators.{name}") for name in SIMULATORS]

    def services(self) -> list[Program]:
        """The five services and the clients: they need the infrastructure and the topics."""
        return [self._program(name, name) for name in (*SERVICES, "clients")]

    def _program(self, name: str, module: str) -> Program:
        return Program(
            name=name,
            command=(sys.executable, "-m", module),
            environment=self.environment_of(name),
            ready=answers_http(f"{self.addresses.url(name)}/health/ready"),
            log_path=self.log_path(name),
        )

    def environment_of(self, name: str) -> dict[str, str]:
        """Everything that the process called `name` is told, its secrets included."""
        ports = self.addresses.ports
        return (
            DEFAULTS
            | inherited_environment()
            | self.collector.environment_of(name)
            | {f"REFETTORIO_{service.upper()}_URL": self.addresses.url(service) for service in SERVICES}
            | {
                "MONGODB_URL": self.addresses.mongodb_url,
                "KAFKA_BOOTSTRAP_SERVERS": self.addresses.kafka_bootstrap,
                "REFETTORIO_HTTP_HOST": HOST,
                "REFETTORIO_HTTP_PORT": str(ports.of(name)),
                "REFETTORIO_PUBLIC_URL": self.addresses.gateway_url,
                "REFETTORIO_JWKS_URL": self.addresses.url("identity") + "/.well-known/jwks.json",
                "REFETTORIO_CLOCK_FILE": str(self.clock_file),
            }
            | self._own(name)
        )

    def _own(self, name: str) -> dict[str, str]:
        """What only the process called `name` needs to know: secrets go nowhere else."""
        own = {
            "identity": {
                "REFETTORIO_SPID_IDP_METADATA": f"{self.addresses.idp_url}/metadata",
                "REFETTORIO_CIE_IDP_METADATA": f"{self.addresses.idp_url}/cie/metadata",
                "REFETTORIO_SPID_KEY_FILE": str(self.keys.spid_key),
                "REFETTORIO_SPID_CERT_FILE": str(self.keys.spid_certificate),
                "REFETTORIO_TOKEN_KEY_FILE": str(self.keys.token_key),
                "REFETTORIO_SEALING_KEY_FILE": str(self.keys.sealing_key),
                "REFETTORIO_KAFKA_SUBSCRIBERS_ADDRESS": self.addresses.kafka_subscribers,
                "REFETTORIO_MESSAGE_KEY_FILE": str(self.keys.message_key),
                **self._openid(),
            },
            "ledger": {
                "REFETTORIO_FONTS_DIR": str(FONTS),
                "REFETTORIO_CHECKOUT_URL": f"{self.addresses.nodo_url}/checkout",
                "REFETTORIO_CHECKOUT_KEY": self.keys.checkout_key,
                "REFETTORIO_PAGOPA_KEY": self.keys.checkout_key,
                "REFETTORIO_ACA_URL": f"{self.addresses.nodo_url}/aca",
                "REFETTORIO_FDR_URL": f"{self.addresses.nodo_url}/fdr",
                "REFETTORIO_BIZ_EVENTS_URL": f"{self.addresses.nodo_url}/bizevents",
            },
            "clients": {"REFETTORIO_CHECKOUT_ORIGINS": self.addresses.nodo_url},
            "notify": self._mail_and_sms(),
            "mail": self._mail_and_sms(),
            "sms": self._mail_and_sms(),
            "idp": {
                "REFETTORIO_SIM_IDP_KEY_FILE": str(self.keys.idp_key),
                "REFETTORIO_SIM_IDP_CERT_FILE": str(self.keys.idp_certificate),
            },
            "nodo": {
                "REFETTORIO_SIM_NODO_TARGET": self.addresses.pagopa_url,
                "REFETTORIO_SIM_NODO_CERTIFICATES": str(self.keys.nodo_folder),
                "REFETTORIO_CHECKOUT_KEY": self.keys.checkout_key,
            },
            "home": self._links(),
        }
        return own.get(name, {})

    def _openid(self) -> dict[str, str]:
        """CIE goes by OpenID Connect where REFETTORIO_OIDC_SCHEMES says so; everything it needs is there."""
        return {
            "REFETTORIO_OIDC_FEDERATION_KEY_FILE": str(self.keys.oidc_federation_key),
            "REFETTORIO_OIDC_SIGNING_KEY_FILE": str(self.keys.oidc_signing_key),
            "REFETTORIO_OIDC_ENCRYPTION_KEY_FILE": str(self.keys.oidc_encryption_key),
            "REFETTORIO_OIDC_ON_THIS_MACHINE": "true",
            "REFETTORIO_CIE_OIDC_PROVIDERS": f"{self.addresses.oidc_url}/op",
            "REFETTORIO_CIE_OIDC_TRUST_ANCHORS": f"{self.addresses.oidc_url}/ta",
        }

    def _mail_and_sms(self) -> dict[str, str]:
        return {
            "REFETTORIO_SMTP_HOST": HOST,
            "REFETTORIO_SMTP_PORT": str(self.addresses.ports.smtp),
            "REFETTORIO_SMPP_HOST": HOST,
            "REFETTORIO_SMPP_PORT": str(self.addresses.ports.smpp),
            "REFETTORIO_SMPP_SYSTEM_ID": SMPP_SYSTEM_ID,
            "REFETTORIO_SMPP_PASSWORD": self.keys.smpp_password,
        }

    def _links(self) -> dict[str, str]:
        """What the home page links, besides the public address that everybody knows."""
        links = {f"REFETTORIO_SIM_{name.upper()}_URL": self.addresses.url(name) for name in SIMULATORS}
        return links | {"REFETTORIO_ZIPKIN_URL": self.addresses.zipkin_url}
