import shutil

import pytest

import tablekin
from tests.support.printed_pages import print_pages


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with three printed pages, the same pages in ``scans``, and their corpus."""
    folder = tmp_path_factory.mktemp("door")
    print_pages(folder / "scans")
    for path in (folder / "scans").iterdir():
        shutil.copy(path, folder)
    for name, reading in (("cells", "0 23 56"), ("right", "0 23 55")):
        (folder / f"{name}.csv").write_text(f"doc,row,column,reading\np053,1,2,{reading}\n")
    tablekin.run(folder / "scans", out=folder / "corpus", device="cpu", workers=1)
    return folder


@pytest.fixture
def beside(folder, monkeypatch):
    """The same folder, as the present one."""
    monkeypatch.chdir(folder)
    return folder
