"""Change bits, values and files of a corpus and see whether ``tablekin check`` names what was changed.

``python scripts/attack_bits.py FOLDER --json docs/bits.json`` makes a small corpus in FOLDER, unless there is one, and
damages a copy of it in one way at a time:

- a bit of a file is turned over, 500 times, in each table, ``run.json`` and the manifest as often as in any other;
- a value of each column of each table is edited or deleted, as a script with pyarrow would do it, or the file only
  saved again;
- two parts of a table change places, a part is deleted, or is there twice;
- each key of ``run.json`` is deleted, or has another value.

A damage counts as named if a problem that ``check`` tells is about the file, or about its table where the file is gone;
of the manifest, if there is any problem. Of turned bits it is told apart whether any value is another one, the file
cannot be read, or all values are what they were. The corpus is made as ``tablekin run`` and ``analyze`` make it, but
pages are looked at without networks, by ``tests/support/edition_stages.py``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tablekin.analyze import MetadataColumns, analyze  # noqa: E402
from tablekin.check import check  # noqa: E402
from tablekin.config import RunConfig  # noqa: E402
from tablekin.corpus import CorpusLayout, CorpusStore  # noqa: E402
from tablekin.explain import match_pairs, score_pairs  # noqa: E402
from tablekin.orchestration import RunRequest, Stages, run  # noqa: E402
from tablekin.schemas import ALL_SCHEMAS, SCHEMAS  # noqa: E402

PAGES = 20

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Damage:
    """One way to damage a corpus."""

    kind: str
    place: str  # file below the corpus
    inflict: Callable[[Path], None]  # given that file
    others: tuple[str, ...] = ()  # files that are changed with it


def make_corpus(folder: Path) -> None:
    """Make a small corpus, in two runs, so that tables have several parts."""
    (folder / "scans").mkdir(parents=True, exist_ok=True)
    stages = Stages(import_module("tests.support.edition_stages").analyse, score_pairs, match_pairs)
    rows = [f"page{n:02d}.png,work {n % 2},{1500 + n},Basel" for n in range(PAGES)]
    (folder / "metadata.csv").write_text("\n".join(["file,work,year,place", *rows]) + "\n", "utf-8")
    for begin, end in ((0, PAGES - 2), (PAGES - 2, PAGES)):
        for number in range(begin, end):
            image = np.random.default_rng(number).integers(0, 256, (20, 30)).astype(np.uint8)
            image[0, 0] = number
            Image.fromarray(image).save(folder / f"scans/page{number:02d}.png")
        request = RunRequest(
            (folder / "scans",), folder / "corpus", folder / "metadata.csv", RunConfig(device="cpu"), 1
        )
        run(request, print, stages)
    corpus = CorpusStore.open(folder / "corpus")
    with corpus.writing("analyze", corpus.layout.analysis):
        analyze(corpus, corpus.layout.analysis, MetadataColumns(), 10.0, print)


def content_of(path: Path) -> Any:
    """Read a file as its readers do; None if it cannot be read."""
    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            return table.to_pydict(), dict(table.schema.metadata or {}), str(table.schema)
        return (
            [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            if (path.suffix == ".jsonl")
            else json.loads(path.read_text("utf-8"))
        )
    except Exception:  # of any kind: what is damaged raises whatever it likes
        return None


def turn_bits(corpus: Path, count: int, rng: np.random.Generator) -> Iterator[Damage]:
    """Turn over single bits, as many in each table and in each other file."""
    layout = CorpusLayout(corpus)
    groups = [[*layout.parts(table)] for table in ALL_SCHEMAS]
    groups = [[layout.record], [layout.manifest], *(parts for parts in groups if parts)]
    for number in range(count):
        group = groups[number % len(groups)]
        path = group[rng.integers(len(group))]
        bit = int(rng.integers(8 * path.stat().st_size))

        def turn(file: Path, bit: int = bit) -> None:
            content = bytearray(file.read_bytes())
            content[bit // 8] ^= 1 << bit % 8
            file.write_bytes(content)

        yield Damage("bit", path.relative_to(corpus).as_posix(), turn)


def edit_values(corpus: Path, rng: np.random.Generator) -> Iterator[Damage]:
    """Edit or delete a value of each column of each table, or only save the file again."""
    layout = CorpusLayout(corpus)
    for table in ALL_SCHEMAS:
        parts = [part for part in layout.parts(table) if pq.read_metadata(part).num_rows]
        if not parts:
            continue
        part = parts[rng.integers(len(parts))]
        place = part.relative_to(corpus).as_posix()
        yield Damage("saved again", place, lambda file: pq.write_table(pq.read_table(file), file))
        for column in pq.read_schema(part).names:
            row = int(rng.integers(pq.read_metadata(part).num_rows))
            for kind, change in (("edited value", _another), ("deleted value", lambda value: None)):

                def edit(
                    file: Path, column: str = column, row: int = row, change: Callable[[Any], Any] = change
                ) -> None:
                    rows = pq.read_table(file)
                    values = rows[column].to_pylist()
                    field = rows.schema.field(column)
                    plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
                    given = _some(plain) if values[row] is None else values[row]
                    values[row] = change(given)
                    new = pa.array(values, plain).cast(field.type)
                    pq.write_table(rows.set_column(rows.schema.get_field_index(column), field, new), file)

                yield Damage(kind, place, edit)


def _some(kind: pa.DataType) -> Any:
    """Make a value of a type."""
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return []
    return "" if pa.types.is_string(kind) else 0


def _another(value: Any) -> Any:
    """Make another value of the same type."""
    if isinstance(value, dict):
        return {key: _another(each) for key, each in value.items()}
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1 if value == value else 0.0
    if isinstance(value, list):
        return [*value[:-1], _another(value[-1])] if value else value
    return f"{value or ''}1"


def move_parts(corpus: Path) -> Iterator[Damage]:
    """Delete parts, double them, and let two change places."""
    layout = CorpusLayout(corpus)
    for table in ALL_SCHEMAS:
        parts = layout.parts(table)
        if not parts:
            continue
        place = parts[0].relative_to(corpus).as_posix()
        if table in SCHEMAS:  # the others may be deleted: a command adds them when it is asked to
            yield Damage("deleted part", place, Path.unlink)
        last = parts[-1]
        copy = last.with_name(last.stem[:-5] + f"{int(last.stem[-5:]) + 1:05d}.parquet")

        def double(file: Path, copy: str = copy.name) -> None:
            shutil.copy(file, file.with_name(copy))

        yield Damage("doubled part", place, double, (copy.relative_to(corpus).as_posix(),))
        if len(parts) > 1 and parts[0].read_bytes() != last.read_bytes():

            def swap(file: Path, other: str = last.name) -> None:
                kept = file.read_bytes()
                file.write_bytes(file.with_name(other).read_bytes())
                file.with_name(other).write_bytes(kept)

            yield Damage("swapped parts", place, swap, (last.relative_to(corpus).as_posix(),))


def change_record(corpus: Path) -> Iterator[Damage]:
    """Delete each key of ``run.json``, or give it another value."""
    layout = CorpusLayout(corpus)
    for key in json.loads(layout.record.read_text("utf-8")):
        for kind, change in (("deleted key", lambda value: None), ("edited key", _other_json)):

            def edit(
                file: Path, key: str = key, change: Callable[[Any], Any] = change, kind: str = kind
            ) -> None:
                record = json.loads(file.read_text("utf-8"))
                value = record.pop(key)
                if kind == "edited key":
                    record[key] = change(value)
                file.write_text(json.dumps(record, indent=2), "utf-8")

            yield Damage(kind, layout.record.name, edit)


def _other_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {**value, "more": "1"} if value else {"more": "1"}
    return _another(value)


def try_damage(corpus: Path, damage: Damage) -> dict[str, Any]:
    """Inflict a damage, check, and repair it by what was there before."""
    names = (damage.place, *damage.others)
    before = {name: (corpus / name).read_bytes() if (corpus / name).exists() else None for name in names}
    old = content_of(corpus / damage.place)
    damage.inflict(corpus / damage.place)
    new = content_of(corpus / damage.place)
    effect = (
        "unreadable" if new is None else "no value changed" if repr(new) == repr(old) else "value changed"
    )
    table = damage.place.split("/")[0]
    try:
        problems = list(check(corpus))
        about = {*names, table, *(("alignments",) if table == "collations" else ())}
        of_all = damage.place == CorpusLayout(corpus).manifest.name
        told = [one for one in problems if of_all or one.place in about or damage.place in one.what]
        error = ""
    except Exception as fault:  # of any kind: it is what is looked for
        told, error = [], f"{type(fault).__name__}: {fault}"
    for name, content in before.items():
        if content is None:
            (corpus / name).unlink(missing_ok=True)
        else:
            (corpus / name).write_bytes(content)
    return {
        "kind": damage.kind,
        "place": damage.place,
        "effect": effect if damage.kind == "bit" else "",
        "named": bool(told) and all(problem.repair for problem in told),
        "error": error,
    }


def attack(folder: Path, bits: int, seed: int) -> list[dict[str, Any]]:
    """Damage a copy of a corpus in every way, one at a time."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch) / "corpus"
        shutil.copytree(folder, corpus)
        sound = [str(problem) for problem in check(corpus)]
        if sound:
            raise SystemExit(f"{folder} is not sound to begin with: {sound[0]}")
        damages = [
            *turn_bits(corpus, bits, rng),
            *edit_values(corpus, rng),
            *move_parts(corpus),
            *change_record(corpus),
        ]
        return [try_damage(corpus, damage) for damage in damages]


def summarize(results: list[dict[str, Any]]) -> Rows:
    """Count what was named by kind of damage and what it did."""
    tried, named = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for result in results:
        key = (result["kind"], result["effect"])
        tried[key] += 1
        named[key] += result["named"]
    return [
        {"damage": kind, "effect": effect, "tried": count, "named": named[kind, effect]}
        for (kind, effect), count in tried.items()
    ]


def main() -> int:
    """Run the attack; exit code 1 if anything that matters was not named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the corpus is, or is made")
    parser.add_argument("--bits", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (options.folder / "corpus").exists():
        make_corpus(options.folder)
    results = attack(options.folder / "corpus", options.bits, options.seed)
    summary = summarize(results)
    missed = [result for result in results if not result["named"]]
    print("| damage | effect | tried | named |\n|---|---|---|---|")
    for row in summary:
        print(f"| {row['damage']} | {row['effect']} | {row['tried']} | {row['named']} |")
    for result in missed:
        print(f"not named: {result['kind']} in {result['place']} {result['effect']} {result['error']}")
    if options.json:
        found = {"seed": options.seed, "summary": summary, "not_named": missed}
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 1 if any(result["effect"] != "no value changed" for result in missed) else 0


if __name__ == "__main__":
    raise SystemExit(main())
