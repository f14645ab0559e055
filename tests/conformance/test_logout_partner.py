"""Our logout messages as others read them: the official SAML schema, and pysaml2 in the place of a provider."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import zlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from identity.domain.provider_session import ProviderSession
from identity.domain.sign_out import LogoutAsked, SignOut
from identity.outbound.saml.federation import Saml
from identity.outbound.saml.metadata import Endpoints, Organization
from identity.outbound.saml.signatures import KeyPair
from identity.outbound.saml.single_logout import SamlLogout
from identity.outbound.saml.sources import metadata_sources
from identity.outbound.saml.trust import Trust
from identity.usecases.ports import BrowserMessage, Carried
from tests.support import spid_sp_test
from tests.support.identity_provider import keys_of

PARTNER = Path(__file__).parent / "partners" / "logout_partner.py"
PARTNER_ID = "https://partner.example"
OURS = Endpoints(
    entity_id="https://comune.example/auth/spid/metadata",
    acs_url="https://comune.example/auth/spid/acs",
    logout_url="https://comune.example/auth/spid/logout",
)
TOWN = Organization(
    name="Comune di Prova",
    display_name="Comune di Prova",
    url="https://comune.example",
    ipa_code="c_prova",
    fiscal_code="00000000000",
    vat_number=None,
    istat_code="019058",
    province="CR",
    email="scuola@comune.example",
    telephone="+390000000000",
)
AT_PARTNER = ProviderSession(provider=PARTNER_ID, name_id="_n1", qualifier=PARTNER_ID, index="_i1")


class Partner:
    """pysaml2 as a provider, in processes of its own."""

    def __init__(self, folder: Path) -> None:
        made, ours = keys_of("partner.example"), keys_of("comune.example")
        key = made.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        (folder / "partner.key").write_bytes(key)
        (folder / "partner.crt").write_bytes(made.certificate.public_bytes(Encoding.PEM))
        self._folder, self._keys = folder, KeyPair(ours.key, ours.certificate)
        self._metadata = Saml({"spid": OURS}, TOWN, self._keys, Trust([])).metadata("spid").decode()

    async def logout(self, without: str = "") -> SamlLogout:
        """Our side, trusting the partner by its own metadata."""
        document = etree.fromstring(self._does("metadata")["metadata"].encode())
        for service in document.findall(f".//{{*}}SingleLogoutService[@Binding='{without}']"):
            document[0].remove(service)
        file = self._folder / "idp.xml"
        file.write_bytes(etree.tostring(document))
        trust = Trust(metadata_sources(str(file), "spid"))
        await trust.refresh()
        return SamlLogout({"spid": OURS}, self._keys, trust)

    def reads(self, message: BrowserMessage) -> dict[str, Any]:
        binding = "redirect" if message.form is None else "post"
        return self._does("read-request", binding=binding, url=message.url, form=message.form)

    def asks(self, binding: str) -> dict[str, Any]:
        return self._does("ask", binding=binding, destination=OURS.logout_url, entity_id=OURS.entity_id)

    def _does(self, action: str, **more: object) -> dict[str, Any]:
        question = {"action": action, "folder": str(self._folder), "metadata": self._metadata, **more}
        command = [str(spid_sp_test.PROGRAMS / "python"), "-W", "ignore", str(PARTNER)]
        done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture
def partner(tmp_path: Path) -> Partner:
    spid_sp_test.require_checker()
    return Partner(tmp_path)


def leaving() -> SignOut:
    return SignOut(request_id="_o1", relay_state="stato", scheme="spid", provider=PARTNER_ID, started_at=now())


def now() -> datetime:
    return datetime.now(UTC)


@cache
def official_schema() -> etree.XMLSchema:
    """SAML's own schema of the protocol, as the checker brings it along."""
    (file,) = spid_sp_test.PROGRAMS.parent.glob(
        "lib/python*/site-packages/spid_sp_test/xsd/saml-schema-protocol-2.0.xsd"
    )
    return etree.XMLSchema(etree.parse(file))


def document_in(message: BrowserMessage | None, field: str) -> etree._Element:
    assert message is not None
    if message.form is not None:
        return etree.fromstring(base64.b64decode(message.form[field]))
    return etree.fromstring(zlib.decompress(base64.b64decode(parse_qs(urlsplit(message.url).query)[field][0]), -15))


@pytest.mark.parametrize(
    "without", ["", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"], ids=["redirect", "post"]
)
async def test_another_library_believes_our_request_and_reads_what_we_meant(partner: Partner, without: str) -> None:
    message = (await partner.logout(without)).request(leaving(), AT_PARTNER)
    assert message is not None
    official_schema().assertValid(document_in(message, "SAMLRequest"))
    read = await asyncio.to_thread(partner.reads, message)
    assert read == {"id": "_o1", "name_id": "_n1", "indexes": ["_i1"], "issuer": OURS.entity_id}


async def test_another_library_does_not_believe_a_request_of_ours_that_was_changed(partner: Partner) -> None:
    message = (await partner.logout()).request(leaving(), AT_PARTNER)
    assert message is not None
    changed = BrowserMessage(url=message.url.replace("RelayState=stato", "RelayState=altro"), form=None)
    with pytest.raises(AssertionError, match="IncorrectlySigned"):
        partner.reads(changed)


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_we_believe_the_request_of_another_library_and_answer_by_the_schema(
    partner: Partner, binding: str
) -> None:
    ours, sent = await partner.logout(), partner.asks(binding)
    form = {"SAMLRequest": base64.b64encode(sent["document"].encode()).decode()}
    carried = Carried(query=urlsplit(sent["url"]).query) if binding == "redirect" else Carried(form=form)
    asked = ours.read_request(carried, "spid", now())
    assert asked == LogoutAsked(
        request_id=asked.request_id, scheme="spid", provider=PARTNER_ID, name_id="_n1", indexes=frozenset({"_i1"})
    )
    answer = document_in(ours.response(asked, "_o2", carried, now()), "SAMLResponse")
    official_schema().assertValid(answer)
    assert answer.get("InResponseTo") == asked.request_id
