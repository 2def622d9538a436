"""Register tile: a small block of a product of matrices, added up in the registers of the processor.

Libraries multiply matrices that lie in memory as they are. Here one of them is scattered over the weights of a layer,
of which few are needed at each place of a map (:mod:`tablekin.models.lrp.active_units`), and would have to be gathered
first. Weights are read where they are, each once for several registers of numbers. Every sum is added up in the order
of its products, whatever the tile, so that any machine that multiplies and adds in one step gives the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_WIDE = binding.get_host_cpu_features().get("avx512f", False)
BYTES = 64 if _WIDE else 32  # of a register
MAX_ACROSS = 4 if _WIDE else 2  # registers of a tile, one beside the other
_ADDED_IN = 24 if _WIDE else 12  # registers; the processor needs some others
HEIGHT = (0, *(min(8, _ADDED_IN // across) for across in range(1, MAX_ACROSS + 1)))
"""Rows of a full tile, by its registers across."""
_INT64, _INT32 = ir.IntType(64), ir.IntType(32)
_operation: Any = intrinsic  # whose own type counts the typing context among the arguments of a call
_FUSED = ("contract",)  # a product may be added without being rounded before


@_operation
def add_up(
    _: Any,
    across: Any,
    full: Any,
    count: Any,
    weights: Any,
    row: Any,
    tap: Any,
    values: Any,
    unit: Any,
    result: Any,
) -> Any:
    """Write ``result[r, :] = sum over k of weights[row[r] + tap[k]] * values[unit[k], :]`` of one tile.

    Parameters
    ----------
    across
        Registers the tile is wide.
    full
        Whether it has the height of a full tile; otherwise one row.
    count
        How many products are added up, one after the other.
    weights, row, tap
        Flat array, where the weights of each row begin in it, ``(rows,)``, and which of them is meant, ``(count,)``.
    values, unit
        ``(units, width)``, from the first column of the tile on, and the row that is meant, ``(count,)``.
    result
        As wide as ``values``, from the first entry of the tile on.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        which = builder.add(builder.mul(arguments[0], _INT64(2)), builder.zext(arguments[1], _INT64))
        arrays = [
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args[3:], arguments[3:], strict=True)
        ]
        after = builder.append_basic_block("after")
        switch = builder.switch(which, after)
        for width in range(1, MAX_ACROSS + 1):
            for full, height in enumerate((1, HEIGHT[width])):
                block = builder.append_basic_block(f"tile_{height}_{width}")
                switch.add_case(_INT64(2 * width + full), block)
                with builder.goto_block(block):
                    _add_up_tile(
                        builder, arguments[2], arrays, context.get_data_type(values.dtype), height, width
                    )
                    builder.branch(after)
        builder.position_at_end(after)
        return context.get_dummy_value()

    arguments = (types.int64, types.boolean, types.int64, weights, row, tap, values, unit, result)
    return types.none(*arguments), generate


def _add_up_tile(
    builder: Any, count: Any, arrays: Sequence[Any], number: Any, height: int, width: int
) -> None:
    """Generate the code of one size of tile."""
    weights, row, tap, values, unit, result = (array.data for array in arrays)
    size = 8 if isinstance(number, ir.DoubleType) else 4
    lanes = BYTES // size
    between_values, between_results = (
        builder.udiv(cgutils.unpack_tuple(builder, arrays[place].strides)[0], _INT64(size))
        for place in (3, 5)
    )
    vector = ir.VectorType(number, lanes)
    first_lane = ir.Constant(ir.VectorType(_INT32, lanes), [0] * lanes)

    def entry(pointer: Any, place: Any) -> Any:
        return builder.load(builder.gep(pointer, [place]))

    def lanes_at(pointer: Any, place: Any, register: int) -> Any:
        place = builder.add(place, _INT64(lanes * register))
        return builder.bitcast(builder.gep(pointer, [place]), vector.as_pointer())

    of_row = [builder.gep(weights, [entry(row, _INT64(line))]) for line in range(height)]
    sums = [[cgutils.alloca_once(builder, vector) for _ in range(width)] for _ in range(height)]
    for place in (place for line in sums for place in line):
        builder.store(ir.Constant(vector, [0.0] * lanes), place)
    with cgutils.for_range(builder, count) as loop:
        begin = builder.mul(entry(unit, loop.index), between_values)
        given = [builder.load(lanes_at(values, begin, register), align=size) for register in range(width)]
        which = entry(tap, loop.index)
        for pointer, line in zip(of_row, sums, strict=True):
            single = builder.insert_element(
                ir.Constant(vector, ir.Undefined), entry(pointer, which), _INT32(0)
            )
            weight = builder.shuffle_vector(single, single, first_lane)
            for place, value in zip(line, given, strict=True):
                product = builder.fmul(value, weight, flags=_FUSED)
                builder.store(builder.fadd(builder.load(place), product, flags=_FUSED), place)
    for number_of_row, line in enumerate(sums):
        begin = builder.mul(_INT64(number_of_row), between_results)
        for register, place in enumerate(line):
            builder.store(builder.load(place), lanes_at(result, begin, register), align=size)
