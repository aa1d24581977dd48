"""Arrow IPC, streams and files: what pyarrow and Polars write is read, what is written they
read, over every type, and the files of Arrow's integration tests agree with their JSON."""

import gzip
import json
import os
import pathlib
import threading

import arrow_types
import integration_json
import polars as pl
import program
import pyarrow as pa
import pyquire
import pytest
from hypothesis import given, settings
from tables import assert_same, nested_tables, tables

FORMATS = ["arrow", "arrow-stream"]
CODECS = ["none", "lz4", "zstd"]
DATA = pathlib.Path(os.environ.get("QUIRE_SHARED_DATA", program.ROOT.parent / "shared/data")
                    ) / "arrow-ipc"
RUNS = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3, 7], pa.int16()),
                                         pa.array(["x", None, "longer than a view holds"]))
MORE_ARRAYS = {
    "sparse_union": pa.UnionArray.from_sparse(
        pa.array([0, 1, 0, 1, 1], pa.int8()),
        [pa.array([1, 2, None, 4, 5]), pa.array(["a", "b", "c", None, "e"])]),
    "dense_union": pa.UnionArray.from_dense(
        pa.array([0, 1, 0, 1, 1], pa.int8()), pa.array([0, 0, 1, 1, 2], pa.int32()),
        [pa.array([1, None]), pa.array(["a", None, "c"])]),
    "union_of_numbered_types": pa.UnionArray.from_dense(
        pa.array([7, 5, 7], pa.int8()), pa.array([0, 0, 1], pa.int32()),
        [pa.array([1.5, 2.5]), pa.array([b"x"])], ["f", "b"], [7, 5]),
    "run_ends": RUNS,
    "run_ends_of_lists": pa.RunEndEncodedArray.from_arrays(
        pa.array([1, 5], pa.int64()), pa.array([[1, None], []], pa.list_(pa.int8()))),
    "list_view": pa.ListViewArray.from_arrays(
        pa.array([2, 0, 0, 1], pa.int32()), pa.array([2, 0, 3, 1], pa.int32()),
        pa.array([1, None, 3, 4], pa.int64())),
    "large_list_view": pa.LargeListViewArray.from_arrays(
        pa.array([1, 0, 3], pa.int64()), pa.array([3, 2, 0], pa.int64()),
        pa.array(["a", None, "a string that is longer than a view's inline form", ""],
                 pa.string_view())),
    "decimal32": pa.array([None, "1.25", "-9.99"]).cast(pa.decimal32(5, 2)),
    "decimal64": pa.array([None, "1.25", "-9.99"]).cast(pa.decimal64(15, 2)),
    "struct_of_views": pa.array([{"v": "x" * 20}, None, {"v": None}, {"v": "short"}],
                                pa.struct([("v", pa.string_view())])),
    "nested_dictionary": pa.DictionaryArray.from_arrays(
        pa.array([1, None, 0], pa.int32()),
        pa.ListArray.from_arrays(pa.array([0, 2, 3], pa.int32()),
                                 pa.array(["x", "y", "x"]).dictionary_encode())),
    "dictionary_uint8": pa.DictionaryArray.from_arrays(pa.array([200, 0], pa.uint8()),
                                                       pa.array(range(201))),
    "dictionary_ordered": pa.DictionaryArray.from_arrays(
        pa.array([1, 0], pa.int16()), pa.array(["low", "high"]), ordered=True),
    "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a":1}', None, "[]"])),
    "bool8": pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0, None], pa.int8())),
}
ARRAYS = {**arrow_types.ARRAYS, **MORE_ARRAYS}


def table_of(array):
    return pa.table({"id": pa.array(range(len(array)), pa.int32()), "value": array})


def read_with_pyarrow(path, format, full=True):
    if format == "arrow":
        with pa.ipc.open_file(path) as file:
            table = file.read_all()
    else:
        with pa.ipc.open_stream(path) as stream:
            table = stream.read_all()
    table.validate(full=full)
    return table


def write_with_pyarrow(path, table, format, **options):
    new = pa.ipc.new_file if format == "arrow" else pa.ipc.new_stream
    with new(path, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in table.to_batches():
            writer.write_batch(batch)


def read_own(path, format, **options):
    table = pyquire.read(path, format=format, **options)
    table.validate(full=True)
    return table


def assert_equal(got, expected):
    """As assert_same, and for types whose arrays compare by parts."""
    assert got.schema.equals(expected.schema, check_metadata=True)
    if not got.combine_chunks().equals(expected.combine_chunks()):
        assert_same(got, expected)


def path_of(folder, format):
    return folder / ("table.arrow" if format == "arrow" else "table.arrows")


# Every type --------------------------------------------------------------------------


def cases(array):
    """The array whole, sliced at odd places, empty, and with its offset in the batch."""
    yield "whole", table_of(array)
    longer = pa.concat_arrays([array] * 5)
    yield "slice", table_of(longer.slice(len(array) + 1, 2 * len(array) - 1))
    yield "aligned slice", table_of(pa.concat_arrays([array] * 9).slice(8, 2 * len(array)))
    yield "empty", table_of(array.slice(0, 0))
    rows = pa.StructArray.from_arrays([pa.array(range(len(array))), array], ["id", "value"])
    yield "sliced batch", pa.Table.from_batches(
        [pa.RecordBatch.from_struct_array(rows.slice(1, len(array) - 1))])
    yield "inside", table_of(pa.ListArray.from_arrays(
        pa.array([0, 1, 1, len(array)], pa.int32()), array).slice(1))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ARRAYS)
def test_written_types(name, format, tmp_path):
    for case, table in cases(ARRAYS[name]):
        path = path_of(tmp_path, format)
        rows, size = pyquire.write(path, table)
        assert rows == table.num_rows, case
        assert size == path.stat().st_size
        assert_equal(read_with_pyarrow(path, format), table)
        assert_equal(read_own(path, format), table)
        assert_equal(read_own(path, format, settings={"memory_map": "off"}), table)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("name", ARRAYS)
def test_read_types(name, codec, format, tmp_path):
    for case, table in cases(ARRAYS[name]):
        path = path_of(tmp_path, format)
        write_with_pyarrow(path, table, format, compression=None if codec == "none" else codec)
        assert_equal(read_own(path, format), table)
        assert_equal(read_own(path, format, columns=["value"]), table.select(["value"]))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("settings", [
    {"compression": "lz4"}, {"compression": "zstd:1"}, {"alignment": 8}, {"batch_rows": 3},
    {"compression": "zstd", "alignment": 8, "batch_rows": 1}, {"dictionary_deltas": "on"},
], ids=str)
def test_settings(settings, format, tmp_path):
    for name, array in ARRAYS.items():
        table = table_of(array)
        path = path_of(tmp_path, format)
        pyquire.write(path, table, settings=settings)
        assert_equal(read_with_pyarrow(path, format), table)
        assert_equal(read_own(path, format), table)


def test_compression_is_smaller(tmp_path):
    table = pa.table({"x": pa.array([7] * 100_000), "s": pa.array(["abc"] * 100_000)})
    sizes = {}
    for codec in CODECS:
        path = tmp_path / f"{codec}.arrow"
        pyquire.write(path, table, compression=codec)
        sizes[codec] = path.stat().st_size
        assert_equal(read_with_pyarrow(path, "arrow"), table)
    assert sizes["lz4"] < sizes["none"] / 3 and sizes["zstd"] < sizes["none"] / 3


def test_alignment(tmp_path):
    """Buffers begin at multiples of 64 in the file, which pyarrow's mapping shows."""
    table = pa.table({"a": [1, 2, 3], "b": ["x", None, "zz"]})
    for alignment in (8, 64):
        path = tmp_path / f"{alignment}.arrow"
        pyquire.write(path, table, settings={"alignment": alignment})
        with pa.memory_map(str(path)) as source:
            base = source.read_buffer(1).address
            source.seek(0)
            batch = pa.ipc.open_file(source).get_batch(0)
            places = [buffer.address - base for column in batch.columns
                      for buffer in column.buffers() if buffer is not None]
            assert all(place % alignment == 0 for place in places)
    with pytest.raises(pyquire.QuireError, match="alignment is 8, 16, 32 or 64"):
        pyquire.write(tmp_path / "x.arrow", table, settings={"alignment": 24})


@pytest.mark.parametrize("format", FORMATS)
def test_no_rows(format, tmp_path):
    schema = pa.schema([pa.field("a", pa.int64(), False, {"k": "v"}),
                        ("d", pa.dictionary(pa.int8(), pa.string()))], {"schema": "metadata"})
    path = path_of(tmp_path, format)
    assert pyquire.write(path, schema.empty_table())[0] == 0
    assert_equal(read_with_pyarrow(path, format), schema.empty_table())
    assert_equal(read_own(path, format), schema.empty_table())
    none = pa.table({})
    pyquire.write(path, none)
    assert read_with_pyarrow(path, format).num_columns == 0
    assert read_own(path, format).num_columns == 0


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=60, deadline=None)
@given(table=tables(), nested=nested_tables())
def test_drawn_tables(tmp_path_factory, format, table, nested):
    folder = tmp_path_factory.mktemp("drawn")
    for drawn in (table, nested):
        path = path_of(folder, format)
        pyquire.write(path, drawn)
        assert_equal(read_with_pyarrow(path, format), drawn)
        write_with_pyarrow(path, drawn, format, compression="lz4")
        assert_equal(read_own(path, format), drawn)


# Polars ------------------------------------------------------------------------------


FRAME = pl.DataFrame({
    "id": [1, 2, 3, 4], "text": ["a,b", None, 'say "é"', "more than twelve bytes of text"],
    "real": [0.1, None, -1e300, float("nan")], "flag": [True, False, None, True],
}).with_columns(
    category=pl.Series(["x", "y", None, "x"]).cast(pl.Categorical),
    level=pl.Series(["low", None, "high", "low"]).cast(pl.Enum(["low", "high"])),
    moment=pl.Series(["2020-01-01", None, "1969-12-31", "1970-01-01"]).str.to_datetime(),
    items=pl.Series([[1, None], [], None, [3]], dtype=pl.List(pl.Int16)),
    nested=pl.Series([{"a": 1, "b": "x"}, {"a": None, "b": None}, None, {"a": 2, "b": ""}]),
    span=pl.Series([1, None, -5, 0], dtype=pl.Duration("ms")),
    amount=pl.Series(["1.50", None, "-3.25", "0"]).cast(pl.Decimal(10, 2)),
    bytes=pl.Series([b"", b"\x00", None, b"\xff" * 20]),
    fixed=pl.Series([[1, 2], None, [3, None], [5, 6]], dtype=pl.Array(pl.Int8, 2)),
)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("codec", ["uncompressed", "lz4", "zstd"])
def test_polars_writes(format, codec, tmp_path):
    path = path_of(tmp_path, format)
    write = FRAME.write_ipc if format == "arrow" else FRAME.write_ipc_stream
    write(path, compression=codec)
    back = pl.DataFrame(pyquire.Stream(path))
    assert back.to_dicts().__repr__() == FRAME.to_dicts().__repr__()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("codec", CODECS)
def test_polars_reads(format, codec, tmp_path):
    path = path_of(tmp_path, format)
    pyquire.write(path, pl.concat([FRAME, FRAME.slice(1)], rechunk=False), compression=codec)
    read = pl.read_ipc if format == "arrow" else pl.read_ipc_stream
    back = read(path)
    expected = pl.concat([FRAME, FRAME.slice(1)])
    assert back.to_dicts().__repr__() == expected.to_dicts().__repr__()


# Dictionaries ------------------------------------------------------------------------


def batches_of(*dictionaries):
    """Batches whose dictionaries are those, each used to its end."""
    arrays = [pa.DictionaryArray.from_arrays(
        pa.array([*range(len(values)), None], pa.int8()), pa.array(values)) for values in dictionaries]
    return pa.Table.from_batches([pa.record_batch([array], ["d"]) for array in arrays])


CHANGES = {
    "same": [["x", "y"], ["x", "y"]],
    "grown": [["x"], ["x", "y"], ["x", "y", "z"]],
    "shrunk": [["x", "y", "z"], ["x"], ["x", "y"]],
    "shrunk and grown": [["x", "y"], ["x"], ["x", "y", "z"], ["z", "w"]],
    "reordered": [["x", "y"], ["y", "x", "z"], ["z", "a"]],
    "other": [["x", "y"], ["p", "q", "r"], ["x", "r"]],
    "with nulls": [["x", None], [None, "x", "y"]],
    "repeated": [["x", "x"], ["y", "x", "y"]],
    "empty": [[], ["x"], []],
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("deltas", ["off", "on"])
@pytest.mark.parametrize("change", CHANGES)
def test_dictionaries_that_change(change, deltas, format, tmp_path):
    lists = CHANGES[change]
    if change == "empty":
        lists = [pa.array(values, pa.string()) for values in lists]
    table = batches_of(*lists)
    path = path_of(tmp_path, format)
    pyquire.write(path, table, settings={"dictionary_deltas": deltas})
    values = table["d"].to_pylist()
    assert read_with_pyarrow(path, format)["d"].to_pylist() == values
    assert read_own(path, format)["d"].to_pylist() == values
    assert read_own(path, format, settings={"memory_map": "off"})["d"].to_pylist() == values
    if deltas == "off":
        read = pl.read_ipc if format == "arrow" else pl.read_ipc_stream
        assert read(path)["d"].to_list() == values
    # From its first byte on, as through a pipe.
    assert through_pipe(path, format)["d"].to_pylist() == values


@pytest.mark.parametrize("deltas", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_dictionaries_that_others_change(change, deltas, tmp_path):
    lists = CHANGES[change]
    if change == "empty":
        lists = [pa.array(values, pa.string()) for values in lists]
    table = batches_of(*lists)
    path = tmp_path / "table.arrows"
    write_with_pyarrow(path, table, "arrow-stream", emit_dictionary_deltas=deltas)
    assert read_own(path, "arrow-stream")["d"].to_pylist() == table["d"].to_pylist()
    if change == "grown" and deltas:
        path = tmp_path / "table.arrow"
        write_with_pyarrow(path, table, "arrow", emit_dictionary_deltas=deltas)
        assert read_own(path, "arrow")["d"].to_pylist() == table["d"].to_pylist()


def nested_batch(outer, inner, indices):
    """A dictionary whose values are lists of another dictionary."""
    words = pa.DictionaryArray.from_arrays(pa.array([inner.index(w) for row in outer for w in row],
                                                    pa.int16()), pa.array(inner))
    offsets = [0]
    for row in outer:
        offsets.append(offsets[-1] + len(row))
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words)
    return pa.record_batch([pa.DictionaryArray.from_arrays(pa.array(indices, pa.int8()), lists)],
                           ["d"])


@pytest.mark.parametrize("format", FORMATS)
def test_dictionaries_in_dictionaries(format, tmp_path):
    table = pa.Table.from_batches([
        nested_batch([["a", "b"], ["b"]], ["a", "b"], [0, 1, None]),
        nested_batch([["b"], ["c", "a"]], ["c", "b", "a"], [1, 0]),
        nested_batch([["a", "b"], ["d"]], ["d", "b", "a"], [1, 0]),
    ])
    path = path_of(tmp_path, format)
    pyquire.write(path, table)
    values = table["d"].to_pylist()
    assert read_own(path, format)["d"].to_pylist() == values
    assert read_with_pyarrow(path, format)["d"].to_pylist() == values


def test_more_values_than_indices(tmp_path):
    table = batches_of([f"a{i}" for i in range(100)], [f"b{i}" for i in range(100)])
    with pytest.raises(pyquire.QuireError) as caught:
        pyquire.write(tmp_path / "x.arrow", table)
    assert (caught.value.name, caught.value.column) == ("LIMIT", "d")
    pyquire.write(tmp_path / "x.arrows", table)
    assert read_own(tmp_path / "x.arrows", None)["d"].to_pylist() == table["d"].to_pylist()


def test_chunks_of_csv_share_a_dictionary(tmp_path):
    """The chunks of a large CSV have dictionaries of their own."""
    rows = [f"v{i % 300 + i // 100_000 * 50}" for i in range(400_000)]
    (tmp_path / "in.csv").write_text("d\n" + "\n".join(rows) + "\n")
    program.good("convert", "in.csv", "out.arrow", "--schema", "d dictionary<string>",
                 cwd=tmp_path)
    assert read_with_pyarrow(tmp_path / "out.arrow", "arrow")["d"].to_pylist() == rows
    assert pl.read_ipc(tmp_path / "out.arrow")["d"].to_list() == rows


# Slices do not carry what they do not use ----------------------------------------------


def test_slices_of_views_are_small(tmp_path):
    whole = pa.table({"v": pa.array([f"{i:040}" for i in range(10_000)], pa.string_view())})
    path = tmp_path / "t.arrow"
    pyquire.write(path, whole, settings={"batch_rows": 100})
    assert path.stat().st_size < 10_000 * 80
    assert_equal(read_with_pyarrow(path, "arrow"), whole)


def test_no_batch_holds_a_null_row(tmp_path):
    rows = pa.array([{"a": 1}, None], pa.struct([("a", pa.int64())]))
    table = pa.chunked_array([rows])
    with pytest.raises(pyquire.QuireError, match="a row is null as a whole"):
        pyquire.write(tmp_path / "x.arrow", StructStream(table))


class StructStream:
    """Struct arrays as a stream of batches, their validity with them."""

    def __init__(self, chunked):
        self.chunked = chunked

    def __arrow_c_stream__(self, requested_schema=None):
        return self.chunked.__arrow_c_stream__(requested_schema)


# What is asked for ------------------------------------------------------------------------


def through_pipe(path, format, read=None, **options):
    """Reads through a pipe, which cannot be read but forward."""
    reading, writing = os.pipe()
    data = pathlib.Path(path).read_bytes()

    def feed():
        with os.fdopen(writing, "wb") as out:
            try:
                out.write(data)
            except BrokenPipeError:
                pass

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        return (read or read_own)(f"/proc/self/fd/{reading}", format=format, **options)
    finally:
        os.close(reading)
        feeder.join()


def drain_pipe(path, format):
    return through_pipe(path, format, read=pyquire.drain)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("codec", CODECS)
def test_pipes(format, codec, tmp_path):
    table = pa.concat_tables([table_of(ARRAYS["struct_deep"]), table_of(ARRAYS["struct_deep"])])
    path = path_of(tmp_path, format)
    pyquire.write(path, table, compression=codec)
    assert_equal(through_pipe(path, format), table)
    assert_equal(through_pipe(path, format, columns=["value"]), table.select(["value"]))
    assert through_pipe(path, format, columns=[]).num_rows == table.num_rows
    with gzip.open(tmp_path / "z.gz", "wb") as out:
        out.write(path.read_bytes())
    assert_equal(read_own(tmp_path / "z.gz", format), table)


@pytest.mark.parametrize("format", FORMATS)
def test_schema_is_cast_to(format, tmp_path):
    path = path_of(tmp_path, format)
    pyquire.write(path, pa.table({"a": [1, 2, 300], "b": ["x", "y", "z"], "c": [1.5, 2.5, None]}))
    got = read_own(path, format, schema="c float32, a string", extra="ignore")
    assert got.to_pydict() == {"c": [1.5, 2.5, None], "a": ["1", "2", "300"]}
    with pytest.raises(pyquire.QuireError) as caught:
        pyquire.drain(path, format=format, schema="a int8", extra="ignore")
    assert (caught.value.name, caught.value.row, caught.value.column) == ("INPUT", 3, "a")
    got = read_own(path, format, schema="a int8", extra="ignore", on_bad="null")
    assert got["a"].to_pylist() == [1, 2, None]
    with pytest.raises(pyquire.QuireError, match="that the schema has not"):
        read_own(path, format, schema="a int8")
    with pytest.raises(pyquire.QuireError, match="no column \"d\""):
        read_own(path, format, schema="d int8", extra="ignore", missing="error")
    with pytest.raises(pyquire.QuireError, match="no column \"nope\""):
        read_own(path, format, columns=["nope"])


def test_rows_that_do_not_fit_are_refused(tmp_path):
    pyquire.write(tmp_path / "in.arrow", pa.table({"a": [1, 300, 2, 400]}),
                  settings={"batch_rows": 3})
    program.good("convert", "in.arrow", "out.csv", "--schema", "a int8", "--rejects",
                 "bad.jsonl", cwd=tmp_path)
    assert (tmp_path / "out.csv").read_text() == "a\n1\n2\n"
    bad = [json.loads(line) for line in (tmp_path / "bad.jsonl").read_text().splitlines()]
    assert [(row["row"], json.loads(row["record"])) for row in bad] == [
        (2, {"a": 300}), (4, {"a": 400})]


def test_arrays_outlive_their_stream(tmp_path):
    """What a consumer holds stays when the stream, the reader and the file are gone."""
    path = tmp_path / "t.arrow"
    table = pa.table({"a": list(range(1000)), "d": pa.array(["x", "y"] * 500).dictionary_encode()})
    for format, memory_map in [("arrow", "on"), ("arrow", "off"), ("arrow-stream", "on")]:
        pyquire.write(path, table, format=format)
        reader = pyquire.reader(path, settings={"memory_map": memory_map})
        column = reader.read_next_batch().column("d")
        reader.close()
        path.unlink()
        assert column.to_pylist() == table["d"].to_pylist()


@pytest.mark.parametrize("compression", [None, "lz4"])
def test_copied_batches_outlive_their_context(tmp_path, compression):
    """Large blocks come back to a context after it was closed, and to one that has others
    read into blocks that came back."""
    path = tmp_path / "t.arrow"
    rows = 200_000
    table = pa.table({"a": pa.array(range(rows)), "s": pa.array(map(str, range(rows)))})
    with pa.ipc.new_file(path, table.schema, options=pa.ipc.IpcWriteOptions(
            compression=compression)) as writer:
        writer.write_table(table, max_chunksize=rows // 4)
    ctx = pyquire.context(threads=2)
    read = dict(settings={"memory_map": "off"}, ctx=ctx)
    first = pyquire.reader(path, **read)
    batches = [first.read_next_batch() for _ in range(3)]
    kept = batches.pop(1)
    del batches
    assert_equal(pyquire.read(path, **read), table)
    held = pyquire.read(path, **read)
    del first
    pyquire.close_context(ctx)
    assert kept.column("a").to_pylist() == list(range(rows // 4, rows // 2))
    assert_equal(held, table)


def test_validate_off_looks_at_nothing(tmp_path):
    """What a trusted file says is given as it is; by default it is refused."""
    path = tmp_path / "t.arrow"
    text = pa.array([b"ab", b"c\xff", b"d"])
    indices = pa.array([0, 1, 0], pa.int8())
    columns = [pa.Array.from_buffers(pa.string(), 3, text.buffers()),
               pa.DictionaryArray.from_arrays(indices, pa.Array.from_buffers(
                   pa.string(), 3, text.buffers()))]
    for column in columns:
        for compression in (None, "zstd"):
            with pa.ipc.new_file(path, pa.schema({"s": column.type}), options=pa.ipc.IpcWriteOptions(
                    compression=compression)) as writer:
                writer.write_batch(pa.record_batch([column], names=["s"]))
            for memory_map in ("on", "off"):
                settings = {"memory_map": memory_map}
                with pytest.raises(pyquire.QuireError, match="not UTF-8"):
                    pyquire.drain(path, settings=settings)
                given = pyquire.read(path, settings={**settings, "validate": "off"})
                values = given["s"].combine_chunks()
                values = values.dictionary if values.type != pa.string() else values
                assert values.cast(pa.binary()).to_pylist() == [b"ab", b"c\xff", b"d"]


# The integration files of Arrow ------------------------------------------------------------


FILES = sorted(DATA.glob("*/*.arrow_file")) + sorted(DATA.glob("*/*.stream"))


def test_there_are_integration_files():
    assert not DATA.exists() or len(FILES) >= 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_integration_files(path, tmp_path):
    format = "arrow" if path.suffix == ".arrow_file" else "arrow-stream"
    document = json.loads(gzip.open(path.with_suffix(".json.gz")).read())
    expected = integration_json.batches(document)
    # pyarrow has no class for two of the intervals, which become the third.
    intervals = "interval" in path.name
    more = {"schema": INTERVALS} if intervals else {}
    for options in ({}, {"settings": {"memory_map": "off"}}):
        batches = list(pyquire.reader(path, format=format, **options, **more))
        assert integration_json.values(batches) == expected
    # And once more through what is written.
    for again in FORMATS:
        copy = path_of(tmp_path, again)
        program.good("convert", path, copy, "--from", format)
        batches = list(pyquire.reader(copy, **more))
        assert integration_json.values(batches) == expected
    if not intervals:
        theirs = read_with_pyarrow(path, format, full="date" not in path.name
                                   and "decimal" not in path.name)
        assert_equal(pyquire.read(path, format=format), theirs)
        assert_equal(through_pipe(path, format, read=pyquire.read), theirs)


INTERVALS = """f1 duration(s), f2 duration(ms), f3 duration(us), f4 duration(ns),
               f5 interval, f6 interval"""


# Damage --------------------------------------------------------------------------------------


def messages_of(data, start):
    """Where the messages of a stream begin, and where it ends."""
    places, at = [], start
    while True:
        places.append(at)
        size = int.from_bytes(data[at + 4:at + 8], "little")
        if size == 0:
            return [*places, at + 8]
        message = pa.ipc.read_message(pa.py_buffer(data[at:]))
        at += 8 + size + (message.body.size if message.body is not None else 0)


@pytest.mark.parametrize("format", FORMATS)
def test_cut_anywhere(format, tmp_path):
    table = batches_of(["x", "y"], ["z"])
    path = path_of(tmp_path, format)
    pyquire.write(path, table)
    data = path.read_bytes()
    ends = messages_of(data, 8 if format == "arrow" else 0)
    whole = set(ends) if format == "arrow-stream" else set()
    cut = tmp_path / "cut"
    for size in range(len(data)):
        cut.write_bytes(data[:size])
        for read in (pyquire.drain, drain_pipe):
            if size > 0 and size in whole:
                assert read(cut, format=format) <= table.num_rows
                continue
            with pytest.raises(pyquire.QuireError) as caught:
                read(cut, format=format)
            assert caught.value.name == "CORRUPT"


@pytest.mark.parametrize("format", FORMATS)
def test_bytes_after_the_end(format, tmp_path):
    path = path_of(tmp_path, format)
    pyquire.write(path, pa.table({"a": [1]}))
    path.write_bytes(path.read_bytes() + b"more")
    for read in (pyquire.drain, drain_pipe):
        with pytest.raises(pyquire.QuireError) as caught:
            read(path, format=format)
        assert caught.value.name == "CORRUPT"


def test_errors_tell_the_message_and_the_row(tmp_path):
    path = tmp_path / "t.arrow"
    pyquire.write(path, pa.table({"s": ["abcdefgh", "ijklmnop"]}), settings={"batch_rows": 1})
    data = path.read_bytes()
    at = data.index(b"ijklmnop")
    path.write_bytes(data[:at] + b"ijk\xffmnop" + data[at + 8:])
    with pytest.raises(pyquire.QuireError) as caught:
        pyquire.drain(path)
    assert (caught.value.name, caught.value.row, caught.value.column) == ("INPUT", 2, "s")
    assert "message 2" in caught.value.cause
    assert 0 < caught.value.byte < at


def test_what_is_not_arrow(tmp_path):
    for name, text, cause in [("csv", b"a,b\n1,2\n", "neither as a file of Arrow"),
                              ("feather", b"FEA1" + b"\0" * 60, "Feather file of version 1"),
                              ("empty", b"", "it is empty")]:
        path = tmp_path / (name + ".arrow")
        path.write_bytes(text)
        with pytest.raises(pyquire.QuireError, match=cause):
            read_own(path, "arrow")


def test_big_endian_is_refused_by_name(tmp_path):
    # The endianness that is written, made another; pyarrow has none to write.
    path = tmp_path / "t.arrows"
    pyquire.write(path, pa.table({"a": [1]}))
    little = path.read_bytes()
    refused = 0
    for at in range(8, 200):
        if little[at] != 0:
            continue
        path.write_bytes(little[:at] + b"\x01" + little[at + 1:])
        try:
            pyquire.drain(path)
        except pyquire.QuireError as error:
            refused += "big-endian" in error.cause
    assert refused >= 1


# The program --------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_commands(format, tmp_path):
    name = path_of(tmp_path, format).name
    table = pa.table({"id": range(30), "text": [f"row {i}" for i in range(30)]})
    pyquire.write(tmp_path / name, table)
    run = lambda *words: program.good(*words, cwd=tmp_path).text  # noqa: E731
    assert run("count", name).strip() == "30"
    assert run("schema", name) == "id int64\ntext string\n"
    assert "row 9" in run("head", name)
    assert run("cat", name, "--to", "jsonl", "--select", "id").startswith('{"id":0}\n')
    run("convert", name, "out.arrow", "--compression", "zstd:3")
    assert_equal(read_with_pyarrow(tmp_path / "out.arrow", "arrow"), table)
    program.bad(2, "convert", name, "out.arrow", "--compression", "brotli", cwd=tmp_path,
                says=["lz4 or zstd"])
    program.bad(2, "convert", name, "out.arrow.gz", cwd=tmp_path, says=["compressed inside"])
    data = (tmp_path / name).read_bytes()
    piped = program.good("cat", "-", "--from", format, "--to", "csv", stdin=data).text
    assert piped.count("\n") == 31
    assert program.good("cat", "-", "--to", "csv", stdin=data).text == piped
    tail = program.good("tail", "-", "-n", "2", "--to", "jsonl", stdin=data).lines()
    assert [row["id"] for row in tail] == [28, 29]
    assert program.good("count", "-", stdin=data).text.strip() == "30"
    assert program.good("cat", name, "--to", format, cwd=tmp_path).out == data
    meta = program.good("meta", "-", "--json", stdin=data).json()
    assert (meta["format"], meta["rows"], meta["record_batches_size"]) == (format, 30, 1)
    stats = program.good("stats", name, "--json", cwd=tmp_path).lines()
    assert [(row["max"], row["stored_bytes"]) for row in stats] == [("29", None), ("row 9", None)]
    assert "stored" not in run("stats", name)
    run("convert", name, "sorted.arrow", "--sort", "-id")
    assert read_with_pyarrow(tmp_path / "sorted.arrow", "arrow")["id"][0].as_py() == 29
    program.bad(2, "convert", "out.arrow", name, "--append", cwd=tmp_path,
                says=[f"files of the format {format} cannot be appended to"])
    run("diff", name, "out.arrow")
    (tmp_path / "named.csv").write_bytes(data)
    program.bad(1, "count", "named.csv", cwd=tmp_path, says=[f"--from {format}"])
    assert run("count", "named.csv", "--from", format).strip() == "30"


def test_unions_and_runs_as_text(tmp_path):
    """A row is what it stands for; a schema makes plain columns of them."""
    union = pa.UnionArray.from_dense(
        pa.array([7, 5, 7, 5], pa.int8()), pa.array([0, 0, 1, 1], pa.int32()),
        [pa.array([1.5, None]), pa.array(["a,b", ""])], ["f", "s"], [7, 5])
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([1, 3, 4], pa.int16()),
                                             pa.array([[1, 2], None, []], pa.list_(pa.int8())))
    words = pa.RunEndEncodedArray.from_arrays(
        pa.array([2, 4], pa.int32()), pa.array(["x", "y"]).dictionary_encode())
    table = pa.table({"u": union, "r": runs, "w": words, "s": pa.StructArray.from_arrays(
        [union, words], ["u", "w"])})
    pyquire.write(tmp_path / "x.arrow", table)
    rows = program.good("cat", "x.arrow", "--to", "jsonl", cwd=tmp_path).lines()
    assert rows == table.to_pylist()
    assert program.good("cat", "x.arrow", "--to", "csv", cwd=tmp_path).text.split("\n")[:5] == [
        "u,r,w,s",
        '1.5,"[1,2]",x,"{""u"":1.5,""w"":""x""}"',
        '"a,b",,x,"{""u"":""a,b"",""w"":""x""}"',
        ',,y,"{""u"":null,""w"":""y""}"',
        '"",[],y,"{""u"":"""",""w"":""y""}"',
    ]
    drawn = program.good("head", "x.arrow", cwd=tmp_path).text.splitlines()
    assert [cell.strip() for cell in drawn[5].split("│")[1:4]] == ["a,b", "null", "x"]
    program.good("convert", "x.arrow", "x.parquet", "--schema",
                 "u string, r list<int64>, w dictionary<string>", "--extra", "ignore", cwd=tmp_path)
    plain = pyquire.read(tmp_path / "x.parquet").to_pydict()
    assert plain == {"u": ["1.5", "a,b", None, ""], "r": [[1, 2], None, None, []],
                     "w": ["x", "x", "y", "y"]}
    program.bad(1, "convert", "x.arrow", "y.parquet", "--schema", "u float64", "--extra", "ignore",
                cwd=tmp_path, says=["row 2", "column u"])
    program.bad(2, "convert", "x.arrow", "y.parquet", cwd=tmp_path, says=["unions and run ends"])
