"""Site: the page that shows an atlas, put beside its data; and what an older atlas left in the folder."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection
from pathlib import Path

from tablekin import data
from tablekin.corpus import replacing
from tablekin.errors import UsageError
from tablekin.report.atlas.guide import GUIDE
from tablekin.report.atlas.shards import ShardFolder

_PAGE = ("app.js", "app.css", "LICENCES.txt")
_MARK = "tablekin-atlas"  # stands in index.html, by which a folder is known as an atlas
_FILE_KINDS = (".js", ".jpg", ".json")


def bundled(name: str) -> bytes:
    """Read a file of the page that ships with tablekin."""
    return (Path(data.__file__).parent / "atlas" / name).read_bytes()


def prepare_folder(out: Path, corpus: Path) -> None:
    """See that a folder may be written to: it is new, empty, or an atlas.

    Raises
    ------
    UsageError
        It is something else, or lies in the corpus.
    """
    if out.resolve().is_relative_to(corpus.resolve()):
        raise UsageError(f"{out} lies in the corpus; name a folder outside for the atlas")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder for the atlas")
    index = out / "index.html"
    if (
        out.exists()
        and any(out.iterdir())
        and not (index.is_file() and _MARK in index.read_text("utf-8", "replace"))
    ):
        raise UsageError(f"{out} holds other files; name a new folder for the atlas")
    out.mkdir(parents=True, exist_ok=True)
    if not index.exists():
        _write(index, _document(_policy("'self'", False), "", ""))


def write_page(out: Path, shards: ShardFolder, links: bool) -> int:
    """Write the page, its script and style, and the guide to the data.

    Parameters
    ----------
    out
        Folder of the atlas.
    shards
        Its data.
    links
        Whether pictures are shown from libraries.

    Returns
    -------
    int
        Size of everything but the pictures in bytes.
    """
    total = sum(shards.written.values())
    for name in _PAGE:
        content = bundled(name)
        _write(out / name, content)
        total += len(content)
    _write(shards.root / "README", GUIDE.encode())
    head = '<link rel="stylesheet" href="app.css">'
    body = '<script src="app.js"></script>'
    _write(out / "index.html", _document(_policy("'self'", links), head, body))
    return total


def write_single_file(out: Path, file: Path, pictures: Collection[str], links: bool) -> int:
    """Write an atlas that is there as one HTML file, with its data and pictures in it.

    Parameters
    ----------
    out
        Folder of the atlas.
    file
        The file.
    pictures
        Files of pictures below ``img`` that go into it.
    links
        Whether pictures are shown from libraries.

    Returns
    -------
    int
        Its size in bytes.
    """
    inner = {
        name: "data:image/jpeg;base64," + base64.b64encode((out / "img" / name).read_bytes()).decode()
        for name in sorted(pictures)
    }
    shards = sorted((out / "data").rglob("*.js"))
    content = b"".join(path.read_bytes() for path in shards)
    app = bundled("app.js").replace(b"</script", b"<\\/script").replace(b"<!--", b"<\\!--")
    registry = b"var tablekin_pictures=" + json.dumps(inner).encode() + b";var tablekin_waiting=[];"
    registry += b"function tablekin_shard(n,c){tablekin_waiting.push([n,c])}\n"
    scripts = [registry + content, app]
    sources = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(one).digest()).decode()}'" for one in scripts
    )
    style = bundled("app.css")
    style_source = f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'"
    head = f"<style>{style.decode()}</style>"
    body = "".join(f"<script>{one.decode()}</script>" for one in scripts)
    page = _document(_policy(sources, links, style_source), head, body)
    _write(file, page)
    return len(page)


def _policy(scripts: str, links: bool, styles: str = "'self'") -> str:
    """Write what the page may load: its own files, pictures, and nothing else; no script but these."""
    pictures = "'self' data: blob:" + (" https: http:" if links else "")
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src {pictures}; font-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; object-src 'none'"
    )


def _document(policy: str, head: str, body: str) -> bytes:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{_MARK}">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>tablekin</title>
{head}
</head>
<body>
<noscript><p>This atlas is shown by a script: allow scripts for this file. It needs no network.</p></noscript>
{body}
</body>
</html>
""".encode()


def clear_leftovers(out: Path, shards: ShardFolder, pictures: Collection[str]) -> None:
    """Delete the shards and pictures that an older atlas left in the folder and this one does not use."""
    kept = {shards.root / f"{name}.js" for name in shards.written}
    kept |= {out / "img" / name for name in pictures}
    for folder in (shards.root, out / "img"):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and path.suffix in _FILE_KINDS and path not in kept:
                path.unlink()
        for path in sorted((one for one in folder.rglob("*") if one.is_dir()), reverse=True):
            if not any(path.iterdir()):
                path.rmdir()


def _write(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        with replacing(path) as file:
            file.write(content)
