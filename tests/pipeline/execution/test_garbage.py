import gc
import subprocess
import sys
import weakref

from tablekin.execution import left_to_stay, looked_for_less


class Linked:
    """Something that may hold itself."""


def test_what_stays_is_left_out_for_a_while_and_what_nobody_uses_is_given_up_before():
    lost = Linked()
    lost.itself = lost
    gone = weakref.ref(lost)
    del lost
    with left_to_stay():
        assert gone() is None
        assert gc.get_freeze_count() > 1000  # modules and all
    assert gc.get_freeze_count() == 0


def test_brief_commands_look_rarely_and_leave_the_usual_behind():
    usual = gc.get_threshold()
    lost = Linked()
    lost.itself = lost
    gone = weakref.ref(lost)
    with looked_for_less():
        del lost
        kept = [[] for _ in range(10 * usual[0])]
        assert gone() is not None
        kept += [[] for _ in range(gc.get_threshold()[0])]
        assert gone() is None  # what is made is looked at all the same, once there is much of it
    assert gc.get_threshold() == usual


def test_at_the_end_of_a_program_nothing_is_looked_for():
    program = """
import gc, sys
import tablekin.cli
from tablekin.cli import main
sys.argv = ["tablekin", "--version"]
try:
    main()
except SystemExit as end:
    print(end.code, gc.get_freeze_count() > 1000)
"""
    found = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert found.splitlines()[-1] == "0 True"
