"""Flows as pagoPA publishes them for a creditor (OpenAPI of FdR, organizations)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Final, Generic, TypeVar
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ledger.domain.flows import Flow, FlowHead, FlowLine, PaymentKey, PayStatus
from ledger.outbound.pagopa_rest import PagopaRest, PagopaUnavailableError

PAGE: Final = 1000
T = TypeVar("T", bound=BaseModel)
Euros = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=14)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Paging(_Shape):
    total_pages: int = Field(default=1, alias="totPage")


class _Page(_Shape, Generic[T]):
    metadata: _Paging = _Paging()
    data: list[T]


class _Listed(_Shape):
    fdr: str
    psp: str = Field(alias="pspId")
    revision: int


class _Head(_Shape):
    fdr: str
    revision: int
    regulation: str
    regulation_date: date = Field(alias="regulationDate")
    published: AwareDatetime
    count: int = Field(alias="totPayments")
    total: Euros = Field(alias="sumPayments")


class _Payment(_Shape):
    index: int
    iuv: str
    iur: str
    id_transfer: int = Field(alias="idTransfer", ge=1, le=5)
    pay: Euros
    status: PayStatus = Field(alias="payStatus")
    paid_at: AwareDatetime = Field(alias="payDate")


class FdrSource:
    """Implements `usecases.reconciling_ports.FlowSource`."""

    def __init__(self, rest: PagopaRest, creditor_fiscal_code: str) -> None:
        self._rest = rest
        self._root = f"/organizations/{creditor_fiscal_code}/fdrs"

    async def published_since(self, moment: datetime | None) -> Sequence[tuple[str, str, int]]:
        """Payment service provider, name and revision of each. Raises PagopaUnavailableError."""
        since = {"publishedGt": _written(moment)} if moment else {}
        listed = await self._pages(_Page[_Listed], self._root, since)
        return [(each.psp, each.fdr, each.revision) for each in listed]

    async def flow(self, psp_id: str, name: str, revision: int) -> Flow:
        """Raises PagopaUnavailableError."""
        address = f"{self._root}/{quote(name, safe='')}/revisions/{revision}/psps/{quote(psp_id, safe='')}"
        head = _read(_Head, await self._rest.get(address))
        payments = await self._pages(_Page[_Payment], f"{address}/payments", {})
        return Flow(
            head=FlowHead(
                name=head.fdr,
                psp_id=psp_id,
                revision=head.revision,
                regulation=head.regulation,
                regulation_day=head.regulation_date,
                published_at=head.published,
                total_count=head.count,
                total_cents=_cents(head.total),
            ),
            lines=tuple(_line(payment) for payment in payments),
        )

    async def _pages(self, shape: type[_Page[T]], path: str, params: dict[str, str]) -> list[T]:
        gathered: list[T] = []
        number = 1
        while True:
            body = await self._rest.get(path, {**params, "page": number, "size": PAGE})
            if body is None:
                return gathered
            page = _read(shape, body)
            gathered += page.data
            if number >= page.metadata.total_pages:
                return gathered
            number += 1


S = TypeVar("S", bound=BaseModel)


def _read(shape: type[S], body: bytes | None) -> S:
    try:
        return shape.model_validate_json(body or b"")
    except ValidationError as error:
        message = f"pagoPA answered in another shape: {error.error_count()} differences"
        raise PagopaUnavailableError(message) from None


def _line(payment: _Payment) -> FlowLine:
    return FlowLine(
        index=payment.index,
        key=PaymentKey(payment.iuv, payment.iur, payment.id_transfer),
        amount_cents=_cents(payment.pay),
        status=payment.status,
        paid_at=payment.paid_at.astimezone(UTC),
    )


def _cents(euros: Decimal) -> int:
    return int(euros * 100)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
