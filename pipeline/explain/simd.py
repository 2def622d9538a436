"""SIMD: lanes, sixteen float32 numbers that compiled functions multiply, add and compare at once.

numba turns loops over arrays into such instructions where it can prove that this is safe. It also checks each index
for the meaning that a negative one has in Python, and counts references to the arrays that a function is given, which
threads do in turn. In the innermost loops of the pair kernel this costs more than the arithmetic. These operations
say outright what is meant, on pointers: the caller keeps the arrays alive, and indices, from 0 through the memory of a
C-ordered array, are not checked. LLVM makes of them what the processor has: one instruction for sixteen numbers, two
for eight each, or four for four.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

LANES = 16
GROUP = 8  # products added by one call of add_products
_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_INT64, _INT32, _BYTE = ir.IntType(64), ir.IntType(32), ir.IntType(8)
_LINE = 64  # bytes of a cache's line
operation: Any = intrinsic  # whose own type counts the typing context among the arguments of a call
_FUSED = ("contract",)  # a product may be added without being rounded before


class _LanesType(types.Type):
    def __init__(self) -> None:
        super().__init__(name="Lanes")


@register_model(_LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


_LANES = _LanesType()


def _load(builder: Any, pointer: Any, at: Any) -> Any:
    return builder.load(builder.bitcast(builder.gep(pointer, [at]), _VECTOR.as_pointer()), align=4)


def _broadcast(builder: Any, value: Any) -> Any:
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.IntType(32)(0))
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, first, everywhere)


@operation
def pointer(_: Any, array: Any, at: Any) -> Any:
    """Point at an entry of an array; what is read and written there is ``pointer[0]``, ``pointer[1]`` and so on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        array, at = arguments
        return builder.gep(context.make_array(signature.args[0])(context, builder, array).data, [at])

    return types.CPointer(array.dtype)(array, types.int64), generate


@operation
def offset(_: Any, source: Any, at: Any) -> Any:
    """Point at what lies ``at`` numbers behind a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        source, at = arguments
        return builder.gep(source, [at])

    return source(source, types.int64), generate


@operation
def load(_: Any, source: Any, at: Any) -> Any:
    """Read ``LANES`` numbers of float32 from ``source[at]`` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        return _load(builder, *arguments)

    return _LANES(source, types.int64), generate


@operation
def prefetch(_: Any, source: Any, begin: Any, end: Any) -> Any:
    """Ask for ``source[begin]`` to before ``source[end]``, to be in the processor's cache when they are read.

    Nothing waits for them, and nothing happens where they are not needed.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        source, begin, end = arguments
        kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _INT32, _INT32, _INT32])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE.as_pointer()], kind)
        first, last = (builder.ptrtoint(builder.gep(source, [at]), _INT64) for at in (begin, end))
        first = builder.and_(first, _INT64(-_LINE))
        with cgutils.for_range_slice(builder, first, last, _INT64(_LINE)) as (at, _):
            builder.call(ask, [builder.inttoptr(at, _BYTE.as_pointer()), _INT32(0), _INT32(2), _INT32(1)])
        return context.get_dummy_value()

    return types.none(source, types.int64, types.int64), generate


@operation
def copy_bytes(_: Any, source: Any, begin: Any, target: Any, at: Any, size: Any) -> Any:
    """Copy ``size`` bytes from ``source[begin]`` on to ``target[at]`` and on; they must not overlap."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        source, begin, target, at, size = arguments
        cgutils.raw_memcpy(builder, builder.gep(target, [at]), builder.gep(source, [begin]), size, 1)
        return context.get_dummy_value()

    at_type = types.int64
    return types.none(source, at_type, target, at_type, at_type), generate


@operation
def store(_: Any, lanes: Any, target: Any, at: Any) -> Any:
    """Write lanes to ``target[at]`` and on, float32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        lanes, target, at = arguments
        place = builder.bitcast(builder.gep(target, [at]), _VECTOR.as_pointer())
        builder.store(lanes, place, align=4)
        return context.get_dummy_value()

    return types.none(lanes, target, types.int64), generate


@operation
def extract(_: Any, lanes: Any, lane: Any) -> Any:
    """Take the number of one lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.extract_element(*arguments)

    return types.float32(lanes, types.int64), generate


@operation
def broadcast(_: Any, value: Any) -> Any:
    """Put one number into every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        return _broadcast(builder, arguments[0])

    return _LANES(types.float32), generate


@operation
def multiply(_: Any, one: Any, other: Any) -> Any:
    """Multiply lanes by lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.fmul(*arguments)

    return _LANES(one, other), generate


@operation
def add_product(_: Any, total: Any, one: Any, other: Any) -> Any:
    """Multiply lanes by lanes and add the products to ``total``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        total, one, other = arguments
        return builder.fadd(total, builder.fmul(one, other, flags=_FUSED), flags=_FUSED)

    return _LANES(total, one, other), generate


@operation
def add_products(
    _: Any, total: Any, table: Any, stride: Any, column: Any, row: Any, factor: Any, entry: Any
) -> Any:
    """Add up columns of a table: rows of it, each times its factor, ``GROUP`` of them.

    Parameters
    ----------
    total
        Lanes to which the sum is added.
    table, stride
        ``(rows * stride,)``, float32.
    column
        First of the ``LANES`` columns.
    row, factor
        ``(entries,)``, uint8 and float32.
    entry
        First of the entries that are taken.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        total, table, stride, column, row, factor, entry = arguments
        # Four sums need not wait for one another.
        sums = [total, *[ir.Constant(_VECTOR, [0.0] * LANES)] * 3]
        for number in range(GROUP):
            at = builder.add(entry, _INT64(number))
            place = builder.zext(builder.load(builder.gep(row, [at])), _INT64)
            place = builder.add(builder.mul(place, stride), column)
            value = _broadcast(builder, builder.load(builder.gep(factor, [at])))
            product = builder.fmul(_load(builder, table, place), value, flags=_FUSED)
            sums[number % 4] = builder.fadd(sums[number % 4], product, flags=_FUSED)
        return builder.fadd(builder.fadd(sums[0], sums[1]), builder.fadd(sums[2], sums[3]))

    at = types.int64
    return _LANES(total, table, at, at, row, factor, at), generate


def _multiplication(groups: int) -> Any:
    """Make what multiplies ``groups`` times ``LANES`` columns at once: each entry is read once for all of them."""

    @operation
    def multiply_columns(
        _: Any, row: Any, factor: Any, entries: Any, table: Any, stride: Any, column: Any, product: Any
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
            row, factor, entries, table, stride, column, product = arguments
            nothing = ir.Constant(_VECTOR, [0.0] * LANES)
            totals = [cgutils.alloca_once_value(builder, nothing) for _ in range(groups)]
            with cgutils.for_range(builder, builder.udiv(entries, _INT64(GROUP))) as loop:
                first = builder.mul(loop.index, _INT64(GROUP))
                sums = [[builder.load(total), nothing, nothing, nothing] for total in totals]
                for number in range(GROUP):
                    at = builder.add(first, _INT64(number))
                    place = builder.zext(builder.load(builder.gep(row, [at])), _INT64)
                    place = builder.add(builder.mul(place, stride), column)
                    value = _broadcast(builder, builder.load(builder.gep(factor, [at])))
                    for group, own in enumerate(sums):
                        lanes = _load(builder, table, builder.add(place, _INT64(group * LANES)))
                        added = builder.fmul(lanes, value, flags=_FUSED)
                        own[number % 4] = builder.fadd(own[number % 4], added, flags=_FUSED)
                for total, (one, two, three, four) in zip(totals, sums, strict=True):
                    builder.store(builder.fadd(builder.fadd(one, two), builder.fadd(three, four)), total)
            for group, total in enumerate(totals):
                place = builder.gep(product, [builder.add(column, _INT64(group * LANES))])
                builder.store(builder.load(total), builder.bitcast(place, _VECTOR.as_pointer()), align=4)
            return context.get_dummy_value()

        at = types.int64
        return types.none(row, factor, at, table, at, at, product), generate

    return multiply_columns


multiply_one, multiply_two = _multiplication(1), _multiplication(2)
"""Multiply all entries of a region by columns of a table as ``add_products`` does; ``product[column]`` is written."""


@operation
def mask_ge(_: Any, lanes: Any, limit: Any) -> Any:
    """Tell which lanes are at least ``limit``: a number whose lowest bit is the first lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        lanes, limit = arguments
        bits = builder.fcmp_ordered(">=", lanes, _broadcast(builder, limit))
        return builder.zext(builder.bitcast(bits, ir.IntType(LANES)), _INT64)

    return types.int64(lanes, types.float32), generate


@operation
def trailing_zeros(_: Any, bits: Any) -> Any:
    """Find the lowest bit that is set of a number that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate


@operation
def count_bits(_: Any, bits: Any) -> Any:
    """Count the bits that are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.int64), generate
