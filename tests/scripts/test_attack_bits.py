from pathlib import Path

import attack_bits
import numpy as np
import pytest

from tablekin.corpus import CorpusStore
from tests.pipeline.corpus.test_corpus import batch


@pytest.fixture
def root(tmp_path):
    CorpusStore(tmp_path / "corpus").document_tables.add(batch("a", "b"), "config")
    (tmp_path / "corpus/run.json").write_text('{"state": "finished", "scans": ["/scans"]}')
    return tmp_path / "corpus"


def test_each_damage_changes_what_it_says(root):
    rng = np.random.default_rng(0)
    damages = [
        *attack_bits.turn_bits(root, 8, rng),
        *attack_bits.edit_values(root, rng),
        *attack_bits.move_parts(root),
        *attack_bits.change_record(root),
    ]
    kinds = {"bit", "saved again", "edited value", "deleted value", "deleted part", "doubled part"}
    assert {damage.kind for damage in damages} == {*kinds, "deleted key", "edited key"}
    for damage in damages:
        path = root / damage.place
        before, files = path.read_bytes(), sorted(root.rglob("*"))
        damage.inflict(path)
        if damage.kind == "bit":
            turned = np.unpackbits(
                np.frombuffer(before, np.uint8) ^ np.frombuffer(path.read_bytes(), np.uint8)
            )
            assert turned.sum() == 1
        assert sorted(root.rglob("*")) != files or path.read_bytes() != before
        path.write_bytes(before)
        for other in damage.others:
            (root / other).unlink()


def test_damages_are_counted_by_kind_and_effect():
    results = [
        {"kind": "bit", "effect": effect, "named": named}
        for effect, named in (("unreadable", True), ("value changed", True), ("value changed", False))
    ]
    assert attack_bits.summarize(results) == [
        {"damage": "bit", "effect": "unreadable", "tried": 1, "named": 1},
        {"damage": "bit", "effect": "value changed", "tried": 2, "named": 1},
    ]


def test_what_cannot_be_read_is_told_from_what_can(tmp_path):
    path = Path(tmp_path / "run.json")
    path.write_text('{"seed": 0}')
    assert attack_bits.content_of(path) == {"seed": 0}
    path.write_text('{"seed": 0')
    assert attack_bits.content_of(path) is None
