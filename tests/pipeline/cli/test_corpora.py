import errno
import json

import pytest

from tablekin import __version__
from tablekin.interruption import Terminated
from tests.support.iiif_manifests import canvas, image, manifest
from tests.support.iiif_server import scripted_server
from tests.support.runs import write_scan


def test_exit_codes_of_run(command, scans, tmp_path):
    arguments = ["run", scans, "--out", tmp_path / "corpus", "--device", "cpu", "--workers", 1]
    first = command(*arguments)
    assert first.exit_code == 0
    assert "added 2 documents and 1 pairs" in first.stderr
    second = command(*arguments)
    assert second.exit_code == 0
    assert "nothing to do" in second.stderr
    (scans / "letter.jpg").write_text("Dear Sir,")
    third = command(*arguments)
    assert third.exit_code == 3
    assert "letter.jpg is not a JPEG" in third.stderr
    assert third.stdout.startswith("no two documents are related")
    again = command(*arguments)  # names once more what failed, though nothing is done
    assert again.exit_code == 3
    assert "nothing to do" in again.stderr and "letter.jpg is not a JPEG" in again.stderr


def test_stop_at_the_first_failure(command, scans, tmp_path):
    (scans / "letter.jpg").write_text("Dear Sir,")
    result = command("run", scans, "--out", tmp_path / "corpus", "--device", "cpu", "--on-error", "stop")
    assert result.exit_code == 3
    assert "stopped at the first failure: letter.jpg" in result.stderr


def test_bad_arguments_and_config_end_with_2(command, scans, tmp_path):
    out = tmp_path / "corpus"
    (tmp_path / "RUN.toml").write_text("sede = 1")
    assert command("run", tmp_path / "nowhere", "--out", out).exit_code == 2
    assert command("run", scans).exit_code == 2
    assert command("run", scans, "--out", out, "--device", "gpu").exit_code == 2
    assert command("run", scans, "--out", out, "--workers", 0).exit_code == 2
    misspelled = command("run", scans, "--out", out, "--config", tmp_path / "RUN.toml")
    assert misspelled.exit_code == 2
    assert "RUN.toml" in misspelled.stderr
    assert "'sede'" in misspelled.stderr
    assert command("show", tmp_path, "a", "b").exit_code == 2
    assert not out.exists()


def test_nothing_usable_ends_with_4(command, tmp_path):
    (tmp_path / "scans").mkdir()
    assert command("run", tmp_path / "scans", "--out", tmp_path / "corpus").exit_code == 4


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt, 130), (Terminated, 143)])
def test_ctrl_c_and_a_request_to_end_have_codes_of_their_own(
    command, scans, tmp_path, monkeypatch, raised, code
):
    def interrupt(*_):
        raise raised

    monkeypatch.setattr("tablekin.orchestration.stage.run", interrupt)
    result = command("run", scans, "--out", tmp_path / "corpus")
    assert result.exit_code == code
    assert "what is finished is kept, run the same command" in result.stderr


def test_a_full_disk_ends_with_2_and_one_line(command, scans, tmp_path, monkeypatch):
    def fail(file):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("os.fsync", fail)
        result = command("run", scans, "--out", tmp_path / "corpus", "--device", "cpu", "--workers", 1)
    assert result.exit_code == 2
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("tablekin: ")]
    assert "no room on the disk for" in line
    assert "run the same command again" in line
    assert command("run", scans, "--out", tmp_path / "corpus", "--device", "cpu").exit_code == 0


def test_version(command):
    assert command("--version").stdout == f"tablekin {__version__}\n"


def test_an_error_of_the_program_itself_ends_with_1_and_says_where(command, scans, tmp_path, monkeypatch):
    monkeypatch.setattr("tablekin.orchestration.stage.run", lambda *_: 1 / 0)
    result = command("run", scans, "--out", tmp_path / "corpus")
    assert result.exit_code == 1
    assert "please report it" in result.stderr
    assert "ZeroDivisionError" in result.stderr
    assert "Traceback" in result.stderr


def test_results_are_printed_as_json(command, scans, tmp_path):
    out = tmp_path / "corpus"
    (scans / "letter.jpg").write_text("Dear Sir,")
    result = command("run", scans, "--out", out, "--device", "cpu", "--workers", 1, "--json")
    assert result.exit_code == 3
    expected = {
        "corpus": str(out),
        "ok": 2,
        "failed": 1,
        "added": 3,
        "pairs": 1,
        "unchanged": False,
        "lost": [],
    }
    assert json.loads(result.stdout) == expected | {"unread": 0, "related": []}
    dropped = json.loads(command("drop", out, "letter*", "--json").stdout)
    assert dropped == {"corpus": str(out), "documents": ["letter"], "left": 2, "is_current": True}
    (out / "run.json").unlink()
    broken = command("check", out, "--json")
    assert broken.exit_code == 3
    problem = {"place": "run.json", "what": "is missing", "repair": "run again, which writes it"}
    assert problem in json.loads(broken.stdout)["problems"]
    written = command("sample", tmp_path / "archive", "--documents", 1, "--workers", 1, "--json")
    assert json.loads(written.stdout)["documents"] == 1
    assert len(list((tmp_path / "archive/scans").iterdir())) == 1


def test_a_book_from_a_library(command, tmp_path):
    with scripted_server() as (script, address):
        script.json("/manifest", manifest([canvas("c1", image(f"{address}/1.png"))], f"{address}/manifest"))
        write_scan(tmp_path / "1.png", 1)
        script.picture("/1.png", (tmp_path / "1.png").read_bytes())
        run = ["run", f"{address}/manifest", "--out", tmp_path / "corpus", "--device", "cpu", "--workers", 1]
        refused = command(*run)
        assert refused.exit_code == 4
        assert "--allow-private" in refused.stderr
        assert not script.asked
        assert command(*run, "--allow-private", "--max-side", 100).exit_code == 2
        first = command(*run, "--allow-private", "--max-side", 600)
        assert first.exit_code == 0
        assert "added 1 documents" in first.stderr
        part = command("run", f"{address}/manifest", f"{address}/none", *run[2:], "--allow-private")
        assert part.exit_code == 3
        assert "1 manifests could not be read" in part.stderr
    assert command("run", "file:///etc/passwd", "--out", tmp_path / "corpus").exit_code == 2
