"""The definition against the library, the two ways the benchmark compares; small inputs."""

from __future__ import annotations

import benchmark_bilrp
import pytest
import torch


def test_vgg_by_definition_is_the_librarys() -> None:
    double, single, rough = benchmark_bilrp.benchmark_vgg(16, 4, 10, 1, "cpu")
    assert double["difference"] < 1e-10
    assert single["difference"] < 1e-5
    assert single["from_float64"] < 1e-5
    assert 1e-5 < rough["from_float64"] < 0.02


def test_difference_is_relative_to_the_largest_value() -> None:
    assert benchmark_bilrp.apart(torch.tensor([1.0, 4.0]), torch.tensor([1.5, 5.0])) == pytest.approx(0.2)
