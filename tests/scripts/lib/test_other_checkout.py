import subprocess
import sys

import pytest
from lib.other_checkout import environment_of


def test_a_process_imports_the_code_of_the_checkout_that_is_named(tmp_path):
    for place in ("pipeline/corpus", "models", "data"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "__init__.py").write_text("")
    (tmp_path / "pipeline/__init__.py").write_text("WORD = 'other'")
    (tmp_path / "models/__init__.py").write_text("WORD = 'networks'")
    says = (
        "import tablekin, tablekin.models as models\n"
        "print(getattr(tablekin, 'WORD', 'this'), getattr(models, 'WORD', ''))"
    )
    for checkout, said in ((tmp_path, "other networks"), (None, "this")):
        done = subprocess.run(
            [sys.executable, "-c", says],
            env=environment_of(checkout),
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stdout.strip() == said


def test_a_folder_that_is_no_checkout_is_named(tmp_path):
    with pytest.raises(SystemExit, match="is no checkout"):
        environment_of(tmp_path)
