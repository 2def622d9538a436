import hashlib
import sys

import numpy as np
import pytest

import tablekin
from tablekin import provenance
from tablekin.models.networks import architecture
from tablekin.schemas import SCHEMA_VERSION
from tests.support.places import ROOT


def test_weights_are_named_by_their_content():
    files = sorted((ROOT / "models/weights").glob("*.safetensors"))
    assert files
    digests = provenance.weights_digests()
    assert digests.pop("gamma")
    assert digests == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_another_gamma_is_another_explanation(monkeypatch):
    before = provenance.weights_digests()
    monkeypatch.setattr(architecture, "GAMMA", dict(architecture.GAMMA))
    assert provenance.weights_digests() == before
    monkeypatch.setitem(architecture.GAMMA, "head", 7.0)
    after = provenance.weights_digests()
    assert {name for name in before if after[name] != before[name]} == {"gamma"}


def test_versions_are_those_that_run(monkeypatch):
    found = provenance.versions()
    assert found["tablekin"] == tablekin.__version__
    assert found["schema"] == SCHEMA_VERSION
    assert found["numpy"] == np.__version__
    assert found["python"].startswith(f"{sys.version_info[0]}.{sys.version_info[1]}")
    monkeypatch.setattr(provenance, "_PACKAGES", ("no such package",))
    assert provenance.versions()["no such package"] == "not found"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell it")
def test_peak_memory_is_in_megabytes():
    block = np.ones(2**26)  # 512 MB
    assert 512 < provenance.peak_memory()["main"] < 64_000
    assert block[-1] == 1
