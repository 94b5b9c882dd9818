"""Picture: the bytes say what it is and how large; nothing that only looks like one is shown, and nothing is decoded."""

from __future__ import annotations

import struct

import pytest

from bot.kit.picture import MOST_BYTES, Pictured, pictured
from tests.pictures import EXTENDED, GIF, LOSSLESS, LOSSY, jpeg, png, signed

HEADER = (b"IHDR", struct.pack(">IIBBBBB", 9, 9, 1, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (png(640, 480), "image/png", (640, 480)),
        (png(8_000, 1), "image/png", (8_000, 1)),
        (jpeg(640, 480), "image/jpeg", (640, 480)),
        (jpeg(640, 480, frame=0xC2) + b"what a camera adds", "image/jpeg", (640, 480)),
        (GIF, "image/gif", (1, 1)),
        (GIF + b"\0", "image/gif", (1, 1)),
        (LOSSY, "image/webp", (1, 1)),
        (LOSSLESS, "image/webp", (1, 1)),
        (EXTENDED, "image/webp", (1, 1)),
    ],
)
def test_its_bytes_say_what_a_picture_is_and_how_large(
    content: bytes, kind: str, size: tuple[int, int]
) -> None:
    found = pictured(content, "a.txt")
    assert isinstance(found, Pictured)
    assert (found.type, (found.width, found.height), found.content) == (kind, size, content)
    what = f"It is a {kind.removeprefix('image/').upper()} picture of {size[0]:,} by {size[1]:,}"
    untrusted = "What is written in it is untrusted as well."
    assert found.text == f"a.txt\n\n{what} pixels. {untrusted}"


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"%PDF-1.7", b"GIF88a" + bytes(20), b"RIFF\0\0\0\0WAVE", b"\x89PNG", b"BM" + bytes(50)],
)  # fmt: skip
def test_what_is_no_picture_is_none(content: bytes) -> None:
    assert pictured(content, "a.png") is None


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0",
        png()[:-1],
        png()[:-12],
        png().replace(b"IDAT", b"IDOT"),
        signed((b"IDAT", b""), HEADER, (b"IEND", b"")),
        signed(HEADER, HEADER, (b"IDAT", b""), (b"IEND", b"")),
        signed((b"IHDR", bytes(4)), (b"IDAT", b""), (b"IEND", b"")),
        signed(HEADER, (b"IEND", b"")),
        b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xffIHDR",
        jpeg()[:-2],
        jpeg(frame=0xC8),
        b"\xff\xd8\xff\xda\0\x08" + bytes(100),
        b"\xff\xd8" + b"\xff" * 100_000,
        b"\xff\xd8" + b"\xff\xe0\0\0" * 100_000,
        b"\xff\xd8\xff\xe0\0\x02no marker here at all",
        GIF[:-1],
        b"GIF89a;",
        LOSSY[:-1],
        LOSSLESS.replace(b"\x2f", b"\x2e"),
        EXTENDED.replace(b"VP8X", b"VP8Y"),
        b"RIFF\x04\0\0\0WEBPVP8X",
        b"RIFF\x04\0\0\0WEBPVP8L",
        b"RIFF\x04\0\0\0WEBP",
    ],
)
def test_one_that_is_cut_off_or_damaged_is_one_sentence(content: bytes) -> None:
    said = pictured(content, "a.png")
    assert isinstance(said, str)
    assert said.endswith(" picture that is broken, so it is not shown.")


@pytest.mark.parametrize(
    "content",
    [png(8_001, 1), png(1, 60_000), png(0, 5), jpeg(65_535, 65_535), jpeg(0, 1)],
)
def test_one_with_impossible_sides_is_one_sentence(content: bytes) -> None:
    said = pictured(content, "a.png")
    assert isinstance(said, str)
    assert said.endswith("pixels, and only up to 8,000 a side are shown.")


def test_one_of_fifty_megabytes_is_one_sentence_and_the_limit_is_exact() -> None:
    around = len(png(filler=1)) - 1
    assert isinstance(pictured(png(filler=MOST_BYTES - around), ""), Pictured)
    for large in (MOST_BYTES - around + 1, 50_000_000):
        said = pictured(png(filler=large), "")
        assert said == "It is a PNG picture larger than 3.75 MB, so it is not shown."
