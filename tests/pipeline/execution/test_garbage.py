import gc
import weakref

from tablekin.execution import left_to_stay


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
