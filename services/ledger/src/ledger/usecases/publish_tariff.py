"""Publish one version of a tariff."""

from __future__ import annotations

from ledger.domain.errors import AmountNotValidError, TariffAlreadyPublishedError, TariffNotSoundError
from ledger.domain.tariff_lint import is_sound, lint
from ledger.domain.tariffs import TariffVersion
from ledger.usecases.ports import Ports


async def publish_tariff(ports: Ports, version: TariffVersion) -> TariffVersion:
    """The same content twice is once.

    Raises TariffNotSoundError where the linter finds an error,
    TariffAlreadyPublishedError on another content or the same first day, AmountNotValidError on no price.
    """
    if version.rule is not None and not is_sound(findings := lint(version.rule)):
        message = "La tariffa non si può pubblicare: qualche famiglia avrebbe due prezzi o nessuno."
        raise TariffNotSoundError(message, findings=[found.message for found in findings if found.severity == "error"])
    if version.price_cents <= 0:
        message = "Il prezzo deve essere maggiore di zero."
        raise AmountNotValidError(message, price_cents=version.price_cents)
    known = await ports.tariffs.version(version.code, version.version)
    if known == version:
        return known
    if known is not None:
        message = "Questa versione della tariffa è già pubblicata: per cambiare il prezzo pubblicane una nuova."
        raise TariffAlreadyPublishedError(message, code=version.code, version=version.version)
    same_day = [
        other
        for other in await ports.tariffs.versions()
        if other.code == version.code and other.valid_from == version.valid_from
    ]
    if same_day:
        message = "Un'altra versione della stessa tariffa decorre dallo stesso giorno."
        raise TariffAlreadyPublishedError(message, code=version.code, version=same_day[0].version)
    await ports.tariffs.publish(version)
    return version
