"""*Why did I pay this?*: who marked the meal and when, tariff version, bracket, ISEE, rank, resolution."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.families import Declaration
from ledger.domain.rating import Basis
from ledger.domain.tariffs import TariffVersion
from ledger.domain.transfers import (
    Adjusting,
    AdjustmentCause,
    ChargeCause,
    Posted,
    ShareCause,
    SubscriptionAdjustmentCause,
    SubscriptionCause,
)
from ledger.inbound.http_bodies import WhyView

Explained = ChargeCause | SubscriptionCause | Adjusting


def why_view(
    posted: Posted, versions: Mapping[str, TariffVersion], declarations: Mapping[str, Declaration]
) -> WhyView | None:
    """Of charges, adjustments and shares of them; every other movement explains itself.

    A meal not eaten after all has no version. A share names neither bracket nor ISEE of the other household. It
    says what the whole costs, from which whoever knows the tariff can tell the bracket: form and notice say so first.
    """
    cause = posted.transfer.cause
    if isinstance(cause, ShareCause):
        if cause.tariff_code is None:
            return None
        whole = {"meal_day": cause.day, "period": cause.period, "whole_cents": cause.whole_cents}
        return _common(posted, cause, versions).model_copy(update=whole)
    if not isinstance(cause, Explained):
        return None
    return _common(posted, cause, versions).model_copy(
        update=_of_cause(posted, cause) | _of_basis(cause.basis, declarations)
    )


def _common(posted: Posted, cause: Explained | ShareCause, versions: Mapping[str, TariffVersion]) -> WhyView:
    name = f"{cause.tariff_code}/{cause.tariff_version}"
    version = versions.get(name)
    return WhyView(
        tariff_version=name,
        resolution=version.resolution if version else None,
        valid_from=version.valid_from if version else None,
        price_cents=posted.transfer.amount_cents,
        second_percent=cause.split.percent if cause.split else None,
    )


def _of_cause(posted: Posted, cause: Explained) -> dict[str, object]:
    match cause:
        case ChargeCause():
            return {"marked_at": cause.marked_at, "marked_by": cause.marked_by, "meal_day": posted.transfer.value_day}
        case AdjustmentCause():
            return _of_change(cause) | {"meal_day": cause.day}
        case SubscriptionCause():
            return {"period": cause.period}
        case SubscriptionAdjustmentCause():
            return _of_change(cause) | {"period": cause.period}


def _of_change(cause: Adjusting) -> dict[str, object]:
    return {"price_cents": cause.after_cents, "before_cents": cause.before_cents, "reason": cause.reason}


def _of_basis(basis: Basis | None, declarations: Mapping[str, Declaration]) -> dict[str, object]:
    if basis is None:
        return {}
    declared = declarations.get(basis.declaration_id or "")
    return {
        "isee_cents": declared.isee_cents if declared else None,
        "declaration_id": basis.declaration_id,
        "bracket_from_cents": basis.bracket_from_cents,
        "bracket_to_cents": basis.bracket_to_cents,
        "rank": basis.rank,
        "siblings": basis.siblings,
        "minors": basis.minors,
        "school_level": basis.school_level,
        "is_resident": basis.is_resident,
        "reduction": basis.reduction,
    }
