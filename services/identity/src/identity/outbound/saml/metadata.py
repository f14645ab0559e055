"""Our own metadata, signed.

SPID: technical rules, "Metadata SP", with notice (*avviso*) 29 v3. CIE: its technical manual.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Final

from identity.domain.sign_in import Scheme
from identity.outbound.saml.documents import Element, element, serialised
from identity.outbound.saml.names import POST, PROTOCOL, REDIRECT, TRANSIENT
from identity.outbound.saml.signatures import KeyPair, signature_place, signed

SPID_ATTRIBUTES: Final = ("name", "familyName", "fiscalNumber", "email", "mobilePhone")
"""The least that identifies a person, and where to reach them."""
CIE_ATTRIBUTES: Final = ("name", "familyName", "dateOfBirth", "fiscalNumber")
"""The only set CIE gives out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The municipality as SPID and CIE want to know it.

    `fiscal_code` has 11 digits, `vat_number` its ISO prefix (`IT…`), `istat_code` 6 digits, `telephone` `+39…`
    without spaces; `email` is an office's, never a person's.
    """

    name: str
    display_name: str
    url: str
    ipa_code: str
    fiscal_code: str
    vat_number: str | None
    istat_code: str
    province: str
    email: str
    telephone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Our addresses for one scheme, as people's browsers reach them."""

    entity_id: str
    acs_url: str
    logout_url: str


def service_provider_metadata(scheme: Scheme, endpoints: Endpoints, organization: Organization, keys: KeyPair) -> bytes:
    """The signed EntityDescriptor. The same input gives the same document, so that it can be registered once."""
    identifier = "_" + hashlib.sha256(f"{scheme} {endpoints.entity_id}".encode()).hexdigest()[:40]
    contact = _spid_contact(organization) if scheme == "spid" else _cie_contact(organization)
    descriptor = element(
        "md:EntityDescriptor",
        {"entityID": endpoints.entity_id, "ID": identifier},
        signature_place(),
        _role(scheme, endpoints, keys),
        _organization(organization),
        contact,
    )
    return serialised(signed(descriptor, keys))


def _role(scheme: Scheme, endpoints: Endpoints, keys: KeyPair) -> Element:
    return element(
        "md:SPSSODescriptor",
        {"protocolSupportEnumeration": PROTOCOL, "AuthnRequestsSigned": "true", "WantAssertionsSigned": "true"},
        *(_key(text) for text in keys.certificate_texts),
        element("md:SingleLogoutService", {"Binding": REDIRECT, "Location": endpoints.logout_url}),
        element("md:SingleLogoutService", {"Binding": POST, "Location": endpoints.logout_url}),
        element("md:NameIDFormat", text=TRANSIENT),
        element(
            "md:AssertionConsumerService",
            {"index": "0", "isDefault": "true", "Binding": POST, "Location": endpoints.acs_url},
        ),
        _attribute_service(scheme, endpoints),
    )


def _key(certificate_text: str) -> Element:
    certificate = element("ds:X509Certificate", text=certificate_text)
    return element(
        "md:KeyDescriptor", {"use": "signing"}, element("ds:KeyInfo", None, element("ds:X509Data", None, certificate))
    )


def _attribute_service(scheme: Scheme, endpoints: Endpoints) -> Element:
    if scheme == "spid":
        name = element("md:ServiceName", {"xml:lang": "it"}, text="Servizi scolastici: refezione e trasporto")
        attributes: tuple[str, ...] = SPID_ATTRIBUTES
    else:
        # CIE wants a UUID and an empty language; the same service keeps the same one.
        service = uuid.uuid5(uuid.NAMESPACE_URL, f"{endpoints.entity_id}#0")
        name = element("md:ServiceName", {"xml:lang": ""}, text=f"urn:uuid:{_as_version_4(service)}")
        attributes = CIE_ATTRIBUTES
    requested = [element("md:RequestedAttribute", {"Name": attribute}) for attribute in attributes]
    return element("md:AttributeConsumingService", {"index": "0"}, name, *requested)


def _as_version_4(identifier: uuid.UUID) -> uuid.UUID:
    return uuid.UUID(bytes=identifier.bytes, version=4)


def _organization(organization: Organization) -> Element:
    italian = {"xml:lang": "it"}
    return element(
        "md:Organization",
        None,
        element("md:OrganizationName", italian, text=organization.name),
        element("md:OrganizationDisplayName", italian, text=organization.display_name),
        element("md:OrganizationURL", italian, text=organization.url),
    )


def _spid_contact(organization: Organization) -> Element:
    vat = [element("spid:VATNumber", text=organization.vat_number)] if organization.vat_number else []
    extensions = element(
        "md:Extensions",
        None,
        element("spid:IPACode", text=organization.ipa_code),
        *vat,
        element("spid:FiscalCode", text=organization.fiscal_code),
        element("spid:Public"),
    )
    return _contact("other", extensions, organization)


def _cie_contact(organization: Organization) -> Element:
    vat = [element("cie:VATNumber", text=organization.vat_number)] if organization.vat_number else []
    extensions = element(
        "md:Extensions",
        None,
        element("cie:Public"),
        element("cie:IPACode", text=organization.ipa_code),
        element("cie:FiscalCode", text=organization.fiscal_code),
        *vat,
        element("cie:Municipality", text=organization.istat_code),
        element("cie:Province", text=organization.province),
        element("cie:Country", text="IT"),
    )
    return _contact("administrative", extensions, organization)


def _contact(kind: str, extensions: Element, organization: Organization) -> Element:
    return element(
        "md:ContactPerson",
        {"contactType": kind},
        extensions,
        element("md:Company", text=organization.name),
        element("md:EmailAddress", text=organization.email),
        element("md:TelephoneNumber", text=organization.telephone),
    )
