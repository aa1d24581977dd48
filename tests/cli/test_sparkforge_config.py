"""How examples/sparkforge_writer.py takes configurations: in code, by the environment and by a file;
and what of its arguments it refuses."""

import copy
import dataclasses
import json
import logging
import os
import sys

import guide
import pandas
import pyarrow
import pytest
from program import ROOT, good

sys.path.append(str(ROOT / "examples"))
from sparkforge_writer import (  # noqa: E402
    LogWriter, WriteMode, WriterConfig, WriterConfigurationError, WriterDataQualityError,
    WriterError, WriterValidationError)

ROW = {"run_id": "r", "phase": "gold", "step_name": "s", "rows_processed": 10, "duration_secs": 5,
       "validation_rate": 96}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    return guide.enter(tmp_path, monkeypatch)


@pytest.fixture
def give(place, monkeypatch):
    """Configures outside the code, in one way or another."""
    def by(how, **options):
        for name, value in options.items() if how == "environment" else []:
            monkeypatch.setenv(f"QUIRE_LOG_{name.upper()}", str(value))
        if how == "file":
            (place / "base.json").write_text(json.dumps(options))
            monkeypatch.setenv("QUIRE_CONFIG", str(place / "base.json"))
    return by


@pytest.fixture(params=["environment", "file"])
def how(request):
    return request.param


def test_fields_are_the_options():
    """Each by its name, and as what holds where it is not given."""
    config, told = WriterConfig(), good("log", "options", "--json").json()
    assert {field.name for field in dataclasses.fields(config)} == set(told)
    for name, value in told.items():
        assert getattr(config, name) == (WriteMode.APPEND if name == "write_mode" else value)
    assert (config.batch_size, config.max_retries, config.min_validation_rate) == (1000, 3, 95)
    assert config.arguments() == []


def test_what_holds_can_be_read(give, how):
    config = WriterConfig("a", "b", batch_size=5, write_mode=WriteMode.OVERWRITE)
    give(how, batch_size=7, max_retries=9, write_mode="merge", partition_columns="phase,run_mode",
         fail_fast="true")
    assert (config.batch_size, config.write_mode) == (5, WriteMode.OVERWRITE)
    assert (config.max_retries, config.fail_fast) == (9, True)
    assert config.partition_columns == ["phase", "run_mode"]
    assert (WriterConfig().write_mode, WriterConfig().batch_size) == (WriteMode.MERGE, 7)
    config.batch_size = None
    assert config.batch_size == 7
    assert config == copy.copy(config) != WriterConfig("a", "b")
    assert repr(WriterConfig("a", batch_size=1)) == "WriterConfig(table_schema='a', batch_size=1)"
    give(how, batch_size="none")
    with pytest.raises(WriterConfigurationError, match="batch-size"):
        config.batch_size


def test_positions_are_those_of_the_plan():
    config = WriterConfig("a", "b", WriteMode.APPEND, ["phase"], False, False, 500, "zstd")
    assert (config.partition_columns, config.batch_size, config.compression) == (["phase"], 500, "zstd")
    assert config.enable_performance_monitoring is config.enable_data_quality_checks is False
    with pytest.raises(TypeError, match="no option batch_sizes"):
        WriterConfig("a", "b", batch_sizes=5)
    with pytest.raises(TypeError):
        WriterConfig("a", "b", WriteMode.APPEND, None, True, True, 500, "zstd", 8)


def test_names_of_the_plan_alone():
    """They read as what holds, and may be set at any time."""
    config = WriterConfig("a", "b")
    assert config.enable_performance_monitoring is config.enable_data_quality_checks is True
    assert config == WriterConfig("a", "b")
    config.performance_max_secs = 1e-6
    config.enable_performance_monitoring = True
    assert config.performance_max_secs == 1e-6
    config.enable_performance_monitoring = config.enable_data_quality_checks = False
    assert config.log_data_quality_results is False and config.performance_max_secs == 0
    for one in (config, copy.copy(config), dataclasses.replace(config, batch_size=5)):
        assert one.enable_performance_monitoring is one.enable_data_quality_checks is False
        assert LogWriter("pd", one).write_log_rows([ROW])["quality_results"] is None
    on = dataclasses.replace(config, log_data_quality_results=True)
    assert on.enable_data_quality_checks is True
    assert dataclasses.replace(on, enable_data_quality_checks=False).log_data_quality_results is False
    config.enable_performance_monitoring = True
    assert config.enable_performance_monitoring is True and config.performance_max_secs == 300
    assert config == WriterConfig("a", "b", enable_data_quality_checks=False)


def test_fields_of_ones_own():
    @dataclasses.dataclass
    class Own(WriterConfig):
        team: str = "data"

    config = Own("a", "b", write_mode="overwrite")
    assert config.team == "data" and config.arguments() == [
        "--table-schema=a", "--table-name=b", "--write-mode=overwrite"]
    assert LogWriter("pd", config).write_log_rows([ROW])["success"]


READING = [
    lambda writer: writer.get_table_info()["row_count"] == 2,
    lambda writer: writer.get_table_history()["total_versions"] >= 2,
    lambda writer: writer.generate_summary_report()["total_rows"] == 2,
    lambda writer: writer.analyze_performance_trends()["success_trend"]["total"] == 2,
    lambda writer: writer.maintain_table()["maintained"],
    lambda writer: writer.validate_data_quality()["total_rows"] == 2,
    lambda writer: writer.get_memory_usage()["rss_mb"] > 0,
    lambda writer: writer.show_logs() is None,
    lambda writer: writer.export_analytics_data()["records_exported"] == 2,
    lambda writer: writer.optimize_table(enable_compression=True)["optimized"]]


@pytest.mark.parametrize("config, names, table", [
    (WriterConfig(), {"table_schema": "prod", "table_name": "runs"}, "prod/runs"),
    (WriterConfig("a", "b"), {"table_schema": "prod", "table_name": "runs"}, "a/b"),
    (WriterConfig("a", "b"), {"table_name_pattern": "{schema}.{pipeline_id}"}, "a/shop"),
    (WriterConfig("a", "b"), {"table_suffix_pattern": "_{run_mode}"}, "a/b_initial"),
    (WriterConfig("a.x", "b", table_name_pattern="{schema}.t.{pipeline_id}"),
     {"table_suffix_pattern": ".v1"}, "a_x/t.shop.v1")])
def test_tables_that_are_named_outside(give, how, config, names, table):
    """Every method finds the table that was written, more than once."""
    give(how, **names)
    row = {**ROW, "pipeline_id": "shop"}
    for place in ("pd", "pd2/"):
        writer = LogWriter(place, config)
        assert writer.write_log_rows([row])["table"] == f"{place.rstrip('/')}/{table}"
        assert writer.get_table_info()["row_count"] == 1
        assert writer.write_log_rows([row])["table"] == f"{place.rstrip('/')}/{table}"
        for method in READING if place == "pd" else READING[:1]:
            assert method(writer)
        assert writer.get_table_info()["properties"]["delta.parquet.compression.codec"] == "snappy"


def test_what_is_asked_goes_by_the_configuration(place, give):
    (place / "rules.yaml").write_text("rules:\n- check: rows_processed > 100\n")
    config = WriterConfig("a", "b", quality_rules="rules.yaml")
    writer = LogWriter("ruled", config)
    written = writer.write_log_rows([ROW])["quality_results"]
    assert not written["quality_passed"]
    for verdict in (writer.validate_log_data_quality([ROW]), writer.validate_data_quality()):
        assert not verdict["quality_passed"] and verdict["validation_rules_applied"] == 1
    assert writer.generate_summary_report()["anomalies"][0]["type"] == "rule"
    strict = {"min_validation_rate": 98, "max_invalid_rows_percent": 1}
    for how in ("code", "environment", "file"):
        give(how, **strict)
        writer = LogWriter(how, WriterConfig("a", "b", **(strict if how == "code" else {})))
        writer.write_log_rows([ROW])
        assert writer.generate_summary_report()["anomaly_count"] == 1
        assert writer.detect_anomalies([ROW])["anomaly_count"] == 1
        for verdict in (writer.validate_log_data_quality([ROW]), writer.validate_data_quality()):
            assert verdict["stats"]["min_validation_rate"] == 98
            assert verdict["stats"]["max_invalid_rows_percent"] == 1


def test_rows_are_looked_at_whatever_writes_are_configured_for(place, give, how):
    (place / "rules.yaml").write_text("rules:\n- check: rows_processed > 100\n  on_fail: fail\n")
    give(how, write_mode="merge", table_name_pattern="{schema}.{pipeline_id}", fail_fast="true",
         log_data_quality_results="false", performance_max_secs=1e-9, quality_rejects="bad.jsonl",
         quality_action="reject", quality_rules="rules.yaml")
    writer = LogWriter("pd", WriterConfig("a", "b"))
    verdict = writer.validate_log_data_quality([ROW, ROW])
    assert (verdict["quality_passed"], verdict["validation_rules_applied"]) == (False, 1)
    good_rows = writer.validate_log_data_quality([{**ROW, "rows_processed": 101}] * 2)
    assert (good_rows["quality_passed"], good_rows["total_rows"]) == (True, 2)
    slow = [ROW] * 9 + [{**ROW, "duration_secs": 500}]
    assert writer.detect_anomalies(slow)["anomaly_count"] == 1
    with pytest.raises(WriterValidationError, match="row 1"):
        writer.detect_anomalies([{**ROW, "duration_secs": -1}])
    assert writer.config.generate_table_name("shop") == "a.shop"
    assert not os.path.exists("bad.jsonl") or os.path.getsize("bad.jsonl") == 0
    assert not os.path.exists("pd")


def test_rules_of_one_condition(place):
    writer = LogWriter("pd", WriterConfig("a", "b"))
    verdict = writer.validate_log_data_quality(
        [ROW], {"duration_secs": "duration_secs > 9", "rows_processed": ["duration_secs > 9", "true"],
                "phase": ("true",)})
    assert [(issue["rule"], issue["column"]) for issue in verdict["quality_issues"]] == [
        ("duration_secs > 9", "duration_secs"), ("rows_processed: duration_secs > 9",
                                                 "rows_processed")]
    assert verdict["validation_rules_applied"] == 4
    assert writer.validate_log_data_quality([ROW], {})["validation_rules_applied"] == 8


def test_nothing_is_no_rows(place, caplog):
    writer = LogWriter("pd", WriterConfig("a", "b"))
    for write in (writer.write_log_rows, writer.write_report, writer.write_execution_result,
                  writer.write_execution_result_batch, writer.detect_anomalies,
                  writer.validate_log_data_quality, lambda rows: writer.write_step_results(rows, {})):
        with pytest.raises(WriterValidationError, match="it is None"):
            write(None)
        for frame in (pandas.DataFrame([ROW]), pyarrow.Table.from_pylist([ROW])):
            with pytest.raises(WriterValidationError, match="is no list of rows.*to_dict"):
                write(frame)
    assert not caplog.records and not os.path.exists("pd")
    assert writer.write_log_rows(pandas.DataFrame([ROW]).to_dict("records"))["rows_written"] == 1
    with caplog.at_level(logging.WARNING):
        assert writer.write_log_rows([])["rows_written"] == 0
    assert [record.getMessage() for record in caplog.records] == [
        "log empty: input=- rows=0"]


def test_arguments_that_are_others():
    class SparkSession:
        pass

    with pytest.raises(WriterConfigurationError, match="spark: it is a SparkSession.*folder"):
        LogWriter(SparkSession(), WriterConfig("a", "b"))
    with pytest.raises(WriterConfigurationError, match="spark: it is a NoneType"):
        LogWriter(None, WriterConfig("a", "b"))
    for config in ({"table_schema": "a", "table_name": "b"}, None):
        with pytest.raises(WriterConfigurationError, match="a WriterConfig is wanted"):
            LogWriter("pd", config)
    for place in ("", "dbfs:/mnt/logs", "hdfs:/logs", "mem://logs"):
        with pytest.raises(WriterConfigurationError, match="spark: .*folder"):
            LogWriter(place, WriterConfig("a", "b"))
    assert os.listdir() == []
    with pytest.raises(WriterConfigurationError, match='no store has the scheme "abfss"'):
        LogWriter("abfss://logs@account/x", WriterConfig("a", "b"))
    assert os.listdir() == []
    LogWriter("./dbfs:/mnt", WriterConfig("a", "b")).write_log_rows([ROW])
    assert os.listdir() == ["dbfs:"]


def test_an_action_for_rules_of_ones_own(place):
    (place / "rules.yaml").write_text("rules:\n- check: rows_processed > 100\n")
    config = WriterConfig("a", "b", quality_rules="rules.yaml", quality_action="fail")
    with pytest.raises(WriterDataQualityError) as raised:
        LogWriter("pd", config).write_log_rows([{**ROW, "rows_processed": 101}] * 99 + [ROW])
    assert raised.value.quality_issues[0]["rows"] == 1
    config = dataclasses.replace(config, quality_action="reject", quality_rejects="bad.jsonl")
    result = LogWriter("pd", config).write_log_rows([{**ROW, "rows_processed": 101}] * 99 + [ROW])
    assert result["rows_written"] == 99 and len(open("bad.jsonl").readlines()) == 1


def test_reports_take_the_options_of_commands(place, capsys):
    writer = LogWriter("pd", WriterConfig("a", "b"))
    writer.write_log_rows([{**ROW, "step_name": f"s{i}", "created_at": f"2026-01-0{i}T00:00:00Z"}
                           for i in range(1, 8)])
    report = writer.generate_summary_report(3, until="2026-01-05", where="step_name <> 's3'",
                                            history=True, html="r.html", min_validation_rate=97)
    assert (report["total_rows"], report["anomaly_count"]) == (2, 2)
    assert open("r.html").read().startswith("<!doctype html>")
    assert writer.analyze_performance_trends(0, where="step_name = 's1'")[
        "success_trend"]["total"] == 1
    assert writer.validate_data_quality(days=2, until="2026-01-05")["total_rows"] == 2
    writer.show_logs(1, columns=["step_name", "phase"], filter={"phase": "gold"}, json=True)
    assert json.loads(capsys.readouterr().out) == {"step_name": "s7", "phase": "gold"}
    with pytest.raises(WriterConfigurationError, match="no option --untl"):
        writer.generate_summary_report(untl="2026-01-05")


# --- Errors ----------------------------------------------------------------------------------------

def test_where_an_error_is(place):
    writer = LogWriter("pd", WriterConfig("a", "b"))
    with pytest.raises(WriterValidationError) as raised:
        writer.write_log_rows([ROW, {**ROW, "rows_processed": -4}])
    context = raised.value.context
    assert [context[name] for name in ("row", "column", "pointer")] == [
        2, "rows_processed", "/1/rows_processed"]
    with pytest.raises(WriterValidationError) as raised:
        writer.write_report({"silver": {"clean": {"write": {"rows_written": "many"}}}})
    assert raised.value.context["pointer"] == "/silver/clean/write/rows_written"
    with pytest.raises(WriterConfigurationError) as raised:
        LogWriter("pd", WriterConfig("a", "b", batch_size=0))
    assert raised.value.context["row"] is raised.value.context["pointer"] is None
    nothing = LogWriter("pd", WriterConfig("a", "b", write_mode="overwrite"))
    with pytest.raises(WriterValidationError, match="no rows to overwrite"):
        nothing.write_log_rows([])
    writer.write_log_rows([ROW])
    with pytest.raises(WriterError):
        writer.export_analytics_data(filters={"step_name": object()})


def test_conditions_of_spark(place):
    column = type("Column", (), {"__module__": "pyspark.sql.column"})()
    with pytest.raises(WriterConfigurationError, match="Column is no condition in SQL, as text"):
        LogWriter("pd", WriterConfig("a", "b")).validate_log_data_quality([ROW], {"x": [column]})


def test_what_a_star_imports():
    names = {}
    exec("from sparkforge_writer import *", names)
    assert {"LogWriter", "WriterConfig", "WriterError"} < set(names)
    assert not {"json", "datetime", "call", "option"} & set(names)
