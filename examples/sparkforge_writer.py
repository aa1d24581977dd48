"""SparkForge's LogWriter by `quire log`: its classes and methods for Python programs that call them.

    writer = LogWriter("warehouse", WriterConfig(table_schema="analytics", table_name="runs"))
    writer.write_log_rows([{"run_id": "r", "phase": "bronze", "step_name": "load"}])

Where there was a Spark session is the folder, or the URL of a store, that the tables are below. Each
call runs the program `quire`, which the PATH has. docs/guides/from-sparkforge.md tells what each
method, option and key is.
"""

import contextlib
import copy
import dataclasses
import datetime
import decimal
import enum
import json
import logging
import os
import re
import subprocess
import tempfile
import typing
import uuid

__all__ = [
    "Column", "LogRow", "LogWriter", "MIN_LOG_SCHEMA", "MinimalLogRow", "SCHEMA", "WriteMode",
    "WriterConfig", "WriterConfigurationError", "WriterDataQualityError", "WriterError",
    "WriterPerformanceError", "WriterSchemaError", "WriterTableError", "WriterValidationError"]

# The columns of a run log, and the types that they have in a table.
SCHEMA = {
    "run_id": "string", "run_mode": "string", "run_started_at": "timestamp(us, UTC)",
    "run_ended_at": "timestamp(us, UTC)", "execution_id": "string", "pipeline_id": "string",
    "schema": "string", "phase": "string", "step_name": "string", "step_type": "string",
    "start_time": "timestamp(us, UTC)", "end_time": "timestamp(us, UTC)",
    "duration_secs": "float64", "table_fqn": "string", "write_mode": "string",
    "input_rows": "int64", "output_rows": "int64", "rows_written": "int64",
    "rows_processed": "int64", "table_total_rows": "int64", "valid_rows": "int64",
    "invalid_rows": "int64", "validation_rate": "float64", "success": "bool",
    "error_message": "string", "memory_usage_mb": "float64", "cpu_usage_percent": "float64",
    "metadata": "string", "created_at": "timestamp(us, UTC)"}
MIN_LOG_SCHEMA = {name: SCHEMA[name] for name in (
    "run_id", "phase", "step_name", "duration_secs", "rows_processed", "validation_rate")}
PYTHON_TYPES = {"string": str, "float64": float, "int64": int, "bool": bool,
                "timestamp(us, UTC)": datetime.datetime}
LogRow = typing.TypedDict("LogRow", {
    **{name: typing.Optional[PYTHON_TYPES[kind]] for name, kind in SCHEMA.items()},
    "metadata": typing.Optional[dict]}, total=False)
MinimalLogRow = typing.TypedDict("MinimalLogRow", {
    name: PYTHON_TYPES[kind] for name, kind in MIN_LOG_SCHEMA.items()})


class WriteMode(enum.Enum):
    APPEND = "append"
    OVERWRITE = "overwrite"
    IGNORE = "ignore"
    MERGE = "merge"


class Column(str):
    """A condition in SQL."""


# Fields by the beginnings of their names: those that name a table, that a log is held against, and
# that a report is.
TABLE = ("table_",)
JUDGED = ("min_validation_rate", "quality_rules")
CHECKED = (*JUDGED, "max_invalid_rows_percent")
# Of a write that keeps nothing, whatever is configured for those that do.
ANY_WRITE = ["--write-mode=append", "--no-fail-fast", "--quality-action=warn",
             f"--quality-rejects={os.devnull}", "--performance-max-secs=0", "--performance-max-memory-mb=0",
             "--performance-min-success-rate=0"]
EVERY_ROW = {"rules": [{"check": "true"}]}


class Setting:
    """A field that is what it was given, else what quire, the environment (QUIRE_LOG_…) and
    QUIRE_CONFIG have for it."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, config, owner=None):
        given = vars(config).get(self.name) if config is not None else None
        return given if given is not None or config is None else option(self.name)

    def __set__(self, config, value):
        vars(config)[self.name] = value


def option(name):
    """What an option is where none is given in code; None: it has no value."""
    value = json.loads(call(["log", "options", "--json"]))[name]
    if value is not None and name == "write_mode":
        return WriteMode(value)
    return value.split(",") if value is not None and name == "partition_columns" else value


@dataclasses.dataclass(eq=False, repr=False)
class WriterConfig:
    """What is not given, or None, is left to quire, the environment (QUIRE_LOG_…) and QUIRE_CONFIG,
    and reads as what it is there."""
    table_schema: str = Setting()
    table_name: str = Setting()
    write_mode: WriteMode = Setting()
    partition_columns: list = Setting()
    partition_count: int = Setting()
    batch_size: int = Setting()
    max_file_size_mb: int = Setting()
    parallel_write_threads: int = Setting()
    memory_fraction: float = Setting()
    compression: str = Setting()
    log_data_quality_results: bool = Setting()
    enable_anomaly_detection: bool = Setting()
    anomaly_history_days: int = Setting()
    min_validation_rate: float = Setting()
    max_invalid_rows_percent: float = Setting()
    quality_rules: str = Setting()
    quality_action: str = Setting()
    quality_rejects: str = Setting()
    enable_schema_evolution: bool = Setting()
    widen_types: bool = Setting()
    auto_optimize_schema: bool = Setting()
    schema_validation_mode: str = Setting()
    enable_optimization: bool = Setting()
    max_retries: int = Setting()
    retry_delay_secs: float = Setting()
    retry_exponential_backoff: bool = Setting()
    fail_fast: bool = Setting()
    table_name_pattern: str = Setting()
    table_suffix_pattern: str = Setting()
    table_timestamp: str = Setting()
    performance_max_secs: float = Setting()
    performance_max_memory_mb: float = Setting()
    performance_min_success_rate: float = Setting()
    # By these names in SparkForge's plan: without the one there are no ceilings, and the other is
    # log_data_quality_results.
    enable_performance_monitoring: dataclasses.InitVar[bool] = None
    enable_data_quality_checks: dataclasses.InitVar[bool] = None

    def __post_init__(self, enable_performance_monitoring, enable_data_quality_checks):
        if enable_performance_monitoring is False:
            self.performance_max_secs = self.performance_max_memory_mb = 0
            self.performance_min_success_rate = 0
        if enable_data_quality_checks is not None:
            self.log_data_quality_results = enable_data_quality_checks

    def __repr__(self):
        given = [f"{name}={value!r}" for name, value in vars(self).items() if value is not None]
        return f"WriterConfig({', '.join(given)})"

    def __eq__(self, other):
        return vars(self) == vars(other) if isinstance(other, WriterConfig) else NotImplemented

    def arguments(self, *, only=("",)):
        """The options of those fields that are given and whose names begin with one of these."""
        found = []
        for field in dataclasses.fields(self):
            if field.name.startswith(only):
                found += flags({field.name: vars(self).get(field.name)})
        return found

    def generate_table_name(self, pipeline_id=None, run_mode=None, timestamp=None):
        """By a write into memory, which is gone at once."""
        config = copy.copy(self)
        config.table_timestamp = timestamp or self.table_timestamp
        row = {"phase": "pipeline", "step_name": "name", "pipeline_id": pipeline_id,
               "run_mode": run_mode}
        with rules_file(EVERY_ROW) as rules:
            told = call(["log", "write", "mem://names", "--kind", "rows", "--json", *ANY_WRITE, rules,
                         *config.arguments(only=TABLE)], [row])
        return json.loads(told)["table_fqn"]


WARNING = "quire: warning: "


# --- Errors ------------------------------------------------------------------------------------

class WriterError(Exception):
    """context: status, operation and result, and of what is bad row (from 1), column and JSON
    pointer, as far as they are known; suggestions: what may help."""

    def __init__(self, message, context=None):
        super().__init__(message)
        self.context = context or {}
        self.suggestions = message.split("; ")[1:]


class WriterConfigurationError(WriterError):
    pass


class WriterValidationError(WriterError):
    pass


class WriterTableError(WriterError):
    pass


class WriterPerformanceError(WriterError):
    pass


class WriterDataQualityError(WriterError):
    @property
    def quality_issues(self):
        verdict = (self.context["result"] or {}).get("quality_results") or {}
        return verdict.get("quality_issues", [])


class WriterSchemaError(WriterError):
    """The message names the columns that differ, with both types; actual_schema is the table's."""
    expected_schema = SCHEMA

    @property
    def actual_schema(self):
        table = (self.context["result"] or {}).get("table")
        return columns_of(table) if table else {}


def error_of(status, told, result):
    """The error that a status and the message on standard error stand for."""
    lines = [line for line in told.splitlines() if not line.startswith(WARNING)]
    message = (lines[-1] if lines else f"quire ended with status {status}").removeprefix("quire: ")
    kinds = {"check": WriterDataQualityError, "quality": WriterDataQualityError,
             "performance": WriterPerformanceError, "write run log": WriterSchemaError}
    operation = next((name for name in kinds if message.startswith((name + " ", name + ":"))), None)
    kind = {2: WriterConfigurationError, 1: kinds.get(operation, WriterValidationError)}.get(
        status, WriterTableError)
    if "there are no rows to overwrite" in message:
        kind = WriterValidationError
    place = re.search(r": ((?:(?:row|byte) \d+|column [^:,]+)(?:, (?:byte \d+|column [^:,]+))*): "
                      r"(?:(/.*?): )?", message)
    known = dict(part.split(" ", 1) for part in place.group(1).split(", ")) if place else {}
    return kind(message, {"status": status, "operation": operation, "result": result,
                          "row": int(known["row"]) if "row" in known else None,
                          "column": known.get("column"),
                          "pointer": place.group(2) if place else None})


# --- Calls -------------------------------------------------------------------------------------

def plain(value):
    """What JSON has no form for: times are put in UTC, a time without a zone is local. What numpy,
    pandas and Spark have instead of Python's own is known by its methods."""
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, datetime.datetime):
        if hasattr(value, "to_pydatetime"):
            value = value.to_pydatetime(warn=False)
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, datetime.date):
        return f"{value.isoformat()}T00:00:00Z"
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, decimal.Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else \
            float(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if hasattr(value, "__dict__"):
        return vars(value)
    if hasattr(value, "__slots__"):
        return {name: getattr(value, name) for name in value.__slots__ if hasattr(value, name)}
    return list(value)


def unpacked(items):
    """Rows that are tuples with names, as Spark's are, would be lists in JSON."""
    if isinstance(items, list):
        return [unpacked(item) for item in items]
    if hasattr(items, "asDict"):
        return items.asDict(True)
    return items._asdict() if hasattr(items, "_asdict") else items


def checked(items):
    """What a pipeline returned that returned nothing is no empty list."""
    kind = type(items).__name__
    if items is None:
        raise wrong_items("there is nothing to write: it is None")
    if kind in ("DataFrame", "LazyFrame", "Table", "RecordBatch"):
        raise wrong_items(f"a {kind} is no list of rows; rows are dictionaries: "
                          "df.to_dict('records') of pandas, df.to_dicts() of Polars, "
                          "df.collect() of Spark, table.to_pylist() of Arrow")
    return items


def wrong_items(message):
    return WriterValidationError(message, {"status": 1, "operation": "run log", "result": None})


def wrong_config(message):
    return WriterConfigurationError(message, {"status": 2, "operation": None, "result": None})


def json_of(value):
    """What cannot be said in JSON (NaN, an object within itself) cannot be a row."""
    try:
        return json.dumps(unpacked(value), default=plain, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise wrong_items(f"it cannot be written as JSON: {error}") from error


def plain_option(value):
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dict):
        return json_of(value)
    return ",".join(value) if isinstance(value, (list, tuple)) else str(value)


def flags(options):
    """The arguments of options by their names; None is none."""
    found = []
    for field, value in options.items():
        name = field.replace("_", "-")
        if isinstance(value, bool):
            found.append(f"--{name}" if value else f"--no-{name}")
        elif value is not None:
            found.append(f"--{name}={plain_option(value)}")
    return found


def run_program(arguments, given=b""):
    try:
        return subprocess.run(["quire", *arguments], input=given, capture_output=True)
    except FileNotFoundError as error:
        raise wrong_config("the PATH has no program quire") from error


def columns_of(table):
    """Names and types of a table's columns: of its rows none is read."""
    none = run_program(["table", "read", table, "--where", "false", "--to", "arrow-stream"])
    told = run_program(["schema", "--from", "arrow-stream", "-"], none.stdout)
    lines = told.stdout.decode().splitlines()
    return dict(line.removesuffix(" not null").split(" ", 1) for line in lines)


def call(arguments, items=None, logger=None):
    """What quire prints; what it warns of goes to a logger. A result that is there and is no failure
    is one with status 1 as well: of a batch that was written in part, of a check that was not
    passed."""
    done = run_program(arguments, json_of(items).encode() if items is not None else b"")
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    for line in done.stderr.splitlines() if logger is not None else []:
        if line.startswith(WARNING):
            logger.warning("%s", line.removeprefix(WARNING))
    if done.returncode != 0:
        result = json.loads(done.stdout) if done.stdout.startswith("{") else None
        if result is None or "code" in result:
            raise error_of(done.returncode, done.stderr, result)
    return done.stdout


@contextlib.contextmanager
def rules_file(rules):
    """The option of a rules file."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(rules, file)
        file.flush()
        yield f"--quality-rules={file.name}"


def rules_of(validation_rules):
    """A rules file of {column: [conditions]}. Of names each is there once: a condition that two
    columns have is named after the second, too."""
    rules = {}
    for column, checks in validation_rules.items():
        for check in [checks] if isinstance(checks, str) else checks:
            if type(check).__module__.startswith("pyspark"):
                raise wrong_config(f"validation_rules: {column}: a {type(check).__module__}."
                                   f"{type(check).__name__} is no condition in SQL, as text: "
                                   f'"{column} >= 0"')
            check = str(check)
            name = check if check not in rules else f"{column}: {check}"
            if rules.get(check, {}).get("column") != column:
                rules[name] = {"name": name, "check": check, "column": column}
    return {"rules": list(rules.values())}


class LogWriter:
    def __init__(self, spark, config, logger=None):
        """spark: the folder that the tables are below. logger: without one that of logging by the
        name of this module, which shows warnings."""
        if not isinstance(config, WriterConfig):
            raise wrong_config(
                f"config: it is a {type(config).__name__}, and a WriterConfig is wanted")
        try:
            self.place = os.fsdecode(spark)
        except TypeError as error:
            raise wrong_config(
                f"spark: it is a {type(spark).__name__}, and in place of a Spark session the folder "
                "of the tables is wanted, or their URL, as text or a path") from error
        self.config, self.logger = config, logger or logging.getLogger(__name__)
        if self.place.startswith("-"):
            self.place = f"./{self.place}"  # no option
        self.table = None  # of the last write; its name may come of what was written
        self.reset_metrics()
        table = None
        try:  # a write of nothing, for the configuration's sake
            table = self._ask("write", "--kind", "rows", "--write-mode", "append",
                              options=config.arguments(), items=[])["table"]
        except WriterConfigurationError:
            raise
        except WriterError as error:  # of the table: what is called next will meet it
            table = (error.context["result"] or {}).get("table")
        if table == self.place:
            raise wrong_config("table_schema and table_name: both are wanted")

    def _named(self):
        """The options that name the table of the last write, whatever names the environment has and
        whatever the name came of; before it, those that are configured."""
        if self.table is None:
            return self.config.arguments(only=TABLE)
        schema, name = self.table[len(self.place):].strip("/").split("/", 1)
        return [f"--table-name-pattern={schema}.{name}", f"--table-suffix-pattern={name}"]

    def _run(self, command, *arguments, options=None, items=None, place=None, logger=None):
        if options is None:
            options = self._named()
        return call(["log", command, place or self.place, *options, *arguments], items, logger)

    def _ask(self, command, *arguments, **more):
        return json.loads(self._run(command, "--json", *arguments, **more))

    # --- Writing

    def _write(self, kind, items, run_id, *arguments):
        named = ["--run-id", str(run_id)] if run_id is not None else []
        try:
            result = self._ask("write", "--kind", kind, *named, *arguments, items=checked(items),
                               options=self.config.arguments(), logger=self.logger)
        except WriterError as error:
            self._count(error.context["result"])
            raise
        self._count(result)
        self.logger.info("%s: %d row%s", result["table_fqn"], result["rows_written"],
                         "" if result["rows_written"] == 1 else "s")
        self._limit(result)
        return result

    def _limit(self, result):
        """How many writes may fail is of all that the writer was called for."""
        least, rate = self.config.performance_min_success_rate, self.metrics["success_rate_percent"]
        if self.metrics["failed_writes"] == 0 or \
                0 < self.metrics["total_writes"] * (100 - least) < 100:
            return  # so few that one alone would be too many
        if rate < least:
            raise WriterPerformanceError(
                f"performance: {rate:g} percent of the writes succeeded: "
                f"performance_min_success_rate wants {least:g}; the rows of this one are in the table",
                {"status": 1, "operation": "performance", "result": result})

    def _count(self, result):
        metrics = self.metrics
        for name, value in (result or {}).get("metrics", {}).items():
            if name.startswith("total_") or name.endswith("_writes"):
                metrics[name] += value
            elif name == "memory_usage_peak_mb":
                metrics[name] = max(metrics[name], value)
        if metrics["total_writes"] > 0:
            metrics["success_rate_percent"] = \
                100 * metrics["successful_writes"] / metrics["total_writes"]
            metrics["average_duration_secs"] = \
                metrics["total_duration_secs"] / metrics["total_writes"]
        if result and result["rows_written"] > 0:
            self.table = result["table"]

    def _write_with(self, kind, items, context, run_id):
        """The context goes by a file, however large it is."""
        if context is None:
            return self._write(kind, items, run_id)
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.write(json_of(context))
            file.flush()
            return self._write(kind, items, run_id, "--context", file.name)

    def write_report(self, report, execution_context=None, run_id=None):
        return self._write_with("report", report, execution_context, run_id)

    def write_execution_result(self, execution_result, run_id=None):
        return self._write("execution-result", execution_result, run_id)

    def write_step_results(self, step_results, execution_context, run_id=None):
        return self._write_with("step-results", step_results, execution_context, run_id)

    def write_log_rows(self, log_rows, run_id=None):
        return self._write("rows", log_rows, run_id)

    def write_execution_result_batch(self, execution_results, run_id=None, batch_size=None):
        sized = ["--batch-size", str(batch_size)] if batch_size is not None else []
        return self._write("execution-result", execution_results, run_id, "--batch", *sized)

    # --- Metrics

    def get_metrics(self):
        return dict(self.metrics)

    get_performance_metrics = get_metrics

    def reset_metrics(self):
        self.metrics = {
            "total_writes": 0, "successful_writes": 0, "failed_writes": 0,
            "success_rate_percent": 100.0, "total_duration_secs": 0.0,
            "average_duration_secs": 0.0, "total_rows_written": 0, "memory_usage_peak_mb": 0.0}

    def get_memory_usage(self):
        """Of the program, which does the work."""
        return self._ask("metrics")["memory"]

    # --- Rows that are not written

    def _look(self, log_rows, *arguments):
        """Writes rows into memory. What is set apart goes nowhere."""
        options = [*ANY_WRITE, "--table-name-pattern=look.rows", "--table-suffix-pattern=rows",
                   "--log-data-quality-results", *self.config.arguments(only=CHECKED)]
        return self._ask("write", "--kind", "rows", *arguments, items=checked(log_rows),
                         options=options, place="mem://look")

    def validate_log_data_quality(self, log_rows, validation_rules=None):
        """Rows that cannot be are set apart, and count as invalid."""
        with rules_file(rules_of(validation_rules or {})) as rules:
            own = [rules] if validation_rules else []
            try:
                result = self._look(log_rows, "--quality-action=reject", *own)
            except WriterDataQualityError as error:  # by a rule that refuses rows
                result = error.context["result"]
        return result["quality_results"]

    def validate_data_quality(self, **options):
        """Of the whole table."""
        return self._ask("check", *self.config.arguments(only=CHECKED), *flags(options))

    def detect_anomalies(self, log_rows):
        """By no rules; what cannot be a row is an error."""
        with rules_file(EVERY_ROW) as rules:
            return self._look(log_rows, rules, "--enable-anomaly-detection")["anomaly_results"]

    # --- The table

    def show_logs(self, limit=20, **options):
        """options here and of reports: those of the command, columns="run_id,phase"."""
        print(self._run("show", "--limit", str(limit), *flags(options)), end="")

    def get_table_info(self):
        return self._ask("info")

    def get_table_history(self, limit=10):
        return self._ask("history", "--limit", str(limit))

    def optimize_table(self, enable_partitioning=False, enable_compression=False,
                       enable_zordering=False, enable_vacuum=False):
        codec = self.config.compression or "snappy"
        asked = [(enable_partitioning, ["--partitioning"]),
                 (enable_compression, ["--compression", codec]),
                 (enable_zordering, ["--zordering"]), (enable_vacuum, ["--vacuum"])]
        return self._ask("optimize", *sum((words for wanted, words in asked if wanted), []))

    def maintain_table(self, maintenance_options=None):
        """What is switched on; where nothing is, all but what is switched off."""
        options = maintenance_options or {}
        names = [name for name, wanted in options.items() if wanted] or \
            [name for name in ("vacuum", "analyze", "validate_schema") if name not in options]
        if not names:
            return {"maintained": False, "maintenance_operations": []}
        return self._ask("maintain", *("--" + name.replace("_", "-") for name in names))

    # --- Reports

    def generate_summary_report(self, days=7, **options):
        """html="report.html" makes the page as well."""
        return self._ask("report", "--days", str(days), *self.config.arguments(only=JUDGED),
                         *flags(options))

    def analyze_performance_trends(self, days=30, **options):
        return self._ask("trends", "--days", str(days), *flags(options))

    def export_analytics_data(self, format="json", limit=1000, filters=None, path=None):
        chosen = filters if filters is None or isinstance(filters, str) else json_of(filters)
        return self._ask("export", "--format", format, "--limit", str(limit),
                         "--path", path or f"analytics.{format}",
                         *(["--filter", chosen] if chosen else []))
