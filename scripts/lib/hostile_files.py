"""Files that are damaged, or say that they hold more than they do: images and PDFs, made from a seed or by hand."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

EDGES = (  # numbers at the ends of what a field can hold
    b"\x00\x00",
    b"\xff\xff",
    b"\x7f\xff",
    b"\xff\x7f",
    b"\x00\x80",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x80",
)
_HEAD = 300  # bytes at a file's beginning that say what it holds
_NUMBERS = (0, 1, 255, 65_535, 2**31 - 1, 2**32 - 1)


def draw_page() -> NDArray[np.uint8]:
    """Draw a small page ``(360, 300)`` with a table of numbers."""
    page = np.full((360, 300), 235, np.uint8)
    rng = np.random.default_rng(0)
    for y in range(40, 340, 26):
        for x in range(20, 280, 66):
            cv2.putText(
                page, str(rng.integers(10, 990)), (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.62, 20, 1, cv2.LINE_AA
            )
    return page


@cache
def make_originals() -> dict[str, bytes]:
    """Make good files of every format, by their suffixes."""
    grey = draw_page()
    colours = np.dstack([grey, grey, 255 - grey // 2])
    found: dict[str, bytes] = {}
    for suffix, kind, image in (
        ("a.png", "PNG", grey),
        ("b.png", "PNG", grey > 128),
        ("a.jpg", "JPEG", grey),
        ("b.jpg", "JPEG", colours),
        ("a.jp2", "JPEG2000", colours),
        ("a.webp", "WEBP", colours),
        ("p.pdf", "PDF", grey),
    ):
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, kind)
        found[suffix] = buffer.getvalue()
    layouts: list[dict[str, Any]] = [
        {"compression": None, "rowsperstrip": 16},
        {"compression": "deflate", "tile": (32, 32)},
        {"compression": None, "extratags": [(274, "H", 1, 6, True)]},
    ]
    for number, layout in enumerate(layouts):
        buffer = io.BytesIO()
        tifffile.imwrite(
            buffer, np.stack([grey, 255 - grey]), photometric="minisblack", metadata=None, **layout
        )
        found[f"{number}.tif"] = buffer.getvalue()
    buffer = io.BytesIO()
    Image.fromarray(grey > 128).save(buffer, "TIFF", compression="group4")
    found["g4.tif"] = buffer.getvalue()
    return found


def mutate(content: bytes, rng: np.random.Generator) -> bytes:
    """Change a file in one to eight places, mostly where it says what it holds: at its beginning, or at its end."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        reach = len(changed) if rng.random() < 0.4 else min(len(changed), _HEAD)
        place = int(rng.integers(max(reach, 1)))
        place = len(changed) - 1 - place if rng.random() < 0.3 else place
        what = int(rng.integers(6))
        if what == 0:
            changed[place : place + 1] = bytes([int(rng.integers(256))])
        elif what == 1:
            edge = EDGES[int(rng.integers(len(EDGES)))]
            changed[place : place + len(edge)] = edge
        elif what == 2:
            del changed[place : place + int(rng.integers(1, 20))]
        elif what == 3:
            changed[place:place] = changed[place : place + int(rng.integers(1, 60))]
        elif what == 4 and rng.random() < 0.2:
            del changed[place:]
        elif changed:
            changed[place : place + 1] = bytes([changed[place] ^ (1 << int(rng.integers(8)))])
    return bytes(changed)


def mutated(seed: int, number: int) -> tuple[str, bytes]:
    """Make the mutated file of a number: its name and its content, from the seed alone."""
    rng = np.random.default_rng([seed, number])
    originals = make_originals()
    name = sorted(originals)[int(rng.integers(len(originals)))]
    return f"m{number:05d}_{name}", mutate(originals[name], rng)


@cache
def craft() -> tuple[tuple[str, bytes], ...]:
    """Make files that say they hold more than they do, hold themselves, or grow when they are unpacked."""
    makers = (_page_trees, _page_sizes, _forms, _streams, _pngs, _others, _tiffs, _no_scans)
    return tuple(file for make in makers for file in make())


def _pdf(
    kids: str = "3 0 R",
    count: int = 1,
    box: str = "0 0 300 300",
    more: str = "",
    objects: tuple[bytes, ...] = (),
) -> bytes:
    """Write a PDF of a page whose further objects begin with number 4."""
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode(),
        f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]{more}>>".encode(),
        *objects,
    )
    written = b"".join(b"%d 0 obj\n%s\nendobj\n" % (place, body) for place, body in enumerate(bodies, 1))
    return b"%PDF-1.7\n" + written + b"trailer<</Size 99/Root 1 0 R>>\n%%EOF\n"


def _stream(dictionary: str, content: bytes) -> bytes:
    return f"<<{dictionary}/Length {len(content)}>>stream\n".encode() + content + b"\nendstream"


def _page_trees() -> Iterator[tuple[str, bytes]]:
    for kids in ("", "3 0 R", "2 0 R", "9 0 R", "3 0 R 3 0 R 2 0 R"):
        for count in (-1, 0, 1, 3, 5_000, 10_001, 2**31 - 1, 10**18):
            name = f"{kids.replace(' 0 R', '').replace(' ', '-') or 'none'}_{count}"
            yield f"crafted_tree_{name}.pdf", _pdf(kids, count)


def _page_sizes() -> Iterator[tuple[str, bytes]]:
    for number, box in enumerate(
        (
            "0 0 0 0",
            "0 0 1 1",
            "0 0 100000000 100000000",
            "0 0 1000000 1",
            "0 0 0.001 0.001",
            "300 300 0 0",
            "-9999999999 0 9999999999 300",
            "a b c d",
            "",
        )
    ):
        yield f"crafted_box_{number}.pdf", _pdf(box=box)


def _forms() -> Iterator[tuple[str, bytes]]:
    """Forms that draw themselves, one another, or twice what draws twice."""
    use = "/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>"
    for times in (1, 2):
        for box in ("0 0 300 300", "0 0 600 300"):
            draw = b"/F Do " * times
            for name, last in (("itself", 5), ("one_another", 6)):
                forms = [_stream(_form(target), draw) for target in ((last,) if last == 5 else (6, 5))]
                yield (
                    f"crafted_forms_{name}_{times}_{box.split()[2]}.pdf",
                    _pdf(box=box, more=use, objects=(_stream("", b"/F Do"), *forms)),
                )
    depth = 40
    forms = [_stream(_form(6 + level), b"/F Do /F Do") for level in range(depth)]
    yield (
        "crafted_forms_doubled.pdf",
        _pdf(more=use, objects=(_stream("", b"/F Do"), *forms, _stream(_form(5)[:-1], b""))),
    )


def _form(target: int) -> str:
    return f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {target} 0 R>>>>"


def _streams() -> Iterator[tuple[str, bytes]]:
    """Streams that grow a thousandfold or more when they are unpacked."""
    once = zlib.compress(bytes(100_000_000), 9)
    twice = zlib.compress(once, 9)
    use = "/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>"
    drawn = _stream("", b"300 0 0 300 0 0 cm /F Do")
    for name, filters, content in (
        ("once", "/FlateDecode", once),
        ("twice", "[/FlateDecode/FlateDecode]", twice),
    ):
        packed = f"/Filter{filters}"
        yield (
            f"crafted_bomb_contents_{name}.pdf",
            _pdf(more="/Contents 4 0 R", objects=(_stream(packed, content),)),
        )
        for side in (1_000, 12_000, 100_000):
            image = f"/Type/XObject/Subtype/Image/Width {side}/Height {side}/BitsPerComponent 8/ColorSpace/DeviceGray"
            yield (
                f"crafted_bomb_image_{name}_{side}.pdf",
                _pdf(more=use, objects=(drawn, _stream(image + packed, content))),
            )


def _pngs() -> Iterator[tuple[str, bytes]]:
    png = make_originals()["a.png"]
    for width, height in (
        (2**31 - 1, 2**31 - 1),
        (2**32 - 1, 1),
        (0, 9),
        (9, 0),
        (1, 65_535),
        (65_535, 1),
        (300, 2**31 - 1),
        (40_000, 40_000),
    ):
        yield f"crafted_{width}x{height}.png", _resized_png(png, width, height)
    for side in (2_000, 12_000, 30_000):  # whose pixels are there, packed
        head = b"IHDR" + side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
        rows = zlib.compressobj(9)
        row = bytes(1 + (side + 7) // 8)
        data = b"IDAT" + b"".join([*(rows.compress(row) for _ in range(side)), rows.flush()])
        chunks = b"".join(
            (len(part) - 4).to_bytes(4, "big") + part + zlib.crc32(part).to_bytes(4, "big")
            for part in (head, data, b"IEND")
        )
        yield f"crafted_bomb_{side}.png", png[:8] + chunks
    text = b"zTXtkey\0\0" + zlib.compress(bytes(50_000_000), 9)
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    yield "crafted_bomb_text.png", png[:33] + chunk + png[33:]


def _resized_png(png: bytes, width: int, height: int) -> bytes:
    """Say another size, with a checksum that is right."""
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + png[24:29]
    return png[:12] + head + zlib.crc32(head).to_bytes(4, "big") + png[33:]


def _others() -> Iterator[tuple[str, bytes]]:
    """JPEG, WebP and JPEG 2000 of other sizes than they have."""
    jpeg, webp, jp2 = (make_originals()[name] for name in ("a.jpg", "a.webp", "a.jp2"))
    frame = jpeg.index(b"\xff\xc0") + 5  # height and width of a baseline JPEG
    for height, width in ((65_535, 65_535), (0, 0), (1, 65_535), (65_535, 1), (20_000, 20_000)):
        size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
        yield f"crafted_{width}x{height}.jpg", jpeg[:frame] + size + jpeg[frame + 4 :]
    start = webp.index(b"VP8 ") + 14
    for number in (0, 1, 0x3FFF, 0xFFFF):
        size = number.to_bytes(2, "little") * 2
        yield f"crafted_{number}.webp", webp[:start] + size + webp[start + 4 :]
    box, code = jp2.index(b"ihdr") + 4, jp2.index(b"\xff\x51") + 6
    for number in (0, 1, 65_535, 2**31 - 1):
        size = number.to_bytes(4, "big") * 2
        changed = jp2[:box] + size + jp2[box + 8 :]
        yield f"crafted_{number}.jp2", changed[:code] + size + changed[code + 8 :]


def _tiffs() -> Iterator[tuple[str, bytes]]:
    tiff = make_originals()["0.tif"]
    directory = int.from_bytes(tiff[4:8], "little")
    entries = int.from_bytes(tiff[directory : directory + 2], "little")
    end = directory + 2 + 12 * entries
    for offset in (0, 4, directory, 2**31, 2**32 - 1):
        yield f"crafted_next_{offset}.tif", tiff[:end] + offset.to_bytes(4, "little") + tiff[end + 4 :]
    for place in range(directory + 2, end, 12):
        tag = int.from_bytes(tiff[place : place + 2], "little")
        for value in _NUMBERS:
            written = tiff[: place + 8] + value.to_bytes(4, "little") + tiff[place + 12 :]
            yield f"crafted_tag{tag}_{value}.tif", written


def _no_scans() -> Iterator[tuple[str, bytes]]:
    for number, content in enumerate(
        (b"", b"\0", b"<html>404</html>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"II*\0")
    ):
        for suffix in ("png", "pdf"):
            yield f"crafted_no_scan_{number}.{suffix}", content
