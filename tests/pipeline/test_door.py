import sys

import pytest

from tablekin.door import open_door


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A package whose door is lazy."""
    (tmp_path / "lazy_room").mkdir()
    (tmp_path / "lazy_room/__init__.py").write_text(
        "from tablekin.door import open_door\n"
        '__getattr__, __dir__, __all__ = open_door(__name__, {"heavy": ["weigh", "WEIGHT"]})\n'
    )
    (tmp_path / "lazy_room/heavy.py").write_text("WEIGHT = 7\ndef weigh():\n    return WEIGHT\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.startswith("lazy_room")]:
        del sys.modules[name]


def test_a_module_is_imported_when_a_name_of_it_is_asked_for(room):
    import lazy_room

    assert dir(lazy_room) == ["WEIGHT", "weigh"] == sorted(lazy_room.__all__)
    assert "lazy_room.heavy" not in sys.modules
    from lazy_room import weigh

    assert weigh() == lazy_room.WEIGHT == 7


def test_a_name_that_is_not_offered_is_refused_with_those_that_are(room):
    import lazy_room

    with pytest.raises(AttributeError, match="lazy_room has no lift; it has: WEIGHT, weigh"):
        lazy_room.lift  # noqa: B018
    with pytest.raises(ImportError):
        from lazy_room import lift  # noqa: F401


def test_every_name_of_the_rooms_of_the_house_can_be_had():
    import tablekin.explain
    import tablekin.orchestration
    import tablekin.report

    for room in (tablekin.explain, tablekin.orchestration, tablekin.report):
        assert len(room.__all__) > 5
        for name in room.__all__:
            assert getattr(room, name) is not None


def test_a_name_may_not_be_that_of_a_module_unless_it_is_that_module():
    find, names, offered = open_door("tablekin", {"version": ["__version__"]})
    assert find("__version__") == sys.modules["tablekin.version"].__version__
    assert names() == offered == ["__version__"]
