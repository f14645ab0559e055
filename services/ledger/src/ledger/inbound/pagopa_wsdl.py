"""The WSDL of our paForNode endpoint: self-contained, so that a client needs this one address."""

from __future__ import annotations

from typing import Final

from ledger.inbound.pagopa_schema import MESSAGES_NS, OPERATIONS, common_schema, messages_schema

_SERVICE_NS: Final = "http://pagopa-api.pagopa.gov.it/paForNode"
_WSDL_NS: Final = "http://schemas.xmlsoap.org/wsdl/"
_SOAP_NS: Final = "http://schemas.xmlsoap.org/wsdl/soap/"
_SOAP_HTTP: Final = "http://schemas.xmlsoap.org/soap/http"


def wsdl(address: str) -> bytes:
    """The document, with `address` as the place where the service answers."""
    messages = "".join(
        f'<message name="{root}"><part name="body" element="m:{root}"/></message>'
        for pair in OPERATIONS.values()
        for root in pair
    )
    port = "".join(
        f'<operation name="{name}"><input message="tns:{asked}"/><output message="tns:{answered}"/></operation>'
        for name, (asked, answered) in OPERATIONS.items()
    )
    literal = '<soap:body use="literal"/>'
    binding = "".join(
        f'<operation name="{name}"><soap:operation soapAction="{name}"/><input>{literal}</input>'
        f"<output>{literal}</output></operation>"
        for name in OPERATIONS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<definitions xmlns="{_WSDL_NS}" xmlns:soap="{_SOAP_NS}" xmlns:tns="{_SERVICE_NS}" xmlns:m="{MESSAGES_NS}" '
        f'targetNamespace="{_SERVICE_NS}"><types>{common_schema()}{messages_schema()}</types>{messages}'
        f'<portType name="paForNode">{port}</portType><binding name="paForNodeBinding" type="tns:paForNode">'
        f'<soap:binding style="document" transport="{_SOAP_HTTP}"/>{binding}</binding>'
        '<service name="paForNodeService"><port name="paForNodePort" binding="tns:paForNodeBinding">'
        f'<soap:address location="{_escaped(address)}"/></port></service></definitions>'
    ).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
