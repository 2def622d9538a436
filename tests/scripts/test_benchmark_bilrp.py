"""The definition against the library, the two ways the benchmark compares; small inputs."""

from __future__ import annotations

import benchmark_bilrp
import pytest
import torch


def test_vgg_by_definition_is_the_librarys() -> None:
    double, single, rough = benchmark_bilrp.benchmark_vgg(16, 4, 10, 30, 1, "cpu", double=True)
    assert double["difference"] < 1e-10
    assert single["difference"] < 1e-5
    assert single["from_float64"] < 1e-5
    assert 1e-5 < rough["from_float64"] < 0.02


def test_fewer_features_are_the_first() -> None:
    few, all_of_them = (benchmark_bilrp.vgg_model(16, 10, features) for features in (7, 100))
    x = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert few(x).shape == (1, 7)
    torch.testing.assert_close(few(x), all_of_them(x)[:, :7])


def test_difference_is_relative_to_the_largest_value() -> None:
    assert benchmark_bilrp.apart(torch.tensor([1.0, 4.0]), torch.tensor([1.5, 5.0])) == pytest.approx(0.2)
