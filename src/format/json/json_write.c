/* The JSON encoder: rows as objects, one a line.
 *
 * What does not change from row to row is made once: for each column `,"name":`
 * padded to whole sixteens, and how its values are written. A row is written into
 * memory reserved for its bounded values; only strings and nested values ask for
 * more. Strings are checked for UTF-8 by whole runs of rows first; a run that has
 * a bad one is written by the slower way that finds and names it. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/number.h"
#include "base/utf8.h"
#include "format/format.h"
#include "format/json/json_options.h"
#include "format/json/json_put.h"
#include "format/json/json_shape.h"
#include "format/text/encode.h"

static const char operation[] = "write json";

enum cell_kind { CELL_I64, CELL_I32, CELL_F64, CELL_BOUNDED, CELL_STRING, CELL_ANY };

struct cell {
    const char *name; /* `,"name":`, readable in whole sixteens */
    size_t name_size;
    enum cell_kind kind;
};

struct json_encoding {
    struct quire_field *root;
    struct quire_json_style style;
    bool lines;       /* one object a line; else items of one array */
    size_t name_skip; /* bytes of a name's text that the first member leaves out */
    size_t bounded;   /* bytes that a row's names and bounded values can take */
    struct cell *cells;
    struct quire_arena arena;
};

/* Copies in steps of sixteen; both sides have room for the last one. */
static inline char *copy_name(char *out, const char *text, size_t size)
{
    for (size_t done = 0; done < size; done += 16)
        memcpy(out + done, text + done, 16);
    return out + size;
}

/* --- Rows -------------------------------------------------------------------------- */

/* Where a row is being written to. */
struct row_writer {
    const struct json_encoding *encoding;
    struct quire_buf *out;
    char *put;
};

/* Makes room for more bytes and what the rest of the row takes. */
static inline int make_room(struct row_writer *writer, size_t more)
{
    struct quire_buf *out = writer->out;
    out->size = (size_t)((uint8_t *)writer->put - out->data);
    int code = quire_buf_reserve(out, more + writer->encoding->bounded);
    writer->put = (char *)quire_buf_end(out);
    return code;
}

static inline int put_string(struct row_writer *writer, struct quire_bytes text,
                             struct quire_error *error)
{
    if (text.size > PTRDIFF_MAX / 8 || make_room(writer, QUIRE_JSON_STRING_MAX(text.size)) != 0)
        return quire_fail_memory(error, operation);
    writer->put =
        writer->encoding->style.ascii
            ? quire_json_write_string_ascii((const char *)text.data, text.size, writer->put)
            : quire_json_write_string((const char *)text.data, text.size, writer->put);
    return 0;
}

static int put_any(struct row_writer *writer, const struct quire_view *view, int64_t row,
                   struct quire_error *error)
{
    if (make_room(writer, 0) != 0) return quire_fail_memory(error, operation);
    QUIRE_TRY(quire_json_put(view, row, &writer->encoding->style, 2, writer->out, error));
    writer->put = (char *)quire_buf_end(writer->out);
    if (make_room(writer, 0) != 0) return quire_fail_memory(error, operation);
    return 0;
}

static inline int put_cell(struct row_writer *writer, const struct cell *cell,
                           const struct quire_view *view, int64_t row, struct quire_error *error)
{
    int64_t index = row + view->offset;
    char *put = writer->put;
    double value;
    switch (cell->kind) {
    case CELL_I64:
        put = quire_number_format_i64(((const int64_t *)view->values)[index], put);
        break;
    case CELL_I32:
        put = quire_number_format_i64(((const int32_t *)view->values)[index], put);
        break;
    case CELL_F64:
        value = ((const double *)view->values)[index];
        put = __builtin_isfinite(value)
                  ? quire_number_format_f64(value, put)
                  : quire_json_put_not_finite(value, &writer->encoding->style, put);
        break;
    case CELL_BOUNDED:
        put = quire_json_put_bounded(view, row, &writer->encoding->style, put);
        break;
    case CELL_STRING: return put_string(writer, quire_view_bytes(view, row), error);
    case CELL_ANY: return put_any(writer, view, row, error);
    }
    if (put == NULL) return quire_json_fail_float(error);
    writer->put = put;
    return 0;
}

/* The members of a row, without the brackets. */
static inline int put_members(struct row_writer *writer, const struct quire_view *batch,
                              int64_t row, struct quire_error *error)
{
    const struct json_encoding *encoding = writer->encoding;
    size_t skip = encoding->name_skip;
    for (size_t i = 0; i < batch->children_size; i++) {
        const struct cell *cell = &encoding->cells[i];
        const struct quire_view *view = &batch->children[i];
        bool null = quire_view_is_null(view, row);
        if (null && encoding->style.omit_nulls) continue;
        writer->put = copy_name(writer->put, cell->name + skip, cell->name_size - skip);
        skip = 0;
        if (null) {
            memcpy(writer->put, "null", 4);
            writer->put += 4;
            continue;
        }
        int code = put_cell(writer, cell, view, row, error);
        if (__builtin_expect(code == 0, 1)) continue;
        if (code != QUIRE_MEMORY) quire_error_outer_column(error, view->field->name);
        return code;
    }
    return 0;
}

static int put_row(const struct json_encoding *encoding, const struct quire_view *batch,
                   int64_t row, bool first, struct quire_buf *out, struct quire_error *error)
{
    struct row_writer writer = {.encoding = encoding, .out = out};
    if (quire_buf_reserve(out, encoding->bounded) != 0) return quire_fail_memory(error, operation);
    char *put = (char *)quire_buf_end(out);
    if (!encoding->lines) {
        if (!first) *put++ = ',';
        *put++ = '\n';
    }
    *put++ = '{';
    writer.put = put;
    QUIRE_TRY(put_members(&writer, batch, row, error));
    *writer.put++ = '}';
    if (encoding->lines) *writer.put++ = '\n';
    out->size = (size_t)((uint8_t *)writer.put - out->data);
    return 0;
}

/* A row as any value is written: pretty, or with strings to be looked at. */
static int put_row_carefully(const struct json_encoding *encoding, const struct quire_view *batch,
                             int64_t row, bool first, struct quire_buf *out,
                             struct quire_error *error)
{
    const char *before = first ? "\n" : ",\n";
    if (!encoding->lines && quire_buf_append_text(out, before) != 0)
        return quire_fail_memory(error, operation);
    if (encoding->style.pretty && quire_buf_append(out, "  ", 2) != 0)
        return quire_fail_memory(error, operation);
    QUIRE_TRY(quire_json_put(batch, row, &encoding->style, 1, out, error));
    if (encoding->lines && quire_buf_push(out, '\n') != 0)
        return quire_fail_memory(error, operation);
    return 0;
}

/* --- Runs of rows -------------------------------------------------------------------- */

static inline int64_t offset_at(const struct quire_view *view, bool wide, int64_t i)
{
    return wide ? ((const int64_t *)view->values)[i] : ((const int32_t *)view->values)[i];
}

/* Valid as a whole, and no string begins within a character. */
static inline bool offsets_are_valid(const struct quire_view *view, bool wide, int64_t start,
                                     int64_t count)
{
    const uint8_t *bytes = view->extra;
    int64_t first = view->offset + start, end = offset_at(view, wide, first + count);
    int64_t begin_at = offset_at(view, wide, first);
    if (!quire_utf8_is_valid(bytes + begin_at, (size_t)(end - begin_at))) return false;
    for (int64_t i = first; i < first + count; i++) {
        int64_t at = offset_at(view, wide, i);
        if (at < end && (bytes[at] & 0xc0) == 0x80) return false;
    }
    return true;
}

static bool strings_are_valid(const struct json_encoding *encoding, const struct quire_view *batch,
                              int64_t start, int64_t count)
{
    for (size_t i = 0; i < batch->children_size; i++) {
        const struct quire_view *view = &batch->children[i];
        if (encoding->cells[i].kind != CELL_STRING) continue;
        bool valid = view->field->kind == QUIRE_KIND_STRING
                         ? offsets_are_valid(view, false, start, count)
                         : offsets_are_valid(view, true, start, count);
        if (!valid) return false;
    }
    return true;
}

static int rows(const void *state, const struct quire_view *batch, int64_t start, int64_t count,
                int64_t first_row, struct quire_buf *out, int64_t *failed_row,
                struct quire_error *error)
{
    const struct json_encoding *encoding = state;
    bool careful = encoding->style.pretty || !strings_are_valid(encoding, batch, start, count);
    for (int64_t i = 0; i < count; i++) {
        bool first = first_row + i == 0;
        int code = careful ? put_row_carefully(encoding, batch, start + i, first, out, error)
                           : put_row(encoding, batch, start + i, first, out, error);
        if (__builtin_expect(code == 0, 1)) continue;
        *failed_row = start + i;
        return code;
    }
    return 0;
}

static int begin(const void *state, struct quire_buf *out, struct quire_error *error)
{
    const struct json_encoding *encoding = state;
    if (encoding->lines) return 0;
    return quire_buf_push(out, '[') != 0 ? quire_fail_memory(error, operation) : 0;
}

static int end(const void *state, int64_t rows_written, struct quire_buf *out,
               struct quire_error *error)
{
    const struct json_encoding *encoding = state;
    if (encoding->lines) return 0;
    const char *text = rows_written > 0 ? "\n]\n" : "]\n";
    return quire_buf_append_text(out, text) != 0 ? quire_fail_memory(error, operation) : 0;
}

/* --- Making it ------------------------------------------------------------------------ */

static void encoding_free(void *state)
{
    struct json_encoding *encoding = state;
    if (encoding == NULL) return;
    quire_field_close(encoding->root);
    quire_arena_release(&encoding->arena);
    quire_free(encoding);
}

static enum cell_kind cell_kind_of(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_INT64: return CELL_I64;
    case QUIRE_KIND_INT32: return CELL_I32;
    case QUIRE_KIND_FLOAT64: return CELL_F64;
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
        return field->extension == QUIRE_EXTENSION_JSON ? CELL_ANY : CELL_STRING;
    case QUIRE_KIND_DICTIONARY: return CELL_ANY;
    default: return quire_json_bounded_max(field) > 0 ? CELL_BOUNDED : CELL_ANY;
    }
}

static int init_cell(struct json_encoding *encoding, struct cell *cell,
                     const struct quire_field *field)
{
    const struct quire_json_style *style = &encoding->style;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_TRY(quire_buf_append_text(&text, style->spaced ? ", " : ","));
    QUIRE_TRY(quire_json_append_string(&text, field->name, field->name_size, style->ascii));
    QUIRE_TRY(quire_buf_append_text(&text, style->spaced ? ": " : ":"));
    char *name = quire_arena_alloc(&encoding->arena, text.size + 32);
    if (name == NULL) return QUIRE_MEMORY;
    memset(name, 0, text.size + 32);
    memcpy(name, text.data, text.size);
    cell->name = name;
    cell->name_size = text.size;
    cell->kind = cell_kind_of(field);
    encoding->bounded += text.size + quire_json_bounded_max(field) + 4;
    return 0;
}

static int prepare(struct json_encoding *encoding, const struct ArrowSchema *schema,
                   struct quire_error *error)
{
    struct quire_json_shape shape;
    QUIRE_TRY(quire_field_open(schema, &encoding->root, error));
    const struct quire_field *root = encoding->root;
    if (quire_json_shape_init(&shape, root, NULL, &encoding->arena) != 0)
        return quire_fail_memory(error, operation);
    QUIRE_TRY(quire_json_shape_check(&shape, root, operation, error));
    encoding->cells =
        quire_arena_alloc(&encoding->arena, (root->children_size + 1) * sizeof(struct cell));
    if (encoding->cells == NULL) return quire_fail_memory(error, operation);
    encoding->name_skip = encoding->style.spaced ? 2 : 1;
    encoding->bounded = 64; /* brackets and line ends, and copies in sixteens */
    for (size_t i = 0; i < root->children_size; i++)
        if (init_cell(encoding, &encoding->cells[i], &root->children[i]) != 0)
            return quire_fail_memory(error, operation);
    return 0;
}

static int encoder_new(const struct quire_format *format, bool lines,
                       const struct ArrowSchema *schema,
                       const struct quire_json_encoder_options *options,
                       struct quire_context *context, struct quire_out *out,
                       struct quire_encoder **encoder, struct quire_error *error)
{
    static const struct quire_text_encoding calls = {rows, begin, end, encoding_free};
    struct json_encoding *encoding = quire_alloc_zero(1, sizeof(*encoding));
    if (encoding == NULL) return quire_fail_memory(error, operation);
    encoding->lines = lines;
    encoding->style = (struct quire_json_style){
        .floats = (enum quire_json_floats)options->nan,
        .ascii = options->ascii,
        .decimal_number = options->decimals == 1,
        .binary_hex = options->binary == 1,
        .epoch = options->timestamps == 1,
        .omit_nulls = options->nulls == 1,
        .spaced = options->separators == 1,
        .pretty = options->pretty && !lines,
        .replace_utf8 = options->invalid_utf8 == QUIRE_JSON_UTF8_REPLACE,
    };
    int code = prepare(encoding, schema, error);
    if (code == 0)
        code = quire_text_encoder_new(format, &calls, encoding, encoding->root, context, out,
                                      encoder, error);
    if (code != 0) encoding_free(encoding);
    return code;
}

int quire_json_encoder_new(const struct ArrowSchema *schema, const void *options,
                           struct quire_context *context, struct quire_out *out,
                           struct quire_encoder **encoder, struct quire_error *error)
{
    return encoder_new(&quire_format_json, false, schema, options, context, out, encoder, error);
}

int quire_jsonl_encoder_new(const struct ArrowSchema *schema, const void *options,
                            struct quire_context *context, struct quire_out *out,
                            struct quire_encoder **encoder, struct quire_error *error)
{
    return encoder_new(&quire_format_jsonl, true, schema, options, context, out, encoder, error);
}
