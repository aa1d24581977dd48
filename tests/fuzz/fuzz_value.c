/* Schemas, single values and casts: what is read is written, read again and must be
 * the same. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "data/value_text.h"
#include "format/json/json_value.h"
#include "fuzz.h"
#include "fuzz_batch.h"
#include "quire/batch.h"

/* --- Schemas ------------------------------------------------------------------------ */

static void check_schema_text(const struct ArrowSchema *schema, const char *text)
{
    struct ArrowSchema back = {.release = NULL};
    struct quire_error error;
    quire_error_clear(&error);
    int code = quire_schema_parse(text, strlen(text), &back, &error);
    FUZZ_CHECK(code == 0, "%s: %s", text, error.cause);
    bool same = quire_schema_equal(schema, &back, &error);
    FUZZ_CHECK(same, "%s: column %s: %s", text, error.column, error.cause);
    quire_schema_release(&back);
}

static void check_schema(const struct ArrowSchema *schema)
{
    struct ArrowSchema copy = {.release = NULL};
    struct quire_error error;
    char *text = NULL;
    FUZZ_CHECK(quire_schema_print(schema, &text, &error) == 0, "%s", error.cause);
    check_schema_text(schema, text);
    quire_text_free(text);
    FUZZ_CHECK(quire_schema_print_json(schema, &text, &error) == 0, "%s", error.cause);
    check_schema_text(schema, text);
    quire_text_free(text);
    FUZZ_CHECK(quire_schema_copy(schema, &copy, &error) == 0, "%s", error.cause);
    FUZZ_CHECK(quire_schema_equal(schema, &copy, &error), "%s", error.cause);
    quire_schema_release(&copy);
}

void fuzz_schema(const uint8_t *data, size_t size)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_error error;
    quire_error_clear(&error);
    int code = quire_schema_parse((const char *)data, size, &schema, &error);
    if (code == 0)
        check_schema(&schema);
    else
        fuzz_check_error(code, &error);
    quire_schema_release(&schema);
}

void fuzz_schema_round(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct ArrowSchema schema = {.release = NULL};
    fuzz_take_schema(&bytes, &schema);
    check_schema(&schema);
    quire_schema_release(&schema);
}

/* --- Values ------------------------------------------------------------------------- */

/* A column of one type, and a view of what was appended to it. */
struct cell {
    struct ArrowSchema schema;
    struct quire_field *root;
    struct quire_column *column;
    struct quire_view *view;
    struct ArrowArray batch;
};

static void cell_init(struct cell *cell, const char *type)
{
    *cell = (struct cell){.root = NULL};
    fuzz_schema_of(type, &cell->schema);
    FUZZ_CHECK(quire_field_open(&cell->schema, &cell->root, NULL) == 0, "%s", type);
    FUZZ_CHECK(quire_column_new(cell->root, &cell->column, NULL) == 0, "%s", type);
    FUZZ_CHECK(quire_view_new(cell->root, &cell->view, NULL) == 0, "%s", type);
}

static void cell_finish(struct cell *cell)
{
    struct quire_error error;
    FUZZ_CHECK(quire_column_end_struct(cell->column) == 0, "end");
    FUZZ_CHECK(quire_column_finish(cell->column, &cell->batch, &error) == 0, "%s", error.cause);
    int code = quire_array_validate(&cell->schema, &cell->batch, &error);
    FUZZ_CHECK(code == 0, "%s", error.cause);
    FUZZ_CHECK(quire_view_set(cell->view, &cell->batch, &error) == 0, "%s", error.cause);
}

static void cell_release(struct cell *cell)
{
    quire_array_release(&cell->batch);
    quire_view_free(cell->view);
    quire_column_free(cell->column);
    quire_field_close(cell->root);
    quire_schema_release(&cell->schema);
}

static void check_cells(const struct cell *cell, const struct cell *again,
                        const struct quire_buf *text)
{
    struct quire_error error;
    bool same = quire_array_equal(&cell->schema, &cell->batch, &again->batch, &error);
    FUZZ_CHECK(same, "%.*s: %s", (int)text->size, (const char *)text->data, error.cause);
}

void fuzz_value(const uint8_t *data, size_t size)
{
    static const struct quire_value_style style;
    struct fuzz_bytes bytes = {data, size};
    const char *type = fuzz_types[fuzz_take_below(&bytes, fuzz_scalar_types_size)];
    struct cell cell, again;
    struct quire_error error;
    cell_init(&cell, type);
    cell_init(&again, type);
    const char *text = (const char *)bytes.data;
    enum quire_value_result result =
        quire_value_parse(&cell.column->children[0], text, bytes.size, &style);
    if (result == QUIRE_VALUE_OK) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf written = {0};
        cell_finish(&cell);
        FUZZ_CHECK(quire_value_write(&cell.view->children[0], 0, &style, &written) == 0, "%s",
                   type);
        size_t most = quire_value_text_max(&cell.root->children[0]);
        FUZZ_CHECK(most == 0 || written.size <= most, "%zu, at most %zu", written.size, most);
        result = quire_value_parse(&again.column->children[0], (const char *)written.data,
                                   written.size, &style);
        FUZZ_CHECK(result == QUIRE_VALUE_OK, "%s: %.*s", type, (int)written.size,
                   (const char *)written.data);
        cell_finish(&again);
        check_cells(&cell, &again, &written);
    } else {
        quire_error_clear(&error);
        int code =
            quire_value_fail(result, &cell.root->children[0], text, bytes.size, "fuzz", &error);
        fuzz_check_error(code, &error);
        FUZZ_CHECK(cell.column->children[0].length == 0, "%s: a row after a failure", type);
    }
    cell_release(&cell);
    cell_release(&again);
}

void fuzz_json_value(const uint8_t *data, size_t size)
{
    static const struct quire_json_style style = {.floats = QUIRE_JSON_FLOATS_STRING};
    static const struct quire_json_read read = {.extra = QUIRE_EXTRA_IGNORE};
    struct fuzz_bytes bytes = {data, size};
    const char *type = fuzz_types[fuzz_take_below(&bytes, fuzz_types_size)];
    struct cell cell, again;
    struct quire_error error;
    cell_init(&cell, type);
    cell_init(&again, type);
    quire_error_clear(&error);
    int code =
        quire_json_value_parse(&cell.column->children[0], bytes.data, bytes.size, &read, &error);
    if (code == 0) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf written = {0};
        FUZZ_CHECK(quire_json_check(bytes.data, bytes.size, NULL) == 0, "not JSON");
        cell_finish(&cell);
        code = quire_json_value_write(&cell.view->children[0], 0, &style, &written, &error);
        FUZZ_CHECK(code == 0, "%s: %s", type, error.cause);
        code = quire_json_value_parse(&again.column->children[0], written.data, written.size, &read,
                                      &error);
        FUZZ_CHECK(code == 0, "%s: %.*s: %s", type, (int)written.size, (const char *)written.data,
                   error.cause);
        cell_finish(&again);
        check_cells(&cell, &again, &written);
    } else {
        fuzz_check_error(code, &error);
        FUZZ_CHECK(cell.column->children[0].length == 0, "%s: a row after a failure", type);
    }
    cell_release(&cell);
    cell_release(&again);
}

void fuzz_json_check(const uint8_t *data, size_t size)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf compact = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf again = {0};
    struct quire_error error;
    quire_error_clear(&error);
    int code = quire_json_check(data, size, &error);
    if (code != 0) {
        fuzz_check_error(code, &error);
        FUZZ_CHECK(error.byte >= 0 && error.byte <= (int64_t)size, "byte %lld",
                   (long long)error.byte);
        FUZZ_CHECK(quire_json_compact(data, size, false, &compact, NULL) == code, "compact");
        FUZZ_CHECK(compact.size == 0, "%zu bytes after a failure", compact.size);
        return;
    }
    for (int ascii = 0; ascii < 2; ascii++) {
        compact.size = again.size = 0;
        code = quire_json_compact(data, size, ascii != 0, &compact, &error);
        FUZZ_CHECK(code == 0, "%s", error.cause);
        code = quire_json_compact(compact.data, compact.size, ascii != 0, &again, &error);
        FUZZ_CHECK(code == 0, "%s", error.cause);
        FUZZ_CHECK(again.size == compact.size && memcmp(again.data, compact.data, again.size) == 0,
                   "%.*s", (int)compact.size, (const char *)compact.data);
    }
}

/* --- Casts -------------------------------------------------------------------------- */

/* A cast there and back. */
struct cast_trip {
    const char *from_type, *to_type;
    struct ArrowSchema from, to;
    struct ArrowArray batch, cast, back, again;
};

/* What can be cast is kept exactly: so it comes back, where there is a way back at all.
 * (Text need not: "1e3" comes back as "1000.0"; nor need a zero's sign, through what has
 * none. But then they stay.) */
static void check_back(struct cast_trip *trip)
{
    struct quire_error error;
    quire_error_clear(&error);
    int code = quire_cast(&trip->to, &trip->cast, &trip->from, NULL, &trip->back, &error);
    if (code == QUIRE_UNSUPPORTED || code == QUIRE_USAGE) return;
    FUZZ_CHECK(code == 0, "%s back from %s: %s", trip->from_type, trip->to_type, error.cause);
    bool spelled = strstr(trip->from_type, "string") != NULL;
    bool signed_zero = strstr(trip->from_type, "float") != NULL;
    bool same =
        spelled || signed_zero || quire_array_equal(&trip->from, &trip->batch, &trip->back, &error);
    FUZZ_CHECK(same, "%s through %s: row %lld: %s", trip->from_type, trip->to_type,
               (long long)error.row, error.cause);
    code = quire_cast(&trip->from, &trip->back, &trip->to, NULL, &trip->again, &error);
    FUZZ_CHECK(code == 0, "%s to %s again: %s", trip->from_type, trip->to_type, error.cause);
    same = quire_array_equal(&trip->to, &trip->cast, &trip->again, &error);
    FUZZ_CHECK(same, "%s to %s and again: row %lld: %s", trip->from_type, trip->to_type,
               (long long)error.row, error.cause);
}

void fuzz_cast_round(const uint8_t *data, size_t size)
{
    static const struct fuzz_batch_options fill = {.finite = false};
    struct fuzz_bytes bytes = {data, size};
    struct cast_trip trip = {.cast = {.release = NULL}};
    struct quire_error error;
    trip.from_type = fuzz_types[fuzz_take_below(&bytes, fuzz_types_size)];
    trip.to_type = fuzz_types[fuzz_take_below(&bytes, fuzz_types_size)];
    fuzz_schema_of(trip.from_type, &trip.from);
    fuzz_schema_of(trip.to_type, &trip.to);
    fuzz_take_batch(&bytes, &trip.from, &fill, &trip.batch);
    quire_error_clear(&error);
    int code = quire_cast(&trip.from, &trip.batch, &trip.to, NULL, &trip.cast, &error);
    if (code == 0) {
        code = quire_array_validate(&trip.to, &trip.cast, &error);
        FUZZ_CHECK(code == 0, "%s to %s: %s", trip.from_type, trip.to_type, error.cause);
        check_back(&trip);
    } else {
        fuzz_check_error(code, &error);
        FUZZ_CHECK(trip.cast.release == NULL, "a result after a failure");
    }
    quire_array_release(&trip.batch);
    quire_array_release(&trip.cast);
    quire_array_release(&trip.back);
    quire_array_release(&trip.again);
    quire_schema_release(&trip.from);
    quire_schema_release(&trip.to);
}
