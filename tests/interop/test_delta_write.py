"""Delta tables that Quire creates and appends to, judged by delta-rs and polars: the rows,
the statistics against the rows themselves, partitions, counts of writers, and refusals."""

import datetime
import decimal
import json
import math
import os
import urllib.parse

import delta
import delta_meta
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from pyquire import QuireError
from tables import plain

D = decimal.Decimal
UTC = datetime.timezone.utc
DAY = datetime.date
AT = datetime.datetime

COLUMNS = {
    "bool": (pa.bool_(), [True, None, False, True]),
    "byte": (pa.int8(), [-128, None, 127, 0]),
    "short": (pa.int16(), [-32768, None, 32767, 0]),
    "integer": (pa.int32(), [-2**31, None, 2**31 - 1, 0]),
    "long": (pa.int64(), [-2**63, None, 2**63 - 1, 2**53 + 1]),
    "float": (pa.float32(), [math.nan, None, -0.0, math.inf]),
    "double": (pa.float64(), [5e-324, None, 1.7976931348623157e308, -0.0]),
    "nan": (pa.float64(), [math.nan, 1.5, -math.inf, None]),
    "decimal": (pa.decimal128(38, 10), [D("-0.0000000001"), None, D(9) * 10**27, D("1.5")]),
    "small": (pa.decimal128(5, 2), [D("-999.99"), None, D("999.99"), D("0.00")]),
    "string": (pa.string(), ["", None, "\U0010ffff" * 40, "é" * 31 + "\ud7ff" * 9]),
    "binary": (pa.binary(), [b"", None, b"\x00\xff", b"x" * 100]),
    "date": (pa.date32(), [DAY(1582, 10, 15), None, DAY(1969, 12, 31), DAY(9999, 12, 31)]),
    "moment": (pa.timestamp("us", "UTC"),
               [AT(1969, 12, 31, 23, 59, 59, 999999, UTC), None,
                AT(1900, 1, 1, 0, 0, 0, 999, UTC), AT(2021, 6, 1, 1, 2, 3, 456789, UTC)]),
    "struct": (pa.struct([("a", pa.int32()), ("b c.d", pa.struct([("e", pa.string())]))]),
               [{"a": 1, "b c.d": {"e": "x"}}, None, {"a": None, "b c.d": None},
                {"a": 2, "b c.d": {"e": None}}]),
    "list": (pa.list_(pa.int64()), [[1, None, 2], None, [], [3]]),
    "map": (pa.map_(pa.string(), pa.float64()), [[("k", 0.5), ("l", None)], None, [], [("", 1.0)]]),
    "deep": (pa.list_(pa.struct([("m", pa.map_(pa.int32(), pa.list_(pa.date32())))])),
             [[{"m": [(1, [DAY(2020, 1, 1)])]}], None, [], [None, {"m": None}]]),
    "name with spaces": (pa.string(), ["a", "b", None, "c"]),
    "dots.and,commas": (pa.int32(), [1, 2, None, 3]),
}


def sample(names=tuple(COLUMNS)):
    return pa.table({name: pa.array(COLUMNS[name][1], COLUMNS[name][0]) for name in names})


def rows_of(table):
    names = sorted(table.column_names)
    return sorted((repr(plain([row[name] for name in names])) for row in table.to_pylist()))


def assert_rows(url, expected):
    """Quire, delta-rs and polars give these rows, in any order."""
    wanted = rows_of(expected)
    for judge, got in (("quire", delta.read(url)), ("deltalake", DeltaTable(url).to_pyarrow_table())):
        assert sorted(got.column_names) == sorted(expected.column_names), judge
        assert rows_of(got) == wanted, judge
    frame = polars.read_delta(str(url))
    assert frame.height == expected.num_rows
    flat = [f.name for f in expected.schema
            if not pa.types.is_nested(f.type) and not pa.types.is_decimal(f.type)]
    if flat:
        assert rows_of(frame.select(flat).to_arrow()) == rows_of(expected.select(flat))


def lines(url, version):
    path = os.path.join(url, "_delta_log", f"{version:020}.json")
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def adds(url, version):
    return [line["add"] for line in lines(url, version) if "add" in line]


# --- Types ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COLUMNS)
def test_each_type(tmp_path, name):
    url = str(tmp_path / "t")
    data = sample(dict.fromkeys(["integer", name]))
    delta.create(url, data.schema)
    for version in (1, 2):
        result = delta.append(url, data)
        assert (result.version, result.rows, result.files) == (version, 4, 1)
    assert_rows(url, pa.concat_tables([data, data]))


def test_all_types_together(tmp_path):
    url = str(tmp_path / "table")
    data = sample()
    delta.create(url, data.schema, name="a \"name\"", description="line\nline",
                 properties={"delta.appendOnly": "true", "my.own": "é"})
    delta.append(url, data)
    assert_rows(url, data)
    table = DeltaTable(url)
    assert (table.metadata().name, table.metadata().description) == ("a \"name\"", "line\nline")
    assert table.metadata().configuration == {"delta.appendOnly": "true", "my.own": "é"}
    assert table.protocol().min_reader_version == 1


@pytest.mark.parametrize("name", ["a b", "ä", "a+b&c=d", "[x]"])
def test_folders_of_any_name(tmp_path, name):
    url = str(tmp_path / "new" / name)
    data = sample(["long", "string"])
    delta.create(url, data.schema, partition_by=["long"])
    delta.append(url, data)
    assert rows_of(delta.read(url)) == rows_of(data)
    assert rows_of(DeltaTable(url).to_pyarrow_table()) == rows_of(data)


def test_times_without_zone_are_a_feature(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"t": pa.array([AT(1969, 12, 31, 23, 59, 59, 999999), None],
                                   pa.timestamp("us"))})
    delta.create(url, data.schema)
    delta.append(url, data)
    assert_rows(url, data)
    protocol = DeltaTable(url).protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (3, 7)
    assert "timestampNtz" in protocol.reader_features


@pytest.mark.parametrize("given_type, values, stored", [
    (pa.uint8(), [255, None], pa.int16()),
    (pa.uint16(), [65535, None], pa.int32()),
    (pa.uint32(), [2**32 - 1, None], pa.int64()),
    (pa.uint64(), [2**64 - 1, None], pa.decimal128(20, 0)),
    (pa.large_string(), ["x", None], pa.string()),
    (pa.dictionary(pa.int32(), pa.string()), ["x", None], pa.string()),
    (pa.date64(), [DAY(1969, 1, 1), None], pa.date32()),
    (pa.timestamp("ms", "UTC"), [AT(1969, 1, 1, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
    (pa.binary(3), [b"abc", None], pa.binary()),
])
def test_types_that_become_others(tmp_path, given_type, values, stored):
    url = str(tmp_path / "t")
    data = pa.table({"x": pa.array(values, given_type)})
    delta.create(url, data.schema)
    delta.append(url, data)
    got = delta.read(url)
    assert got.schema.field("x").type == stored
    assert_rows(url, pa.table({"x": pa.array([v if not isinstance(v, int) or stored !=
                                              pa.decimal128(20, 0) else D(v) for v in values],
                                             stored)}))


def test_rows_of_fewer_columns_and_other_order(tmp_path):
    url = str(tmp_path / "t")
    delta.create(url, pa.schema([("a", pa.int64()), ("b", pa.string()), ("c", pa.float64())]))
    delta.append(url, pa.table({"c": pa.array([1.5]), "a": pa.array([1], pa.int32())}))
    assert_rows(url, pa.table({"a": [1], "b": pa.array([None], pa.string()), "c": [1.5]}))


def test_no_rows(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long", "string"])
    delta.create(url, data.schema)
    result = delta.append(url, data.slice(0, 0))
    assert (result.rows, result.version) == (0, 1)
    assert_rows(url, data.slice(0, 0))


# --- Statistics -------------------------------------------------------------------------------


def nested(values, path):
    """The values of a field below structs, None where a struct is null."""
    for name in path:
        values = [None if value is None else value[name] for value in values]
    return values


def leaves(schema, path=()):
    for field in schema:
        if pa.types.is_struct(field.type):
            yield from leaves(field.type, (*path, field.name))
        elif not pa.types.is_nested(field.type):
            yield (*path, field.name), field.type


def pick(tree, path):
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree


def parse(text, kind):
    """A statistic as a value that the column's can be compared with."""
    if pa.types.is_date(kind):
        return DAY.fromisoformat(text)
    if pa.types.is_timestamp(kind):
        at = AT.fromisoformat(text.replace("Z", "+00:00"))
        return at if kind.tz else at.replace(tzinfo=None)
    if pa.types.is_decimal(kind):
        return D(text)
    if pa.types.is_string(kind):
        return text.encode()
    return float(text) if pa.types.is_floating(kind) else text


def check_stats(url, version, data):
    """Of the one file that a version added, which holds data."""
    [add] = adds(url, version)
    stats = json.loads(add["stats"], parse_float=D)
    assert stats["numRecords"] == data.num_rows
    for path, kind in leaves(data.schema):
        values = nested(data.column(path[0]).to_pylist(), path[1:])
        there = [value for value in values if value is not None]
        nulls = pick(stats["nullCount"], path)
        assert nulls == len(values) - len(there), path
        low, high = (pick(stats[part], path) for part in ("minValues", "maxValues"))
        if pa.types.is_binary(kind):
            assert low is None and high is None
            continue
        if pa.types.is_string(kind):
            there = [value.encode() for value in there]
        numbers = [value for value in there if not (isinstance(value, float) and value != value)]
        for value in numbers:
            assert low is None or parse(low, kind) <= value, path
            if high is not None:
                # A reader knows that times are cut to milliseconds.
                slack = datetime.timedelta(milliseconds=1) if pa.types.is_timestamp(kind) else None
                top = parse(high, kind)
                assert value < top + slack if slack else value <= top, path
        if len(numbers) < len(there):
            assert high is None, "NaN is above every number"
        if isinstance(low, str) and pa.types.is_string(kind):
            assert len(low) <= 32 and (high is None or len(high) <= 32)
        tight = not pa.types.is_string(kind) and not pa.types.is_floating(kind)
        if there and tight:
            assert low is not None and high is not None, path


def test_booleans_are_found_by_their_statistics(tmp_path):
    url = str(tmp_path / "t")
    for values in ([True, None], [False, False], [None, None], [True, False]):
        data = pa.table({"id": list(range(len(values))), "b": pa.array(values, pa.bool_())})
        if not os.path.exists(url):
            delta.create(url, data.schema)
        delta.append(url, data)
    told = [json.loads(adds(url, version)[0]["stats"]) for version in range(1, 5)]
    assert [(one["minValues"].get("b"), one["maxValues"].get("b")) for one in told] == [
        (True, True), (False, False), (None, None), (False, True)]
    for value, rows in ((True, 2), (False, 3)):
        wanted = [("b", "=", value)]
        assert DeltaTable(url).to_pyarrow_table(filters=wanted).num_rows == rows
        assert polars.scan_delta(url).filter(polars.col("b") == value).collect().height == rows


CHARACTERS = st.sampled_from("aé\ud7ff\ue000\uffff\U00010000\U0010ffff ")
VALUES = {
    "t": (pa.string(), st.text(CHARACTERS, max_size=40)),
    "u": (pa.string(), st.builds(lambda a, b: "x" * 30 + a + b, st.text(CHARACTERS, max_size=3),
                                 st.text(max_size=3).filter(lambda s: "\0" not in s))),
    "l": (pa.int64(), st.integers(-2**63, 2**63 - 1)),
    "f": (pa.float32(), st.floats(width=32)),
    "d": (pa.float64(), st.floats()),
    "n": (pa.decimal128(20, 3), st.integers(-10**19, 10**19).map(lambda n: D(n).scaleb(-3))),
    "y": (pa.date32(), st.dates()),
    "m": (pa.timestamp("us", "UTC"),
          st.datetimes(AT(1700, 1, 1), AT(2200, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))),
    "b": (pa.bool_(), st.booleans()),
    "z": (pa.binary(), st.binary(max_size=40)),
}


@st.composite
def some_rows(draw):
    rows = draw(st.integers(1, 8))
    made = {}
    for name, (kind, values) in VALUES.items():
        items = st.lists(st.one_of(st.none(), values), min_size=rows, max_size=rows)
        made[name] = pa.array(draw(items), kind)
    inner = st.one_of(st.none(), st.fixed_dictionaries(
        {"a": st.one_of(st.none(), VALUES["l"][1]), "b": st.one_of(st.none(), VALUES["t"][1])}))
    made["s"] = pa.array(draw(st.lists(inner, min_size=rows, max_size=rows)),
                         pa.struct([("a", pa.int64()), ("b", pa.string())]))
    return pa.table(made)


@settings(max_examples=150)
@given(data=some_rows())
def test_statistics(tmp_path_factory, data):
    url = str(tmp_path_factory.mktemp("stats") / "t")
    delta.create(url, data.schema)
    delta.append(url, data)
    check_stats(url, 1, data)


def test_statistics_of_each_type(tmp_path):
    url = str(tmp_path / "t")
    names = [n for n in COLUMNS if not pa.types.is_nested(COLUMNS[n][0])] + ["struct"]
    delta.create(url, sample(names).schema)
    delta.append(url, sample(names))
    check_stats(url, 1, sample(names))


@pytest.mark.parametrize("text, low, high", [
    ("a" * 32, "a" * 32, "a" * 32),
    ("a" * 33, "a" * 32, "a" * 31 + "b"),
    ("a" * 31 + "\ud7ff" + "z", "a" * 31 + "\ud7ff", "a" * 31 + "\ue000"),
    ("a" * 31 + "\U0010ffff" + "z", "a" * 31 + "\U0010ffff", "a" * 30 + "b"),
    ("a" * 31 + "\uffff" + "z", "a" * 31 + "\uffff", "a" * 31 + "\U00010000"),
    # No text is above those; below them there is one all the same.
    ("\U0010ffff" * 33, "\U0010ffff" * 16, None),
])
def test_long_texts(tmp_path, text, low, high):
    url = str(tmp_path / "t")
    data = pa.table({"s": [text]})
    delta.create(url, data.schema)
    delta.append(url, data)
    stats = json.loads(adds(url, 1)[0]["stats"])
    assert stats["minValues"].get("s") == low
    assert stats["maxValues"].get("s") == high


def test_statistics_of_the_first_columns_only(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({f"c{i}": [i] for i in range(40)})
    for name, properties, told in (("first", {}, 32),
                                   ("two", {"delta.dataSkippingNumIndexedCols": "2"}, 2),
                                   ("none", {"delta.dataSkippingNumIndexedCols": "0"}, 0),
                                   ("every", {"delta.dataSkippingNumIndexedCols": "-1"}, 40)):
        delta.create(f"{url}/{name}", data.schema, properties=properties)
        delta.append(f"{url}/{name}", data)
        stats = json.loads(adds(f"{url}/{name}", 1)[0]["stats"])
        assert list(stats["minValues"]) == [f"c{i}" for i in range(told)]


# --- Partitions -------------------------------------------------------------------------------

SPECIAL = ["a b", "a/b", "a%b", "a=b", "a:b", "a?b", "a#b", "a\"b", "a'b", "a*b", "a\\b", "a{b}",
           "a[b]", "a^b", "a+b", "a&b", "a;b", "a,b", "a~b", "a!b", "a(b)", "a<b>", "a|b", "a@b",
           "a$b", "a`b", "é", "日本", "😀", "a\tb", "a\nb", "a\x7fb", "%20", "..", ".", " ", "a%2Fb",
           "__HIVE_DEFAULT_PARTITION_"]


def test_partition_values_of_every_character(tmp_path):
    url = str(tmp_path / "t")
    texts = [*SPECIAL, None]
    data = pa.table({"id": list(range(len(texts))), "p x.y": pa.array(texts, pa.string())})
    delta.create(url, data.schema, partition_by=["p x.y"])
    delta.append(url, data)
    assert_rows(url, data)
    found = set()
    for add in adds(url, 1):
        path = urllib.parse.unquote(add["path"])
        assert os.path.exists(os.path.join(url, path)), path
        found.add(add["partitionValues"]["p x.y"])
        # The path is a URI below the table, with no character that a URI has not.
        assert all(c.isalnum() or c in "-_.~/=%+&,;:@!$'()*" for c in add["path"]), add["path"]
        assert add["path"].isascii()
    assert found == set(texts)


def test_the_empty_text_is_null(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": [1, 2], "p": ["", None]})
    delta.create(url, data.schema, partition_by=["p"])
    delta.append(url, data)
    assert [add["partitionValues"] for add in adds(url, 1)] == [{"p": None}]
    assert_rows(url, pa.table({"id": [1, 2], "p": pa.array([None, None], pa.string())}))


@pytest.mark.parametrize("value, folder", [
    ("a b", "p=a b"), ("a/b", "p=a%2Fb"), ("a:b", "p=a%3Ab"), ("50%", "p=50%25"),
    ("a=b", "p=a%3Db"), ("[x]", "p=%5Bx%5D"), ("x^y", "p=x%5Ey"), ("a\"b", "p=a%22b"),
    ("a\nb", "p=a%0Ab"), ("é", "p=é"), (None, "p=__HIVE_DEFAULT_PARTITION__"),
])
def test_folders_are_those_of_spark(tmp_path, value, folder):
    """ExternalCatalogUtils.escapePathName's characters, as Spark makes folders by."""
    url = str(tmp_path / "t")
    data = pa.table({"id": [1], "p": pa.array([value], pa.string())})
    delta.create(url, data.schema, partition_by=["p"])
    delta.append(url, data)
    assert [name for name in os.listdir(url) if name != "_delta_log"] == [folder]


PARTITION_TYPES = [n for n in COLUMNS if n not in ("binary",)
                   and not pa.types.is_nested(COLUMNS[n][0])]


@pytest.mark.parametrize("name", PARTITION_TYPES)
def test_partitions_of_each_type(tmp_path, name):
    url = str(tmp_path / "t")
    values = [v if v != "" else None for v in COLUMNS[name][1]]
    data = pa.table({"id": list(range(4)), name: pa.array(values, COLUMNS[name][0])})
    if name == "string":
        data = data.slice(0, 2)  # the others make no name of a file
    delta.create(url, data.schema, partition_by=[name])
    delta.append(url, data)
    got = delta.read(url)
    assert rows_of(got) == rows_of(data)
    # delta-rs gives pyarrow decimals such as "-999.-99".
    if name not in ("nan", "float", "double", "date", "decimal", "small"):
        assert rows_of(DeltaTable(url).to_pyarrow_table()) == rows_of(data)


def test_more_partitions_than_open_files(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": list(range(1200)), "p": [i % 150 for i in range(1200)],
                     "q": [str(i % 4) for i in range(1200)]})
    delta.create(url, data.schema, partition_by=["p", "q"])
    # 300 partitions in two batches: 256 stay open, and the others have a file of each.
    result = delta.append(url, pa.Table.from_batches(data.to_batches(max_chunksize=600)))
    assert result.rows == 1200 and 300 <= result.files <= 400
    assert_rows(url, data)


def test_rows_in_no_order_make_one_file_a_partition(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": list(range(20000)), "p": [i * 7919 % 200 for i in range(20000)]})
    delta.create(url, data.schema, partition_by=["p"])
    assert delta.append(url, pa.Table.from_batches(data.to_batches(max_chunksize=3000))).files == 200
    assert_rows(url, data)


# --- Commits ----------------------------------------------------------------------------------


def test_a_count_of_an_app_is_taken_once(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long"])
    delta.create(url, data.schema)
    assert not delta.append(url, data, app="a", app_version=5).skipped
    for version in (5, 4):
        again = delta.append(url, data, app="a", app_version=version)
        assert (again.skipped, again.version, again.rows) == (True, 1, 0)
    assert not delta.append(url, data, app="b", app_version=5).skipped
    assert not delta.append(url, data, app="a", app_version=6).skipped
    assert DeltaTable(url).version() == 3
    assert DeltaTable(url).transaction_version("a") == 6
    assert_rows(url, pa.concat_tables([data] * 3))
    files = [name for name in os.listdir(url) if name.endswith(".parquet")]
    assert len(files) == 3, "a skipped append leaves no file"


def test_what_a_commit_says(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long", "string"])
    delta.create(url, data.schema, partition_by=["string"])
    delta.append(url, data.slice(0, 1), app="w", app_version=1)
    created, appended = lines(url, 0), lines(url, 1)
    assert [list(line)[0] for line in created] == ["commitInfo", "protocol", "metaData"]
    assert [list(line)[0] for line in appended] == ["commitInfo", "txn", "add"]
    info = appended[0]["commitInfo"]
    assert info["operation"] == "WRITE" and info["operationParameters"] == {"mode": "Append"}
    assert info["operationMetrics"]["numOutputRows"] == "1"
    assert info["engineInfo"].startswith("quire/") and info["readVersion"] == 0
    add = appended[2]["add"]
    assert add["size"] == os.path.getsize(os.path.join(url, urllib.parse.unquote(add["path"])))
    assert add["dataChange"] is True
    assert DeltaTable(url).history()[0]["operation"] == "WRITE"


def test_tables_of_others(tmp_path):
    """Quire appends to a table that delta-rs made, and delta-rs to it again."""
    from deltalake import write_deltalake
    url = str(tmp_path / "t")
    data = pa.table({"id": [1, 2], "p": ["a b", "c/d"], "x": [0.5, None]})
    write_deltalake(url, data, partition_by=["p"])
    delta.append(url, data)
    write_deltalake(url, data, mode="append")
    delta.append(url, data)
    assert_rows(url, pa.concat_tables([data] * 4))
    DeltaTable(url).delete("id = 1")
    delta.append(url, data)
    DeltaTable(url).optimize.compact()
    assert_rows(url, pa.concat_tables([data] + [data.slice(1)] * 4))


# --- Refusals ---------------------------------------------------------------------------------


def refused(name, call, *args, **options):
    with pytest.raises(QuireError) as caught:
        call(*args, **options)
    assert caught.value.name == name, caught.value
    return caught.value


def test_refusals(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long", "string"])
    refused("NOT_FOUND", delta.append, url, data)
    assert not os.path.exists(url)
    delta.create(url, data.schema)
    refused("EXISTS", delta.create, url, data.schema)
    delta.create(url, data.schema, if_not_exists=True)
    error = refused("INPUT", delta.append, url, pa.table({"longer": [1]}))
    assert error.column == "longer"
    error = refused("INPUT", delta.append, url, pa.table({"long": ["x"]}))
    assert error.column == "long"
    assert DeltaTable(url).version() == 0
    assert os.listdir(url) == ["_delta_log"], "a refused append leaves no file"


def test_refused_schemas(tmp_path):
    url = str(tmp_path / "t")
    schema = pa.schema([("a", pa.int64()), ("s", pa.struct([("t", pa.time64("us"))]))])
    error = refused("UNSUPPORTED", delta.create, url, schema)
    assert error.column == "s.t"
    refused("USAGE", delta.create, url, pa.schema([]))
    plain_schema = pa.schema([("a", pa.int64()), ("l", pa.list_(pa.int64()))])
    for names in (["x"], ["l"], ["a", "l"], ["a", "a"]):
        refused("USAGE", delta.create, url, plain_schema, partition_by=names)
    for names in (("a", "A"), ("a", "a")):
        twice = pa.schema([(name, pa.int64()) for name in names])
        refused("USAGE", delta.create, url, twice)
    assert not os.path.exists(url)


def test_null_where_the_table_allows_none(tmp_path):
    url = str(tmp_path / "t")
    schema = pa.schema([pa.field("a", pa.int64(), nullable=False), ("b", pa.int64())])
    delta.create(url, schema)
    delta.append(url, pa.table({"a": [1], "b": [None]}, schema=schema))
    error = refused("INPUT", delta.append, url, pa.table({"a": pa.array([None, 2], pa.int64())}))
    assert error.column == "a"
    error = refused("INPUT", delta.append, url, pa.table({"b": [1]}))
    assert error.column == "a"
    assert delta.read(url).to_pylist() == [{"a": 1, "b": None}]


def test_what_other_writers_demand_is_refused_by_name(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long"])
    delta.create(url, data.schema)
    delta_meta.commit(url, delta_meta.protocol(1, 7, None, ["appendOnly", "icebergCompatV2"]))
    error = refused("UNSUPPORTED", delta.append, url, data)
    assert "icebergCompatV2" in error.cause


def test_a_changed_table_is_a_conflict(tmp_path):
    """The metadata changes between the append's start and its commit."""
    url = str(tmp_path / "t")
    data = sample(["long"])
    delta.create(url, data.schema)

    def batches():
        yield data.to_batches()[0]
        DeltaTable(url).alter.set_table_properties({"delta.logRetentionDuration": "interval 1 days"})
        yield data.to_batches()[0]

    stream = pa.RecordBatchReader.from_batches(data.schema, batches())
    error = refused("CONFLICT", delta.append, url, stream)
    assert "version 1 was committed meanwhile" in error.cause
    assert DeltaTable(url).version() == 1 and DeltaTable(url).to_pyarrow_table().num_rows == 0
    assert [name for name in os.listdir(url) if name.endswith(".parquet")] == []


def test_another_append_is_no_conflict(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long"])
    delta.create(url, data.schema)

    def batches():
        yield data.to_batches()[0]
        delta.append(url, data, app="other", app_version=1)
        yield data.to_batches()[0]

    stream = pa.RecordBatchReader.from_batches(data.schema, batches())
    assert delta.append(url, stream).version == 2
    assert_rows(url, pa.concat_tables([data] * 3))


def test_files_hold_no_partition_columns(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long", "small"])
    delta.create(url, data.schema, partition_by=["small"])
    delta.append(url, data)
    for add in adds(url, 1):
        file = pq.ParquetFile(os.path.join(url, urllib.parse.unquote(add["path"])))
        assert file.schema_arrow.names == ["long"]
        file.close()


def test_a_partition_by_a_time_without_a_zone(tmp_path):
    """Others read it with a blank before the hour only."""
    url = str(tmp_path / "t")
    data = pa.table({"id": [1, 2, 3], "at": pa.array(
        [datetime.datetime(2024, 1, 2, 3, 4, 5, 6), datetime.datetime(1969, 12, 31), None],
        pa.timestamp("us"))})
    delta.create(url, data.schema, partition_by=["at"])
    delta.append(url, data)
    for rows in (delta.read(url), DeltaTable(url).to_pyarrow_table()):
        assert rows.sort_by("id").select(["id", "at"]).to_pylist() == data.to_pylist()
