"""WebCache: what servers sent, on disk, so that nothing is asked for twice.

A folder holds ``answers`` (manifests, collections and descriptions of pictures, as they were sent) and a folder for
each book with its pictures. What was asked, when, and the marks of its version stand in a line each of
``fetched.jsonl`` beside it. A file is written beside its place and renamed: it is there as a whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tablekin.corpus import discard_unfinished, replacing
from tablekin.errors import ManifestError
from tablekin.iiif.client import Answer, Wanted, WebClient
from tablekin.iiif.thresholds import LIMITS
from tablekin.iiif.tiles import TilePlan, join_tiles

_ANSWERS, _LOG = "answers", "fetched.jsonl"
_JSON = Wanted(
    "application/ld+json;q=1, application/json;q=0.9, */*;q=0.1",
    LIMITS.max_json_bytes,
    ("text/html", "application/xhtml", "image/", "application/pdf", "video/", "audio/"),
)


class FetchLog:
    """What was fetched into a folder: a line for each file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        discard_unfinished(folder)
        self._lock = threading.Lock()
        self._records = {record["file"]: record for record in self._read()}

    def _read(self) -> list[dict[str, Any]]:
        path = self._folder / _LOG
        records = []
        for line in path.read_text("utf-8", "replace").splitlines() if path.exists() else []:
            try:
                record = json.loads(line)
            except ValueError:  # cut short when a run was killed
                continue
            if isinstance(record, dict) and isinstance(record.get("file"), str):
                records.append(record)
        return records

    def has(self, file: str, address: str) -> bool:
        """Whether a file is there, whole, and what this address gave."""
        record = self._records.get(file, {})
        path = self._folder / file
        is_same = record.get("address") == address and path.is_file()
        return is_same and path.stat().st_size == record.get("bytes")

    def files(self) -> dict[str, str]:
        """Give the addresses that the files are from, and the files."""
        return {record["address"]: file for file, record in self._records.items() if "address" in record}

    def answer(self, file: str) -> Answer:
        """Give the answer that a file was made of."""
        record = {name: str(value) for name, value in self._records[file].items()}
        content = (self._folder / file).read_bytes()
        return Answer(record["from"], content, "", record["etag"], record["last_modified"])

    def keep(self, file: str, address: str, answer: Answer) -> None:
        """Write a file, and note where it is from."""
        record = {
            "file": file,
            "address": address,
            "from": answer.address,
            "bytes": len(answer.content),
            "sha256": hashlib.sha256(answer.content).hexdigest(),
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with replacing(self._folder / file) as unfinished:
            unfinished.write(answer.content)
        with self._lock:
            self._records[file] = record
            with (self._folder / _LOG).open("a", encoding="utf-8") as log:
                log.write(json.dumps(record, ensure_ascii=False) + "\n")


class WebCache:
    """Answers of servers in the folder ``root``, asked for when they are not there yet."""

    def __init__(self, root: Path, client: WebClient) -> None:
        self.root, self._client = root, client
        self._answers = root / _ANSWERS
        self._answers.mkdir(parents=True, exist_ok=True)
        self._log = FetchLog(self._answers)
        self._pictures: dict[
            str, tuple[FetchLog, str]
        ] = {}  # by their addresses, those of the books that were opened

    def read_json(self, address: str) -> Any:
        """Give the JSON at an address.

        Raises
        ------
        FetchError
            It cannot be had.
        ManifestError
            It is no JSON.
        """
        file = f"{hashlib.sha256(address.encode()).hexdigest()[:40]}.json"
        if self._log.has(file, address):
            return parse_json((self._answers / file).read_bytes())
        answer = self._client.get(address, _JSON)
        content = parse_json(answer.content)
        self._log.keep(file, address, answer)
        return content

    def open_book(self, folder: str) -> FetchLog:
        """Open the folder of a book; its pictures serve other books too that have the same."""
        log = FetchLog(self.root / folder)
        self._pictures |= {address: (log, file) for address, file in log.files().items()}
        return log

    def stop(self) -> None:
        """Let nothing more be asked for."""
        self._client.stop()

    def fetch_picture(self, address: str, log: FetchLog, file: str, wanted: Wanted) -> None:
        """Fetch a picture into a file, unless it is there.

        Raises
        ------
        FetchError
            It cannot be had.
        """
        if log.has(file, address):
            return
        other, known = self._pictures.get(address, (log, file))
        if other.has(known, address):
            log.keep(file, address, other.answer(known))
        else:
            log.keep(file, address, self._client.get(address, wanted))
            self._pictures[address] = log, file

    def fetch_tiles(self, plan: TilePlan, log: FetchLog, file: str, wanted: Wanted) -> None:
        """Fetch the tiles of a picture and join them into a file, unless it is there.

        Raises
        ------
        FetchError
            One of them cannot be had.
        """
        if not log.has(file, plan.address):
            tiles = [self._client.get(tile.address, wanted).content for tile in plan.tiles]
            log.keep(file, plan.address, Answer(plan.address, join_tiles(plan, tiles), "image/jpeg"))


def parse_json(content: bytes) -> Any:
    """Read JSON.

    Raises
    ------
    ManifestError
        It is something else.
    """
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        begin = content[:200].lstrip().lower()
        if begin.startswith((b"<!doctype html", b"<html")):
            raise ManifestError(
                "is a web page, not a manifest; look on that page for the IIIF symbol, whose link leads to the manifest"
            ) from error
        if begin.startswith(b"<"):
            raise ManifestError("is XML, not a IIIF manifest") from error
        raise ManifestError("is not a IIIF manifest: it is no JSON, or damaged") from error
