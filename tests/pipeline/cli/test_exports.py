import json


def test_export(command, editions, tmp_path):
    result = command("export", editions, "page0", "--format", "iiif", "--out", tmp_path / "out", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["documents"] == 1
    assert "1 documents as" in result.stderr
    assert (tmp_path / "out" / "manifest.json").is_file()
    other = command("export", editions, "--format", "docx", "--out", tmp_path / "out")
    assert other.exit_code == 2
    assert "there are: iiif" in other.stderr
