"""Sample: generated book pages with their ground truth."""

from tablekin.sample.archive import write_archive
from tablekin.sample.truth import read_truth

__all__ = ["read_truth", "write_archive"]
