"""docs/guides/from-sparkforge.md: its examples are run as they stand, and it has every name of
SparkForge's writer."""

import json
import re

import guide
import pytest
from program import ROOT, good

PAGE = guide.text("from-sparkforge.md")

EXAMPLES = "".join(block for _, block in guide.blocks(PAGE))
TABLES = "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))

# What SparkForge's reference and the plan of its writer name.
CLASSES = """LogWriter WriterConfig WriteMode LogRow MinimalLogRow MIN_LOG_SCHEMA PipelineReport
    ReportDict ExecutionResult ExecutionContext StepResult PipelineMetrics PipelineConfig
    PipelineLogger PipelineBuilder ValidationResult SparkSession DataFrame Column""".split()
MODULES = ["sparkforge." + name for name in """writer writer.core writer.config writer.models
    writer.exceptions models errors logging validation table_operations performance reporting""".split()]
METHODS = """write_report write_execution_result write_step_results write_log_rows
    write_execution_result_batch show_logs get_table_info get_metrics reset_metrics
    get_memory_usage get_performance_metrics validate_log_data_quality validate_data_quality
    detect_anomalies optimize_table maintain_table get_table_history generate_summary_report
    analyze_performance_trends export_analytics_data generate_table_name""".split()
ARGUMENTS = """spark config logger report execution_result execution_context run_id step_results
    log_rows execution_results batch_size limit validation_rules enable_partitioning
    enable_compression enable_zordering enable_vacuum maintenance_options vacuum analyze
    validate_schema days format filters pipeline_id run_mode timestamp""".split()
OPTIONS = """table_schema table_name write_mode partition_columns partition_count batch_size
    max_file_size_mb parallel_write_threads memory_fraction compression log_data_quality_results
    enable_anomaly_detection min_validation_rate max_invalid_rows_percent enable_schema_evolution
    auto_optimize_schema schema_validation_mode enable_optimization table_name_pattern
    table_suffix_pattern max_retries retry_delay_secs retry_exponential_backoff fail_fast""".split()
OF_THE_PLAN = ["enable_performance_monitoring", "enable_data_quality_checks"]
FIELDS = """run_id run_mode run_started_at run_ended_at execution_id pipeline_id schema phase
    step_name step_type start_time end_time duration_secs table_fqn rows_processed rows_written
    validation_rate success error_message metadata""".split()
KEYS = """success rows_written metrics quality_results total_executions successful_writes
    failed_writes row_count columns schema total_writes success_rate_percent
    average_duration_secs memory_usage_peak_mb rss_mb vms_mb percent available_mb quality_passed
    validation_rate valid_rows invalid_rows anomalies_detected anomaly_count anomalies type
    description optimized optimizations_applied maintained maintenance_operations duration_trend
    mean stddev success_trend export_successful records_exported export_size_mb""".split()
ERRORS = [f"Writer{kind}Error" for kind in (
    "", "Configuration", "Validation", "Table", "DataQuality", "Performance", "Schema")]
OF_ERRORS = ["context", "suggestions", "quality_issues"]
OTHER_ERRORS = """expected_schema actual_schema PipelineError StepError ValidationError""".split()
WORDS = """initial incremental full_refresh validation_only bronze silver gold APPEND OVERWRITE
    strict snappy json csv parquet""".split()


def test_examples(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    assert guide.run_page("from-sparkforge.md", tmp_path, monkeypatch) == {
        "console", "python", "c"}


@pytest.mark.parametrize("name", sorted({
    *CLASSES, *MODULES, *METHODS, *ARGUMENTS, *OPTIONS, *OF_THE_PLAN, *FIELDS, *KEYS, *ERRORS,
    *OF_ERRORS, *OTHER_ERRORS, *WORDS}))
def test_every_name_is_told(name):
    """In a cell of a table."""
    assert re.search(rf"(?<!\w){re.escape(name)}\b", TABLES), name


@pytest.mark.parametrize("name", sorted({
    *METHODS, *OPTIONS, *FIELDS, *KEYS, *ERRORS, *OF_ERRORS, "Column", "WriteMode"} -
    {"generate_table_name", "validate_data_quality", *ERRORS[:1]}))
def test_every_name_has_an_example(name):
    """One that is run: as it is, as an option, or as a variable."""
    dashes, variable = name.replace("_", "-"), "QUIRE_LOG_" + name.upper()
    assert re.search(rf"\b{name}\b|--(no-)?{dashes}\b|\b{variable}\b", EXAMPLES), name


def test_every_method_has_a_command_and_a_function():
    """In the table of methods; both are there."""
    rows = re.search(r"^## LogWriter, method by method\n\n(.*?)\n\n", PAGE, re.M | re.S)[1]
    header = "".join(path.read_text() for path in (ROOT / "include/quire").glob("runlog*.h"))
    told = set()
    for row in rows.splitlines()[2:]:
        methods, command, functions = row.split(" | ")
        told |= set(re.findall(r"`(\w+)`", methods))
        assert re.search(r"`log \w+|each command", command), row
        for function in re.findall(r"`(\w+)`", functions):
            assert re.search(rf"\b{function}\(", header), function
    assert told == set(METHODS) - {"generate_table_name"}


def test_commands_are_those_of_the_help():
    """Options in the page are options of the commands."""
    known = set()
    for command in ("write", "show", "info", "history", "check", "anomalies", "report", "trends",
                    "export", "optimize", "maintain", "metrics"):
        told = good("log", command, "--help").text
        known |= set(re.findall(r"--[a-z-]+", told))
        for name in re.findall(r"--\[no-\]([a-z-]+)", told):
            known |= {f"--{name}", f"--no-{name}"}
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
    section = re.search(r"^## WriterConfig\n(.*?)^## ", PAGE, re.M | re.S)[1]
    for key, default in re.findall(r"^\| `(\w+)` \| [^|]* \| ([\w.]+) \|", section, re.M):
        if default in ("true", "false", "none", "snappy", "always"):
            continue
        name = key.replace("_", "-")
        option = re.search(rf"--{name} (?:N|X|[a-z]+\|[a-z|]+) [^()]*\(default ([\w.]+)\)",
                           help_text)
        assert option and option[1] == default, key
