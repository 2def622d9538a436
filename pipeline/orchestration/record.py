"""Record: ``run.json``, what the tables of a corpus were made with; unfinished from the first change to the last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore, inputs_digest
from tablekin.execution import Tally
from tablekin.provenance import peak_memory, versions

_LASTING = ("device", "workers")  # of the run that analysed the documents last


class Record:
    """Record of a run.

    Parameters
    ----------
    corpus
        Where it is written.
    config
        Settings of the run.
    weights
        Digests of the files of weights.
    scans
        Folders of scans; those of earlier runs are kept.
    metadata
        The file of metadata, if one was given.
    engine
        Name and version of the OCR engine, if one reads words.
    """

    def __init__(
        self,
        corpus: CorpusStore,
        config: RunConfig,
        weights: Mapping[str, str],
        scans: list[str],
        metadata: Path | None,
        engine: str | None = None,
    ) -> None:
        self._corpus = corpus
        old = corpus.read_record()
        self._finished = old.get("state") == "finished" and old.get("seed") == config.seed
        self._finished &= not corpus.journal.dropping()
        self._content: dict[str, Any] = {
            "state": "unfinished",
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "scans": list(dict.fromkeys([*scans, *old.get("scans", [])])),
            "metadata": str(metadata) if metadata else None,
            "seed": config.seed,
            "config": config.model_dump(mode="json"),
            "versions": versions(),
            "weights": dict(weights),
            **({"engine": engine} if engine else {}),
            **{key: old[key] for key in _LASTING if key in old},
        }

    def begin(self, **facts: Any) -> None:
        """Write the record, with further facts, as that of a run which is not finished: tables are about to change."""
        self._content |= facts
        self._finished = False
        self._corpus.write_record(self._content)

    def finish(self, tally: Tally, seconds: float) -> None:
        """Write the record as that of a finished run, unless it is finished already."""
        if self._finished:
            return
        documents = self._corpus.read("documents", columns=["doc_id", "sha256", "status"])
        counts = documents["status"].value_counts()
        results = {
            "state": "finished",
            "inputs": inputs_digest(zip(documents["doc_id"], documents["sha256"], strict=True)),
            "documents": {str(status): int(count) for status, count in counts.items()},
            "stages": tally.stages,
            "seconds": round(seconds, 3),
            "peak_memory_mb": peak_memory(),
        }
        self._corpus.write_record(self._content | results)
        self._finished = True
