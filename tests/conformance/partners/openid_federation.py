"""AgID's `spid-cie-oidc` as a federation of its own: a Trust Anchor and an OpenID provider, until they are killed.

It runs in the environment of the checker (`tests/conformance/checkers/spid-cie-oidc.lock`). Nothing of its rules is
changed; here stands only what a Django project must say: settings, addresses, and the rows an administrator would type.
Its pages want a theme it does not bring along, so they come out empty; the forms behind them are posted as they are.

    openid_federation.py <port> <folder> <profile> <client's entity identifier> [--complete-userinfo | --judge]

`--judge` serves nothing: it reads an entity configuration from standard input, and writes what it complains of.
"""

import json
import sys
import urllib.request
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from django.conf import settings

# ruff: noqa: PLC0415 - a model can be imported once the settings are made, and not before

PORT, FOLDER, PROFILE, CLIENT = sys.argv[1:5]
ROOT = f"http://127.0.0.1:{PORT}"
PROVIDER = f"{ROOT}/oidc/op"
USER, PASSWORD = "giulia", "segreta-di-prova"
LEVELS = [f"https://www.spid.gov.it/SpidL{level}" for level in (1, 2, 3)]


APPLICATIONS = ["accounts", "entity", "authority", "provider"]
LOADERS = [
    ("django.template.loaders.locmem.Loader", {"bootstrap-italia-base.html": ""}),
    "django.template.loaders.app_directories.Loader",
]
SETTINGS: dict[str, Any] = {
    "SECRET_KEY": "nobody-signs-in-here",
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "ROOT_URLCONF": "federation_urls",
    "AUTH_USER_MODEL": "spid_cie_oidc_accounts.User",
    "INSTALLED_APPS": [
        *(f"spid_cie_oidc.{name}" for name in APPLICATIONS),
        *(f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions")),
    ],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                "loaders": LOADERS,
            },
        }
    ],
    "DATABASES": {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(FOLDER) / "federation.sqlite3"),
            "OPTIONS": {"timeout": 20},
        }
    },
    "STATIC_URL": "/static/",
    # It takes instants for local time, so that in Rome a token is over before it was given.
    "TIME_ZONE": "UTC",
    "USE_TZ": True,
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "OIDCFED_DEFAULT_TRUST_ANCHOR": ROOT,
    "OIDCFED_TRUST_ANCHORS": [ROOT],
    "OIDCFED_REQUIRED_TRUST_MARKS": [],
    "OIDCFED_PROVIDER_PROFILE": PROFILE,
    "OIDCFED_DEFAULT_PROVIDER_PROFILE": PROFILE,
    "LOGGING": {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"output": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["output"], "level": "INFO"},
    },
}


def configure() -> None:
    """A project, before any model of it is known."""
    sys.modules["federation_urls"] = ModuleType("federation_urls")
    settings.configure(**SETTINGS)
    django.setup()


def addresses() -> None:
    """Where the views of its applications are."""
    from django.urls import path
    from spid_cie_oidc.authority.urls import urlpatterns as authority
    from spid_cie_oidc.entity.urls import urlpatterns as entity
    from spid_cie_oidc.entity.views import entity_configuration
    from spid_cie_oidc.provider.urls import urlpatterns as provider

    own = path("oidc/op/.well-known/openid-federation", entity_configuration)
    sys.modules["federation_urls"].urlpatterns = [own, *entity, *authority, *provider]  # type: ignore[attr-defined]


def found() -> None:
    """What an administrator types: the anchor, the provider, the two members, somebody to sign in."""
    from django.contrib.auth import get_user_model
    from spid_cie_oidc.authority.models import (
        FederationDescendant,
        FederationEntityAssignedProfile,
        FederationEntityProfile,
    )
    from spid_cie_oidc.entity.jwks import create_jwk, public_jwk_from_private_jwk
    from spid_cie_oidc.entity.models import FederationEntityConfiguration

    anchor = FederationEntityConfiguration.objects.create(
        sub=ROOT,
        entity_type="federation_entity",
        metadata={"federation_entity": ANCHOR},
        constraints={"max_path_length": 1},
        jwks_core=[],
        is_active=True,
    )
    core = [create_jwk() | {"use": "sig"}]
    own = FederationEntityConfiguration.objects.create(
        sub=PROVIDER,
        entity_type="openid_provider",
        metadata={"openid_provider": provider_metadata([public_jwk_from_private_jwk(key) for key in core])},
        authority_hints=[ROOT],
        jwks_core=core,
        is_active=True,
    )
    members = (
        (PROVIDER, "openid_provider", own.public_jwks),
        (CLIENT, "openid_relying_party", client_keys()),
    )
    for sub, kind, keys in members:
        member = FederationDescendant.objects.create(
            name=kind, sub=sub, type=kind, jwks=keys, status="valid", is_active=True
        )
        profile = FederationEntityProfile.objects.create(
            name=kind,
            profile_category=kind,
            profile_id=f"{ROOT}/{kind}/public/",
            trust_mark_template={},
        )
        FederationEntityAssignedProfile.objects.create(descendant=member, profile=profile, issuer=anchor)
    user = get_user_model().objects.create(username=USER, attributes=PERSON)
    user.set_password(PASSWORD)
    user.save()


ANCHOR = {
    "organization_name": "Trust Anchor di prova",
    "contacts": ["ta@anchor.example"],
    "homepage_uri": ROOT,
    "policy_uri": f"{ROOT}/policy",
    "logo_uri": f"{ROOT}/logo.svg",
    "federation_fetch_endpoint": f"{ROOT}/fetch",
    "federation_resolve_endpoint": f"{ROOT}/resolve",
    "federation_list_endpoint": f"{ROOT}/list",
    "federation_trust_mark_status_endpoint": f"{ROOT}/trust_mark_status",
}
PERSON = {
    "given_name": "Giulia",
    "family_name": "Ferrari",
    "https://attributes.eid.gov.it/fiscal_number": "TINIT-RSSMRA85T10A562S",
    "email": "giulia@posta.example",
}


def provider_metadata(keys: list[Any]) -> dict[str, Any]:
    """As the example project of the package has it."""
    algorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
    return {
        "issuer": PROVIDER,
        "authorization_endpoint": f"{PROVIDER}/authorization",
        "token_endpoint": f"{PROVIDER}/token",
        "userinfo_endpoint": f"{PROVIDER}/userinfo",
        "introspection_endpoint": f"{PROVIDER}/introspection",
        "revocation_endpoint": f"{PROVIDER}/revocation",
        "jwks": {"keys": keys},
        "organization_name": "Provider di prova",
        "client_registration_types_supported": ["automatic"],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "scopes_supported": ["openid", "offline_access"],
        "acr_values_supported": LEVELS,
        "subject_types_supported": ["pairwise", "public"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "id_token_signing_alg_values_supported": algorithms,
        "userinfo_signing_alg_values_supported": algorithms,
        "userinfo_encryption_alg_values_supported": ["RSA-OAEP", "RSA-OAEP-256"],
        "userinfo_encryption_enc_values_supported": ["A128CBC-HS256", "A256CBC-HS512"],
        "request_object_signing_alg_values_supported": algorithms,
        "request_parameter_supported": True,
        "claims_parameter_supported": True,
    }


def client_keys() -> list[Any]:
    """The federation keys of the client, as it publishes them: what it would type into the portal of the scheme."""
    from spid_cie_oidc.entity.jwtse import unpad_jwt_payload

    address = f"{CLIENT}/.well-known/openid-federation"
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - a client the test names
        keys: list[Any] = unpad_jwt_payload(answer.read().decode())["jwks"]["keys"]
    return keys


def complete_userinfo() -> None:
    """Its userinfo leaves out who says it, to whom and until when, which the rules want: here they are added."""
    from spid_cie_oidc.entity.utils import exp_from_now, iat_now
    from spid_cie_oidc.provider.views import userinfo_endpoint as view

    plain = view.create_jws

    def create_jws(payload: dict[str, Any], *key: Any, **more: Any) -> str:
        told = {"iss": PROVIDER, "aud": CLIENT, "iat": iat_now(), "exp": exp_from_now()}
        return str(plain({**payload, **told}, *key, **more))

    view.create_jws = create_jws


def complaints_about(token: str) -> list[str]:
    """What its own checks say of a relying party's entity configuration."""
    from spid_cie_oidc.entity.statements import EntityConfiguration
    from spid_cie_oidc.entity.validators import (
        validate_entity_metadata,
        validate_metadata_algs,
        validate_public_jwks,
    )

    found = EntityConfiguration(token)
    metadata = found.payload["metadata"]
    checks = {
        "signature": found.validate_by_itself,
        "federation keys": lambda: validate_public_jwks(found.jwks),
        "protocol keys": lambda: validate_public_jwks(metadata["openid_relying_party"]["jwks"]["keys"]),
        "metadata": lambda: validate_entity_metadata(metadata),
        "algorithms": lambda: validate_metadata_algs(metadata),
    }
    complaints = []
    for name, check in checks.items():
        try:
            check()
        except Exception as error:  # noqa: BLE001 - whatever it raises is its complaint
            complaints.append(f"{name}: {type(error).__name__} {error}")
    return complaints


def main() -> None:
    """Judge, or found the federation and serve it."""
    configure()
    if "--judge" in sys.argv:
        print(json.dumps(complaints_about(sys.stdin.read().strip())))
        return
    addresses()
    from django.core.management import call_command
    from django.core.servers.basehttp import WSGIServer, run
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    found()
    if "--complete-userinfo" in sys.argv:
        complete_userinfo()
    run(
        "127.0.0.1",
        int(PORT),
        get_wsgi_application(),
        threading=True,
        server_cls=WSGIServer,
    )


main()
