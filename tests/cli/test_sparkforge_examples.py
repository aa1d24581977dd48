"""Every example of SparkForge's writer reference and of its plan, as they stand there but for the
folder of tables in place of a Spark session, by examples/sparkforge_writer.py. A test is named after
the heading that its example is under."""

import collections
import dataclasses
import datetime
import decimal
import enum
import json
import os
import pathlib
import sys
import time
import uuid

import guide
import numpy
import pandas
import pyarrow.parquet as pq
import pytest
from log_samples import EXECUTION, REPORT
from program import ROOT, SANITIZED, good

sys.path.append(str(ROOT / "examples"))
from sparkforge_writer import (  # noqa: E402
    MIN_LOG_SCHEMA, SCHEMA, Column, LogRow, LogWriter, MinimalLogRow, WriteMode, WriterConfig,
    WriterConfigurationError, WriterDataQualityError, WriterError, WriterPerformanceError,
    WriterSchemaError, WriterTableError, WriterValidationError)

LOG_ROWS = [{"run_id": "example-run", "phase": "bronze", "step_name": "extract_data",
             "duration_secs": 10.0, "rows_processed": 1000, "validation_rate": 95.0}]
CONTEXT = EXECUTION["context"]
STEP1, STEP2 = EXECUTION["step_results"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    return guide.enter(tmp_path, monkeypatch)


def config(**options):
    return WriterConfig(table_schema="analytics", table_name="pipeline_logs", **options)


@pytest.fixture
def writer(place):
    return LogWriter(place, config())


@pytest.fixture
def full(writer):
    """Three runs, the last of them slow."""
    for number, duration in enumerate([10.0, 12.0, 14.0, 11.0, 9.0, 12.0, 200.0]):
        writer.write_log_rows([{**LOG_ROWS[0], "run_id": f"r{number}", "duration_secs": duration,
                                "phase": "bronze" if number % 2 else "gold"}])
    return writer


def rows_of(writer):
    return good("table", "read", writer.table).lines()


# --- Core Classes ------------------------------------------------------------------------------

def test_constructor(place):
    class Logger:
        said = []

        def info(self, text, *values):
            self.said.append(text % values)

    assert LogWriter(place, WriterConfig(table_schema="analytics", table_name="pipeline_logs",
                                         write_mode=WriteMode.APPEND)).logger.name.endswith("writer")
    writer = LogWriter(place, config(), logger=Logger())
    writer.write_log_rows(LOG_ROWS)
    assert Logger.said == ["analytics.pipeline_logs: 1 row"]
    assert not list(place.glob("*/*/_delta_log/*1.json"))


def test_write_execution_result(writer):
    result = writer.write_execution_result(EXECUTION, run_id="run-123")
    assert result["success"] and (result["run_id"], result["rows_written"]) == ("run-123", 2)
    assert result["metrics"]["total_writes"] == 1
    other = writer.write_execution_result({**EXECUTION, "context": {}})
    assert len(other["run_id"]) == 36 and other["run_id"][14] == "7"


def test_write_step_results(writer):
    result = writer.write_step_results(step_results=[STEP1, STEP2], execution_context=CONTEXT,
                                       run_id="run-123")
    assert result["success"] and result["rows_written"] == 2
    assert {row["pipeline_id"] for row in rows_of(writer)} == {"pipeline-789"}


def test_values_of_programs(writer):
    """What JSON has a form for in any way is written, and the rest is a WriterValidationError."""
    class Slots:
        __slots__ = ("phase", "step_name", "rows_processed", "start_time")

    step = Slots()
    step.phase, step.step_name, step.rows_processed = "gold", "a", decimal.Decimal(5)
    step.start_time = datetime.date(2026, 1, 2)
    writer.write_step_results((one for one in [step]), None)
    [row] = rows_of(writer)
    assert (row["rows_processed"], row["start_time"]) == (5, "2026-01-02T00:00:00.000000Z")
    writer.write_log_rows([{**LOG_ROWS[0], "tags": {"x"}, "validation_rate": decimal.Decimal("1.5")}])
    loop = {}
    loop["loop"] = loop
    for value in (float("nan"), loop, decimal.Decimal("NaN"), object(), "\ud800"):
        with pytest.raises(WriterValidationError):
            writer.write_log_rows([{**LOG_ROWS[0], "tags": value, "error_message": value}])
    writer.write_step_results([STEP1], {**CONTEXT, "note": "x" * 200_000})
    assert len(rows_of(writer)) == 3
    odd = LogWriter("-odd", config())
    odd.write_log_rows(LOG_ROWS)
    assert len(rows_of(odd)) == 1 and os.path.isdir("-odd")


def test_step_results_that_are_objects(writer):
    """As programs have them: dataclasses, enums and times."""
    class Phase(enum.Enum):
        SILVER = "silver"

    @dataclasses.dataclass
    class StepResult:
        step_name: str
        phase: Phase
        start_time: datetime.datetime
        success: bool = True

    moment = datetime.datetime(2024, 2, 29, 23, 59, 59, 999999,
                               datetime.timezone(datetime.timedelta(hours=-1)))
    writer.write_step_results([StepResult("a", Phase.SILVER, moment)], execution_context={})
    [row] = rows_of(writer)
    assert (row["phase"], row["start_time"]) == ("silver", "2024-03-01T00:59:59.999999Z")


def test_write_log_rows(writer):
    result = writer.write_log_rows([{**LOG_ROWS[0], "run_id": "test-run"}], run_id="test-run")
    assert result["success"] and result["run_id"] == "test-run"
    assert result["quality_results"]["quality_passed"] is True
    [row] = rows_of(writer)
    assert (row["valid_rows"], row["invalid_rows"]) == (950, 50)


def test_write_execution_result_batch(writer):
    exec1, exec2, exec3 = [{**EXECUTION, "context": {}}] * 3
    result = writer.write_execution_result_batch(
        execution_results=[exec1, exec2, exec3], run_id="batch-run", batch_size=1000)
    assert (result["total_executions"], result["commits"]) == (3, 1)
    assert {row["run_id"] for row in rows_of(writer)} == {
        f"batch-run_batch_{number}" for number in range(3)}


def test_show_logs(full, capsys):
    full.show_logs(limit=50)
    assert capsys.readouterr().out.count("extract_data") == 7
    full.show_logs(limit=2)
    assert capsys.readouterr().out.count("extract_data") == 2


def test_get_table_info(full):
    info = full.get_table_info()
    assert info["row_count"] == 7
    assert info["columns"] == [field["name"] for field in info["schema"]["fields"]]


def test_get_metrics_and_reset_metrics(full):
    metrics = full.get_metrics()
    assert (metrics["total_writes"], metrics["success_rate_percent"]) == (7, 100)
    with pytest.raises(WriterValidationError):
        full.write_log_rows([{"phase": "brass", "step_name": "s"}])
    metrics = full.get_metrics()
    assert (metrics["total_writes"], metrics["failed_writes"]) == (8, 1)
    assert metrics["success_rate_percent"] == 100 * 7 / 8
    full.reset_metrics()
    assert set(full.get_metrics()) == set(metrics)
    assert full.get_metrics()["total_writes"] == full.get_metrics()["total_rows_written"] == 0


def test_get_memory_usage(full):
    memory = full.get_memory_usage()
    assert memory["vms_mb"] >= memory["rss_mb"] > 0 and 0 < memory["percent"] < 100
    assert memory["available_mb"] > 0


# --- Advanced Methods --------------------------------------------------------------------------

def test_validate_log_data_quality(writer):
    quality_result = writer.validate_log_data_quality(LOG_ROWS)
    assert quality_result["quality_passed"] and quality_result["validation_rate"] == 100
    poor = writer.validate_log_data_quality([*LOG_ROWS, {**LOG_ROWS[0], "duration_secs": -1}])
    assert not poor["quality_passed"] and poor["validation_rate"] == 50
    assert writer.table is None


def test_detect_anomalies(writer):
    rows = [{**LOG_ROWS[0], "duration_secs": duration} for duration in [1.0] * 9 + [60.0]]
    anomaly_result = writer.detect_anomalies(rows)
    assert anomaly_result["anomalies_detected"] and anomaly_result["anomaly_count"] == 1
    [found] = anomaly_result["anomalies"]
    assert (found["type"], found["row_index"], found["value"]) == ("duration", 9, 60)
    assert found["threshold"] == pytest.approx(3 * 6.9) and "60 s" in found["description"]
    assert not writer.detect_anomalies(LOG_ROWS)["anomalies_detected"]


def test_optimize_table(full):
    before = sorted(map(json.dumps, rows_of(full)))
    result = full.optimize_table(enable_partitioning=True, enable_compression=True,
                                 enable_zordering=True, enable_vacuum=True)
    assert result["optimized"] and result["optimizations_applied"] == [
        "partitioning", "compression", "zordering", "vacuum"]
    assert (result["before"]["files"], result["after"]["files"]) == (7, 1)
    assert sorted(map(json.dumps, rows_of(full))) == before


def test_maintain_table(full):
    result = full.maintain_table({"vacuum": True, "analyze": True, "validate_schema": True})
    assert result["maintained"] and set(result["maintenance_operations"]) == {
        "vacuum", "analyze", "validate_schema"}
    for options, done in [({"analyze": True, "vacuum": False}, {"analyze"}),
                          ({"vacuum": False}, {"analyze", "validate_schema"}),
                          ({"vacuum": False, "analyze": False, "validate_schema": False}, set()),
                          ({}, {"vacuum", "analyze", "validate_schema"})]:
        assert set(full.maintain_table(options)["maintenance_operations"]) == done


def test_get_table_history(full):
    history = full.get_table_history(limit=20)
    assert history["total_versions"] == 7
    assert [one["version"] for one in history["versions"]] == [6, 5, 4, 3, 2, 1, 0]
    assert {"version", "timestamp", "operation", "rows", "size_mb"} <= set(history["versions"][0])
    assert len(full.get_table_history()["versions"]) == 7
    assert len(full.get_table_history(limit=2)["versions"]) == 2


def test_generate_summary_report(full):
    report = full.generate_summary_report(days=30)
    assert report["success_rate_percent"] == 100 == report["summary"]["success_rate_percent"]


def test_analyze_performance_trends(full):
    trends = full.analyze_performance_trends(days=90)
    assert trends["duration_trend"]["mean"] == pytest.approx(268 / 7)


def test_export_analytics_data(full):
    json_data = full.export_analytics_data(format="json", limit=500)
    csv_data = full.export_analytics_data(format="csv", limit=1000)
    parquet_data = full.export_analytics_data(format="parquet", limit=2000)
    assert [one["records_exported"] for one in (json_data, csv_data, parquet_data)] == [7, 7, 7]
    assert len(json.loads(pathlib.Path("analytics.json").read_text())) == 7
    assert pq.read_table("analytics.parquet").num_rows == 7


# --- Configuration -----------------------------------------------------------------------------

def test_writer_config(place):
    config = WriterConfig(
        table_schema="analytics", table_name="pipeline_logs", write_mode=WriteMode.APPEND,
        batch_size=1000, max_file_size_mb=128, parallel_write_threads=4, memory_fraction=0.8,
        log_data_quality_results=True, enable_anomaly_detection=True, min_validation_rate=95.0,
        max_invalid_rows_percent=5.0,
        enable_schema_evolution=True, auto_optimize_schema=True, schema_validation_mode="strict",
        enable_optimization=True, partition_count=10, compression="snappy")
    writer = LogWriter(place, config)
    result = writer.write_log_rows(LOG_ROWS * 100)
    assert result["anomaly_results"] == {"anomalies_detected": False, "anomaly_count": 0,
                                         "anomalies": []}
    stats = result["quality_results"]["stats"]
    assert (stats["min_validation_rate"], stats["max_invalid_rows_percent"]) == (95, 5)
    info = writer.get_table_info()
    assert info["files"] == 10
    assert info["properties"]["delta.targetFileSize"] == str(128 << 20)
    assert info["properties"]["delta.parquet.compression.codec"] == "snappy"
    assert info["properties"]["delta.autoOptimize.autoCompact"] == "true"


# --- Data Models -------------------------------------------------------------------------------

@pytest.fixture(params=["UTC", "Asia/Kolkata"])
def zone(request):
    """The zone of this machine."""
    before = os.environ["TZ"]
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ["TZ"] = before
    time.tzset()


def test_log_row(writer, zone):
    now = datetime.datetime(2024, 2, 29, 23, 59, 59, 123456)
    log_row = {
        "run_id": "run-123", "run_mode": "initial", "run_started_at": now, "run_ended_at": now,
        "execution_id": "exec-456", "pipeline_id": "pipeline-789", "schema": "analytics",
        "phase": "bronze", "step_name": "extract_data", "step_type": "extraction",
        "start_time": now, "end_time": now, "duration_secs": 10.0,
        "table_fqn": "analytics.source_table", "rows_processed": 1000, "rows_written": 950,
        "validation_rate": 95.0, "success": True, "error_message": None, "metadata": {}}
    assert writer.write_log_rows([log_row])["success"]
    [row] = rows_of(writer)
    stored = f"2024-02-29T{'23:59' if zone == 'UTC' else '18:29'}:59.123456Z"
    expected = {name: stored if value is now else value for name, value in log_row.items()}
    assert {name: row[name] for name in log_row} == {**expected, "metadata": "{}"}


def test_write_mode(place):
    LogWriter(place, config()).write_log_rows(LOG_ROWS)
    added = LogWriter(place, config(write_mode=WriteMode.APPEND))
    assert added.write_log_rows(LOG_ROWS)["success"] and len(rows_of(added)) == 2
    replaced = LogWriter(place, config(write_mode=WriteMode.OVERWRITE))
    assert replaced.write_log_rows(LOG_ROWS)["success"] and len(rows_of(replaced)) == 1


# --- Exceptions --------------------------------------------------------------------------------

def test_writer_error(writer):
    with pytest.raises(WriterError) as raised:
        writer.write_log_rows([{"phase": "bronze"}])
    assert "row 1, column step_name" in str(raised.value)
    assert raised.value.context["status"] == 1 and raised.value.suggestions == []
    assert raised.value.context["result"]["success"] is False


def test_writer_configuration_error(place):
    with pytest.raises(WriterConfigurationError, match="table-schema: '' is not a name"):
        LogWriter(place, WriterConfig(table_schema="", table_name="test"))
    with pytest.raises(WriterConfigurationError) as raised:
        LogWriter(place, config(table_name_pattern="a/b"))
    assert "table-name-pattern: 'a/b'" in str(raised.value)
    with pytest.raises(WriterConfigurationError, match="table_schema and table_name"):
        LogWriter(place, WriterConfig())
    assert not (place / "analytics").exists() and not (place / "_delta_log").exists()


def test_program_that_is_not_there(place, monkeypatch):
    monkeypatch.setenv("PATH", str(place))
    with pytest.raises(WriterConfigurationError, match="no program quire"):
        LogWriter(place, config())


def test_writer_validation_error(writer):
    with pytest.raises(WriterValidationError, match="rows_processed: -1: it cannot be negative"):
        writer.write_log_rows([{**LOG_ROWS[0], "rows_processed": -1}])


def test_writer_table_error(writer):
    with pytest.raises(WriterTableError, match="it is no Delta table"):
        writer.optimize_table()


def test_writer_data_quality_error(place):
    rules = place / "rules.json"
    rules.write_text('{"rules": [{"check": "validation_rate >= 99"}]}')
    writer = LogWriter(place, config(quality_rules=str(rules), quality_action="fail"))
    with pytest.raises(WriterDataQualityError) as raised:
        writer.write_log_rows(LOG_ROWS)
    [issue] = raised.value.quality_issues
    assert (issue["rule"], issue["rows"]) == ("validation_rate >= 99", 1)
    assert issue["examples"][0]["values"] == {"validation_rate": 95}


def test_writer_performance_error(place):
    writer = LogWriter(place, config(performance_max_secs=0.000001))
    with pytest.raises(WriterPerformanceError, match="performance-max-secs allows 1e-06"):
        writer.write_log_rows(LOG_ROWS)
    assert len(rows_of(writer)) == 1


@pytest.mark.skipif(SANITIZED, reason="a sanitizer takes memory of its own")
def test_peak_memory_is_the_programs_own(place):
    """And not that of the process that starts it."""
    held = bytearray(os.urandom(1)) * (256 << 20)
    result = LogWriter(place, config(performance_max_memory_mb=128)).write_log_rows(LOG_ROWS)
    assert 1 < result["metrics"]["memory_usage_peak_mb"] < 128 < len(held) >> 20


def test_writer_schema_error(writer, place):
    good("table", "create", place / "analytics/pipeline_logs", "--schema",
         "run_id int64, phase string, step_name string, duration_secs string, success bool, "
         "created_at timestamp(us, UTC)")
    with pytest.raises(WriterSchemaError) as raised:
        writer.write_log_rows(LOG_ROWS)
    assert "run_id" in str(raised.value) and "duration_secs" in str(raised.value)
    assert "success" not in str(raised.value) and raised.value.suggestions
    assert raised.value.actual_schema == {
        "run_id": "int64", "phase": "string", "step_name": "string", "duration_secs": "string",
        "success": "bool", "created_at": "timestamp(us, UTC)"}
    assert raised.value.expected_schema["run_id"] == "string"


def test_schema_is_the_programs(full):
    fields = full.get_table_info()["schema"]["fields"]
    assert SCHEMA == {field["name"]: field["type"] for field in fields}
    assert MIN_LOG_SCHEMA.keys() == MinimalLogRow.__annotations__.keys() == LOG_ROWS[0].keys()
    assert LogRow.__annotations__.keys() == SCHEMA.keys()


def test_batches_of_any_size(writer):
    for executions in ([], [EXECUTION], [EXECUTION] * 2):
        result = writer.write_execution_result_batch(executions, run_id="nightly")
        assert (result["total_executions"], result["failures"]) == (len(executions), [])
    ids = {row["run_id"] for row in rows_of(writer)}
    assert ids == {"nightly_batch_0", "nightly_batch_1"}
    result = writer.write_execution_result_batch([{"step_results": [{"phase": "gold"}]}])
    assert (result["failed_writes"], len(result["failures"])) == (1, 1)


def test_success_of_all_writes(place):
    writer = LogWriter(place, config(performance_min_success_rate=60))
    with pytest.raises(WriterValidationError):
        writer.write_log_rows([{**LOG_ROWS[0], "rows_processed": -1}])
    assert writer.write_log_rows(LOG_ROWS)["success"]  # of two, one is too many
    with pytest.raises(WriterValidationError):
        writer.write_log_rows([{**LOG_ROWS[0], "rows_processed": -1}])
    with pytest.raises(WriterPerformanceError, match="50 percent of the writes succeeded"):
        writer.write_log_rows(LOG_ROWS)
    assert writer.write_log_rows(LOG_ROWS)["success"] and len(rows_of(writer)) == 3


def test_values_of_others(writer):
    """What rows hold that come from numpy, pandas and Spark."""
    at = pandas.Timestamp("2024-02-29T12:00:00.123456")
    Named = collections.namedtuple("Named", ["run_id", "phase", "step_name"])
    run = uuid.uuid4()
    writer.write_log_rows([
        {**LOG_ROWS[0], "rows_processed": numpy.int64(7), "success": numpy.bool_(False),
         "duration_secs": datetime.timedelta(seconds=2.5), "start_time": at,
         "end_time": pandas.NaT, "rows_written": pandas.NA, "validation_rate": numpy.float32(100),
         "metadata": {"tags": numpy.array([1, 2])}},
        Named(run, "gold", "tuple")])
    writer.write_log_rows(LOG_ROWS, run_id=run)
    first, second, third = rows_of(writer)
    assert (first["rows_processed"], first["success"], first["duration_secs"]) == (7, False, 2.5)
    assert datetime.datetime.fromisoformat(first["start_time"]) == at.to_pydatetime().astimezone()
    assert first["end_time"] is None and json.loads(first["metadata"]) == {"tags": [1, 2]}
    assert (second["run_id"], second["step_name"]) == (str(run), "tuple")
    assert third["run_id"] in (str(run), LOG_ROWS[0]["run_id"])


# --- Usage Examples ----------------------------------------------------------------------------

def test_basic_usage(place):
    writer = LogWriter(place, config(write_mode=WriteMode.APPEND))
    result = writer.write_log_rows(LOG_ROWS)
    assert (result["success"], result["rows_written"]) == (True, 1)


def test_advanced_configuration(place):
    config = WriterConfig(
        table_schema="analytics", table_name="pipeline_logs", write_mode=WriteMode.APPEND,
        batch_size=2000, max_file_size_mb=256, parallel_write_threads=8, memory_fraction=0.8,
        enable_optimization=True, log_data_quality_results=True, enable_anomaly_detection=True,
        min_validation_rate=98.0, max_invalid_rows_percent=2.0, enable_schema_evolution=True,
        auto_optimize_schema=True, schema_validation_mode="strict",
        table_name_pattern="{schema}.{pipeline_id}_{run_mode}_{date}", max_retries=5,
        retry_delay_secs=2.0, retry_exponential_backoff=True)
    writer = LogWriter(place, config)
    result = writer.write_log_rows([{**LOG_ROWS[0], "pipeline_id": "shop"}])
    assert result["table_fqn"].startswith("analytics.shop_initial_20")
    assert result["anomaly_results"]["anomaly_count"] == 1  # a rate of 95 where 98 is wanted
    assert result["quality_results"]["stats"]["min_validation_rate"] == 98
    assert writer.get_table_info()["row_count"] == 1


def test_batch_processing(writer):
    exec1, exec2, exec3, exec4, exec5 = [{**EXECUTION, "context": {}}] * 5
    result = writer.write_execution_result_batch(
        execution_results=[exec1, exec2, exec3, exec4, exec5], run_id="batch-processing-run",
        batch_size=2)
    assert [result[name] for name in ("total_executions", "successful_writes", "failed_writes",
                                      "rows_written", "commits")] == [5, 5, 0, 10, 3]
    broken = {"context": {}, "step_results": [{"step_name": "s", "phase": "brass"}]}
    result = writer.write_execution_result_batch([exec1, broken], run_id="b")
    assert not result["success"] and result["failed_writes"] == 1
    assert result["failures"][0]["run_id"] == "b_batch_1"


def test_data_quality_validation(writer):
    quality_result = writer.validate_log_data_quality(
        [*LOG_ROWS * 9, {**LOG_ROWS[0], "validation_rate": 101}])
    assert not quality_result["quality_passed"]
    assert [quality_result[name] for name in ("validation_rate", "valid_rows", "invalid_rows")] == [
        90, 9, 1]


def test_anomaly_detection(writer):
    anomaly_result = writer.detect_anomalies([{**LOG_ROWS[0], "validation_rate": 80.0}])
    [anomaly] = anomaly_result["anomalies"]
    assert anomaly["type"] == "validation_rate" and "80 %" in anomaly["description"]


def test_table_operations(full):
    optimization_result = full.optimize_table(enable_partitioning=True, enable_compression=True,
                                              enable_zordering=True, enable_vacuum=True)
    assert optimization_result["optimized"] and optimization_result["optimizations_applied"]
    maintenance_result = full.maintain_table({"vacuum": True, "analyze": True,
                                              "validate_schema": True})
    assert maintenance_result["maintained"] and maintenance_result["maintenance_operations"]
    assert full.get_table_info()["row_count"] == 7


def test_reporting_and_analytics(full):
    summary = full.generate_summary_report(days=30)
    assert (summary["success_rate_percent"], summary["total_executions"]) == (100, 7)
    assert summary["average_duration_secs"] == pytest.approx(268 / 7)
    trends = full.analyze_performance_trends(days=90)
    durations = [10, 12, 14, 11, 9, 12, 200]
    mean = sum(durations) / 7
    assert trends["duration_trend"]["stddev"] == pytest.approx(
        (sum((one - mean) ** 2 for one in durations) / 6) ** 0.5)
    assert trends["success_trend"]["success_rate_percent"] == 100
    export_result = full.export_analytics_data(format="json", limit=1000,
                                               filters={"phase": "bronze"})
    assert export_result["export_successful"] and export_result["records_exported"] == 3
    assert export_result["export_size_mb"] == os.path.getsize("analytics.json") / 2**20


# --- Advanced Features -------------------------------------------------------------------------

def test_custom_validation_rules(writer):
    custom_rules = {"duration_secs": [Column("duration_secs >= 0")],
                    "validation_rate": [Column("validation_rate >= 90")],
                    "rows_processed": [Column("rows_processed > 0")]}
    quality_result = writer.validate_log_data_quality(LOG_ROWS, validation_rules=custom_rules)
    assert quality_result["quality_passed"] and quality_result["validation_rules_applied"] == 3
    poor = writer.validate_log_data_quality([{**LOG_ROWS[0], "rows_processed": 0}],
                                            validation_rules=custom_rules)
    assert [issue["rule"] for issue in poor["quality_issues"]] == ["rows_processed > 0"]


def test_dynamic_table_naming():
    config = WriterConfig(
        table_schema="analytics", table_name="base_logs",
        table_name_pattern="{schema}.{pipeline_id}_{run_mode}_{date}",
        table_suffix_pattern="_{run_mode}_{timestamp}")
    table_name = config.generate_table_name(pipeline_id="my-pipeline", run_mode="incremental",
                                            timestamp="20240101_120000")
    assert table_name == "analytics.my-pipeline_incremental_20240101_120000"
    named = dataclasses.replace(config, table_timestamp="20240101_120000")
    writer = LogWriter("warehouse", named)
    result = writer.write_log_rows([{**LOG_ROWS[0], "pipeline_id": "my-pipeline",
                                     "run_mode": "incremental"}])
    assert result["table_fqn"] == table_name
    assert os.path.isdir("warehouse/analytics/my-pipeline_incremental_20240101_120000/_delta_log")
    assert writer.get_table_info()["row_count"] == 1
    # What names no pipeline is found by the same configuration.
    dated = dataclasses.replace(named, table_name_pattern="{schema}.{table_name}",
                                table_suffix_pattern="_{date}")
    LogWriter("warehouse", dated).write_log_rows(LOG_ROWS)
    assert LogWriter("warehouse", dated).get_table_info()["row_count"] == 1


def test_performance_monitoring(full):
    memory_info, metrics = full.get_memory_usage(), full.get_metrics()
    assert set(memory_info) == {"rss_mb", "vms_mb", "percent", "available_mb"}
    assert metrics["total_writes"] == 7 and metrics["success_rate_percent"] == 100
    assert metrics["average_duration_secs"] == pytest.approx(metrics["total_duration_secs"] / 7)
    assert metrics["memory_usage_peak_mb"] > 1


# --- Performance Tuning ------------------------------------------------------------------------

TUNED = [
    {"batch_size": 5000, "max_file_size_mb": 512, "parallel_write_threads": 8},
    {"batch_size": 100, "max_file_size_mb": 64, "parallel_write_threads": 2},
    {"memory_fraction": 0.4, "batch_size": 500, "parallel_write_threads": 2},
    {"memory_fraction": 0.8, "batch_size": 2000, "parallel_write_threads": 8},
    {"enable_optimization": True, "auto_optimize_schema": True, "enable_schema_evolution": True,
     "compression": "snappy", "partition_count": 20},
    {"max_retries": 5, "retry_delay_secs": 2.0, "retry_exponential_backoff": True,
     "fail_fast": False},
    {"max_retries": 1, "retry_delay_secs": 0.5, "retry_exponential_backoff": False,
     "fail_fast": True}]


@pytest.mark.parametrize("options", TUNED)
def test_performance_tuning(place, options):
    """Batch Size Optimization, Memory Configuration, Table Optimization, Error Handling
    Configuration: an option changes how rows are written, and no row."""
    writer = LogWriter(place, config(**options))
    rows = [{**LOG_ROWS[0], "step_name": f"s{number}"} for number in range(300)]
    assert writer.write_log_rows(rows)["rows_written"] == 300
    assert {row["step_name"] for row in rows_of(writer)} == {row["step_name"] for row in rows}
    info = writer.get_table_info()
    assert info["properties"]["delta.targetFileSize"] == str(
        options.get("max_file_size_mb", 128) << 20)
    assert info["files"] == options.get("partition_count", 1)
    broken = [{"context": {}, "step_results": [{"step_name": "s", "phase": "brass"}]},
              {**EXECUTION, "context": {}}]
    if options.get("fail_fast"):
        with pytest.raises(WriterValidationError, match="brass"):
            writer.write_execution_result_batch(broken)
    else:
        assert writer.write_execution_result_batch(broken)["rows_written"] == 2


# --- The plan ----------------------------------------------------------------------------------

def test_enhanced_log_writer(place):
    """write_report, get_performance_metrics and validate_data_quality, and WriterConfig's members
    that are of the plan alone."""
    writer = LogWriter(place, WriterConfig(
        table_schema="analytics", table_name="pipeline_logs", write_mode=WriteMode.APPEND,
        partition_columns=["phase"], enable_performance_monitoring=True,
        enable_data_quality_checks=True, batch_size=1000, compression="snappy"))
    result = writer.write_report(REPORT, {"pipeline_id": "shop", "run_id": "r1"})
    assert result["success"] and (result["run_id"], result["rows_written"]) == ("r1", 2)
    assert {row["pipeline_id"] for row in rows_of(writer)} == {"shop"}
    assert writer.get_table_info()["partition_columns"] == ["phase"]
    metrics = writer.get_performance_metrics()
    assert metrics["total_rows_written"] == 2 and metrics["total_duration_secs"] > 0
    verdict = writer.validate_data_quality()
    assert verdict["quality_passed"] and verdict["total_rows"] == 2
    neither = LogWriter(place, config(
        performance_max_secs=0.000001, enable_performance_monitoring=False,
        enable_data_quality_checks=False))
    assert neither.write_log_rows(LOG_ROWS)["quality_results"] is None


def test_malformed_reports_are_refused_where_they_are_wrong(writer):
    with pytest.raises(WriterValidationError, match="/silver/clean/write/rows_written"):
        writer.write_report({"silver": {"clean": {"write": {"rows_written": "many"}}}})
    assert writer.write_report({"bronze": {"users": None}, "silver": None})["rows_written"] == 1
