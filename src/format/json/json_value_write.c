/* Any value as JSON text, by recursion over its view (whose depth is bounded when
 * the schema is opened). */
#include <stdio.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/json_text.h"
#include "base/number.h"
#include "base/utf8.h"
#include "data/value_text.h"
#include "format/json/json_put.h"

static const char operation[] = "write json";

/* Room that text writers may use behind what they write. */
#define SLACK 32

/* Up to so many keys are compared each with each. */
#define PAIRWISE_MAX 16

static char *put_word(char *out, const char *word)
{
    size_t size = strlen(word);
    memcpy(out, word, size);
    return out + size;
}

char *quire_json_put_not_finite(double value, const struct quire_json_style *style, char *out)
{
    if (style->floats == QUIRE_JSON_FLOATS_ERROR) return NULL;
    if (style->floats == QUIRE_JSON_FLOATS_NULL) return put_word(out, "null");
    if (value != value) return put_word(out, "\"NaN\"");
    return put_word(out, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

int quire_json_fail_float(struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, operation,
               "the value is not finite, and JSON has no number for it");
    quire_error_hint(error, "the option nan=null or nan=string writes it all the same");
    return QUIRE_INPUT;
}

size_t quire_json_bounded_max(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_NULL) return 4 + SLACK;
    if (field->kind == QUIRE_KIND_FIXED_BINARY && field->extension != QUIRE_EXTENSION_UUID)
        return 0;
    size_t text = quire_value_text_max(field);
    return text > 0 ? text + 2 + SLACK : 0;
}

static char *put_float(double value, const struct quire_view *view, int64_t row,
                       const struct quire_json_style *style, char *out)
{
    if (!__builtin_isfinite(value)) return quire_json_put_not_finite(value, style, out);
    if (view->field->kind == QUIRE_KIND_FLOAT64) return quire_number_format_f64(value, out);
    if (view->field->kind == QUIRE_KIND_FLOAT32) return quire_number_format_f32((float)value, out);
    uint16_t bits;
    memcpy(&bits, (const uint8_t *)view->values + (row + view->offset) * 2, 2);
    return quire_number_format_f16(bits, out);
}

/* The shared text of a value, in quotes where JSON has no number for it. */
static char *put_text(const struct quire_view *view, int64_t row,
                      const struct quire_json_style *style, char *out)
{
    struct quire_value_style text_style = {.binary_hex = style->binary_hex};
    bool bare = view->field->kind == QUIRE_KIND_DECIMAL && style->decimal_number;
    if (!bare) *out++ = '"';
    out = quire_value_writer_of(view->field)(view, row, &text_style, out);
    if (!bare) *out++ = '"';
    return out;
}

char *quire_json_put_bounded(const struct quire_view *view, int64_t row,
                             const struct quire_json_style *style, char *out)
{
    int64_t index = row + view->offset;
    uint16_t half;
    switch (view->field->kind) {
    case QUIRE_KIND_NULL: return put_word(out, "null");
    case QUIRE_KIND_BOOL: return put_word(out, quire_view_bool(view, row) ? "true" : "false");
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_UINT8:
    case QUIRE_KIND_UINT16:
    case QUIRE_KIND_UINT32: return quire_number_format_i64(quire_view_i64(view, row), out);
    case QUIRE_KIND_UINT64:
        return quire_number_format_u64((uint64_t)quire_view_i64(view, row), out);
    case QUIRE_KIND_FLOAT16:
        memcpy(&half, (const uint8_t *)view->values + index * 2, 2);
        return put_float(quire_number_half_to_double(half), view, row, style, out);
    case QUIRE_KIND_FLOAT32:
        return put_float((double)((const float *)view->values)[index], view, row, style, out);
    case QUIRE_KIND_FLOAT64:
        return put_float(((const double *)view->values)[index], view, row, style, out);
    case QUIRE_KIND_TIMESTAMP:
        if (style->epoch) return quire_number_format_i64(quire_view_i64(view, row), out);
        return put_text(view, row, style, out);
    default: return put_text(view, row, style, out);
    }
}

/* --- Strings and binaries -------------------------------------------------------- */

static int append(struct quire_buf *out, const void *bytes, size_t size, struct quire_error *error)
{
    return quire_buf_append(out, bytes, size) != 0 ? quire_fail_memory(error, operation) : 0;
}

static int put_invalid_string(struct quire_bytes text, size_t valid,
                              const struct quire_json_style *style, struct quire_buf *out,
                              struct quire_error *error)
{
    if (!style->replace_utf8) {
        quire_fail(error, QUIRE_INPUT, operation, "the string is not UTF-8: 0x%02x at its byte %zu",
                   text.data[valid], valid);
        quire_error_hint(error, "the option invalid_utf8=replace puts U+FFFD there");
        return QUIRE_INPUT;
    }
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf repaired = {0};
    if (quire_utf8_repair(&repaired, text.data, text.size) != 0 ||
        quire_json_append_string(out, (const char *)repaired.data, repaired.size, style->ascii) !=
            0)
        return quire_fail_memory(error, operation);
    return 0;
}

static int put_string(struct quire_bytes text, const struct quire_json_style *style,
                      struct quire_buf *out, struct quire_error *error)
{
    size_t valid = quire_utf8_valid_prefix(text.data, text.size);
    if (valid != text.size) return put_invalid_string(text, valid, style, out, error);
    if (quire_json_append_string(out, (const char *)text.data, text.size, style->ascii) != 0)
        return quire_fail_memory(error, operation);
    return 0;
}

static int put_json(struct quire_bytes text, const struct quire_json_style *style,
                    struct quire_buf *out, struct quire_error *error)
{
    int code = quire_json_compact(text.data, text.size, style->ascii, out, error);
    if (code != QUIRE_INPUT || error == NULL) return code;
    char cause[sizeof(error->cause)];
    snprintf(cause, sizeof(cause), "%s", error->cause);
    return quire_fail(error, code, operation,
                      "the column is of JSON texts and this is none: %.400s", cause);
}

static int put_binary(struct quire_bytes bytes, const struct quire_json_style *style,
                      struct quire_buf *out, struct quire_error *error)
{
    if (bytes.size > PTRDIFF_MAX / 4 || quire_buf_reserve(out, 2 * bytes.size + 8) != 0)
        return quire_fail_memory(error, operation);
    char *put = (char *)quire_buf_end(out);
    *put++ = '"';
    put = style->binary_hex ? quire_hex_encode(bytes.data, bytes.size, put)
                            : quire_base64_encode(bytes.data, bytes.size, put);
    *put++ = '"';
    out->size = (size_t)((uint8_t *)put - out->data);
    return 0;
}

/* --- Containers ------------------------------------------------------------------ */

/* The text before a member or item: comma, blank or line and indent. */
static int put_break(bool first, const struct quire_json_style *style, int depth,
                     struct quire_buf *out, struct quire_error *error)
{
    if (!first && append(out, ",", 1, error) != 0) return QUIRE_MEMORY;
    if (!style->pretty) return !first && style->spaced ? append(out, " ", 1, error) : 0;
    size_t size = 1 + 2 * (size_t)depth;
    if (quire_buf_reserve(out, size) != 0) return quire_fail_memory(error, operation);
    memset(quire_buf_end(out), ' ', size);
    *quire_buf_end(out) = '\n';
    out->size += size;
    return 0;
}

static int put_close(char close, bool empty, const struct quire_json_style *style, int depth,
                     struct quire_buf *out, struct quire_error *error)
{
    if (style->pretty && !empty) QUIRE_TRY(put_break(true, style, depth, out, error));
    return append(out, &close, 1, error);
}

static int put_colon(const struct quire_json_style *style, struct quire_buf *out,
                     struct quire_error *error)
{
    return append(out, ": ", style->pretty || style->spaced ? 2 : 1, error);
}

static int put_items(const struct quire_view *items, struct quire_range range,
                     const struct quire_json_style *style, int depth, struct quire_buf *out,
                     struct quire_error *error)
{
    QUIRE_TRY(append(out, "[", 1, error));
    for (int64_t i = 0; i < range.size; i++) {
        QUIRE_TRY(put_break(i == 0, style, depth + 1, out, error));
        QUIRE_TRY(quire_json_put(items, range.start + i, style, depth + 1, out, error));
    }
    return put_close(']', range.size == 0, style, depth, out, error);
}

static int put_struct(const struct quire_view *view, int64_t row,
                      const struct quire_json_style *style, int depth, struct quire_buf *out,
                      struct quire_error *error)
{
    bool first = true;
    QUIRE_TRY(append(out, "{", 1, error));
    for (size_t i = 0; i < view->children_size; i++) {
        const struct quire_view *child = &view->children[i];
        const struct quire_field *field = child->field;
        if (style->omit_nulls && quire_view_is_null(child, row)) continue;
        QUIRE_TRY(put_break(first, style, depth + 1, out, error));
        first = false;
        if (quire_json_append_string(out, field->name, field->name_size, style->ascii) != 0)
            return quire_fail_memory(error, operation);
        QUIRE_TRY(put_colon(style, out, error));
        int code = quire_json_put(child, row, style, depth + 1, out, error);
        if (code == 0) continue;
        if (code != QUIRE_MEMORY) quire_error_outer_column(error, field->name);
        return code;
    }
    return put_close('}', first, style, depth, out, error);
}

/* The text of a key; *known is false when there is none. */
static struct quire_bytes key_of(const struct quire_view *keys, int64_t row, bool *known)
{
    *known = !quire_view_is_null(keys, row);
    if (*known && keys->field->kind == QUIRE_KIND_DICTIONARY) {
        row = quire_view_index(keys, row);
        keys = keys->dictionary;
        *known = row >= 0 && row < keys->length && !quire_view_is_null(keys, row);
    }
    return *known ? quire_view_bytes(keys, row) : (struct quire_bytes){0};
}

static bool same_keys(const struct quire_view *keys, int64_t a, int64_t b)
{
    bool a_known, b_known;
    struct quire_bytes left = key_of(keys, a, &a_known), right = key_of(keys, b, &b_known);
    return a_known && b_known && left.size == right.size &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

static bool repeats_pairwise(const struct quire_view *keys, struct quire_range range)
{
    for (int64_t i = 1; i < range.size; i++)
        for (int64_t j = 0; j < i; j++)
            if (same_keys(keys, range.start + i, range.start + j)) return true;
    return false;
}

static int repeats_by_hash(const struct quire_view *keys, struct quire_range range, bool *repeats,
                           struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) int64_t *slots = NULL; /* entry + 1; 0: free */
    size_t size = 64;
    while (size / 2 < (size_t)range.size)
        size *= 2;
    slots = quire_alloc_zero(size, sizeof(*slots));
    if (slots == NULL) return quire_fail_memory(error, operation);
    for (int64_t i = 0; i < range.size && !*repeats; i++) {
        bool known;
        struct quire_bytes key = key_of(keys, range.start + i, &known);
        if (!known) continue;
        size_t slot = quire_hash_bytes(key.data, key.size) & (size - 1);
        for (; slots[slot] != 0 && !*repeats; slot = (slot + 1) & (size - 1))
            *repeats = same_keys(keys, range.start + i, range.start + slots[slot] - 1);
        if (!*repeats) slots[slot] = i + 1;
    }
    return 0;
}

static int has_repeated_keys(const struct quire_view *keys, struct quire_range range, bool *repeats,
                             struct quire_error *error)
{
    *repeats = false;
    if (range.size > PAIRWISE_MAX) return repeats_by_hash(keys, range, repeats, error);
    *repeats = repeats_pairwise(keys, range);
    return 0;
}

/* A map with string keys, as an object; as an array of its entries when a key comes
 * twice, of which a reader would keep but one. */
static int put_map(const struct quire_view *view, struct quire_range range,
                   const struct quire_json_style *style, int depth, struct quire_buf *out,
                   struct quire_error *error)
{
    const struct quire_view *entries = &view->children[0];
    bool repeats;
    QUIRE_TRY(has_repeated_keys(&entries->children[0], range, &repeats, error));
    if (repeats) return put_items(entries, range, style, depth, out, error);
    QUIRE_TRY(append(out, "{", 1, error));
    for (int64_t i = 0; i < range.size; i++) {
        int64_t index = range.start + i;
        QUIRE_TRY(put_break(i == 0, style, depth + 1, out, error));
        if (quire_view_is_null(&entries->children[0], index))
            return quire_fail(error, QUIRE_INPUT, operation, "a map has a key that is null");
        QUIRE_TRY(quire_json_put(&entries->children[0], index, style, depth + 1, out, error));
        QUIRE_TRY(put_colon(style, out, error));
        QUIRE_TRY(quire_json_put(&entries->children[1], index, style, depth + 1, out, error));
    }
    return put_close('}', range.size == 0, style, depth, out, error);
}

static int put_dictionary(const struct quire_view *view, int64_t row,
                          const struct quire_json_style *style, int depth, struct quire_buf *out,
                          struct quire_error *error)
{
    int64_t index = quire_view_index(view, row);
    if (index < 0 || index >= view->dictionary->length)
        return quire_fail(error, QUIRE_INPUT, operation, "the dictionary has no entry %lld",
                          (long long)index);
    return quire_json_put(view->dictionary, index, style, depth, out, error);
}

/* What a union's or a run's row stands for. */
static int put_inner(const struct quire_view *view, int64_t row,
                     const struct quire_json_style *style, int depth, struct quire_buf *out,
                     struct quire_error *error)
{
    const struct quire_view *inner;
    int64_t inner_row;
    if (!quire_view_inner(view, row, &inner, &inner_row))
        return quire_fail(error, QUIRE_INPUT, operation,
                          "a union or run-end encoding leads to no value");
    return quire_json_put(inner, inner_row, style, depth, out, error);
}

static int put_bounded(const struct quire_view *view, int64_t row,
                       const struct quire_json_style *style, struct quire_buf *out,
                       struct quire_error *error)
{
    if (quire_buf_reserve(out, quire_json_bounded_max(view->field)) != 0)
        return quire_fail_memory(error, operation);
    char *end = quire_json_put_bounded(view, row, style, (char *)quire_buf_end(out));
    if (end == NULL) return quire_json_fail_float(error);
    out->size = (size_t)((uint8_t *)end - out->data);
    return 0;
}

int quire_json_put(const struct quire_view *view, int64_t row, const struct quire_json_style *style,
                   int depth, struct quire_buf *out, struct quire_error *error)
{
    const struct quire_field *field = view->field;
    if (quire_view_is_null(view, row)) return append(out, "null", 4, error);
    switch (field->kind) {
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW:
        if (field->extension == QUIRE_EXTENSION_JSON)
            return put_json(quire_view_bytes(view, row), style, out, error);
        return put_string(quire_view_bytes(view, row), style, out, error);
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_BINARY_VIEW: return put_binary(quire_view_bytes(view, row), style, out, error);
    case QUIRE_KIND_FIXED_BINARY:
        if (field->extension == QUIRE_EXTENSION_UUID)
            return put_bounded(view, row, style, out, error);
        return put_binary(quire_view_bytes(view, row), style, out, error);
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW:
    case QUIRE_KIND_FIXED_LIST:
        return put_items(&view->children[0], quire_view_range(view, row), style, depth, out, error);
    case QUIRE_KIND_STRUCT: return put_struct(view, row, style, depth, out, error);
    case QUIRE_KIND_MAP:
        if (quire_json_map_has_names(field))
            return put_map(view, quire_view_range(view, row), style, depth, out, error);
        return put_items(&view->children[0], quire_view_range(view, row), style, depth, out, error);
    case QUIRE_KIND_DICTIONARY: return put_dictionary(view, row, style, depth, out, error);
    case QUIRE_KIND_UNION:
    case QUIRE_KIND_RUN_END: return put_inner(view, row, style, depth, out, error);
    default: return put_bounded(view, row, style, out, error);
    }
}

int quire_json_value_write(const struct quire_view *view, int64_t row,
                           const struct quire_json_style *style, struct quire_buf *out,
                           struct quire_error *error)
{
    return quire_json_put(view, row, style, 0, out, error);
}
