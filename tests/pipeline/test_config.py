import pytest
from pydantic import ValidationError

from tablekin.config import RunConfig, Similarity, read_config
from tablekin.errors import ConfigError


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "RUN.toml").write_text(text)
        return tmp_path / "RUN.toml"

    return write


def test_values_are_read_and_the_rest_are_defaults(write):
    config = read_config(write("seed = 5\n[digitize]\nthreshold = 0.25\n"))
    assert (config.seed, config.digitize.threshold) == (5, 0.25)
    assert config.explain == RunConfig().explain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sede = 5", ["sede", "known here", "seed", "digitize"]),
        ("[digitize]\ntreshold = 0.5", ["digitize.treshold", "threshold"]),
        ("[digitise]\nthreshold = 0.5", ["digitise", "digitize"]),
        ("[digitize]\nthreshold = 1.5", ["digitize.threshold", "1.5"]),
        ("[explain]\nmin_rule = 'nobody'", ["explain.min_rule", "nobody"]),
        ("[explain]\nmin_rule = 'x'\nmatches_per_pair = 0", ["explain.min_rule", "explain.matches_per_pair"]),
        ("device = 'gpu'", ["device", "gpu"]),
        ("seed = ", ["not valid TOML"]),
    ],
)
def test_a_mistake_names_the_file_and_the_key(write, text, words):
    path = write(text)
    with pytest.raises(ConfigError) as error:
        read_config(path)
    for word in [str(path), *words]:
        assert word in str(error.value)


def test_a_missing_config_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        read_config(tmp_path / "nowhere.toml")


def test_fingerprints_change_with_what_the_tables_depend_on():
    plain = RunConfig()
    digits = RunConfig.model_validate({"digitize": {"threshold": 0.6}})
    matches = RunConfig.model_validate({"explain": {"matches_per_pair": 3}})
    floor = RunConfig.model_validate({"explain": {"matches_from_cosine": 0.3}})
    assert plain.document_fingerprint("w") != plain.document_fingerprint("v")
    assert plain.document_fingerprint("w") != digits.document_fingerprint("w")
    assert plain.document_fingerprint("w") == matches.document_fingerprint("w")
    assert plain.document_fingerprint("w") == floor.document_fingerprint("w")
    assert plain.pair_fingerprint("w") != matches.pair_fingerprint("w")
    assert plain.pair_fingerprint("w") != floor.pair_fingerprint("w")
    seed = RunConfig(seed=7)  # draws nothing that is in a table
    assert plain.document_fingerprint("w") == seed.document_fingerprint("w")
    assert plain.pair_fingerprint("w") == seed.pair_fingerprint("w")
    assert plain.document_fingerprint("w") == plain.on_device("cuda:1").document_fingerprint("w")


def test_another_similarity_makes_the_tables_of_pairs_anew_and_no_document():
    paper, specific = (RunConfig.model_validate({"explain": {"similarity": name}}) for name in Similarity)
    assert paper.document_fingerprint("w") == specific.document_fingerprint("w")
    assert len({one.pair_fingerprint("w", weights) for one in (paper, specific) for weights in "ab"}) == 4
    # a corpus of before there was a choice, and weights for it, is not taken for one of now
    assert paper.pair_fingerprint("w") == specific.pair_fingerprint("w") != paper.pair_fingerprint("w", "a")
    with pytest.raises(ValidationError):
        RunConfig.model_validate({"explain": {"similarity": "cosine"}})


def test_a_device_that_cannot_be_is_told():
    with pytest.raises(ConfigError, match="gpu"):
        RunConfig().on_device("gpu")


def test_settings_of_words_count_only_where_words_are_read(write):
    plain = RunConfig()
    german = RunConfig.model_validate({"read": {"languages": "deu"}})
    read = plain.with_words("tesseract")
    read_german = german.with_words("tesseract")
    assert plain.document_fingerprint("w") == german.document_fingerprint("w")
    assert plain.pair_fingerprint("w") == german.pair_fingerprint("w")
    assert len({one.document_fingerprint("w") for one in (plain, read, read_german)}) == 3
    assert read.with_words("none") == plain
    with pytest.raises(ConfigError, match="kraken"):
        plain.with_words("kraken")
    with pytest.raises(ConfigError, match=r"read\.languages"):
        read_config(write("[read]\nlanguages = 'lat, ita'"))
