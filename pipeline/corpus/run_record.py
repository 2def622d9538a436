"""RunRecord: what ``run.json`` says, and how it must be said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

_OF_FINISHED = ("inputs", "documents", "stages", "seconds")
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StageCount(BaseModel):
    """What a stage was given, what it made, and how long it took."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    into: Count = Field(alias="in")
    out: Count
    seconds: Seconds


class RunRecord(BaseModel):
    """Keys of ``run.json`` and what each may hold; docs/reference/data-dictionary.md explains them."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    state: Literal["unfinished", "finished"]
    started: str
    scans: list[str]
    metadata: str | None
    seed: Count
    config: dict[str, Any]
    versions: dict[str, str]
    weights: dict[str, Digest]
    engine: str | None = None
    device: str | None = None
    workers: Count | None = None
    inputs: str | None = None
    documents: dict[Literal["ok", "failed"], Count] | None = None
    stages: dict[str, StageCount] | None = None
    seconds: Seconds | None = None
    peak_memory_mb: dict[str, Count] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> RunRecord:
        datetime.fromisoformat(self.started)
        lacking = [key for key in _OF_FINISHED if self.state == "finished" and getattr(self, key) is None]
        if lacking:
            raise ValueError(f"a finished run has {' and '.join(lacking)}")
        return self


def engine_of_record(record: Mapping[str, Any]) -> str | None:
    """Name the OCR engine that read the words of a corpus; None if none did."""
    return record.get("engine")


def fault_of_record(record: Mapping[str, Any]) -> str:
    """Say what is wrong with a record; nothing if it is as it must be."""
    try:
        RunRecord.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "it"
        return f"{place}: {first['msg']}"
    return ""
