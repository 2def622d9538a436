"""Hooks of MkDocs: the site shows notebooks, and texts of the repository that lie outside ``docs``.

Links are written so that they work where the text is read in the repository. On the site a link to a text that is
shown leads there, and one to any other file of the repository becomes the file's name.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TEXTS = {
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "models/weights/digits.md": "reference/model-card.md",
}
"""Place in the repository of every text outside ``docs`` that is shown, and its place on the site."""


@dataclass(frozen=True)
class RenderedNotebook:
    """A notebook as Markdown, and the images that it shows."""

    markdown: str
    images: Mapping[str, bytes]  # PNG by the name under which the Markdown names it


_ROLE = re.compile(r":(?:attr|class|func|meth|mod):(?=<code>)")
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^( *(?:```|~~~)).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the texts of ``TEXTS``, and a page for every notebook."""
    root = Path(config.docs_dir).parent
    for source, place in TEXTS.items():
        files.append(File.generated(config, place, content=(root / source).read_text("utf-8")))
    for file in [file for file in files if file.src_uri.endswith(".ipynb")]:
        shown = render(Path(config.docs_dir, file.src_uri))
        page = PurePosixPath(file.src_uri).with_suffix(".md")
        files.append(File.generated(config, str(page), content=shown.markdown))
        for name, image in shown.images.items():
            files.append(File.generated(config, str(page.with_name(name)), content=image))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Make the links of a text lead to places of the site."""
    root = Path(config.docs_dir).parent
    shown = {place: source for source, place in TEXTS.items()}
    source = shown.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    return redirect_links(markdown, source, page.file.src_uri, root)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leave out the roles of Sphinx that docstrings have before a name."""
    return _ROLE.sub("", html)


def redirect_links(markdown: str, source: str, place: str, root: Path) -> str:
    """Rewrite the links of a text, those in blocks of code left alone.

    Parameters
    ----------
    markdown
        The text.
    source
        Its place in the repository.
    place
        Its place on the site.
    root
        Folder of the repository. What does not exist there is left as it is, so that MkDocs tells of it.
    """

    def redirect(link: re.Match[str]) -> str:
        target, _, anchor = link["target"].partition("#")
        if not target or ":" in target:
            return link[0]
        file = os.path.normpath(PurePosixPath(source).parent / target)
        if file in TEXTS:
            new = TEXTS[file]
        elif file.startswith("docs/"):
            new = file.removeprefix("docs/").replace(".ipynb", ".md")
        elif (root / file).exists():
            return link["text"]
        else:
            return link[0]
        way = os.path.relpath(new, PurePosixPath(place).parent)
        return f"[{link['text']}]({way}{'#' + anchor if anchor else ''})"

    parts, end = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_LINK.sub(redirect, markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, _LINK.sub(redirect, markdown[end:])])


def render(path: Path) -> RenderedNotebook:
    """Turn a notebook and its stored outputs into Markdown.

    Parameters
    ----------
    path
        A notebook of version 4. Its images are named after it: ``NAME-1.png`` and so on.
    """
    parts: list[str] = []
    images: dict[str, bytes] = {}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = _text(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        parts += [_show(output, path.stem, images) for output in cell["outputs"]]
    return RenderedNotebook("\n\n".join(parts) + "\n", images)


def _show(output: Mapping[str, Any], name: str, images: dict[str, bytes]) -> str:
    """Show an output in Markdown; an image is put among ``images``."""
    if output["output_type"] == "stream":
        return f"```text\n{_text(output['text']).rstrip()}\n```"
    data = output["data"]
    if "image/png" in data:
        file = f"{name}-{len(images) + 1}.png"
        images[file] = base64.b64decode(data["image/png"])
        return f"![drawing]({file})"
    if "text/html" in data:
        return f'<div class="output">\n{_text(data["text/html"])}\n</div>'
    return f"```text\n{_text(data['text/plain']).rstrip()}\n```"


def _text(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)
