"""What examples/sparkforge_writer.py raises and what it does not: loggers that fail, tables that are
damaged, and what counts as a write that failed."""

import json
import logging
import pathlib
import sys

import guide
import pytest
from log_samples import EXECUTION
from program import ROOT, good

sys.path.append(str(ROOT / "examples"))
from sparkforge_writer import (  # noqa: E402
    LogWriter, WriteMode, WriterConfig, WriterConfigurationError, WriterDataQualityError,
    WriterError, WriterSchemaError, WriterTableError, WriterValidationError)

ROW = {"run_id": "r", "phase": "gold", "step_name": "s", "rows_processed": 10, "duration_secs": 5,
       "validation_rate": 96}
LOG = pathlib.Path("pd/a/b/_delta_log")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    return guide.enter(tmp_path, monkeypatch)


@pytest.fixture
def writer(place):
    return LogWriter("pd", WriterConfig("a", "b"))


# --- Loggers ---------------------------------------------------------------------------------------

class PipelineLogger:
    """SparkForge's: no values beside the message, but by their names."""

    def __init__(self):
        self.said = []

    def info(self, message, **values):
        self.said.append(("info", message, values))

    def warning(self, message, **values):
        self.said.append(("warning", message, values))


def test_a_logger_gets_whole_messages():
    logger = PipelineLogger()
    writer = LogWriter("p%d", WriterConfig("a", "b", enable_anomaly_detection=True), logger)
    writer.write_log_rows([{**ROW, "validation_rate": 10}])
    assert logger.said == [("warning", "log anomalies: count=1", {}), ("info", "a.b: 1 row", {})]


@pytest.mark.parametrize("broken", ["filter", "signature", "missing"])
def test_a_logger_that_fails_fails_no_write(broken, capsys):
    def fail(record):
        raise RuntimeError("the filter died")

    if broken == "filter":
        logger = logging.getLogger("failing")
        logger.setLevel(logging.DEBUG)
        logger.addFilter(fail)
    else:
        logger = type("Logger", (), {"info": lambda self: None} if broken == "signature" else {})()
    writer = LogWriter("pd", WriterConfig("a", "b", enable_anomaly_detection=True), logger)
    assert writer.write_log_rows([{**ROW, "validation_rate": 10}])["rows_written"] == 1
    assert writer.get_metrics()["successful_writes"] == 1 == writer.get_table_info()["row_count"]
    assert capsys.readouterr().err.count("Traceback") == 2


def test_warnings_of_reports(writer, monkeypatch, tmp_path):
    """As of a page without charts where gnuplot is missing."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/quire").symlink_to(guide.FOLDER / "quire")
    writer.logger = PipelineLogger()
    writer.write_log_rows([ROW])
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    writer.generate_summary_report(html="r.html")
    assert "gnuplot" in writer.logger.said[-1][1] and writer.logger.said[-1][0] == "warning"


# --- Tables ----------------------------------------------------------------------------------------

def every_call(writer):
    yield lambda: writer.write_log_rows([ROW])
    for method in (writer.get_table_info, writer.optimize_table, writer.generate_summary_report,
                   writer.maintain_table, writer.get_table_history, writer.validate_data_quality,
                   writer.analyze_performance_trends, writer.export_analytics_data,
                   writer.show_logs):
        yield method
    yield lambda: writer.optimize_table(enable_compression=True)
    yield lambda: writer.optimize_table(enable_zordering=True)
    yield lambda: writer.optimize_table(enable_vacuum=True)


@pytest.mark.parametrize("line", [
    "garbage", '{"protocol":{"minReaderVersion":99,"minWriterVersion":99}}',
    '{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["foo"],'
    '"writerFeatures":["foo"]}}', '{"metaData":{"id":"x","schemaString":"{","partitionColumns":[]}}'])
def test_a_damaged_log_is_of_the_table(writer, line):
    writer.write_log_rows([ROW])
    (LOG / f"{1:020}.json").write_text(line + "\n")
    for call in every_call(writer):
        with pytest.raises(WriterTableError):
            call()
    with pytest.raises(WriterTableError):
        LogWriter("pd", WriterConfig("a", "b")).write_log_rows([ROW])
    assert writer.get_metrics()["failed_writes"] == 1


def test_a_table_for_readers_alone(writer):
    writer.write_log_rows([ROW])
    writer.write_log_rows([ROW])
    (LOG / f"{2:020}.json").write_text(
        '{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["foo"]}}\n')
    calls = list(every_call(writer))
    for call in (calls[0], lambda: writer.write_execution_result_batch([EXECUTION] * 2),
                 writer.optimize_table, *calls[-3:]):
        with pytest.raises(WriterTableError, match="cannot write: foo"):
            call()
    assert writer.get_table_info()["row_count"] == 2


def test_a_damaged_file_is_of_the_table(writer):
    writer.write_log_rows([ROW])
    for path in pathlib.Path("pd/a/b").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:100])
    for call in (writer.generate_summary_report, writer.show_logs, writer.export_analytics_data,
                 lambda: writer.optimize_table(enable_zordering=True)):
        with pytest.raises(WriterTableError, match="footer") as raised:
            call()
        assert raised.value.context["status"] == 1


@pytest.mark.parametrize("schema", ["a int64", "run_id int64, phase string, step_name string, "
                                    "duration_secs float64, created_at timestamp(us, UTC)"])
def test_a_table_of_others_is_told_by_what_reads_it(writer, schema):
    good("table", "create", "pd/a/b", "--schema", schema)
    for call in (writer.generate_summary_report, writer.show_logs, writer.get_table_info,
                 lambda: writer.write_log_rows([ROW])):
        try:
            call()
        except WriterSchemaError as error:
            first = schema.split(",")[0].split(" ")
            assert error.actual_schema[first[0]] == first[1]
        else:
            assert call == writer.get_table_info and "," in schema


def test_rows_that_a_table_refuses_are_no_damage(writer):
    writer.write_log_rows([ROW])
    good("table", "constraint", "add", "pd/a/b", "quick", "duration_secs < 9")
    with pytest.raises(WriterValidationError, match='constraint "quick"'):
        writer.write_log_rows([{**ROW, "duration_secs": 10}])
    merging = LogWriter("pd", WriterConfig("a", "b", write_mode=WriteMode.MERGE))
    with pytest.raises(WriterValidationError, match="the same key"):
        merging.write_log_rows([ROW, ROW])


# --- What was given --------------------------------------------------------------------------------

@pytest.mark.parametrize("context, column", [
    ({"run_mode": "weird"}, "run_mode"), ({"start_time": "yesterday"}, "start_time"),
    ({"start_time": float("nan")}, "start_time"), ({"note": [0, b"x"]}, "note"), ([], None)])
def test_contexts_that_cannot_be(writer, context, column):
    """By the same kind of error, whether they are by themselves or in an execution."""
    with pytest.raises(WriterValidationError) as raised:
        writer.write_step_results([ROW], context)
    assert raised.value.context["column"] == column
    with pytest.raises(WriterValidationError):
        writer.write_execution_result({**EXECUTION, "context": context})
    assert writer.get_metrics()["failed_writes"] == 2


def test_each_call_that_fails_is_a_failed_write(writer):
    calls = [lambda: writer.write_log_rows(None),
             lambda: writer.write_log_rows([{**ROW, "duration_secs": float("nan")}]),
             lambda: writer.write_log_rows([{**ROW, "phase": "brass"}]),
             lambda: writer.write_log_rows([ROW], run_id=""),
             lambda: writer.write_execution_result_batch([EXECUTION], batch_size=0),
             lambda: writer.write_step_results([ROW], {"run_mode": "weird"})]
    for number, call in enumerate(calls, 1):
        with pytest.raises(WriterError):
            call()
        metrics = writer.get_metrics()
        assert (metrics["total_writes"], metrics["failed_writes"]) == (number, number)
    assert metrics["success_rate_percent"] == 0


@pytest.mark.parametrize("run_id", ["a\0b", "a\udc80b", "a" * 200_000, ""])
def test_run_ids_that_cannot_be(writer, run_id):
    with pytest.raises(WriterConfigurationError):
        writer.write_log_rows([ROW], run_id=run_id)


def test_run_ids_that_look_like_options(writer):
    assert writer.write_execution_result({"step_results": [ROW]}, run_id="--json")["run_id"] == "--json"


def test_rows_that_cannot_be_are_an_issue(writer):
    rows = [ROW, {**ROW, "duration_secs": -1}, {**ROW, "rows_processed": 0}, {"step_name": "s"}]
    verdict = writer.validate_log_data_quality(rows, {"rows_processed": "rows_processed > 0"})
    assert (verdict["invalid_rows"], verdict["total_rows"]) == (3, 4)
    rule, refused = verdict["quality_issues"]
    assert (rule["rule"], refused["rule"], refused["rows"]) == ("rows_processed > 0", "a row can be", 2)
    assert refused["percent"] == 50
    assert [(one["row"], one["column"]) for one in refused["examples"]] == [
        (2, "duration_secs"), (4, "phase")]
    assert "-1: it cannot be negative" in refused["examples"][0]["reason"]
    assert writer.validate_log_data_quality([ROW])["quality_issues"] == []
    for rules in ({"run_id": None}, {"run_id": [None]}, {"run_id": 5}):
        with pytest.raises(WriterConfigurationError, match="is no condition in SQL"):
            writer.validate_log_data_quality([ROW], rules)


def test_errors_that_programs_raise():
    assert WriterDataQualityError("x").quality_issues == []
    assert WriterSchemaError("x").actual_schema == {}
    error = WriterError("x; y", context={"a": 1}, suggestions=["z"])
    assert (error.context, error.suggestions, WriterError("x; y").suggestions) == ({"a": 1}, ["z"], ["y"])


# --- What is asked ---------------------------------------------------------------------------------

def test_queries_of_reports(writer):
    writer.write_log_rows([ROW])
    for text in (writer.generate_summary_report(print_sql=True),
                 writer.analyze_performance_trends(print_sql=True)):
        assert "SELECT" in text
    with pytest.raises(WriterConfigurationError, match="standard output"):
        writer.export_analytics_data(path="-")


def test_optimize_does_what_is_switched_on(writer):
    writer.write_log_rows([ROW])

    def done(**options):
        return writer.optimize_table(**options)["optimizations_applied"]

    switches = ["enable_partitioning", "enable_compression", "enable_zordering", "enable_vacuum"]
    assert done(**dict.fromkeys(switches, False)) == []
    assert done(enable_partitioning=False) == []
    assert done() == done(enable_vacuum=False) == ["partitioning"]
    assert done(enable_zordering=True, columns=["run_id"]) == ["zordering"]
    with pytest.raises(WriterConfigurationError, match="no option --zorder-columns"):
        writer.optimize_table(zorder_columns=["run_id"])


def test_memory_needs_no_table(writer):
    memory = writer.get_memory_usage()
    held = bytes(64 << 20)
    assert writer.get_memory_usage()["vms_mb"] - memory["vms_mb"] >= len(held) >> 21
    assert 0 < memory["percent"] < 100 and memory["available_mb"] > 0


def test_an_export_is_named_after_its_format(writer):
    writer.write_log_rows([ROW])
    pathlib.Path("analytics.json").write_text("older")
    assert writer.export_analytics_data()["export_path"] == "analytics.json"
    assert len(json.loads(pathlib.Path("analytics.json").read_text())) == 1
