"""pyarrow, Polars and DuckDB read the Parquet files that Quire writes, whatever the
options: equal values, and metadata that says what is there."""

import base64
import datetime
import decimal
import json
import random
import struct
import subprocess
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pyquire
import pytest
from arrow_types import ARRAYS
from hypothesis import given, settings
from hypothesis import strategies as st
from program import PROGRAM, ROOT, SANITIZED, good
from tables import INTS, MOMENT, TEXTS, TIMESTAMPS, DATES, FINITE, assert_same

FLOATS = st.one_of(FINITE, st.sampled_from([float("nan"), float("inf"), -float("inf")]))
NESTED = pa.struct([("x", pa.int64()), ("tags", pa.list_(pa.string()))])
COLUMNS = {
    "i": (pa.int64(), INTS),
    "small": (pa.int8(), st.integers(-128, 127)),
    "u": (pa.uint32(), st.integers(0, 2**32 - 1)),
    "f": (pa.float64(), FLOATS),
    "s": (pa.string(), TEXTS),
    "bytes": (pa.large_binary(), st.binary(max_size=100)),
    "b": (pa.bool_(), st.booleans()),
    "d": (pa.date32(), DATES),
    "t": (MOMENT, TIMESTAMPS),
    "m": (pa.decimal128(20, 4),
          st.integers(-(10**18), 10**18).map(lambda n: decimal.Decimal(n).scaleb(-4))),
    "fixed": (pa.binary(5), st.binary(min_size=5, max_size=5)),
    "list": (pa.list_(pa.int32()), st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=4)),
    "n": (NESTED, st.fixed_dictionaries({
        "x": st.one_of(st.none(), INTS),
        "tags": st.one_of(st.none(), st.lists(st.one_of(st.none(), TEXTS), max_size=3))})),
}
FLAT = [name for name, (kind, _) in COLUMNS.items() if name not in ("list", "n")]


@st.composite
def tables(draw):
    """Rows drawn and then repeated, so that there are pages, dictionaries and row groups."""
    size = draw(st.integers(0, 12))
    times = draw(st.sampled_from([1, 7, 300]))
    arrays = {}
    for name, (kind, values) in COLUMNS.items():
        if draw(st.booleans()):
            values = st.one_of(st.none(), values)
        drawn = draw(st.lists(values, min_size=size, max_size=size))
        arrays[name] = pa.array(drawn * times, kind)
    return pa.table(arrays)


ENCODINGS = {
    "i": ["plain", "delta_binary_packed", "byte_stream_split", "dictionary"],
    "f": ["plain", "byte_stream_split", "dictionary"],
    "s": ["plain", "delta_length_byte_array", "DELTA_BYTE_ARRAY", "dictionary"],
    "b": ["plain", "rle"],
    "fixed": ["plain", "byte_stream_split", "delta_byte_array"],
    "n.x": ["delta-binary-packed"],
    "n.tags": ["delta_length_byte_array"],
}


@st.composite
def options(draw, every_encoding=True):
    """Settings of the format, each left out half of the time."""
    choices = {
        "compression": st.sampled_from(["none", "snappy", "gzip:9", "zstd", "zstd:7", "lz4",
                                        "lz4_raw", "brotli:2"]),
        "compression.s": st.sampled_from(["none", "zstd"]),
        "compression.n": st.just("gzip"),
        "data_page_version": st.sampled_from([1, 2]),
        "row_group_rows": st.sampled_from([1, 10, 1000, 100000]),
        "page_bytes": st.sampled_from(["64", "1KB", "1MB"]),
        "page_rows": st.sampled_from([1, 10, 20000]),
        "dictionary": st.sampled_from(["on", "off"]),
        "dictionary.s": st.sampled_from(["on", "off"]),
        "dictionary_bytes": st.sampled_from(["1KB", "1MB"]),
        "statistics": st.sampled_from(["on", "off"]),
        "statistics_bytes": st.sampled_from([1, 5, 64]),
        "page_index": st.sampled_from(["on", "off"]),
        "size_statistics": st.sampled_from(["on", "off"]),
        "page_checksum": st.sampled_from(["on", "off"]),
        "bloom_filter": st.sampled_from(["i", "s,bytes,n", "list,fixed"]),
        "bloom_false_positives": st.sampled_from([0.5, 0.001]),
        "bloom_distinct": st.sampled_from([1, 100]),
        "arrow_schema": st.just("on"),
        **{f"encoding.{name}": st.sampled_from(values) for name, values in ENCODINGS.items()},
    }
    given_options = {}
    for name, values in choices.items():
        if draw(st.booleans()):
            given_options[name] = draw(values)
    if not every_encoding: # of fixed binaries, not read by all
        given_options.pop("encoding.fixed", None)
    return given_options


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("parquet")


def written(folder, table, name="table", **settings_given):
    path = folder / f"{name}.parquet"
    settings_given = {key.replace("__", "."): value for key, value in settings_given.items()}
    rows, size = pyquire.write(path, table, settings=settings_given)
    assert rows == table.num_rows
    assert size == path.stat().st_size
    return path


# Values -----------------------------------------------------------------------------------

@given(tables(), options())
def test_pyarrow(folder, table, given_options):
    path = written(folder, table, **given_options)
    got = pq.read_table(path, page_checksum_verification=True)
    got.validate(full=True)
    assert_same(got, table)
    rows = int(given_options.get("row_group_rows", 262144))
    metadata = pq.read_metadata(path)
    assert metadata.num_row_groups == -(-table.num_rows // rows)
    for i in range(metadata.num_row_groups - 1):
        assert metadata.row_group(i).num_rows == rows


@settings(max_examples=40)
@given(tables(), options(every_encoding=False))
def test_polars(folder, table, given_options):
    path = written(folder, table, **given_options)
    got = pl.read_parquet(path).to_arrow()
    for name in table.column_names:
        if name in ("bytes", "fixed", "s"):
            got = got.set_column(got.schema.get_field_index(name), name,
                                 got[name].cast(table.schema.field(name).type))
    assert_same(got, table, types=False)


@settings(max_examples=40)
@given(tables(), options(every_encoding=False))
def test_duckdb(folder, table, given_options):
    path = written(folder, table, **given_options)
    got = duckdb.sql(f"from read_parquet('{path}')").to_arrow_table()
    assert_same(got, table, types=False)


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("version", [1, 2])
def test_types_come_back(folder, name, version):
    """With the Arrow schema in the file every type that Parquet can tell is what it was."""
    table = pa.table({"v": ARRAYS[name]})
    if name in ("interval", "decimal128_negative_scale"):
        pytest.skip("pyarrow does not read it")
    path = written(folder, table, data_page_version=version)
    got = pq.read_table(path)
    # pyarrow gives back what the file's own types are: seconds have no unit in Parquet,
    # dates are days, and of dictionaries only those of strings return.
    own = ("time32_s", "timestamp_s", "date64", "dictionary_of_ints", "list_of_dictionaries")
    if name in ("time32_s", "timestamp_s", "date64"):
        got = got.cast(table.schema)
    assert_same(got, table, types=name not in own)


@pytest.mark.parametrize("sizes", [[1] * 5000, [5000], [0, 1, 3000, 2, 0, 5000, 100]])
@pytest.mark.parametrize("threads", [1, 3])
def test_batches_of_any_size(folder, sizes, threads):
    schema = pa.schema([("n", pa.int64()), ("s", pa.string()),
                        ("d", pa.dictionary(pa.int32(), pa.string())),
                        ("l", pa.list_(pa.int16()))])
    batches, row = [], 0
    for size in sizes:
        values = range(row, row + size)
        batches.append(pa.record_batch([
            pa.array(values, pa.int64()), pa.array([str(v % 7) for v in values], pa.string()),
            pa.array([str(v % 5) for v in values], pa.string()).dictionary_encode(),
            pa.array([list(range(v % 3)) for v in values], pa.list_(pa.int16()))], schema=schema))
        row += size
    context = pyquire.context(threads=threads)
    path = folder / "batches.parquet"
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    pyquire.write(path, reader, settings={"row_group_rows": 1234}, ctx=context)
    pyquire.close_context(context)
    got = pq.read_table(path)
    assert got["n"].to_pylist() == list(range(row))
    assert got["s"].to_pylist() == [str(v % 7) for v in range(row)]
    assert got["d"].to_pylist() == [str(v % 5) for v in range(row)]
    assert got["l"].to_pylist() == [list(range(v % 3)) for v in range(row)]


# Metadata ---------------------------------------------------------------------------------

NUMBERS = pa.table({
    "id": pa.array(range(100_000), pa.int64()),
    "word": pa.array([f"word {i // 10:05}" for i in range(100_000)]),
    "maybe": pa.array([None if i % 3 else i / 4 for i in range(100_000)]),
}, metadata={"mine": "kept", "twice": "old"})


def test_footer(folder):
    path = written(folder, NUMBERS, row_group_rows=30_000, key_value__twice="new",
                   key_value__own="é", sorting="id,-word")
    metadata = pq.read_metadata(path)
    assert metadata.created_by.startswith("quire version ")
    assert metadata.format_version == "2.6"
    assert [metadata.row_group(i).num_rows for i in range(4)] == [30_000] * 3 + [10_000]
    pairs = metadata.metadata
    assert (pairs[b"mine"], pairs[b"twice"], pairs[b"own"]) == (b"kept", b"new", "é".encode())
    assert b"ARROW:schema" in pairs
    first = metadata.row_group(0)
    assert [(column.column_index, column.descending) for column in first.sorting_columns] == [
        (0, False), (1, True)]
    assert first.total_byte_size == sum(first.column(i).total_uncompressed_size for i in range(3))
    position = 4
    for i in range(3):
        column = first.column(i)
        start = column.dictionary_page_offset or column.data_page_offset
        assert start == position
        position += column.total_compressed_size
    assert b"ARROW:schema" not in (pq.read_metadata(
        written(folder, NUMBERS, arrow_schema="off")).metadata or {})


def test_statistics(folder):
    path = written(folder, NUMBERS, row_group_rows=30_000, statistics_bytes=6)
    group = pq.read_metadata(path).row_group(1)
    statistics = group.column(0).statistics
    assert (statistics.min, statistics.max, statistics.null_count) == (30_000, 59_999, 0)
    statistics = group.column(1).statistics
    assert statistics.min <= "word 03000" and statistics.max >= "word 05999"
    assert len(statistics.min) <= 6
    exact = duckdb.sql(f"select min_is_exact, max_is_exact from parquet_metadata('{path}') "
                       "where row_group_id = 1").fetchall()
    assert exact == [(True, True), (False, False), (True, True)]
    statistics = group.column(2).statistics
    assert statistics.null_count == 20_000
    assert (statistics.min, statistics.max) == (7500.0, 14999.25)


def test_page_index(folder):
    path = written(folder, NUMBERS, row_group_rows=30_000, page_rows=1000)
    group = pq.read_metadata(path).row_group(3)
    assert all(group.column(i).has_column_index and group.column(i).has_offset_index
               for i in range(3))
    pages = duckdb.sql(f"select count(*) from '{path}' where id between 29990 and 30010")
    assert pages.fetchall() == [(21,)]
    off = pq.read_metadata(written(folder, NUMBERS, page_index="off")).row_group(0).column(0)
    assert not off.has_offset_index and not off.has_column_index


def test_bloom_filter(folder):
    """DuckDB finds values, and rules others out, by the filters alone."""
    path = written(folder, NUMBERS, bloom_filter="id,word", row_group_rows=10_000)

    def excluded(column, value):
        probe = duckdb.sql(f"from parquet_bloom_probe('{path}', '{column}', {value})")
        return [row[-1] for row in probe.fetchall()]

    assert excluded("id", 25_000).index(False) == 2
    assert excluded("id", 25_000).count(False) <= 2
    assert excluded("word", "'word 09999'")[-1] is False
    assert all(excluded("id", 10**9))
    offsets = duckdb.sql(
        f"select bloom_filter_offset, bloom_filter_length from parquet_metadata('{path}')")
    for row, (offset, length) in enumerate(offsets.fetchall()):
        assert (offset is None) == (row % 3 == 2)
        assert length is None or length > 32


def test_bloom_filter_is_bounded(folder):
    """By the values that there are, whatever number was promised."""
    path = written(folder, NUMBERS, bloom_filter="id", bloom_distinct=10**12)
    usual = written(folder, NUMBERS, "usual", bloom_filter="id")
    size = path.stat().st_size - usual.stat().st_size
    assert size < 4 * NUMBERS.num_rows, size


def test_settings_of_both_sides(folder):
    """Settings of writing are not taken for those of reading, where both are Parquet."""
    path, again = written(folder, NUMBERS), folder / "again.parquet"
    good("convert", path, again, "--set", "bloom_filter=id,word", "--set", "page_index=off",
         "--set", "use_bloom_filter=off", "--set", "use_page_index=off")
    column = pq.read_metadata(again).row_group(0).column(0)
    assert not column.has_column_index
    assert duckdb.sql(f"select count(bloom_filter_offset) from parquet_metadata('{again}')"
                      ).fetchall() == [(2,)]


def test_checksum_finds_damage(folder):
    path = written(folder, NUMBERS, compression="none", dictionary="off")
    data = bytearray(path.read_bytes())
    data[200_000] ^= 1
    path.write_bytes(data)
    with pytest.raises(OSError, match="(?i)crc"):
        pq.read_table(path, page_checksum_verification=True)


def test_field_ids_and_string_types(folder):
    schema = pa.schema([
        pa.field("a", pa.int32(), metadata={"PARQUET:field_id": "7"}),
        pa.field("s", pa.string()), pa.field("j", pa.string()), pa.field("b", pa.binary())])
    table = pa.table([[1], ["x"], ["{}"], [b"\x05\0\0\0\0"]], schema=schema)
    path = written(folder, table, string_type__s="enum", string_type__j="json",
                   string_type__b="bson")
    schema = str(pq.ParquetFile(path).schema)
    for line in ("int32 field_id=7 a;", "s (Enum);", "j (JSON);", "b (BSON);"):
        assert line in schema


@pytest.mark.parametrize("codec,name", [("none", "UNCOMPRESSED"), ("zstd:3", "ZSTD"),
                                        ("lz4", "LZ4"), ("brotli", "BROTLI"), ("gzip", "GZIP"),
                                        ("snappy", "SNAPPY")])
def test_compression_of_write_options(folder, codec, name):
    """The compression asked for is that of the pages; nothing is put around the file."""
    path = folder / "compressed.parquet"
    pyquire.write(path, NUMBERS, compression=codec)
    assert path.read_bytes()[:4] == b"PAR1"
    assert {pq.read_metadata(path).row_group(0).column(i).compression
            for i in range(3)} == {name}
    assert_same(pq.read_table(path), NUMBERS)


def test_empty(folder):
    path = written(folder, NUMBERS.slice(0, 0))
    assert pq.read_table(path).schema.equals(NUMBERS.schema)
    assert duckdb.sql(f"from '{path}'").fetchall() == []
    assert pl.read_parquet(path).shape == (0, 3)


@pytest.mark.parametrize("rows", [0, 3])
def test_no_columns(folder, rows):
    lines = folder / "none.jsonl"
    lines.write_text("{}\n" * rows)
    path, again = folder / "none.parquet", folder / "none-again.parquet"
    good("convert", lines, path)
    good("convert", path, again)
    for made in (path, again):
        assert pq.read_table(made).num_rows == rows
        assert pq.read_metadata(made).num_columns == 0
        assert good("convert", made, "-", "--to", "jsonl").text == "{}\n" * rows


# Arrow dictionaries -----------------------------------------------------------------------

@pytest.mark.parametrize("rows", [3, 5000])
def test_categories_keep_their_order(folder, rows):
    """Also those that no row uses."""
    kind = pa.dictionary(pa.int8(), pa.string(), ordered=True)
    values = pa.DictionaryArray.from_arrays(
        pa.array([2, 0, 1] * (rows // 3), pa.int8()),
        pa.array(["low", "mid", "high", "never"]), ordered=True)
    table = pa.table({"c": values, "list": pa.array([["b"], None, ["a"]] * (rows // 3),
                                                    pa.list_(pa.dictionary(pa.int8(), pa.utf8())))})
    got = pq.read_table(written(folder, table, row_group_rows="1000"))
    assert got.schema.field("c").type.ordered
    assert got["c"].to_pylist() == table["c"].to_pylist()
    for chunk in got["c"].chunks:
        assert chunk.dictionary.to_pylist() == ["low", "mid", "high", "never"]
    assert kind == table.schema.field("c").type


@pytest.mark.parametrize("dictionary", ["on", "off"])
@pytest.mark.parametrize("encoding", [None, "dictionary"])
def test_dictionaries_that_do_not_hold(folder, dictionary, encoding):
    """pyarrow makes an Arrow dictionary again from PLAIN, and not from other encodings."""
    words = [f"http://example.org/page/{i:08}" for i in range(100_000)]
    table = pa.table({"c": pa.array(words).dictionary_encode()})
    given_options = {"encoding__c": encoding} if encoding else {}
    path = written(folder, table, dictionary=dictionary, **given_options)
    assert pq.read_table(path)["c"].to_pylist() == words


def test_dictionary_asked_for(folder):
    table = pa.table({"c": [f"value {i % 5}" for i in range(1000)], "b": [True, False] * 500})
    for given_options in ({"encoding__c": "dictionary"}, {"encoding": "dictionary"}):
        path = written(folder, table, **given_options)
        assert "RLE_DICTIONARY" in pq.read_metadata(path).row_group(0).column(0).encodings
        assert_same(pq.read_table(path), table)
    with pytest.raises(pyquire.QuireError, match="does not fit"):
        written(folder, table, encoding__b="dictionary")


# Wide schemas, many row groups ------------------------------------------------------------

def test_wide(folder):
    """Ten thousand columns within a small budget."""
    names = [f"c{i}" for i in range(10_000)]
    table = pa.table([pa.array([i, None, i * 2, i]) for i in range(10_000)], names=names)
    context = pyquire.context(threads=2, memory=64 << 20)
    path = folder / "wide.parquet"
    pyquire.write(path, table, ctx=context)
    pyquire.close_context(context)
    assert pq.read_table(path, columns=["c0", "c9999"]).to_pydict() == {
        "c0": [0, None, 0, 0], "c9999": [9999, None, 19998, 9999]}


def test_huge_values(folder):
    """Values of a good part of the budget are held a few times, not many."""
    values = [random.Random(i).randbytes(16 << 20) for i in range(2)]
    path, again = folder / "huge.parquet", folder / "huge-again.parquet"
    pq.write_table(pa.table({"b": values, "s": ["\U0010ffff" * (1 << 20), "x" * (1 << 22)]}), path)
    peak = subprocess.run([sys.executable, ROOT / "tests" / "lib" / "peak.py", "", "x", "0",
                           PROGRAM, "convert", path, again, "--memory", "80MB"],
                          capture_output=True, check=True, text=True).stdout.split()
    assert peak[0] == "0"
    assert SANITIZED or int(peak[1]) < 220 << 20, peak
    assert pq.read_table(again).equals(pq.read_table(path))


def test_many_row_groups(folder):
    """More than an ordinal can count."""
    table = pa.table({"n": pa.array(range(33_000), pa.int32())})
    path = written(folder, table, row_group_rows=1)
    assert pq.read_metadata(path).num_row_groups == 33_000
    assert duckdb.sql(f"select sum(n), count(*) from '{path}'").fetchall() == [
        (sum(range(33_000)), 33_000)]


REALS = st.one_of(st.none(), st.integers(-10**7, 10**7).map(lambda cents: cents / 100),
                  st.floats(width=32))


@settings(max_examples=60)
@given(st.lists(REALS, max_size=40), st.sampled_from([1, 90]), st.sampled_from([1, 2]),
       st.sampled_from(["none", "zstd"]), st.sampled_from([7, 20000]))
def test_alp(folder, values, times, version, codec, page_rows):
    """No other reader knows it yet; what comes back has the same bits."""
    table = pa.table({"f64": pa.array(values * times, pa.float64()),
                      "f32": pa.array(values * times, pa.float32()),
                      "l": pa.array([[x, x] for x in values] * times, pa.list_(pa.float64()))})
    path = written(folder, table, name="alp", compression=codec, data_page_version=version,
                   page_rows=page_rows, **{"encoding": "alp"})
    got = pyquire.read(path)
    for name in table.column_names:
        bits = [["f" if x is None else struct.pack("<d", x) for x in
                 (row if isinstance(row, list) else [row])] for row in table[name].to_pylist()]
        assert bits == [["f" if x is None else struct.pack("<d", x) for x in
                         (row if isinstance(row, list) else [row])]
                        for row in got[name].to_pylist()]


def test_alp_is_small(folder):
    """Prices of two digits take the bits of whole numbers; the file says what they are in."""
    table = pa.table({"price": pa.array([(i * 7919 % 9973) / 100 for i in range(50_000)])})
    path = written(folder, table, name="alp", compression="none", encoding__price="alp")
    assert path.stat().st_size < 50_000 * 14 / 8 * 1.05
    assert pyquire.read(path).equals(table)
    with pytest.raises(OSError, match="(?i)encoding"):
        pq.read_table(path)


# What is refused --------------------------------------------------------------------------

@pytest.mark.parametrize("given_options,says", [
    ({"encoding.idd": "plain"}, "id"),
    ({"dictionary.wrod": "off"}, "word"),
    ({"bloom_filter": "id,mayb"}, "maybe"),
    ({"sorting": "-x"}, "no column"),
    ({"encoding.word": "byte_stream_split"}, "word"),
    ({"encoding.word": "alp"}, "word"),
    ({"encoding.word": "plan"}, "did you mean plain"),
    ({"compression": "zstd:99"}, "level"),
    ({"compression": "zst"}, "zstd"),
    ({"dictionary": "perhaps"}, "perhaps"),
    ({"bloom_false_positives": "1"}, "between 0 and 1"),
    ({"column_keys": "id:/tmp/key"}, "footer_key"),
    ({"aad_prefix": "x"}, "footer_key"),
    ({"string_type.id": "json"}, "no json"),
    ({"row_group_rows": "0"}, "row_group_rows"),
    ({"key_value": "x"}, "NAME"),
])
def test_refused(folder, given_options, says):
    path = folder / "refused.parquet"
    with pytest.raises(pyquire.QuireError) as caught:
        pyquire.write(path, NUMBERS, settings=given_options)
    assert caught.value.name == "USAGE"
    assert says in str(caught.value)
    assert not path.exists()


def test_codec_around_the_file(folder):
    with pytest.raises(pyquire.QuireError, match="compressed inside") as caught:
        pyquire.write(folder / "x.parquet.gz", NUMBERS)
    assert caught.value.name == "USAGE"


# Encryption -------------------------------------------------------------------------------

KEYS = {"footer": b"0123456789012345", "first": b"abcdefghijklmnopqrstuvwx",
        "second": b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"}


class Keys(pe.KmsClient):
    """A service whose wrapped keys are their own names."""

    def __init__(self, _configuration):
        super().__init__()

    def wrap_key(self, key, name):
        return name

    def unwrap_key(self, wrapped, name):
        return KEYS[name]


def material(name, footer=False):
    """The key metadata that pyarrow's readers expect: here a key is found by its name."""
    return json.dumps({
        "keyMaterialType": "PKMT1", "internalStorage": True, "isFooterKey": footer,
        **({"kmsInstanceID": "DEFAULT", "kmsInstanceURL": "DEFAULT"} if footer else {}),
        "masterKeyID": name, "doubleWrapping": False, "wrappedDEK": name})


def key_file(folder, name):
    path = folder / f"{name}.key"
    path.write_bytes({"footer": KEYS[name], "first": KEYS[name].hex().encode() + b"\n",
                      "second": base64.b64encode(KEYS[name])}[name])
    return path


def decryption():
    return pe.CryptoFactory(Keys).file_decryption_properties(pe.KmsConnectionConfig())


@pytest.mark.parametrize("algorithm", ["aes_gcm_v1", "aes_gcm_ctr_v1"])
@pytest.mark.parametrize("plaintext_footer", ["off", "on"])
@pytest.mark.parametrize("columns", [{}, {"id": "first", "word": "second"}])
@pytest.mark.parametrize("encrypt_all", ["off", "on"])
@pytest.mark.parametrize("prefix", [None, "table/part-0"])
def test_encrypted(folder, algorithm, plaintext_footer, columns, encrypt_all, prefix):
    given_options = {
        "footer_key": key_file(folder, "footer"), "footer_key_metadata": material("footer", True),
        "encryption_algorithm": algorithm, "plaintext_footer": plaintext_footer,
        "encrypt_all": encrypt_all, "row_group_rows": 40_000, "page_rows": 5000,
        "bloom_filter": "id", "data_page_version": 2 if prefix else 1}
    if columns:
        given_options["column_keys"] = ",".join(f"{column}:{key_file(folder, key)}"
                                                for column, key in columns.items())
        for column, key in columns.items():
            given_options[f"column_key_metadata.{column}"] = material(key)
    if prefix:
        given_options["aad_prefix"] = prefix
    path = written(folder, NUMBERS, "encrypted", **given_options)
    data = path.read_bytes()
    magic = b"PAR1" if plaintext_footer == "on" else b"PARE"
    assert data[:4] == magic and data[-4:] == magic
    assert b"word 0" not in data
    got = pq.ParquetFile(path, decryption_properties=decryption()).read()
    assert_same(got, NUMBERS)
    if plaintext_footer == "on" and columns and encrypt_all == "off":
        assert_same(pq.read_table(path, columns=["maybe"]), NUMBERS.select(["maybe"]))
        assert pq.read_metadata(path).row_group(0).column(2).statistics is not None
    elif plaintext_footer == "off":
        with pytest.raises((OSError, pa.ArrowException)):
            pq.read_table(path)


def test_damaged_page_is_found(folder):
    path = written(folder, NUMBERS, "encrypted", footer_key=key_file(folder, "footer"),
                   footer_key_metadata=material("footer", True))
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(data)
    with pytest.raises(OSError):
        pq.ParquetFile(path, decryption_properties=decryption()).read()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_row_groups_side_by_side(folder, threads):
    """One column on many threads; parts of encrypted files are bound to their row group."""
    path, table = folder / "lanes.parquet", NUMBERS.select(["word"])
    ctx = pyquire.context(threads)
    pyquire.write(path, table, ctx=ctx, settings={
        "row_group_rows": 3000, "footer_key": key_file(folder, "footer"),
        "footer_key_metadata": material("footer", True)})
    pyquire.close_context(ctx)
    file = pq.ParquetFile(path, decryption_properties=decryption())
    assert file.metadata.num_row_groups == 34
    assert_same(file.read(), table)
