"""Reports of run logs give what pandas computes from the same rows, read by delta-rs: whatever the
rows, around midnight UTC and leap days, in one file or several."""

import datetime
import fractions
import glob
import math
import os
import random

import delta
import pandas as pd
import pyarrow as pa
import pyrunlog
import pysql
import pytest
from deltalake import DeltaTable, write_deltalake
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
        of_day = days_of[days_of["day"] == row["day"]]
        assert row.pop("total_executions") == pyrunlog.totals(of_day)["total_executions"]
        assert row.pop("validation_count") == of_day["validation_rate"].count()
        assert row.pop("rows_processed_count") == of_day["rows_processed"].count()
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


def check_step_durations(got, rows):
    last = rows["created_at"].dt.floor("D").max()
    wanted = {}
    for step, own in rows.groupby(["phase", "step_name"]):
        medians = own.groupby(own["created_at"].dt.floor("D"))["duration_secs"].median().dropna()
        before = medians[medians.index < last]
        if last in medians.index and len(before):
            of_last = own[own["created_at"].dt.floor("D") == last]["duration_secs"]
            change = medians[last] - before.median()
            wanted[step] = {
                "last_day": f"{last:%Y-%m-%d}", "last_day_rows": int(of_last.count()),
                "last_day_median_secs": float(medians[last]), "days_before": len(before),
                "days_before_median_secs": float(before.median()), "change_secs": float(change),
                "change_percent": 100 * float(change / before.median()) if before.median() else None}
    changes = [row["change_secs"] for row in got]
    assert changes == sorted(changes, reverse=True)
    seen = {(row.pop("phase"), row.pop("step_name")): row for row in got}
    assert len(seen) == len(got)
    near(seen, wanted)


def check_trends(url, days):
    got = pyrunlog.ask("trends", url, now=NOW, days=days)
    rows = pyrunlog.frame(url, *periods(days))
    for name, column in (("duration_trend", "duration_secs"),
                         ("validation_trend", "validation_rate")):
        wanted = pyrunlog.spread(rows[column], rows["created_at"])
        slope, own = wanted.pop("slope"), got[name].pop("slope")
        near(got[name], {key: None if value is None else float(value)
                         for key, value in wanted.items()})
        assert own == slope if slope is None else math.isclose(own, slope, rel_tol=1e-6,
                                                               abs_tol=1e-3), name
    totals = pyrunlog.totals(rows)
    success = got["success_trend"]
    near([success[key] for key in ("total", "successful", "failed")],
         [totals[key] for key in ("total_rows", "successful_rows", "failed_rows")])
    near(success["success_rate_percent"], totals["success_rate_percent"])
    wanted = pyrunlog.directions(rows)
    near(got["volume_trend"]["change_percent"], wanted["percent"])
    near(success["change_points"], wanted["points"])
    near(got["quality"]["last_day_rate"], wanted["last"])
    near(got["quality"]["rate_before"], wanted["before"])
    check_step_durations(got["step_durations"], rows)
    processed = rows["rows_processed"].dropna()
    near(got["throughput_trend"], {
        "min_rows": int(processed.min()) if len(processed) else None,
        "max_rows": int(processed.max()) if len(processed) else None,
        "avg_rows": float(processed.mean()) if len(processed) else None,
        "stddev_rows": pyrunlog.stddev(processed)})


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
        mean = ((one[name] or 0) * one["total_rows"] + (two[name] or 0) * two["total_rows"]
                ) / total if total else None
        near(both[name], mean, name)


@pytest.mark.parametrize("days", [1, 2, 5])
def test_the_days_of_a_period(tmp_path, days):
    url = make(tmp_path, [[{"created_at": moment} for moment in EDGES]], pyrunlog.SCHEMA)
    got = check_summary(url, days)
    until = datetime.datetime(2024, 3, 3, tzinfo=UTC)
    since = until - datetime.timedelta(days=days)
    assert got["total_rows"] == sum(since <= moment < until for moment in EDGES)
    assert (got["since"], got["until"]) == (f"{since:%Y-%m-%dT00:00:00Z}", "2024-03-03T00:00:00Z")


OLDER = pa.schema([field.with_nullable(True) for field in pyrunlog.SCHEMA
                   if field.name in ("run_id", "phase", "step_name", "duration_secs", "start_time",
                                     "end_time", "rows_processed", "validation_rate", "success")])
TIMES = ["created_at", "end_time", "run_ended_at", "start_time", "run_started_at"]
lacking = st.fixed_dictionaries({
    "run_id": st.sampled_from(["a", "r1", "r2"]),
    "execution_id": st.one_of(st.none(), st.sampled_from(["a", "b"])),
    "step_name": st.sampled_from(["orders", "users"]), "duration_secs": numbers,
    **{name: st.one_of(st.none(), moments) for name in TIMES}})


def with_times(url):
    """The rows as a report takes them: created_at, else the first other time."""
    rows = DeltaTable(str(url)).to_pyarrow_table().to_pandas()
    for name in ("execution_id", "rows_written", "invalid_rows", "created_at"):
        if name not in rows:
            rows[name] = None
    times = [pd.to_datetime(rows[name], utc=True).dt.as_unit("us") for name in TIMES if name in rows]
    rows["created_at"] = times[0]
    for other in times[1:]:
        rows["created_at"] = rows["created_at"].fillna(other)
    return rows


def check_older(url, days, where=None, keep=None):
    got = pyrunlog.ask("summary", url, now=NOW, days=days, where=where)
    since, until = periods(days)
    rows = with_times(url)
    rows = rows[(rows["created_at"] >= since) & (rows["created_at"] < until)]
    if keep is not None:
        rows = rows[keep(rows)]
    totals = pyrunlog.totals(rows)
    near({name: got[name] for name in totals}, totals)
    check_groups(got["by_step"], rows, ["phase", "step_name"], ["phase", "step_name"])
    days_of = rows["created_at"].dt.strftime("%Y-%m-%d").value_counts().to_dict()
    assert {row["day"]: row["total_rows"] for row in got["by_day"]} == days_of
    check_anomalies(got, rows)
    times = set(rows["created_at"].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    assert {one["created_at"] for one in got["anomalies"]} <= times
    trends = pyrunlog.ask("trends", url, now=NOW, days=days, where=where)
    assert trends["success_trend"]["total"] == len(rows)


@settings(max_examples=8)
@given(parts=st.lists(st.lists(lacking, max_size=15), min_size=1, max_size=3),
       days=st.sampled_from([1, 3, -1]))
def test_rows_without_created_at(tmp_path_factory, parts, days):
    url = make(tmp_path_factory.mktemp("log"), parts, NULLABLE)
    check_older(url, days)
    check_older(url, days, "step_name LIKE 'o%' OR duration_secs > 10",
                lambda rows: (rows["step_name"] == "orders") | (rows["duration_secs"] > 10))


@settings(max_examples=5)
@given(old=st.lists(lacking, max_size=15), new=st.lists(lacking, max_size=15),
       days=st.sampled_from([1, 3, -1]))
def test_a_log_that_grew(tmp_path_factory, old, new, days):
    """Files of before have no column created_at at all."""
    url = tmp_path_factory.mktemp("log") / "log"
    delta.create(url, OLDER)
    named = {field.name for field in OLDER}
    if old:
        delta.append(url, pyrunlog.table(
            [{name: value for name, value in row.items() if name in named} for row in old], OLDER))
    check_older(url, days)
    if new:
        write_deltalake(str(url), pyrunlog.table(new, NULLABLE), mode="append",
                        schema_mode="merge")
        check_older(url, days)


def zoned(schema, naive):
    """The schema with some of its times without a zone."""
    return pa.schema([field.with_type(pa.timestamp("us")) if field.name in naive else field
                      for field in schema])


def without_zones(rows, schema):
    return [{name: value.replace(tzinfo=None) if isinstance(value, datetime.datetime)
             and schema.field(name).type.tz is None else value for name, value in row.items()}
            for row in rows if row]


@settings(max_examples=12)
@given(parts=st.lists(st.lists(lacking, min_size=1, max_size=15), min_size=1, max_size=3),
       naive=st.sets(st.sampled_from(TIMES), min_size=1), days=st.sampled_from([1, 3, -1]))
def test_times_with_and_without_a_zone(tmp_path_factory, parts, naive, days):
    """Whichever of the times have a zone, each row goes by the first that it has."""
    url, schema = tmp_path_factory.mktemp("log") / "log", zoned(NULLABLE, naive)
    for rows in parts:
        write_deltalake(str(url), pyrunlog.table(without_zones(rows, schema), schema), mode="append")
    check_older(url, days)
    check_older(url, days, "step_name LIKE 'o%' OR duration_secs > 10",
                lambda rows: (rows["step_name"] == "orders") | (rows["duration_secs"] > 10))


@settings(max_examples=6)
@given(old=st.lists(lacking, min_size=1, max_size=15), new=st.lists(lacking, max_size=15),
       naive=st.sets(st.sampled_from(["end_time", "start_time"]), min_size=1),
       days=st.sampled_from([1, 3, -1]))
def test_a_log_without_zones_that_grew(tmp_path_factory, old, new, naive, days):
    url, schema = tmp_path_factory.mktemp("log") / "log", zoned(OLDER, naive)
    named = {field.name for field in OLDER}
    rows = [{name: value for name, value in row.items() if name in named} for row in old]
    write_deltalake(str(url), pyrunlog.table(without_zones(rows, schema), schema))
    check_older(url, days)
    schema = zoned(NULLABLE, naive)
    if new:
        write_deltalake(str(url), pyrunlog.table(without_zones(new, schema), schema), mode="append",
                        schema_mode="merge")
        check_older(url, days)


def test_anomalies_have_the_time_that_they_go_by(tmp_path):
    slow = {"duration_secs": 0.0, "validation_rate": 50.0}
    rows = [{**slow, "created_at": EDGES[4], "end_time": EDGES[5]},
            {**slow, "end_time": EDGES[3], "start_time": EDGES[4]},
            {**slow, "run_started_at": EDGES[4]}]
    wanted = [pd.Timestamp(one).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
              for one in (EDGES[4], EDGES[3], EDGES[4])]
    got = pyrunlog.ask("anomalies", make(tmp_path, [rows], NULLABLE), now=NOW, days=-1)
    assert [one["created_at"] for one in got["anomalies"]] == wanted
    older = [{name: value for name, value in row.items() if name in OLDER.names} for row in rows]
    got = pyrunlog.ask("anomalies", make(tmp_path / "of-before", [older[:2]], OLDER), now=NOW, days=-1)
    assert [one["created_at"] for one in got["anomalies"]] == [
        pd.Timestamp(EDGES[5]).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), wanted[1]]


def test_history_is_that_of_sql(tmp_path):
    """Medians and falls, as SQLite has them row by row."""
    rows = [{"step_name": f"s{i % 3}", "duration_secs": float(i * i % 97), "created_at": EDGES[i % 6],
             "validation_rate": float(i * 31 % 101)} for i in range(200)]
    url = make(tmp_path, [rows], pyrunlog.SCHEMA)
    got = pyrunlog.ask("anomalies", url, now=NOW, days=-1, history=True)
    assert any(one["type"] == "step_rate_spread" for one in got["anomalies"])
    history = pyrunlog.sql("anomalies", url, now=NOW, days=-1)[1]
    frame = pd.DataFrame(rows)
    for row in pysql.query(history, {"log": url}).to_pylist():
        own = frame[frame["step_name"] == row["step_name"]]["duration_secs"]
        assert row["duration_median"] == own.median()
        assert row["duration_mad"] == (own - own.median()).abs().median()


def exact_slope(values, micros):
    size = len(values)
    values = [fractions.Fraction(value) for value in values]
    y_mean, x_mean = sum(values) / size, fractions.Fraction(sum(micros), size)
    products = sum((y - y_mean) * (x - x_mean) for y, x in zip(values, micros))
    return float(products / sum((x - x_mean) ** 2 for x in micros) * 86_400_000_000)


@pytest.mark.parametrize("span", [40, 500_000, 3_600_000_000])
def test_slopes_of_rows_at_about_one_time(tmp_path, span):
    """Right to nine digits, also where the times differ in few of theirs."""
    source, first = random.Random(span), EDGES[4]
    micros = [source.randrange(span) for _ in range(3000)]
    values = [1e6 + source.random() for _ in micros]
    rows = [{"duration_secs": value, "created_at": first + datetime.timedelta(microseconds=at)}
            for value, at in zip(values, micros)]
    url, wanted = make(tmp_path, [rows], pyrunlog.SCHEMA), exact_slope(values, micros)
    got = pyrunlog.ask("trends", url, now=NOW, days=-1)["duration_trend"]["slope"]
    assert got == pytest.approx(wanted, rel=1e-9)
    # Row by row, too.
    [one] = pysql.query("SELECT regr_slope(duration_secs, unix_micros(created_at) + 0) AS slope, "
                        "regr_intercept(duration_secs, unix_micros(created_at) + 0) AS at_0 FROM log",
                        {"log": url}).to_pylist()
    assert one["slope"] * 864e8 == pytest.approx(wanted, rel=1e-9)
    assert one["at_0"] + one["slope"] * 1e6 * first.timestamp() == pytest.approx(1e6, rel=1e-3)


def test_a_rate_before_is_of_an_earlier_day(tmp_path):
    url = make(tmp_path, [[{"created_at": EDGES[3], "validation_rate": 90.0}]], pyrunlog.SCHEMA)
    quality = pyrunlog.ask("trends", url, now=NOW, days=-1)["quality"]
    assert (quality["last_day_rate"], quality["rate_before"]) == (90, None)
    assert quality["degradation"] == "none"
    delta.append(url, pyrunlog.table([{"created_at": EDGES[4], "validation_rate": 80.0}]))
    quality = pyrunlog.ask("trends", url, now=NOW, days=-1)["quality"]
    assert (quality["last_day_rate"], quality["rate_before"]) == (80, 90)
    assert quality["degradation"] == "moderate"


def test_queries_part_at_semicolons():
    for path in glob.glob(os.path.join(os.path.dirname(__file__), "../../src/runlog/queries/*.sql")):
        with open(path, encoding="utf-8") as file:
            assert ";" not in file.read(), path


def test_totals_beyond_64_bits(tmp_path):
    rows = [{"rows_processed": 2**63 - 1, "step_name": step, "created_at": EDGES[4]}
            for step in ("orders", "orders", "users")]
    url = make(tmp_path, [rows], pyrunlog.SCHEMA)
    got = pyrunlog.ask("summary", url, now=NOW, days=3)
    assert got["total_rows_processed"] == 3 * 2.0**63
    assert {row["step_name"]: row["total_rows_processed"] for row in got["by_step"]} == {
        "orders": 2.0**64, "users": 2.0**63}
    for report in ("trends", "anomalies"):
        assert pyrunlog.ask(report, url, now=NOW, days=3)
