"""The queries of run log reports run unchanged on Spark and give every number that Quire gives."""

import datetime
import decimal
import math
import random

import delta
import pyarrow as pa
import pyrunlog
import pytest
import spark_session

pytestmark = pytest.mark.usefixtures("spark")

UTC = datetime.timezone.utc
NOW = datetime.datetime(2024, 3, 2, 12, tzinfo=UTC)
NAMES = {"summary": [None, "by_phase", "by_step", "by_day", "by_hour"], "trends": [None, "by_day", "step_durations"],
         "anomalies": [None, "history", "drops"]}


def log(size):
    rng = random.Random(7)
    rows = []
    for i in range(size):
        processed = rng.randint(0, 5000)
        rows.append({
            "execution_id": f"e{i // 8}", "phase": rng.choice(["bronze", "silver", "gold", "other"]),
            "step_name": rng.choice(["orders", "users", "é"]), "run_id": f"r{i // 8}",
            "duration_secs": round(rng.expovariate(0.1), 3), "rows_processed": processed,
            "rows_written": rng.choice([None, processed]), "invalid_rows": rng.randint(0, 9),
            "validation_rate": rng.choice([100.0, 99.25, round(rng.uniform(40, 100), 2)]),
            "success": rng.random() < 0.9,
            "created_at": NOW - datetime.timedelta(seconds=rng.randint(-90000, 5 * 86400),
                                                   microseconds=rng.randint(0, 999999))})
    return rows


def plain(value):
    """A value of Spark as Quire's JSON has it."""
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, decimal.Decimal) else value


def same(got, wanted, where):
    if isinstance(wanted, float):
        assert math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-7), (where, got, wanted)
    else:
        assert got == wanted and isinstance(got, type(wanted)), (where, got, wanted)


def answers(url, report, view, **options):
    """What Spark makes of each query of a report, by name: lists of rows."""
    spark_session.frame(url).createOrReplaceTempView(view)
    queries = pyrunlog.sql(report, url, now=NOW, **options)
    assert len(queries) == len(NAMES[report])
    return {name: [{key: plain(value) for key, value in row.asDict().items()}
                   for row in spark_session.session().sql(query).collect()]
            for name, query in zip(NAMES[report], queries)}


def compare(url, view, **options):
    got = pyrunlog.ask("summary", url, now=NOW, **options)
    spark = answers(url, "summary", view, **options)
    assert got["total_rows"] > 0
    for name, rows in spark.items():
        own = [{key: got[key] for key in rows[0]}] if name is None else got[name]
        assert len(own) == len(rows), name
        for one, other in zip(own, rows):
            assert list(one) == list(other), name
            for key, value in other.items():
                same(one[key], value, f"{name}.{key}")
    spark = answers(url, "trends", view, **options)
    [row] = spark[None]
    trends = pyrunlog.ask("trends", url, now=NOW, **options)
    assert len(trends["step_durations"]) == len(spark["step_durations"])
    for one, other in zip(trends["step_durations"], spark["step_durations"]):
        assert list(one) == list(other)
        for key, value in other.items():
            same(one[key], value, f"step_durations.{key}")
    for trend in ("duration", "validation"):
        for part, value in trends[trend + "_trend"].items():
            same(value, row[f"{trend}_{part}"], f"{trend}.{part}")
    success, rows = trends["success_trend"], trends["throughput_trend"]
    assert (success["total"], success["successful"], success["failed"]) == (
        row["total_rows"], row["successful_rows"], row["failed_rows"])
    for part, value in rows.items():
        same(value, row["rows_" + part.removesuffix("_rows")], part)


def test_every_number_of_the_reports(tmp_path):
    url = tmp_path / "log"
    data = pyrunlog.table(log(400))
    delta.create(url, data.schema)
    delta.append(url, data.slice(0, 300))
    delta.append(url, data.slice(300))
    assert len(pyrunlog.ask("trends", url, now=NOW, days=3)["step_durations"]) == 12
    compare(url, "log", days=3)
    compare(url, "log", days=-1, where="phase <> 'other' AND duration_secs > 1")
    steps = answers(url, "anomalies", "log", days=-1)
    assert len(steps["history"]) == 12 and steps["drops"]
    got = pyrunlog.ask("anomalies", url, now=NOW, days=-1, history=True, limit=10000)["anomalies"]
    drops = [(one["phase"], one["step_name"], one["created_at"], one["value"])
             for one in got if one["type"] == "step_rate_drop"]
    assert [(row["phase"], row["step_name"], row["day"]) for row in steps["drops"]] == [
        drop[:3] for drop in drops]
    for row, drop in zip(steps["drops"], drops):
        same(drop[3], row["validation_rate"], drop)
    means = {(row["phase"], row["step_name"]): row for row in steps["history"]}
    for one in got:
        if one["type"] == "step_duration":
            row = means[one["phase"], one["step_name"]]
            same(one["threshold"], row["duration_median"] + 3.5 / 0.6745 * row["duration_mad"], one)
        if one["type"] == "step_validation_rate":
            row = means[one["phase"], one["step_name"]]
            same(one["threshold"], row["rate_mean"] - 2 * row["rate_stddev"], one)


def test_a_history_that_lacks_columns(tmp_path):
    url = tmp_path / "log"
    data = pyrunlog.table([{**row, "end_time": row["created_at"]} for row in log(40)]).select(
        ["run_id", "phase", "step_name", "end_time", "duration_secs", "validation_rate"])
    delta.create(url, data.schema)
    delta.append(url, data)
    spark = answers(url, "summary", "history", days=3)
    got = pyrunlog.ask("summary", url, now=NOW, days=3)
    [total] = spark[None]
    for key, value in total.items():
        same(got[key], value, key)
    assert total["success_rate_percent"] is None and total["average_rows_processed"] is None
    [trends] = answers(url, "trends", "history", days=3)[None]
    assert trends["validation_slope"] is not None and trends["rows_max"] is None
    assert total["total_executions"] > 1
    assert len(spark["by_day"]) == len(got["by_day"])


@pytest.mark.parametrize("nulls", [False, True])
def test_times_without_a_zone(tmp_path, nulls):
    """Those of created_at, and those that stand in for it."""
    url = tmp_path / "log"
    naive = [{**row, "created_at": None if nulls and i % 3 == 0 else row["created_at"],
              "end_time": row["created_at"]} for i, row in enumerate(log(60))]
    data = pyrunlog.table(naive)
    for name in ("created_at", "end_time"):
        at = data.column_names.index(name)
        data = data.set_column(at, name, data[name].cast("timestamp[us]"))
    delta.create(url, data.schema)
    delta.append(url, data)
    compare(url, "history", days=3)
    compare(url, "history", days=-1, where="phase <> 'other'")


def test_rows_of_before_and_the_end_of_time(tmp_path):
    """Null execution_ids, rows of one minute, and the last moment that a time can have."""
    url = tmp_path / "log"
    last = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    data = pyrunlog.table(
        [{**row, "execution_id": None if i % 3 else row["execution_id"],
          "created_at": last if i == 0 else NOW + datetime.timedelta(microseconds=999983 * i)}
         for i, row in enumerate(log(60))],
        pa.schema([field.with_nullable(field.name == "execution_id" or field.nullable)
                   for field in pyrunlog.SCHEMA]))
    delta.create(url, data.schema)
    delta.append(url, data)
    compare(url, "history", days=-1)
    got = pyrunlog.ask("summary", url, now=NOW, days=-1)
    assert (got["total_rows"], got["total_executions"]) == (60, 16)
