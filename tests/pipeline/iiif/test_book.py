import pytest

from tablekin.iiif.book import lay_out
from tablekin.iiif.presentation import read_presentation
from tests.support.iiif_manifests import canvas, image, manifest, service


def lay(tmp_path, *canvases, **more):
    return lay_out(read_presentation(manifest(list(canvases), **more), ""), "", tmp_path)


def page(name, label="", address="https://library.example/1.jpg"):
    return canvas(name, image(address), label={"none": [label]})


def test_names_come_from_labels_and_places(tmp_path):
    label = {"la": ["Tabulæ Rudolphinæ: quibus astronomicæ scientiæ"]}
    pages = lay(tmp_path, page("c1", "f. 1r"), page("c2", "§"), page("c3", "x" * 99), label=label)
    folder = {each.folder for each in pages}.pop()
    assert folder.startswith("Tabul_Rudolphin_quibus_astronomic_sc_")
    assert [each.file for each in pages] == ["p0001_f_1r.jpg", "p0002.jpg", f"p0003_{'x' * 24}.jpg"]
    assert all(len(each.source) <= 80 for each in pages)
    assert (tmp_path / folder).is_dir()


def test_a_page_keeps_its_name_when_the_manifest_changes(tmp_path):
    old = lay(tmp_path, page("c1", "f. 1r"), page("c2", "f. 1v"))
    new = lay(
        tmp_path, page("c0", "cover"), page("c2", "verso"), page("c1", "f. 1r"), label={"en": ["Renamed"]}
    )
    assert {each.page.canvas: each.source for each in new if each.page.canvas != "c0"} == {
        each.page.canvas: each.source for each in old
    }
    assert new[0].source not in {each.source for each in old}


def test_places_that_are_taken_get_a_name_of_their_own(tmp_path):
    lay(tmp_path, page("c1"), page("c2"))
    new = lay(tmp_path, page("c0"), page("c1"), page("c2"))
    assert len({each.file.casefold() for each in new}) == 3


def test_canvases_that_share_an_id_or_have_none_stay_apart(tmp_path):
    pages = lay(tmp_path, page("c1"), page("c1"), page(""), page(""))
    assert len({each.source for each in pages}) == 4
    assert [each.source for each in lay(tmp_path, page("c1"), page("c1"), page(""), page(""))] == [
        each.source for each in pages
    ]


def test_two_books_of_the_same_label_have_folders_of_their_own(tmp_path):
    one = lay(tmp_path, page("c1"))
    two = lay(tmp_path, page("c1"), address="https://library.example/other")
    assert one[0].folder != two[0].folder


@pytest.mark.parametrize("text", ["", "{", "[]", '{"c1 0": "../../evil.jpg"}', '{"c1 0": 3}'])
def test_a_damaged_list_of_names_is_made_anew(tmp_path, text):
    first = lay(tmp_path, page("c1", "f. 1r"))[0]
    (tmp_path / first.folder / "pages.json").write_text(text)
    assert lay(tmp_path, page("c1", "f. 1r"))[0].source == first.source


def test_the_id_of_a_picture_is_that_of_its_service(tmp_path):
    plain = page("c1", address="https://library.example/1.png")
    served = canvas(
        "c2",
        image("https://library.example/i/full/full/0/x.png", service=service("https://library.example/i/")),
    )
    one, two = lay(tmp_path, plain, served)
    assert (one.image, one.file) == ("https://library.example/1.png", "p0001.png")
    assert (two.image, two.file) == ("https://library.example/i", "p0002.jpg")


def test_what_names_nothing_in_letters_is_called_manifest(tmp_path):
    assert lay(tmp_path, page("c1"), label={"ja": ["暦"]})[0].folder.startswith("manifest_")
