"""A person says that they read a notice, or agrees to a text; and takes an agreement back."""

from __future__ import annotations

from collections.abc import Sequence

from identity.domain.errors import NotAConsentError, TextChangedError, TextUnknownError
from identity.domain.published_text import Acceptance, PublishedText
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def accept_text(ports: Ports, texts: Sequence[PublishedText], *, text_id: str, version: int, by: Actor) -> None:
    """The version they had before them, which must be the one in force. Twice is once.

    A consent that was taken back is given anew, beside the earlier one: that it was taken back stays written.
    Raises `TextUnknownError`, `TextChangedError`.
    """
    now = ports.now()
    current = _known(texts, text_id).current(rome_day(now))
    if current is None or current.number != version:
        raise TextChangedError("Il testo è cambiato nel frattempo: leggi quello in vigore e conferma di nuovo.")
    own = await ports.acceptances.of_guardian(by.subject)
    if any(each.is_live for each in own if (each.text_id, each.version) == (text_id, version)):
        return
    accepted = Acceptance(guardian_id=by.subject, text_id=text_id, version=version, accepted_at=now)
    await ports.acceptances.keep(accepted)
    details = {"text": text_id, "version": str(version)}
    await ports.audit(audit_line(by, "text-accepted", by.subject, at=now, details=details))


async def withdraw_consent(ports: Ports, texts: Sequence[PublishedText], *, text_id: str, by: Actor) -> None:
    """Every live agreement to the text is taken back. Without any nothing changes.

    Raises `TextUnknownError`, `NotAConsentError` for a notice: it rests on the law.
    """
    if not _known(texts, text_id).is_consent:
        raise NotAConsentError("È un'informativa prevista dalla legge, non un consenso: non si può ritirare.")
    now = ports.now()
    for each in await ports.acceptances.of_guardian(by.subject):
        if each.text_id == text_id and each.is_live:
            await ports.acceptances.keep(each.withdrawn(now))
            details = {"text": text_id, "version": str(each.version)}
            await ports.audit(audit_line(by, "consent-withdrawn", by.subject, at=now, details=details))


def _known(texts: Sequence[PublishedText], text_id: str) -> PublishedText:
    found = next((text for text in texts if text.text_id == text_id), None)
    if found is None:
        raise TextUnknownError("Questo testo non esiste.")
    return found
