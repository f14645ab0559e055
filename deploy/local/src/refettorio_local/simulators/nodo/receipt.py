"""The receipt of a payment, as the creditor gets it (SPEC §1.4, paSendRT and paSendRTV2)."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml.etree import _Element as Element

from refettorio_chassis.clock import ROME
from refettorio_local.simulators.nodo.answers import PaymentData
from refettorio_local.simulators.nodo.creditor import Notice
from refettorio_local.simulators.nodo.soap import Field, amount_text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where somebody pays: the payment service provider and its channel. The fee is in cents."""

    key: str
    psp_id: str
    psp_fiscal_code: str
    psp_name: str
    description: str
    method: str
    fee_cents: int

    @property
    def channel_id(self) -> str:
        return f"{self.psp_fiscal_code}_01"


CHECKOUT = Channel(
    key="checkout",
    psp_id="SIMUIT2A",
    psp_fiscal_code="99999000011",
    psp_name="Banca Simulata",
    description="WISP",
    method="creditCard",
    fee_cents=100,
)
TOBACCONIST = Channel(
    key="tabaccheria",
    psp_id="SIMUIT2T",
    psp_fiscal_code="99999000022",
    psp_name="Tabaccheria Simulata",
    description="TABACCAI",
    method="cash",
    fee_cents=200,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment that was made: money has moved. `amount_cents` may differ from what is due in stand-in."""

    receipt_id: str
    notice: Notice
    version: int
    channel: Channel
    amount_cents: int
    paid_at: datetime
    note: str | None
    is_stand_in: bool
    company_name: str
    data: PaymentData


def receipt_fields(paid: Paid) -> list[Field]:
    """The fields of `receipt`, in the order of the schema."""
    data, channel = paid.data, paid.channel
    fields: list[Field] = [
        ("receiptId", paid.receipt_id),
        ("noticeNumber", paid.notice.number),
        ("fiscalCode", paid.notice.fiscal_code),
        ("outcome", "OK"),
        ("creditorReferenceId", data.creditor_reference),
        ("paymentAmount", amount_text(paid.amount_cents)),
        ("description", data.description),
        ("companyName", data.company_name or paid.company_name),
    ]
    if data.office:
        fields.append(("officeName", data.office))
    fields += [
        *data.element.findall("debtor"),
        transfers_of(paid),
        ("idPSP", channel.psp_id),
        ("pspFiscalCode", channel.psp_fiscal_code),
        ("PSPCompanyName", channel.psp_name),
        ("idChannel", channel.channel_id),
        ("channelDescription", channel.description),
        ("paymentMethod", channel.method),
    ]
    if paid.note and paid.version != 1:
        fields.append(("paymentNote", paid.note[:210]))
    return [*fields, ("fee", amount_text(channel.fee_cents)), *_ending(paid)]


def _ending(paid: Paid) -> list[Field]:
    local = paid.paid_at.astimezone(ROME)
    return [
        ("paymentDateTime", local.strftime("%Y-%m-%dT%H:%M:%S")),
        ("applicationDate", local.date().isoformat()),
        ("transferDate", (local.date() + timedelta(days=1)).isoformat()),
        *paid.data.element.findall("metadata"),
        ("standIn", "true" if paid.is_stand_in else "false"),
    ]


def transfers_of(paid: Paid) -> Element:
    """The creditor's transfers; a single one carries what was paid, were it not what is due now."""
    transfers = deepcopy(paid.data.element.findall("transferList")[0])
    amounts = transfers.findall("transfer/transferAmount")
    if len(amounts) == 1:
        amounts[0].text = amount_text(paid.amount_cents)
    return transfers


def single_transfer(data: PaymentData) -> bool:
    """Whether another amount than the due one could be paid: it must be clear who gets it."""
    return len([text(node, "idTransfer") for node in data.element.findall("transferList/transfer")]) == 1
