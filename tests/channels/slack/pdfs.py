"""PDFs: small ones made by hand, and some that are made to harm whoever reads them."""

from __future__ import annotations

import zlib
from io import BytesIO

from pypdf import PdfReader, PdfWriter


def pdf(*pages: str) -> bytes:
    """One page for each text."""
    return _file([_shown(text).encode() for text in pages], b"")


def locked(text: str) -> bytes:
    """One that opens with a password."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(text))))
    writer.encrypt("secret", algorithm="RC4-128")
    into = BytesIO()
    writer.write(into)
    return into.getvalue()


def bomb() -> bytes:
    """A page of two hundred megabytes, packed into one."""
    packer = zlib.compressobj(9)
    chunk = b"(A) Tj " * 150_000
    packed = b"".join(packer.compress(chunk) for _ in range(200)) + packer.flush()
    return _file([packed], b"/Filter /FlateDecode ")


def endless() -> bytes:
    """The tree of its pages bites its own tail."""
    return pdf("a").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")


def _shown(text: str) -> str:
    return f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""


def _file(streams: list[bytes], filters: bytes) -> bytes:
    """Objects: catalogue, pages, font, then a page and its stream for each."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, stream in enumerate(streams):
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * at} 0 R "
        objects.append(f"{page}/Resources << /Font << /F1 3 0 R >> >> >>".encode())
        head = b"<< " + filters + f"/Length {len(stream)} >>\nstream\n".encode()
        objects.append(head + stream + b"\nendstream")
    return _written(objects)


def _written(objects: list[bytes]) -> bytes:
    found, places = b"%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(found))
        found += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(found)
    found += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return (
        found
        + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    )
