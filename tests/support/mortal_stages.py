"""Stages that end their worker once, or its whole machine, importable by the workers of a cluster."""

import os
import signal
from pathlib import Path

from tablekin.explain import match_pairs
from tests.support import fake_stages, table_stages


def _first_time(name):
    """Tell whether nobody has asked for ``name`` before, in any process."""
    try:
        (Path(os.environ["TABLEKIN_TEST_MARKS"]) / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def analyse(image, doc_id, config, device):
    """Analyse a page; the third one takes its machine with it: the worker and the nanny that would restart it."""
    if doc_id == "page3" and _first_time("machine"):
        os.killpg(os.getpgid(0), signal.SIGKILL)
    if image[0, 0] in (fake_stages.DEADLY, fake_stages.BROKEN):
        return fake_stages.analyse(image, doc_id, config, device)
    return table_stages.analyse(image, doc_id, config, device)


def match(factors, a, b, dot, count):
    """Match pairs; the second tile kills its worker, and with it what had been sent there."""
    if not _first_time("tile") and _first_time("worker"):
        os.kill(os.getpid(), signal.SIGKILL)
    return match_pairs(factors, a, b, dot, count)
