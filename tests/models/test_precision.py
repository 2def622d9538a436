"""Convolutions of an accelerator: neither rounded nor added up in another order, and only while it is asked for."""

from __future__ import annotations

import pytest
import torch

from tablekin.models.precision import full_precision


def flags() -> tuple[bool, bool, bool]:
    cudnn = torch.backends.cudnn
    return cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32


def test_convolutions_are_exact_meanwhile_and_what_was_set_comes_back() -> None:
    before = flags()
    with pytest.raises(ZeroDivisionError), full_precision():
        assert flags() == (True, False, False)
        raise ZeroDivisionError
    assert flags() == before
