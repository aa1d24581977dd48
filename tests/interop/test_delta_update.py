"""Updating and merging into Delta tables: types, keys, what is refused, what the log says; the
rows themselves are judged in tests/property/test_delta_changes.py."""

import datetime
import decimal
import json
import os

import delta
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyquire import QuireError
from test_delta_delete import actions

TYPES = pa.schema([
    ("id", pa.int64()), ("byte", pa.int8()), ("whole", pa.int32()), ("real", pa.float64()),
    ("money", pa.decimal128(6, 2)), ("text", pa.string()), ("yes", pa.bool_()),
    ("day", pa.date32()), ("at", pa.timestamp("us", "UTC")), ("bin", pa.binary()),
    ("tags", pa.list_(pa.int64()))])
ROW = {"id": 1, "byte": 1, "whole": 2, "real": 3.75, "money": decimal.Decimal("4.50"), "text": "t",
       "yes": True, "day": datetime.date(2024, 1, 2),
       "at": datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), "bin": b"b",
       "tags": [1]}


def typed(tmp_path):
    url = str(tmp_path / "t")
    delta.create(url, TYPES)
    delta.append(url, pa.Table.from_pylist([ROW], TYPES))
    return url


@pytest.mark.parametrize("column, value, stored", [
    ("byte", "whole + 100", 102), ("whole", "real", 3), ("whole", "-real", -3),
    ("whole", "money", 4), ("real", "byte / 4", 0.25), ("money", "real / 2", "1.88"),
    ("money", "12", "12.00"), ("text", "whole", "2"), ("text", "day", "2024-01-02"),
    ("text", "yes", "true"), ("text", "NULL", None), ("yes", "whole > 1", True),
    ("day", "at", datetime.date(2024, 1, 2)),
    ("at", "day", datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)),
    ("day", "DATE '1999-12-31'", datetime.date(1999, 12, 31)), ("tags", "NULL", None),
    ("bin", "NULL", None), ("TEXT", "upper(text)", "T"), ("id", "id + whole", 3),
])
def test_values_go_to_the_type_of_their_column(tmp_path, column, value, stored):
    url = typed(tmp_path)
    assert delta.update(url, {column: value}).rows_updated == 1
    stored = decimal.Decimal(stored) if column == "money" else stored
    wanted = [{**ROW, column.lower(): stored}]
    assert delta.read(url).to_pylist() == wanted
    assert DeltaTable(url).to_pyarrow_table().to_pylist() == wanted


@pytest.mark.parametrize("column, value, says", [
    ("whole", "'5'", "CAST"), ("day", "'2024-01-01'", "CAST"), ("yes", "1", "CAST"),
    ("whole", "yes", "CAST"), ("day", "whole", "CAST"), ("bin", "text", "another kind"),
    ("tags", "1", "another kind"), ("nope", "1", "nope"), ("byte", "whole * 100", "byte"),
    ("money", "100000", "money"), ("id", "id +", "character"), ("id", "id + nope", "character 6"),
    ("whole", "real * 1e20", "whole"),
])
def test_values_that_do_not_go(tmp_path, column, value, says):
    url = typed(tmp_path)
    before = sorted(os.listdir(url))
    with pytest.raises(QuireError, match=says):
        delta.update(url, {column: value})
    assert delta.version(url) == 1 and sorted(os.listdir(url)) == before


def test_what_an_update_says(tmp_path):
    url = typed(tmp_path)
    with pytest.raises(QuireError, match="twice"):
        delta.update(url, {"whole": "1", "WHOLE": "2"})
    with pytest.raises(QuireError, match="no column is set"):
        delta.update(url, {})
    assert delta.update(url, {"whole": "1"}, "whole > 5").unchanged
    delta.update(url, {"whole": "1"}, "whole = 2")
    info = actions(url, 2, "commitInfo")[0]
    assert info["operation"] == "UPDATE"
    assert json.loads(info["operationParameters"]["predicate"]) == ["whole = 2"]
    assert info["operationMetrics"]["numUpdatedRows"] == "1"


def test_a_column_that_may_not_be_null(tmp_path):
    url = str(tmp_path / "t")
    schema = pa.schema([pa.field("id", pa.int64(), nullable=False), ("v", pa.int64())])
    delta.create(url, schema)
    delta.append(url, pa.table({"id": [1], "v": [2]}, schema))
    with pytest.raises(QuireError, match="id"):
        delta.update(url, {"id": "NULL"})
    with pytest.raises(QuireError, match="id"):
        delta.merge(url, pa.table({"v": [2]}), ["v"])
    assert delta.version(url) == 1


# --- Merging ----------------------------------------------------------------------------------


def merged(tmp_path, values, come, type_=None, first=100):
    """The rows after a merge, by v, which counts from `first` in those that came."""
    url = str(tmp_path / "t")
    type_ = type_ or pa.array(values).type
    delta.create(url, pa.schema([("k", type_), ("v", pa.int64())]))
    delta.append(url, pa.table({"k": pa.array(values, type_), "v": range(len(values))}))
    keys = pa.array(come, type_)
    result = delta.merge(url, pa.table({"k": keys, "v": range(first, first + len(come))}), ["k"])
    rows = delta.read(url)
    assert rows.sort_by([("v", "ascending")]).to_pylist() == DeltaTable(
        url).to_pyarrow_table().sort_by([("v", "ascending")]).to_pylist()
    return result, {row["v"]: row["k"] for row in rows.to_pylist()}


@pytest.mark.parametrize("values, come, type_", [
    ([1, 2, 3], [2, 4], pa.int8()), (["a", "b", "ü\x00"], ["ü\x00", "", "b'\\"], None),
    ([1.5, 0.0, 2.5], [-0.0, 1.5], None), ([b"x", b"y"], [b"y", b"z"], None),
    ([datetime.date(1, 1, 1), datetime.date(9999, 1, 1)], [datetime.date(9999, 1, 1)], None),
    ([decimal.Decimal("1.50"), decimal.Decimal("-2.00")], [decimal.Decimal("1.50")],
     pa.decimal128(30, 2)),
    ([datetime.datetime(1969, 1, 1, 0, 0, 0, 1), None], [datetime.datetime(1969, 1, 1, 0, 0, 0, 1)],
     pa.timestamp("us")),
    ([True, None], [True, False], None), ([-2**63, 2**63 - 1], [2**63 - 1, 0], None),
])
def test_keys_of_each_type(tmp_path, values, come, type_):
    result, rows = merged(tmp_path, values, come, type_)
    met = [key for key in come if key in values]
    assert (result.rows_updated, result.rows_inserted) == (len(met), len(come) - len(met))
    kept = {i: key for i, key in enumerate(values) if key not in come}
    assert rows == {**kept, **{100 + i: key for i, key in enumerate(come)}}


def test_null_is_no_key(tmp_path):
    result, rows = merged(tmp_path, [None, 1], [None, None, 1])
    assert (result.rows_updated, result.rows_inserted) == (1, 2)
    assert rows == {0: None, 100: None, 101: None, 102: 1}


def test_many_keys_in_few_files(tmp_path):
    result, rows = merged(tmp_path, list(range(0, 40000, 2)), list(range(0, 30000, 3)),
                          first=10**6)
    assert result.rows_updated == 5000 and result.rows_inserted == 5000
    assert len(rows) == 25000


def test_keys_twice(tmp_path):
    with pytest.raises(QuireError, match=r"rows 2 and 4 have the same key \(k=7\)") as failure:
        merged(tmp_path, [1], [1, 7, 8, 7])
    assert failure.value.name == "INPUT"


def test_what_a_merge_refuses(tmp_path):
    url = typed(tmp_path)
    one = pa.table({"id": [1]})
    for keys, says in [([], "no column"), (["nope"], "nope"), (["id", "id"], "twice"),
                       (["tags"], "nested"), (["text"], 'no column "text"')]:
        with pytest.raises(QuireError, match=says):
            delta.merge(url, one, keys)
    assert delta.version(url) == 1
    assert delta.merge(url, one.slice(1), ["id"]).unchanged
    # A row is replaced whole.
    delta.merge(url, one, ["id"])
    assert delta.read(url).to_pylist() == [{**dict.fromkeys(ROW), "id": 1}]
    info = actions(url, 2, "commitInfo")[0]
    assert info["operation"] == "MERGE"
    assert json.loads(info["operationParameters"]["predicate"]) == ["(t.id = s.id)"]
    assert info["operationMetrics"]["numTargetRowsUpdated"] == "1"


def test_files_of_other_partitions_are_not_read(tmp_path):
    url = str(tmp_path / "t")
    schema = pa.schema([("day", pa.date32()), ("id", pa.int64())])
    days = [datetime.date(2024, 1, day) for day in range(1, 6)]
    delta.create(url, schema, partition_by=["day"])
    delta.append(url, pa.table({"day": days, "id": range(5)}, schema))
    for add in actions(url, 1, "add"):
        if not add["path"].startswith("day=2024-01-03"):
            os.remove(os.path.join(url, add["path"]))
    result = delta.merge(url, pa.table({"day": [days[2]] * 2, "id": [2, 9]}, schema),
                         ["id", "day"])
    assert (result.rows_updated, result.rows_inserted) == (1, 1)
