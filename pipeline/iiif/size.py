"""Size: which of the sizes that a server offers of a picture is asked for, and how the request is written."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from tablekin.iiif.image_service import ImageService
from tablekin.iiif.thresholds import SIZES

_ROUNDING = 1e-6  # pixels: a third of three thousand is to be a thousand
Region = tuple[int, int, int, int]  # x, y, width, height in pixels of the whole picture


@dataclass(frozen=True)
class ImageRequest:
    """A picture as it is asked for."""

    address: str
    width: int  # pixels that will come
    height: int


def choose_size(service: ImageService, max_side: int, region: Region | None = None) -> ImageRequest:
    """Choose the size of a picture and write the address that asks for it.

    The picture is never enlarged, and only what the server offers is asked for: any width where it can scale,
    otherwise one of the sizes it lists, otherwise the whole. Limits of width, height and area are kept.

    Parameters
    ----------
    service
        What the server offers.
    max_side
        Pixels of the longer side that are wanted at most; where only certain sizes are offered, and none between half
        of that and that, the next larger.
    region
        The part of the picture that is wanted, where that is not all; it is given whole where the server cannot cut.
    """
    cut = _inside(region, service) if region and "regionByPx" in service.features else None
    width, height = cut[2:] if cut else (service.width, service.height)
    most = _most_allowed(service, width, height)
    wanted = _scaled(width, height, min(most, max_side / max(width, height)))
    if wanted == (width, height):
        size = "full" if service.version == 2 else "max"
    elif "sizeByW" in service.features:
        size = f"{wanted[0]},"
    elif "sizeByH" in service.features:
        size = f",{wanted[1]}"
    elif listed := None if cut else _listed(service, max_side, most):
        wanted = listed
        size = f"{listed[0]}," if service.version == 2 else f"{listed[0]},{listed[1]}"
    else:  # `max` is all that the limits allow; version 2.0 has none, and only the word `full`
        has_limits = service.max_width or service.max_height or service.max_area
        size = "max" if service.version == 3 or has_limits else "full"
        wanted = _scaled(width, height, most)
    part = ",".join(map(str, cut)) if cut else "full"
    return ImageRequest(f"{service.address}/{part}/{size}/0/default.jpg", *wanted)


def _inside(region: Region, service: ImageService) -> Region | None:
    """Give what of a region lies on the picture; None if that is nothing or all."""
    x, y = min(region[0], service.width), min(region[1], service.height)
    width, height = min(region[2], service.width - x), min(region[3], service.height - y)
    if width <= 0 or height <= 0 or (width, height) == (service.width, service.height):
        return None
    return x, y, width, height


def _most_allowed(service: ImageService, width: int, height: int) -> float:
    """Give the largest scale, at most 1, at which a picture of this size keeps the limits of a server."""
    scale = 1.0
    if service.max_width:
        scale = min(scale, service.max_width / width)
    if limit := service.max_height or service.max_width:  # the width is for both where the height is missing
        scale = min(scale, limit / height)
    if service.max_area and service.max_area < width * height * scale**2:
        scale = sqrt(service.max_area / (width * height))
        across = _scaled(width, height, scale)[0]
        while (
            across > 1 and across * ceil(height * across / width) > service.max_area
        ):  # however a server rounds
            across -= 1
        scale = across / width
    return scale


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    """Scale a width and height down, never up."""
    if scale >= 1:
        return width, height
    return max(1, int(width * scale + _ROUNDING)), max(1, int(height * scale + _ROUNDING))


def _listed(service: ImageService, max_side: int, most: float) -> tuple[int, int] | None:
    """Choose among the sizes that a server lists; None if the whole is to be taken."""
    longest = max(_scaled(service.width, service.height, most))
    sizes = sorted((size for size in service.sizes if max(size) <= longest), key=max)
    small = [size for size in sizes if max(size) <= max_side]
    if small and max(small[-1]) >= SIZES.min_share * max_side:
        return small[-1]
    return next((size for size in sizes if max(size) > max_side), None)
