import json

import pytest

from tablekin.errors import FetchError, ManifestError
from tablekin.iiif.cache import FetchLog, WebCache, parse_json
from tablekin.iiif.client import Answer, Wanted

ADDRESS = "https://library.example/1.jpg"


class Web:
    """Answers from a dict, and remembers what was asked."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def get(self, address, wanted):
        self.asked.append(address)
        if address not in self.answers:
            raise FetchError("gone")
        return Answer(address, self.answers[address], "application/json", '"tag"', "yesterday")


def test_json_is_asked_for_once(tmp_path):
    web = Web({"https://library.example/m": b'\xef\xbb\xbf{"type": "Manifest"}'})
    for _ in range(2):
        cache = WebCache(tmp_path, web)
        assert cache.read_json("https://library.example/m") == {"type": "Manifest"}
    assert web.asked == ["https://library.example/m"]
    record = json.loads((tmp_path / "answers" / "fetched.jsonl").read_text())
    assert record["address"] == "https://library.example/m"
    assert (record["etag"], record["last_modified"]) == ('"tag"', "yesterday")
    assert (tmp_path / "answers" / record["file"]).read_bytes() == web.answers["https://library.example/m"]


def test_what_is_no_json_is_not_kept(tmp_path):
    web = Web({ADDRESS: b"<!DOCTYPE html><html>"})
    for _ in range(2):
        with pytest.raises(ManifestError, match="is a web page"):
            WebCache(tmp_path, web).read_json(ADDRESS)
    assert len(web.asked) == 2


def fetch(tmp_path, web, address=ADDRESS):
    cache = WebCache(tmp_path, web)
    cache.fetch_picture(address, cache.open_book(""), "p0001.jpg", Wanted("x", 100))


def test_a_picture_is_asked_for_once_and_again_in_another_size_or_when_cut(tmp_path):
    web = Web({ADDRESS: b"abc", f"{ADDRESS}?large": b"abcabc"})
    fetch(tmp_path, web)
    fetch(tmp_path, web)
    assert len(web.asked) == 1
    fetch(tmp_path, web, f"{ADDRESS}?large")
    assert (tmp_path / "p0001.jpg").read_bytes() == b"abcabc"
    (tmp_path / "p0001.jpg").write_bytes(b"abca")
    fetch(tmp_path, web, f"{ADDRESS}?large")
    assert (tmp_path / "p0001.jpg").read_bytes() == b"abcabc"
    (tmp_path / "p0001.jpg").unlink()
    fetch(tmp_path, web, f"{ADDRESS}?large")
    assert len(web.asked) == 4
    assert FetchLog(tmp_path).files() == {f"{ADDRESS}?large": "p0001.jpg"}


def test_a_picture_that_another_book_has_is_not_asked_for(tmp_path):
    web = Web({ADDRESS: b"abc"})
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    cache = WebCache(tmp_path, web)
    logs = [cache.open_book(name) for name in ("one", "two")]
    for log in logs:
        cache.fetch_picture(ADDRESS, log, "p0001.jpg", Wanted("x", 100))
    assert web.asked == [ADDRESS]
    assert (tmp_path / "two" / "p0001.jpg").read_bytes() == b"abc"
    (tmp_path / "one" / "p0001.jpg").unlink()
    cache = WebCache(tmp_path, web)
    logs = [cache.open_book(name) for name in ("one", "two")]
    cache.fetch_picture(ADDRESS, logs[0], "p0001.jpg", Wanted("x", 100))
    assert web.asked == [ADDRESS]


def test_a_line_of_the_log_cut_short_by_a_kill_is_passed_over(tmp_path):
    web = Web({ADDRESS: b"abc"})
    fetch(tmp_path, web)
    with (tmp_path / "fetched.jsonl").open("a") as log:
        log.write('{"file": "p0001.jpg", "addr')
    fetch(tmp_path, web)
    assert len(web.asked) == 1


def test_a_failure_leaves_nothing(tmp_path):
    with pytest.raises(FetchError):
        fetch(tmp_path, Web({}))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\n<html>", "is a web page"),
        (b"<?xml", "is XML"),
        (b"", "no JSON"),
        (b"\xff\xfe{", "no JSON"),
        (b'{"a": ', "no JSON"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_other_content_is_refused_with_a_reason(content, reason):
    with pytest.raises(ManifestError, match=reason):
        parse_json(content)
