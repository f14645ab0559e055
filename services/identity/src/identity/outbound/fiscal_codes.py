"""Checking fiscal codes with python-stdnum."""

from __future__ import annotations

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale

from identity.domain.errors import FiscalCodeInvalidError
from identity.domain.fiscal_code import PROVISIONAL_LENGTH, FiscalCode, bare_code


class StdnumFiscalCodes:
    """Implements `ports.FiscalCodes`: form, birth date and check character; of a provisional code its check digit."""

    def checked(self, text: str) -> FiscalCode:
        code = bare_code(text)
        try:
            if len(code) == PROVISIONAL_LENGTH:
                # The library would take it for a VAT number and ask for a province: a person's code has none.
                return FiscalCode(luhn.validate(code))
            return FiscalCode(codicefiscale.validate(code))
        except ValidationError as error:
            message = "Il codice fiscale non è corretto: controlla di averlo scritto per intero."
            raise FiscalCodeInvalidError(message) from error
