"""Pictures: small real ones of each kind, and what is made to look like one."""

from __future__ import annotations

import base64
import struct
import zlib

GIF = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
LOSSY = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
LOSSLESS = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
EXTENDED = base64.b64decode(
    "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA=="
)


def png(width: int = 640, height: int = 480, *, filler: int = 0) -> bytes:
    """A black one; so many bytes more that say nothing."""
    rows = zlib.compress(bytes((1 + -(-width // 8)) * height))
    return signed(
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        *((b"fiLl", bytes(filler)),) * (filler > 0),
        (b"IDAT", rows),
        (b"IEND", b""),
    )


def signed(*parts: tuple[bytes, bytes]) -> bytes:
    """A PNG of these parts, each with its sum."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(held)) + tag + held + struct.pack(">I", zlib.crc32(tag + held))
        for tag, held in parts
    )


def jpeg(width: int = 640, height: int = 480, *, frame: int = 0xC0) -> bytes:
    """Markers as a camera writes them, around a scan that nobody decodes; the preview in it has another size."""
    preview = b"Exif\0\0" + b"\xff\xd8\xff\xc0\0\x11\x08\0\x01\0\x01\xff\xd9"
    held = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"
    scan = b"\x01\x01\0\0\x3f\0"
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE1, preview),
            b"\xff",
            _segment(0xC4, bytes(17)),
            _segment(frame, held),
            _segment(0xDA, scan),
            b"\x12\x34\xff\0\x56",
            b"\xff\xd9",
        )
    )


def _segment(code: int, held: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, 2 + len(held)) + held
