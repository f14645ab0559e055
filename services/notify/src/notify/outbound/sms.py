"""SMS by SMPP: numbers checked, text cut into segments, the answer of the SMS centre turned into an outcome."""

from __future__ import annotations

import zlib
from typing import Final

import phonenumbers
from aiosmpplib import NPI, TON, PhoneNumber, SmppCommandStatus
from phonenumbers import PhoneNumberType

from notify.domain.outcome import Accepted, Deferred, Outcome, Refused
from notify.outbound.gsm7 import segments, spelled
from notify.outbound.smpp_ears import SmscUnavailableError, SubmitRefusedError
from notify.outbound.smpp_session import SmppSession
from notify.usecases.ports import Parcel

REGION: Final = "IT"
NOT_MOBILE: Final = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE})
MAX_SENDER: Final = 11
"""Letters and digits of an alphanumeric sender (3GPP TS 23.040); it must be registered with AGCOM."""

FOR_GOOD: Final = frozenset(
    {
        SmppCommandStatus.ESME_RINVDSTADR,
        SmppCommandStatus.ESME_RINVDSTTON,
        SmppCommandStatus.ESME_RINVDSTNPI,
        SmppCommandStatus.ESME_RINVMSGLEN,
        SmppCommandStatus.ESME_RX_P_APPN,
        SmppCommandStatus.ESME_RDELIVERYFAILURE,
    }
)
"""Statuses that blame this number or this text. All others may pass: the line, our account, the load, the vendor."""


class Sms:
    """Sends parcels by SMPP. `sender` is a name of up to 11 characters or a number in E.164."""

    def __init__(self, session: SmppSession, *, sender: str) -> None:
        self._session = session
        self._source = _source(sender)

    async def send(self, parcel: Parcel) -> Outcome:
        """Submit every segment, in order.

        The segments of one delivery always carry the same reference number, so that a phone that gets some of them
        again puts them together once.
        """
        number = e164(parcel.address)
        if number is None:
            return Refused(reason="not-a-mobile-number")
        text = spelled(parcel.content.sms)
        parts = segments(text, zlib.crc32(parcel.delivery_id.encode()) & 0xFF)
        try:
            names = [
                await self._session.submit(part, text=text, source=self._source, destination=number.removeprefix("+"))
                for part in parts
            ]
        except SubmitRefusedError as refusal:
            reason = f"smpp-{refusal}"
            return Refused(reason=reason) if refusal.status in FOR_GOOD else Deferred(reason=reason)
        except SmscUnavailableError as fault:
            return Deferred(reason=f"smpp-{fault}")
        return Accepted(reference=names[0], segments=len(parts))


def e164(address: str) -> str | None:
    """`address` in E.164, or None where it cannot be a mobile number."""
    try:
        number = phonenumbers.parse(address, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or phonenumbers.number_type(number) in NOT_MOBILE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _source(sender: str) -> PhoneNumber:
    if sender.startswith("+"):
        return PhoneNumber(sender.removeprefix("+"), TON.INTERNATIONAL, NPI.ISDN)
    if len(sender) > MAX_SENDER:
        raise ValueError(f"an SMS sender has at most {MAX_SENDER} characters: {sender!r}")
    return PhoneNumber(sender, TON.ALPHANUMERIC, NPI.UNKNOWN)
