"""What the ledger is told by its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from ledger.domain.dunning import DEFAULT_STEPS as DEFAULT_DUNNING
from ledger.domain.dunning import DunningStep
from ledger.domain.standing import DEFAULT_STEPS
from refettorio_chassis.settings import ServiceSettings

FiscalCodeOfBody = Annotated[str, StringConstraints(pattern=r"^[0-9]{11}$")]
Named = Annotated[str, StringConstraints(min_length=1, max_length=140)]


class Settings(ServiceSettings):
    """The creditor institution, its policy, and where Checkout is. Days are counted in Europe/Rome."""

    creditor_fiscal_code: FiscalCodeOfBody = Field(alias="REFETTORIO_CREDITOR_FISCAL_CODE")
    creditor_name: Named = Field(alias="REFETTORIO_CREDITOR_NAME")
    creditor_office: Named = Field(default="Ufficio Scuola", alias="REFETTORIO_CREDITOR_OFFICE")
    creditor_iban: Annotated[str, StringConstraints(pattern=r"^IT[0-9]{2}[A-Z][0-9]{10}[0-9A-Z]{12}$")] = Field(
        alias="REFETTORIO_CREDITOR_IBAN"
    )
    creditor_cbill: Annotated[str, StringConstraints(pattern=r"^([A-Z0-9]{5})?$")] = Field(
        default="", alias="REFETTORIO_CREDITOR_CBILL"
    )
    creditor_website: str = Field(default="", alias="REFETTORIO_CREDITOR_WEBSITE")
    postal_account: Annotated[str, StringConstraints(pattern=r"^([0-9]{1,12})?$")] = Field(
        default="", alias="REFETTORIO_CREDITOR_POSTAL_ACCOUNT", description="Empty: letters without a postal slip"
    )
    postal_holder: str = Field(default="", alias="REFETTORIO_CREDITOR_POSTAL_HOLDER", description="Empty: the creditor")
    postal_authorisation: str = Field(default="", alias="REFETTORIO_CREDITOR_POSTAL_AUTHORISATION")
    postal_iban: Annotated[str, StringConstraints(pattern=r"^(IT[0-9]{2}[A-Z][0-9]{10}[0-9A-Z]{12})?$")] = Field(
        default="", alias="REFETTORIO_CREDITOR_POSTAL_IBAN"
    )
    segregation_code: Annotated[str, StringConstraints(pattern=r"^[0-4][0-9]$")] = Field(
        default="01", alias="REFETTORIO_SEGREGATION_CODE"
    )
    broker_fiscal_code: str = Field(
        default="", alias="REFETTORIO_BROKER_FISCAL_CODE", description="Empty: the creditor speaks for itself"
    )
    pagopa_address: str = Field(
        default="", alias="REFETTORIO_PAGOPA_ADDRESS", description="Told by the WSDL; empty: under the public address"
    )
    station_id: str = Field(default="", alias="REFETTORIO_STATION_ID", description="Empty: <broker>_01")
    meals_taxonomy: Named = Field(default="9/0107101TS/", alias="REFETTORIO_MEALS_TAXONOMY")
    transport_taxonomy: Named = Field(default="9/0107102SP/", alias="REFETTORIO_TRANSPORT_TAXONOMY")
    transport_iban: Annotated[str, StringConstraints(pattern=r"^(IT[0-9]{2}[A-Z][0-9]{10}[0-9A-Z]{12})?$")] = Field(
        default="", alias="REFETTORIO_TRANSPORT_IBAN", description="Empty: the creditor's own"
    )
    checkout_url: str = Field(alias="REFETTORIO_CHECKOUT_URL")
    checkout_key: str = Field(alias="REFETTORIO_CHECKOUT_KEY", repr=False)
    pagopa_key: str = Field(default="", alias="REFETTORIO_PAGOPA_KEY", repr=False, description="Of what follows")
    fdr_url: str = Field(default="", alias="REFETTORIO_FDR_URL", description="Empty: no reconciliation")
    biz_events_url: str = Field(default="", alias="REFETTORIO_BIZ_EVENTS_URL")
    aca_url: str = Field(default="", alias="REFETTORIO_ACA_URL", description="Empty: no mirror of positions")
    reconcile_every_seconds: float = Field(default=3600.0, gt=0, alias="REFETTORIO_RECONCILE_EVERY_SECONDS")
    fonts_dir: Path | None = Field(default=None, alias="REFETTORIO_FONTS_DIR")
    ladder_steps: tuple[int, ...] = Field(default=DEFAULT_STEPS, alias="REFETTORIO_LADDER_STEPS")
    dunning_steps: tuple[DunningStep, ...] = Field(
        default=DEFAULT_DUNNING, alias="REFETTORIO_DUNNING_STEPS", description="JSON list: after_days, term_days, …"
    )
    payment_in_flight_minutes: int = Field(default=30, ge=0, alias="REFETTORIO_PAYMENT_IN_FLIGHT_MINUTES")
    prints_kept_days: int = Field(
        default=14, gt=0, alias="REFETTORIO_PRINTS_KEPT_DAYS", description="How long the letters of a school are kept"
    )
    notice_due_days: int = Field(default=30, gt=0, alias="REFETTORIO_NOTICE_DUE_DAYS")
    notice_payable_days: int = Field(default=365, gt=0, alias="REFETTORIO_NOTICE_PAYABLE_DAYS")
    price_grace_seconds: float = Field(
        default=15.0, ge=0, alias="REFETTORIO_PRICE_GRACE_SECONDS", description="How long a meal waits for its tariff"
    )
