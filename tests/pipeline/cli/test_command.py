"""What all commands have in common."""

import inspect
import logging
import re

import pytest
from typer.main import get_command

import tablekin.cli.command as module
from tablekin.cli import app
from tests.support.places import ROOT

COMMANDS = get_command(app).commands


@pytest.mark.parametrize("before", [True, False])
def test_messages_are_chosen_before_the_command_and_after_it(command, editions, tmp_path, before):
    def check(*options):
        arguments = (*options, "check", editions) if before else ("check", editions, *options)
        return command(*arguments)

    assert check().stderr == f"nothing is wrong with {editions}\n"
    assert check("-q").stderr == ""
    assert check("--quiet", "--log-file", tmp_path / "new/log.txt").stderr == ""
    (line,) = (tmp_path / "new/log.txt").read_text("utf-8").splitlines()
    assert re.fullmatch(rf"[-\d]+ [\d:,]+ INFO tablekin: nothing is wrong with {editions}", line)
    both = check("-q", "-v")
    assert both.exit_code == 2
    assert "leave one of them out" in both.stderr


def test_errors_are_said_however_quiet_and_logged(command, tmp_path):
    result = command("-q", "check", tmp_path, "--log-file", tmp_path / "log.txt")
    assert result.exit_code == 2
    assert result.stderr.startswith("tablekin: ")
    assert "is not a corpus" in (tmp_path / "log.txt").read_text("utf-8")


def test_a_log_file_goes_on_where_it_ended(command, editions, tmp_path):
    for _ in range(2):
        command("check", editions, "--log-file", tmp_path / "log.txt")
    assert (tmp_path / "log.txt").read_text("utf-8").count("nothing is wrong") == 2
    result = command("check", editions, "--log-file", tmp_path)
    assert result.exit_code == 2
    assert "cannot write the log file" in result.stderr


def test_verbose_tells_what_the_stages_did(command, scans, tmp_path):
    arguments = ("run", scans, "--out", tmp_path / "corpus", "--device", "cpu", "--workers", 1)
    result = command(*arguments, "-v")
    assert result.exit_code == 0
    assert re.search(r"^  tablekin\.execution\.tally: explain: 1 in, 1 out, 0\.500 s$", result.stderr, re.M)
    assert not re.search("tally", command(*arguments[:3], tmp_path / "other", *arguments[4:]).stderr)


def test_nothing_of_the_messages_is_left_behind(command, editions):
    logger = logging.getLogger("tablekin")
    before = (logger.level, list(logger.handlers))
    command("check", editions, "-v")
    assert (logger.level, logger.handlers) == before


def test_every_command_takes_the_same_options_and_explains_all_of_its_own():
    for name, one in COMMANDS.items():
        spelled = {option for parameter in one.params for option in parameter.opts}
        assert {"--json", "-v", "--verbose", "-q", "--quiet", "--log-file"} <= spelled, name
        assert all(getattr(parameter, "help", None) for parameter in one.params), name
        assert one.help, name


def test_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {name for name in COMMANDS if not re.search(rf"^    tablekin {name} ", readme, re.M)} == set()


def test_a_command_keeps_the_defaults_of_its_function():
    from tablekin.cli import documents

    number = inspect.signature(documents.similar).parameters["number"].default
    (found,) = (each for each in COMMANDS["similar"].params if each.name == "number")
    assert found.default == number


def test_the_shell_completes_the_names_of_documents(command, editions):
    words = f"tablekin read {editions} page4"
    environment = {"_TABLEKIN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "3"}
    result = command(env=environment, prog_name="tablekin")
    assert result.stdout.split() == ["page4"]
    words = f"tablekin read {editions / 'nowhere'} pa"
    nothing = command(env={**environment, "COMP_WORDS": words}, prog_name="tablekin")
    assert nothing.stdout.split() == []


def test_the_completion_of_every_usual_shell_can_be_shown(command):
    result = command(env={"_TABLEKIN_COMPLETE": "source_bash"}, prog_name="tablekin")
    assert "complete" in result.stdout


def test_options_given_twice_add_up():
    before, after = module.MessageOptions(verbose=True), module.MessageOptions(log_file="log.txt")
    assert after.or_else(before) == module.MessageOptions(True, False, "log.txt")
