"""Content: what is printed on a page of the sample archive, before any typesetting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    key: str  # language-free identity, such as "declination.minutes"; equal across the editions of a work
    heading: str  # as printed, in the language of the edition; may be empty; may contain line breaks
    group: str = ""  # heading that spans neighbouring columns of the same group; "" is none
    argument: bool = False  # whether the column holds the argument, such as the degree
    align: str = "right"  # right, center or left


@dataclass(frozen=True)
class TableContent:
    """A table as printed."""

    title: str
    columns: tuple[Column, ...]
    row_keys: tuple[str, ...]  # language-free identity of each row, equal across editions
    cells: tuple[tuple[str, ...], ...]  # rows x columns; "" is an empty cell


@dataclass(frozen=True)
class PageContent:
    """A page as printed."""

    kind: str  # table, prose, title or diagram
    tables: tuple[TableContent, ...]  # none, one, or two side by side or below one another
    paragraphs: tuple[str, ...]  # text around the tables, or the body of a page without
    running_head: str
    page_number: str  # "" is none
    catchword: str = ""
