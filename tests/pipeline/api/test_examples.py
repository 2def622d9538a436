"""Every example of the door runs as it stands, and every public object has one."""

import doctest
import inspect

import pytest

import tablekin

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PUBLIC = [name for name in tablekin.__all__ if name != "ExitCode"]
DOORS = [name for name in PUBLIC if not name.endswith("Error")]


@pytest.mark.parametrize("name", ["tablekin", *DOORS])
def test_examples(name, beside):
    thing = tablekin if name == "tablekin" else getattr(tablekin, name)
    finder = doctest.DocTestFinder(recurse=inspect.isclass(thing))
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    report = []
    for test in finder.find(thing, name, globs={}):
        runner.run(test, out=report.append)
    assert not runner.failures, "".join(report)
    assert runner.tries, f"{name} has no example"
