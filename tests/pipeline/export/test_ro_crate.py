"""Packages as another reader reads them (rocrate), and as tablekin checks them."""

import hashlib
import json
import logging
import shutil
from urllib.parse import unquote

import pytest
from rocrate.rocrate import ROCrate

from tablekin.check import check
from tablekin.corpus import CorpusStore
from tablekin.errors import CorpusError, UsageError
from tablekin.export import Citation, export_corpus
from tests.support.told_corpus import HOSTILE

CITATION = Citation(
    "Tables of two works", ("Ada Lovelace <https://orcid.org/0000-0001-2345-6789>", "J. Kepler"), "CC-BY-4.0"
)


@pytest.fixture(scope="module")
def folder(editions, tmp_path_factory):
    out = tmp_path_factory.mktemp("crate")
    export_corpus(editions, "ro-crate", out, citation=CITATION)
    return out


def things(folder):
    metadata = json.loads((folder / "ro-crate-metadata.json").read_text("utf-8"))
    assert metadata["@context"] == "https://w3id.org/ro/crate/1.1/context"
    return {each["@id"]: each for each in metadata["@graph"]}, metadata["@graph"]


def test_a_reader_finds_who_made_what_and_under_which_licence(folder):
    crate = ROCrate(folder)
    assert crate.name == CITATION.title
    assert crate.license.id == "https://spdx.org/licenses/CC-BY-4.0"
    assert [(each.id, each["name"]) for each in crate.creator] == [
        ("https://orcid.org/0000-0001-2345-6789", "Ada Lovelace"),
        ("#creator-2", "J. Kepler"),
    ]
    software = crate.dereference("#tablekin")
    assert software["softwareVersion"]
    run = crate.dereference("#run")
    assert run["instrument"] == software
    assert {scan["name"] for scan in run["object"]} == {f"page{number}.png" for number in range(6)}


def test_every_file_is_described_with_its_digest(folder):
    crate = ROCrate(folder)
    files = {entity.id: entity for entity in crate.data_entities if entity.type == "File"}
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("ro-crate-")
    }
    assert {unquote(name) for name in files} == there
    for name, entity in files.items():
        content = (folder / unquote(name)).read_bytes()
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert entity["contentSize"] == str(len(content))


def test_the_rules_of_the_specification_are_kept(folder):
    """Sections 4 and 5 of RO-Crate 1.1: a flat list, one descriptor, a root, and parts that lead to every file."""
    known, graph = things(folder)
    assert len(known) == len(graph)
    assert known["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = known["./"]
    assert {"name", "description", "datePublished", "license", "hasPart"} <= root.keys()
    for each in graph:
        for value in each.values():
            for part in value if isinstance(value, list) else [value]:
                assert not isinstance(part, dict) or [*part] == ["@id"]
    reached, waiting = set(), [root]
    while waiting:
        for part in waiting.pop().get("hasPart", []):
            reached.add(part["@id"])
            waiting.append(known[part["@id"]])
    assert {name for name, each in known.items() if each["@type"] == "File"} <= reached
    references = {
        part["@id"]
        for each in graph
        for value in each.values()
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, dict)
    }
    assert references - {"https://w3id.org/ro/crate/1.1"} <= known.keys()


def test_the_corpus_in_it_is_the_corpus(folder, editions):
    assert [*check(folder / "corpus")] == [*check(editions)] == []
    for table in ("regions", "pairs", "collations"):
        assert CorpusStore.open(folder / "corpus").read(table).equals(CorpusStore.open(editions).read(table))


def test_the_same_again_gives_the_same_package(folder, editions, tmp_path):
    export_corpus(editions, "ro-crate", tmp_path, citation=CITATION)
    for name in ("ro-crate-metadata.json", "ro-crate-preview.html"):
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes()


def test_whatever_it_is_called_it_is_read_back(editions, tmp_path, caplog):
    citation = Citation(HOSTILE[11], (HOSTILE[0], HOSTILE[6], HOSTILE[10]), HOSTILE[2])
    export_corpus(editions, "ro-crate", tmp_path, citation=citation)
    crate = ROCrate(tmp_path)
    assert crate.name == HOSTILE[11]
    assert len(crate.creator) == 3
    assert crate.creator[0]["name"] == HOSTILE[0]
    page = (tmp_path / "ro-crate-preview.html").read_text("utf-8")
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def test_what_is_not_stated_is_said_to_be_missing(editions, tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        export_corpus(editions, "ro-crate", tmp_path)
    assert "add --creator" in caplog.text
    assert "add --licence" in caplog.text
    assert ROCrate(tmp_path).license["name"] == "no licence stated"


def test_a_part_of_a_corpus_or_a_damaged_one_is_refused(editions, tmp_path):
    with pytest.raises(UsageError, match="tablekin drop"):
        export_corpus(editions, "ro-crate", tmp_path / "a", ["page0"])
    shutil.copytree(editions, tmp_path / "corpus")
    part = next((tmp_path / "corpus" / "regions").glob("*.parquet"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(bytes(content))
    with pytest.raises(CorpusError, match="not as it was written"):
        export_corpus(tmp_path / "corpus", "ro-crate", tmp_path / "b")
    record = tmp_path / "corpus" / "run.json"
    record.write_text(record.read_text().replace('"finished"', '"unfinished"'))
    with pytest.raises(UsageError, match="did not end"):
        export_corpus(tmp_path / "corpus", "ro-crate", tmp_path / "c")
    assert not (tmp_path / "b" / "ro-crate-metadata.json").exists()
