"""Upgrade: manifests and collections of Presentation 1 and 2 in the form of Presentation 3: one reader reads all.

The names on either side stand in the change log of version 3: https://iiif.io/api/presentation/3.0/change-log/.
"""

from __future__ import annotations

from typing import Any

from tablekin.iiif.language import as_list

_OLD_MEMBERS = ("collections", "manifests", "members")
_SAME = ("label", "metadata", "navDate", "width", "height", "service", "format")


def kind_of(content: dict[str, Any]) -> str:
    """Tell what a IIIF document says it is, without the prefixes of version 2: ``Manifest``."""
    kinds = as_list(content.get("type", content.get("@type")))
    return str(kinds[0]).rpartition(":")[2].rpartition("/")[2] if kinds else ""


def identifier(content: Any) -> str:
    """Give the id of a IIIF object, or of one that is given by its id alone; empty if it has none."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        found = content.get("id", content.get("@id"))
        return found if isinstance(found, str) else ""
    return ""


def to_version_3(content: dict[str, Any]) -> dict[str, Any]:
    """Rewrite a manifest or collection of version 1 or 2; one of version 3 stays as it is.

    Only what is read here is kept: labels, metadata, rights, dates, and the pictures that are painted on canvases.
    """
    kind = kind_of(content)
    if kind == "Manifest" and "items" not in content and "sequences" in content:
        sequences = [each for each in as_list(content["sequences"]) if isinstance(each, dict)]
        first = next((each for each in sequences if each.get("canvases")), {})
        return _described(content, kind) | {
            "items": [_canvas(each) for each in as_list(first.get("canvases"))]
        }
    if kind == "Collection" and "items" not in content:
        members = [each for name in _OLD_MEMBERS for each in as_list(content.get(name))]
        return _described(content, kind) | {"items": members}
    return content


def _described(content: dict[str, Any], kind: str) -> dict[str, Any]:
    new = {name: content[name] for name in _SAME if name in content}
    new |= {"id": identifier(content), "type": kind}
    if "license" in content:
        new["rights"] = content["license"]
    if "attribution" in content:
        new["requiredStatement"] = {"label": "Attribution", "value": content["attribution"]}
    return new


def _canvas(canvas: Any) -> dict[str, Any]:
    if not isinstance(canvas, dict):
        return {"type": "Canvas"}
    painted = [
        {
            "type": "Annotation",
            "motivation": "painting",
            "body": _resource(image.get("resource")),
            "target": image.get("on"),
        }
        for image in as_list(canvas.get("images"))
        if isinstance(image, dict)
    ]
    return _described(canvas, "Canvas") | {"items": [{"type": "AnnotationPage", "items": painted}]}


def _resource(resource: Any) -> Any:
    if not isinstance(resource, dict):
        return resource
    kind = kind_of(resource)
    if kind == "Choice":
        alternatives = [resource.get("default"), *as_list(resource.get("item"))]
        return {"type": kind, "items": [_resource(each) for each in alternatives if isinstance(each, dict)]}
    if kind == "SpecificResource":
        source = _resource(resource.get("full", resource.get("source")))
        return {"type": kind, "source": source, "selector": resource.get("selector")}
    return _described(resource, kind)
