"""IntegerProducts: likeness of many documents by whole numbers of 16 bits, which processors multiply two at a time.

A vector of length 1 is rounded to multiples of a step. What rounding takes from a vector has a length that is known, so
that by Cauchy and Schwarz the product of two is known to within the sum of these lengths. Whole numbers are
multiplied and added without any further rounding, whatever the processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numpy.typing import NDArray

from tablekin.explain.simd import LANES, operation, pointer
from tablekin.models.compilation import compiled

# Sums of products stay below 2**31, as no product of two vectors is larger than the product of their lengths.
_LONGEST, _LARGEST = (
    46_300,
    32_767,
)  # of the multiples that a vector of length 1, and one of its numbers, may have
_AT_ONCE = 4096  # documents that are rounded together
_UNIT_ROUNDOFF = 2.0**-24  # of float32
_CONVERSIONS = (
    4  # from the sum to float32, each of which rounds: the sum, the scale, their product, and to spare
)
_IS_WIDE = bool(binding.get_host_cpu_features().get("avx512bw"))
# A block of so many rows by so many columns, whose sums are held in registers: other processors have fewer and shorter.
_ROWS, _COLUMNS = (8, 2 * LANES) if _IS_WIDE else (4, LANES)

Singles = NDArray[np.float32]
Pairs = NDArray[np.int32]  # each of two whole numbers of 16 bits
_INT64, _INT32 = ir.IntType(64), ir.IntType(32)
_SUMS, _PRODUCTS = ir.VectorType(_INT32, LANES), ir.VectorType(_INT32, 2 * LANES)
_NUMBERS = ir.VectorType(ir.IntType(16), 2 * LANES)
_SINGLES = ir.VectorType(ir.FloatType(), LANES)


@dataclass(frozen=True)
class RoundedVectors:
    """Vectors of documents, rounded.

    Attributes
    ----------
    columns
        ``(columns, pairs, LANES)``: the numbers of ``LANES`` documents that follow one another.
    step
        What they are multiples of.
    error
        By how much the product of two may differ from that of the vectors, at most.
    """

    columns: Pairs
    step: float
    error: float

    def rows(self, documents: NDArray[np.int64]) -> Pairs:
        """Take the numbers of some documents, ``(documents, pairs)``."""
        return np.ascontiguousarray(self.columns[documents // LANES, :, documents % LANES])

    def multiply(self, rows: Pairs, columns: Pairs, likeness: Singles) -> None:
        """Multiply documents by others.

        Parameters
        ----------
        rows
            As from `rows`.
        columns
            Some of ``columns``, of an even number of them, or as from `in_columns`.
        likeness
            ``(rows, LANES * columns)``, written.
        """
        _multiply(rows, columns, np.float32(self.step**2), likeness)


def round_vectors(vectors: NDArray[np.float64], norm: NDArray[np.float64], size: int) -> RoundedVectors:
    """Round vectors once they have length 1.

    Parameters
    ----------
    vectors, norm
        ``(documents, features)`` and ``(documents,)``, their lengths.
    size
        Up to how many documents zeros are added, a multiple of ``LANES``.
    """
    documents, features = vectors.shape
    parts = [slice(begin, min(begin + _AT_ONCE, documents)) for begin in range(0, documents, _AT_ONCE)]
    largest = max(float(np.abs(_unit(vectors, norm, part)).max(initial=0)) for part in parts)
    step = max(1 / _LONGEST, largest / _LARGEST)
    columns = np.zeros((size // LANES, -(-features // 2), LANES), np.int32)
    taken = 0.0
    for part in parts:
        unit = _unit(vectors, norm, part)
        multiples = np.rint(unit / step)
        taken = max(taken, float(np.linalg.norm(unit - multiples * step, axis=1).max()))
        here = columns[part.start // LANES : -(-part.stop // LANES)]
        here[:] = in_columns(pair_up(multiples.astype(np.int16)))
    error = taken + (1 + taken) * taken + _CONVERSIONS * _UNIT_ROUNDOFF
    return RoundedVectors(columns, step, error)


def _unit(vectors: NDArray[np.float64], norm: NDArray[np.float64], part: slice) -> NDArray[np.float64]:
    return vectors[part] / np.maximum(norm[part, None], 1e-30)


def pair_up(numbers: NDArray[np.int16]) -> Pairs:
    """Put two numbers of a row into one; ``(rows, pairs)``."""
    even = np.ascontiguousarray(np.pad(numbers, ((0, 0), (0, numbers.shape[1] % 2))))
    return even.view(np.int32)


def in_columns(rows: Pairs) -> Pairs:
    """Lay rows as columns of ``LANES``, the last filled up with zeros; ``(columns, pairs, LANES)``."""
    filled = np.pad(rows, ((0, -len(rows) % LANES), (0, 0)))
    return np.ascontiguousarray(filled.reshape(-1, LANES, rows.shape[1]).transpose(0, 2, 1))


def _everywhere(builder: Any, value: Any, vector: Any) -> Any:
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, _INT32(0))
    return builder.shuffle_vector(first, first, ir.Constant(_SUMS, [0] * LANES))


def _add_products(builder: Any, total: Any, one: Any, other: Any) -> Any:
    """Add products, two of them to each sum: in this form LLVM finds the instruction that does so, if there is one."""
    products = builder.mul(builder.sext(one, _PRODUCTS), builder.sext(other, _PRODUCTS))
    first, second = (ir.Constant(_SUMS, list(range(begin, 2 * LANES, 2))) for begin in (0, 1))
    first, second = (builder.shuffle_vector(products, products, each) for each in (first, second))
    return builder.add(total, builder.add(first, second))


def _of_block(rows: int, columns: int) -> Any:
    """Make the operation that multiplies a block of so many rows by so many columns of ``LANES``."""

    @operation
    def multiply_block(
        _: Any, row: Any, column: Any, pairs: Any, scale: Any, target: Any, stride: Any
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
            row, column, pairs, scale, target, stride = arguments
            none = ir.Constant(_SUMS, [0] * LANES)
            sums = [[cgutils.alloca_once(builder, _SUMS) for _ in range(columns)] for _ in range(rows)]
            for total in chain.from_iterable(sums):
                builder.store(none, total)
            with cgutils.for_range(builder, pairs) as loop:
                others = []
                for number in range(columns):
                    at = builder.add(builder.mul(_INT64(number), pairs), loop.index)
                    place = builder.gep(column, [builder.mul(at, _INT64(LANES))])
                    others.append(builder.load(builder.bitcast(place, _NUMBERS.as_pointer()), align=4))
                for number, own in enumerate(sums):
                    at = builder.add(builder.mul(_INT64(number), pairs), loop.index)
                    pair = _everywhere(builder, builder.load(builder.gep(row, [at])), _SUMS)
                    pair = builder.bitcast(pair, _NUMBERS)
                    for total, other in zip(own, others, strict=True):
                        builder.store(_add_products(builder, builder.load(total), pair, other), total)
            scales = _everywhere(builder, scale, _SINGLES)
            for number, own in enumerate(sums):
                for at, total in enumerate(own):
                    place = builder.add(builder.mul(_INT64(number), stride), _INT64(at * LANES))
                    place = builder.bitcast(builder.gep(target, [place]), _SINGLES.as_pointer())
                    found = builder.fmul(builder.sitofp(builder.load(total), _SINGLES), scales)
                    builder.store(found, place, align=4)
            return context.get_dummy_value()

        at_type = types.int64
        return types.none(row, column, at_type, types.float32, target, at_type), generate

    return multiply_block


_multiply_block = _of_block(_ROWS, _COLUMNS // LANES)
_multiply_row = _of_block(1, _COLUMNS // LANES)


@compiled
def _multiply(rows: Pairs, columns: Pairs, scale: np.float32, likeness: Singles) -> None:
    """See ``RoundedVectors.multiply``."""
    pairs, count, stride = rows.shape[1], len(rows), likeness.shape[1]
    for column in range(0, stride, _COLUMNS):
        others = pointer(columns, column * pairs)
        row = 0
        while row + _ROWS <= count:
            target = pointer(likeness, row * stride + column)
            _multiply_block(pointer(rows, row * pairs), others, pairs, scale, target, stride)
            row += _ROWS
        for left in range(row, count):
            target = pointer(likeness, left * stride + column)
            _multiply_row(pointer(rows, left * pairs), others, pairs, scale, target, stride)
