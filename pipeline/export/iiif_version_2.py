"""IIIFVersion2: manifests and annotations of Presentation 3 in the form of Presentation 2, for older viewers.

https://iiif.io/api/presentation/2.1/; annotations are of Open Annotation there.
"""

from __future__ import annotations

from typing import Any

CONTEXT = "http://iiif.io/api/presentation/2/context.json"


def manifest_to_version_2(
    manifest: dict[str, Any], address: str, lists: dict[str, list[str]]
) -> dict[str, Any]:
    """Rewrite a manifest that this room made.

    Parameters
    ----------
    manifest
        Of version 3.
    address
        Id of the new one.
    lists
        Canvas -> ids of its annotation lists of version 2.
    """
    return {
        "@context": CONTEXT,
        "@id": address,
        "@type": "sc:Manifest",
        "label": _words(manifest["label"]),
        "sequences": [
            {
                "@type": "sc:Sequence",
                "canvases": [_canvas(each, lists.get(each["id"], [])) for each in manifest["items"]],
            }
        ],
    }


def _canvas(canvas: dict[str, Any], lists: list[str]) -> dict[str, Any]:
    new = {
        "@id": canvas["id"],
        "@type": "sc:Canvas",
        "label": _words(canvas["label"]),
        "width": canvas["width"],
        "height": canvas["height"],
        "metadata": [
            {"label": _words(pair["label"]), "value": _words(pair["value"])}
            for pair in canvas.get("metadata", [])
        ],
        "images": [_painting(each) for page in canvas["items"] for each in page["items"]],
        "otherContent": [{"@id": each, "@type": "sc:AnnotationList"} for each in lists],
    }
    if "rights" in canvas:
        new["license"] = canvas["rights"]
    if "requiredStatement" in canvas:
        new["attribution"] = _words(canvas["requiredStatement"]["value"])
    return new


def _painting(annotation: dict[str, Any]) -> dict[str, Any]:
    body = annotation["body"]
    resource = {
        "@id": body["id"],
        "@type": "dctypes:Image",
        "format": body["format"],
        "width": body["width"],
        "height": body["height"],
    }
    for service in body.get("service", []):
        version = 2 if "@id" in service else 3
        resource["service"] = {
            "@context": f"http://iiif.io/api/image/{version}/context.json",
            "@id": service.get("@id", service.get("id")),
            "profile": f"http://iiif.io/api/image/{version}/level0.json",
        }
    return {
        "@id": annotation["id"],
        "@type": "oa:Annotation",
        "motivation": "sc:painting",
        "resource": resource,
        "on": annotation["target"],
    }


def annotations_to_version_2(page: dict[str, Any], address: str) -> dict[str, Any]:
    """Rewrite an annotation page as an annotation list."""
    return {
        "@context": CONTEXT,
        "@id": address,
        "@type": "sc:AnnotationList",
        "resources": [_annotation(each) for each in page["items"]],
    }


def _annotation(annotation: dict[str, Any]) -> dict[str, Any]:
    bodies = annotation["body"] if isinstance(annotation["body"], list) else [annotation["body"]]
    resources = [_resource(body) for body in bodies]
    return {
        "@id": annotation["id"],
        "@type": "oa:Annotation",
        # the word of version 2 for a transcription that belongs to the page is painting
        "motivation": "sc:painting" if len(bodies) == 1 else ["oa:linking", "oa:commenting"],
        "resource": resources[0] if len(bodies) == 1 else resources,
        "on": annotation["target"],
    }


def _resource(body: dict[str, Any]) -> dict[str, Any]:
    if body["type"] == "TextualBody":
        return {"@type": "cnt:ContentAsText", "format": body["format"], "chars": body["value"]}
    return {
        "@id": body["id"],
        "@type": "sc:Canvas",
        "label": _words(body["label"]),
        "within": body["partOf"][0]["id"],
    }


def _words(text: dict[str, list[str]]) -> str:
    return "; ".join(value for values in text.values() for value in values)
