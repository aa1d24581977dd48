/* Rows as CSV text: the loop that all the time of writing is spent in.
 *
 * Room for the bounded cells of a row is reserved once a row, and again with each
 * string, so that cells are written without a check. Strings are copied sixteen
 * bytes at a time and looked at on the way; one that has a special byte, or any
 * beyond ASCII, is written anew by quire_csv_put_text. Vector loads never leave
 * the data of the column: the last few strings of a batch go byte by byte. */
#include "format/csv/csv_put.h"

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "write csv"
/* Bytes that a string view holds itself (Arrow Columnar.rst). */
#define VIEW_INLINE 12

/* A column during one run; values points at the run's first row. */
struct cell {
    enum quire_csv_op op;
    int precision;
    const uint8_t *validity; /* NULL: no nulls in the run */
    const void *values;
    const uint8_t *bytes;       /* of strings */
    const uint8_t *bytes_block; /* the last address that a block may be loaded from */
    quire_value_writer *writer;
    const struct quire_view *view;
    const struct quire_csv_column *column;
    struct {
        int64_t value;
        int size; /* 0: none yet */
        char text[QUIRE_TIME_TEXT_MAX];
    } last; /* MOMENT */
};

int quire_csv_run_grow(struct quire_csv_run *run, size_t more)
{
    if (run->end != NULL) run->out->size = (size_t)(run->end - (char *)run->out->data);
    QUIRE_TRY(quire_buf_reserve(run->out, more));
    run->end = (char *)quire_buf_end(run->out);
    run->limit = (char *)run->out->data + run->out->capacity;
    return 0;
}

static char *put_fixed(const struct cell *cell, int64_t row, char *out)
{
    double value;
    switch (cell->column->field->kind) {
    case QUIRE_KIND_FLOAT64: value = ((const double *)cell->values)[row]; break;
    case QUIRE_KIND_FLOAT32: value = (double)((const float *)cell->values)[row]; break;
    default: value = quire_number_half_to_double(((const uint16_t *)cell->values)[row]); break;
    }
    return quire_number_format_fixed(value, cell->precision, out);
}

static inline char *put_moment(struct cell *cell, const struct quire_csv_writer *writer,
                               int64_t row, int64_t start, char *out)
{
    int64_t value = ((const int64_t *)cell->values)[row];
    if (value != cell->last.value || cell->last.size == 0) {
        char *end = cell->writer(cell->view, start + row, &writer->style, out);
        cell->last.value = value;
        cell->last.size = (int)(end - out);
        memcpy(cell->last.text, out, sizeof(cell->last.text));
        return end;
    }
    memcpy(out, cell->last.text, sizeof(cell->last.text));
    return out + cell->last.size;
}

static inline int put_string(struct quire_csv_run *run, const struct quire_csv_column *column,
                             const uint8_t *text, size_t size, const uint8_t *text_block)
{
    const struct quire_csv_writer *writer = run->writer;
    if (__builtin_expect(writer->plain_strings, 1)) {
        QUIRE_TRY(quire_csv_run_reserve(run, size));
        char *end = quire_csv_copy_plain(writer, text, size, text_block, run->end);
        if (__builtin_expect(end != NULL, 1)) {
            run->end = end;
            return 0;
        }
    }
    return quire_csv_put_text(run, column, text, size);
}

static inline int put_offsets(struct quire_csv_run *run, const struct cell *cell, int64_t start,
                              int64_t end)
{
    return put_string(run, cell->column, cell->bytes + start, (size_t)(end - start),
                      cell->bytes_block);
}

static void put_null(struct quire_csv_run *run)
{
    memcpy(run->end, run->writer->null_text, run->writer->null_size);
    run->end += run->writer->null_size;
}

/* The value of a dictionary row, checked: indices come from outside. */
static int dictionary_row(struct quire_csv_run *run, const struct quire_view *view, int64_t row,
                          int64_t *value)
{
    *value = quire_view_index(view, row);
    if (*value >= 0 && *value < view->dictionary->length) return 0;
    return quire_fail(run->error, QUIRE_INPUT, OPERATION, "dictionary index %lld is not below %lld",
                      (long long)*value, (long long)view->dictionary->length);
}

static int put_bytes(struct quire_csv_run *run, const struct cell *cell, int64_t row)
{
    const struct quire_view *view = cell->view;
    if (view->field->kind == QUIRE_KIND_DICTIONARY) {
        QUIRE_TRY(dictionary_row(run, view, row, &row));
        view = view->dictionary;
        if (quire_view_is_null(view, row)) {
            put_null(run);
            return 0;
        }
    }
    struct quire_bytes bytes = quire_view_bytes(view, row);
    if (view->field->kind != QUIRE_KIND_STRING_VIEW || bytes.size > VIEW_INLINE)
        return put_string(run, cell->column, bytes.data, bytes.size, cell->bytes_block);
    /* A short string stands in its view; behind it there may be nothing to load. */
    uint8_t block[QUIRE_CSV_BLOCK];
    memcpy(block, bytes.data, VIEW_INLINE);
    memset(block + VIEW_INLINE, 0, QUIRE_CSV_BLOCK - VIEW_INLINE);
    return put_string(run, cell->column, block, bytes.size, block);
}

/* Goes from a dictionary's index, or a row of a union or a run, to what it stands for. */
static int find_value(struct quire_csv_run *run, const struct quire_view **view, int64_t *row)
{
    while (!quire_view_is_null(*view, *row)) {
        if (quire_view_has_inner(*view)) {
            if (!quire_view_inner(*view, *row, view, row))
                return quire_fail(run->error, QUIRE_INPUT, OPERATION,
                                  "a union or run-end encoding leads to no value");
            continue;
        }
        if ((*view)->dictionary == NULL) return 0;
        QUIRE_TRY(dictionary_row(run, *view, *row, row));
        *view = (*view)->dictionary;
    }
    return 0;
}

/* Writes a value apart and then as a text. */
static int put_apart(struct quire_csv_run *run, const struct cell *cell, int64_t row, int64_t start)
{
    const struct quire_csv_writer *writer = run->writer;
    const struct quire_csv_column *column = cell->column;
    const struct quire_view *view = cell->view;
    struct quire_buf *scratch = &run->scratch;
    quire_buf_clear(scratch);
    int64_t value = start + row;
    QUIRE_TRY(find_value(run, &view, &value));
    if (quire_view_is_null(view, value)) {
        put_null(run);
        return 0;
    }
    if (column->precision >= 0) {
        QUIRE_TRY(quire_buf_reserve(scratch, QUIRE_FIXED_TEXT_MAX));
        scratch->size =
            (size_t)(put_fixed(cell, row, (char *)scratch->data) - (char *)scratch->data);
    } else if (quire_kind_is_nested(view->field->kind)) {
        QUIRE_TRY(quire_json_value_write(view, value, &writer->json, scratch, run->error));
    } else {
        QUIRE_TRY(quire_value_write(view, value, &writer->style, scratch));
    }
    if (column->point_to_comma) {
        char *point = memchr(scratch->data, '.', scratch->size);
        if (point != NULL) *point = ',';
    }
    return quire_csv_put_text(run, column, scratch->data, scratch->size);
}

#define PUT_VALUE(type, put)                                     \
    run->end = put(run->end, ((const type *)cell->values)[row]); \
    return 0

/* Appends one value that is not null. row counts from the run's first. */
static inline int put_cell(struct quire_csv_run *run, struct cell *cell, int64_t row, int64_t start)
{
    switch (cell->op) {
    case QUIRE_CSV_INT64: PUT_VALUE(int64_t, quire_csv_put_signed);
    case QUIRE_CSV_INT32: PUT_VALUE(int32_t, quire_csv_put_signed);
    case QUIRE_CSV_INT16: PUT_VALUE(int16_t, quire_csv_put_signed);
    case QUIRE_CSV_INT8: PUT_VALUE(int8_t, quire_csv_put_signed);
    case QUIRE_CSV_UINT64: PUT_VALUE(uint64_t, quire_csv_put_unsigned);
    case QUIRE_CSV_UINT32: PUT_VALUE(uint32_t, quire_csv_put_unsigned);
    case QUIRE_CSV_UINT16: PUT_VALUE(uint16_t, quire_csv_put_unsigned);
    case QUIRE_CSV_UINT8: PUT_VALUE(uint8_t, quire_csv_put_unsigned);
    case QUIRE_CSV_FLOAT64: PUT_VALUE(double, quire_csv_put_float);
    case QUIRE_CSV_FLOAT32:
        run->end = quire_number_format_f32(((const float *)cell->values)[row], run->end);
        return 0;
    case QUIRE_CSV_STRING: {
        const int32_t *offsets = (const int32_t *)cell->values + row;
        return put_offsets(run, cell, offsets[0], offsets[1]);
    }
    case QUIRE_CSV_LARGE_STRING: {
        const int64_t *offsets = (const int64_t *)cell->values + row;
        return put_offsets(run, cell, offsets[0], offsets[1]);
    }
    case QUIRE_CSV_MOMENT: run->end = put_moment(cell, run->writer, row, start, run->end); return 0;
    case QUIRE_CSV_BOOL:
        run->end = quire_csv_put_bool(run->end, quire_view_bool(cell->view, start + row));
        return 0;
    case QUIRE_CSV_FIXED: run->end = put_fixed(cell, row, run->end); return 0;
    case QUIRE_CSV_BOUNDED:
        run->end = cell->writer(cell->view, start + row, &run->writer->style, run->end);
        return 0;
    case QUIRE_CSV_BYTES: return put_bytes(run, cell, start + row);
    case QUIRE_CSV_TEXT: return put_apart(run, cell, row, start);
    case QUIRE_CSV_NULL: break;
    }
    put_null(run);
    return 0;
}

/* The last address of a string column's bytes that a block may be loaded from. */
static const uint8_t *last_block(const struct quire_view *view)
{
    size_t end = (size_t)(view->offset + view->length), size = 0;
    if (view->field->kind == QUIRE_KIND_STRING)
        size = (size_t)((const int32_t *)view->values)[end];
    else if (view->field->kind == QUIRE_KIND_LARGE_STRING)
        size = (size_t)((const int64_t *)view->values)[end];
    return size >= QUIRE_CSV_BLOCK ? (const uint8_t *)view->extra + size - QUIRE_CSV_BLOCK : NULL;
}

/* Resolves the columns of a batch for a run that begins at row start. */
static void set_cells(const struct quire_csv_writer *writer, const struct quire_view *batch,
                      int64_t start, struct cell *cells)
{
    for (size_t i = 0; i < batch->children_size; i++) {
        const struct quire_view *view = &batch->children[i];
        struct cell *cell = &cells[i];
        size_t first = (size_t)(view->offset + start);
        cell->column = &writer->columns[i];
        cell->op = cell->column->op;
        cell->precision = cell->column->precision;
        cell->writer = cell->column->writer;
        cell->view = view;
        cell->validity = view->null_count == 0 ? NULL : view->validity;
        cell->values = (const uint8_t *)view->values + first * (size_t)view->field->width;
        cell->bytes = view->extra;
        cell->bytes_block = last_block(view->dictionary != NULL ? view->dictionary : view);
        if (cell->op == QUIRE_CSV_STRING)
            cell->values = (const int32_t *)view->values + first;
        else if (cell->op == QUIRE_CSV_LARGE_STRING)
            cell->values = (const int64_t *)view->values + first;
    }
}

static int put_rows(struct quire_csv_run *run, struct cell *cells, size_t cells_size, int64_t start,
                    int64_t count, int64_t *failed_row)
{
    const struct quire_csv_writer *writer = run->writer;
    char delimiter = (char)writer->options.delimiter;
    bool crlf = writer->options.line_end == QUIRE_CSV_CRLF;
    for (int64_t row = 0; row < count; row++) {
        *failed_row = start + row;
        QUIRE_TRY(quire_csv_run_reserve(run, 0));
        for (size_t i = 0; i < cells_size; i++) {
            struct cell *cell = &cells[i];
            if (cell->validity != NULL && quire_view_is_null(cell->view, start + row)) {
                put_null(run);
            } else {
                int code = put_cell(run, cell, row, start);
                if (__builtin_expect(code != 0, 0)) {
                    if (code != QUIRE_MEMORY)
                        quire_error_outer_column(run->error, cell->column->field->name);
                    return code;
                }
            }
            *run->end++ = delimiter;
        }
        run->end[-1] = '\r';
        run->end += crlf;
        run->end[-1] = '\n';
    }
    return 0;
}

int quire_csv_write_rows(const void *state, const struct quire_view *batch, int64_t start,
                         int64_t count, int64_t first_row, struct quire_buf *out,
                         int64_t *failed_row, struct quire_error *error)
{
    (void)first_row;
    const struct quire_csv_writer *writer = state;
    *failed_row = start;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct cell *cells = quire_alloc_zero(batch->children_size, sizeof(*cells));
    if (cells == NULL) return quire_fail_memory(error, OPERATION);
    set_cells(writer, batch, start, cells);
    struct quire_csv_run run = {.writer = writer, .out = out, .error = error};
    int code = quire_csv_run_grow(&run, writer->row_max);
    if (code == 0) code = put_rows(&run, cells, batch->children_size, start, count, failed_row);
    quire_buf_release(&run.scratch);
    quire_buf_release(&run.repaired);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    out->size = (size_t)(run.end - (char *)out->data);
    return code;
}
