from __future__ import annotations

import attack_files
from lib.hostile_files import craft, make_originals, mutated


def test_no_damaged_or_hostile_file_ends_a_run_or_fails_without_a_reason(tmp_path):
    for name, content in make_originals().items():
        (tmp_path / f"good_{name}").write_bytes(content)
    for number in range(25):
        name, content = mutated(7, number)
        (tmp_path / name).write_bytes(content)
    for place, (name, content) in enumerate(craft()):
        if place % 9 == 0 and not name.startswith(
            ("crafted_forms", "crafted_bomb")
        ):  # these take seconds each
            (tmp_path / name).write_bytes(content)
    found = attack_files.attack_ingest(tmp_path, 2)
    assert (found["ended"], found["not understood"]) == ([], [])
    assert found["longest"][0] < 30
    assert found["pages read"] >= 14  # the good ones


def test_a_mutated_file_depends_on_its_number_alone():
    assert mutated(0, 5) == mutated(0, 5)
    assert mutated(0, 5) != mutated(1, 5)


def test_pieces_are_all_files_once():
    pieces = [piece.split() for piece in attack_files.list_pieces(600, 70)]
    numbers = [
        number for kind, begin, end in pieces if kind == "mutated" for number in range(int(begin), int(end))
    ]
    assert numbers == list(range(600))
    assert len({name for name, _ in craft()}) == len(craft()) >= 150


def test_what_only_a_programmer_understands_is_no_reason():
    for reason in ("<_io.BytesIO object at 0x7f00aa>", "KeyError: 3", "", "see /usr/lib/x.py"):
        assert attack_files.NO_REASON.search(reason)
    for reason in (
        "a.png is damaged or incomplete; download or scan it again",
        "a.png has 20000x20000 pixels",
    ):
        assert not attack_files.NO_REASON.search(reason)
