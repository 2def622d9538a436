"""The page that ships is what its source builds, and it is light."""

import os
import subprocess
import zlib

from tests.support.atlas_browser import PAGE, require
from tests.support.places import ROOT

SHIPPED = ROOT / "data" / "atlas"


def test_what_ships_is_what_the_source_builds(tmp_path):
    node = require("node")
    types = PAGE / "node_modules" / "typescript" / "bin" / "tsc"
    build = PAGE / "node_modules" / "vite" / "bin" / "vite.js"
    subprocess.run([node, types, "--noEmit"], cwd=PAGE, check=True)
    environment = {**os.environ, "ATLAS_OUT": str(tmp_path / "atlas")}
    subprocess.run([node, build, "build", "--logLevel", "error"], cwd=PAGE, check=True, env=environment)
    built = {path.name: path.read_bytes() for path in (tmp_path / "atlas").iterdir()}
    assert built == {path.name: path.read_bytes() for path in SHIPPED.iterdir()}, (
        "data/atlas is not what its source builds; run: npm run build, in pipeline/report/atlas/page"
    )


def test_the_page_is_light_and_names_its_licences():
    size = sum(len(zlib.compress(path.read_bytes())) for path in SHIPPED.iterdir())
    assert size < 1_000_000
    licences = (SHIPPED / "LICENCES.txt").read_text("utf-8")
    assert "OpenSeadragon" in licences and "MiniSearch" in licences and "SIL Open Font License" in licences


def test_the_lock_of_packages_names_no_registry():
    lock = (PAGE / "package-lock.json").read_text("utf-8")
    assert '"resolved":' not in lock
