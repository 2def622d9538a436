"""A name of a class is used once in the whole program, so that a search for it finds one thing."""

import ast
from collections import defaultdict

from tests.support.places import ROOT


def test_no_class_name_is_used_twice():
    homes = defaultdict(list)
    for folder in ("pipeline", "models"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    homes[node.name].append(path.relative_to(ROOT).as_posix())
    assert not {name: paths for name, paths in homes.items() if len(paths) > 1}
