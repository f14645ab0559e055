"""The creditor institution (ente creditore): who asks for the money and where it is to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ledger.domain.errors import ServiceNotPayableError
from ledger.domain.faults import Fault
from ledger.domain.notices import Notice
from ledger.domain.postal_slip import PostalAccount

NATURAL_PERSON: Final = "F"
"""What pagoPA is told of every debtor (`entityUniqueIdentifierType`; `G` would be a company): accounts are held by
guardians alone. Eleven digits, a company's form, are a provisional fiscal code here; `ANONIMO` is somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableService:
    """How a service appears on a notice. `taxonomy` is pagoPA's transfer category, opaque text.

    `iban` is where its money goes; empty: the creditor's own.
    """

    taxonomy: str
    description: str
    iban: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodoCaller:
    """To whom the Nodo addressed its message (idPA, idBrokerPA, idStation)."""

    creditor: str
    broker: str
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Creditor:
    """The municipality on pagoPA. `broker` and `station` are who speaks to the Nodo for it; often itself."""

    fiscal_code: str
    broker: str
    station: str
    segregation_code: str
    name: str
    office: str
    iban: str
    cbill: str
    website: str
    postal: PostalAccount | None = None
    services: Mapping[str, PayableService] = field(default_factory=lambda: MappingProxyType({}))

    def refusal(self, caller: NodoCaller) -> Fault | None:
        """Why a message addressed like this is not for us; the order is pagoPA's."""
        if caller.creditor != self.fiscal_code:
            return Fault.CREDITOR_UNKNOWN
        if caller.broker != self.broker:
            return Fault.BROKER_UNKNOWN
        return Fault.STATION_UNKNOWN if caller.station != self.station else None

    def described(self, services: Iterable[str]) -> str:
        """The subject of a payment for `services`. Raises ServiceNotPayableError."""
        return " e ".join(self.service(code).description for code in services)

    def subject_of(self, notice: Notice) -> str:
        """What the payer reads, wherever they pay. Raises ServiceNotPayableError."""
        described = self.described(notice.services)
        match notice.instalment:
            case None:
                return described
            case number, instalments:
                return f"{described}, rata {number} di {instalments}"

    def service(self, code: str) -> PayableService:
        """Raises ServiceNotPayableError."""
        try:
            return self.services[code]
        except KeyError:
            message = "Per questo servizio non è previsto il pagamento in linea."
            raise ServiceNotPayableError(message, service=code) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The person an account belongs to, as identity told it. Personal data: never in logs or events.

    `merged_into`: the account of the same person that is kept in the place of this one.
    """

    account_id: str
    fiscal_code: str
    full_name: str
    is_deceased: bool = False
    merged_into: str | None = None


def unknown_holder(account_id: str) -> Holder:
    """Stands in until the person is known: pagoPA admits `ANONIMO` where the fiscal code is not."""
    return Holder(account_id=account_id, fiscal_code="ANONIMO", full_name="Intestatario del conto")
