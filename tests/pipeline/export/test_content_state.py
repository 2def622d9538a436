import base64
import json
from urllib.parse import unquote

from tablekin.export.canvas import PageOnCanvas
from tablekin.export.content_state import encode_state, pair_state


def page(name):
    return PageOnCanvas(
        name,
        f"https://library.example/{name}",
        "https://library.example/m",
        name,
        2000,
        3000,
        2.0,
        (0.0, 0.0),
        "",
        None,
        False,
        (1000, 1500),
    )


def test_a_viewer_reads_what_was_encoded():
    state = pair_state("https://me.example/a--b", (page("ä b"), page("c+/?")), ((10, 20, 30, 50), None))
    encoded = encode_state(state)
    assert set(encoded) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    padded = encoded + "=" * (-len(encoded) % 4)  # section 6.2 of the specification, backwards
    assert json.loads(unquote(base64.urlsafe_b64decode(padded).decode())) == state
    assert [each["id"] for each in state["target"]] == [
        "https://library.example/ä b#xywh=20,40,40,60",
        "https://library.example/c+/?",
    ]
    assert state["motivation"] == ["contentState"]


def test_the_example_of_the_specification():
    """Its section 6 encodes this text so."""
    text = {"id": "https://example.org/object1/manifest", "type": "Manifest"}
    padded = encode_state(text) + "=="
    assert unquote(base64.urlsafe_b64decode(padded[: len(padded) // 4 * 4]).decode()) == json.dumps(
        text, separators=(",", ":")
    )
