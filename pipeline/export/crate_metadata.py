"""CrateMetadata: what a packaged corpus is, by whom, under which licence and made with what, as RO-Crate says it.

https://www.researchobject.org/ro-crate/specification/1.1/: one list of things of schema.org that refer to one another
by their ``@id``.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import pandas as pd

from tablekin.export.written_file import one_line

Thing = dict[str, Any]

DESCRIPTOR = "ro-crate-metadata.json"
_VERSION = "https://w3id.org/ro/crate/1.1"
_SOFTWARE = "#tablekin"
_RUN = "#run"
_METHOD = "https://doi.org/10.1109/TPAMI.2020.3020738"
_FORMATS = {".parquet": "application/vnd.apache.parquet", ".jsonl": "application/jsonl", ".nwk": "text/plain"}
_PERSON = re.compile(r"\s*(?P<name>[^<>]+?)\s*(?:<(?P<id>https?://[^<>\s]+)>)?\s*")
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_SAID_OF_SCANS = {"iiif_address": "contentUrl", "label": "description", "required_statement": "creditText"}
_FOLDERS = {
    "analysis": "What tablekin analyze found: clusters, history, parameters, with drawings.",
    "kinship": "What tablekin kinship found: families of tables, the errors they share, and stemmata.",
}


@dataclass(frozen=True)
class Citation:
    """How a corpus is to be cited.

    Attributes
    ----------
    title
        Of the corpus; made of the name of its folder where that is empty.
    creators
        Names, each with an address such as that of ORCID in angle brackets, if there is one.
    licence
        Its address, or its identifier in the list of SPDX; not stated where that is empty.
    """

    title: str = ""
    creators: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True)
class PackedFile:
    """A file of the package."""

    place: PurePosixPath  # from the folder of the package on
    bytes: int
    sha256: str


def make_metadata(
    citation: Citation, files: Sequence[PackedFile], record: Mapping[str, Any], documents: pd.DataFrame
) -> dict[str, Any]:
    """Make the metadata of a package.

    Parameters
    ----------
    citation
        Its title is not empty.
    files
        All of them but the metadata.
    record
        ``run.json``.
    documents
        Table documents.
    """
    scans = list(_scans(documents))
    creators = list(_creators(citation.creators))
    licence = _licence(citation.licence)
    things = [
        {
            "@id": DESCRIPTOR,
            "@type": "CreativeWork",
            "conformsTo": {"@id": _VERSION},
            "about": {"@id": "./"},
        },
        _root(citation, files, record, documents, licence, creators),
        *_folders(files),
        *map(_file, files),
        licence,
        *creators,
        *_made(record, scans),
        *scans,
    ]
    return {
        "@context": f"{_VERSION}/context",
        "@graph": list({each["@id"]: each for each in things}.values()),
    }


def _root(
    citation: Citation,
    files: Sequence[PackedFile],
    record: Mapping[str, Any],
    documents: pd.DataFrame,
    licence: Thing,
    creators: list[Thing],
) -> Thing:
    count = documents["status"].value_counts()
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": one_line(citation.title),
        "description": (
            f"A tablekin corpus: the numerical tables of {count.get('ok', 0)} pages as they were read, compared with "
            "one another and collated. Each folder of corpus is a table of Parquet files; pandas, DuckDB and R read "
            "it whole."
        ),
        "datePublished": str(record.get("started", ""))[:10] or "1970-01-01",
        "license": _reference(licence),
        "hasPart": [{"@id": f"{folder}/"} for folder in _tops(files)]
        + [_reference(_file(file)) for file in files if len(file.place.parts) < 3],
        "mentions": {"@id": _RUN},
        "keywords": ["numerical tables", "collation", "history of science"],
    }
    return root | ({"creator": [*map(_reference, creators)]} if creators else {})


def _tops(files: Sequence[PackedFile]) -> list[str]:
    """List the folders of tables, as ``corpus/regions``."""
    return sorted({"/".join(file.place.parts[:2]) for file in files if len(file.place.parts) > 2})


def _folders(files: Sequence[PackedFile]) -> Iterator[Thing]:
    for folder in _tops(files):
        name = folder.rpartition("/")[2]
        own = [file for file in files if file.place.is_relative_to(folder)]
        yield {
            "@id": f"{folder}/",
            "@type": "Dataset",
            "name": name,
            "description": _FOLDERS.get(
                name, f"Table {name} of the corpus; the data dictionary of tablekin explains its columns."
            ),
            "hasPart": [_reference(_file(file)) for file in own],
        }


def _file(file: PackedFile) -> Thing:
    suffix = file.place.suffix
    guessed = _FORMATS.get(suffix) or mimetypes.guess_type(file.place.name)[0] or "application/octet-stream"
    return {
        "@id": quote(str(file.place)),
        "@type": "File",
        "name": "/".join(file.place.parts[1:]),
        "contentSize": str(file.bytes),
        "encodingFormat": guessed,
        "sha256": file.sha256,
    }


def _reference(thing: Thing) -> Thing:
    return {"@id": thing["@id"]}


def _creators(names: Sequence[str]) -> Iterator[Thing]:
    for number, text in enumerate(names, 1):
        found = _PERSON.fullmatch(one_line(text))
        name, address = (found["name"], found["id"]) if found else (one_line(text), None)
        yield {"@id": address or f"#creator-{number}", "@type": "Person", "name": name}


def _licence(text: str) -> Thing:
    text = one_line(text)
    if not text:
        said = "No licence was stated: ask the creators before you use more than the law allows."
        return {"@id": "#licence", "@type": "CreativeWork", "name": "no licence stated", "description": said}
    if text.startswith(("http://", "https://")):
        return {"@id": quote(text, safe=":/?&=%#~+,;@"), "@type": "CreativeWork", "name": text}
    if _SPDX.fullmatch(text):
        return {"@id": f"https://spdx.org/licenses/{text}", "@type": "CreativeWork", "name": text}
    return {"@id": "#licence", "@type": "CreativeWork", "name": text}


def _made(record: Mapping[str, Any], scans: list[Thing]) -> Iterator[Thing]:
    """Say that the corpus was made by a run of tablekin from its scans."""
    versions = {str(name): str(version) for name, version in record.get("versions", {}).items()}
    weights = [f"{name} (SHA-256 {digest})" for name, digest in record.get("weights", {}).items()]
    yield {
        "@id": _RUN,
        "@type": "CreateAction",
        "name": "tablekin run",
        "instrument": {"@id": _SOFTWARE},
        "object": [_reference(each) for each in scans if each["@type"] == "MediaObject"],
        "result": {"@id": "./"},
        **({"startTime": record["started"]} if record.get("started") else {}),
        "description": f"Weights of the networks: {'; '.join(weights)}." if weights else "",
    }
    yield {
        "@id": _SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "tablekin",
        "description": "Find out which historical numerical tables were copied from which, and see why.",
        "softwareVersion": versions.get("tablekin", ""),
        "license": {"@id": "https://spdx.org/licenses/MIT"},
        "citation": {"@id": _METHOD},
        "softwareRequirements": [
            f"{name} {version}" for name, version in versions.items() if name != "tablekin"
        ],
    }
    yield {"@id": "https://spdx.org/licenses/MIT", "@type": "CreativeWork", "name": "MIT"}
    name = "Building and Interpreting Deep Similarity Models"
    yield {"@id": _METHOD, "@type": "ScholarlyArticle", "name": name}


def _scans(documents: pd.DataFrame) -> Iterator[Thing]:
    """Name the scans, which are not in the package, by their digests, and by what libraries say of them."""
    for source, rows in documents.groupby("source", sort=True):
        row = {name: value for name, value in rows.iloc[0].items() if isinstance(value, str) and value}
        scan: Thing = {
            "@id": f"#scan/{quote(str(source))}",
            "@type": "MediaObject",
            "name": one_line(str(source)),
            "sha256": row.get("sha256", ""),
        }
        for name, term in _SAID_OF_SCANS.items():
            if name in row:
                scan[term] = one_line(row[name])
        if row.get("rights", "").startswith(("http://", "https://")):
            licence = _licence(row["rights"])
            scan["license"] = _reference(licence)
            yield licence
        yield scan
