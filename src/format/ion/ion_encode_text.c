/* Rows as Ion text: a struct a line, or pretty.
 *
 * A row is written into memory reserved for its bounded values; only strings, blobs and
 * nested values ask for more. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "format/ion/ion_encode.h"
#include "format/ion/ion_text_put.h"

static const char operation[] = "write ion";

static int memory(int code, struct quire_error *error)
{
    return code != 0 ? quire_fail_memory(error, operation) : 0;
}

static int put_line(struct quire_buf *out, int depth, struct quire_error *error)
{
    size_t size = 1 + 2 * (size_t)depth;
    if (quire_buf_reserve(out, size) != 0) return quire_fail_memory(error, operation);
    memset(quire_buf_end(out), ' ', size);
    *quire_buf_end(out) = '\n';
    out->size += size;
    return 0;
}

/* --- Scalars -------------------------------------------------------------------------- */

static char *put_moment(const struct quire_field *field, const struct quire_ion_moment *moment,
                        int64_t value, char *put)
{
    bool zoned = field->zone != NULL;
    put = quire_time_format_timestamp(value, field->unit, 'T', zoned, moment->offset * 60, put);
    if (zoned) return put;
    memcpy(put, "-00:00", 6);
    return put + 6;
}

/* A value with a bounded text into reserved memory; NULL when its year is beyond Ion's. */
static inline char *put_bounded(const struct quire_ion_node *node, const struct quire_view *view,
                                int64_t row, char *put)
{
    static const struct quire_value_style style = {.binary_hex = false};
    struct quire_ion_moment moment;
    bool valid;
    switch (node->how) {
    case QUIRE_ION_AS_BOOL:
        memcpy(put, quire_view_bool(view, row) ? "true " : "false", 5);
        return put + (quire_view_bool(view, row) ? 4 : 5);
    case QUIRE_ION_AS_INT: return quire_number_format_i64(quire_view_i64(view, row), put);
    case QUIRE_ION_AS_UINT64:
        return quire_number_format_u64((uint64_t)quire_view_i64(view, row), put);
    case QUIRE_ION_AS_FLOAT64: {
        double value;
        memcpy(&value, quire_view_fixed(view, row), 8);
        return quire_ion_format_f64(value, put);
    }
    case QUIRE_ION_AS_FLOAT32: {
        float value;
        memcpy(&value, quire_view_fixed(view, row), 4);
        return quire_ion_format_f32(value, put);
    }
    case QUIRE_ION_AS_FLOAT16: {
        uint16_t half;
        memcpy(&half, quire_view_fixed(view, row), 2);
        return quire_ion_format_f64(quire_number_half_to_double(half), put);
    }
    case QUIRE_ION_AS_DATE: {
        int64_t days = quire_ion_days_of(view, row, &valid);
        return valid ? quire_time_format_date(days, put) : NULL;
    }
    case QUIRE_ION_AS_TIMESTAMP:
        if (!quire_ion_moment_of(view, row, &moment)) return NULL;
        return put_moment(view->field, &moment, quire_view_i64(view, row), put);
    default:
        *put++ = '"';
        put = node->words(view, row, &style, put);
        *put++ = '"';
        return put;
    }
}

static int put_null(const struct quire_ion_encoding *encoding, const struct quire_ion_node *node,
                    struct quire_buf *out, struct quire_error *error)
{
    bool plain =
        encoding->options.nulls == QUIRE_ION_NULLS_PLAIN || node->null_type == QUIRE_ION_NULL;
    const char *name = quire_ion_type_names[node->null_type];
    size_t size = plain ? 0 : strlen(name);
    if (quire_buf_reserve(out, 16) != 0) return quire_fail_memory(error, operation);
    uint8_t *put = quire_buf_end(out);
    memcpy(put, "null.", 5);
    memcpy(put + 5, name, size);
    out->size += plain ? 4 : 5 + size;
    return 0;
}

static int put_text(const struct quire_ion_encoding *encoding, struct quire_bytes text, bool symbol,
                    struct quire_buf *out, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf repaired = {0};
    if (!quire_utf8_is_valid(text.data, text.size)) {
        if (encoding->options.invalid_utf8 != QUIRE_ION_UTF8_REPLACE)
            return quire_ion_fail_utf8(text, error);
        if (quire_utf8_repair(&repaired, text.data, text.size) != 0)
            return quire_fail_memory(error, operation);
        text = (struct quire_bytes){repaired.data, repaired.size};
    }
    return memory(symbol ? quire_ion_put_symbol(out, (const char *)text.data, text.size)
                         : quire_ion_put_string(out, text.data, text.size),
                  error);
}

static int put_decimal(const struct quire_view *view, int64_t row, struct quire_buf *out,
                       struct quire_error *error)
{
    struct quire_ion_decimal decimal;
    uint8_t bytes[32];
    quire_ion_decimal_of(view, row, bytes, &decimal);
    return memory(quire_ion_put_decimal(out, &decimal), error);
}

/* --- Values ------------------------------------------------------------------------------ */

static int put_value(const struct quire_ion_encoding *encoding, const struct quire_ion_node *node,
                     const struct quire_view *view, int64_t row, int depth, struct quire_buf *out,
                     struct quire_error *error);

/* What stands before a field or item. */
static int put_before(const struct quire_ion_encoding *encoding, bool *first, int depth,
                      struct quire_buf *out, struct quire_error *error)
{
    if (!*first) QUIRE_TRY(memory(quire_buf_push(out, ','), error));
    *first = false;
    return encoding->options.pretty ? put_line(out, depth + 1, error) : 0;
}

static int put_close(const struct quire_ion_encoding *encoding, bool empty, char close, int depth,
                     struct quire_buf *out, struct quire_error *error)
{
    if (encoding->options.pretty && !empty) QUIRE_TRY(put_line(out, depth, error));
    return memory(quire_buf_push(out, (uint8_t)close), error);
}

static int put_items(const struct quire_ion_encoding *encoding, const struct quire_ion_node *node,
                     const struct quire_view *view, int64_t row, int depth, struct quire_buf *out,
                     struct quire_error *error)
{
    struct quire_range range = quire_view_range(view, row);
    bool first = true;
    QUIRE_TRY(memory(quire_buf_push(out, '['), error));
    for (int64_t i = range.start; i < range.start + range.size; i++) {
        QUIRE_TRY(put_before(encoding, &first, depth, out, error));
        QUIRE_TRY(
            put_value(encoding, node->children, &view->children[0], i, depth + 1, out, error));
    }
    return put_close(encoding, first, ']', depth, out, error);
}

static int put_struct(const struct quire_ion_encoding *encoding, const struct quire_ion_node *node,
                      const struct quire_view *view, int64_t row, int depth, struct quire_buf *out,
                      struct quire_error *error)
{
    bool first = true;
    QUIRE_TRY(memory(quire_buf_push(out, '{'), error));
    for (size_t i = 0; i < node->children_size; i++) {
        const struct quire_ion_node *child = &node->children[i];
        if (quire_ion_is_omitted(encoding, &view->children[i], row)) continue;
        QUIRE_TRY(put_before(encoding, &first, depth, out, error));
        QUIRE_TRY(memory(quire_buf_append(out, child->name_text, child->name_text_size), error));
        if (encoding->options.pretty) QUIRE_TRY(memory(quire_buf_push(out, ' '), error));
        int code = put_value(encoding, child, &view->children[i], row, depth + 1, out, error);
        if (code == 0) continue;
        if (code != QUIRE_MEMORY) quire_error_outer_column(error, child->field->name);
        return code;
    }
    return put_close(encoding, first, '}', depth, out, error);
}

static int put_fields(const struct quire_ion_encoding *encoding, const struct quire_ion_node *node,
                      const struct quire_view *view, int64_t row, int depth, struct quire_buf *out,
                      struct quire_error *error)
{
    const struct quire_view *entries = &view->children[0];
    struct quire_range range = quire_view_range(view, row);
    bool first = true;
    QUIRE_TRY(memory(quire_buf_push(out, '{'), error));
    for (int64_t i = range.start; i < range.start + range.size; i++) {
        struct quire_bytes key;
        if (!quire_ion_key_of(&entries->children[0], i, &key)) return quire_ion_fail_key(error);
        QUIRE_TRY(put_before(encoding, &first, depth, out, error));
        QUIRE_TRY(put_text(encoding, key, true, out, error));
        QUIRE_TRY(memory(quire_buf_append(out, ": ", encoding->options.pretty ? 2 : 1), error));
        QUIRE_TRY(put_value(encoding, &node->children[1], &entries->children[1], i, depth + 1, out,
                            error));
    }
    return put_close(encoding, first, '}', depth, out, error);
}

static int put_entry(const struct quire_ion_encoding *encoding, const struct quire_ion_node *node,
                     const struct quire_view *view, int64_t row, int depth, struct quire_buf *out,
                     struct quire_error *error)
{
    int64_t index = quire_view_index(view, row);
    const struct quire_view *values = view->dictionary;
    if (index < 0 || index >= values->length) return quire_ion_fail_entry(index, error);
    if (node->how == QUIRE_ION_AS_ENTRY)
        return put_value(encoding, node->children, values, index, depth, out, error);
    if (quire_view_is_null(values, index)) return put_null(encoding, node, out, error);
    return put_text(encoding, quire_view_bytes(values, index), true, out, error);
}

static int put_value(const struct quire_ion_encoding *encoding, const struct quire_ion_node *node,
                     const struct quire_view *view, int64_t row, int depth, struct quire_buf *out,
                     struct quire_error *error)
{
    struct quire_bytes bytes;
    if (node->how == QUIRE_ION_AS_NULL || quire_view_is_null(view, row))
        return put_null(encoding, node, out, error);
    switch (node->how) {
    case QUIRE_ION_AS_DECIMAL: return put_decimal(view, row, out, error);
    case QUIRE_ION_AS_JSON:
        QUIRE_TRY(memory(quire_buf_append(out, "json::", 6), error));
        return put_text(encoding, quire_view_bytes(view, row), false, out, error);
    case QUIRE_ION_AS_STRING:
        return put_text(encoding, quire_view_bytes(view, row), false, out, error);
    case QUIRE_ION_AS_UUID:
    case QUIRE_ION_AS_BLOB:
        if (node->how == QUIRE_ION_AS_UUID)
            QUIRE_TRY(memory(quire_buf_append(out, "uuid::", 6), error));
        bytes = quire_view_bytes(view, row);
        return memory(quire_ion_put_blob(out, bytes.data, bytes.size), error);
    case QUIRE_ION_AS_SYMBOL:
    case QUIRE_ION_AS_ENTRY: return put_entry(encoding, node, view, row, depth, out, error);
    case QUIRE_ION_AS_LIST: return put_items(encoding, node, view, row, depth, out, error);
    case QUIRE_ION_AS_STRUCT: return put_struct(encoding, node, view, row, depth, out, error);
    case QUIRE_ION_AS_FIELDS: return put_fields(encoding, node, view, row, depth, out, error);
    default: break;
    }
    if (quire_buf_reserve(out, node->text_max) != 0) return quire_fail_memory(error, operation);
    char *end = put_bounded(node, view, row, (char *)quire_buf_end(out));
    if (end == NULL) return quire_ion_fail_years(error);
    out->size = (size_t)((uint8_t *)end - out->data);
    return 0;
}

/* --- Rows ---------------------------------------------------------------------------------- */

/* A row on one line. */
static int put_row(const struct quire_ion_encoding *encoding, const struct quire_view *batch,
                   int64_t row, struct quire_buf *out, struct quire_error *error)
{
    const struct quire_ion_node *nodes = encoding->node->children;
    bool first = true;
    if (quire_buf_reserve(out, encoding->text_bounded) != 0)
        return quire_fail_memory(error, operation);
    *quire_buf_end(out) = '{';
    out->size++;
    for (size_t i = 0; i < batch->children_size; i++) {
        const struct quire_ion_node *node = &nodes[i];
        const struct quire_view *view = &batch->children[i];
        bool null = quire_view_is_null(view, row);
        if (null && encoding->options.nulls == QUIRE_ION_NULLS_OMIT) continue;
        uint8_t *put = quire_buf_end(out);
        *put = ',';
        memcpy(put + !first, node->name_text, node->name_text_size);
        out->size += node->name_text_size + !first;
        first = false;
        int code = 0;
        if (node->text_max > 0 && !null) {
            char *end = put_bounded(node, view, row, (char *)quire_buf_end(out));
            if (end != NULL) {
                out->size = (size_t)((uint8_t *)end - out->data);
                continue;
            }
            code = quire_ion_fail_years(error);
        } else {
            code = put_value(encoding, node, view, row, 1, out, error);
            if (code == 0) code = memory(quire_buf_reserve(out, encoding->text_bounded), error);
        }
        if (code == 0) continue;
        if (code != QUIRE_MEMORY) quire_error_outer_column(error, node->field->name);
        return code;
    }
    memcpy(quire_buf_end(out), "}\n", 2);
    out->size += 2;
    return 0;
}

int quire_ion_encode_text(const void *state, const struct quire_view *batch, int64_t start,
                          int64_t count, int64_t first_row, struct quire_buf *out,
                          int64_t *failed_row, struct quire_error *error)
{
    const struct quire_ion_encoding *encoding = state;
    (void)first_row;
    for (int64_t i = start; i < start + count; i++) {
        int code = 0;
        if (encoding->options.pretty) {
            code = put_struct(encoding, encoding->node, batch, i, 0, out, error);
            if (code == 0) code = memory(quire_buf_push(out, '\n'), error);
        } else {
            code = put_row(encoding, batch, i, out, error);
        }
        *failed_row = i;
        QUIRE_TRY(code);
    }
    return 0;
}
