"""Journal: which commands had begun to change a corpus and have not ended, and what finishes them."""

from __future__ import annotations

from collections.abc import Iterator

from tablekin.check.problem import Problem, name_some
from tablekin.corpus import CorpusLayout, Journal
from tablekin.errors import CorpusError


def check_journal(layout: CorpusLayout) -> Iterator[Problem]:
    """Name the commands that were interrupted and what finishes each."""
    if layout.new_metadata.exists():
        what = "a run has begun to write these metadata into the table documents and has not ended"
        yield Problem(layout.place(layout.new_metadata), what, "run again, which finishes it")
    own = {"drop": None, "correct": None, "analyze": layout.analysis, "kinship": layout.kinship}
    for command, folder in own.items():
        place = layout.place(layout.begun(command))
        try:
            begun = Journal(layout).begun(command)
        except CorpusError as error:
            yield Problem(place, str(error), f"delete it, and then: tablekin {command} {layout.root} ...")
            continue
        if begun is None:
            continue
        if command == "drop":
            names = sorted(begun.get("documents", {}))
            what, arguments = f"has begun to take out {name_some(names)} and has not ended", names[:1]
        elif command == "correct":
            what, arguments = "has begun to take corrections and has not ended", ["FILE"]
        else:
            written = begun.get("folder", str(folder))
            what = f"has begun and not ended: some of the files in {written} may be of an earlier one"
            if begun.get("outdated"):
                what = f"wrote {written} before readings were corrected: its results are of other readings"
            arguments = [] if written == str(folder) else ["--out", written]
        again = " ".join(["tablekin", command, str(layout.root), *arguments])
        repair = f"if it does not run any more, finish it with: {again}"
        if begun.get("outdated"):
            repair = f"make them anew with: {again}"
        yield Problem(place, f"tablekin {command} {what}", repair)
