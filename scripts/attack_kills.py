"""Kill and interrupt every command that writes, at every change of a file and at random moments.

``python scripts/attack_kills.py FOLDER --json docs/kills.json`` makes a tiny archive below FOLDER, lets every command
end by itself once, and then ends it again and again: with SIGKILL, SIGINT and SIGTERM, to the command alone, to its
whole group or to a worker, at each ``rename`` and ``unlink`` in turn, before or after it, and at random moments.
After each attack the same command is given again. Then all tables and other files must be those of the command that
nobody ended, ``tablekin check`` must find nothing, and neither a temporary file nor a process may be left; and straight
after the attack ``check`` must either find nothing or, of an interrupted ``drop``, advise to finish that.

Attacks are numbered and depend on ``--seed`` alone. Those that are done stand in FOLDER/attacks.jsonl and are not done
again, so that the same command goes on; with ``--minutes`` it stops after some time, with exit code 5 if any are left.
The commands are the real ones, at random moments with their workers, but pages are looked at without networks, by
``tests/support/edition_stages.py``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
for _place in (str(ROOT), str(ROOT / "scripts")):
    if _place not in sys.path:
        sys.path.insert(0, _place)

import numpy as np  # noqa: E402
from lib.attack_sequences import SEQUENCES, AttackedCommand, copy_of, differences, placed, prepare  # noqa: E402
from lib.attacked_command import (  # noqa: E402
    Commands,
    FaultPoint,
    orphans,
    send_to_group,
    wait_for,
    workers,
)
from lib.local_cluster import Cluster  # noqa: E402

from tablekin.check import check  # noqa: E402

LEFT = 5  # exit code where attacks are left


@dataclass(frozen=True)
class Attack:
    """One attack on a command."""

    sequence: str
    number: int
    how: str  # for the table: signal and whom it hits
    point: FaultPoint | None = None
    moment: float = 0.0  # share of the time that the command takes, without a fault point
    signal: int = signal.SIGKILL
    target: str = "command"  # or group, or worker

    @property
    def name(self) -> str:
        """Name that stays the same from one start of the script to the next."""
        return f"{self.sequence} {self.number}"


@dataclass
class Outcome:
    """What an attack did, and what was left."""

    name: str
    sequence: str
    how: str
    ended: bool  # whether the command was ended by it
    code: int  # how the command ended, negative for a signal
    advice: list[str] = field(default_factory=list)  # of check straight after it
    wrong: list[str] = field(default_factory=list)  # what is not as it must be in the end
    seconds: float = 0.0


def plan(sequence: AttackedCommand, changes: int, seed: int) -> Iterator[Attack]:
    """List the attacks on a command: at each change of a file, and at random moments."""
    number = 0
    for change in range(0, changes, sequence.step):
        for sent, word in ((signal.SIGKILL, "SIGKILL"), (signal.SIGINT, "SIGINT")):
            after, group = bool((change + number) % 2), bool(change % 3 == 2)
            point = FaultPoint(change, after, sent, group)
            whom = "group" if group else "command"
            yield Attack(sequence.name, number, f"{word} to the {whom} at a change of a file", point)
            number += 1
    kinds = [
        (signal.SIGKILL, "group"),
        (signal.SIGINT, "group"),
        (signal.SIGKILL, "command"),
        (signal.SIGTERM, "group"),
        (signal.SIGKILL, "worker"),
        (signal.SIGINT, "command"),
    ]
    if not {"--workers", "--scheduler"} & {*sequence.arguments}:
        kinds = [kind for kind in kinds if kind[1] != "worker"]
    rng = np.random.default_rng([seed, *sequence.name.encode()])
    for place in range(sequence.random):
        sent, target = kinds[place % len(kinds)]
        how = f"{sent.name} to {'a' if target == 'worker' else 'the'} {target} at a random moment"
        yield Attack(sequence.name, number, how, None, float(rng.uniform(0.02, 0.98)), sent, target)
        number += 1


class Attacker:
    """Attacks commands in a folder, and judges what is left."""

    def __init__(self, folder: Path, commands: Commands, cluster: Cluster) -> None:
        self._folder, self._commands, self._cluster = folder, commands, cluster
        self._seconds: dict[str, float] = {}

    def arguments(self, sequence: AttackedCommand, folder: Path) -> list[str]:
        """Give the arguments of a command."""
        address = self._cluster.address() if "SCHEDULER" in sequence.arguments else ""
        return placed(sequence.arguments, folder, address)

    def whole(self, sequence: AttackedCommand) -> Path:
        """Let a command end by itself once; the folder with what it made."""
        folder = self._folder / f"whole-{sequence.name.replace(' ', '-')}"
        facts = folder / "facts.json"
        if not facts.exists():
            copy_of(self._folder / sequence.before, folder)
            counted = folder / "changes.txt"
            begin = time.monotonic()
            process = self._commands.start(self.arguments(sequence, folder), folder, alone=False)
            assert wait_for(process) == 0, (sequence.name, (folder / "log.txt").read_text()[-2000:])
            seconds = time.monotonic() - begin
            copy_of(self._folder / sequence.before, folder)
            counted.write_text("0")
            point = FaultPoint(-1, False, 0, False)
            process = self._commands.start(self.arguments(sequence, folder), folder, point, counted)
            assert wait_for(process) == 0, (sequence.name, (folder / "log.txt").read_text()[-2000:])
            facts.write_text(json.dumps({"changes": int(counted.read_text()), "seconds": seconds}))
        return folder

    def facts(self, sequence: AttackedCommand) -> dict[str, float]:
        """Tell how many changes of files a command makes, and how long it takes."""
        return dict(json.loads((self.whole(sequence) / "facts.json").read_text()))

    def attack(self, sequence: AttackedCommand, attack: Attack) -> Outcome:
        """Attack a command, give it again, and compare."""
        begin = time.monotonic()
        folder, whole = self._folder / "attacked", self.whole(sequence)
        copy_of(self._folder / sequence.before, folder)
        alone = attack.point is not None and "SCHEDULER" not in sequence.arguments
        process = self._commands.start(self.arguments(sequence, folder), folder, attack.point, alone=alone)
        if attack.point is None:
            self._hit(process, attack, self.facts(sequence)["seconds"])
        code = wait_for(process)
        outcome = Outcome(attack.name, attack.sequence, attack.how, code != 0, code)
        assert process.pid is not None
        if left := orphans(process.pid):
            outcome.wrong.append(f"{len(left)} processes were left")
        if code not in (0, -signal.SIGKILL, 128 + signal.SIGINT, 128 + signal.SIGTERM) + (3,) * (
            attack.target == "worker"
        ):
            outcome.wrong.append(f"it ended with {code}")
        with suppress(Exception):  # there may be no corpus yet
            outcome.advice = [str(problem) for problem in check(folder / "corpus")]
        if sequence.name == "drop" and any("tablekin drop" not in line for line in outcome.advice):
            outcome.wrong.append(f"advises another command: {outcome.advice}")
        again = self._commands.finish(self.arguments(sequence, folder), folder)
        if again != 0 and not (sequence.name == "drop" and not outcome.advice):  # it had done all before
            outcome.wrong.append(f"the command given again ends with {again}")
        outcome.wrong += list(differences(whole, folder))
        outcome.seconds = round(time.monotonic() - begin, 2)
        if outcome.wrong:
            kept = self._folder / "wrong" / attack.name.replace(" ", "-")
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept)
        return outcome

    def _hit(self, process: object, attack: Attack, seconds: float) -> None:
        from multiprocessing.process import BaseProcess

        assert isinstance(process, BaseProcess) and process.pid is not None
        process.join(attack.moment * seconds)
        if attack.target == "group":
            send_to_group(process, attack.signal)
        elif attack.target == "command":
            with suppress(ProcessLookupError):
                if process.is_alive():
                    os.kill(process.pid, attack.signal)
        elif "SCHEDULER" in next(one.arguments for one in SEQUENCES if one.name == attack.sequence):
            self._cluster.kill_a_worker()
        else:
            while process.is_alive() and not (found := workers(process.pid)):
                time.sleep(0.01)
            if process.is_alive():
                with suppress(ProcessLookupError):
                    os.kill(found[0], attack.signal)


def summarize(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Count by command and kind of attack."""
    rows: list[dict[str, object]] = []
    for key in dict.fromkeys((one.sequence, one.how) for one in outcomes):
        these = [one for one in outcomes if (one.sequence, one.how) == key]
        rows.append(
            {
                "command": key[0],
                "attack": key[1],
                "attacks": len(these),
                "ended": sum(one.ended for one in these),
                "wrong": sum(bool(one.wrong) for one in these),
                "seconds": round(sum(one.seconds for one in these) / len(these), 1),
            }
        )
    return rows


def read_outcomes(path: Path) -> list[Outcome]:
    """Read what is done already."""
    if not path.exists():
        return []
    return [Outcome(**json.loads(line)) for line in path.read_text().splitlines()]


def attack_all(options: argparse.Namespace) -> bool:
    """Do the attacks that are left, as long as there is time; whether none are left."""
    folder: Path = options.folder
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "scripts"), *filter(None, sys.path)])
    commands, cluster = Commands(), Cluster(folder)
    deadline = time.monotonic() + 60 * (options.minutes or 1e6)
    if not (folder / "more").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        prepare(folder, commands)
    attacker = Attacker(folder, commands, cluster)
    done = {outcome.name for outcome in read_outcomes(folder / "attacks.jsonl")}
    try:
        chosen = [one for one in SEQUENCES if not options.only or one.name in options.only]
        attacks = [
            (sequence, attack)
            for sequence in chosen
            for attack in plan(sequence, int(attacker.facts(sequence)["changes"]), options.seed)
            if not attack.number % options.every
        ]
        order = np.random.default_rng(options.seed).permutation(len(attacks))  # so that any share is of all
        for sequence, attack in (attacks[place] for place in order):
            if attack.name in done:
                continue
            if time.monotonic() > deadline:
                return False
            outcome = attacker.attack(sequence, attack)
            with (folder / "attacks.jsonl").open("a") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")
            if outcome.wrong:
                print(f"{outcome.name} ({outcome.how}, code {outcome.code}): {outcome.wrong}", flush=True)
    finally:
        cluster.close()
    return True


def main() -> int:
    """Attack, print a table, write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="OUT.json")
    parser.add_argument("--minutes", type=float, help="stop after so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="do only one attack of so many")
    parser.add_argument("--only", nargs="*", help="commands: " + ", ".join(one.name for one in SEQUENCES))
    options = parser.parse_args()
    options.folder = options.folder.resolve()
    complete = attack_all(options)
    outcomes = read_outcomes(options.folder / "attacks.jsonl")
    rows = summarize(outcomes)
    for row in rows:
        print(
            "{command:<10} {attack:<48} {attacks:>4} attacks, {ended:>4} ended it, {wrong:>3} wrong".format(
                **row
            )
        )
    wrong = [asdict(one) for one in outcomes if one.wrong]
    total = f"{len(outcomes)} attacks, {sum(one.ended for one in outcomes)} ended a command, {len(wrong)} went wrong"
    print(total + ("" if complete else "; some are left"))
    if options.json:
        found = {
            "seed": options.seed,
            "cores": os.cpu_count(),
            "complete": complete,
            "rows": rows,
            "wrong": wrong,
        }
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    return 1 if wrong else 0 if complete else LEFT


if __name__ == "__main__":
    sys.exit(main())
