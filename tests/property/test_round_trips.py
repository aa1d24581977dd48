"""What is written under any options is read back under the same as equal values."""

import pyarrow as pa
import pyquire
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tables import COLUMNS, DECIMALS, assert_same

ANY_TEXT = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=10),
    st.text(st.sampled_from("ab,;|\"'\\\n\r\t#0+-= \ufeffé😀"), max_size=8),
    st.sampled_from(["", "NULL", "null", "\\N", "NA", "true", "12", "a" * 100]))
VALUES = {
    **{name: (kind, values) for name, (kind, values, _) in COLUMNS.items()},
    "s": (pa.string(), ANY_TEXT),
    "v": (pa.string_view(), ANY_TEXT),
    "g": (pa.float32(), st.floats(width=32)),
    "x": (pa.decimal128(20, 4), DECIMALS),
    "y": (pa.binary(), st.binary(max_size=8)),
    "z": (pa.timestamp("ms", "UTC"), COLUMNS["t"][1].map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))),
    "l": (pa.list_(pa.string()), st.lists(st.one_of(st.none(), ANY_TEXT), max_size=3)),
    "c": (pa.dictionary(pa.int8(), pa.string()), ANY_TEXT),
}


@st.composite
def any_tables(draw):
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=6, unique=True))
    rows = draw(st.integers(0, 6))
    arrays = {}
    for name in names:
        kind, values = VALUES[name]
        values = draw(st.lists(st.one_of(st.none(), values), min_size=rows, max_size=rows))
        if pa.types.is_dictionary(kind):
            arrays[name] = pa.array(values, pa.string()).dictionary_encode().cast(kind)
        else:
            arrays[name] = pa.array(values, kind)
    return pa.table(arrays)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("round")


def holds(table, characters):
    return any(isinstance(text, str) and any(c in text for c in characters)
               for column in table.columns for text in flat(column.to_pylist()))


def flat(values):
    for value in values:
        if isinstance(value, list):
            yield from flat(value)
        else:
            yield value


DIALECTS = st.fixed_dictionaries({}, optional={
    "delimiter": st.sampled_from([";", "|", "tab", ":", "-", "e", " "]),
    "quote": st.sampled_from(["'", "~"]),
    "line_end": st.just("crlf"),
    "header": st.sampled_from(["quoted", "off"]),
    "quoting": st.sampled_from(["all", "nonnumeric"]),
    "null_text": st.sampled_from(["NULL", "<NONE>", "NA"]),
    "decimal_comma": st.just("on"),
    "bom": st.just("on"),
    "binary": st.just("hex"),
    "timestamp_separator": st.just("space"),
    "escape": st.sampled_from(["\\", "^"]),
})
BOTH_SIDES = ("delimiter", "quote", "null_text", "decimal_comma", "binary", "escape")


@settings(max_examples=300)
@given(any_tables(), DIALECTS)
def test_csv(folder, table, dialect):
    path = folder / "out.csv"
    pyquire.write(path, table, settings=dialect)
    reading = {name: dialect[name] for name in BOTH_SIDES if name in dialect}
    if dialect.get("header") == "off":
        reading["header"] = "off"
        table = table.rename_columns([f"column_{n}" for n in range(1, table.num_columns + 1)])
    assert_same(pyquire.read(path, settings=reading, schema=table.schema), table)


@settings(max_examples=100)
@given(any_tables())
def test_csv_without_quotes(folder, table):
    """Either it cannot be written so, or it comes back; an empty string as a null."""
    path = folder / "out.csv"
    try:
        pyquire.write(path, table, settings={"quoting": "none"})
    except pyquire.QuireError as error:
        assert error.name == "INPUT" and error.column in table.column_names
        return
    assume(table.num_columns > 1)
    back = pyquire.read(path, settings={"quote": "none"}, schema=table.schema)
    for name in table.column_names:
        expected = [None if value in ("", b"") else value for value in table[name].to_pylist()]
        if not holds(table, "\ufeff"):
            assert_same(back.select([name]), pa.table({name: pa.array(
                expected, pa.string() if name == "c" else VALUES[name][0])}), types=False)


STYLES = st.fixed_dictionaries({"nan": st.just("string")}, optional={
    "ascii": st.just("on"),
    "separators": st.just("python"),
    "decimals": st.just("number"),
    "timestamps": st.just("epoch"),
    "binary": st.just("hex"),
    "nulls": st.just("omit"),
})


@settings(max_examples=200)
@given(any_tables(), STYLES, st.sampled_from(["json", "jsonl"]), st.booleans())
def test_json(folder, table, style, format, pretty):
    path = folder / ("out." + format)
    if format == "json" and pretty:
        style = {**style, "pretty": "on"}
    pyquire.write(path, table, settings=style)
    reading = {name: style[name] for name in ("timestamps", "binary") if name in style}
    assert_same(pyquire.read(path, settings=reading, schema=table.schema), table)
