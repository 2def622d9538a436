"""Let every command meet a full disk, a forbidden folder, and what else a system may do to a program.

``python scripts/attack_environment.py FOLDER --json docs/environment.json`` gives each command that reads or writes a
corpus in surroundings in which it cannot succeed, and in some in which it must. It must end with the right exit code
and one line that names a file and what to do, without a traceback; what the corpus held must still be there; and once
the surroundings are as they should be, the same command must give the same tables as if nothing had been, and
``tablekin check`` find nothing.

Full disks are real where this is root on Linux (a small tmpfs), as are file systems that can only be read; else they
are left out, and named. Permissions are real (root forgoes its right to ignore them), so is a limit on the size of
files. A quota, locks that a file system does not have, a drive that fails, and a corpus that is deleted or moved at one
moment or another are put between the program and the system. A clock that jumps by years needs a C compiler.

Trials that are done stand in FOLDER/trials.jsonl and are not done again; ``--minutes`` stops after some time.
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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
for _place in (str(ROOT), str(ROOT / "scripts")):
    if _place not in sys.path:
        sys.path.insert(0, _place)

import numpy as np  # noqa: E402
from attack_kills import LEFT  # noqa: E402
from lib.attack_sequences import AttackedCommand, copy_of, differences, placed, prepare  # noqa: E402
from lib.attacked_command import Commands, wait_for  # noqa: E402
from lib.surroundings_tried import READING, WRITING, Trial, build_clock, is_root, trials  # noqa: E402


@dataclass
class Verdict:
    """What became of it."""

    name: str
    command: str
    fault: str
    code: int
    said: str  # the line that says what is wrong
    wrong: list[str] = field(default_factory=list)


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", folder], check=True)


@contextmanager
def mounted(folder: Path, trial: Trial) -> Iterator[None]:
    """Put a folder on a small file system, or on one that can only be read."""
    with ExitStack() as stack:
        if trial.room is not None:
            kept = folder.with_name("kept")
            shutil.rmtree(kept, ignore_errors=True)
            folder.rename(kept)
            folder.mkdir()
            size = sum(4096 * (1 + -(-path.stat().st_size // 4096)) for path in kept.rglob("*")) + trial.room
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
            stack.callback(_unmount, folder)
            shutil.copytree(kept, folder, dirs_exist_ok=True)
        elif trial.read_only:
            subprocess.run(["mount", "--bind", folder, folder], check=True)
            stack.callback(_unmount, folder)
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        try:
            yield
        finally:
            if trial.room is not None:  # what is there now is what is to be gone on from
                again = folder.with_name("again")
                shutil.rmtree(again, ignore_errors=True)
                shutil.copytree(folder, again)
                stack.close()
                folder.rmdir()
                again.rename(folder)


class Examiner:
    """Tries commands in surroundings, and judges what they do."""

    def __init__(self, folder: Path, commands: Commands) -> None:
        self._folder, self._commands = folder, commands

    def whole(self, command: AttackedCommand) -> Path:
        """Let a command end by itself; the folder with what it made."""
        folder = self._folder / f"whole-{command.name.replace(' ', '-')}"
        if not folder.exists():
            copy_of(self._folder / command.before, folder)
            code = self._commands.finish(placed(command.arguments, folder), folder)
            assert code == 0, (command.name, code)
        return folder

    def try_out(self, trial: Trial, name: str) -> Verdict:
        """Give a command in its surroundings, then again without them."""
        command, whole = trial.command, self.whole(trial.command)
        folder, log = self._folder / "tried", self._folder / "said.txt"
        for left in (folder, folder.with_name("kept")):
            shutil.rmtree(left, ignore_errors=True)
        copy_of(self._folder / command.before, folder)
        arguments = placed(command.arguments, folder)
        log.write_text("")
        with mounted(folder, trial):
            trial.before(folder)
            if tuple(name for name, _ in trial.surroundings.variables) == ("LD_PRELOAD",):
                code = self._run_anew(arguments, dict(trial.surroundings.variables), log)
            else:
                process = self._commands.start(arguments, folder, log=log, surroundings=trial.surroundings)
                code = wait_for(process)
            trial.after(folder)
        text = log.read_text(errors="replace")
        lines = [line for line in text.splitlines() if line.startswith("tablekin: ")]
        verdict = Verdict(name, command.name, trial.fault, code, lines[-1] if lines else "")
        verdict.wrong += list(_misbehaviour(trial, verdict, text, folder))
        fault = trial.surroundings.fault
        if fault is not None and fault.moves and (folder / "moved").exists():
            shutil.rmtree(folder / "corpus", ignore_errors=True)
            (folder / "moved").rename(folder / "corpus")
        deleted = fault is not None and fault.deletes
        if deleted:  # then it is to be put back
            shutil.rmtree(folder / "corpus", ignore_errors=True)
            if (self._folder / command.before / "corpus").exists():
                copy_of(self._folder / command.before, folder)
        again = self._commands.finish(arguments, folder)
        if again and not (command.name == "drop" and code == 0):
            verdict.wrong.append(f"given again, it ends with {again}")
        verdict.wrong += list(differences(whole, folder))
        return verdict

    def _run_anew(self, arguments: Sequence[str], variables: dict[str, str], log: Path) -> int:
        """Run a command in an interpreter of its own, whose libraries are loaded with other variables."""
        code = (
            "import sys; from pathlib import Path; from lib.attacked_command import run_here; "
            "run_here(sys.argv[1:], alone=True)"
        )
        with log.open("ab") as file:
            return subprocess.run(
                [sys.executable, "-c", code, *arguments],
                env=os.environ | variables,
                stdout=file,
                stderr=file,
                check=False,
            ).returncode


def _misbehaviour(trial: Trial, verdict: Verdict, text: str, folder: Path) -> Iterator[str]:
    """Say what a command should not have done in its surroundings."""
    if "Traceback" in text or "please report" in text:
        yield f"shows a traceback: {text[-1500:]}"
    if trial.succeeds and verdict.code:
        yield f"ends with {verdict.code} instead of 0: {text[-300:]}"
    if not trial.succeeds and verdict.code not in (0, 2):
        found = verdict.code == 3 and trial.command.name == "check"
        if not found:
            yield f"ends with {verdict.code} instead of 2: {text[-300:]}"
    if verdict.code == 2:
        if str(folder) not in verdict.said:
            yield f"names no file: {verdict.said}"
        if not any(
            word in verdict.said for word in ("again", "name a", "name another", "get the right", "to:")
        ):
            yield f"does not say what to do: {verdict.said}"


def summarize(verdicts: Sequence[Verdict]) -> list[dict[str, object]]:
    """Count by fault."""
    rows: list[dict[str, object]] = []
    for fault in dict.fromkeys(one.fault for one in verdicts):
        these = [one for one in verdicts if one.fault == fault]
        codes = {code: sum(one.code == code for one in these) for code in sorted({one.code for one in these})}
        rows.append(
            {
                "fault": fault,
                "trials": len(these),
                "commands": len({one.command for one in these}),
                "exit_codes": ", ".join(f"{count} x {code}" for code, count in codes.items()),
                "wrong": sum(bool(one.wrong) for one in these),
            }
        )
    return rows


def read_verdicts(path: Path) -> list[Verdict]:
    """Read what is done already."""
    return [Verdict(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


def try_all(options: argparse.Namespace, folder: Path, examiner: Examiner, preload: Path | None) -> bool:
    """Do the trials that are left, as long as there is time; whether none are left."""
    deadline = time.monotonic() + 60 * (options.minutes or 1e6)
    done = {verdict.name for verdict in read_verdicts(folder / "trials.jsonl")}
    chosen = [one for one in (*WRITING, *READING) if not options.only or one.name in options.only]
    wanted = [
        (f"{command.name} {number}", trial)
        for command in chosen
        for number, trial in enumerate(
            trials(command, 30 if command.name in ("first run", "increment") else 8, preload)
        )
        if not (number % options.every or (options.faults and trial.fault not in options.faults))
    ]
    order = np.random.default_rng(0).permutation(len(wanted))  # so that any share is of all
    for name, trial in (wanted[place] for place in order):
        if name in done:
            continue
        if time.monotonic() > deadline:
            return False
        verdict = examiner.try_out(trial, name)
        with (folder / "trials.jsonl").open("a") as file:
            file.write(json.dumps(asdict(verdict)) + "\n")
        if verdict.wrong:
            print(f"{name}, {verdict.fault}: {verdict.wrong}", flush=True)
    return True


def main() -> int:
    """Try everything, print a table, write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="OUT.json")
    parser.add_argument("--minutes", type=float, help="stop after so many")
    parser.add_argument("--only", nargs="*", help="commands")
    parser.add_argument("--faults", nargs="*", help="faults")
    parser.add_argument("--every", type=int, default=1, help="do only one trial of so many")
    options = parser.parse_args()
    folder = options.folder.resolve()
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "scripts"), *filter(None, sys.path)])
    os.environ.setdefault("MPLCONFIGDIR", tempfile.mkdtemp())
    commands = Commands()
    if not (folder / "more").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        prepare(folder, commands)
    preload = build_clock(folder)
    complete = try_all(options, folder, Examiner(folder, commands), preload)
    verdicts = read_verdicts(folder / "trials.jsonl")
    rows = summarize(verdicts)
    line = "{fault:<32} {trials:>4} trials of {commands:>2} commands, exit codes {exit_codes:<22} {wrong:>3} wrong"
    for row in rows:
        print(line.format(**row))
    left_out = [] if is_root() else ["disk full (tmpfs)", "file system only to be read"]
    left_out += [] if preload else ["clock jumps by years"]
    if left_out:
        print(f"not tried here, for want of the rights of root or of a compiler: {', '.join(left_out)}")
    verdicts = [replace(one, said=one.said.replace(str(folder), "FOLDER")) for one in verdicts]
    wrong = [asdict(one) for one in verdicts if one.wrong]
    print(f"{len(verdicts)} trials, {len(wrong)} went wrong" + ("" if complete else "; some are left"))
    if options.json:
        messages = sorted({one.said for one in verdicts if one.said})
        found = {
            "cores": os.cpu_count(),
            "rows": rows,
            "left_out": left_out,
            "messages": messages,
            "wrong": wrong,
        }
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    return 1 if wrong else 0 if complete else LEFT


if __name__ == "__main__":
    sys.exit(main())
