"""Records as writers put them take a short way into columns; what it makes of a value must
be what the reader of all of Ion makes of it. Here the same values stand once where the short
way goes, and once where it cannot: behind a comment, or out of order."""

import itertools
import random

import pyarrow as pa
import pyquire
import pytest
from program import run

VALUES = """
0 -0 1 -1 7 12 00 01 -01 1_000 0x1f 0b101 12345678 123456789 1234567890123456 12345678901234567
999999999999999999 9223372036854775807 -9223372036854775808 9223372036854775808
-9223372036854775809 99999999999999999999 1. 1.0 1d0 1e0 -1e0 1.5e0 1.e0 0e0 -0e0 01e0 1e 1.5e+3
1.5e-3 1E5 1.7976931348623157e308 1e400 nan +inf -inf 1_0e0 true false truex null null.int
null.float null.bool null.string null.timestamp null.symbol null.nothing nullx null.null
2013T 2013-01T 2013-01-01 2013-01-01T 2013-01-01T10:00Z 2013-01-01T10:00:00Z
2013-01-01T10:00:00-00:00 2013-01-01T10:00:00+01:30 2013-01-01T10:00:00.5Z
2013-01-01T10:00:00.123456Z 2013-01-01T10:00:00.1234567Z 2013-01-01T10:00:00.123456000Z
2013-01-01T10:00:00.1234567890Z 2013-02-29T00:00:00Z 2012-02-29T00:00:00Z 2013-01-01T24:00:00Z
2013-01-01T23:60:00Z 2013-01-01T23:59:60Z 0000-01-01T00:00:00Z 0001-01-01T00:00:00Z
9999-12-31T23:59:59.999999Z 1677-01-01T00:00:00Z 2263-01-01T00:00:00Z 2013-13-01T00:00:00Z
2013-01-01T10:00:00 2013-01-01T10:00:00. 2013-01-01T10:00:00.Z 2013-01-01T10:00:00ZZ
"" "a" "0123456789abcde" "0123456789abcdef" "0123456789abcdefg" "é" "0123456789abcdeé" "a\\nb"
"a\\u00e9" "unclosed '''long''' 'symbol' symbol {{aGk=}} {{"clob"}} [1] [] (1) {} {x:1} a::1 a::"b"
1:: 1"a" "a"b 1a -a - + , } """.split()

TYPES = ["int64", "float64", "bool", "string", "timestamp(us)", "timestamp(us, UTC)",
         "timestamp(ns, UTC)", "timestamp(s)", "int32", "json"]


def test_types_are_types():
    for type in TYPES:
        assert len(pyquire.parse_schema(f"a: {type}, b: int64")) == 2


def outcome(path, **options):
    """The rows that were read, or that they were not."""
    try:
        return pyquire.read(path, **options).to_pylist()
    except (pyquire.QuireError, pa.ArrowInvalid):
        return "refused"


def same(rows, other):
    return repr(rows) == repr(other)  # so that nan is nan


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("on_bad", ["fail", "null"])
def test_text_values(tmp_path, type, on_bad):
    for value in VALUES:
        results = []
        for gap in ["", "/**/"]:
            path = tmp_path / "values.iont"
            path.write_text(f"{{a:{gap}{value},b:{gap}1}}\n{{a:{gap}{value}, b:{gap}2}}\n")
            results.append(outcome(path, schema=f"a: {type}, b: int64", on_bad=on_bad))
        assert same(*results), value


@pytest.fixture(scope="module")
def binaries(tmp_path_factory):
    """Each value that can be read at all, in order and out of order, in binary files."""
    folder = tmp_path_factory.mktemp("binary")
    made = []
    for value in VALUES:
        text, paths = folder / "values.iont", []
        for row in [f"{{a:{value},b:1}}\n", f"{{b:1,a:{value}}}\n"]:
            text.write_text(2 * row)
            done = run("cat", "--raw", text, "--to", "ion")
            if done.code == 0:
                paths.append(folder / f"{len(made)}-{len(paths)}.10n")
                paths[-1].write_bytes(done.out)
        if len(paths) == 2:
            made.append((value, paths))
    assert len(made) > 60
    return made


@pytest.mark.parametrize("type", TYPES)
def test_binary_values(binaries, type):
    for value, paths in binaries:
        results = [outcome(path, schema=f"a: {type}, b: int64") for path in paths]
        assert same(*results), value


ROWS = ["{a:1,b:\"x\",c:2.5e0}", "{c:2.5e0,b:\"x\",a:1}", "{a:1,c:2.5e0}", "{b:\"x\"}", "{}",
        "{ a : 1 ,\n b : \"x\" , c : 2.5e0 , }", "{a:1,a:2,b:\"x\"}", "{a:1,b:\"x\",a:2}",
        "{a:1,b:\"x\",c:2.5e0,d:4}", "{'a':1,\"b\":\"x\",c:2.5e0}", "n::{a:1,b:\"x\"}",
        "{a:1,b:'''x''' '''y''',c:2.5e0}", "{a:1 b:2}", "{a:1,,b:\"x\"}", "{a:1,b:\"x\"",
        "{a:1//\n,b:\"x\"}", "{a:/*,*/1,b:\"x\"}"]


@pytest.mark.parametrize("repeated", ["error", "first", "last"])
@pytest.mark.parametrize("columns", [None, ["a"], ["c", "b"], []])
def test_rows_in_pairs(tmp_path, repeated, columns):
    """What a record is read as does not hang on the one before it."""
    def read(*rows):
        path = tmp_path / "rows.iont"
        path.write_text("\n".join(rows))
        return outcome(path, schema="a: int64, b: string, c: float64", columns=columns,
                       extra="ignore", settings={"repeated": repeated})

    alone = {row: read(row) for row in ROWS}
    whole = [row for row in ROWS if isinstance(alone[row], list)]
    assert len(whole) > 9
    for first, second in itertools.product(whole, ROWS):
        expected = alone[second]
        if isinstance(expected, list):
            expected = alone[first] + expected
        assert same(read(first, second), expected), (first, second)


def test_tables_change_what_names_mean(tmp_path):
    text, binary = tmp_path / "t.iont", tmp_path / "t.10n"
    text.write_text("$ion_symbol_table::{symbols:[\"a\",\"b\"]} {$10:1,$11:2} {$10:3,$11:4} "
                    "$ion_symbol_table::{symbols:[\"b\",\"a\"]} {$10:5,$11:6} {$11:7,$10:8} "
                    "$ion_1_0 $ion_symbol_table::{symbols:[\"x\",\"a\",\"b\"]} {$11:9,$12:10}")
    expected = [{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 6, "b": 5}, {"a": 7, "b": 8},
                {"a": 9, "b": 10}]
    assert pyquire.read(text).to_pylist() == expected
    # The same bytes by hand: two local tables of two names each, and rows of IDs 10 and 11.
    table = bytes.fromhex
    rows = {"first": "d6 8a 2101 8b 2102", "swapped": "d6 8a 2105 8b 2106"}
    ab = table("e9 81 83 d6 87 b4 81 61 81 62")
    ba = table("e9 81 83 d6 87 b4 81 62 81 61")
    binary.write_bytes(table("e00100ea") + ab + 2 * table(rows["first"]) + ba +
                       2 * table(rows["swapped"]))
    assert pyquire.read(binary).to_pylist() == 2 * [{"a": 1, "b": 2}] + 2 * [{"a": 6, "b": 5}]


FIELDS = {
    "a": ["0", "7", "-1", "-300", "70000", "72057594037927935", "-72057594037927936",
          "9223372036854775807", "-9223372036854775808", "null.int"],
    "b": ['""', '"x"', '"0123456789abc"', '"0123456789abcdef"', '"0123456789abcdefg"', '"é"',
          '"' + 40 * "long " + '"', "null.string", "null"],
    "c": ["1.5e0", "-0e0", "nan", "1e300", "null.float"],
    "d": ["true", "false", "null.bool"],
    "e": ["2013-01-01T10:00:00Z", "2013-01-01T10:00:00.123456Z", "1969-12-31T23:59:59.5Z",
          "null.timestamp"],
}
ALL = "a: int64, b: string, c: float64, d: bool, e: timestamp(us, UTC)"


def stretches(generator, records):
    """Rows as text: some hundreds like one another, then some that are unlike."""
    rows = []
    while len(rows) < records:
        nulls = generator.random() < 0.5
        for _ in range(generator.choice([1, 7, 8, 9, 100, 700])):
            rows.append("{" + ",".join(
                f"{name}:{generator.choice(values if nulls else values[:-1])}"
                for name, values in FIELDS.items()) + "}")
        for _ in range(generator.choice([1, 2, 9, 130])):
            names = [name for name in FIELDS if generator.random() < 0.8]
            if generator.random() < 0.2:
                generator.shuffle(names)
            if generator.random() < 0.1:
                names.insert(generator.randrange(len(names) + 1), "extra")
            rows.append("{" + ",".join(
                f"{name}:{generator.choice(FIELDS.get(name, ['(more)']))}" for name in names) + "}")
    return rows


@pytest.mark.parametrize("layout", ["stream", "list"])
@pytest.mark.parametrize("options", [
    {}, {"columns": ["e", "b"]}, {"columns": ["d"]}, {"missing": "error", "on_bad": "reject"},
    {"schema": ALL.replace("(us,", "(s,"), "on_bad": "null"}])
def test_blocks(tmp_path, layout, options):
    """Records go to columns many at once, of binary; of text they do not."""
    rows = stretches(random.Random(len(str(options))), 4000)
    text, binary = tmp_path / "rows.iont", tmp_path / "rows.10n"
    text.write_text(f"[{','.join(rows)}]" if layout == "list" else "\n".join(rows))
    done = run("cat", "--raw", text, "--to", "ion")
    assert done.code == 0
    binary.write_bytes(done.out)
    results = [outcome(path, **{"schema": ALL, "extra": "ignore", **options})
               for path in (text, binary)]
    assert same(*results)
    assert len(results[0]) > len(rows) / 2


@pytest.mark.parametrize("turn", range(8))
def test_same_types_of_binary(tmp_path, turn):
    """What a sample of binary tells is what one of text tells."""
    generator = random.Random(turn)
    values = ["1", "-1", "0", "70000000000000000000", "1e0", "true", "null", "null.int",
              "null.string", "null.timestamp", '"x"', "2013-01-01T", "2013-01-01T10:00:00Z",
              "2013-01-01T10:00:00-00:00", "2013-01-01T10:00:00.5Z", "1.5", "sym",
              "1500-01-01T00:00:00Z", "2013-01-01T10:00:00.123456789Z", "[1]", "{x:1}"]
    columns = {f"c{i}": generator.sample(values, 3 if i % 3 else 2) for i in range(30)}
    text, binary = tmp_path / "rows.iont", tmp_path / "rows.10n"
    text.write_text("\n".join(
        "{" + ",".join(f"{name}:{generator.choice(some)}" for name, some in columns.items()
                       if generator.random() < 0.9) + "}" for _ in range(50)))
    done = run("cat", "--raw", text, "--to", "ion")
    assert done.code == 0
    binary.write_bytes(done.out)
    schemas = [pyquire.read(path, mixed="json").schema for path in (text, binary)]
    assert schemas[0] == schemas[1]


def varuint(value):
    """As binary Ion has it: seven bits a byte, the last with its highest bit set."""
    groups = [value & 0x7f | 0x80]
    while value := value >> 7:
        groups.insert(0, value & 0x7f)
    return bytes(groups)


def sized(code, body):
    return bytes([code << 4 | min(len(body), 14)]) + (varuint(len(body)) if len(body) > 13
                                                      else b"") + body


def binary_file(names, records):
    """Records of (number of a name, value) pairs, both as bytes stand in the file."""
    table = sized(13, b"\x87" + sized(11, b"".join(sized(8, name.encode()) for name in names)))
    return b"".join([b"\xe0\x01\x00\xea", sized(14, b"\x81\x83" + table)] + [
        sized(13, b"".join(varuint(10 + at) + value for at, value in record))
        for record in records])


ODD = {
    "negative zero": ("int64", bytes.fromhex("2105"), bytes.fromhex("30")),
    "negative zero of a byte": ("int64", bytes.fromhex("2105"), bytes.fromhex("3100")),
    "half a character": ("string", bytes.fromhex("82c3a9"), bytes.fromhex("81c3")),
    "the other half": ("string", bytes.fromhex("8178"), bytes.fromhex("81a9")),
    "no such day": ("timestamp(s, UTC)", bytes.fromhex("68800fdd8281808080"),
                    bytes.fromhex("68800fdd829f808080")),
    "no such hour": ("timestamp(s, UTC)", bytes.fromhex("68800fdd8281808080"),
                     bytes.fromhex("68800fdd8281988080")),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("at", [1, 7, 8, 30, 255, 256, 299])
def test_odd_value_among_many(tmp_path, odd, at):
    """Only its record is refused, wherever it stands among those that go at once."""
    type, good, bad = ODD[odd]
    path = tmp_path / "rows.10n"
    records = [[(0, good), (1, bytes.fromhex("2101"))] for _ in range(300)]
    records[at][0] = (0, bad)
    path.write_bytes(binary_file(["a", "b"], records))
    schema = f"a: {type}, b: int64"
    assert outcome(path, schema=schema) == "refused"
    rows = outcome(path, schema=schema, on_bad="reject")
    assert len(rows) == 299 and all(row["a"] is not None for row in rows)
    assert len({str(row) for row in rows}) == 1


def test_halves_of_a_character_in_two_rows(tmp_path):
    """Together they are one, but each string is to be UTF-8."""
    path = tmp_path / "rows.10n"
    records = [[(0, bytes.fromhex("8161"))] for _ in range(60)]
    records[40], records[41] = [(0, bytes.fromhex("81c3"))], [(0, bytes.fromhex("81a9"))]
    path.write_bytes(binary_file(["a"], records))
    assert outcome(path, schema="a: string") == "refused"
    assert outcome(path, schema="a: string", on_bad="reject") == 58 * [{"a": "a"}]


@pytest.mark.parametrize("columns", [90, 130, 300])
@pytest.mark.parametrize("kind", ["int64", "string"])
def test_names_that_look_like_records(tmp_path, columns, kind):
    """The last fields are absent, and what follows the record has the bytes of their names."""
    path = tmp_path / "rows.10n"
    names = [f"c{i}" for i in range(columns)]
    value = bytes.fromhex("2107" if kind == "int64" else "8178")
    records = [[(at, value) for at in range(0, columns - (number % 60), 1 + number % 3)]
               for number in range(400)]
    path.write_bytes(binary_file(names, records))
    rows = outcome(path, schema=", ".join(f"{name}: {kind}" for name in names))
    expected = 7 if kind == "int64" else "x"
    for record, row in zip(records, rows):
        there = {names[at] for at, _ in record}
        assert row == {name: expected if name in there else None for name in names}
