"""Expressions over every type that a column can have, in every layout: whole, sliced, with nulls,
in dictionaries, below structs that are null."""

import datetime
import decimal
import uuid

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyexpr
import pyquire
import pytest

D = decimal.Decimal
DT = datetime.datetime
UTC = datetime.timezone.utc
BEFORE = DT(1969, 12, 31, 23, 59, 59, 500000)

# A type, two values in order, and the first as a literal.
SCALARS = {
    "bool": (pa.bool_(), False, True, "false"),
    "int8": (pa.int8(), -128, 127, "-128"),
    "int16": (pa.int16(), -5, 7, "-5S"),
    "int32": (pa.int32(), -(2**31), 7, "-2147483648"),
    "int64": (pa.int64(), -(2**63), 2**63 - 1, "-9223372036854775808"),
    "uint8": (pa.uint8(), 200, 255, "200"),
    "uint16": (pa.uint16(), 40000, 65535, "40000"),
    "uint32": (pa.uint32(), 2**31, 2**32 - 1, "2147483648"),
    "uint64": (pa.uint64(), 2**63, 2**64 - 1, "9223372036854775808"),
    "float16": (pa.float16(), np.float16(0.5), np.float16(1.5), "0.5"),
    "float32": (pa.float32(), 0.25, 2.0, "0.25"),
    "float64": (pa.float64(), 0.1, 1e300, "0.1D"),
    "decimal32": (pa.decimal32(7, 2), D("-1.25"), D("3.00"), "-1.25"),
    "decimal64": (pa.decimal64(15, 3), D("-1.250"), D("3.000"), "-1.25"),
    "decimal128": (pa.decimal128(38, 10), D("1.5"), D("12345678901234567890.5"), "1.5"),
    "decimal256": (pa.decimal256(76, 38), D("1.5"), D(10) ** 30, "1.5"),
    "string": (pa.string(), "a\u00e9", "b", "'a\u00e9'"),
    "large_string": (pa.large_string(), "a", "b", "'a'"),
    "string_view": (pa.string_view(), "a", "a longer text than fits", "'a'"),
    "binary": (pa.binary(), b"\x00\xff", b"\x01", "X'00FF'"),
    "large_binary": (pa.large_binary(), b"a", b"b", "X'61'"),
    "binary_view": (pa.binary_view(), b"a", b"b" * 20, "X'61'"),
    "fixed": (pa.binary(2), b"ab", b"cd", "X'6162'"),
    "date32": (pa.date32(), datetime.date(1969, 12, 31), datetime.date(2000, 2, 29),
               "DATE '1969-12-31'"),
    "date64": (pa.date64(), datetime.date(1969, 12, 31), datetime.date(2000, 2, 29),
               "DATE '1969-12-31'"),
    "time32": (pa.time32("ms"), datetime.time(1, 2, 3), datetime.time(4, 5, 6), "TIME '01:02:03'"),
    "time64": (pa.time64("us"), datetime.time(1, 2, 3, 4), datetime.time(4, 5, 6),
               "TIME '01:02:03.000004'"),
    "duration": (pa.duration("s"), datetime.timedelta(seconds=-5), datetime.timedelta(days=1),
                 None),
    **{f"timestamp_{unit}": (pa.timestamp(unit), DT(1969, 12, 31, 23, 59, 59), DT(2020, 1, 1),
                             "TIMESTAMP_NTZ '1969-12-31 23:59:59'")
       for unit in ("s", "ms", "us", "ns")},
    "zoned": (pa.timestamp("ns", "Europe/Berlin"), BEFORE.replace(tzinfo=UTC),
              DT(2020, 1, 1, tzinfo=UTC), "TIMESTAMP '1969-12-31 23:59:59.5'"),
}


def column(name):
    """null, low, high, null, low in the middle of what a slice leaves out."""
    kind, low, high, _ = SCALARS[name]
    return pa.array([high, None, low, high, None, low, high], kind).slice(1, 5)


def layouts(array):
    yield array
    yield array.combine_chunks() if isinstance(array, pa.ChunkedArray) else pa.concat_arrays([array])
    kind = array.type
    if not (pa.types.is_boolean(kind) or pa.types.is_float16(kind) or "view" in str(kind)
            or pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind)):
        yield pa.concat_arrays([array]).dictionary_encode("encode")  # null as a value
        yield pa.concat_arrays([array]).dictionary_encode()


@pytest.mark.parametrize("name", SCALARS)
def test_scalars(name):
    _, _, _, literal = SCALARS[name]
    for array in layouts(column(name)):
        batch = pa.record_batch({"c": array})
        for text, expected in {
            "c IS NULL": [True, False, False, True, False],
            "c = c": [None, True, True, None, True],
            "c <=> NULL": [True, False, False, True, False],
            "coalesce(c, c) <=> c": [True] * 5,
            "c IN (c)": [None, True, True, None, True],
        }.items():
            assert pyexpr.evaluate(text, batch).to_pylist() == expected, (text, array.type)
        if literal is None:
            continue
        for text, expected in {
            f"c = {literal}": [None, True, False, None, True],
            f"c > {literal}": [None, False, True, None, False],
            f"c <= {literal}": [None, True, False, None, True],
            f"{literal} = c": [None, True, False, None, True],
            f"c IN ({literal}, NULL)": [None, True, None, None, True],
            f"c BETWEEN {literal} AND {literal}": [None, True, False, None, True],
            f"nullif(c, {literal}) IS NULL": [True, True, False, True, True],
        }.items():
            assert pyexpr.evaluate(text, batch).to_pylist() == expected, (text, array.type)


@pytest.mark.parametrize("name", SCALARS)
def test_values_come_back(name):
    kind, low, high, _ = SCALARS[name]
    got = pyexpr.evaluate("c", pa.record_batch({"c": column(name)}))
    expected = column(name)
    if name.startswith("uint64"):
        assert got.cast(kind).to_pylist() == expected.to_pylist()
    else:
        assert [None if v is None else str(v) for v in got.cast(
            kind if not name.startswith(("decimal", "zoned", "fixed", "float16")) else got.type
        ).to_pylist()][:1] == [None]
        assert got.null_count == 2
        values = got.to_pylist()
        assert values[1] == values[4] and values[1] != values[2]


@pytest.mark.parametrize("name", SCALARS)
def test_below_a_null_struct(name):
    inner = pa.concat_arrays([column(name)])
    struct = pa.StructArray.from_arrays([inner], ["x"],
                                        mask=pa.array([False, True, False, False, False]))
    batch = pa.record_batch({"s": struct}).slice(1)
    assert pyexpr.evaluate("s.x IS NULL", batch).to_pylist() == [True, False, True, False]
    assert pyexpr.evaluate("s IS NULL", batch).to_pylist() == [True, False, False, False]


def test_uuid():
    value = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
    array = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([value.bytes, None], pa.binary(16)))
    batch = pa.record_batch({"u": array})
    assert pyexpr.evaluate(f"u = '{value}'", batch).to_pylist() == [True, None]


@pytest.mark.parametrize("kind", [
    pa.list_(pa.int32()), pa.large_list(pa.int32()), pa.list_view(pa.int32()),
    pa.large_list_view(pa.int32())])
def test_lists(kind):
    array = pa.array([[9], [1, None, 3], None, []], kind).slice(1)
    batch = pa.record_batch({"l": array})
    assert pyexpr.evaluate("size(l)", batch).to_pylist() == [3, -1, 0]
    assert pyexpr.evaluate("l[0]", batch).to_pylist() == [1, None, None]
    assert pyexpr.evaluate("l[1]", batch).to_pylist() == [None, None, None]
    assert pyexpr.evaluate("l[2] = 3", batch).to_pylist() == [True, None, None]


def test_fixed_lists_and_maps_and_lists_of_lists():
    batch = pa.record_batch({
        "f": pa.array([[1, 2], None, [5, 6]], pa.list_(pa.int64(), 2)),
        "m": pa.array([[("a", 1), ("b", 2)], [("b", 3)], None], pa.map_(pa.string(), pa.int64())),
        "d": pa.array([[["x"], None], [[], ["y", "z"]], None], pa.list_(pa.list_(pa.string()))),
    })
    assert pyexpr.evaluate("f[1]", batch).to_pylist() == [2, None, 6]
    assert pyexpr.evaluate("m['b'] + f[0]", batch).to_pylist() == [3, None, None]
    assert pyexpr.evaluate("m['a']", batch).to_pylist() == [1, None, None]
    assert pyexpr.evaluate("d[1][0]", batch).to_pylist() == [None, "y", None]
    assert pyexpr.evaluate("size(d[0])", batch).to_pylist() == [1, 0, -1]


def test_days_and_clocks_before_1970():
    batch = pa.record_batch({"t": pa.array([BEFORE, DT(1677, 12, 31, 0, 0, 1)],
                                           pa.timestamp("ns"))})
    assert pyexpr.evaluate("CAST(t AS date)", batch).to_pylist() == [
        datetime.date(1969, 12, 31), datetime.date(1677, 12, 31)]
    assert pyexpr.evaluate("hour(t) * 100 + second(t)", batch).to_pylist() == [2359, 1]
    assert pyexpr.evaluate("dayofweek(t)", batch).to_pylist() == [4, 6]


def test_every_day_of_four_centuries():
    days = pa.array(range(-(200 * 366), 200 * 366), pa.int32()).cast(pa.date32())
    batch = pa.record_batch({"d": days})
    iso = pc.iso_calendar(days)
    for text, expected in {
        "year(d)": pc.year(days), "month(d)": pc.month(days), "day(d)": pc.day(days),
        "quarter(d)": pc.quarter(days), "dayofyear(d)": pc.day_of_year(days),
        "weekofyear(d)": iso.field("iso_week"), "extract(YEAROFWEEK FROM d)": iso.field("iso_year"),
        "weekday(d)": pc.day_of_week(days),
        "trunc(d, 'month')": pc.floor_temporal(days, unit="month"),
        "trunc(d, 'week')": pc.floor_temporal(days, unit="week"),
        "trunc(d, 'quarter')": pc.floor_temporal(days, unit="quarter"),
    }.items():
        got = pyexpr.evaluate(text, batch)
        assert got.cast(pa.int64() if pa.types.is_integer(got.type) else pa.date32()).equals(
            expected.cast(pa.int64() if pa.types.is_integer(got.type) else pa.date32())), text
    assert pyexpr.evaluate("datediff(last_day(d), trunc(d, 'mm')) + 1 = day(last_day(d)) AND "
                           "add_months(trunc(d, 'mm'), 1) = last_day(d) + 1 AND "
                           "date_add(date_sub(d, 7), 7) = d AND "
                           "CAST(CAST(d AS string) AS date) = d AND "
                           "to_date(date_format(d, 'dd.MM.yyyy'), 'dd.MM.yyyy') = d",
                           batch).to_pylist() == [True] * len(days)


def test_errors_name_the_row_of_a_slice():
    batch = pa.record_batch({"s": pa.array(["1", "2", "x", "3"])}).slice(1)
    with pytest.raises(pyquire.QuireError) as failure:
        pyexpr.evaluate("CAST(s AS int)", batch)
    assert (failure.value.row, failure.value.name) == (2, "INPUT")


def test_bytes_that_are_not_utf8():
    buffers = pa.array([b"a\xff\xe2\x82", b"\xe2\x82", b"ok"], pa.binary()).buffers()
    array = pa.StringArray.from_buffers(3, buffers[1], buffers[2])
    batch = pa.record_batch({"s": array})
    assert pyexpr.evaluate("length(s)", batch).to_pylist() == [4, 2, 2]
    assert pyexpr.evaluate("s LIKE 'a___'", batch).to_pylist() == [True, False, False]
    with pytest.raises(pyquire.QuireError, match="not UTF-8"):
        pyexpr.evaluate("CAST(X'FF' AS string)", batch)
