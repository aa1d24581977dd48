"""Sorting in parts: rows of every type come back as they were from temporaries, also values for
which the temporaries' format has no place."""

import pyarrow as pa
import pyquire
import pytest
from arrow_types import ARRAYS

ROWS = 20000
# A megabyte a column that makes sorting in a megabyte take several parts.
PADDING = pa.array([f"{i:>060}" for i in range(ROWS)])
BEYOND = {
    "interval": pa.array([(0, 0, 0), (14, -3, 5_000_000_001), None, (-1, 0, -1)],
                         pa.month_day_nano_interval()),
    "timestamp_s": pa.array([2**63 - 1, None, -(2**63)], pa.timestamp("s")),
    "date64": pa.array([1, None, -1], pa.int64()).view(pa.date64()),
    "time": pa.array([-1, None, 2**31 - 1], pa.int32()).view(pa.time32("s")),
    "decimal_negative_scale": pa.array([1200, None, -100], pa.decimal128(38, -2)),
    "text_not_utf8": pa.array([b"\xff", None, b"a"]).view(pa.string()),
    "narrow": pa.DictionaryArray.from_arrays(pa.array([*range(128), None], pa.int8()),
                                             pa.array([f"t{i}" for i in range(128)])),
    "narrow_numbers": pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.uint8()),
                                                     pa.array([2**40, -1], pa.timestamp("us"))),
}
COLUMNS = {**ARRAYS, **BEYOND}


def rows_of(array):
    return pa.concat_arrays([array] * (ROWS // len(array) + 1)).slice(0, ROWS)


def sort_in_parts(table, folder):
    ctx = pyquire.context(threads=1, memory=1 << 20)
    try:
        with pyquire.sort(table, ["k"], folder, ctx) as batches:
            return batches.read_all()
    finally:
        pyquire.close_context(ctx)
        assert not list(folder.iterdir())


@pytest.mark.parametrize("name", COLUMNS)
def test_types(tmp_path, name):
    values = rows_of(COLUMNS[name])
    keys = [(i * 7919) % ROWS for i in range(ROWS)]
    table = pa.table({"k": keys, "padding": PADDING, "v": values})
    got = sort_in_parts(table, tmp_path)
    order = sorted(range(ROWS), key=lambda i: keys[i])
    assert got["k"].to_pylist() == sorted(keys)
    if "view" in name or pa.types.is_nested(values.type):
        items = values.to_pylist()
        assert repr(got["v"].to_pylist()) == repr([items[i] for i in order])
        return
    expected = table.take(pa.array(order))
    if pa.types.is_dictionary(values.type):
        assert got["v"].to_pylist() == expected["v"].to_pylist()
        return
    storage = values.type.storage_type if isinstance(values.type, pa.ExtensionType) else None
    assert got["v"].type == values.type or storage is not None
    a, b = got["v"].combine_chunks(), expected["v"].combine_chunks()
    assert a.to_string(window=ROWS) == b.to_string(window=ROWS) if "utf8" not in name else \
        a.view(pa.binary()).equals(b.view(pa.binary()))


@pytest.mark.parametrize("kind, says", [
    (pa.struct([]), "column v.*a struct without fields"),
    (pa.list_(pa.struct([])), "a struct without fields"),
    (pa.binary(0), "column v.*a binary of no bytes"),
], ids=str)
def test_what_cannot_stand_in_a_temporary(tmp_path, kind, says):
    """Is sorted where it fits the memory, and named where it does not."""
    table = pa.table({"k": range(ROWS), "padding": PADDING, "v": pa.nulls(ROWS, kind)})
    with pytest.raises((pyquire.QuireError, pa.ArrowException, OSError), match=says):
        sort_in_parts(table, tmp_path)
    assert not list(tmp_path.iterdir())
    assert sort_in_parts(table.slice(0, 10), tmp_path).num_rows == 10
