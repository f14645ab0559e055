"""Fiscal codes, read by python-stdnum."""

from __future__ import annotations

from datetime import date
from typing import Final

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale

from enrollment.domain.errors import FiscalCodeInvalidError
from enrollment.domain.fiscal_code import FiscalCode

PROVISIONAL_LENGTH: Final = 11
OLDEST_YEARS: Final = 99


class StdnumFiscalCodes:
    """Reads codes of people: 16 characters, or the provisional 11 digits."""

    def read(self, text: str, *, on_day: date, field: str = "pupil_fiscal_code") -> FiscalCode:
        try:
            code = codicefiscale.compact(text)
            if len(code) == PROVISIONAL_LENGTH:
                # The library would take it for a VAT number and ask for a province: a person's code has none.
                return FiscalCode(code=luhn.validate(code), birth_date=None)
            # Two digits of the year: without the oldest year told, a child of 2022 would be born in 1922.
            oldest = on_day.year - OLDEST_YEARS
            birth_date = codicefiscale.get_birth_date(codicefiscale.validate(code), minyear=oldest)
            return FiscalCode(code=code, birth_date=birth_date)
        except ValidationError as problem:
            raise FiscalCodeInvalidError(
                "Il codice fiscale non è corretto: ricopialo dalla tessera sanitaria.", field=field
            ) from problem
