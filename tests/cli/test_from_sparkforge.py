"""docs/guides/from-sparkforge.md: its examples are run as they stand, and it has every name of
SparkForge's writer."""

import json
import re

import guide
import pytest
from program import good

PAGE = guide.text("from-sparkforge.md")

METHODS = """write_report write_execution_result write_step_results write_log_rows
    write_execution_result_batch show_logs get_table_info get_metrics reset_metrics
    get_memory_usage get_performance_metrics validate_log_data_quality validate_data_quality
    detect_anomalies optimize_table maintain_table get_table_history generate_summary_report
    analyze_performance_trends export_analytics_data generate_table_name""".split()
OPTIONS = """table_schema table_name write_mode partition_columns partition_count batch_size
    max_file_size_mb parallel_write_threads memory_fraction compression log_data_quality_results
    enable_anomaly_detection min_validation_rate max_invalid_rows_percent enable_schema_evolution
    auto_optimize_schema schema_validation_mode enable_optimization table_name_pattern
    table_suffix_pattern max_retries retry_delay_secs retry_exponential_backoff fail_fast""".split()
FIELDS = """run_id run_mode run_started_at run_ended_at execution_id pipeline_id schema phase
    step_name step_type start_time end_time duration_secs table_fqn rows_processed rows_written
    validation_rate success error_message metadata""".split()
ERRORS = [f"Writer{kind}Error" for kind in (
    "", "Configuration", "Validation", "Table", "DataQuality", "Performance", "Schema")]
CLASSES = """LogWriter WriterConfig WriteMode LogRow MinimalLogRow MIN_LOG_SCHEMA PipelineReport
    ExecutionResult ExecutionContext StepResult PipelineMetrics PipelineLogger""".split()


def test_examples(tmp_path, monkeypatch):
    assert guide.run_page("from-sparkforge.md", tmp_path, monkeypatch) == {
        "console", "python", "c"}


@pytest.mark.parametrize("name", METHODS + OPTIONS + FIELDS + ERRORS + CLASSES)
def test_every_name_is_told(name):
    """In a row of a table."""
    assert re.search(rf"^\|.*`[^`]*\b{name}\b", PAGE, re.M), name


def test_commands_are_those_of_the_help():
    """Options in the page are options of the commands."""
    known = set()
    for command in ("write", "show", "info", "history", "check", "anomalies", "report", "trends",
                    "export", "optimize", "maintain", "metrics"):
        known |= set(re.findall(r"--[a-z-]+", good("log", command, "--help").text))
    for line in re.findall(r"quire log [^|\n]*", PAGE) + re.findall(r"^\| .*`--.*", PAGE, re.M):
        for option in re.findall(r"`(--[a-z-]+[a-z])|\s(--[a-z-]+[a-z])", line):
            assert (option[0] or option[1]) in known | {"--compresion"}, line


def test_defaults_are_those_of_the_page(tmp_path):
    """The properties of a new table, and the verdict, say what the table of options does."""
    row = {"run_id": "r", "phase": "gold", "step_name": "s", "created_at": "2024-01-01T00:00:00Z"}
    told = good("log", "write", tmp_path / "t", "--kind", "rows", "--json",
                stdin=json.dumps(row)).json()
    assert told["quality_results"]["stats"]["min_validation_rate"] == 95
    assert told["quality_results"]["stats"]["max_invalid_rows_percent"] == 5
    assert told["anomaly_results"] is None
    help_text = " ".join(good("log", "write", "--help").text.split())
    for key, default in re.findall(r"^\| `(\w+)` \| [^|]* \| ([\w.]+) \|", PAGE, re.M):
        if default in ("true", "false", "none", "snappy", "always"):
            continue
        name = key.replace("_", "-")
        option = re.search(rf"--{name} (?:N|X|[a-z]+\|[a-z|]+) [^()]*\(default ([\w.]+)\)",
                           help_text)
        assert option and option[1] == default, key
