"""The reference pages that follow from the code: commands, exit codes and the keys of the config."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.main import get_command

from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.errors import ExitCode

_NOTE = "<!-- Written by scripts/write_reference.py from the code; change it there. -->"

_BOUNDS: dict[str, Callable[[Any], str]] = {
    "ge": lambda bound: f"at least {bound}",
    "gt": lambda bound: f"more than {bound}",
    "le": lambda bound: f"at most {bound}",
    "lt": lambda bound: f"less than {bound}",
}


def describe_commands() -> str:
    """Describe every command with its arguments and options, and the exit codes."""
    command: Any = get_command(app)
    lines = [
        "# Commands",
        "",
        _NOTE,
        "",
        "`tablekin COMMAND --help` prints the same. Results go to the standard output; what happened, to which file, "
        "and what to do, goes to the standard error. The options of messages may stand before the command or after it. "
        "`--json` prints the same result for another program: tables are lists of rows, with columns named as in the "
        "[data dictionary](data-dictionary.md), and what is missing is `null`. Tables, rows and columns count "
        "from 1 in words and pictures, from 0 in JSON, CSV and Parquet. A document is named by its `doc_id`, by its "
        "scan with or without suffix, or by any part of these that no other document has; capitals do not matter.",
        "",
        *_exit_codes(),
        *_parameters("tablekin", command),
    ]
    common = {parameter.name for parameter in command.params}
    for name, each in command.commands.items():
        lines += _parameters(f"tablekin {name}", each, common)
    return "\n".join(lines).rstrip() + "\n"


def describe_config() -> str:
    """Describe every key of the config: its default, what it may be, what it does."""
    lines = [
        "# Configuration",
        "",
        _NOTE,
        "",
        "`tablekin run SCANS --out CORPUS --config RUN.toml` reads settings other than the defaults from a TOML file:",
        "",
        "```toml",
        "[digitize]",
        f"threshold = {RunConfig().digitize.threshold}",
        "",
        "[explain]",
        f"matches_per_pair = {RunConfig().explain.matches_per_pair}",
        "```",
        "",
        "A key that is not known, or a value out of bounds, ends the run with a message that names it. What another "
        "config makes anew is said before it is done.",
        "",
        "| key | default | may be | what it does |",
        "|---|---|---|---|",
    ]
    for name, field in _fields(RunConfig):
        default = "absent" if field.default is None else f"`{_toml(field.default)}`"
        lines.append(f"| `{name}` | {default} | {_may_be(field)} | {field.description or ''} |")
    return "\n".join(lines) + "\n"


def _exit_codes() -> Iterator[str]:
    yield from ("## Exit codes", "", "| code | what it means |", "|---|---|")
    for code in sorted(ExitCode):
        yield f"| {code.value} | {code.meaning} |"
    yield ""


def _parameters(name: str, command: Any, common: Collection[str] = ()) -> Iterator[str]:
    """Describe a command: its usage, its purpose, and a table of what it takes besides what all take."""
    shown = [
        parameter for parameter in command.params if not parameter.hidden and parameter.name not in common
    ]
    arguments = [parameter for parameter in shown if parameter.param_type_name == "argument"]
    options = [parameter for parameter in shown if parameter.param_type_name == "option"]
    is_group = hasattr(command, "commands")
    words = [name, *(_argument(each) for each in arguments), *(["COMMAND"] if is_group else [])]
    required = [f"{each.opts[0]} {_value(each)}" for each in options if each.required]
    yield from (f"## {name}", "", f"    {' '.join([*words, *required, '[OPTIONS]'])}", "")
    if command.help:
        yield from (command.help.strip(), "")
    yield from ("| argument or option | default | what it does |", "|---|---|---|")
    for each in arguments:
        yield f"| `{_argument(each)}` | {_default(each)} | {_cell(each.help)} |"
    for each in options:
        spelled = ", ".join(_option(word, each) for word in [*each.opts, *each.secondary_opts])
        yield f"| {spelled} | {_default(each)} | {_cell(each.help)} |"
    yield ""


def _argument(parameter: Any) -> str:
    word = _value(parameter)
    more = "..." if parameter.nargs == -1 and not word.endswith("...") else ""
    return f"{word}{more}" if parameter.required else f"[{word}{more}]"


def _option(word: str, parameter: Any) -> str:
    """Spell an option as code; HTML, as a table of Markdown would end its cell at a ``|``."""
    spelled = word if parameter.is_flag else f"{word} {_value(parameter)}"
    return f"<code>{spelled.replace('|', '&#124;')}</code>"


def _value(parameter: Any) -> str:
    if parameter.metavar:
        return str(parameter.metavar)
    if isinstance(parameter.default, Enum):
        return "|".join(str(choice.value) for choice in type(parameter.default))
    return str(parameter.name).upper()


def _default(parameter: Any) -> str:
    if parameter.default is None or isinstance(parameter.default, bool):
        return "required" if parameter.required else ""
    value = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    return f"`{value}`"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _fields(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Walk through the keys, those of a section under its name."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, f"{before}{name}.")
        else:
            yield before + name, field


def _may_be(field: FieldInfo) -> str:
    if field.examples:  # what may be words or numbers
        return " or ".join(f"`{each}`" if each.isalpha() else each for each in field.examples)
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    if choices:
        return " or ".join(f"`{choice}`" for choice in choices)
    if field.annotation is bool:
        return "`true` or `false`"
    bounds = [
        say(getattr(each, name))
        for name, say in _BOUNDS.items()
        for each in field.metadata
        if getattr(each, name, None) is not None
    ]
    return ", ".join(bounds)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
