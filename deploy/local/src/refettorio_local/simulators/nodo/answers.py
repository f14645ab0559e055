"""What the creditor answers, read and judged as the node does (SPEC §1.4, §1.6, §1.7)."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

from refettorio_local.simulators.nodo.soap import BadAnswerError, amount_cents, body_of, text

SCHEMA_FILE = Path("wsdl/xsd/paForNode.xsd")
MOST_TRANSFERS = 5
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A refusal as a payment service sees it; `original_code` is the creditor's own, if it sent one."""

    code: str
    message: str
    original_code: str | None = None
    original_message: str | None = None


class RefusedError(Exception):
    """The node cannot go on with this notice."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"{fault.code} {fault.original_code or ''}".strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What is due for a notice, as shown to the payer."""

    amount_cents: int
    description: str
    creditor: str
    creditor_fiscal_code: str
    office: str
    due_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentData:
    """The creditor's answer to an activation; `element` is its `data`, taken over in the receipt."""

    creditor_reference: str
    amount_cents: int
    description: str
    company_name: str
    office: str
    element: Element


class Judge:
    """Reads answers. With a folder of official schemas each is checked against them first."""

    def __init__(self, schema_folder: Path | None) -> None:
        self._schema_file = schema_folder / SCHEMA_FILE if schema_folder else None

    @cached_property
    def _schema(self) -> etree.XMLSchema | None:
        if self._schema_file is None or not self._schema_file.is_file():
            return None
        return etree.XMLSchema(etree.parse(self._schema_file))

    def verified(self, document: bytes) -> Verified:
        """The answer to paVerifyPaymentNotice. Raises RefusedError or BadAnswerError."""
        root = self._accepted(document, "paVerifyPaymentNoticeRes")
        options = root.findall("paymentList/paymentOptionDescription")
        if len(options) != 1:
            raise BadAnswerError("paymentList deve avere esattamente una opzione.")
        _require(options[0], ("amount", "options", "allCCP"))
        _require(root, ("paymentDescription", "fiscalCodePA", "companyName"))
        return Verified(
            amount_cents=_positive(options[0], "amount"),
            description=text(root, "paymentDescription"),
            creditor=text(root, "companyName"),
            creditor_fiscal_code=text(root, "fiscalCodePA"),
            office=text(root, "officeName"),
            due_date=text(options[0], "dueDate"),
        )

    def payment_data(self, document: bytes, *, version: int, notice_number: str) -> PaymentData:
        """The answer to paGetPayment (1) or paGetPaymentV2 (2). Raises RefusedError or BadAnswerError."""
        root = self._accepted(document, "paGetPaymentRes" if version == 1 else "paGetPaymentV2Response")
        data = root.find("data")
        if data is None:
            raise BadAnswerError("L'esito è OK ma manca data.")
        _require(data, ("creditorReferenceId", "dueDate", "description", "debtor/fullName"))
        if version != 1:
            _require(data, ("companyName",))
        debtor = "debtor/uniqueIdentifier/entityUniqueIdentifier"
        _require(data, (f"{debtor}Type", f"{debtor}Value"))
        reference = text(data, "creditorReferenceId")
        if notice_number.startswith("3") and reference != notice_number[1:]:
            raise BadAnswerError(f"creditorReferenceId {reference} non è lo IUV dell'avviso.")
        total = _positive(data, "paymentAmount")
        _check_transfers(data, total)
        return PaymentData(
            creditor_reference=reference,
            amount_cents=total,
            description=text(data, "description"),
            company_name=text(data, "companyName"),
            office=text(data, "officeName"),
            element=data,
        )

    def receipt_taken(self, document: bytes, *, version: int) -> None:
        """The answer to paSendRT (1) or paSendRTV2 (2). Raises RefusedError or BadAnswerError."""
        self._accepted(document, "paSendRTRes" if version == 1 else "paSendRTV2Response")

    def _accepted(self, document: bytes, root_name: str) -> Element:
        """The root of an answer whose outcome is OK."""
        root = body_of(document, root_name)
        self._check_schema(root)
        outcome, fault = text(root, "outcome"), root.find("fault")
        if outcome not in ("OK", "KO"):
            raise BadAnswerError(f"outcome vale «{outcome}».")
        if outcome == "OK":
            return root
        if fault is None:
            raise BadAnswerError("L'esito è KO ma manca fault.")
        _require(fault, ("faultCode", "faultString", "id"))
        raise RefusedError(
            Fault(
                code="PPT_ERRORE_EMESSO_DA_PAA",
                message="Errore restituito dall'ente creditore",
                original_code=text(fault, "faultCode"),
                original_message=text(fault, "description") or text(fault, "faultString"),
            )
        )

    def _check_schema(self, root: Element) -> None:
        if self._schema is None:
            return
        # The schema is asked about the element on its own, without the envelope around it.
        alone = etree.fromstring(etree.tostring(root))
        if not self._schema.validate(alone):
            found = self._schema.error_log.last_error
            raise BadAnswerError(f"Non conforme allo schema: {found.message if found else 'sconosciuto'}")


def _check_transfers(data: Element, total: int) -> None:
    transfers = data.findall("transferList/transfer")
    if not 1 <= len(transfers) <= MOST_TRANSFERS:
        raise BadAnswerError(f"I versamenti sono {len(transfers)}: devono essere da 1 a {MOST_TRANSFERS}.")
    for transfer in transfers:
        _require(transfer, ("idTransfer", "fiscalCodePA", "IBAN", "remittanceInformation", "transferCategory"))
        if not is_iban(text(transfer, "IBAN")):
            raise BadAnswerError("Un IBAN non è valido.")
    if len({text(transfer, "idTransfer") for transfer in transfers}) != len(transfers):
        raise BadAnswerError("Due versamenti hanno lo stesso idTransfer.")
    if sum(_positive(transfer, "transferAmount") for transfer in transfers) != total:
        raise BadAnswerError("La somma dei versamenti non è l'importo del pagamento.")


def is_iban(written: str) -> bool:
    """Whether the check digits hold (ISO 7064, modulo 97)."""
    if not IBAN.fullmatch(written):
        return False
    turned = written[4:] + written[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _require(node: Element, paths: tuple[str, ...]) -> None:
    for path in paths:
        if not text(node, path):
            raise BadAnswerError(f"Manca {path}.")


def _positive(node: Element, path: str) -> int:
    cents = amount_cents(text(node, path))
    if cents == 0:
        raise BadAnswerError(f"{path} è zero.")
    return cents
