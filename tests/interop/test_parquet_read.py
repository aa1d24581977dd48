"""Quire reads the Parquet that others write: pyarrow, DuckDB and Polars with their options,
and the files of parquet-testing; columns, conditions and types as asked for; and damaged
files without harm."""

import datetime
import decimal
import gzip
import pathlib
import random
import struct
import subprocess

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyquire
import pytest
from arrow_types import ARRAYS
from hypothesis import given, settings
from hypothesis import strategies as st
from program import PROGRAM, ROOT, SANITIZED, bad, good
from tables import assert_same, nested_tables, plain, tables

TESTING = ROOT / ".." / "shared" / "data" / "parquet-testing" / "data"
FILES = sorted(TESTING.glob("**/*.parquet"))

pytestmark = pytest.mark.skipif(not FILES, reason="../shared/data/parquet-testing is not there")

# What fails while rows are read comes through pyarrow as its own exceptions.
FAILURES = (pyquire.QuireError, pa.ArrowException, OSError)

# What these files are about is refused.
REFUSED = {
    "datapage_v1-corrupt-checksum.parquet": "checksum",
    "rle-dict-uncompressed-corrupt-checksum.parquet": "checksum",
}
# pyarrow cannot read this.
ONLY_WE = {"incorrect_map_schema.parquet": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("parquet")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_parquet_testing(path):
    if path.name in REFUSED:
        with pytest.raises(FAILURES, match=REFUSED[path.name]):
            pyquire.read(path)
        return
    if path.name == "large_string_map.brotli.parquet":
        return  # see test_huge_values
    got = pyquire.read(path)
    if path.name in ONLY_WE:
        assert got.num_rows == ONLY_WE[path.name]
        return
    if path.name == "int96_from_spark.parquet":
        return  # see test_int96_of_spark
    expected = pq.read_table(path)
    assert got.column_names == expected.column_names
    for i, name in enumerate(expected.column_names):
        a, b = got.column(i), expected.column(i)
        if a.type == b.type and a.combine_chunks().equals(b.combine_chunks()):
            continue
        assert [plain(v) for v in a.to_pylist()] == [plain(v) for v in b.to_pylist()], name


@pytest.mark.skipif(SANITIZED, reason="takes too much memory")
def test_huge_values():
    """Two values of 1 GiB, one after the other; pages that large need a budget near theirs."""
    path = TESTING / "large_string_map.brotli.parquet"
    sizes = []
    with pyquire.reader(path) as batches:
        for batch in batches:
            assert batch.num_rows == 1
            sizes.append(batch.column(0).keys[0].as_buffer().size)
    assert sizes == [1 << 30, 1 << 30]
    ctx = pyquire.context(memory=128 << 20)
    with pytest.raises(FAILURES, match="key_value.key, byte .*row group 0, page 0: .*memory"):
        pyquire.read(path, ctx=ctx)
    pyquire.close_context(ctx)


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
def test_int96_units(folder, unit):
    path = folder / "int96.parquet"
    year = 2024 if unit == "ns" else 9999
    moments = [datetime.datetime(year, 12, 31, 23, 59, 59), None, datetime.datetime(1970, 1, 1)]
    table = pa.table({"t": pa.array(moments, pa.timestamp("ms"))})
    pq.write_table(table, path, use_deprecated_int96_timestamps=True, store_schema=False)
    got = pyquire.read(path, settings={"int96_unit": unit})
    assert got.schema.field("t").type == pa.timestamp(unit)
    assert got["t"].cast(pa.timestamp("ms")).to_pylist() == moments


@pytest.mark.parametrize("dictionary", [True, False])
def test_rows_of_values_that_cannot_be(folder, dictionary):
    """The row and what to do are told, also where the value stands in the dictionary."""
    path = folder / "cannot.parquet"
    late = datetime.datetime(9999, 1, 1)
    moments = pa.array([datetime.datetime(2024, 1, 1), None, late, late], pa.timestamp("ms"))
    pq.write_table(pa.table({"t": moments}), path, use_deprecated_int96_timestamps=True,
                   store_schema=False, use_dictionary=dictionary)
    with pytest.raises(FAILURES, match=r"row 3, column t.*int96_unit=us"):
        pyquire.read(path)
    assert pyquire.read(path, settings={"int96_unit": "us"})["t"].to_pylist() == moments.to_pylist()
    texts = pa.array([b"a", b"a", None, b"b\xff", b"c"]).view(pa.string())
    for tagged in (False, True):
        column = texts.dictionary_encode() if tagged else texts
        pq.write_table(pa.table({"s": column}), path, use_dictionary=dictionary)
        with pytest.raises(FAILURES, match=r"row 4, column s.*invalid_utf8=replace"):
            pyquire.read(path)
        got = pyquire.read(path, settings={"invalid_utf8": "replace"})
        assert got["s"].to_pylist() == ["a", "a", None, "b\ufffd", "c"]


def test_int96_of_spark():
    """Microseconds reach all of Spark's instants, also the last, which it wrapped around; its
    value is what int96_from_spark.md says. pyarrow does not wrap it back."""
    path = TESTING / "int96_from_spark.parquet"
    got = pyquire.read(path)
    assert got.schema.field("a").type == pa.timestamp("us")
    expected = pq.read_table(path, coerce_int96_timestamp_unit="us")
    values = got.column("a").cast(pa.int64()).to_pylist()
    assert values[:5] == expected.column("a").cast(pa.int64()).to_pylist()[:5]
    assert values[5:] == [9089380393200000000]
    with pytest.raises(FAILURES, match="cannot hold exactly"):
        pyquire.read(path, settings={"int96_unit": "ns"})


# --- Written by others ---------------------------------------------------------------------

OPTIONS = st.fixed_dictionaries({
    "compression": st.sampled_from(["none", "snappy", "gzip", "brotli", "lz4", "zstd"]),
    "version": st.sampled_from(["1.0", "2.4", "2.6"]),
    "data_page_version": st.sampled_from(["1.0", "2.0"]),
    "use_dictionary": st.booleans(),
    "row_group_size": st.integers(1, 20),
    "data_page_size": st.sampled_from([1, 64, 1 << 20]),
    "write_page_index": st.booleans(),
    "write_page_checksum": st.booleans(),
    "store_schema": st.booleans(),
    "write_batch_size": st.integers(1, 8),
})


@given(st.one_of(tables(), nested_tables()), OPTIONS, st.integers(1, 3))
def test_pyarrow_options(folder, table, options, threads):
    path = folder / "pyarrow.parquet"
    pq.write_table(table, path, **options)
    context = pyquire.context(threads=threads)
    got = pyquire.read(path, ctx=context, settings={"batch_rows": 7})
    pyquire.close_context(context)
    assert_same(got, table, types=False)


@given(tables())
def test_duckdb(folder, table):
    path = folder / "duckdb.parquet"
    relation = duckdb.from_arrow(table)
    duckdb.sql(f"COPY (SELECT * FROM relation) TO '{path}' (FORMAT parquet)")
    assert_same(pyquire.read(path), table, types=False)


@given(tables(), st.sampled_from(["uncompressed", "snappy", "zstd", "lz4"]))
def test_polars(folder, table, compression):
    path = folder / "polars.parquet"
    pl.from_arrow(table).write_parquet(path, compression=compression, statistics="full")
    assert_same(pyquire.read(path), table, types=False)


def test_arrow_type_that_is_not_known(folder):
    """Polars' 128-bit integers have no type in Arrow; the other fields keep theirs."""
    path = folder / "int128.parquet"
    frame = pl.DataFrame({"wide": pl.Series([1, None], dtype=pl.Int128),
                          "took": [datetime.timedelta(seconds=5), None]})
    frame.write_parquet(path)
    got = pyquire.read(path)
    assert pa.types.is_duration(got.schema.field("took").type)
    assert got["took"].to_pylist() == frame["took"].to_list()


def test_types(folder):
    """Every type that pyarrow writes comes back as that type."""
    path = folder / "types.parquet"
    moment = datetime.datetime(2020, 2, 29, 12, 30, 1)
    table = pa.table({
        "i8": pa.array([1, None, -128], pa.int8()),
        "u16": pa.array([1, None, 65535], pa.uint16()),
        "u32": pa.array([1, None, 2**32 - 1], pa.uint32()),
        "u64": pa.array([1, None, 2**64 - 1], pa.uint64()),
        "f16": pa.array([1.5, None, 2], pa.float16()),
        "f32": pa.array([1.5, None, float("inf")], pa.float32()),
        "date": pa.array([1, None, -1], pa.date32()),
        "date64": pa.array([86400000, None, 0], pa.date64()),
        "time": pa.array([1, None, 2], pa.time32("ms")),
        "time64": pa.array([1, None, 2], pa.time64("ns")),
        "zoned": pa.array([moment, None, moment], pa.timestamp("ms", "Europe/Berlin")),
        "ns": pa.array([1, None, 2], pa.timestamp("ns")),
        "duration": pa.array([1, None, 2], pa.duration("us")),
        "decimal": pa.array([1, None, -2], pa.decimal128(30, 4)),
        "wide": pa.array([1, None, -2], pa.decimal256(60, 4)),
        "large": pa.array(["a", None, "c" * 100], pa.large_string()),
        "binary": pa.array([b"\xff", None, b""], pa.binary()),
        "fixed": pa.array([b"abc", None, b"def"], pa.binary(3)),
        "dictionary": pa.array(["a", None, "a"]).dictionary_encode(),
        "list": pa.array([[1, None], None, []], pa.large_list(pa.int32())),
        "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int32())),
        "struct": pa.array([{"x": 1, "y": ["z"]}, None, {"x": None, "y": None}]),
        "null": pa.nulls(3),
    })
    pq.write_table(table, path)
    got = pyquire.read(path)
    assert got.schema.equals(table.schema)
    assert_same(got, table)
    plain_types = pyquire.read(path, settings={"arrow_schema": "off"})
    assert plain_types.schema.field("duration").type == pa.int64()


@pytest.mark.parametrize("values, nulls", [([257, 258, 259], 0), ([None] * 3, 6)])
def test_levels_left_out(folder, values, nulls):
    """A data page v2 of a nullable column that has no definition levels is refused, as pyarrow
    and DuckDB do: whether it meant all or nothing cannot be told."""
    path = folder / "levels.parquet"
    pq.write_table(pa.table({"a": pa.array(values, pa.int32())}), path, data_page_version="2.0",
                   compression="none", use_dictionary=False, write_statistics=False)
    data = bytearray(path.read_bytes())
    # num_values, num_nulls, num_rows, encoding, definition_levels_byte_length
    at = data.index(bytes([0x15, 6, 0x15, nulls, 0x15, 6, 0x15, 0, 0x15, 4]))
    data[at + 9] = 0
    path.write_bytes(data)
    with pytest.raises(OSError, match="levels"):
        pq.read_table(path)
    with pytest.raises(FAILURES, match="page 0.*ends before its runs do"):
        pyquire.read(path)


def test_more_row_groups_than_ordinals(folder):
    path = folder / "groups.parquet"
    rows = 33000
    pq.write_table(pa.table({"a": pa.array(range(rows), pa.int32())}), path, row_group_size=1,
                   compression="none", use_dictionary=False)
    assert pyquire.read(path).column("a").to_pylist() == list(range(rows))
    data = bytearray(path.read_bytes())
    start = pq.read_metadata(path).row_group(32900).column(0).data_page_offset
    data[start] = 0xff
    path.write_bytes(data)
    with pytest.raises(FAILURES, match="row group 32900"):
        pyquire.read(path)


# --- Columns ---------------------------------------------------------------------------------

@pytest.mark.parametrize("ordered", [True, False])
def test_categories(folder, ordered):
    """pandas' categories, of which some are not used, stay what they are in all batches and
    row groups."""
    kinds = pd.CategoricalDtype(["low", "mid", "high", "top"], ordered=ordered)
    frame = pd.DataFrame({"kind": pd.Categorical(["high", "low", None, "mid"] * 50, dtype=kinds)})
    path = folder / "categories.parquet"
    frame.to_parquet(path, row_group_size=70)
    for rows in (30, 1000):
        got = pyquire.read(path, settings={"batch_rows": rows}).to_pandas()
        assert got["kind"].dtype == kinds and got.equals(frame)
        if ordered:
            assert got["kind"].max() == "high"


def test_categories_of_numbers(folder):
    """pyarrow writes of numbers those that are used, as they come: no order can be claimed."""
    steps = pa.DictionaryArray.from_arrays(pa.array([2, 1, 1, None]), [30, 10, 20], ordered=True)
    path = folder / "steps.parquet"
    pq.write_table(pa.table({"x": steps}), path)
    got = pyquire.read(path)["x"]
    assert not got.type.ordered and got.to_pylist() == steps.to_pylist()


def test_category_of_nulls(folder):
    """A batch without values has the categories that its chunk tells of."""
    values = pd.Categorical([None] * 8 + ["b"], categories=["c", "b", "a"], ordered=True)
    path = folder / "category_of_nulls.parquet"
    pd.DataFrame({"x": values}).to_parquet(path)
    got = pyquire.read(path, settings={"batch_rows": 4})
    assert got.to_pandas()["x"].dtype == values.dtype


@pytest.mark.parametrize("dictionary", [True, False])
def test_order_that_is_lost(folder, dictionary):
    """A chunk that is not kept by one dictionary alone does not tell the order of entries."""
    words = [["low", "mid", "high"], ["high", "top", "low"]]
    column = pa.chunked_array([pa.DictionaryArray.from_arrays([1, 0, 2], some, ordered=True)
                               for some in words])
    path = folder / "order.parquet"
    pq.write_table(pa.table({"x": column}), path, use_dictionary=dictionary)
    got = pyquire.read(path)["x"]
    assert got.to_pylist() == column.to_pylist() and not got.type.ordered


@pytest.fixture(scope="module")
def wide(folder):
    path = folder / "nested.parquet"
    rows = [{"a": i, "s": {"x": i * 2, "y": {"p": str(i), "q": None if i % 3 else i}},
             "l": [{"m": i, "n": [i] * (i % 4)}] * (i % 5)} if i % 7 else
            {"a": None, "s": None, "l": None} for i in range(1000)]
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, path, row_group_size=300)
    return path, table


@pytest.mark.parametrize("columns", [["a"], ["s"], ["s.x"], ["s.y.q"], ["l", "s.y.p"], ["s.x", "a"],
                                     ["s.y.p", "s.y.q"], []])
def test_columns(wide, columns):
    path, table = wide
    got = pyquire.read(path, columns=columns)
    expected = pq.ParquetFile(path).read(columns=columns)
    assert got.num_rows == 1000
    if columns:
        expected = expected.select([name for name in table.column_names
                                    if name in expected.column_names])
        assert_same(got, expected)


def test_column_that_is_not_there(wide):
    with pytest.raises(pyquire.QuireError, match='no column "s.z"'):
        pyquire.read(wide[0], columns=["s.z"])


@pytest.mark.skipif(SANITIZED, reason="takes too long")
def test_many_columns(folder):
    path = folder / "columns.parquet"
    names = [f"column_{i}" for i in range(10000)]
    pq.write_table(pa.table({name: pa.array([1, 2], pa.int32()) for name in names}), path,
                   store_schema=False)
    assert pyquire.read(path).column_names == names
    assert pyquire.read(path, columns=names[::-2]).column_names == names[1::2]


# --- Types that a caller wants ----------------------------------------------------------------

def test_schema_given(folder):
    path = folder / "given.parquet"
    pq.write_table(pa.table({"a": pa.array([1, 2, None], pa.int32()), "b": ["1", "x", "3"]}), path)
    got = pyquire.read(path, schema="a int64, c string", extra="ignore")
    assert got.schema.types == [pa.int64(), pa.string()]
    assert got.to_pydict() == {"a": [1, 2, None], "c": [None] * 3}
    with pytest.raises(pyquire.QuireError, match='a column "b" that the schema has not'):
        pyquire.read(path, schema="a int64")
    with pytest.raises(pyquire.QuireError, match='no column "c"'):
        pyquire.read(path, schema="a int64, c string", extra="ignore", missing="error")
    with pytest.raises(FAILURES, match="row 2, column b"):
        pyquire.read(path, schema="a int64, b int64")
    counts = pyquire.Counts()
    got = pyquire.read(path, schema="a int64, b int64", on_bad="null", counts=counts)
    assert got["b"].to_pylist() == [1, None, 3]
    assert counts.nulled == 1
    got = pyquire.read(path, schema="a int64, b int64", columns=["b"], on_bad="null")
    assert got.column_names == ["b"]


def test_fields_of_a_schema_given(wide):
    path, table = wide[0], pq.read_table(wide[0])
    schema = "s struct<x int64, w string>, a string, l list<int64>"
    got = pyquire.read(path, schema=schema, extra="ignore", columns=["s.x", "a"])
    assert [str(field.type) for field in got.schema] == ["struct<x: int64>", "string"]
    assert got["a"].to_pylist() == [plain(str(v)) if v is not None else None
                                    for v in table["a"].to_pylist()]
    assert [v and v["x"] for v in got["s"].to_pylist()] == \
        [v and v["x"] for v in table["s"].to_pylist()]
    with pytest.raises(pyquire.QuireError, match='no column "s.q"'):
        pyquire.read(path, schema=schema, extra="ignore", columns=["s.q"])


def test_records_refused(folder):
    path = folder / "refused.parquet"
    values = [str(i) if i % 10 else "bad" for i in range(1000)]
    other = ["1" if i % 15 else "-" for i in range(1000)]
    pq.write_table(pa.table({"a": values, "b": other}), path, row_group_size=300)
    counts = pyquire.Counts()
    got = pyquire.read(path, schema="a int64, b int64", on_bad="reject", counts=counts)
    good = [i for i in range(1000) if i % 10 and i % 15]
    assert got["a"].to_pylist() == good
    assert counts.rejected == 1000 - len(good)
    assert counts.rows == len(good)


# --- Conditions -------------------------------------------------------------------------------

MOMENTS = [datetime.datetime(2000, 1, 1) + datetime.timedelta(hours=i) for i in range(40)]
KINDS = {
    "i32": (pa.int32(), range(-20, 20), lambda v: struct.pack("<i", v)),
    "u8": (pa.uint8(), range(200, 240), lambda v: struct.pack("<B", v)),
    "u64": (pa.uint64(), range(2**63 - 20, 2**63 + 20), lambda v: struct.pack("<Q", v)),
    "f64": (pa.float64(), [-0.0, 0.0, float("nan"), *[i / 2 for i in range(-18, 19)]],
            lambda v: struct.pack("<d", v)),
    "text": (pa.string(), [f"{'a' * (i % 3)}{i}\u00e9" for i in range(40)],
             lambda v: v.encode()),
    "flag": (pa.bool_(), [False, True], lambda v: bytes([v])),
    "moment": (pa.timestamp("us"), MOMENTS,
               lambda v: struct.pack("<q", pa.scalar(v, pa.timestamp("us")).value)),
    "decimal": (pa.decimal128(9, 2), range(-20, 20),
                lambda v: (v * 100).to_bytes(16, "little", signed=True)),
    "bytes": (pa.binary(2), [bytes([i, 255 - i]) for i in range(0, 240, 6)], lambda v: v),
}


def holds(compare, value, wanted):
    """NaN is above all numbers; nothing is true of null."""
    if compare == "null":
        return value is None
    if compare == "not null":
        return value is not None
    if value is None:
        return False
    nan = value != value
    return {"==": value == wanted, "<": value < wanted, "<=": value <= wanted,
            ">": nan or value > wanted, ">=": nan or value >= wanted}[compare]


@st.composite
def filtered(draw):
    """A table sorted somehow, and conditions on it with the same as functions."""
    names = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3, unique=True))
    rows = draw(st.integers(0, 60))
    generator = random.Random(draw(st.integers(0, 2**32)))
    arrays, conditions, tests = {"row": pa.array(range(rows))}, [], []
    for name in names:
        kind, values, pack = KINDS[name]
        items = [generator.choice(list(values)) for _ in range(rows)]
        if draw(st.booleans()):
            items.sort(key=lambda v: (v != v, v))
        nulls = draw(st.sampled_from([0, 1, 3]))
        items = [None if nulls and generator.randrange(nulls + 1) == 0 else v for v in items]
        arrays[name] = pa.array(items, kind)
        compare = draw(st.sampled_from(pyquire.COMPARES))
        wanted = generator.choice([v for v in values if v == v])
        valued = "null" not in compare
        conditions.append((name, compare, pack(wanted) if valued else None))
        tests.append((name, compare, wanted))
    table = pa.table(arrays)
    columns = {name: table[name].to_pylist() for name, _, _ in tests}
    rows_wanted = [i for i in range(rows)
                   if all(holds(compare, columns[name][i], wanted)
                          for name, compare, wanted in tests)]
    return table, conditions, rows_wanted


@settings(max_examples=200)
@given(filtered(), st.integers(1, 20), st.booleans(), st.integers(1, 5), st.sampled_from(["1.0", "2.6"]))
def test_conditions_lose_no_row(folder, given, group, index, batch, version):
    table, conditions, wanted = given
    path = folder / "filtered.parquet"
    pq.write_table(table, path, row_group_size=group, write_page_index=index, data_page_size=1,
                   write_batch_size=batch, version=version)
    got = pyquire.read(path, conditions=conditions)
    rows = got["row"].to_pylist()
    assert rows == sorted(set(rows))
    assert set(wanted) <= set(rows)
    assert_same(got, table.take(rows) if rows else table.slice(0, 0))


@pytest.mark.parametrize("name", [name for name in KINDS if name != "flag"])
def test_conditions_pass_over_rows(folder, name):
    """Of sorted values only the pages with the wanted one are read."""
    kind, values, pack = KINDS[name]
    values = sorted((v for v in values if v == v), key=lambda v: v)
    path = folder / "sorted.parquet"
    items = [v for v in values for _ in range(10)]
    table = pa.table({"row": range(len(items)), "v": pa.array(items, kind)})
    pq.write_table(table, path, row_group_size=100, write_page_index=True, data_page_size=1,
                   write_batch_size=10)
    got = pyquire.read(path, conditions=[("v", "==", pack(values[17]))])
    assert set(got["v"].to_pylist()) >= {table["v"][170].as_py()}
    assert got.num_rows <= 20
    groups = pyquire.read(path, conditions=[("v", "==", pack(values[17]))],
                          settings={"use_page_index": "off"})
    assert groups.num_rows == 100
    assert pyquire.read(path, conditions=[("v", ">", pack(values[-1]))]).num_rows == (
        0 if kind != pa.float64() else len(items))


def test_bloom_filters(folder):
    """A value within the bounds that no row has."""
    path = TESTING / "data_index_bloom_encoding_with_length.parquet"
    table = pq.read_table(path)
    name = table.column_names[0]
    value = table[name][3].as_py()
    got = pyquire.read(path, conditions=[(name, "==", value.encode())])
    assert value in got[name].to_pylist()
    absent = value[:-1] + "\x01"
    assert min(table[name].to_pylist()) < absent < max(table[name].to_pylist())
    off = {"use_page_index": "off"}
    assert pyquire.read(path, conditions=[(name, "==", absent.encode())], settings=off).num_rows == 0
    off["use_bloom_filter"] = "off"
    assert pyquire.read(path, conditions=[(name, "==", absent.encode())], settings=off).num_rows > 0


def test_conditions_that_cannot_be(wide):
    with pytest.raises(pyquire.QuireError, match='no column "z"'):
        pyquire.read(wide[0], conditions=[("z", "null", None)])
    with pytest.raises(pyquire.QuireError, match="a value of 4 bytes"):
        pyquire.read(wide[0], conditions=[("a", "==", b"1234")])


# --- Encryption -------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def keys(folder):
    files = {"footer": b"0123456789012345", "double": b"1234567890123450",
             "float": b"1234567890123451"}
    for name, key in files.items():
        (folder / name).write_bytes(key)
    return {"footer_key": folder / "footer",
            "column_keys": f"double_field:{folder}/double,float_field:{folder}/float"}


@pytest.mark.parametrize("path", sorted(TESTING.glob("*.parquet.encrypted")),
                         ids=lambda path: path.name)
def test_encrypted(path, keys):
    if "external" in path.name:
        pytest.skip("its keys are wrapped by a key management service")
    given_keys = dict(keys)
    if "disable_aad" in path.name:
        with pytest.raises(pyquire.QuireError, match="bound to a name"):
            pyquire.read(path, format="parquet", settings=given_keys)
        given_keys["aad_prefix"] = "tester"
    # int96_field, where there is one, holds no instants but counters.
    columns = ["float_field", "double_field"]
    got = pyquire.read(path, format="parquet", settings=given_keys, columns=columns)
    if "bloom_filter" in path.name:
        assert got["double_field"].to_pylist() == [row + 0.5 for row in range(2000)]
        absent = [("double_field", "==", struct.pack("<d", 7.25))]
        given_keys["use_page_index"] = "off"
        assert pyquire.read(path, format="parquet", settings=given_keys, columns=columns,
                            conditions=absent).num_rows == 0
        given_keys["use_bloom_filter"] = "off"
        assert pyquire.read(path, format="parquet", settings=given_keys, columns=columns,
                            conditions=absent).num_rows == 2000
        return
    assert got.num_rows == 50
    for row in (0, 1, 49):
        assert got["float_field"][row].as_py() == pytest.approx(row * 1.1, rel=1e-6)
        assert got["double_field"][row].as_py() == pytest.approx(row * 1.1111111)


def test_encrypted_without_keys(keys):
    path = TESTING / "encrypt_columns_plaintext_footer.parquet.encrypted"
    got = pyquire.read(path, format="parquet", columns=["int32_field", "boolean_field"])
    assert got.num_rows == 50
    with pytest.raises(FAILURES, match="column (float|double)_field: .*its own key"):
        pyquire.read(path, format="parquet")
    path = TESTING / "encrypt_columns_and_footer.parquet.encrypted"
    with pytest.raises(pyquire.QuireError, match="the footer is encrypted") as failed:
        pyquire.read(path, format="parquet")
    assert failed.value.name == "AUTH"
    wrong = {"footer_key": keys["column_keys"].split(":")[1].split(",")[0]}
    with pytest.raises(pyquire.QuireError):
        pyquire.read(path, format="parquet", settings=wrong)


def test_key_of_a_group(folder, keys):
    """A key given for a group opens all leaves below it, but those with keys of their own."""
    table = pa.table({"a": [1, 2], "c": [[1], [2, 3]], "s": [{"x": 1, "y": "p"}, None]})
    path = folder / "groups.parquet"
    given_keys = {"footer_key": keys["footer_key"],
                  "column_keys": f"c:{folder}/double,s:{folder}/float,s.y:{folder}/double"}
    pyquire.write(path, table, settings=given_keys)
    assert pyquire.read(path, settings=given_keys).equals(table)
    with pytest.raises(FAILURES, match="column c.list.element: .*its own key"):
        pyquire.read(path, settings={"footer_key": keys["footer_key"]})


# --- Memory, threads, damage ---------------------------------------------------------------------

def test_memory(folder):
    """A row group of many rows stays in the budget; all threads give the same rows."""
    path = folder / "long.parquet"
    rows = 1_000_000
    table = pa.table({"a": pa.array(range(rows)), "b": [f"text {i % 1000}" for i in range(rows)]})
    pq.write_table(table, path, row_group_size=rows)
    for threads in (1, 2, 4):
        context = pyquire.context(threads=threads, memory=8 << 20)
        total, last = 0, -1
        with pyquire.reader(path, ctx=context) as batches:
            for batch in batches:
                assert batch["a"][0].as_py() == last + 1
                last = batch["a"][-1].as_py()
                total += batch.num_rows
        assert total == rows
        assert pyquire.memory_peak(context) <= 12 << 20
        pyquire.close_context(context)


def test_values_that_repeat(folder):
    """A dictionary of long texts: batches become short, as the footer cannot say."""
    path = folder / "repeat.parquet"
    texts = [chr(97 + i) * 100_000 for i in range(4)]
    indices = pa.array([i % 4 for i in range(20_000)], pa.int32())
    table = pa.table({"t": pa.DictionaryArray.from_arrays(indices, pa.array(texts))})
    pq.write_table(table, path, store_schema=False, write_statistics=False)
    context = pyquire.context(threads=2, memory=64 << 20)
    total = 0
    with pyquire.reader(path, ctx=context) as batches:
        for batch in batches:
            total += batch.num_rows
    pyquire.close_context(context)
    assert total == 20_000


@pytest.mark.parametrize("name", ["alltypes_plain.snappy.parquet", "nested_maps.snappy.parquet",
                                  "delta_byte_array.parquet", "nullable.impala.parquet",
                                  "data_index_bloom_encoding_stats.parquet"])
def test_damage(folder, name):
    """Any byte changed: an error or other values, but no crash and no hang."""
    content = (TESTING / name).read_bytes()
    generator = random.Random(name)
    path = folder / "damaged.parquet"
    failed = 0
    for _ in range(150):
        bytes_ = bytearray(content)
        for _ in range(generator.choice([1, 1, 3, 20])):
            bytes_[generator.randrange(len(bytes_))] = generator.randrange(256)
        path.write_bytes(bytes_[:generator.choice([len(bytes_)] * 5 + [len(bytes_) // 2])])
        try:
            pyquire.read(path, settings={"verify_checksum": generator.choice(["on", "off"])})
        except FAILURES:
            failed += 1
    assert failed > 10


# What is read of a file without its Arrow schema, where Parquet has no type of its own.
WITHOUT_SCHEMA = {
    "duration_s", "duration_ms", "duration_us", "duration_ns",  # integers
    "date64", "time32_s", "timestamp_s", "timestamp_zone", "timestamp_offset", "interval",
    "large_string", "string_view", "large_binary", "binary_view", "large_list", "fixed_list",
    "dictionary", "dictionary_of_ints", "list_of_dictionaries", "struct",
    "decimal128_negative_scale",
}


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("arrow_schema", ["on", "off"])
@pytest.mark.parametrize("name", ARRAYS)
def test_own_types_come_back(tmp_path, name, arrow_schema, version):
    """All values, and their types where the file carries them."""
    array = ARRAYS[name]
    if name == "interval": # of whole milliseconds, which is all that the format has
        array = pa.array([(0, 0, 0), (14, 3, 5 * 10**9), None], array.type)
    table, path = pa.table({"v": array}), tmp_path / "own.parquet"
    pyquire.write(path, table, settings={"arrow_schema": arrow_schema, "page_rows": 2,
                                         "data_page_version": version})
    got = pyquire.read(path)
    kind = table["v"].type
    if arrow_schema == "on" and name != "decimal128_negative_scale":
        assert got["v"].type == kind
    elif name not in WITHOUT_SCHEMA:
        assert got["v"].type == kind
    if pa.types.is_duration(got["v"].type) or "duration" in name:
        assert got["v"].cast(pa.int64()).equals(table["v"].cast(pa.int64()))
    else:
        assert_same(got, table, types=False)


# Where the bytes come from ----------------------------------------------------------------

def test_content_tells(folder):
    """Parquet is known by its first bytes where the name says nothing, or another format."""
    table = pa.table({"i": [1, 2, 3]})
    for name in ("nameless", "table.parquet.encrypted"):
        pq.write_table(table, folder / name)
        assert good("count", folder / name).text == "3\n"
    pq.write_table(table, folder / "table.csv")
    bad(1, "cat", folder / "table.csv", says=["looks like Parquet", "--from parquet"])
    assert good("count", "--from", "parquet", folder / "table.csv").text == "3\n"
    (folder / "text.csv").write_text("PAR1,b\n1,2\n")
    assert good("count", folder / "text.csv").text == "1\n"


@pytest.mark.parametrize("pipe", [False, True])
def test_standard_input(folder, pipe):
    path = folder / "input.parquet"
    pq.write_table(pa.table({"i": range(100_000)}), path, row_group_size=1000)
    bytes_given = path.read_bytes()
    for arguments in (["convert", "-", "-", "--to", "csv"], ["meta", "-", "--json"],
                      ["convert", "--from", "parquet", "-", "-", "--to", "csv"]):
        named = good(*[path if argument == "-" and i == arguments.index("-") else argument
                       for i, argument in enumerate(arguments)]).out
        if pipe:
            assert good(*arguments, stdin=bytes_given).out == named
        else:
            with open(path, "rb") as file:
                got = subprocess.run([PROGRAM, *arguments], stdin=file, check=True,
                                     capture_output=True)
            assert got.stdout == named
    bad(1, "count", "--from", "parquet", "-", stdin=bytes_given[:-1], says="arquet")
    bad(3, "count", "--from", "parquet", "-", stdin=bytes_given, says="/nowhere",
        env={"TMPDIR": "/nowhere"})
    packed = folder / "input.parquet.gz"
    packed.write_bytes(gzip.compress(bytes_given))
    bad(2, "count", packed, says="compressed")


# Files of several types -------------------------------------------------------------------

ONE = decimal.Decimal("1.25")
WIDENED = [
    (pa.decimal128(9, 2), [ONE], pa.decimal128(12, 4), [ONE], pa.decimal128(12, 4)),
    (pa.decimal128(38, 0), [7], pa.decimal128(20, 10), [ONE], pa.decimal256(48, 10)),
    (pa.int8(), [-1], pa.int32(), [1 << 20], pa.int32()),
    (pa.uint8(), [255], pa.int8(), [-1], pa.int16()),
    (pa.uint16(), [1], pa.uint64(), [1 << 63], pa.uint64()),
    (pa.float32(), [0.5], pa.float64(), [0.1], pa.float64()),
    (pa.int32(), [1], pa.float64(), [0.5], pa.float64()),
    (pa.dictionary(pa.int8(), pa.string()), ["a"], pa.string(), ["b"], pa.string()),
    (pa.string(), ["a"], pa.large_string(), ["b"], pa.large_string()),
    (pa.timestamp("ms"), [0], pa.timestamp("ns"), [1], pa.timestamp("ns")),
    (pa.timestamp("us", "UTC"), [0], pa.timestamp("us", "Europe/Berlin"), [1],
     pa.timestamp("us", "UTC")),
    (pa.date32(), [1], pa.timestamp("us"), [1], pa.timestamp("us")),
    (pa.list_(pa.int8()), [[1]], pa.list_(pa.int16()), [[300]], pa.list_(pa.int16())),
]


@pytest.mark.parametrize("case", WIDENED, ids=lambda case: f"{case[0]} {case[2]}")
@pytest.mark.parametrize("swap", [False, True])
def test_types_of_several_files(folder, case, swap):
    """They are read as the type that holds the values of all, as they are."""
    kinds = [pa.array(case[1], case[0]), pa.array(case[3], case[2])]
    paths = [folder / "several-0.parquet", folder / "several-1.parquet"]
    for path, values in zip(paths, reversed(kinds) if swap else kinds):
        pq.write_table(pa.table({"c": values}), path)
    out = folder / "several-out.parquet"
    good("convert", *paths, out)
    got = pq.read_table(out)
    assert got.schema.field("c").type == case[4]
    want = [value for values in kinds for value in values.cast(case[4]).to_pylist()]
    assert got["c"].to_pylist() == (want[::-1] if swap else want)


@pytest.mark.parametrize("one, other, says", [
    (pa.timestamp("ns"), pa.timestamp("us", "UTC"), "with and without offset do not mix"),
    (pa.timestamp("ns"), pa.string(), "no common type"),
    (pa.decimal256(76, 0), pa.decimal128(9, 9), "no common type"),
])
def test_types_that_do_not_mix(folder, one, other, says):
    paths = [folder / "mixed-0.parquet", folder / "mixed-1.parquet"]
    for path, kind in zip(paths, (one, other)):
        pq.write_table(pa.table({"c": pa.array([None], kind)}), path)
    bad(1, "convert", *paths, folder / "mixed-out.parquet", says=says)


@pytest.mark.parametrize("type", [pa.int64(), pa.string(), pa.list_(pa.int32())])
def test_a_row_group_without_rows(folder, type):
    """pyarrow says that its pages begin at byte 0."""
    path = folder / "empty.parquet"
    pq.write_table(pa.table({"id": pa.array([], type)}), path)
    assert pq.ParquetFile(path).num_row_groups == 1
    assert pyquire.read(path).num_rows == 0
    assert good("meta", path, "--json").json()["rows"] == 0
    assert good("cat", path, "--where", "id IS NOT NULL", "--to", "csv").text == "id\n"
