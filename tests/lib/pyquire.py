"""libquire in-process, for tests and benchmarks: ctypes over the public headers.

Batches cross by the Arrow C Stream Interface, so nothing is copied on the way.
The library is found by the environment variable QUIRE_LIB, else in build/release.
"""

import ctypes as c
import os
import pathlib

import pyarrow as pa

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = os.environ.get("QUIRE_LIB", str(ROOT / "build" / "release" / "src" / "libquire.so"))


class Error(c.Structure):
    _fields_ = [
        ("code", c.c_int),
        ("row", c.c_int64),
        ("byte", c.c_int64),
        ("operation", c.c_char * 40),
        ("path", c.c_char * 512),
        ("column", c.c_char * 128),
        ("cause", c.c_char * 512),
        ("hint", c.c_char * 256),
    ]


class ContextOptions(c.Structure):
    _fields_ = [("threads", c.c_uint), ("memory_max", c.c_int64), ("observer", c.c_void_p)]


class Setting(c.Structure):
    _fields_ = [("name", c.c_char_p), ("value", c.c_char_p)]


class Counts(c.Structure):
    _fields_ = [(name, c.c_int64) for name in ("rows", "nulled", "rejected", "bytes", "file",
                                               "file_first")]


class Condition(c.Structure):
    _fields_ = [("column", c.c_char_p), ("compare", c.c_int), ("value", c.c_char_p),
                ("value_size", c.c_size_t)]


COMPARES = ["==", "<", "<=", ">", ">=", "null", "not null"]


class RecordPolicy(c.Structure):
    _fields_ = [
        ("schema", c.c_void_p),
        ("infer_rows", c.c_int64),
        ("mixed", c.c_int),
        ("numbers", c.c_int),
        ("on_bad", c.c_int),
        ("extra", c.c_int),
        ("missing", c.c_int),
        ("any_case", c.c_bool),
        ("keep_null", c.c_bool),
        ("columns", c.POINTER(c.c_char_p)),
        ("columns_size", c.c_size_t),
        ("columns_given", c.c_bool),
        ("conditions", c.c_void_p),
        ("conditions_size", c.c_size_t),
        ("conditions_any", c.c_bool),
        ("reject", c.c_void_p),
        ("reject_user", c.c_void_p),
        ("counts", c.POINTER(Counts)),
    ]


class ReadOptions(c.Structure):
    _fields_ = [
        ("format", c.c_char_p),
        ("compression", c.c_char_p),
        ("settings", c.POINTER(Setting)),
        ("settings_size", c.c_size_t),
        ("records", RecordPolicy),
        ("context", c.c_void_p),
        ("folder", c.c_char_p),
    ]


class WriteOptions(c.Structure):
    _fields_ = [
        ("format", c.c_char_p),
        ("compression", c.c_char_p),
        ("settings", c.POINTER(Setting)),
        ("settings_size", c.c_size_t),
        ("mode", c.c_int),
        ("durability", c.c_int),
        ("no_parents", c.c_bool),
        ("context", c.c_void_p),
    ]


class WriteResult(c.Structure):
    _fields_ = [("rows", c.c_int64), ("bytes", c.c_int64)]


class ArrowStream(c.Structure):
    _fields_ = [(name, c.c_void_p) for name in ("schema", "next", "error", "release", "private")]


class ArrowSchema(c.Structure):
    _fields_ = [
        ("format", c.c_char_p),
        ("name", c.c_char_p),
        ("metadata", c.c_void_p),
        ("flags", c.c_int64),
        ("n_children", c.c_int64),
        ("children", c.c_void_p),
        ("dictionary", c.c_void_p),
        ("release", c.c_void_p),
        ("private", c.c_void_p),
    ]


class ArrowArray(c.Structure):
    _fields_ = [
        ("length", c.c_int64),
        ("null_count", c.c_int64),
        ("offset", c.c_int64),
        ("n_buffers", c.c_int64),
        ("n_children", c.c_int64),
        ("buffers", c.c_void_p),
        ("children", c.c_void_p),
        ("dictionary", c.c_void_p),
        ("release", c.c_void_p),
        ("private", c.c_void_p),
    ]


class QuireError(Exception):
    """A failed call, with the fields of struct quire_error."""

    def __init__(self, error):
        text = c.create_string_buffer(2048)
        lib.quire_error_format(c.byref(error), text, len(text))
        super().__init__(text.value.decode(errors="replace"))
        self.code = error.code
        self.name = lib.quire_code_name(error.code).decode()
        self.row, self.byte = error.row, error.byte
        self.column = error.column.decode(errors="replace")
        self.cause = error.cause.decode(errors="replace")
        self.path = error.path.decode(errors="replace")
        self.hint = error.hint.decode(errors="replace")


lib = c.CDLL(LIBRARY)
lib.quire_code_name.restype = c.c_char_p
lib.quire_context_memory_peak.restype = c.c_int64
_capsule_new = c.PYFUNCTYPE(c.py_object, c.c_void_p, c.c_char_p, c.c_void_p)(
    ("PyCapsule_New", c.pythonapi))
_capsule_pointer = c.PYFUNCTYPE(c.c_void_p, c.py_object, c.c_char_p)(
    ("PyCapsule_GetPointer", c.pythonapi))


def check(code, error):
    if code != 0:
        raise QuireError(error)


def _settings(settings):
    pairs = [(k.encode(), str(v).encode()) for k, v in (settings or {}).items()]
    return (Setting * max(len(pairs), 1))(*pairs), len(pairs)


def context(threads=0, memory=0):
    """A context; release it with close_context."""
    result, error = c.c_void_p(), Error()
    options = ContextOptions(threads, memory, None)
    check(lib.quire_context_new(c.byref(options), c.byref(result), c.byref(error)), error)
    return result


def memory_peak(ctx):
    return lib.quire_context_memory_peak(ctx)


def close_context(ctx):
    lib.quire_context_free(ctx)


def parse_schema(text):
    """An ArrowSchema of the schema language, as a pyarrow schema."""
    schema, error = ArrowSchema(), Error()
    data = text.encode()
    size = c.c_size_t(len(data))
    check(lib.quire_schema_parse(data, size, c.byref(schema), c.byref(error)), error)
    return pa.Schema._import_from_c(c.addressof(schema))


POLICY = {
    "mixed": ["error", "json"],
    "numbers": ["exact", "float"],
    "on_bad": ["fail", "null", "reject"],
    "extra": ["error", "ignore", "evolve"],
    "missing": ["null", "error"],
}


def _open(urls, format=None, compression=None, settings=None, schema=None, columns=None,
          infer_rows=0, ctx=None, counts=None, conditions=(), **policy):
    """conditions: (column, one of COMPARES, the value's bytes in Arrow's layout)."""
    urls = [urls] if isinstance(urls, (str, os.PathLike)) else list(urls)
    options = ReadOptions()
    options.format = format.encode() if format else None
    options.compression = compression.encode() if compression else None
    pairs, options.settings_size = _settings(settings)
    options.settings = pairs
    options.context = ctx
    records = options.records
    records.infer_rows = infer_rows
    for name, value in policy.items():
        setattr(records, name, POLICY[name].index(value))
    held = None
    if schema is not None:
        schema = parse_schema(schema) if isinstance(schema, str) else schema
        held = ArrowSchema()
        schema._export_to_c(c.addressof(held))
        records.schema = c.addressof(held)
    if columns is not None:
        names = (c.c_char_p * max(len(columns), 1))(*[name.encode() for name in columns])
        records.columns, records.columns_size = names, len(columns)
        records.columns_given = True
    rows = (Condition * max(len(conditions), 1))(*[
        (column.encode(), COMPARES.index(compare), value, len(value or b""))
        for column, compare, value in conditions])
    records.conditions, records.conditions_size = c.addressof(rows), len(conditions)
    if counts is not None:
        records.counts = c.pointer(counts)
    stream, error = ArrowStream(), Error()
    names = (c.c_char_p * len(urls))(*[os.fspath(url).encode() for url in urls])
    code = lib.quire_file_read_all(names, c.c_size_t(len(urls)), c.byref(options), c.byref(stream),
                                   c.byref(error))
    if held is not None:
        lib.quire_schema_release(c.byref(held))
    check(code, error)
    return stream


def reader(urls, **options):
    """Opens one object or several as a pyarrow.RecordBatchReader."""
    stream = _open(urls, **options)
    return pa.RecordBatchReader._import_from_c(c.addressof(stream))


def drain(urls, **options):
    """Reads all batches with nobody between, so that a failure is a QuireError. Gives the
    number of rows."""
    stream, batch, error, rows = _open(urls, **options), ArrowArray(), Error(), 0
    try:
        while True:
            check(lib.quire_stream_next(c.byref(stream), c.byref(batch), c.byref(error)), error)
            if not batch.release:
                return rows
            rows += batch.length
            lib.quire_array_release(c.byref(batch))
    finally:
        lib.quire_stream_release(c.byref(stream))


class Stream:
    """One object or several, for whoever takes an Arrow stream by its capsule.

    Consumed once, while this object lives; no other library stands between."""

    def __init__(self, urls, **options):
        self._stream = _open(urls, **options)

    def __arrow_c_stream__(self, requested_schema=None):
        return _capsule_new(c.addressof(self._stream), b"arrow_array_stream", None)

    def __del__(self):
        stream = getattr(self, "_stream", None)
        if stream is not None and stream.release:
            lib.quire_stream_release(c.byref(stream))


def sort(data, columns, folder, ctx):
    """The rows of anything that exports an Arrow stream in the order of columns."""
    names = (c.c_char_p * len(columns))(*[name.encode() for name in columns])
    capsule, stream = _stream_of(data)
    result, error = ArrowStream(), Error()
    code = lib.quire_stream_sort(stream, names, c.c_size_t(len(columns)),
                                 os.fspath(folder).encode(), ctx, c.byref(result), c.byref(error))
    del capsule
    check(code, error)
    return pa.RecordBatchReader._import_from_c(c.addressof(result))


def read(urls, **options):
    """Reads one object or several as a pyarrow.Table."""
    with reader(urls, **options) as batches:
        return batches.read_all()


def _stream_of(data):
    """The capsule of anything that exports an Arrow stream, and where its struct is."""
    capsule = data.__arrow_c_stream__(None)
    return capsule, c.c_void_p(_capsule_pointer(capsule, b"arrow_array_stream"))


def write(url, data, format=None, compression=None, settings=None, mode="overwrite",
          durability="none", ctx=None):
    """Writes anything that exports an Arrow stream. Returns rows and bytes."""
    options = WriteOptions()
    options.format = format.encode() if format else None
    options.compression = compression.encode() if compression else None
    pairs, options.settings_size = _settings(settings)
    options.settings = pairs
    options.mode = ["overwrite", "create", "append"].index(mode)
    options.durability = ["full", "rename", "none"].index(durability)
    options.context = ctx
    error, result = Error(), WriteResult()
    capsule, stream = _stream_of(data)
    code = lib.quire_file_write(os.fspath(url).encode(), stream, c.byref(options),
                                c.byref(result), c.byref(error))
    lib.quire_stream_release(stream)
    del capsule
    check(code, error)
    return result.rows, result.bytes
