"""Anomalies beside the history of a step, in a table and in what is written to one: the bounds are
those of pandas over the same rows."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest
from deltalake import write_deltalake

import pyrunlog
from program import bad, good, wait_for_a_day

UNTIL = ["--until", "2024-03-11", "--days", "10"]
FIRST = datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone.utc)
# Of step, of what is beyond the bound, and of the bound.
ROW_KINDS = {"step_duration": "duration_secs", "step_rows_processed": "rows_processed",
             "step_validation_rate": "validation_rate"}


def log_of(tmp_path, rows):
    url = str(tmp_path / "runs")
    write_deltalake(url, pyrunlog.table(rows))
    return url


def middle_bound(values):
    """Iglewicz and Hoaglin: a modified z-score of 3.5."""
    values = values.astype(float)
    distances = (values - values.median()).abs()
    sigma = distances.median() / 0.6745 if distances.median() > 0 else 1.253314 * distances.mean()
    return values.median() + 3.5 * sigma


def bounds_of(rows):
    """Of each step of a history that is long enough: the bounds of its columns."""
    return {key: {"duration_secs": middle_bound(step["duration_secs"]),
                  "rows_processed": middle_bound(step["rows_processed"]),
                  "validation_rate": step["validation_rate"].mean() -
                  2 * step["validation_rate"].std()}
            for key, step in rows.groupby(["phase", "step_name"]) if len(step) >= 5}


def rows_beyond(rows, bounds):
    found = []
    for row in rows.to_dict("records"):
        for kind, column in ROW_KINDS.items():
            bound = bounds.get((row["phase"], row["step_name"]), {}).get(column)
            if bound is None:
                continue
            value = row[column]
            if value < bound - 1e-9 if kind == "step_validation_rate" else value > bound:
                found.append((kind, row["step_name"], value, bound))
    return found


def steps_beyond(rows, written=None):
    """What is said of steps; of days of a write alone, where they are given."""
    found = []
    for (_, name), step in rows.groupby(["phase", "step_name"]):
        rate = step["validation_rate"]
        if len(step) < 5:
            continue
        if rate.mean() < 90:
            found.append(("step_mean_rate", name, rate.mean(), 90))
        if rate.std() > 10:
            found.append(("step_rate_spread", name, rate.std(), 10))
        days = rate.groupby(step["created_at"].dt.floor("D")).mean()
        for before, (day, mean) in zip(days, list(days.items())[1:]):
            if before - mean > 10 and (written is None or day in written):
                found.append(("step_rate_drop", name, mean, before - 10))
    return found


def told(anomalies):
    return [(one["type"], one["step_name"], one["value"], one["threshold"]) for one in anomalies
            if one["type"].startswith("step_")]


def same(got, wanted):
    got, wanted = sorted(got), sorted(wanted)
    assert [one[:2] for one in got] == [one[:2] for one in wanted]
    for one, other in zip(got, wanted):
        assert one[2:] == pytest.approx(other[2:], rel=1e-9), one[:2]


def made(seed, days=10, first=FIRST):
    """Rows of steps of many kinds: some do the same each time, some are seldom, some poor."""
    random = np.random.default_rng(seed)
    rows = []
    for day in range(days):
        for hour in range(6):
            when = first + datetime.timedelta(days=day, hours=3 * hour)
            for name, mean, spread, rate in (("even", 10, 0, 100), ("usual", 20, 3, 98),
                                             ("wild", 50, 40, 96), ("poor", 5, 1, 84)):
                rows.append({"created_at": when, "step_name": name,
                             "duration_secs": max(0.0, random.normal(mean, spread)),
                             "rows_processed": int(random.poisson(mean)) if spread else 100,
                             "validation_rate": min(100.0, rate - random.exponential(1))
                             if spread else 100.0})
            if random.random() < .1:
                rows.append({"created_at": when, "step_name": "usual", "duration_secs": 90.0,
                             "rows_processed": 4000, "validation_rate": 70.0})
    for hour in range(3):
        when = first + datetime.timedelta(days=days - 1, hours=hour)
        rows.append({"created_at": when, "step_name": "wild", "duration_secs": 50.0,
                     "rows_processed": 50, "validation_rate": 40.0})
    rows += [{"created_at": first, "step_name": "seldom", "validation_rate": 50.0 + 20 * (i % 2),
              "rows_processed": 10, "duration_secs": 1.0 + 100 * (i == 3)} for i in range(4)]
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_a_table_beside_its_own_history(tmp_path, seed):
    url = log_of(tmp_path, made(seed))
    got = good("log", "anomalies", url, *UNTIL, "--history", "--json", "--limit", "10000").json()
    rows = pyrunlog.frame(url, pd.Timestamp(FIRST), pd.Timestamp("2024-03-11", tz="UTC"))
    wanted = rows_beyond(rows, bounds_of(rows)) + steps_beyond(rows)
    assert {one[0] for one in wanted} == {*ROW_KINDS, "step_mean_rate", "step_rate_spread",
                                          "step_rate_drop"}
    same(told(got["anomalies"]), wanted)
    assert "seldom" not in {one["step_name"] for one in got["anomalies"]
                            if one["type"].startswith("step_")}


def test_a_step_that_always_takes_the_same(tmp_path):
    rows = [{"created_at": FIRST + datetime.timedelta(hours=i), "step_name": "const",
             "duration_secs": 10.0 if i != 20 else 29.0} for i in range(30)]
    rows += [{"created_at": FIRST + datetime.timedelta(hours=i), "step_name": "same",
              "duration_secs": 0.1, "validation_rate": 99.9} for i in range(31)]
    got = good("log", "anomalies", log_of(tmp_path, rows), *UNTIL, "--history", "--json").json()
    [one] = [one for one in got["anomalies"] if one["type"].startswith("step_")]
    assert (one["type"], one["step_name"], one["value"], one["row_index"]) == (
        "step_duration", "const", 29, 20)
    assert one["threshold"] == pytest.approx(10 + 3.5 * 1.253314 * 19 / 30)
    assert one["description"] == "const: 29 s, above what this step takes (12.7782 s at most)"


# --- Writing --------------------------------------------------------------------------------

def write(table, rows, *options, **more):
    text = "\n".join(json.dumps({**row, "created_at": row["created_at"].isoformat()})
                     for row in rows)
    return good("log", "write", table, "--kind", "rows", "--json", *options, stdin=text,
                **more).json()


@pytest.fixture
def today():
    """When this day began, which does not end before the test does."""
    wait_for_a_day()
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def of_phase(rows):
    return [{"phase": "bronze", **row} for row in rows]


@pytest.mark.parametrize("seed", range(3))
def test_a_write_beside_the_table(tmp_path, seed, today):
    """The history is of 9 days and today; rows of before are none."""
    first = today - datetime.timedelta(days=9)
    past = of_phase(made(seed, days=9, first=first))
    older = [{"phase": "bronze", "created_at": first - datetime.timedelta(days=1 + i),
              "step_name": name, "duration_secs": 900.0, "rows_processed": 9, "validation_rate": 10.0}
             for i in range(20) for name in ("even", "usual", "new")]
    new = of_phase(
        [{"created_at": today + datetime.timedelta(minutes=i), "step_name": name,
          "duration_secs": 10.0 + 7 * i, "rows_processed": 100 + i,
          "validation_rate": 100.0 - 5 * i}
         for i in range(6) for name in ("even", "usual", "wild", "new")])
    table = str(tmp_path / "runs")
    write(table, older + past)
    got = write(table, new, "--enable-anomaly-detection", "--anomaly-history-days",
                "10")["anomaly_results"]
    history, written = (pd.DataFrame(pyrunlog.table(rows).to_pandas()) for rows in (past, new))
    all_rows = pd.concat([history, written])
    wanted = rows_beyond(written, bounds_of(history)) + [
        one for one in steps_beyond(all_rows, {pd.Timestamp(today)})
        if one[1] in set(history["step_name"]) & set(written["step_name"])]
    assert {one[0] for one in wanted} >= {*ROW_KINDS, "step_rate_drop"}
    same(told(got["anomalies"]), wanted)
    assert got["anomaly_count"] == len(got["anomalies"]) and got["anomalies_detected"]
    for one in got["anomalies"]:
        assert {"type", "row_index", "value", "threshold", "severity", "description"} <= set(one)
        if one["type"] in ROW_KINDS:
            assert new[one["row_index"]][ROW_KINDS[one["type"]]] == one["value"]


def usual(table, today, **more):
    rows = [{"created_at": today - datetime.timedelta(days=1 + i), "phase": "gold",
             "step_name": "load", "duration_secs": 10.0, "rows_processed": 50, **more}
            for i in range(6)]
    write(table, rows)


def test_the_first_that_is_not_the_same(tmp_path, today):
    table, slow = str(tmp_path / "runs"), [{"created_at": today, "phase": "gold",
                                            "step_name": "load", "duration_secs": 80.0,
                                            "rows_processed": 50}]
    beside = ("--enable-anomaly-detection", "--anomaly-history-days", "30")
    assert write(table, slow, *beside)["anomaly_results"]["anomaly_count"] == 0
    usual(table, today)
    assert write(table, slow, "--enable-anomaly-detection")["anomaly_results"][
        "anomalies"] == []
    assert write(table, slow)["anomaly_results"] is None
    usual(tmp_path / "other", today)
    [one] = write(tmp_path / "other", slow, *beside)["anomaly_results"]["anomalies"]
    assert (one["type"], one["row_index"], one["value"], one["threshold"], one["severity"]) == (
        "step_duration", 0, 80, 10, "high")
    # Neither a step of another name nor one with few rows is held against it.
    other = [{**slow[0], "step_name": "load2"}]
    assert write(tmp_path / "other", other, *beside)["anomaly_results"]["anomaly_count"] == 0
    short = ("--enable-anomaly-detection", "--anomaly-history-days", "4")
    usual(tmp_path / "few", today)
    assert write(tmp_path / "few", slow, *short)["anomaly_results"]["anomaly_count"] == 0


def test_each_table_of_a_pattern_has_its_own_history(tmp_path):
    pattern = ("--table-schema", "ops", "--table-name", "runs", "--table-name-pattern",
               "{pipeline_id}")
    step = {"phase": "gold", "step_name": "load", "success": True}
    def execution(pipeline, duration):
        return json.dumps({"context": {"run_id": f"{pipeline}-{duration}", "pipeline_id": pipeline},
                           "step_results": [{**step, "duration_secs": duration}]})
    usually = [execution(*each) for _ in range(5) for each in (("a", 10), ("b", 80))]
    good("log", "write", tmp_path, *pattern, "--kind", "execution-result", stdin="\n".join(usually))
    got = good("log", "write", tmp_path, *pattern, "--kind", "execution-result", "--json",
               "--enable-anomaly-detection", "--anomaly-history-days", "7",
               stdin="\n".join([execution("b", 80), execution("a", 80), execution("b", 80)])).json()
    [one] = got["anomaly_results"]["anomalies"]
    assert (one["type"], one["row_index"], one["run_id"]) == ("step_duration", 1, "a-80")


def test_the_option_in_its_four_places(tmp_path, today):
    slow = [{"created_at": today, "phase": "gold", "step_name": "load", "duration_secs": 80.0,
             "rows_processed": 50}]
    config = tmp_path / "log.yaml"
    config.write_text("enable_anomaly_detection: true\nanomaly_history_days: 30\n")
    for number, (options, env) in enumerate([
            (["--enable-anomaly-detection", "--anomaly-history-days=30"], {}),
            (["--config", config], {}),
            (["--enable-anomaly-detection"], {"QUIRE_LOG_ANOMALY_HISTORY_DAYS": "30"})]):
        table = tmp_path / str(number)
        usual(table, today)
        assert write(table, slow, *options, env=env)["anomaly_results"]["anomaly_count"] == 1
    for value in ("-1", "soon", "36501"):
        bad(2, "log", "write", tmp_path / "0", "--anomaly-history-days", value, stdin="",
            says=["anomaly-history-days", value])
