"""Config: every number a run depends on, read from ``RUN.toml`` and checked before anything is computed."""

from __future__ import annotations

import hashlib
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tablekin.errors import ConfigError

# what neither the tables of documents nor those of pairs depend on: what is recomputed and collations have
# fingerprints of their own
_OF_NO_TABLE = {"seed": True, "device": True, "iiif": True, "recompute": True, "collate": True}


MIN_PARTNERS = 10  # whoever reads table pairs finds the nearest few of every document there
_ALL_UP_TO, _OF_MORE = 20_000, 100  # documents of which all pairs are kept by default; partners of more


class Similarity(StrEnum):
    """By what pages are ranked and their matches chosen: the paper's, or one that knows what all tables share."""

    PAPER = "paper"
    SPECIFIC = "specific"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IngestConfig(_Section):
    """Which scans are read."""

    max_pixels: int = Field(default=200_000_000, gt=0, description="a larger scan becomes a failed document")
    split_spreads: bool = Field(
        default=True, description="two facing pages on one image become two documents"
    )


class IiifConfig(_Section):
    """How pages are fetched from libraries."""

    max_side: int = Field(
        default=3000,
        ge=500,
        description="longer side of a picture, in pixels, that is asked for at most where the server can scale it",
    )
    requests_per_host: int = Field(default=1, ge=1, le=8, description="requests that a server gets at a time")
    pause: float = Field(default=0.2, ge=0, description="seconds between two requests to a server")
    allow_private: bool = Field(
        default=False, description="whether servers inside this machine and its network may be asked"
    )


class DigitizeConfig(_Section):
    """How the digits of a page are found."""

    threshold: float = Field(default=0.17, gt=0, lt=1, description="least score of a digit: its probability")
    threshold_without_table: float = Field(
        default=0.98, gt=0, lt=1, description="the same on a page without a table, its number excepted"
    )


class SegmentConfig(_Section):
    """How a page is cut into regions."""

    min_digits: int = Field(default=12, gt=0, description="a block with fewer digits is no table")


class ReadConfig(_Section):
    """Who reads the words of a page."""

    words: Literal["none", "tesseract"] = Field(
        default="none", description="the OCR engine that reads headings, row labels and running heads"
    )
    languages: str = Field(
        default="lat",
        pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$",
        description="languages it is told to expect, as the engine names them: `lat+ita`",
    )


class ExplainConfig(_Section):
    """How similarity is explained."""

    min_rule: Literal["proportional", "equal", "weaker"] = Field(
        default="proportional", description="how the two digits of a bigram share its relevance"
    )
    gamma: float | None = Field(
        default=None,
        ge=0,
        description="one LRP-gamma for all convolutions; absent: the network's own, layer by layer",
    )
    similarity: Similarity = Field(
        default=Similarity.SPECIFIC,
        description="by what partners are ranked and matches chosen: `specific`, which knows what tables have in "
        "common, or `paper`, the plain product of the features; the tables have both",
    )
    partners: int | str = Field(
        default="auto",
        examples=["auto", "all", f"a number from {MIN_PARTNERS} on"],
        description="of how many documents, the nearest to each, pairs and matches are kept, kin besides: a number, "
        "`all`, or `auto`, which is all of up to 20,000 documents and 100 of more",
    )
    matches_per_pair: int = Field(
        default=4, gt=0, description="strongest matches kept of each pair and level"
    )
    matches_from_cosine: float = Field(
        default=0,
        ge=0,
        le=1,
        description="pairs with a lower cosine are scored, but their matches are not kept",
    )

    @field_validator("partners")
    @classmethod
    def _is_known(cls, partners: int | str) -> int | str:
        known = partners in ("auto", "all") if isinstance(partners, str) else partners >= MIN_PARTNERS
        if not known:
            raise ValueError(f"say auto, all, or a number from {MIN_PARTNERS} on")
        return partners


class RecomputeConfig(_Section):
    """Which functions are claimed of tables."""

    min_log_odds: float = Field(
        default=10.0,
        ge=0,
        description="a function is claimed of a table that it explains better than none does by so many nats",
    )


class CollateConfig(_Section):
    """Which pairs are compared cell by cell."""

    neighbours: int = Field(
        default=5,
        ge=0,
        description="a document is collated with so many of its nearest by rank, and as many by runs of digits",
    )


class RunConfig(_Section):
    """Everything a run depends on besides the scans and the weights.

    Examples
    --------
    >>> import tablekin
    >>> config = tablekin.RunConfig(device="cpu", explain={"matches_per_pair": 8})
    >>> config.explain.matches_per_pair
    8
    """

    seed: int = Field(
        default=0,
        ge=0,
        description="of what `tablekin analyze` draws at random; another seed makes no table of a run anew",
    )
    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        description="where the networks run: auto (an accelerator if there is one), cpu, cuda or cuda:N",
    )
    ingest: IngestConfig = IngestConfig()
    iiif: IiifConfig = IiifConfig()
    digitize: DigitizeConfig = DigitizeConfig()
    segment: SegmentConfig = SegmentConfig()
    read: ReadConfig = ReadConfig()
    explain: ExplainConfig = ExplainConfig()
    recompute: RecomputeConfig = RecomputeConfig()
    collate: CollateConfig = CollateConfig()

    @model_validator(mode="after")
    def _keeps_what_is_collated(self) -> RunConfig:
        if isinstance(self.explain.partners, int) and self.explain.partners < self.collate.neighbours:
            raise ValueError("explain.partners must not be smaller than collate.neighbours")
        return self

    def partners_of(self, documents: int) -> int | None:
        """Tell of how many partners pairs are kept where there are so many documents; None if of all."""
        if self.explain.partners == "auto":
            return max(_OF_MORE, self.collate.neighbours) if documents > _ALL_UP_TO else None
        return self.explain.partners if isinstance(self.explain.partners, int) else None

    def document_fingerprint(self, *parts: str) -> str:
        """Digest of what a document's tables depend on besides the scan: this config and ``parts``.

        The options are left out that only the comparison of documents reads, and those of an OCR engine where none
        is asked for; where one is, ``parts`` are to have its version.
        """
        of_pairs = {"similarity", "partners", "matches_per_pair", "matches_from_cosine"}
        return _digest(self.model_dump_json(exclude={**self._of_no_table(), "explain": of_pairs}), *parts)

    def _of_no_table(self) -> dict[str, bool]:
        return {**_OF_NO_TABLE, **({"read": True} if self.read.words == "none" else {})}

    def recomputation_fingerprint(self, *parts: str) -> str:
        """Digest of what is recomputed of tables depends on besides their readings: this config and ``parts``."""
        return _digest(self.recompute.model_dump_json(), *parts)

    def on_device(self, device: str) -> RunConfig:
        """Make the same config for another device.

        Raises
        ------
        ConfigError
            There can be no such device.
        """
        try:
            return RunConfig.model_validate(self.model_dump() | {"device": device})
        except ValidationError as error:
            raise ConfigError(f"there is no device {device!r}; say auto, cpu, cuda or cuda:N") from error

    def with_words(self, engine: str) -> RunConfig:
        """Make the same config with another OCR engine.

        Raises
        ------
        ConfigError
            There is no such engine.
        """
        values = self.model_dump()
        values["read"]["words"] = engine
        try:
            return RunConfig.model_validate(values)
        except ValidationError as error:
            raise ConfigError(f"words are read by tesseract or by none, not by {engine!r}") from error

    def keeping(self, partners: str) -> RunConfig:
        """Make the same config with another number of partners, as a user writes it.

        Raises
        ------
        ConfigError
            It is none.
        """
        values = self.model_dump()
        values["explain"]["partners"] = int(partners) if partners.isdecimal() else partners
        try:
            return RunConfig.model_validate(values)
        except ValidationError as error:
            raise ConfigError(
                f"partners are kept all or by number, {max(MIN_PARTNERS, self.collate.neighbours)} at least, not "
                f"{partners!r}; say all, auto or such a number"
            ) from error

    def fetching(self, max_side: int | None, allow_private: bool) -> RunConfig:
        """Make the same config with other settings of fetching; what is None or False is left as it is.

        Raises
        ------
        ConfigError
            The size is too small.
        """
        values = self.model_dump()
        if max_side is not None:
            values["iiif"]["max_side"] = max_side
        values["iiif"]["allow_private"] |= allow_private
        try:
            return RunConfig.model_validate(values)
        except ValidationError as error:
            raise ConfigError("; ".join(_describe(problem) for problem in error.errors())) from error

    def pair_fingerprint(self, documents: str, weights: str = "") -> str:
        """Digest of what the tables of pairs depend on besides the documents, and besides which pairs are kept.

        Parameters
        ----------
        documents
            Digest of what these depend on.
        weights
            Of the specific similarity; without, of tables of before there was one.
        """
        if not weights:
            before: dict[str, Any] = {**self._of_no_table(), "explain": {"similarity", "partners"}}
            return _digest(self.model_dump_json(exclude=before), documents)
        others: dict[str, Any] = {**self._of_no_table(), "explain": {"partners"}}
        return _digest(self.model_dump_json(exclude=others), documents, weights)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _known(location: tuple[int | str, ...]) -> list[str]:
    """Names allowed where ``location`` points, for the message about a misspelled one."""
    model: type[BaseModel] = RunConfig
    for part in location[:-1]:
        annotation = model.model_fields[str(part)].annotation
        assert isinstance(annotation, type)
        assert issubclass(annotation, BaseModel)
        model = annotation
    return sorted(model.model_fields)


def _describe(problem: Any) -> str:
    location = problem["loc"]
    if problem["type"] == "extra_forbidden":
        return f"unknown key '{_name(location)}'; known here: {', '.join(_known(location))}"
    if not location:  # of several keys together
        return str(problem["msg"])
    return (
        f"'{_name(location)}': {problem['msg'][0].lower()}{problem['msg'][1:]} (found {problem['input']!r})"
    )


def read_config(path: str | Path | None) -> RunConfig:
    """Read ``RUN.toml``; without a path, the defaults.

    Raises
    ------
    ConfigError
        The file is missing, is not TOML, has a key that is not known, or a value out of bounds. The message
        names the file and every such key.

    Examples
    --------
    >>> import tablekin
    >>> from pathlib import Path
    >>> Path("RUN.toml").write_text('device = "cpu"')
    14
    >>> tablekin.read_config("RUN.toml").device
    'cpu'
    """
    if path is None:
        return RunConfig()
    try:
        with Path(path).open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"cannot read the config {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the config {path} is not valid TOML: {error}") from error
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(_describe(problem) for problem in error.errors())
        raise ConfigError(f"the config {path} cannot be used: {problems}") from error
