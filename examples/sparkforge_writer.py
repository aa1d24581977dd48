"""SparkForge's LogWriter by `quire log`: its classes and methods for Python programs that call them.

    writer = LogWriter("warehouse", WriterConfig(table_schema="analytics", table_name="runs"))
    writer.write_log_rows([{"run_id": "r", "phase": "bronze", "step_name": "load"}])

Where there was a Spark session is the folder, or the URL of a store, that the tables are below. Each
call runs the program `quire`, which the PATH has. docs/guides/from-sparkforge.md tells what each
method, option and key is.
"""

import collections.abc
import contextlib
import copy
import dataclasses
import datetime
import decimal
import enum
import json
import logging
import math
import os
import re
import subprocess
import tempfile
import traceback
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
CEILINGS = ("performance_max_secs", "performance_max_memory_mb", "performance_min_success_rate")
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


@dataclasses.dataclass(init=False, eq=False, repr=False)
class WriterConfig:
    """What is not given, or None, is left to quire, the environment (QUIRE_LOG_…) and QUIRE_CONFIG,
    and reads as what it is there."""
    table_schema: str = Setting()
    table_name: str = Setting()
    write_mode: WriteMode = Setting()
    partition_columns: list = Setting()
    batch_size: int = Setting()
    compression: str = Setting()
    partition_count: int = Setting()
    max_file_size_mb: int = Setting()
    parallel_write_threads: int = Setting()
    memory_fraction: float = Setting()
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

    def __init__(self, table_schema=None, table_name=None, write_mode=None, partition_columns=None,
                 enable_performance_monitoring=None, enable_data_quality_checks=None,
                 batch_size=None, compression=None, **options):
        """In the order of SparkForge's plan; all others are given by name."""
        given = {"table_schema": table_schema, "table_name": table_name, "write_mode": write_mode,
                 "partition_columns": partition_columns, "batch_size": batch_size,
                 "compression": compression, **options}
        unknown = given.keys() - {field.name for field in dataclasses.fields(WriterConfig)}
        if unknown:
            raise TypeError(f"WriterConfig has no option {', '.join(sorted(unknown))}")
        for name, value in given.items():
            setattr(self, name, value)
        if enable_performance_monitoring is not None:
            self.enable_performance_monitoring = enable_performance_monitoring
        if enable_data_quality_checks is not None:
            self.enable_data_quality_checks = enable_data_quality_checks

    @property
    def enable_performance_monitoring(self):
        """The plan's name of whether there is any ceiling; False takes them away."""
        return any(float(getattr(self, name)) > 0 for name in CEILINGS)

    @enable_performance_monitoring.setter
    def enable_performance_monitoring(self, wanted):
        if not wanted or all(vars(self).get(name) == 0 for name in CEILINGS):
            for name in CEILINGS:
                setattr(self, name, None if wanted else 0)

    @property
    def enable_data_quality_checks(self):
        """The plan's name of log_data_quality_results."""
        return self.log_data_quality_results

    @enable_data_quality_checks.setter
    def enable_data_quality_checks(self, wanted):
        self.log_data_quality_results = wanted

    def given(self):
        return {name: value for name, value in vars(self).items() if value is not None}

    def __repr__(self):
        given = ", ".join(f"{name}={value!r}" for name, value in self.given().items())
        return f"WriterConfig({given})"

    def __eq__(self, other):
        return self.given() == other.given() if isinstance(other, WriterConfig) else NotImplemented

    def arguments(self, *, only=("",)):
        """The options of those fields that are given and whose names begin with one of these."""
        found = []
        for field in dataclasses.fields(WriterConfig):
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
            told = call(["log", "write", "mem://names", "--kind", "rows", "--json", *ANY_WRITE, *rules,
                         *config.arguments(only=TABLE)], [row])
        return json.loads(told)["table_fqn"]


WARNING = "quire: warning: "
FAILED = {"metrics": {"total_writes": 1, "failed_writes": 1}, "rows_written": 0}  # as a result is


# --- Errors ------------------------------------------------------------------------------------

class WriterError(Exception):
    """context: status, operation and result, and of what is bad row (from 1), column and JSON
    pointer, as far as they are known; suggestions: what may help."""

    def __init__(self, message, context=None, suggestions=None):
        super().__init__(message)
        self.context = context or {}
        self.suggestions = message.split("; ")[1:] if suggestions is None else suggestions


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
        verdict = (self.context.get("result") or {}).get("quality_results") or {}
        return verdict.get("quality_issues", [])


class WriterSchemaError(WriterError):
    """The message names the columns that differ, with both types; actual_schema is the table's."""
    expected_schema = SCHEMA

    @property
    def actual_schema(self):
        table = self.context.get("table")
        return columns_of(table) if table else {}


# What is wrong with what was given, by what a message begins with; "-" is standard input, which rows
# are given by. All else that a status of data tells of is the table, or a file of it.
OF_DATA = [("check", WriterDataQualityError), ("quality", WriterDataQualityError),
           ("performance", WriterPerformanceError), ("run log -", WriterValidationError),
           ("run log", WriterSchemaError), ("write run log", WriterSchemaError),
           *((verb, WriterValidationError) for verb in ("append", "overwrite", "merge"))]
# And what says of a table that this build cannot read or change it; else the request is wrong.
OF_TABLE = ("read", "append", "overwrite", "merge", "optimize", "vacuum", "analyze", "set properties")


def kind_of(status, message, result):
    def begins(operation):
        return message.startswith((operation + " ", operation + ":"))

    code = (result or {}).get("code")
    if status == 2:
        if begins("context"):
            return WriterValidationError
        of_table = code == "UNSUPPORTED" and not begins("open store") or any(map(begins, OF_TABLE))
        return WriterTableError if of_table else WriterConfigurationError
    if status != 1 or code == "CORRUPT":
        return WriterTableError
    if "there are no rows to overwrite" in message:
        return WriterValidationError
    return next((kind for operation, kind in OF_DATA if begins(operation)), WriterTableError)


def error_of(status, told, result=None):
    """The error that a status and the message on standard error stand for."""
    lines = [line for line in told.splitlines() if not line.startswith(WARNING)]
    message = (lines[-1] if lines else f"quire ended with status {status}").removeprefix("quire: ")
    kind = kind_of(status, message, result)
    operation = next((name.removesuffix(" -") for name, _ in OF_DATA if message.startswith(name)),
                     None)
    place = re.search(r": ((?:(?:row|byte) \d+|column [^:,]+)(?:, (?:byte \d+|column [^:,]+))*): "
                      r"(?:(/.*?): )?", message)
    known = dict(part.split(" ", 1) for part in place.group(1).split(", ")) if place else {}
    table = re.match(r"(?:write )?run log (.+?): the ", message)
    return kind(message, {"status": status, "operation": operation, "result": result,
                          "table": (result or {}).get("table") or (table and table.group(1)),
                          "row": int(known["row"]) if "row" in known else None,
                          "column": known.get("column"),
                          "pointer": place.group(2) if place else None})


# --- Values ------------------------------------------------------------------------------------

class NoJson(ValueError):
    """at: the names and numbers that lead to what JSON has no form for."""

    def __init__(self, at, why):
        super().__init__(why)
        self.at = at


SIMPLE = {str, int, bool, type(None)}


def jsonable(value, at=()):
    """A value as JSON has it, with all that is in it."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise NoJson(at, f"{value} is no number in JSON; None says that there is none: "
                     "df.astype(object).where(df.notna(), None) of pandas has it")
    if isinstance(value, dict):
        return {name_of(key, at): one if type(one) in SIMPLE else jsonable(one, (*at, key))
                for key, one in value.items()}
    if isinstance(value, list) or type(value) is tuple:
        return [jsonable(one, (*at, number)) for number, one in enumerate(value)]
    try:
        simpler = plain(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise NoJson(at, f"a {type(value).__name__} cannot be written: {error}") from error
    return jsonable(simpler, at)


def name_of(key, at):
    key = key.value if isinstance(key, enum.Enum) else key
    if key is None or isinstance(key, (str, int, float)):
        return key
    raise NoJson(at, f"a name is a text, and this is a {type(key).__name__}")


def plain(value):
    """What JSON has no form for, nearer to it: times are put in UTC, a time without a zone is local,
    a date its midnight in UTC. What numpy, pandas, Arrow and Spark have instead of Python's own is
    known by its methods."""
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
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, decimal.Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else \
            float(value)
    if callable(value) or isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("JSON has nothing for it")
    if hasattr(value, "tolist"):
        return listed(value)
    for method in ("as_py", "_asdict"):
        if hasattr(value, method):
            return getattr(value, method)()
    if hasattr(value, "asDict"):
        return value.asDict(True)
    if isinstance(value, collections.abc.Mapping):
        return dict(value)
    if isinstance(value, (collections.abc.Iterator, collections.abc.Sequence, collections.abc.Set)):
        return list(value)
    return fields_of(value) or list(value)


def listed(value):
    """numpy's nanoseconds would be numbers."""
    if type(value).__module__ == "numpy" and value.dtype.str.endswith("[ns]"):
        value = value.astype(value.dtype.str.replace("[ns]", "[us]"))
    found = value.tolist()
    if isinstance(found, int) and value.dtype.kind == "m":
        raise TypeError("its unit is no number of seconds")
    return found


def fields_of(value):
    """Of dataclasses and of other objects."""
    slots = [vars(kind).get("__slots__", ()) for kind in reversed(type(value).__mro__)]
    names = [name for some in slots for name in ([some] if isinstance(some, str) else some)]
    return {name: getattr(value, name) for name in [*names, *getattr(value, "__dict__", ())]
            if hasattr(value, name)}


def json_of(value, told="run log -", status=1):
    """What cannot be said in JSON (NaN, an object within itself) is told as the program tells what
    it refuses, by what it is about and the status."""
    try:
        return json.dumps(jsonable(value), allow_nan=False, ensure_ascii=False)
    except NoJson as error:
        row = error.at[0] + 1 if error.at and isinstance(error.at[0], int) else 1
        column = next((name for name in reversed(error.at) if not isinstance(name, int)), None)
        place = [f"row {row}"] * (told == "run log -") + [f"column {column}"] * (column is not None)
        pointer = "".join(f"/{part}" for part in error.at)
        parts = [told, ", ".join(place), pointer, str(error)]
        raise error_of(status, ": ".join(part for part in parts if part)) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise error_of(status, f"{told}: it cannot be written as JSON: {error}") from error


# --- Calls -------------------------------------------------------------------------------------

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


def plain_option(value):
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dict):
        return json_of(value, "an option", 2)
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
    """What no argument can be (it has a NUL, or is too long) is no configuration."""
    try:
        return subprocess.run(["quire", *arguments], input=given, capture_output=True)
    except FileNotFoundError as error:
        raise wrong_config("the PATH has no program quire") from error
    except (OSError, ValueError) as error:
        raise wrong_config(f"quire cannot be called: {error}") from error


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
    given = json_of(items).encode(errors="surrogatepass") if items is not None else b""
    done = run_program(arguments, given)
    printed, told = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    for line in told.splitlines() if logger is not None else []:
        if line.startswith(WARNING):
            tell(logger, "warning", line.removeprefix(WARNING))
    if done.returncode != 0:
        result = json.loads(printed) if printed.startswith("{") else None
        if result is None or "code" in result:
            raise error_of(done.returncode, told, result)
    return printed


def tell(logger, level, message):
    """What a logger fails by is printed: it is no failure of the write that it is told of."""
    try:
        getattr(logger, level)(message)
    except Exception:
        with contextlib.suppress(Exception):
            traceback.print_exc()


@contextlib.contextmanager
def option_file(name, text):
    """An option whose value is a file of that text, as arguments; None is none."""
    if text is None:
        yield []
        return
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8",
                                     errors="surrogatepass") as file:
        file.write(text)
        file.flush()
        yield [f"--{name}={file.name}"]


def rules_file(rules):
    return option_file("quality-rules", json.dumps(rules))


def rules_of(validation_rules):
    """A rules file of {column: [conditions]}. Of names each is there once: a condition that two
    columns have is named after the second, too."""
    rules = {}
    for column, checks in validation_rules.items():
        for check in checks if isinstance(checks, (list, tuple, set)) else [checks]:
            if not isinstance(check, str):
                raise wrong_config(f"validation_rules: {column}: a {type(check).__module__}."
                                   f"{type(check).__name__} is no condition in SQL, as text: "
                                   f'"{column} >= 0"')
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
        if not self.place:
            raise wrong_config("spark: it is empty, and the folder of the tables is wanted")
        if re.match("[a-z][a-z0-9+.-]+:(?!//)|mem:", self.place):
            raise wrong_config(f"spark: {self.place} is no folder and no URL of a store that keeps "
                               "tables; a folder of that name has ./ before it")
        self.config = config
        self.logger = logger if logger is not None else logging.getLogger(__name__)
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

    def _write(self, kind, items, run_id, *arguments, context=None):
        """The context goes by a file, however large it is."""
        named = [f"--run-id={run_id}"] if run_id is not None else []
        try:
            about = json_of(context, "context", 2) if context is not None else None
            with option_file("context", about) as more:
                result = self._ask("write", "--kind", kind, *named, *arguments, *more,
                                   items=checked(items), options=self.config.arguments(),
                                   logger=self.logger)
        except WriterError as error:
            self._count(error.context.get("result") or FAILED)
            raise
        self._count(result)
        rows = result["rows_written"]
        tell(self.logger, "info", f"{result['table_fqn']}: {rows} row{'' if rows == 1 else 's'}")
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
        for name, value in result["metrics"].items():
            if name.startswith("total_") or name.endswith("_writes"):
                metrics[name] += value
            elif name == "memory_usage_peak_mb":
                metrics[name] = max(metrics[name], value)
        if metrics["total_writes"] > 0:
            metrics["success_rate_percent"] = \
                100 * metrics["successful_writes"] / metrics["total_writes"]
            metrics["average_duration_secs"] = \
                metrics["total_duration_secs"] / metrics["total_writes"]
        if result["rows_written"] > 0:
            self.table = result["table"]

    def write_report(self, report, execution_context=None, run_id=None):
        return self._write("report", report, run_id, context=execution_context)

    def write_execution_result(self, execution_result, run_id=None):
        return self._write("execution-result", execution_result, run_id)

    def write_step_results(self, step_results, execution_context, run_id=None):
        return self._write("step-results", step_results, run_id, context=execution_context)

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
        """Of this process; a write's memory_usage_peak_mb is of the program, which does the work."""
        with open("/proc/self/statm") as file:
            pages = [int(number) for number in file.read().split()[:2]]
        with open("/proc/meminfo") as file:
            sizes = dict(line.split(":") for line in file)
        vms, rss = [number * os.sysconf("SC_PAGE_SIZE") / 2**20 for number in pages]
        total, free = [int(sizes[name].split()[0]) / 1024 for name in ("MemTotal", "MemAvailable")]
        return {"rss_mb": rss, "vms_mb": vms, "percent": 100 * rss / total, "available_mb": free}

    # --- Rows that are not written

    def _look(self, log_rows, *arguments):
        """Writes rows into memory. What is set apart goes nowhere."""
        options = [*ANY_WRITE, "--table-name-pattern=look.rows", "--table-suffix-pattern=rows",
                   "--log-data-quality-results", *self.config.arguments(only=CHECKED)]
        return self._ask("write", "--kind", "rows", *arguments, items=checked(log_rows),
                         options=options, place="mem://look")

    def validate_log_data_quality(self, log_rows, validation_rules=None):
        """Rows that cannot be are set apart, count as invalid, and are an issue of their own."""
        with rules_file(rules_of(validation_rules or {})) as rules, option_file("quality-rejects",
                                                                               "") as apart:
            own = rules if validation_rules else []
            try:
                result = self._look(log_rows, "--quality-action=reject", *apart, *own)
            except WriterDataQualityError as error:  # by a rule that refuses rows
                result = error.context["result"]
            verdict = result["quality_results"]
            with open(apart[0].partition("=")[2], encoding="utf-8") as file:
                refused = [json.loads(line) for line in file]
        refused = [{"row": one["row"], "column": one["column"], "reason": one["reason"]}
                   for one in refused if one["reason"].startswith("/")]
        if refused:
            verdict["quality_issues"].append(
                {"rule": "a row can be", "on_fail": "reject", "rows": len(refused),
                 "percent": 100 * len(refused) / verdict["total_rows"], "examples": refused[:5]})
        return verdict

    def validate_data_quality(self, **options):
        """Of the whole table."""
        return self._ask("check", *self.config.arguments(only=CHECKED), *flags(options))

    def detect_anomalies(self, log_rows):
        """By no rules; what cannot be a row is an error."""
        with rules_file(EVERY_ROW) as rules:
            return self._look(log_rows, *rules, "--enable-anomaly-detection")["anomaly_results"]

    # --- The table

    def show_logs(self, limit=20, **options):
        """options here and of reports: those of the command, columns="run_id,phase"."""
        print(self._run("show", "--limit", str(limit), *flags(options)), end="")

    def get_table_info(self):
        return self._ask("info")

    def get_table_history(self, limit=10):
        return self._ask("history", "--limit", str(limit))

    def optimize_table(self, **options):
        """What is switched on; where nothing is, partitioning unless it is switched off. Others are
        options of the command: columns=["run_id"]."""
        ways = {"enable_partitioning": ["--partitioning"],
                "enable_compression": ["--compression", self.config.compression or "snappy"],
                "enable_zordering": ["--zordering"], "enable_vacuum": ["--vacuum"]}
        wanted = {name: options.pop(name) for name in ways if name in options}
        asked = [way for name, way in ways.items() if wanted.get(name)]
        if not asked and "enable_partitioning" in wanted:
            return {"optimized": False, "optimizations_applied": []}
        return self._ask("optimize", *sum(asked, []), *flags(options))

    def maintain_table(self, maintenance_options=None):
        """What is switched on; where nothing is, all but what is switched off."""
        options = maintenance_options or {}
        names = [name for name, wanted in options.items() if wanted] or \
            [name for name in ("vacuum", "analyze", "validate_schema") if name not in options]
        if not names:
            return {"maintained": False, "maintenance_operations": []}
        return self._ask("maintain", *("--" + name.replace("_", "-") for name in names))

    # --- Reports

    def _report(self, command, *arguments, **options):
        told = self._run(command, "--json", *arguments, *flags(options), logger=self.logger)
        return told if options.get("print_sql") else json.loads(told)

    def generate_summary_report(self, days=7, **options):
        """html="report.html" makes the page as well; with print_sql=True it is the queries' text."""
        return self._report("report", "--days", str(days), *self.config.arguments(only=JUDGED),
                            **options)

    def analyze_performance_trends(self, days=30, **options):
        return self._report("trends", "--days", str(days), **options)

    def export_analytics_data(self, format="json", limit=1000, filters=None, path=None):
        """Without a path, to analytics.FORMAT in the working directory, in place of what is there."""
        path = os.fspath(path or f"analytics.{format}")
        if path == "-":
            raise wrong_config("path: '-' would be standard output; a file is wanted")
        chosen = filters if filters is None or isinstance(filters, str) else \
            json_of(filters, "filters", 2)
        return self._ask("export", "--format", str(format), "--limit", str(limit), "--path", path,
                         *(["--filter", chosen] if chosen else []))
