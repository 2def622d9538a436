"""Small manifests, made for tests."""


def image(address, **more):
    return {"id": address, "type": "Image", "format": "image/jpeg", "width": 1000, "height": 1500} | more


def service(address, version=2, level=1):
    if version == 2:
        return {
            "@context": "http://iiif.io/api/image/2/context.json",
            "@id": address,
            "profile": f"http://iiif.io/api/image/2/level{level}.json",
        }
    return {"id": address, "type": "ImageService3", "profile": f"level{level}"}


def canvas(name, body, **more):
    painting = {"type": "Annotation", "motivation": "painting", "body": body, "target": name}
    page = {"type": "AnnotationPage", "items": [painting]}
    return {"id": name, "type": "Canvas", "width": 1000, "height": 1500, "items": [page]} | more


def manifest(canvases, address="https://library.example/manifest", **more):
    context = "http://iiif.io/api/presentation/3/context.json"
    label = {"en": ["Tables"]}
    return {"@context": context, "id": address, "type": "Manifest", "label": label, "items": canvases} | more


def collection(members, address="https://library.example/collection", **more):
    label = {"en": ["All tables"]}
    items = [{"id": each, "type": kind, "label": {"en": ["x"]}} for each, kind in members]
    return {"id": address, "type": "Collection", "label": label, "items": items} | more
