"""The signed metadata of the two providers."""

from lxml import etree

from refettorio_local.simulators.idp.provider import Provider
from refettorio_local.simulators.idp.saml import (
    POST_BINDING,
    PROTOCOL,
    REDIRECT_BINDING,
    TRANSIENT_FORMAT,
    element,
    new_id,
    sign,
    signature_place,
)

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def metadata_xml(provider: Provider) -> bytes:
    """The EntityDescriptor of `provider`, signed by its own key."""
    certificate = element("ds:X509Certificate", text=provider.keys.certificate_text)
    key = element("ds:KeyInfo", {}, element("ds:X509Data", {}, certificate))
    role = element(
        "md:IDPSSODescriptor",
        {"protocolSupportEnumeration": PROTOCOL, "WantAuthnRequestsSigned": "true"},
        element("md:KeyDescriptor", {"use": "signing"}, key),
        *_endpoints("md:SingleLogoutService", provider.logout_url),
        element("md:NameIDFormat", text=TRANSIENT_FORMAT),
        *_endpoints("md:SingleSignOnService", provider.sign_in_url),
        *(element("saml:Attribute", {"Name": name}) for name in provider.attribute_names),
    )
    organization = element(
        "md:Organization",
        {},
        *(
            element(f"md:{tag}", {LANGUAGE: "it"}, text=text)
            for tag, text in (
                ("OrganizationName", provider.name),
                ("OrganizationDisplayName", provider.name),
                ("OrganizationURL", provider.entity_id),
            )
        ),
    )
    entity = element(
        "md:EntityDescriptor",
        {"entityID": provider.entity_id, "ID": new_id()},
        signature_place(),
        role,
        organization,
    )
    return etree.tostring(sign(entity, provider.keys), xml_declaration=True, encoding="utf-8")


def _endpoints(tag: str, location: str) -> list[etree._Element]:
    return [element(tag, {"Binding": binding, "Location": location}) for binding in (REDIRECT_BINDING, POST_BINDING)]
