"""An identity provider played by pysaml2, run by the Python of the checkers' environment: one action per process.

Standard input: JSON with `action`, the `folder` of its keys, our metadata, and what the action needs. Output: JSON.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_TRANSIENT, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

Question = Mapping[str, Any]
Answer = dict[str, object]
ENTITY_ID = "https://partner.example"
SLO = f"{ENTITY_ID}/slo"
BINDINGS = {"redirect": BINDING_HTTP_REDIRECT, "post": BINDING_HTTP_POST}


def provider(asked: Question) -> Server:
    """The provider, knowing our metadata."""
    folder = asked["folder"]
    services = [(SLO, BINDING_HTTP_REDIRECT), (SLO, BINDING_HTTP_POST)]
    config = IdPConfig().load(
        {
            "entityid": ENTITY_ID,
            "key_file": f"{folder}/partner.key",
            "cert_file": f"{folder}/partner.crt",
            "metadata": {"inline": [asked["metadata"]]},
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": services, "single_logout_service": services},
                    "want_authn_requests_signed": True,
                    "sign_response": True,
                },
            },
            # It must not believe an unsigned message, or its reading would prove nothing.
            "logout_requests_signed": True,
            "only_use_keys_in_metadata": True,
        }
    )
    return Server(config=config)


def metadata_of(asked: Question) -> Answer:
    return {"metadata": entity_descriptor(provider(asked).config).to_string().decode()}


def read_request(asked: Question) -> Answer:
    """What our LogoutRequest says, its signature proved."""
    if asked["binding"] == "redirect":
        sent = {name: values[0] for name, values in parse_qs(urlsplit(asked["url"]).query).items()}
        extra = {"relay_state": sent["RelayState"], "sigalg": sent["SigAlg"], "signature": sent["Signature"]}
        message = sent["SAMLRequest"]
    else:
        extra = {}
        message = asked["form"]["SAMLRequest"]
    read = provider(asked).parse_logout_request(message, BINDINGS[asked["binding"]], **extra).message
    indexes = [index.text for index in read.session_index]
    return {"id": read.id, "name_id": read.name_id.text, "indexes": indexes, "issuer": read.issuer.text}


def ask(asked: Question) -> Answer:
    """A LogoutRequest of its own."""
    made = provider(asked)
    name = NameID(format=NAMEID_FORMAT_TRANSIENT, name_qualifier=ENTITY_ID, text="_n1")
    is_form = asked["binding"] == "post"
    _, request = made.create_logout_request(
        asked["destination"],
        asked["entity_id"],
        name_id=name,
        session_indexes=["_i1"],
        sign=is_form,
        sign_alg=SIG_RSA_SHA256,
        digest_alg=DIGEST_SHA256,
    )
    sent = made.apply_binding(
        BINDINGS[asked["binding"]],
        str(request),
        asked["destination"],
        "stato",
        sign=not is_form,
        sigalg=SIG_RSA_SHA256,
    )
    return {"url": dict(sent["headers"]).get("Location", ""), "document": str(request)}


ACTIONS = {"metadata": metadata_of, "read-request": read_request, "ask": ask}

if __name__ == "__main__":
    question = json.load(sys.stdin)
    json.dump(ACTIONS[question["action"]](question), sys.stdout)
