"""Elements of lists and maps, and their fields, as Spark 3.5 without ANSI mode has them."""

import delta
import pyarrow as pa
import pyexpr
import pytest
import spark_session
from pyquire import QuireError

POINT = pa.struct([("d", pa.int64()), ("e", pa.list_(pa.int32()))])
SCHEMA = pa.schema([("n", pa.int32()), ("m", pa.map_(pa.string(), POINT)),
                    ("l", pa.list_(pa.int32())), ("s", pa.struct([("p", POINT)])),
                    ("k", pa.map_(pa.int32(), pa.string()))])
ROWS = [
    {"n": 0, "m": [("a", {"d": 1, "e": [5, None]})], "l": [1, 2, 3], "s": {"p": {"d": 7, "e": []}},
     "k": [(1, "x"), (-1, "y")]},
    {"n": -1, "m": [("a", None), ("b", {"d": None, "e": None})], "l": [], "s": {"p": None},
     "k": []},
    {"n": 2, "m": None, "l": None, "s": None, "k": None},
    {"n": None, "m": [], "l": [None], "s": {"p": {"d": 8, "e": [4]}}, "k": [(1, None)]},
]
NESTED = "a list or a struct"
TEXTS = [
    "m['a']", "m['a'].d", "m['b'].e[0]", "M['a'].E[0]", "m['zz']", "l[0]", "l[-1]", "l[3]", "l[n]",
    "element_at(l, 1)", "element_at(l, -1)", "element_at(l, 9)", "element_at(l, -9)",
    "element_at(l, nullif(n, 0))", "element_at(m, 'a').d", "k[1]", "k[n]", "element_at(k, -1)",
    "k[1L]", "(s).p.d", "(s.p).e[0]", "(s).p.e", "size(m)", "size(l)", "cardinality(k)",
    "size(m['a'].e)", "m['a'].d + 1 > 1", "m['a'] IS NULL", "l[0] IS NOT NULL AND size(l) > 1",
    "coalesce(m['a'].d, l[0])", "element_at(l, 0)",
]


def of_quire(text, batch):
    """Nested values are no results of an expression: whether they are there is."""
    try:
        return pyexpr.evaluate(text, batch).to_pylist()
    except QuireError as error:
        if "no result" not in str(error):
            return "error"
        nulls = pyexpr.evaluate(f"({text}) IS NULL", batch).to_pylist()
        return [None if null else NESTED for null in nulls]


def of_spark(text, frame):
    try:
        return [row[0] for row in frame.selectExpr(text).collect()]
    except Exception:  # noqa: BLE001 - Spark has many
        return "error"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    url = str(tmp_path_factory.mktemp("nested") / "t")
    batch = pa.RecordBatch.from_pylist(ROWS, SCHEMA)
    delta.append(url, pa.table(batch), create=[])
    return batch, spark_session.frame(url)


@pytest.mark.parametrize("text", TEXTS)
def test_as_spark_has_it(both, text):
    batch, frame = both
    ours, theirs = of_quire(text, batch), of_spark(text, frame)
    if theirs != "error":
        theirs = [NESTED if isinstance(value, (list, tuple)) else value for value in theirs]
    assert ours == theirs
