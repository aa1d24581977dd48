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
