"""Nearest documents: those whose vectors of weighted terms have the largest cosines, by an inverted index; compiled.

Most terms of a document are in few others, and a few terms are in very many. Those in few come first. Before the rest
is gone through, it is asked what it can still add to a cosine at most (as MaxScore does: Turtle and Flood, "Query
evaluation: strategies and optimizations", 1995): documents that cannot come among the nearest by it are out, and if
those that remain are few, their cosines are computed one by one. Where nothing is near, nothing can be left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.inverted_index import Begins, DocumentVectors, InvertedIndex, Places, Weights
from tablekin.models.compilation import compiled

_OCTAVES = 40  # of the number of documents that have a term
_FIRST_LOOK = 16  # share of the work, one over it, after which it is first asked what the rest can change
_PATIENCE = 8  # rows of which nothing could be left out, after which that is tried with every 16th alone
_STRIPE = 16  # documents looked at together
_ROUNDING = 1e-6  # for each term, of a sum of that many in single precision and of its terms


class _Terms(NamedTuple):
    """Terms of a document that others have, too, those in few documents first."""

    begins: Begins  # (terms,) where the documents of each begin in the index
    ends: Begins
    gains: Weights
    ahead: NDArray[np.float64]  # (terms + 1,) what those from each on can add


class _Sums(NamedTuple):
    """What documents have in common with one, as far as its terms were gone through."""

    shared: Weights  # (documents,) sum of squared weights
    touched: Places  # (documents,) first those of which it is not 0, if they are noted
    in_vain: Begins  # (1,) rows since one of which something could be left out


@compiled
def nearest_rows(
    rows: DocumentVectors, index: InvertedIndex, first: int, last: int, count: int
) -> tuple[Places, Weights]:
    """Find the documents nearest to each of those from ``first`` to before ``last``.

    Parameters
    ----------
    rows
        Vectors of all documents.
    index
        Of the same.
    count
        Documents wanted for each, itself not counted; at least one.

    Returns
    -------
    places, cosines
        ``(last - first, count)``, the largest first and of equals the first of them; -1 where there are no more with
        a term in common. Cosines are sums in single precision, in the order of terms.
    """
    places = np.full((last - first, count), -1, np.int32)
    best = np.zeros((last - first, count), np.float32)
    documents = len(rows.begins) - 1
    sums = _Sums(np.zeros(documents, np.float32), np.empty(documents, np.int32), np.zeros(1, np.int64))
    candidates = np.empty(documents, np.int32)
    for row in range(first, last):
        found = _candidates(rows, index, row, count, sums, candidates)
        for document in candidates[:found]:
            cosine = _cosine(rows, row, document)
            if cosine > 0:
                _insert(places[row - first], best[row - first], document, cosine)
    return places, best


@compiled
def _candidates(
    rows: DocumentVectors, index: InvertedIndex, row: int, count: int, sums: _Sums, candidates: Places
) -> int:
    """List the documents that may be among the nearest to a row, and return how many; ``sums`` are 0 again."""
    terms = _rare_first(index, rows.terms[rows.begins[row] : rows.begins[row + 1]])
    own, documents = len(terms.gains), len(sums.shared)
    work = (terms.ends - terms.begins).sum()
    is_noted = 2 * work < documents  # which are met; else it is quicker to look at all of them
    look_costs = 0 if is_noted else documents // 4
    is_tried = sums.in_vain[0] < _PATIENCE or row % 16 == 0
    rounding = _ROUNDING * (own + 10)
    done, look, met, found = 0, max(work // _FIRST_LOOK, look_costs), 0 if is_noted else -1, -1
    sums.touched[0] = _fetch(index.documents, terms.begins)
    for n in range(own):
        holders = index.documents[terms.begins[n] : terms.ends[n]]
        met = _add(holders, terms.gains[n], sums, met)
        done += len(holders)
        if is_tried and done >= look and work - done > look_costs:
            look = done + max(done, look_costs)
            wanted = _least_wanted(index.scales, row, count, sums, met) * (1 - rounding)
            most = (work - done) // own  # a cosine takes as long as going through so many documents of terms
            found = _within_reach(
                index, row, sums, met, terms.ahead[n + 1], wanted / (1 + rounding), most, candidates
            )
            if found <= most:
                break
            found = -1
    sums.in_vain[0] = 0 if found >= 0 else sums.in_vain[0] + is_tried
    if found < 0:
        wanted = _least_wanted(index.scales, row, count, sums, met) * (1 - rounding)
        found = _within_reach(index, row, sums, met, 0.0, wanted / (1 + rounding), documents, candidates)
    if is_noted:
        for document in sums.touched[:met]:
            sums.shared[document] = 0
    else:
        sums.shared[:] = 0
    return found


@compiled
def _rare_first(index: InvertedIndex, terms: Places) -> _Terms:
    """Choose the terms that other documents have, too; those in few documents first, roughly."""
    begins, ends = np.empty(len(terms), np.int64), np.empty(len(terms), np.int64)
    for n in range(len(terms)):  # in a loop by itself, so that the processor waits for many at a time
        begins[n], ends[n] = index.begins[terms[n]], index.begins[terms[n] + 1]
    free = np.zeros(_OCTAVES + 1, np.int64)
    for n in range(len(terms)):
        free[_octave(ends[n] - begins[n]) + 1] += 1
    kept = len(terms) - free[1]
    free[1] = 0
    free = np.cumsum(free)
    ordered = _Terms(
        np.empty(kept, np.int64), np.empty(kept, np.int64), np.empty(kept, np.float32), np.zeros(kept + 1)
    )
    for n in range(len(terms)):
        octave = _octave(ends[n] - begins[n])
        if octave > 0:
            place = free[octave]
            free[octave] += 1
            ordered.begins[place], ordered.ends[place] = begins[n], ends[n]
            ordered.gains[place] = index.gains[terms[n]]
    for n in range(kept - 1, -1, -1):
        ordered.ahead[n] = ordered.ahead[n + 1] + ordered.gains[n]
    return ordered


@compiled
def _fetch(documents: Places, begins: Begins) -> int:
    """Look at the first document of every term at once, since the processor waits for many as long as for one."""
    last = 0
    for begin in begins:
        last = max(last, documents[begin])
    return last


@compiled
def _octave(holders: int) -> int:
    octave = 0
    while holders > 0:
        octave += 1
        holders >>= 1
    return octave


@compiled
def _add(holders: Places, gain: float, sums: _Sums, met: int) -> int:
    """Add a term's gain to all documents that have it; return how many were touched, -1 if that is not noted."""
    shared, touched = sums.shared, sums.touched
    if met < 0:
        for document in holders:
            shared[document] += gain
        return met
    for document in holders:
        if shared[document] == 0:
            touched[met] = document
            met += 1
        shared[document] += gain
    return met


@compiled
def _least_wanted(scales: Weights, row: int, count: int, sums: _Sums, met: int) -> float:
    """Cosine, but for the scale of the row, of the last of the nearest, as far as terms were gone through."""
    nearest = np.zeros(count, np.float32)
    if met >= 0:
        for document in sums.touched[:met]:
            _put(nearest, sums.shared[document] * scales[document], document != row)
        return nearest[-1]
    shared = sums.shared
    for begin in range(0, len(shared), _STRIPE):
        end = min(begin + _STRIPE, len(shared))
        if _largest(shared, scales, begin, end) > nearest[-1]:
            for document in range(begin, end):
                _put(nearest, shared[document] * scales[document], document != row)
    return nearest[-1]


@compiled
def _within_reach(
    index: InvertedIndex,
    row: int,
    sums: _Sums,
    met: int,
    ahead: float,
    wanted: float,
    most: int,
    candidates: Places,
) -> int:
    """List the documents whose cosine, but for the scale of the row, may come to what is wanted.

    ``met`` documents were touched, -1 if that is not known; the terms that are left can add ``ahead``. Returns how many
    documents are listed; more than ``most`` if there are more.
    """
    shared, scales = sums.shared, index.scales
    found = 0
    if met < 0:
        for document in range(len(shared)):
            if (
                (shared[document] + ahead) * scales[document] >= wanted
                and document != row
                and scales[document] > 0
                and shared[document] + ahead > 0
            ):
                if found == most:
                    return most + 1
                candidates[found] = document
                found += 1
        return found
    for document in sums.touched[:met]:
        if (shared[document] + ahead) * scales[document] >= wanted and document != row:
            if found == most:
                return most + 1
            candidates[found] = document
            found += 1
    if ahead > 0:
        for document in index.by_scale:  # those that have nothing in common yet
            if ahead * scales[document] < wanted or scales[document] == 0:
                break
            if shared[document] == 0 and document != row:
                if found == most:
                    return most + 1
                candidates[found] = document
                found += 1
    return found


@compiled
def _cosine(rows: DocumentVectors, one: int, other: int) -> np.float32:
    """Add up the products of the values of two documents, in the order of terms."""
    i, end = rows.begins[one], rows.begins[one + 1]
    j, end_of_other = rows.begins[other], rows.begins[other + 1]
    cosine = np.float32(0)
    while i < end and j < end_of_other:
        term, term_of_other = rows.terms[i], rows.terms[j]
        if term == term_of_other:
            cosine += rows.values[i] * rows.values[j]
        i += term <= term_of_other
        j += term_of_other <= term
    return cosine


@compiled
def _largest(shared: Weights, scales: Weights, begin: int, end: int) -> np.float32:
    largest = np.float32(0)
    for document in range(begin, end):
        largest = max(largest, shared[document] * scales[document])
    return largest


@compiled
def _put(nearest: Weights, value: float, is_other: bool) -> None:
    """Put a value among the largest, if it is one of them."""
    if not is_other or value <= nearest[-1]:
        return
    rank = len(nearest) - 1
    while rank > 0 and value > nearest[rank - 1]:
        nearest[rank] = nearest[rank - 1]
        rank -= 1
    nearest[rank] = value


@compiled
def _insert(places: Places, best: Weights, document: int, cosine: np.float32) -> None:
    """Put a document among the nearest, if it is one of them."""
    rank = len(best)
    while rank > 0 and (
        places[rank - 1] < 0
        or cosine > best[rank - 1]
        or (cosine == best[rank - 1] and document < places[rank - 1])
    ):
        rank -= 1
    for later in range(len(best) - 1, rank, -1):
        places[later], best[later] = places[later - 1], best[later - 1]
    if rank < len(best):
        places[rank], best[rank] = document, cosine
