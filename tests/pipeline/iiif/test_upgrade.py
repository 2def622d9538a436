import pytest

from tablekin.iiif.upgrade import identifier, kind_of, to_version_3

OLD = {
    "@context": "http://iiif.io/api/presentation/2/context.json",
    "@id": "https://library.example/m",
    "@type": "sc:Manifest",
    "label": "Tabulae",
    "license": "https://creativecommons.org/publicdomain/mark/1.0/",
    "attribution": "A library",
    "navDate": "1551-01-01T00:00:00Z",
    "sequences": [
        {
            "canvases": [
                {
                    "@id": "https://library.example/c1",
                    "@type": "sc:Canvas",
                    "label": "f. 1r",
                    "width": 10,
                    "height": 20,
                    "images": [
                        {
                            "motivation": "sc:painting",
                            "resource": {"@id": "https://library.example/1.jpg", "@type": "dctypes:Image"},
                            "on": "https://library.example/c1",
                        }
                    ],
                }
            ]
        }
    ],
}


def test_a_manifest_of_version_2_in_the_form_of_version_3():
    assert to_version_3(OLD) == {
        "id": "https://library.example/m",
        "type": "Manifest",
        "label": "Tabulae",
        "rights": "https://creativecommons.org/publicdomain/mark/1.0/",
        "requiredStatement": {"label": "Attribution", "value": "A library"},
        "navDate": "1551-01-01T00:00:00Z",
        "items": [
            {
                "id": "https://library.example/c1",
                "type": "Canvas",
                "label": "f. 1r",
                "width": 10,
                "height": 20,
                "items": [
                    {
                        "type": "AnnotationPage",
                        "items": [
                            {
                                "type": "Annotation",
                                "motivation": "painting",
                                "body": {"id": "https://library.example/1.jpg", "type": "Image"},
                                "target": "https://library.example/c1",
                            }
                        ],
                    }
                ],
            }
        ],
    }


def test_version_3_stays_as_it_is():
    new = {"id": "m", "type": "Manifest", "items": []}
    assert to_version_3(new) is new


def test_members_of_an_old_collection_in_their_order():
    old = {
        "@type": "sc:Collection",
        "collections": [{"@id": "a"}],
        "manifests": [{"@id": "b"}],
        "members": [{"@id": "c"}],
    }
    assert [identifier(each) for each in to_version_3(old)["items"]] == ["a", "b", "c"]


def test_the_first_sequence_with_pages_is_read():
    two = OLD | {"sequences": [{"canvases": []}, *OLD["sequences"]]}
    assert to_version_3(two) == to_version_3(OLD)


@pytest.mark.parametrize("broken", [None, "x", 1, [], [None, 3, "x"]])
def test_what_is_broken_gives_no_canvas(broken):
    assert not [each for each in to_version_3(OLD | {"sequences": broken})["items"] if "id" in each]


def test_names_of_types_and_ids():
    assert kind_of({"@type": "http://iiif.io/api/presentation/2#Manifest".replace("#", "/")}) == "Manifest"
    assert kind_of({"@type": ["sc:Manifest", "x"]}) == "Manifest"
    assert kind_of({}) == ""
    assert identifier("a") == identifier({"id": "a"}) == identifier({"@id": "a"}) == "a"
    assert identifier(None) == identifier({"id": 3}) == ""
