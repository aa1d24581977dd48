"""Run logs for tests: rows with the columns of docs/RUNLOG.md as pyarrow tables, the reports of
quire/runlog_report.h, and the same by pandas over the same rows."""

import ctypes as c
import json

import numpy as np
import pandas as pd
import pyarrow as pa
from deltalake import DeltaTable
from pyquire import Error, check, lib

TIME = pa.timestamp("us", "UTC")
SCHEMA = pa.schema([
    pa.field("run_id", pa.string(), False),
    pa.field("run_mode", pa.string(), False),
    pa.field("run_started_at", TIME),
    pa.field("run_ended_at", TIME),
    pa.field("execution_id", pa.string(), False),
    pa.field("pipeline_id", pa.string(), False),
    pa.field("schema", pa.string(), False),
    pa.field("phase", pa.string(), False),
    pa.field("step_name", pa.string(), False),
    pa.field("step_type", pa.string()),
    pa.field("start_time", TIME),
    pa.field("end_time", TIME),
    pa.field("duration_secs", pa.float64(), False),
    pa.field("table_fqn", pa.string()),
    pa.field("write_mode", pa.string()),
    pa.field("input_rows", pa.int64()),
    pa.field("output_rows", pa.int64()),
    pa.field("rows_written", pa.int64()),
    pa.field("rows_processed", pa.int64(), False),
    pa.field("table_total_rows", pa.int64()),
    pa.field("valid_rows", pa.int64(), False),
    pa.field("invalid_rows", pa.int64(), False),
    pa.field("validation_rate", pa.float64(), False),
    pa.field("success", pa.bool_(), False),
    pa.field("error_message", pa.string()),
    pa.field("memory_usage_mb", pa.float64()),
    pa.field("cpu_usage_percent", pa.float64()),
    pa.field("metadata", pa.string()),
    pa.field("created_at", TIME, False),
])
DEFAULTS = {"run_id": "run-1", "run_mode": "initial", "execution_id": "e-1", "pipeline_id": "shop",
            "schema": "analytics", "phase": "bronze", "step_name": "orders", "duration_secs": 1.0,
            "rows_processed": 100, "valid_rows": 100, "invalid_rows": 0, "validation_rate": 100.0,
            "success": True}


def table(rows, schema=SCHEMA):
    """Rows, each a dictionary of what is not the default."""
    return pa.Table.from_pylist([{**DEFAULTS, **row} for row in rows], schema)


class Options(c.Structure):
    _fields_ = [
        ("days", c.c_int64),
        ("end_us", c.c_int64),
        ("now_us", c.c_int64),
        ("limit", c.c_int64),
        ("where", c.c_char_p),
        ("min_validation_rate", c.c_double),
        ("history", c.c_bool),
        ("folder", c.c_char_p),
        ("context", c.c_void_p),
        ("process_limit", c.c_bool),
        ("rules", c.c_void_p),
        ("end_given", c.c_bool),
        ("out", c.c_void_p),
        ("max_invalid_rows_percent", c.c_double),
    ]


def micros(moment):
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def _options(now, days, end, limit, where, history):
    return Options(days=days, now_us=micros(now) if now else 0, end_us=micros(end) if end else 0,
                   end_given=end is not None, limit=limit, where=where.encode() if where else None, history=history)


def ask(report, url, now=None, days=0, end=None, limit=0, where=None, history=False):
    """The JSON of a report: "summary", "trends" or "anomalies"."""
    options, error, text = _options(now, days, end, limit, where, history), Error(), c.c_void_p()
    call = getattr(lib, "quire_runlog_" + report)
    check(call(str(url).encode(), c.byref(options), c.byref(text), c.byref(error)), error)
    value = json.loads(c.string_at(text))
    lib.quire_free(text)
    return value


def sql(report, url, now=None, days=0, end=None, where=None):
    """The queries of a report."""
    options, error, text = _options(now, days, end, 0, where, False), Error(), c.c_void_p()
    check(lib.quire_runlog_report_sql(str(url).encode(), report.encode(), c.byref(options),
                                      c.byref(text), c.byref(error)), error)
    value = c.string_at(text).decode()
    lib.quire_free(text)
    return [query for query in value.split(";\n") if query.strip()]


# --- The same by pandas ---------------------------------------------------------------------

def frame(url, since, until):
    """The rows of a period, read by delta-rs."""
    rows = DeltaTable(str(url)).to_pyarrow_table().to_pandas()
    rows["created_at"] = pd.to_datetime(rows["created_at"], utc=True)
    return rows[(rows["created_at"] >= since) & (rows["created_at"] < until)]


def _rate(rows):
    told = rows["success"].dropna().astype(bool)
    return 100 * told.mean() if len(told) else None


def _total(values):
    return int(values.dropna().sum())


def _mean(values):
    return float(values.mean()) if values.notna().any() else None


def stddev(values):
    """None of no value, 0 of one."""
    count = values.count()
    return float(values.std()) if count > 1 else 0.0 if count else None


def totals(rows):
    executions = rows["execution_id"].fillna(rows["run_id"])
    return {
        "total_executions": executions.nunique(),
        "total_rows": len(rows),
        "successful_rows": int((rows["success"] == True).sum()),  # noqa: E712
        "failed_rows": int((rows["success"] == False).sum()),  # noqa: E712
        "success_rate_percent": _rate(rows),
        "average_duration_secs": _mean(rows["duration_secs"]),
        "total_duration_secs": float(rows["duration_secs"].sum()),
        "average_validation_rate": _mean(rows["validation_rate"]),
        "average_rows_processed": _mean(rows["rows_processed"]),
        "total_rows_processed": _total(rows["rows_processed"]),
        "total_rows_written": _total(rows["rows_written"]),
        "total_invalid_rows": _total(rows["invalid_rows"]),
    }


def measures(rows):
    duration = rows["duration_secs"]
    known = duration.notna().any()
    made = totals(rows)
    for name in ("total_executions", "average_rows_processed"):
        del made[name]
    return {**made, "min_duration_secs": duration.min() if known else None,
            "max_duration_secs": duration.max() if known else None,
            "stddev_duration_secs": stddev(duration)}


def directions(rows):
    """What trends say of the days, which are those on which a column has values."""
    def halves(column, made):
        told = rows[rows[column].notna()]
        days = sorted(told["created_at"].dt.floor("D").unique())
        half = len(days) // 2
        if half == 0:
            return None
        earlier = told["created_at"].dt.floor("D").isin(days[:half])
        return made(told[earlier], half), made(told[~earlier], len(days) - half)

    volume = halves("rows_processed", lambda part, days: float(part["rows_processed"].sum()) / days)
    success = halves("success", lambda part, days: _rate(part))
    rated = rows[rows["validation_rate"].notna()]
    last = before = None
    if len(rated):
        of_last = rated["created_at"].dt.floor("D") == rated["created_at"].dt.floor("D").max()
        last = float(rated[of_last]["validation_rate"].mean())
        if not of_last.all():
            before = float(rated[~of_last]["validation_rate"].mean())
    percent = 0.0
    if volume is not None:
        percent = (100 * (volume[1] - volume[0]) / volume[0] if volume[0] > 0
                   else 100.0 if volume[1] > 0 else 0.0)
    return {"percent": percent, "points": success[1] - success[0] if success else 0.0,
            "last": last, "before": before}


def spread(values, times):
    """min … slope of a column; the slope by day."""
    values = values.dropna()
    if values.empty:
        return dict.fromkeys(("min", "max", "mean", "stddev", "p50", "p95", "slope"))
    micros = times[values.index].astype("datetime64[us, UTC]").astype("int64")
    away = (micros - micros.iloc[0]) / 1e6
    away -= away.mean()
    square = float((away ** 2).sum())
    slope = float((away * (values - values.mean())).sum()) / square * 86400 if square else 0.0
    return {"min": values.min(), "max": values.max(), "mean": values.mean(),
            "stddev": stddev(values),
            "p50": float(np.percentile(values, 50)), "p95": float(np.percentile(values, 95)),
            "slope": slope}


def by(rows, key):
    """The measures of each group; a key of the group is a member of its own."""
    groups = []
    for value, group in rows.groupby(key, dropna=False):
        groups.append((value, measures(group)))
    return groups
