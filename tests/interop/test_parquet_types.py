"""Types of columns that pyarrow writes with its schema: each comes back as it was written, or as
pyarrow itself gives it. Where both can be told apart, as it was written."""

import pyarrow as pa
import pyarrow.parquet as pq
import pyquire
import pytest
from arrow_types import ARRAYS

INDICES = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(),
           pa.uint64()]
VALUES = [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.binary(1)]
NUMBERS = [pa.int8(), pa.int64(), pa.uint16(), pa.float64(), pa.decimal128(5, 2), pa.date32(),
           pa.timestamp("us", "UTC"), pa.bool_(), pa.duration("s"), pa.time32("s")]


def dictionary(index, values, ordered=False):
    return pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0], index), values, ordered=ordered)


def columns():
    yield from ARRAYS.items()
    for index in INDICES:
        for ordered in (False, True):
            yield f"{index}-{ordered}", dictionary(index, pa.array(["a", "b"]), ordered)
    for kind in VALUES:
        yield f"of-{kind}", dictionary(pa.int16(), pa.array([b"a", b"b"]).cast(pa.binary(1)).cast(
            kind if not pa.types.is_fixed_size_binary(kind) else pa.binary(1)))
    for kind in NUMBERS:
        values = [False, True] if pa.types.is_boolean(kind) else [0, 1]
        yield f"of-{kind}", dictionary(pa.int8(), pa.array(values, kind))
    small = dictionary(pa.int8(), pa.array(["a", "b"]))
    yield "in-list", pa.ListArray.from_arrays(pa.array([0, 1, 4], pa.int32()), small)
    yield "in-struct", pa.StructArray.from_arrays([small], ["x"])
    yield "decimal32", pa.array([1, None], pa.decimal32(5, 2))
    yield "decimal64", pa.array([1, None], pa.decimal64(12, 3))
    yield "json", pa.array(["{}", None], pa.json_())
    yield "bool8", pa.array([1, None], pa.bool8())
    yield "opaque", pa.ExtensionArray.from_storage(pa.opaque(pa.int32(), "t", "v"),
                                                   pa.array([1, None], pa.int32()))
    yield "tensor", pa.ExtensionArray.from_storage(
        pa.fixed_shape_tensor(pa.int32(), (2,)), pa.array([[1, 2]], pa.list_(pa.int32(), 2)))
    yield "list_view", pa.array([[1], None], pa.list_view(pa.int32()))
    yield "large_list_view", pa.array([[1], None], pa.large_list_view(pa.int32()))


COLUMNS = dict(columns())
# What pyarrow does not write.
UNWRITTEN = {"decimal128_negative_scale", "interval"}


@pytest.mark.parametrize("version", ["1.0", "2.6"])
@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in UNWRITTEN])
def test_type(tmp_path, name, version):
    path = tmp_path / "typed.parquet"
    try:
        pq.write_table(pa.table({"v": COLUMNS[name]}), path, version=version)
    except pa.ArrowInvalid as error:
        assert version == "1.0" and "lose data" in str(error)
        return
    got, theirs = pyquire.read(path), pq.read_table(path)
    kind = COLUMNS[name].type
    if got.schema.field("v").type != theirs.schema.field("v").type:
        assert got.schema.field("v").type == kind
    assert got.schema.field("v").metadata == theirs.schema.field("v").metadata
    if kind == theirs.schema.field("v").type:
        assert got.equals(theirs) or "nan" in str(got)
    got.validate(full=True)


@pytest.mark.parametrize("index", INDICES[:4], ids=str)
def test_indices_that_can_count_a_row_group(tmp_path, index):
    """As narrow as they were, up to the last value that they count."""
    path = tmp_path / "narrow.parquet"
    most = {"int8": 128, "uint8": 256, "int16": 32768, "uint16": 65536}[str(index)]
    texts = pa.array([f"{i:06}" for i in range(most + 1)])
    full = pa.DictionaryArray.from_arrays(pa.array(range(most), index), texts[:most])
    other = pa.DictionaryArray.from_arrays(pa.array(range(most), index), texts[1:])
    for chunks, rows, enough in [([full, full], 1 << 20, True), ([full, other], most, True),
                                 ([full, other], 1 << 20, False)]:
        table = pa.table({"v": pa.chunked_array(chunks)})
        pq.write_table(table, path, row_group_size=rows, dictionary_pagesize_limit=1 << 24)
        got = pyquire.read(path)
        assert got["v"].type.index_type == (index if enough else pa.int32())
        assert got["v"].cast(pa.string()).equals(table["v"].cast(pa.string()))
        got.validate(full=True)
    pq.write_table(table, path, dictionary_pagesize_limit=64)
    assert pyquire.read(path)["v"].type.index_type == pa.int32()
