"""SQL expressions of libquire in-process: parsed, bound to a pyarrow batch, evaluated."""

import ctypes as c

import pyarrow as pa
from pyquire import ArrowArray, ArrowSchema, ArrowStream, Error, _stream_of, check, lib


class Expression:
    """An expression, bound to the schema of a pyarrow RecordBatch or Schema."""

    def __init__(self, text, schema):
        self._expr, error = c.c_void_p(), Error()
        check(lib.quire_expr_parse(text.encode(errors="surrogateescape"), c.byref(self._expr),
                                   c.byref(error)), error)
        exported = ArrowSchema()
        schema._export_to_c(c.addressof(exported))
        code = lib.quire_expr_bind(self._expr, c.byref(exported), c.byref(error))
        lib.quire_schema_release(c.byref(exported))
        check(code, error)

    @property
    def type(self):
        schema, error = ArrowSchema(), Error()
        check(lib.quire_expr_result_schema(self._expr, b"result", c.byref(schema),
                                           c.byref(error)), error)
        return pa.Field._import_from_c(c.addressof(schema)).type

    def evaluate(self, batch):
        """The values of a RecordBatch's rows, as a pyarrow Array."""
        schema, error = ArrowSchema(), Error()
        check(lib.quire_expr_result_schema(self._expr, b"result", c.byref(schema),
                                           c.byref(error)), error)
        given, result = ArrowArray(), ArrowArray()
        batch._export_to_c(c.addressof(given))
        code = lib.quire_expr_evaluate(self._expr, c.byref(given), c.byref(result),
                                       c.byref(error))
        lib.quire_array_release(c.byref(given))
        if code != 0:
            lib.quire_schema_release(c.byref(schema))
        check(code, error)
        array = pa.Array._import_from_c(c.addressof(result), c.addressof(schema))
        array.validate(full=True)
        return array

    def __del__(self):
        if getattr(self, "_expr", None):
            lib.quire_expr_free(self._expr)


def evaluate(text, batch):
    return Expression(text, batch.schema).evaluate(batch)


def value(text):
    """The value of an expression without columns."""
    batch = pa.record_batch({"none": pa.nulls(1, pa.int32())})
    return evaluate(text, batch)[0].as_py()


def filtered(batches, condition):
    """The rows of anything that exports an Arrow stream for which a condition is true."""
    capsule, stream = _stream_of(batches)
    result, error = ArrowStream(), Error()
    code = lib.quire_stream_filter(stream, condition.encode(), c.byref(result), c.byref(error))
    del capsule
    check(code, error)
    with pa.RecordBatchReader._import_from_c(c.addressof(result)) as reader:
        return reader.read_all()
