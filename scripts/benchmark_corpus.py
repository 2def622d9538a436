"""Measure what looking at, checking and analysing a corpus of many documents costs, in seconds and peak memory.

``python scripts/benchmark_corpus.py FOLDER --json docs/corpus.json`` makes a corpus of 10,000 documents in FOLDER and
renders and reads no page for it, then starts the commands ``similar``, ``show``, ``check`` and ``analyze`` on it, each
in a process of its own. Documents are resampled from a hundred invented tables of 150 cells (``lib/made_corpus.py``);
all pairs are scored, those of the same table have matches, and each document is collated with its next ones.

Each step of the making is done once: started again, the script goes on where it was ended.

With ``--other CHECKOUT`` it measures in its stead what looks at a page or two, ``similar``, ``show``, ``read`` and
``--help``, ``--times`` times in turns with the code of another checkout, after a turn that does not count; both must
print the same, but for the help.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from lib.made_corpus import Page, write_documents
from lib.measured_commands import TABLEKIN, machine
from lib.other_checkout import environment_of

from tablekin.collation import cells_fingerprint, collations_fingerprint
from tablekin.config import RunConfig
from tablekin.corpus import CollationProvenance, Comparison, CorpusStore, document_key
from tablekin.execution import Tally
from tablekin.explain import compare, driver_tables, match_pairs, score_pairs
from tablekin.orchestration.record import Record
from tablekin.provenance import document_digests, versions, weights_digests
from tablekin.recompute import recomputation_fingerprint
from tablekin.schemas import FEATURES, RECOMPUTED_TABLES, SCHEMAS, empty

TABLES = 100  # invented ones that documents are resampled from
ROWS, COLUMNS = 25, 6
FEATURES_OF_A_CELL = 25
COLLATED = 5  # documents of the same table that each is collated with
CONFIG = RunConfig.model_validate({"device": "cpu", "explain": {"matches_from_cosine": 0.9}})


def invent_page(rng: np.random.Generator) -> Page:
    """Make regions and factors of a table that nobody printed; it has favourite features, as tables have."""
    row, col = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    kinds = [*["cell"] * len(row), *["row"] * ROWS, *["column"] * COLUMNS]
    regions = pd.DataFrame(
        {
            "region_id": 1 + np.arange(len(kinds)),
            "kind": kinds,
            "table_id": 0,
            "row": pd.array([*row, *range(ROWS), *[None] * COLUMNS], "Int32"),
            "col": pd.array([*col, *[None] * ROWS, *range(COLUMNS)], "Int32"),
            **{name: np.arange(len(kinds), dtype=float) for name in ("x0", "y0", "x1", "y1")},
            "text": rng.integers(10, 99, len(kinds)).astype(str),
            "confidence": 0.99,
            "printed": "",
            "value": np.nan,
        }
    )
    liked = rng.dirichlet(np.full(len(FEATURES), 0.15))
    feature = np.concatenate(
        [rng.choice(len(FEATURES), FEATURES_OF_A_CELL, p=(liked + 1e-4) / (liked + 1e-4).sum()) for _ in row]
    )
    region = np.repeat(1 + np.arange(len(row)), FEATURES_OF_A_CELL)
    pair = region * len(FEATURES) + feature
    _, first = np.unique(pair, return_index=True)
    return Page(regions, region[first], feature[first], rng.lognormal(0, 1, len(first)))


def fingerprint() -> str:
    """Digest of what the documents would depend on."""
    return CONFIG.document_fingerprint(str(versions()["tablekin"]), *document_digests(weights_digests()))


def make_documents(folder: Path, documents: int) -> None:
    """Write the tables of documents."""
    rng = np.random.default_rng(0)
    write_documents([invent_page(rng) for _ in range(TABLES)], documents, 0, folder, fingerprint())


def make_pairs(folder: Path, documents: int) -> None:
    """Score and explain pairs."""
    corpus = CorpusStore(folder)
    compare(corpus, CONFIG, fingerprint(), lambda: (score_pairs, match_pairs), Tally().add)


def make_drivers(folder: Path, documents: int) -> None:
    """Write table ``drivers``."""
    corpus = CorpusStore(folder)
    made_from = corpus.pair_table.made_from()
    assert made_from is not None
    corpus.driver_table.replace(driver_tables(corpus), made_from)


def make_collations(folder: Path, documents: int) -> None:
    """Write what collation and recomputation would, invented, and the record of the run."""
    corpus = CorpusStore(folder)
    known = corpus.read("documents", columns=["doc_id", "sha256"])
    keys = [document_key(*row) for row in known.sort_values("doc_id").itertuples(index=False)]
    near = corpus.read_nearest_pairs(COLLATED)
    by_name = dict(keys)
    pairs = sorted(zip(near["doc_a"], near["doc_b"], strict=True))
    one = pd.DataFrame([_alignment()]).astype({"is_kin": bool}).iloc[0].to_dict()
    recomputed = recomputation_fingerprint(CONFIG, str(versions()["tablekin"]))
    cells_from = cells_fingerprint(fingerprint(), recomputed)
    names = SCHEMAS["collations"].names
    for begin in range(0, len(pairs), 1000):
        some = pairs[begin : begin + 1000]
        cells = pd.DataFrame(
            [(a, b, cell) for a, b in some for cell in range(10)], columns=["doc_a", "doc_b", "cell"]
        )
        frame = (
            empty("collations").reindex(range(len(cells))).assign(doc_a=cells["doc_a"], doc_b=cells["doc_b"])
        )
        for name in ("region_a", "region_b"):
            frame[name] = 1 + cells["cell"].to_numpy()
        frame["relation"] = "same"
        made_from = CollationProvenance(
            cells_from, {((a, by_name[a]), (b, by_name[b])): dict(one) for a, b in some}
        )
        corpus.collation_table.write(f"part-{begin // 1000:05d}.parquet", frame[names], made_from)
    compared = corpus.pair_table.made_from()
    assert compared is not None
    collated = collations_fingerprint(cells_from, CONFIG.collate.neighbours)
    corpus.alignment_table.replace(
        [corpus.collation_table.alignments()], Comparison(collated, compared.compared)
    )
    for part in corpus.layout.parts("documents"):
        nothing = {name: empty(name) for name in RECOMPUTED_TABLES}
        corpus.recomputed_tables.write(part.name, nothing, recomputed)
    record = Record(corpus, CONFIG, weights_digests(), [], None)
    record.begin(device="cpu", workers=1)
    record.finish(Tally(), 0.0)


def _alignment() -> dict[str, Any]:
    """Make the columns of an alignment of ten cells that agree."""
    row: dict[str, Any] = {}
    for field in list(SCHEMAS["alignments"])[2:]:
        row[field.name] = "" if str(field.type) == "string" else 0
    return row | {"is_kin": True, "same": 10, "compared": 10, "agreeing": 10, "tables": 1, "rows": 10}


STEPS: tuple[Callable[[Path, int], None], ...] = (make_documents, make_pairs, make_drivers, make_collations)


def make(folder: Path, documents: int) -> None:
    """Do the steps that have not been done."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "steps.txt"
    steps = done.read_text("utf-8").split() if done.exists() else []
    for step in STEPS:
        if step.__name__ not in steps:
            begin = time.perf_counter()
            step(folder / "corpus", documents)
            steps.append(step.__name__)
            done.write_text("\n".join(steps), "utf-8")
            print(f"{step.__name__}: {time.perf_counter() - begin:.0f} s", flush=True)


def measure(arguments: list[str], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a command in a process of its own; its seconds, peak memory and exit code, and what it printed."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(
            [*TABLEKIN, *arguments], stdout=printed, stderr=subprocess.DEVNULL, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        printed.seek(0)
        digest = hashlib.sha256(printed.read()).hexdigest()
    return {
        "command": arguments[0],
        "seconds": round(seconds, 2),
        "seconds_of_cores": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_memory_mb": round(usage.ru_maxrss / 1024),
        "code": os.waitstatus_to_exitcode(status),
        "printed": digest,
    }


def compare_checkouts(corpus: Path, names: list[str], other: Path, times: int) -> dict[str, Any]:
    """Measure commands in turns with another checkout; least and median seconds of cores, and least of a clock."""
    commands = [["similar", str(corpus), names[0]], ["show", str(corpus), *names]]
    commands += [["read", str(corpus), names[0]], ["--help"]]
    environments = {"before": environment_of(other), "now": environment_of(None)}
    found: dict[str, Any] = {}
    print("| command | before: least, median | now: least, median | ratio | before, clock | now, clock |")
    print("|---|---|---|---|---|---|")
    for command in commands:
        taken: dict[str, list[dict[str, Any]]] = {when: [] for when in environments}
        for turn in range(times + 1):
            for when, environment in environments.items():
                one = measure(command, environment)
                taken[when] += [one] if turn else []
        if command[0] != "--help" and len({one["printed"] for own in taken.values() for one in own}) > 1:
            raise SystemExit(f"{' '.join(command)} has not printed the same")
        cores = {when: [one["seconds_of_cores"] for one in own] for when, own in taken.items()}
        clock = {when: min(one["seconds"] for one in own) for when, own in taken.items()}
        ratio = median(now / before for before, now in zip(cores["before"], cores["now"], strict=True))
        found[command[0]] = {"seconds_of_cores": cores, "least_of_clock": clock, "ratio": round(ratio, 2)}
        told = [f"{min(own):.2f}, {median(own):.2f}" for own in cores.values()]
        told += [f"{ratio:.2f}", *(f"{one:.2f}" for one in clock.values())]
        print(f"| `{command[0]}` | {' | '.join(told)} |", flush=True)
    return found


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=10000)
    parser.add_argument("--make-only", action="store_true")
    parser.add_argument("--other", type=Path, help="a checkout to take turns with")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    make(options.folder, options.documents)
    if options.make_only:
        return
    corpus = options.folder / "corpus"
    names = [f"page-{options.documents // 2 + step:05d}" for step in (0, 1)]
    if options.other is not None:
        compared = compare_checkouts(corpus, names, options.other, options.times)
        if options.json:
            found = {"documents": options.documents, "machine": machine(), "commands": compared}
            options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        return
    results = []
    print("| command | seconds | seconds of cores | peak memory, MB | exit code |\n|---|---|---|---|---|")
    for arguments in (
        ["similar", str(corpus), names[0]],
        ["show", str(corpus), *names],
        ["check", str(corpus)],
        ["analyze", str(corpus)],
        ["check", str(corpus)],
    ):
        taken = measure(arguments)
        del taken["printed"]
        results.append(taken)
        print("| " + " | ".join(map(str, taken.values())) + " |", flush=True)
    rows = {
        table: len(CorpusStore.open(corpus).read(table, columns=[SCHEMAS[table].names[0]]))
        for table in ("documents", "regions", "matches", "collations")
    }
    size = sum(path.stat().st_size for path in corpus.rglob("*") if path.is_file())
    found = {"documents": options.documents, "rows": rows, "bytes": size, "commands": results}
    print(json.dumps({"rows": rows, "bytes": size}))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
