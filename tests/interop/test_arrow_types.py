"""Every type of the value table, out of other Arrow libraries, through each text
format, and back with the schema: the same values, and the same types."""

import arrow_types
import duckdb
import polars as pl
import pyarrow as pa
import pyquire
import pytest
from tables import assert_same

FORMATS = ["csv", "tsv", "json", "jsonl"]
# What NaN and infinities need to come back from JSON.
SETTINGS = {"json": {"nan": "string"}, "jsonl": {"nan": "string"}}


def round_trip(table, folder, format):
    path = folder / ("table." + format)
    rows, size = pyquire.write(path, table, settings=SETTINGS.get(format))
    assert rows == table.num_rows
    assert size == path.stat().st_size
    return pyquire.read(path, schema=table.schema)


def table_of(array, rows=None):
    rows = len(array) if rows is None else rows
    return pa.table({"id": pa.array(range(rows), pa.int32()), "value": array})


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", arrow_types.ARRAYS)
class TestTypes:
    def test_whole(self, name, format, tmp_path):
        table = table_of(arrow_types.ARRAYS[name])
        assert_same(round_trip(table, tmp_path, format), table)

    def test_slice(self, name, format, tmp_path):
        array = arrow_types.ARRAYS[name]
        longer = pa.concat_arrays([array] * 5)
        table = table_of(longer.slice(len(array) + 1, 2 * len(array) - 1))
        assert_same(round_trip(table, tmp_path, format), table)

    def test_empty(self, name, format, tmp_path):
        table = table_of(arrow_types.ARRAYS[name].slice(0, 0))
        assert_same(round_trip(table, tmp_path, format), table)

    def test_no_validity(self, name, format, tmp_path):
        array = arrow_types.ARRAYS[name]
        array = pa.concat_arrays([array.slice(row, 1) for row in range(len(array))
                                  if name != "null" and array[row].is_valid] or [array.slice(0, 0)])
        assert array.null_count == 0
        table = table_of(array)
        assert_same(round_trip(table, tmp_path, format), table)

    def test_sliced_batch(self, name, format, tmp_path):
        """The offset stands in the batch, not in its columns."""
        array = arrow_types.ARRAYS[name]
        rows = pa.StructArray.from_arrays([pa.array(range(len(array))), array], ["id", "value"])
        batch = pa.RecordBatch.from_struct_array(rows.slice(1, len(array) - 1))
        table = pa.Table.from_batches([batch])
        assert_same(round_trip(table, tmp_path, format), table)


@pytest.mark.parametrize("format", FORMATS)
def test_chunks(format, tmp_path):
    array = arrow_types.ARRAYS["string_view"]
    table = table_of(pa.chunked_array([array, array.slice(0, 0), array.slice(2)]),
                     2 * len(array) - 2)
    assert_same(round_trip(table, tmp_path, format), table)


@pytest.mark.parametrize("format", FORMATS)
def test_all_null_column(format, tmp_path):
    """A row that is nothing but a null is a row all the same."""
    table = pa.table({"value": pa.array([1, None, None, 2, None], pa.int64())})
    assert_same(round_trip(table, tmp_path, format), table)


@pytest.mark.parametrize("format", FORMATS)
def test_dictionary_comes_back(format, tmp_path):
    table = table_of(arrow_types.ARRAYS["dictionary"])
    back = round_trip(table, tmp_path, format)
    assert pa.types.is_dictionary(back["value"].type)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("array, values", [
    (pa.UnionArray.from_sparse(pa.array([0, 1, 0], pa.int8()),
                               [pa.array([1, 2, 3]), pa.array([None, 5, None], pa.int64())]),
     [1, 5, 3]),
    (pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array([7, 8])), [7, 7, 8]),
], ids=["union", "run_end_encoded"])
def test_unions_and_runs_are_their_values(array, values, format, tmp_path):
    """Text says what a row stands for, not how Arrow holds it."""
    path = tmp_path / ("table." + format)
    pyquire.write(path, pa.table({"value": array}))
    assert pyquire.read(path)["value"].to_pylist() == values


def test_invalid_utf8_is_refused(tmp_path):
    bytes_ = pa.array([b"good", b"b\xffd"], pa.binary())
    array = pa.Array.from_buffers(pa.string(), 2, bytes_.buffers())
    for format in FORMATS:
        with pytest.raises(pyquire.QuireError) as caught:
            pyquire.write(tmp_path / ("table." + format), pa.table({"value": array}))
        assert (caught.value.name, caught.value.row, caught.value.column) == ("INPUT", 2, "value")
        assert not list(tmp_path.iterdir())


# Without pyarrow between: streams go by their capsules ---------------------------------

FRAME = {
    "id": [1, 2, 3],
    "text": ["a,b", None, 'say "é"'],
    "real": [0.1, None, -1e300],
    "flag": [True, False, None],
}


@pytest.mark.parametrize("format", FORMATS)
def test_polars_frames(format, tmp_path):
    frame = pl.DataFrame(FRAME).with_columns(
        category=pl.Series(["x", "y", None]).cast(pl.Categorical),
        moment=pl.Series(["2020-01-01", None, "1969-12-31"]).str.to_datetime(time_unit="ns"),
        day=pl.Series(["2020-01-01", None, "1969-12-31"]).str.to_date(),
        items=pl.Series([[1, None], [], None], dtype=pl.List(pl.Int16)),
        nested=pl.Series([{"a": 1, "b": "x"}, {"a": None, "b": None}, {"a": 2, "b": ""}]),
        span=pl.Series([1, None, -5], dtype=pl.Duration("ms")),
        amount=pl.Series(["1.50", None, "-3.25"]).cast(pl.Decimal(10, 2)),
    )
    path = tmp_path / ("frame." + format)
    assert pyquire.write(path, frame)[0] == 3
    back = pl.DataFrame(pyquire.Stream(path, schema=frame.to_arrow().schema))
    assert back.to_dicts() == frame.to_dicts()


@pytest.mark.parametrize("format", FORMATS)
def test_polars_slices(format, tmp_path):
    frame = pl.DataFrame(FRAME)
    frame = pl.concat([frame, frame, frame], rechunk=False).slice(2, 5)
    path = tmp_path / ("frame." + format)
    pyquire.write(path, frame)
    assert pl.DataFrame(pyquire.Stream(path)).to_dicts() == frame.to_dicts()


QUERY = """
    SELECT range::INT AS id, range * 1.5 AS amount, 'it''s, ' || range AS text,
           DATE '2000-02-28' + range::INT AS day,
           TIMESTAMP '1969-12-31 23:59:59.999999' + INTERVAL 1 SECOND * range AS moment,
           range % 3 = 0 AS flag, [range, NULL] AS items, {'a': range, 'b': 'x'} AS nested,
           range::UBIGINT + 18446744073709551600 AS wide, '\\x00\\xFF'::BLOB AS bytes
    FROM range(5)"""


@pytest.mark.parametrize("format", FORMATS)
def test_duckdb_results(format, tmp_path):
    connection = duckdb.connect()
    path = tmp_path / ("result." + format)
    expected = connection.sql(QUERY).to_arrow_table()
    assert pyquire.write(path, connection.sql(QUERY))[0] == 5
    stream = pyquire.Stream(path, schema=expected.schema)
    assert connection.sql("SELECT * FROM stream").fetchall() == \
        connection.sql(QUERY).fetchall()


def test_pandas_frames(tmp_path):
    import pandas as pd

    frame = pd.DataFrame({"id": pd.array([1, None, 3], dtype="Int64"),
                          "text": ["a", None, ""],
                          "kind": pd.Categorical(["x", "y", "x"]),
                          "moment": pd.to_datetime(["2020-01-01", None, "1999-12-31"], utc=True)})
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for format in FORMATS:
        back = round_trip(table, tmp_path, format)
        pd.testing.assert_frame_equal(back.to_pandas(types_mapper=None),
                                      table.to_pandas(types_mapper=None))


def test_polars_and_duckdb_read_a_stream(tmp_path):
    table = table_of(arrow_types.ARRAYS["int64"])
    path = tmp_path / "table.jsonl"
    pyquire.write(path, table)
    assert pl.DataFrame(pyquire.Stream(path))["value"].to_list() == table["value"].to_pylist()
    stream = pyquire.Stream(path)
    rows = duckdb.connect().sql("SELECT value FROM stream").fetchall()
    assert [row[0] for row in rows] == table["value"].to_pylist()


def test_a_stream_that_fails_part_way(tmp_path):
    """The reader of the stream is told the row; what was asked for is not half there."""
    path = tmp_path / "bad.csv"
    path.write_text("id\n" + "1\n" * 200_000 + "x\n")
    with pytest.raises(Exception, match="row 200001"):
        pl.DataFrame(pyquire.Stream(path))
