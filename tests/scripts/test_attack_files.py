import attack_files
import numpy as np


def test_no_damaged_or_hostile_file_ends_a_run_or_fails_without_a_reason(tmp_path):
    rng = np.random.default_rng(7)
    for name, content in attack_files.make_originals().items():
        (tmp_path / f"good_{name}").write_bytes(content)
        for number in range(2):
            (tmp_path / f"m{number}_{name}").write_bytes(attack_files.mutate(content, rng))
    for name, content in attack_files.craft():
        if "recursion" in name:  # seconds each, until memory is at its bound
            continue
        (tmp_path / name).write_bytes(content)
    counts, bad, longest = attack_files.attack(tmp_path, 2)
    assert bad == []
    assert longest < 60
    assert counts["pages read"] + counts["pages refused"] == counts["pages"]
    assert counts["pages read"] >= 14  # the good ones
