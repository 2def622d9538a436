"""ArchivePlan: which pages a sample archive has, decided before any is printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from tablekin.sample.editions import Edition, draw_editions
from tablekin.sample.typesetting.headings import Lexicon, pick, read_lexicon
from tablekin.sample.typesetting.layout import arrange_pages, print_value
from tablekin.sample.typesetting.style import Style
from tablekin.sample.works.author import draw_author
from tablekin.sample.works.catalogue import ChosenWork, draw_works
from tablekin.sample.works.content import PageContent
from tablekin.sample.works.misprints import Misprint, apply
from tablekin.sample.works.work import Work

_OTHERS = 0.2  # share of pages that are no tables
_NOT_COMPUTED = ("easter_old", "easter_new")  # cycles and dates: whoever counts rightly has the same
_SMALL_ARCHIVE = 60  # tables; an archive with fewer has few editions of each work


@dataclass(frozen=True)
class PlannedPage:
    """A page to be printed."""

    content: PageContent
    style: Style
    orientation: int  # degrees clockwise
    metadata: dict[str, str]  # row of metadata.csv
    misprints: tuple[dict[str, str], ...]  # of the edition, in the form of the truth's table
    deviations: tuple[dict[str, str], ...]  # of its author from what is due, likewise
    seed: np.random.SeedSequence

    @property
    def doc(self) -> str:
        """Name of the document: its file without suffix."""
        return self.metadata["file"].rpartition(".")[0]


@dataclass(frozen=True)
class ArchivePlan:
    """A whole archive, and the rows of the truth that no page holds."""

    pages: list[PlannedPage]
    tree: list[dict[str, object]]
    works: list[dict[str, object]]


@dataclass
class _Book:
    """Pages of an edition, in order."""

    name: str  # of the work
    work: Work
    edition: Edition
    contents: list[PageContent]
    chosen: ChosenWork
    anew: str | None = None  # the work that this one is computed anew of
    habits: dict[str, object] = field(default_factory=dict)  # of its author


def _printed_misprint(work: Work, one: Misprint, edition: Edition, lexicon: Lexicon) -> dict[str, str]:
    key = work.column_keys[one.place]
    unit = key.rpartition(".")[2]
    printed, correct = (
        print_value(text, unit, edition.layout, lexicon, edition.printer)
        for text in (one.printed, one.correct)
    )
    return {
        "row_key": work.row_keys[one.row],
        "column_key": key,
        "printed": printed,
        "correct": correct,
        "kind": one.kind,
        "introduced_in": one.introduced_in,
    }


def _furniture(lexicon: Lexicon, edition: Edition, rng: np.random.Generator) -> dict[str, str]:
    """Choose running head and catchword; the page number comes when all pages are there."""
    head = pick(lexicon.running_heads, edition.printer) if rng.random() < 0.8 else ""
    sentence = pick(lexicon.prose, int(rng.integers(len(lexicon.prose))))
    catchword = sentence.split()[0] if rng.random() < 0.35 else ""
    return {"running_head": head, "page_number": "", "catchword": catchword}


def _table_pages(book: _Book, rng: np.random.Generator) -> list[PageContent]:
    """Print the tables of an edition, some with a note."""
    edition, lexicon = book.edition, read_lexicon(book.edition.language)
    cells = apply(book.work, edition.misprints)
    pages = []
    for tables in arrange_pages(book.work, cells, edition.layout, lexicon, edition.printer):
        note = pick(lexicon.notes, int(rng.integers(len(lexicon.notes))))
        notes = (note,) if rng.random() < 0.4 else ()
        pages.append(PageContent("table", tables, notes, **_furniture(lexicon, edition, rng)))
    return pages


def _roman(number: int) -> str:
    """Write a number as title pages do."""
    signs = ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I")
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    text = ""
    for sign, value in zip(signs, values, strict=True):
        count, number = divmod(number, value)
        text += sign * count
    return text


def _other_page(edition: Edition, rng: np.random.Generator) -> PageContent:
    """Compose a page that is no table: prose, a title page or a diagram."""
    lexicon = read_lexicon(edition.language)
    kind = str(rng.choice(["prose", "title", "diagram"], p=[0.6, 0.15, 0.25]))
    furniture = _furniture(lexicon, edition, rng)
    if kind == "title":
        year = _roman(edition.year) if rng.random() < 0.5 else str(edition.year)
        return PageContent(
            kind, (), (*lexicon.title_page, f"{lexicon.places[edition.place]}, {year}."), "", ""
        )
    if kind == "diagram":
        caption = pick(lexicon.captions, int(rng.integers(len(lexicon.captions))))
        text = lexicon.sentences(rng, int(rng.integers(3, 7)), edition.year)
        return PageContent(kind, (), (f"{caption}.", text), **furniture)
    counts = rng.integers(2, 6, int(rng.integers(2, 5)))
    texts = tuple(lexicon.sentences(rng, int(count), edition.year) for count in counts)
    return PageContent(kind, (), texts, **furniture)


def _draw_books(documents: int, rng: np.random.Generator) -> list[_Book]:
    """Choose works and editions until their tables fill the archive; the last one may lose pages."""
    tables = documents - round(_OTHERS * documents)
    books: list[_Book] = []
    numbers: dict[str, int] = {}
    missing = tables
    for chosen in draw_works(rng):
        work = chosen.work
        numbers[work.table_type] = numbers.get(work.table_type, 0) + 1
        name = f"{work.table_type.replace('_', '-')}-{numbers[work.table_type]:02d}"
        count = int(rng.choice([2, 3])) if tables < _SMALL_ARCHIVE else int(rng.choice([1, 2, 3, 4, 5, 6, 7]))
        for edition in draw_editions(work, name, count, rng):
            if not missing:
                return books
            book = _Book(name, work, edition, [], chosen)
            book.contents = _table_pages(book, rng)[:missing]
            missing -= len(book.contents)
            books.append(book)
    return books


def _draw_books_anew(books: list[_Book], pages: int, rng: np.random.Generator) -> list[_Book]:
    """Let others compute works of these books anew, until their tables fill so many pages.

    What stands in tables of rows that only count cannot be computed otherwise; of the others, works come in turn.
    """
    works = {book.name: book for book in books if book.work.table_type not in _NOT_COMPUTED}
    anew: list[_Book] = []
    numbers: dict[str, int] = {}
    means: set[tuple[str, object]] = (
        set()
    )  # no two who compute a work have the same: nobody could tell them apart
    missing = pages
    while works and missing:
        for index in rng.permutation(len(works)):
            old = list(works.values())[int(index)]
            author = draw_author(rng)
            if (old.name, author.means) in means:
                continue
            work = old.chosen.computed_by(author)
            if work.cells == old.work.cells:  # his additions went wrong in rows that need none
                continue
            means.add((old.name, author.means))
            numbers[old.name] = numbers.get(old.name, 0) + 1
            name = f"{old.name}-anew-{numbers[old.name]}"
            for edition in draw_editions(work, name, int(rng.choice([1, 2, 3], p=[0.4, 0.4, 0.2])), rng):
                book = _Book(name, work, edition, [], old.chosen, old.name, author.habits())
                book.contents = _table_pages(book, rng)[:missing]
                missing -= len(book.contents)
                anew.append(book)
                if not missing:
                    return anew
    return anew


def _number_pages(book: _Book, rng: np.random.Generator) -> Iterator[tuple[PageContent, str]]:
    """Give the pages of an edition their printed numbers; a title page has none."""
    first = int(rng.integers(3, 400))
    for number, content in enumerate(book.contents, first):
        printed = "" if content.kind == "title" or rng.random() < 0.08 else str(number)
        yield replace(content, page_number=printed), str(number)


def plan_archive(documents: int, seed: int, anew: int = 0) -> ArchivePlan:
    """Decide on all pages of an archive.

    Parameters
    ----------
    documents
        Number of pages, at least 1.
    seed
        The same seed and number give the same plan.
    anew
        Further pages, with works of the archive that others computed anew; they come last and change no other page.
    """
    sequence = np.random.SeedSequence(seed)
    content_seed, page_seed, anew_seed, anew_page_seed = sequence.spawn(4)
    rng = np.random.default_rng(content_seed)
    books = _draw_books(documents, rng)
    for _ in range(documents - sum(len(book.contents) for book in books)):
        book = books[int(rng.integers(len(books)))]
        page = _other_page(book.edition, rng)
        first = page.kind == "title" or rng.random() < 0.5
        book.contents.insert(0 if first else len(book.contents), page)
    pages: list[PlannedPage] = []
    seeds = iter(page_seed.spawn(documents))
    for book in books:
        pages += [
            _plan_page(book, content, number, next(seeds), rng)
            for content, number in _number_pages(book, rng)
        ]
    anew_rng = np.random.default_rng(anew_seed)
    seeds = iter(anew_page_seed.spawn(anew))
    for book in (others := _draw_books_anew(books, anew, anew_rng)):
        pages += [
            _plan_page(book, content, number, next(seeds), anew_rng)
            for content, number in _number_pages(book, anew_rng)
        ]
    books += others
    return ArchivePlan(pages, [_tree_row(book) for book in books], _work_rows(books))


def _plan_page(
    book: _Book, content: PageContent, number: str, seed: np.random.SeedSequence, rng: np.random.Generator
) -> PlannedPage:
    edition = book.edition
    suffix = str(rng.choice(["jpg", "png", "tif"], p=[0.86, 0.08, 0.06]))
    is_table = content.kind == "table"
    lexicon = read_lexicon(edition.language)
    return PlannedPage(
        content=content,
        style=edition.style,
        orientation=edition.orientation if is_table else 0,
        metadata={
            "file": f"{edition.key}_{edition.year}_p{int(number):03d}.{suffix}",
            "work": book.name,
            "edition": edition.key,
            "year": str(edition.year),
            "place": edition.place,
            "page": content.page_number,
            "language": lexicon.language,
            "family": book.work.table_type,
            "kind": content.kind,
        },
        misprints=tuple(
            _printed_misprint(book.work, one, edition, lexicon)
            for one in (edition.misprints if is_table else ())
        ),
        deviations=tuple(_deviations(book, lexicon)) if is_table else (),
        seed=seed,
    )


def _deviations(book: _Book, lexicon: Lexicon) -> Iterator[dict[str, str]]:
    """List the cells in which a work computed anew is not what its function says."""
    due, edition = book.chosen.work.cells, book.edition
    if book.anew is None:
        return
    for row, (own, right) in enumerate(zip(book.work.cells, due, strict=True)):
        for key, here, there in zip(book.work.column_keys, own, right, strict=True):
            if here != there:
                unit = key.rpartition(".")[2]
                computed, meant = (
                    print_value(text, unit, edition.layout, lexicon, edition.printer)
                    for text in (here, there)
                )
                yield {
                    "row_key": book.work.row_keys[row],
                    "column_key": key,
                    "computed": computed,
                    "due": meant,
                }


def _tree_row(book: _Book) -> dict[str, object]:
    edition = book.edition
    language = read_lexicon(edition.language).language
    fields = {"parent": edition.parent, "work": book.name, "year": edition.year, "place": edition.place}
    return {"edition": edition.key, **fields, "language": language}


def _work_rows(books: list[_Book]) -> list[dict[str, object]]:
    works = {book.name: book for book in books}
    return [
        {
            "work": name,
            "family": book.work.table_type,
            "parameters": json.dumps(dict(book.work.parameters)),
            "anew_of": book.anew,
            "author": json.dumps(book.habits),
        }
        for name, book in works.items()
    ]
