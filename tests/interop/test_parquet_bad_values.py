"""Values inside Parquet that cannot be, as pyarrow can write them: each fails with its row group,
column and row, becomes null, or its record is set aside with the reason, as in other formats."""

import datetime
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pyquire
import pytest
from program import bad, good

FAILURES = (pyquire.QuireError, pa.ArrowException, OSError)
ROWS = 1000
BAD = [row for row in range(ROWS) if row % 7 == 3 or 500 <= row < 540]


def texts(kind=pa.string()):
    values = [b"ok %d" % (row % 5) if row % 11 else None for row in range(ROWS)]
    for row in BAD:
        values[row] = b"bad \xff"
    return pa.array(values, pa.large_binary() if kind == pa.large_string() else pa.binary()).view(kind)


def integers(kind, physical, good_value, bad_value):
    values = [good_value + row % 5 if row % 11 else None for row in range(ROWS)]
    for row in BAD:
        values[row] = bad_value if row % 2 else -bad_value
    return pa.array(values, physical).view(kind)


def moments():
    values = [datetime.datetime(2024, 1, 1 + row % 5) if row % 11 else None for row in range(ROWS)]
    for row in BAD:
        values[row] = datetime.datetime(9999, 1, 1)
    return pa.array(values, pa.timestamp("ms"))


def decimals(precision, value):
    width = 16 if precision <= 38 else 32
    numbers = [row % 5 if row % 11 else None for row in range(ROWS)]
    for row in BAD:
        numbers[row] = value if row % 2 else -value
    valid = pa.array([number is not None for number in numbers])
    content = b"".join((n or 0).to_bytes(width, "little", signed=True) for n in numbers)
    kind = pa.decimal128(precision, 2) if width == 16 else pa.decimal256(precision, 2)
    return pa.Array.from_buffers(kind, ROWS, [valid.buffers()[1], pa.py_buffer(content)])


COLUMNS = {
    "string": texts(),
    "large_string": texts(pa.large_string()),
    "tagged": texts().dictionary_encode(),
    "int96": moments(),
    "time32": integers(pa.time32("ms"), pa.int32(), 0, 86400000),
    "time64": integers(pa.time64("us"), pa.int64(), 7, 86400000000),
    "time64_ns": integers(pa.time64("ns"), pa.int64(), 7, 86400000000000),
    "decimal_4": decimals(5, 10 ** 5),
    "decimal_8": decimals(11, 10 ** 11),
    "decimal_11": decimals(25, 10 ** 25),
    "decimal_16": decimals(38, 10 ** 38),
    "decimal_32": decimals(60, 10 ** 60),
}
STYLES = {
    "dictionary": {"use_dictionary": True},
    "plain": {"use_dictionary": False},
    "mixed": {"use_dictionary": True, "dictionary_pagesize_limit": 16, "data_page_size": 100,
              "write_batch_size": 10},
    "v2": {"data_page_version": "2.0", "use_dictionary": False},
    "stored_in_bytes": {"use_dictionary": False, "store_decimal_as_integer": True},
}


def write(path, table, style):
    int96 = "int96" in table.column_names or table.column_names == ["l"]
    pq.write_table(table, path, row_group_size=300, store_schema=not int96,
                   use_deprecated_int96_timestamps=int96, **STYLES[style])


def expected_of(column):
    """What is left with the bad values null; read back as pyarrow reads it."""
    mask = pa.array([row in set(BAD) for row in range(ROWS)])
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        values = column.view(pa.large_binary() if pa.types.is_large_string(column.type)
                             else pa.binary()).to_pylist()
        return [None if bad_one else value and value.decode()
                for bad_one, value in zip(mask.to_pylist(), values)]
    kept = [None if bad_one else row for row, bad_one in enumerate(mask.to_pylist())]
    return column.take(pa.array(kept, pa.int64())).to_pylist()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", COLUMNS)
def test_columns(tmp_path, name, style):
    path = tmp_path / "bad.parquet"
    column = COLUMNS[name]
    table = pa.table({"n": range(ROWS), name: column})
    write(path, table, style)
    with pytest.raises(FAILURES, match=f"row 4, column {name}.*row group 0, page 0"):
        pyquire.read(path)
    expected = expected_of(column)
    for threads in (1, 3):
        ctx = pyquire.context(threads=threads)
        check_columns(path, name, expected, ctx)
        pyquire.close_context(ctx)


def check_columns(path, name, expected, ctx):
    counts = pyquire.Counts()
    got = pyquire.read(path, on_bad="null", counts=counts, ctx=ctx)
    assert got[name].to_pylist() == expected
    assert (counts.nulled, counts.rejected, counts.rows) == (len(BAD), 0, ROWS)
    got.validate(full=True)
    counts = pyquire.Counts()
    got = pyquire.read(path, on_bad="reject", counts=counts, ctx=ctx)
    kept = [row for row in range(ROWS) if row not in BAD]
    assert got["n"].to_pylist() == kept
    assert got[name].to_pylist() == [expected[row] for row in kept]
    assert (counts.nulled, counts.rejected, counts.rows) == (0, len(BAD), len(kept))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["string", "tagged", "int96", "decimal_4"])
def test_within_lists_and_structs(tmp_path, name, style):
    path = tmp_path / "nested.parquet"
    values = COLUMNS[name]
    offsets = [0]
    while offsets[-1] < ROWS:
        offsets.append(min(ROWS, offsets[-1] + len(offsets) % 4))
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
    rows = len(lists)
    structs = pa.StructArray.from_arrays([lists, values[:rows]], ["l", "v"])
    table = pa.table({"n": range(rows), name: structs})
    write(path, table, style)
    items = expected_of(values)
    expected = [{"l": items[start:end], "v": items[row]}
                for row, (start, end) in enumerate(zip(offsets, offsets[1:]))]
    counts = pyquire.Counts()
    got = pyquire.read(path, on_bad="null", counts=counts)
    assert got[name].to_pylist() == expected
    assert counts.nulled == len(BAD) + sum(row < rows for row in BAD)
    got.validate(full=True)
    gone = {row for row in range(rows)
            if row in BAD or any(i in BAD for i in range(offsets[row], offsets[row + 1]))}
    got = pyquire.read(path, on_bad="reject", counts=(counts := pyquire.Counts()))
    kept = [row for row in range(rows) if row not in gone]
    assert got["n"].to_pylist() == kept
    assert got[name].to_pylist() == [expected[row] for row in kept]
    assert counts.rejected == len(gone)


def test_columns_that_are_not_null(tmp_path):
    path = tmp_path / "required.parquet"
    values = pa.array([b"a", b"\xff", b"c"]).view(pa.string())
    schema = pa.schema([pa.field("s", pa.string(), nullable=False)])
    pq.write_table(pa.table([values], schema=schema), path)
    with pytest.raises(FAILURES, match="row 2, column s.*not null"):
        pyquire.read(path, on_bad="null")
    got = pyquire.read(path, on_bad="null", schema="s string")
    assert got["s"].to_pylist() == ["a", None, "c"]
    got = pyquire.read(path, on_bad="reject")
    assert got["s"].to_pylist() == ["a", "c"] and not got.schema.field("s").nullable


def test_rejects_in_order_with_what_a_cast_refuses(tmp_path):
    path = tmp_path / "in.parquet"
    numbers = ["x" if row % 10 == 5 else str(row) for row in range(ROWS)]
    table = pa.table({"n": numbers, "s": texts(), "t": texts()})
    pq.write_table(table, path, row_group_size=300)
    out, rejects = tmp_path / "out.jsonl", tmp_path / "rejects.jsonl"
    result = good("convert", path, out, "--schema", "n int32, s string, t string", "--on-bad",
                  "reject", "--rejects", rejects, "--json")
    told = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [reject["row"] - 1 for reject in told] == \
        sorted({row for row in range(ROWS) if row % 10 == 5} | set(BAD))
    assert result.json()["rejected"] == len(told)
    first = told[0]
    assert first["row"] == 4 and first["column"] == "s" and first["path"] == str(path)
    assert first["reason"] == "row group 0, page 0: a text that is not UTF-8"
    assert first["byte"] > 0
    assert json.loads(first["record"]) == {"n": "3", "s": "bad \ufffd", "t": "bad \ufffd"}
    assert told[1]["column"] == "n" and told[1]["byte"] is None
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["n"] for row in rows] == \
        [row for row in range(ROWS) if row % 10 != 5 and row not in BAD]
    bad(1, "convert", path, out, says=["row 4", "column s", "row group 0"])
    result = good("convert", path, out, "--on-bad", "null", "--json")
    assert result.json()["nulled"] == 2 * len(BAD)


def test_texts_that_are_replaced_are_not_bad(tmp_path):
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"s": texts(), "t": texts().dictionary_encode()}), path)
    for on_bad in ("null", "reject"):
        counts = pyquire.Counts()
        got = pyquire.read(path, settings={"invalid_utf8": "replace"}, on_bad=on_bad, counts=counts)
        assert got["s"][BAD[0]].as_py() == got["t"][BAD[0]].as_py() == "bad \ufffd"
        assert (counts.nulled, counts.rejected) == (0, 0)
