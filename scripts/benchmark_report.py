"""Measure what the atlas of a large corpus costs: to write, on disk, and in a browser.

``python scripts/benchmark_report.py --corpus CORPUS ... --documents N`` makes a corpus of N documents out of those of
analysed corpora, as ``benchmark_pairs.py`` does, compares their pairs, and makes kin of those of the same page
(``lib/made_kin.py``). ``--made FOLDER`` takes the corpus that ``benchmark_corpus.py FOLDER --make-only`` made, and
makes its kin anew. The atlas is then written without pictures, in a process of its own, and its views are timed in
headless Chromium (with node and the packages of ``pipeline/report/atlas/page``; left out where those lack).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmark_corpus import CONFIG, fingerprint
from lib.made_corpus import make_corpus
from lib.made_kin import make_kin

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.explain import compare, driver_tables, match_pairs, score_pairs

_ROOT = Path(__file__).resolve().parents[1]
_CONFIG = RunConfig(device="cpu")
_FINGERPRINT = "benchmark"  # of what documents are made from


def time_views(index: Path, a: str, b: str) -> dict[str, float]:
    """Time the views of an atlas in a browser; nothing where there is none."""
    modules = _ROOT / "pipeline/report/atlas/page/node_modules"
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if not node or not chromium or not modules.is_dir():
        return {}
    script = _ROOT / "scripts/lib/atlas_timing.mjs"
    command = [node, str(script), str(modules), chromium, index.as_uri(), a, b]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def make(corpora: list[Path], documents: int, corpus: Path) -> None:
    """Make a corpus of documents that are compared, with drivers and kin."""
    make_corpus(corpora, "mix", documents, 0, corpus)
    compare(CorpusStore(corpus), _CONFIG, _FINGERPRINT, lambda: (score_pairs, match_pairs), lambda *_: None)
    store = CorpusStore.open(corpus)
    made_from = store.pair_table.made_from()
    if made_from is not None and not store.drivers_are_current():
        store.driver_table.replace(driver_tables(store), made_from)
    make_kin(corpus, _CONFIG, _FINGERPRINT)


def write(corpus: Path, out: Path) -> dict[str, float]:
    """Write the atlas in a process of its own; its seconds, those of cores, and its peak memory."""
    begin = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "tablekin",
        "-q",
        "report",
        str(corpus),
        "--out",
        str(out),
        "--images",
        "none",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the atlas could not be written (exit code {os.waitstatus_to_exitcode(status)})")
    return {
        "write_s": round(time.perf_counter() - begin, 1),
        "write_s_of_cores": round(usage.ru_utime + usage.ru_stime, 1),  # less where others took the cores
        "peak_memory_mb": round(usage.ru_maxrss / 1024),
    }


def measure(corpus: Path, out: Path) -> dict[str, float]:
    """Write the atlas of a corpus, and look at it."""
    written = write(corpus, out)
    store = CorpusStore.open(corpus)
    kin = store.read("alignments", columns=["doc_a", "doc_b", "is_kin"]).query("is_kin")
    documents = store.read("documents", columns=["doc_id"])
    a, b = kin.iloc[len(kin) // 2][["doc_a", "doc_b"]]
    megabytes = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    return {
        "documents": len(documents),
        "kin_pairs": len(kin),
        **written,
        "folder_mb": round(megabytes, 1),
        **time_views(out / "index.html", str(a), str(b)),
    }


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, nargs="+", default=[], help="analysed corpora to make it from")
    parser.add_argument("--made", type=Path, help="folder of benchmark_corpus.py with a corpus to use")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument(
        "--keep", type=Path, help="folder for corpus and atlas, which are kept; a corpus there is used"
    )
    parser.add_argument("--json", type=Path, help="write the numbers into this file")
    arguments = parser.parse_args()
    if not arguments.corpus and not arguments.made and not arguments.keep:
        parser.error("name corpora to make one from (--corpus), or a folder with one (--made)")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.made or arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.made:
            make_kin(folder / "corpus", CONFIG, fingerprint())
        elif not (folder / "corpus").exists():
            make(arguments.corpus, arguments.documents, folder / "corpus")
        found = measure(folder / "corpus", (arguments.keep or Path(temporary)) / "atlas")
    for name, value in found.items():
        print(f"{name:20} {value}")
    print(f"{'cores':20} {os.cpu_count()}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
