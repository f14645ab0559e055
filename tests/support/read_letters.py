"""Payment letters read back: their text, and the codes on each page."""

import io
from typing import Any

import pypdf
import pypdfium2
import zxingcpp

SCALE = 4
"""288 points an inch: what a cheap reader sees."""


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, with single spaces."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def codes_of(pdf: bytes, kind: zxingcpp.BarcodeFormat) -> list[list[zxingcpp.Barcode]]:
    """What can be read on each page, from top to bottom, left to right."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_codes(document[number], kind) for number in range(len(document))]
    finally:
        document.close()


def declared(pdf: bytes) -> tuple[bool, str, str]:
    """Whether it is tagged, in which language it is, and what its metadata claim."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.root_object
    packet = reader.xmp_metadata
    claims = packet.stream.get_data().decode() if packet else ""
    return bool(root["/MarkInfo"]["/Marked"]), str(root["/Lang"]), claims


def _codes(page: Any, kind: zxingcpp.BarcodeFormat) -> list[zxingcpp.Barcode]:
    bitmap = page.render(scale=SCALE, grayscale=True)
    pixels = memoryview(bytes(bitmap.buffer)).cast("B", shape=[bitmap.height, bitmap.stride])
    found = zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormats(kind))
    return sorted(found, key=lambda code: (code.position.top_left.y // 50, code.position.top_left.x))
