"""Characters of short messages: GSM 03.38 unpacked, UCS-2, Latin 1 (SMPP 3.4, data_coding)."""

# Position = code. The escape (0x1B) leads to the extension table.
GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
ESCAPE = 0x1B
DEFAULT, IA5, LATIN_1, UCS_2 = 0, 1, 3, 8
ENCODINGS = {DEFAULT: "GSM-7", IA5: "ASCII", LATIN_1: "Latin 1", UCS_2: "UCS-2"}


class UnreadableTextError(Exception):
    """The octets are no text in the announced alphabet."""


def decoded(octets: bytes, data_coding: int) -> str:
    """The text of a whole message. Raises UnreadableTextError."""
    try:
        match data_coding:
            case 0:
                return _from_gsm(octets)
            case 1:
                return octets.decode("ascii")
            case 3:
                return octets.decode("latin-1")
            case 8:
                return octets.decode("utf-16-be")
            case _:
                raise UnreadableTextError(f"data_coding {data_coding}")
    except UnicodeDecodeError as error:
        raise UnreadableTextError(str(error)) from error


def _from_gsm(octets: bytes) -> str:
    letters, is_escaped = [], False
    for code in octets:
        if is_escaped:
            letters.append(GSM_EXTENSION.get(code, " "))
            is_escaped = False
        elif code == ESCAPE:
            is_escaped = True
        elif code < len(GSM):
            letters.append(GSM[code])
        else:
            raise UnreadableTextError(f"0x{code:02x} is not in the GSM alphabet")
    return "".join(letters)
