"""One page that links everything there is to see."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from refettorio_local.simulators.settings import Environment, Listening
from refettorio_local.simulators.web import Pages, create_app

DEFAULT_PORT = 8090
PAGES = Pages(
    "home",
    title="Refettorio, tutto insieme",
    explanation="Il sistema del Comune e, attorno, le parti esterne simulate. Comincia da qui.",
)


@dataclass(frozen=True, slots=True)
class Link:
    """Something to open, with what it is for."""

    url: str
    name: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Group:
    """Links that belong together."""

    name: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The addresses of everything."""

    listening: Listening
    gateway_url: str
    idp_url: str
    oidc_url: str
    nodo_url: str
    mail_url: str
    sms_url: str
    zipkin_url: str

    @classmethod
    def read(cls, environment: Environment) -> "Settings":
        """Raises MissingSettingError."""
        return cls(
            listening=Listening.read(environment, default_port=DEFAULT_PORT),
            gateway_url=environment.public_url(),
            idp_url=environment.address("REFETTORIO_SIM_IDP_URL", "http://127.0.0.1:8091"),
            oidc_url=environment.address("REFETTORIO_SIM_OIDC_URL", "http://127.0.0.1:8095"),
            nodo_url=environment.address("REFETTORIO_SIM_NODO_URL", "http://127.0.0.1:8092"),
            mail_url=environment.address("REFETTORIO_SIM_MAIL_URL", "http://127.0.0.1:8093"),
            sms_url=environment.address("REFETTORIO_SIM_SMS_URL", "http://127.0.0.1:8094"),
            zipkin_url=environment.address("REFETTORIO_ZIPKIN_URL", "http://127.0.0.1:9411"),
        )


def groups(settings: Settings) -> tuple[Group, ...]:
    """What the page shows, in reading order."""
    zipkin = Link(
        f"{settings.zipkin_url}/",
        "Zipkin",
        "Il percorso di ogni richiesta e di ogni evento attraverso i servizi.",
    )
    return (
        Group("Il sistema del Comune", _own_pages(settings.gateway_url)),
        Group("Le parti esterne, simulate", _outside_parties(settings)),
        Group("Dentro le macchine", (zipkin,)),
    )


def _own_pages(gateway: str) -> tuple[Link, ...]:
    return (
        Link(
            f"{gateway}/",
            "Sito dei servizi scolastici",
            "La pagina pubblica: notizie e accesso con SPID o CIE.",
        ),
        Link(
            f"{gateway}/portale/",
            "Portale delle famiglie",
            "Iscrizioni, presenze, saldo, ricariche e comunicazioni.",
        ),
        Link(
            f"{gateway}/ufficio/",
            "Ufficio scuola",
            "Domande da decidere, tariffe, conti, comunicazioni. Entra come Francesca Villa.",
        ),
        Link(
            f"{gateway}/tablet/",
            "Tablet della mensa",
            "Le presenze in classe, anche senza rete. Si abbina con un codice dato dall'ufficio.",
        ),
    )


def _outside_parties(settings: Settings) -> tuple[Link, ...]:
    return (
        Link(
            f"{settings.idp_url}/",
            "Identità digitale",
            "Le persone inventate con cui entrare, con i dati dei figli.",
        ),
        Link(
            f"{settings.oidc_url}/",
            "CIE con OpenID Connect",
            "La federazione in piccolo, se CIE passa da lì.",
        ),
        Link(
            f"{settings.nodo_url}/tabaccheria",
            "Tabaccheria",
            "Paga in contanti un avviso pagoPA con il codice della lettera.",
        ),
        Link(
            f"{settings.nodo_url}/",
            "Pagamenti pagoPA",
            "Tutto quello che è stato pagato e le ricevute mandate.",
        ),
        Link(f"{settings.mail_url}/", "Posta elettronica", "I messaggi mandati ai cittadini."),
        Link(f"{settings.sms_url}/", "Telefoni", "Gli SMS mandati ai cittadini."),
    )


def home(settings: Settings) -> Starlette:
    """The application."""

    async def show(request: Request) -> Response:
        return PAGES.show(request, "home", {"groups": groups(settings)})

    return create_app([Route("/", show)])
