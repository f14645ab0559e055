"""Checking fiscal codes with python-stdnum."""

from __future__ import annotations

from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale

from identity.domain.errors import FiscalCodeInvalidError
from identity.domain.fiscal_code import FiscalCode, bare_code


class StdnumFiscalCodes:
    """Implements `ports.FiscalCodes`: form, birth date and check character."""

    def checked(self, text: str) -> FiscalCode:
        try:
            return FiscalCode(codicefiscale.validate(bare_code(text)))
        except ValidationError as error:
            message = "Il codice fiscale non è corretto: controlla di averlo scritto per intero."
            raise FiscalCodeInvalidError(message) from error
