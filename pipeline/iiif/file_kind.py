"""FileKind: whether bytes that were sent are a whole picture, as far as that is seen without decoding it."""

from __future__ import annotations

from tablekin.errors import FetchError
from tablekin.iiif.retry import PassingError

_JPEG_END, _PNG_END = b"\xff\xd9", b"IEND\xaeB`\x82"
_TAIL = 1 << 16  # bytes at the end of a file among which its end mark stands: cameras append something to it
_KINDS = {  # how a file begins -> suffix of its name
    b"\xff\xd8\xff": ".jpg",
    b"\x89PNG\r\n\x1a\n": ".png",
    b"II*\0": ".tif",
    b"MM\0*": ".tif",
    b"II+\0": ".tif",
    b"MM\0+": ".tif",
    b"\0\0\0\x0cjP  \r\n\x87\n": ".jp2",
    b"\xff\x4f\xff\x51": ".j2k",
}
_BY_MEDIA_TYPE = {
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "image/jp2": ".jp2",
    "image/jpx": ".jp2",
}


def expected_suffix(address: str, media_type: str = "") -> str:
    """Guess from the address and the type of a picture how the name of its file will end; .jpg if nothing is said."""
    suffix = "." + address.partition("?")[0].rpartition(".")[2].lower()
    if suffix in (".png", ".tif", ".tiff", ".webp", ".jp2", ".jpg", ".jpeg"):
        return suffix
    return _BY_MEDIA_TYPE.get(media_type.lower(), ".jpg")


def check_picture(content: bytes, host: str) -> None:
    """Check that a file is a picture and has its end.

    Raises
    ------
    PassingError
        Its end is missing: another request may bring all of it.
    FetchError
        It is no picture that can be read here.
    """
    if not content:
        raise PassingError(f"{host} sent nothing")
    kind = next((suffix for begin, suffix in _KINDS.items() if content.startswith(begin)), "")
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        kind = ".webp"
    if not kind:
        raise FetchError(f"{host} sent something that is no JPEG, PNG, TIFF, JPEG 2000 or WebP picture")
    tail = content[-_TAIL:]
    if (kind == ".jpg" and _JPEG_END not in tail) or (kind == ".png" and _PNG_END not in tail):
        raise PassingError(f"{host} sent a picture whose end is missing")
