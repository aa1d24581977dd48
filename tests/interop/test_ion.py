"""amazon.ion reads what Quire writes, and Quire what amazon.ion writes: equal values."""

import datetime
import decimal
import io
import math

import pyarrow as pa
import pyquire
import pytest
from hypothesis import given
from hypothesis import strategies as st
from program import good
from tables import COLUMNS, DECIMALS, NESTED, assert_same, nested_tables, plain, tables

simpleion = pytest.importorskip("amazon.ion.simpleion", reason="amazon.ion is not installed")
from amazon.ion.core import IonType, Timestamp, TimestampPrecision  # noqa: E402
from amazon.ion.equivalence import ion_equals  # noqa: E402
from amazon.ion.simple_types import (  # noqa: E402
    IonPyBool, IonPyBytes, IonPyDecimal, IonPyDict, IonPyFloat, IonPyInt, IonPyList, IonPyNull,
    IonPySymbol, IonPyText, IonPyTimestamp)
from amazon.ion.symbols import SymbolToken  # noqa: E402

FORMS = {"ion": True, "ion-text": False}
SUFFIX = {"ion": "ion", "ion-text": "iont"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ion")


# Values as they are -----------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
NAMES = st.one_of(TEXTS, st.sampled_from(["null", "nan", "a", "$10", "+", "a b", "name", "'"]))
OFFSETS = st.one_of(st.none(), st.integers(-1439, 1439))


def offset_of(minutes):
    return None if minutes is None else datetime.timezone(datetime.timedelta(minutes=minutes))


@st.composite
def timestamps(draw):
    moment = draw(st.datetimes(datetime.datetime(2, 1, 1), datetime.datetime(9998, 12, 31)))
    precision = draw(st.sampled_from(list(TimestampPrecision)))
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    fields = {TimestampPrecision.YEAR: 1, TimestampPrecision.MONTH: 2, TimestampPrecision.DAY: 3,
              TimestampPrecision.MINUTE: 5, TimestampPrecision.SECOND: 6}[precision]
    parts = parts[:fields] + [1, 1, 1, 0, 0, 0][fields:]
    zone = offset_of(draw(OFFSETS)) if fields > 3 else None
    more = {}
    if fields == 6:
        digits = draw(st.integers(0, 6))
        fraction = draw(st.integers(0, 10**digits - 1))
        parts.append(fraction * 10 ** (6 - digits))
        more = {"fractional_precision": digits}
    return Timestamp(*parts, tzinfo=zone, precision=precision, **more)


DECIMAL_VALUES = st.builds(
    lambda sign, digits, exponent: decimal.Decimal((sign, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 1), st.integers(0, 10**25), st.integers(-40, 20))


def of(kind, type, values):
    """Values of one Ion type, with annotations."""
    notes = st.one_of(st.just(()), st.lists(NAMES, max_size=2).map(tuple))
    return st.builds(lambda value, notes: kind.from_value(type, value, notes), values, notes)


SCALARS = st.one_of(
    of(IonPyNull, IonType.NULL, st.none()),
    st.sampled_from([t for t in IonType]).map(lambda t: IonPyNull.from_value(t, None)),
    of(IonPyBool, IonType.BOOL, st.booleans()),
    of(IonPyInt, IonType.INT, st.one_of(st.integers(), st.integers(-(2**200), 2**200))),
    of(IonPyFloat, IonType.FLOAT, st.floats()),
    of(IonPyDecimal, IonType.DECIMAL, DECIMAL_VALUES),
    of(IonPyTimestamp, IonType.TIMESTAMP, timestamps()),
    of(IonPyText, IonType.STRING, TEXTS),
    of(IonPySymbol, IonType.SYMBOL, NAMES.map(lambda text: SymbolToken(text, None))),
    of(IonPyBytes, IonType.BLOB, st.binary(max_size=20)),
    of(IonPyBytes, IonType.CLOB, st.binary(max_size=20)),
)


def containers(inner):
    return st.one_of(
        of(IonPyList, IonType.LIST, st.lists(inner, max_size=4)),
        of(IonPyList, IonType.SEXP, st.lists(inner, max_size=4)),
        of(IonPyDict, IonType.STRUCT, st.dictionaries(NAMES, inner, max_size=4)))


VALUES = st.recursive(SCALARS, containers, max_leaves=12)


def dumped(values, binary):
    return simpleion.dumps(values, binary=binary, sequence_as_stream=True)


def loaded(data):
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return simpleion.load(stream, single_value=False)


def assert_ion_equal(got, expected):
    assert len(got) == len(expected)
    for a, b in zip(got, expected):
        assert ion_equals(a, b), f"{a!r} is not {b!r}"


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("form", FORMS)
@given(values=st.lists(VALUES, max_size=4))
def test_values_are_kept(values, form, binary):
    """Any values: what it writes, copied, is what it reads."""
    data = dumped(values, binary)
    data = data if isinstance(data, bytes) else data.encode()
    expected = loaded(data)
    copied = good("cat", "--raw", "--from", "ion", "-", "--to", form, stdin=data).out
    assert_ion_equal(loaded(copied), expected)


# Rows -------------------------------------------------------------------------------------

def python_of(value):
    """A value of amazon.ion as pyarrow gives it."""
    if value is None or isinstance(value, IonPyNull):
        return None
    if isinstance(value, IonPyDict) or isinstance(value, dict):
        return {key: python_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [python_of(item) for item in value]
    if isinstance(value, Timestamp):
        if value.precision is TimestampPrecision.DAY:
            return datetime.date(value.year, value.month, value.day)
        return datetime.datetime(value.year, value.month, value.day, value.hour, value.minute,
                                 value.second, value.microsecond, tzinfo=value.tzinfo)
    if isinstance(value, IonPySymbol):
        return value.text
    for kind in (bool, int, float, decimal.Decimal, str, bytes):
        if isinstance(value, kind):
            return bool(value) if isinstance(value, IonPyBool) else kind(value)
    return value


def rows_of(data):
    return [python_of(row) for row in loaded(data)]


TYPES = {
    **{name: (kind, values) for name, (kind, values, _) in COLUMNS.items()},
    "g": (pa.float32(), st.floats(width=32)),
    "x": (pa.decimal128(20, 4), DECIMALS),
    "y": (pa.binary(), st.binary(max_size=20)),
    "z": (pa.timestamp("us", "UTC"),
          COLUMNS["t"][1].map(lambda moment: moment.replace(tzinfo=datetime.timezone.utc))),
    "l": (pa.list_(pa.string()), st.lists(st.one_of(st.none(), TEXTS), max_size=3)),
    "m": (pa.map_(pa.string(), pa.int64()),
          st.dictionaries(TEXTS, st.integers(-(2**63), 2**63 - 1), max_size=3)),
    "c": (pa.dictionary(pa.int32(), pa.string()), TEXTS),
}


@st.composite
def any_tables(draw):
    names = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=6, unique=True))
    size = draw(st.integers(1, 6))
    arrays = {}
    for name in names:
        kind, values = TYPES[name]
        column = draw(st.lists(st.one_of(st.none(), values), min_size=size, max_size=size))
        if name == "m":
            column = [None if row is None else list(row.items()) for row in column]
        if name == "c":
            arrays[name] = pa.array(column, pa.string()).dictionary_encode()
        else:
            arrays[name] = pa.array(column, kind)
    return pa.table(arrays)


def expected_rows(table):
    rows = table.to_pylist()
    for row in rows:
        for name, value in row.items():
            if value is not None and pa.types.is_map(table[name].type):
                row[name] = dict(value)
    return rows


def near(value):
    """Floats of 32 bits come as shortest text, which a double reads a little off."""
    if isinstance(value, float) and math.isfinite(value):
        return float(pa.scalar(value, pa.float32()).as_py())
    return value


@pytest.mark.parametrize("form", FORMS)
@given(table=any_tables())
def test_rows_are_read_by_it(folder, table, form):
    path = folder / f"table.{SUFFIX[form]}"
    pyquire.write(path, table)
    got, expected = rows_of(path.read_bytes()), expected_rows(table)
    for row in got:
        if "g" in row:
            row["g"] = near(row["g"])
    assert [plain(row) for row in got] == [plain(row) for row in expected]


@pytest.mark.parametrize("form", FORMS)
@given(table=any_tables())
def test_rows_come_back(folder, table, form):
    path = folder / f"back.{SUFFIX[form]}"
    pyquire.write(path, table)
    assert_same(pyquire.read(path, schema=table.schema), table)


@pytest.mark.parametrize("form", FORMS)
@given(table=tables())
def test_types_come_back(folder, table, form):
    """Columns with a value have the same types without a schema."""
    path = folder / f"types.{SUFFIX[form]}"
    pyquire.write(path, table)
    assert_same(pyquire.read(path), table)


@pytest.mark.parametrize("form", FORMS)
@given(table=nested_tables())
def test_nested_come_back(folder, table, form):
    path = folder / f"nested.{SUFFIX[form]}"
    pyquire.write(path, table)
    assert_same(pyquire.read(path), table)
    assert table["n"].type == NESTED


@pytest.mark.parametrize("binary", [True, False])
@given(table=tables())
def test_its_rows_are_read(folder, table, binary):
    rows = table.to_pylist()
    for row in rows:
        for name in ("d", "t"):
            value = row[name]
            if value is None:
                continue
            if name == "d":
                row[name] = Timestamp(value.year, value.month, value.day, 0, 0, 0,
                                      precision=TimestampPrecision.DAY)
            else:
                row[name] = Timestamp(value.year, value.month, value.day, value.hour,
                                      value.minute, value.second, value.microsecond,
                                      precision=TimestampPrecision.SECOND,
                                      fractional_precision=6)
    data = dumped(rows, binary)
    path = folder / "its.ion"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    assert_same(pyquire.read(path), table)


def test_append(folder):
    """An appended part begins with a version marker of its own."""
    table = pa.table({"a": [1, 2], "s": ["x", "y"]})
    for form, suffix in SUFFIX.items():
        path = folder / f"appended.{suffix}"
        for _ in range(2):
            pyquire.write(path, table, mode="append")
        assert rows_of(path.read_bytes()) == table.to_pylist() * 2
        assert_same(pyquire.read(path), pa.concat_tables([table, table]))
