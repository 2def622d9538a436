"""Measure what the atlas of a large corpus costs: to write, on disk, and in a browser.

``python scripts/benchmark_report.py --corpus CORPUS ... --documents N`` makes a corpus of N documents out of those of
analysed corpora, as ``benchmark_pairs.py`` does, compares their pairs, writes the atlas without pictures, and times its
views in headless Chromium (with node and the packages of ``pipeline/report/atlas/page``; left out where those lack).
The documents made are not collated: the atlas of such a corpus has no related pairs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from lib.made_corpus import make_corpus

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.explain import compare, driver_tables, match_pairs, score_pairs
from tablekin.provenance import peak_memory
from tablekin.report import AtlasRequest, write_atlas

_ROOT = Path(__file__).resolve().parents[1]


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


def measure(corpora: list[Path], documents: int, folder: Path) -> dict[str, float]:
    """Make a corpus, write its atlas, and look at it."""
    corpus = folder / "corpus"
    if not corpus.exists():
        make_corpus(corpora, "mix", documents, 0, corpus)
        config = RunConfig(device="cpu")
        compare(CorpusStore(corpus), config, "benchmark", lambda: (score_pairs, match_pairs), lambda *_: None)
    store = CorpusStore.open(corpus)
    made_from = store.pair_table.made_from()
    if made_from is not None and not store.drivers_are_current():
        store.driver_table.replace(driver_tables(store), made_from)
    begin, used = time.perf_counter(), time.process_time()
    atlas = write_atlas(AtlasRequest(corpus, folder / "atlas", images="none"), print)
    seconds, used = time.perf_counter() - begin, time.process_time() - used
    megabytes = sum(path.stat().st_size for path in (folder / "atlas").rglob("*") if path.is_file()) / 1e6
    return {
        "documents": documents,
        "write_s": round(seconds, 1),
        "write_s_of_a_core": round(used, 1),  # less than the above where others took the cores
        "peak_memory_mb": float(peak_memory().get("main", 0)),
        "folder_mb": round(megabytes, 1),
        **time_views(atlas.index, "page-00003", "page-00004"),
    }


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--corpus", type=Path, nargs="+", required=True, help="analysed corpora to make it from"
    )
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument(
        "--keep", type=Path, help="folder for corpus and atlas, which are kept; a corpus there is used"
    )
    parser.add_argument("--json", type=Path, help="write the numbers into this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = measure(arguments.corpus, arguments.documents, folder)
    for name, value in found.items():
        print(f"{name:20} {value}")
    print(f"{'cores':20} {os.cpu_count()}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
