"""The reference pages have every key, every exit code, every option."""

from __future__ import annotations

import re

from lib.reference import describe_commands, describe_config

from tablekin.config import RunConfig
from tablekin.errors import ExitCode


def test_every_key_of_the_config_is_described() -> None:
    keys = set(re.findall(r"^\| `([\w.]+)` \|.*\| \w[^|]+ \|$", describe_config(), re.MULTILINE))
    values = RunConfig().model_dump()
    expected = {
        name if not isinstance(value, dict) else f"{name}.{key}"
        for name, value in values.items()
        for key in (value if isinstance(value, dict) else [""])
    }
    assert keys == expected


def test_every_exit_code_is_described() -> None:
    table = describe_commands().partition("## Exit codes")[2].partition("## tablekin")[0]
    codes = {int(code) for code in re.findall(r"^\| (\d+) \| \w", table, re.MULTILINE)}
    assert codes == {code.value for code in ExitCode}


def test_options_are_described_with_their_defaults() -> None:
    lines = describe_commands().splitlines()
    assert (
        "| <code>--on-error skip&#124;stop</code> | `skip` | Go on with the next document, or stop. |"
        in lines
    )
    described = "A doc_id, the name of its scan, a part that only it has, or a pattern: 'kepler/*'."
    assert f"| `DOC...` | required | {described} |" in lines
    assert "    tablekin run SCANS... --out CORPUS [OPTIONS]" in lines
