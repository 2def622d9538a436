"""The data dictionary names what the tables hold, and nothing that they never hold."""

from __future__ import annotations

import re

import pytest

from tablekin.schemas import ALL_SCHEMAS, DOCUMENT_STATUS, SCHEMAS, PartKey
from tests.support.places import DOCS

DICTIONARY = (DOCS / "reference" / "data-dictionary.md").read_text("utf-8")
# sides that have one description: "the same of `b`"
TOLD_TOGETHER = {"collations": {f"{name}_b" for name in ("region", "table", "row", "col")}}


def row_of(table: str) -> str:
    """What the dictionary says of a table."""
    (row,) = re.findall(rf"^\| {table} \|.*$", DICTIONARY, re.MULTILINE)
    return row


@pytest.mark.parametrize("table", SCHEMAS)
def test_every_column_is_named(table: str) -> None:
    named = re.findall(r"`([^`]+)`", row_of(table))
    missing = {*SCHEMAS[table].names} - {*named} - TOLD_TOGETHER.get(table, set())
    assert not missing


def test_a_document_has_no_other_status_than_those_that_are_written() -> None:
    told = re.search(r"`status` \(([^)]*)\)", row_of("documents"))
    assert told
    assert tuple(told[1].split(", ")) == DOCUMENT_STATUS == ("ok", "failed")


def test_every_key_of_the_metadata_is_explained() -> None:
    explained = re.findall(r"^\| (`tablekin[^|]*) \|", DICTIONARY, re.MULTILINE)
    assert sorted(re.findall(r"`([^`]+)`", " ".join(explained))) == sorted(PartKey)
    assert all(b"tablekin.table" in (schema.metadata or {}) for schema in ALL_SCHEMAS.values())
