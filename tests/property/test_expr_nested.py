"""Elements of lists and maps and fields of structs, at any depth and in any layout, against the same
written in Python; and reading a table by such conditions, which passes over no file."""

import delta
import pyarrow as pa
import pyexpr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from program import good

NUMBER = st.none() | st.integers(-3, 3)
POINT = st.none() | st.fixed_dictionaries({"d": NUMBER, "e": st.none() | st.lists(NUMBER, max_size=3)})
MAP = st.none() | st.dictionaries(st.sampled_from("abc"), POINT, max_size=3)
ROW = st.fixed_dictionaries({"m": MAP, "l": st.none() | st.lists(NUMBER, max_size=4),
                             "ms": st.none() | st.lists(MAP, max_size=2), "n": NUMBER,
                             "s": st.none() | st.fixed_dictionaries({"p": POINT})})
POINT_TYPE = pa.struct([("d", pa.int64()), ("e", pa.list_(pa.int64()))])
MAP_TYPE = pa.map_(pa.string(), POINT_TYPE)
SCHEMA = pa.schema([("m", MAP_TYPE), ("l", pa.list_(pa.int64())), ("ms", pa.list_(MAP_TYPE)),
                    ("n", pa.int64()), ("s", pa.struct([("p", POINT_TYPE)]))])


def at(values, index):
    if values is None or index is None or not 0 <= index < len(values):
        return None
    return values[index]


def element(values, index):
    """Counted from 1, or backwards."""
    if values is None or index is None:
        return None
    return at(values, index - 1 if index > 0 else len(values) + index)


def get(value, key):
    return None if value is None else value.get(key)


def size(value):
    return -1 if value is None else len(value)


CASES = {
    "m['a'].d": lambda r: get(get(r["m"], "a"), "d"),
    "M['b'].E[n]": lambda r: at(get(get(r["m"], "b"), "e"), r["n"]),
    "element_at(m, 'c').d": lambda r: get(get(r["m"], "c"), "d"),
    "l[n]": lambda r: at(r["l"], r["n"]),
    "element_at(l, nullif(n, 0))": lambda r: element(r["l"], r["n"] or None),
    "element_at(l, -1)": lambda r: element(r["l"], -1),
    "ms[0]['a'].d": lambda r: get(get(at(r["ms"], 0), "a"), "d"),
    "(ms[1]['b']).e[0]": lambda r: at(get(get(at(r["ms"], 1), "b"), "e"), 0),
    "(s).p.d": lambda r: get(get(r["s"], "p"), "d"),
    "(s.p).e[1]": lambda r: at(get(get(r["s"], "p"), "e"), 1),
    "size(m)": lambda r: size(r["m"]),
    "size(ms[0])": lambda r: size(at(r["ms"], 0)),
    "cardinality(m['a'].e)": lambda r: size(get(get(r["m"], "a"), "e")),
    "m['a'] IS NULL": lambda r: get(r["m"], "a") is None,
}


def batch_of(rows):
    maps = [{**row, "m": row["m"] and list(row["m"].items()) if row["m"] is not None else None,
             "ms": row["ms"] and [each and list(each.items()) if each is not None else None
                                  for each in row["ms"]]} for row in rows]
    return pa.RecordBatch.from_pylist(maps, SCHEMA)


@pytest.mark.parametrize("text", CASES)
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=8), start=st.integers(0, 3))
def test_as_python_has_it(text, rows, start):
    batch = batch_of(rows).slice(start)
    assert pyexpr.evaluate(text, batch).to_pylist() == [CASES[text](row) for row in rows[start:]]


def test_no_file_is_passed_over(tmp_path):
    """Statistics and partitions say nothing of what lies in lists and maps."""
    url = str(tmp_path / "t")
    rows = [{"m": {"a": {"d": i, "e": [i]}}, "l": [i, 9], "ms": None, "n": i, "s": {"p": None}}
            for i in range(4)]
    delta.create(url, SCHEMA.append(pa.field("part", pa.string())), partition_by=["part"])
    for i, row in enumerate(rows):
        one = pa.table(batch_of([row])).append_column("part", [["xy"[i % 2]]])
        delta.append(url, one)
    for where, expected in (("m['a'].d = 2", [2]), ("l[0] >= 1 AND l[1] = 9", [1, 2, 3]),
                            ("element_at(m['a'].e, 1) < 2 AND part = 'x'", [0]),
                            ("m['z'].d IS NULL AND n > 2", [3]), ("size(l) = 3", []),
                            ("s.p.d IS NULL AND l[0] = 3 AND part = 'y'", [3])):
        found = good("table", "read", url, "--where", where, "--select", "n").lines()
        assert sorted(row["n"] for row in found) == expected, where
