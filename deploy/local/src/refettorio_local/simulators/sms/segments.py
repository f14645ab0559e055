"""Long messages put together again: user data headers, or the SAR parameters (3GPP 23.040; SMPP 3.4 §5.3.2)."""

from collections import OrderedDict
from dataclasses import dataclass

from refettorio_local.simulators.sms.pdu import (
    SAR_REFERENCE,
    SAR_SEGMENT,
    SAR_TOTAL,
    UDHI,
    MalformedPduError,
    Submission,
)

CONCATENATION_8, CONCATENATION_16 = 0x00, 0x08
MOST_UNFINISHED = 500


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a message: number `part` of `total`, 1 of 1 for a short one."""

    reference: int
    total: int
    part: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Whole:
    """A complete message: its octets and the ids given to its parts."""

    octets: bytes
    message_ids: tuple[str, ...]


class Assembly:
    """Parts that wait for the others, bounded."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[object, ...], dict[int, tuple[bytes, str]]] = OrderedDict()

    def add(self, submission: Submission, message_id: str) -> Whole | None:
        """The whole message once its last part is here. Raises MalformedPduError."""
        segment = segment_of(submission)
        if segment.total == 1:
            return Whole(segment.octets, (message_id,))
        key = (
            submission.source,
            submission.destination,
            submission.data_coding,
            segment.reference,
            segment.total,
        )
        parts = self._waiting.setdefault(key, {})
        parts[segment.part] = (segment.octets, message_id)
        if len(parts) < segment.total:
            if len(self._waiting) > MOST_UNFINISHED:
                self._waiting.popitem(last=False)
            return None
        del self._waiting[key]
        ordered = [parts[number] for number in sorted(parts)]
        return Whole(b"".join(octets for octets, _ in ordered), tuple(one for _, one in ordered))


def segment_of(submission: Submission) -> Segment:
    """What part of which message this is. Raises MalformedPduError."""
    octets, segment = submission.octets, None
    if submission.esm_class & UDHI:
        length = octets[0] + 1 if octets else 1
        if len(octets) < length:
            raise MalformedPduError("a user data header longer than the message")
        segment, octets = _from_header(octets[1:length], octets[length:]), octets[length:]
    if segment is None:
        segment = _from_options(submission.options, octets) or Segment(0, 1, 1, octets)
    if not 1 <= segment.part <= segment.total:
        raise MalformedPduError(f"part {segment.part} of {segment.total}")
    return segment


def _from_header(header: bytes, octets: bytes) -> Segment | None:
    while len(header) > 1:
        kind, length, value = header[0], header[1], header[2 : 2 + header[1]]
        if kind == CONCATENATION_8 and len(value) == 3:
            return Segment(value[0], value[1], value[2], octets)
        if kind == CONCATENATION_16 and len(value) == 4:
            return Segment(int.from_bytes(value[:2]), value[2], value[3], octets)
        header = header[2 + length :]
    return None


def _from_options(options: dict[int, bytes], octets: bytes) -> Segment | None:
    if SAR_TOTAL not in options or SAR_SEGMENT not in options:
        return None
    reference, total, part = (
        int.from_bytes(options.get(tag, b"\0")) for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_SEGMENT)
    )
    return Segment(reference, total, part, octets)
