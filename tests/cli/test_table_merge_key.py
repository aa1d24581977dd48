"""A merge whose input lacks a column of the key is refused, in every format."""

import pytest
from program import bad, good

LACKING = {
    "csv": "v\n9\n",
    "jsonl": '{"v":9}\n{"v":8}\n',
    "json": '[{"v":9}]',
    "ion": "{v:9}",
}
WITH = {
    "csv": "K,v\n1,9\n,8\n",
    "jsonl": '{"v":8}\n{"k":1,"v":9}\n',
    "json": '[{"v":8},{"k":1,"v":9}]',
    "ion": "{v:8} {k:1,v:9}",
}


@pytest.fixture
def table(tmp_path):
    (tmp_path / "k.csv").write_text("k,v\n1,2\n2,3\n")
    good("table", "append", tmp_path / "t", tmp_path / "k.csv", "--create")
    return tmp_path / "t"


def rows(table):
    found = good("table", "read", table).lines()
    return sorted(((row["k"], row["v"]) for row in found), key=str)


@pytest.mark.parametrize("kind", LACKING)
def test_inputs_without_the_key(tmp_path, table, kind):
    (tmp_path / f"v.{kind}").write_text(LACKING[kind])
    good("convert", tmp_path / f"v.{kind}", tmp_path / "v.parquet")
    merge = ["table", "merge", table, "--on", "k"]
    for name in (f"v.{kind}", "v.parquet"):
        bad(1, *merge, tmp_path / name, says='no column "k" to merge on')
    bad(1, *merge, tmp_path / "k.csv", tmp_path / f"v.{kind}", says="no column")
    bad(1, *merge, "-", "--from", kind, stdin=LACKING[kind], says='no column "k" to merge on')
    bad(1, *merge, tmp_path / f"v.{kind}", "--on-bad", "reject", "--rejects", tmp_path / "r",
        says='no column "k"')
    assert rows(table) == [(1, 2), (2, 3)]


@pytest.mark.parametrize("kind", WITH)
def test_a_key_that_is_null_sometimes(tmp_path, table, kind):
    (tmp_path / f"w.{kind}").write_text(WITH[kind])
    good("table", "merge", table, tmp_path / f"w.{kind}", "--on", "k")
    assert rows(table) == [(1, 9), (2, 3), (None, 8)]
    good("table", "merge", table, "-", "--from", kind, "--on", "K", stdin=WITH[kind])
    assert rows(table) == [(1, 9), (2, 3), (None, 8), (None, 8)]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_columns_that_come_with_a_merge(tmp_path, table, kind):
    """They are refused without --evolve; with it rows that stay have nulls there."""
    (tmp_path / "w.jsonl").write_text('{"k":2,"v":9,"w":"x"}\n{"k":3,"v":7,"w":"y"}\n')
    more = tmp_path / f"w.{kind}"
    if kind != "jsonl":
        good("convert", tmp_path / "w.jsonl", more)
    merge = ["table", "merge", table, more, "--on", "k"]
    bad(1, *merge, says=["w", "--evolve add"] if kind != "parquet" else "w")
    told = good(*merge, "--evolve", "add", "--json").json()
    assert (told["version"], told["rows_updated"], told["rows_inserted"]) == (1, 1, 1)
    found = sorted(good("table", "read", table).lines(), key=lambda row: row["k"])
    assert found == [{"k": 1, "v": 2, "w": None}, {"k": 2, "v": 9, "w": "x"},
                     {"k": 3, "v": 7, "w": "y"}]


def test_columns_that_are_widened_by_a_merge(tmp_path):
    for name, schema, row in [("a", "k int64, v int32", '{"k":1,"v":2}'),
                              ("b", "k int64, v int64", '{"k":1,"v":3000000000}')]:
        (tmp_path / f"{name}.jsonl").write_text(row + "\n")
        good("convert", tmp_path / f"{name}.jsonl", tmp_path / f"{name}.parquet", "--schema", schema)
    good("table", "append", tmp_path / "t", tmp_path / "a.parquet", "--create")
    merge = ["table", "merge", tmp_path / "t", tmp_path / "b.parquet", "--on", "k"]
    bad(1, *merge, "--evolve", "add", says="v")
    good(*merge, "--evolve", "widen")
    assert rows(tmp_path / "t") == [(1, 3000000000)]
