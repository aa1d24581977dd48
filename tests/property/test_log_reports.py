"""Reports of run logs give what pandas computes from the same rows, read by delta-rs: whatever the
rows, around midnight UTC and leap days, in one file or several."""

import datetime
import math

import delta
import pandas as pd
import pyarrow as pa
import pyrunlog
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

UTC = datetime.timezone.utc
NOW = datetime.datetime(2024, 3, 2, 0, 0, 0, 1, UTC)  # a microsecond after midnight
NULLABLE = pa.schema([field.with_nullable(True) for field in pyrunlog.SCHEMA])
EDGES = [datetime.datetime(2024, 2, 28, 23, 59, 59, 999999, UTC),
         datetime.datetime(2024, 2, 29, tzinfo=UTC),
         datetime.datetime(2024, 2, 29, 23, 59, 59, 999999, UTC),
         datetime.datetime(2024, 3, 1, tzinfo=UTC), NOW,
         datetime.datetime(2024, 3, 2, 23, 59, 59, 999999, UTC),
         datetime.datetime(2024, 3, 3, tzinfo=UTC), datetime.datetime(1969, 12, 31, 23, tzinfo=UTC)]
moments = st.one_of(st.sampled_from(EDGES), st.datetimes(
    datetime.datetime(2024, 2, 20), datetime.datetime(2024, 3, 4), timezones=st.just(UTC)))
numbers = st.floats(0, 1e6).map(lambda x: round(x, 3))


def rows_of(often_null):
    def some(values):
        return st.one_of(st.none(), values) if often_null else values

    return st.lists(st.fixed_dictionaries({
        "execution_id": some(st.sampled_from(["a", "b", "c"])),
        "phase": st.sampled_from(["bronze", "silver", "gold", "pipeline", "other", "é\"\\"]),
        "step_name": st.sampled_from(["orders", "users", "", "Ω"]),
        "duration_secs": some(numbers),
        "rows_processed": some(st.integers(0, 2**40)),
        "rows_written": st.one_of(st.none(), st.integers(0, 2**40)),
        "invalid_rows": some(st.integers(0, 1000)),
        "validation_rate": some(st.floats(0, 100)),
        "success": some(st.booleans()),
        "created_at": some(moments),
    }), max_size=30)


def make(folder, parts, schema):
    """A table with one commit a part."""
    url = folder / "log"
    delta.create(url, schema)
    for rows in parts:
        if rows:
            delta.append(url, pyrunlog.table(rows, schema))
    return url


def near(got, wanted, where=""):
    """The same, numbers but for the rounding of sums."""
    if isinstance(wanted, dict):
        assert set(got) == set(wanted), where
        for key, value in wanted.items():
            near(got[key], value, f"{where}.{key}")
    elif isinstance(wanted, float):
        assert math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-6), (where, got, wanted)
    else:
        assert got == wanted, (where, got, wanted)


def periods(days):
    if days < 0:
        return pd.Timestamp("1600-01-01", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC")
    until = pd.Timestamp("2024-03-03", tz="UTC")
    return until - pd.Timedelta(days=days), until


def check_groups(got, rows, key, names):
    wanted = {tuple(value): made for value, made in pyrunlog.by(rows, key)}
    seen = {tuple(row.pop(name) for name in names): row for row in got}
    assert len(seen) == len(got)
    near(seen, wanted)


def check_summary(url, days):
    got = pyrunlog.ask("summary", url, now=NOW, days=days)
    rows = pyrunlog.frame(url, *periods(days))
    totals = pyrunlog.totals(rows)
    near({name: got[name] for name in totals}, totals)
    near(got["summary"], totals)
    assert got["phase_distribution"] == rows["phase"].value_counts().to_dict()
    order = ["bronze", "silver", "gold", "pipeline"]
    phases = [row["phase"] for row in got["by_phase"]]
    assert phases == sorted(phases, key=lambda p: (order.index(p) if p in order else 9, p))
    spent = [row["total_duration_secs"] for row in got["by_step"]]
    assert spent == sorted(spent, reverse=True)
    check_groups(got["by_phase"], rows, ["phase"], ["phase"])
    check_groups(got["by_step"], rows, ["phase", "step_name"], ["phase", "step_name"])
    days_of = rows.assign(day=rows["created_at"].dt.strftime("%Y-%m-%d"))
    for row in got["by_day"]:
        assert row.pop("total_executions") == days_of[days_of["day"] == row["day"]][
            "execution_id"].nunique()
    check_groups(got["by_day"], days_of, ["day"], ["day"])
    hours = rows.assign(hour=rows["created_at"].dt.strftime("%Y-%m-%dT%H:00:00Z"))
    assert [row["hour"] for row in got["by_hour"]] == sorted(hours["hour"].unique())
    for row in got["by_hour"]:
        made = pyrunlog.totals(hours[hours["hour"] == row["hour"]])
        near(row, {"hour": row["hour"], **{name: made[name] for name in (
            "total_rows", "failed_rows", "total_rows_processed", "total_rows_written")}})
    check_anomalies(got, rows)
    return got


def check_anomalies(got, rows):
    duration, processed = rows["duration_secs"].mean(), rows["rows_processed"].mean()
    wanted = {"duration": rows["duration_secs"] > 3 * duration,
              "validation_rate": rows["validation_rate"] < 95,
              "rows_processed": rows["rows_processed"] > 5 * processed}
    assert got["anomaly_count"] == sum(int(found.sum()) for found in wanted.values())
    assert got["anomalies_detected"] == (got["anomaly_count"] > 0)
    assert len(got["anomalies"]) == min(got["anomaly_count"], 100)
    for kind, found in wanted.items():
        column = kind + "_secs" if kind == "duration" else kind
        values = [one["value"] for one in got["anomalies"] if one["type"] == kind]
        if got["anomaly_count"] <= 100:
            assert sorted(values) == sorted(rows[found][column].tolist())


def check_trends(url, days):
    got = pyrunlog.ask("trends", url, now=NOW, days=days)
    rows = pyrunlog.frame(url, *periods(days))
    for name, column in (("duration_trend", "duration_secs"),
                         ("validation_trend", "validation_rate")):
        wanted = pyrunlog.spread(rows[column], rows["created_at"])
        slope, own = wanted.pop("slope"), got[name].pop("slope")
        near(got[name], {key: float(value) for key, value in wanted.items()})
        assert math.isclose(own, slope, rel_tol=1e-6, abs_tol=1e-3), name
    totals = pyrunlog.totals(rows)
    success = got["success_trend"]
    near([success[key] for key in ("total", "successful", "failed")],
         [totals[key] for key in ("total_rows", "successful_rows", "failed_rows")])
    near(success["success_rate_percent"], totals["success_rate_percent"])
    processed = rows["rows_processed"].dropna()
    near(got["throughput_trend"], {
        "min_rows": int(processed.min()) if len(processed) else 0,
        "max_rows": int(processed.max()) if len(processed) else 0,
        "avg_rows": float(processed.mean()) if len(processed) else 0.0,
        "stddev_rows": float(processed.std()) if len(processed) > 1 else 0.0})


@settings(max_examples=40)
@given(parts=st.lists(rows_of(False), min_size=1, max_size=3), days=st.sampled_from([1, 3, 7, -1]))
def test_reports_of_whole_rows(tmp_path_factory, parts, days):
    url = make(tmp_path_factory.mktemp("log"), parts, pyrunlog.SCHEMA)
    check_summary(url, days)
    check_trends(url, days)


@settings(max_examples=30)
@given(parts=st.lists(rows_of(True), min_size=1, max_size=2), days=st.sampled_from([3, -1]))
def test_reports_of_rows_with_nulls(tmp_path_factory, parts, days):
    url = make(tmp_path_factory.mktemp("log"), parts, NULLABLE)
    check_summary(url, days)
    check_trends(url, days)


@settings(max_examples=20)
@given(first=rows_of(False), second=rows_of(False))
def test_a_concatenation_sums_up(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("logs")
    one, two, both = [pyrunlog.ask("summary", make(folder / name, parts, pyrunlog.SCHEMA), now=NOW,
                                   days=-1)
                      for name, parts in (("one", [first]), ("two", [second]),
                                          ("both", [first, second]))]
    for name in ("total_rows", "successful_rows", "failed_rows", "total_rows_processed",
                 "total_rows_written", "total_invalid_rows"):
        assert both[name] == one[name] + two[name], name
    near(both["total_duration_secs"], one["total_duration_secs"] + two["total_duration_secs"])
    for name in ("average_duration_secs", "average_validation_rate"):
        total = both["total_rows"]
        mean = (one[name] * one["total_rows"] + two[name] * two["total_rows"]) / total if total \
            else 0.0
        near(both[name], mean, name)


@pytest.mark.parametrize("days", [1, 2, 5])
def test_the_days_of_a_period(tmp_path, days):
    url = make(tmp_path, [[{"created_at": moment} for moment in EDGES]], pyrunlog.SCHEMA)
    got = check_summary(url, days)
    until = datetime.datetime(2024, 3, 3, tzinfo=UTC)
    since = until - datetime.timedelta(days=days)
    assert got["total_rows"] == sum(since <= moment < until for moment in EDGES)
    assert (got["since"], got["until"]) == (f"{since:%Y-%m-%dT00:00:00Z}", "2024-03-03T00:00:00Z")
