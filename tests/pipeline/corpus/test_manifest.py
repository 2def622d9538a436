import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tablekin.corpus.manifest import MANIFEST, CorpusManifest, compact_manifest, note_file


@pytest.fixture
def write(tmp_path):
    (tmp_path / "regions").mkdir()

    def write(name, content):
        path = tmp_path / "regions" / name
        path.write_bytes(content)
        note_file(tmp_path, path, path)
        return path

    return write


def test_a_line_says_size_and_digest_as_others_compute_them(tmp_path, write):
    write("a", b"some rows")
    (line,) = (tmp_path / MANIFEST).read_text().splitlines()
    digest = hashlib.sha256(b"some rows").hexdigest()
    assert json.loads(line) == {"file": "regions/a", "bytes": 9, "sha256": digest}


def test_a_file_fits_until_anything_changes(tmp_path, write):
    path, other = write("a", b"some rows"), write("b", b"more rows")
    manifest = CorpusManifest.read(tmp_path)
    assert manifest.fits(tmp_path, path) and manifest.has_size_of(tmp_path, path)
    path.write_bytes(b"some cows")
    assert manifest.has_size_of(tmp_path, path) and not manifest.fits(tmp_path, path)
    path.write_bytes(other.read_bytes())  # that of another name does not count
    assert not manifest.fits(tmp_path, path)
    path.write_bytes(b"some rows and more")
    assert not manifest.has_size_of(tmp_path, path)


def test_a_write_that_was_cut_short_leaves_the_old_file_and_the_lines_after_it_sound(tmp_path, write):
    path = write("a", b"some rows")
    note_file(tmp_path, path, write("b", b"what a run that was killed would have put there"))
    with (tmp_path / MANIFEST).open("ab") as file:
        file.write(b'{"file": "regions/a", "byt')
    assert CorpusManifest.read(tmp_path).fits(tmp_path, path) and not CorpusManifest.read(tmp_path).damaged
    later = write("c", b"rows of the next run")
    manifest = CorpusManifest.read(tmp_path)
    assert manifest.fits(tmp_path, path) and manifest.fits(tmp_path, later)
    assert manifest.damaged == (4,)
    compact_manifest(tmp_path)
    assert CorpusManifest.read(tmp_path).damaged == ()
    assert CorpusManifest.read(tmp_path).fits(tmp_path, path)


def test_compacting_leaves_a_line_for_each_file_that_is_there(tmp_path, write):
    for content in (b"first", b"second", b"third one"):
        write("a", content)
    write("b", b"gone").unlink()
    compact_manifest(tmp_path)
    (line,) = (tmp_path / MANIFEST).read_text().splitlines()
    assert json.loads(line)["bytes"] == 9
    stamp = (tmp_path / MANIFEST).stat().st_mtime_ns
    compact_manifest(tmp_path)
    assert (tmp_path / MANIFEST).stat().st_mtime_ns == stamp


def test_lines_of_several_threads_stay_whole(tmp_path, write):
    with ThreadPoolExecutor(8) as threads:
        paths = list(threads.map(lambda n: write(f"part-{n}", b"x" * n), range(50)))
    manifest = CorpusManifest.read(tmp_path)
    assert not manifest.damaged
    assert all(manifest.fits(tmp_path, path) for path in paths)
