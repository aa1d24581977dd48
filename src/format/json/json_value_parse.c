/* Values into columns by the column's type.
 *
 * The commonest types are parsed here from the text itself; the rest go through
 * the one parser of value texts that all formats share, with the token's text. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "data/value_text.h"
#include "format/json/json_typed.h"

int quire_json_fail_mismatch(const struct quire_json_cursor *cursor,
                             const struct quire_field *field, struct quire_error *error)
{
    const char *what;
    switch (*cursor->at) {
    case '{': what = "an object"; break;
    case '[': what = "an array"; break;
    case '"': what = "a string"; break;
    case 't':
    case 'f': what = "a boolean"; break;
    case 'n': what = "null"; break;
    default: what = "a number"; break;
    }
    bool literal = *cursor->at >= 'a' && *cursor->at <= 'z';
    if (literal || (*cursor->at != '{' && *cursor->at != '[' && *cursor->at != '"')) {
        /* Only a whole token is worth naming: otherwise the text itself is wrong. */
        struct quire_json_cursor probe = *cursor;
        QUIRE_TRY(quire_json_skip(&probe, error));
    }
    if (error == NULL) return QUIRE_INPUT;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf type = {0};
    if (quire_field_type_text(field, &type) != 0 || quire_buf_terminate(&type) != 0)
        return quire_fail_memory(error, cursor->operation);
    return quire_json_fail(cursor, error, "%s stands where the column has %.100s", what,
                           (const char *)type.data);
}

int quire_json_fail_append(const struct quire_json_cursor *cursor, int code,
                           struct quire_error *error)
{
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, cursor->operation);
    if (code != QUIRE_LIMIT) return quire_json_fail(cursor, error, "%s", quire_code_text(code));
    code = quire_fail(error, QUIRE_LIMIT, cursor->operation, "the values of one batch pass 2 GiB");
    quire_error_hint(error, "declare the column with a large type, or lower the memory budget");
    return code;
}

int quire_json_append_null(const struct quire_json_cursor *cursor, struct quire_column *column,
                           const char *what, struct quire_error *error)
{
    if (__builtin_expect(!column->field->nullable, 0))
        return quire_json_fail(cursor, error, "%s, and the column is declared not null", what);
    int code = quire_column_append_null(column);
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}

/* A text through the shared parser; at is where it began. */
static int append_text(struct quire_json_cursor *cursor, const uint8_t *at,
                       struct quire_column *column, const char *text, size_t size,
                       struct quire_error *error)
{
    struct quire_value_style style = {.binary_hex = cursor->read.binary_hex};
    enum quire_value_result result = quire_value_parse(column, text, size, &style);
    if (result == QUIRE_VALUE_OK) return 0;
    int code = quire_value_fail(result, column->field, text, size, cursor->operation, error);
    quire_error_at(error, QUIRE_NOWHERE, NULL, at - cursor->start);
    return code;
}

static int append_bytes(struct quire_json_cursor *cursor, struct quire_column *column,
                        const void *bytes, size_t size, struct quire_error *error)
{
    int code = quire_column_append_bytes(column, bytes, size);
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}

static inline int parse_string(struct quire_json_cursor *cursor, struct quire_column *column,
                               struct quire_error *error)
{
    struct quire_bytes value;
    if (*cursor->at != '"') return quire_json_fail_mismatch(cursor, column->field, error);
    QUIRE_TRY(quire_json_string(cursor, &value, error));
    return append_bytes(cursor, column, value.data, value.size, error);
}

/* The text of the value itself, whatever it is, for columns of JSON text. */
static int parse_raw(struct quire_json_cursor *cursor, struct quire_column *column,
                     struct quire_error *error)
{
    const uint8_t *first = cursor->at;
    QUIRE_TRY(quire_json_skip(cursor, error));
    size_t size = (size_t)(cursor->at - first);
    if (!cursor->check_utf8 || quire_utf8_is_valid(first, size))
        return append_bytes(cursor, column, first, size, error);
    quire_buf_clear(&cursor->unescaped); /* only reached when the policy repairs */
    if (quire_utf8_repair(&cursor->unescaped, first, size) != 0)
        return quire_fail_memory(error, cursor->operation);
    return append_bytes(cursor, column, cursor->unescaped.data, cursor->unescaped.size, error);
}

static int parse_bool(struct quire_json_cursor *cursor, struct quire_column *column,
                      struct quire_error *error)
{
    uint8_t first = *cursor->at;
    if (first != 't' && first != 'f') return quire_json_fail_mismatch(cursor, column->field, error);
    QUIRE_TRY(quire_json_literal(cursor, error));
    int code = quire_column_append_bool(column, first == 't');
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}

static inline bool starts_number(uint8_t c)
{
    return c == '-' || (uint8_t)(c - '0') < 10;
}

/* Any number into a column that the shared parser fills. */
static int parse_number_text(struct quire_json_cursor *cursor, struct quire_column *column,
                             struct quire_error *error)
{
    const uint8_t *at = cursor->at;
    struct quire_json_number number;
    if (!starts_number(*at)) return quire_json_fail_mismatch(cursor, column->field, error);
    QUIRE_TRY(quire_json_number(cursor, &number, error));
    return append_text(cursor, at, column, number.text, number.size, error);
}

/* Integers, and what is stored as one; the digits of a short one are the value. */
static inline int parse_integer(struct quire_json_cursor *cursor, struct quire_column *column,
                                struct quire_error *error)
{
    const uint8_t *at = cursor->at;
    int64_t value;
    bool fits = true;
    int code;
    if (__builtin_expect(!quire_json_short_integer(cursor, &value), 0))
        return parse_number_text(cursor, column, error);
    if (column->field->kind == QUIRE_KIND_INT64)
        code = quire_column_append_i64(column, value);
    else
        code = quire_column_append_int(column, value, &fits);
    if (code != 0) return quire_json_fail_append(cursor, code, error);
    if (fits) return 0;
    code = quire_value_fail(QUIRE_VALUE_RANGE, column->field, (const char *)at,
                            (size_t)(cursor->at - at), cursor->operation, error);
    quire_error_at(error, QUIRE_NOWHERE, NULL, at - cursor->start);
    return code;
}

/* A timestamp as an integer of the column's unit. */
static int parse_epoch(struct quire_json_cursor *cursor, struct quire_column *column,
                       struct quire_error *error)
{
    const uint8_t *at = cursor->at;
    struct quire_json_number number;
    int64_t value;
    QUIRE_TRY(quire_json_number(cursor, &number, error));
    if (!quire_number_parse_i64(number.text, number.size, &value, NULL)) {
        int code = quire_value_fail(QUIRE_VALUE_MISMATCH, column->field, number.text, number.size,
                                    cursor->operation, error);
        quire_error_at(error, QUIRE_NOWHERE, NULL, at - cursor->start);
        return code;
    }
    int code = quire_column_append_i64(column, value);
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}

/* "NaN", "Infinity" and the like, which JSON has no numbers for. */
static int parse_float_word(struct quire_json_cursor *cursor, struct quire_column *column,
                            struct quire_error *error)
{
    const uint8_t *at = cursor->at;
    const uint8_t *letter = at + 1 + (at[1] == '-' || at[1] == '+');
    if ((*letter | 0x20) != 'n' && (*letter | 0x20) != 'i')
        return quire_json_fail_mismatch(cursor, column->field, error);
    struct quire_bytes value;
    QUIRE_TRY(quire_json_string(cursor, &value, error));
    return append_text(cursor, at, column, (const char *)value.data, value.size, error);
}

static inline int parse_double(struct quire_json_cursor *cursor, struct quire_column *column,
                               struct quire_error *error)
{
    const uint8_t *at = cursor->at;
    if (*at == '"') return parse_float_word(cursor, column, error);
    if (!starts_number(*at)) return quire_json_fail_mismatch(cursor, column->field, error);
    double value;
    if (!quire_json_short_double(cursor, &value)) {
        struct quire_json_number number;
        QUIRE_TRY(quire_json_number(cursor, &number, error));
        value = quire_json_number_double(&number);
        if (__builtin_isinf(value))
            return append_text(cursor, at, column, number.text, number.size, error);
    }
    int code = quire_column_append_f64(column, value);
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}

/* Kinds whose JSON form is a string with the value's text. */
static int parse_quoted(struct quire_json_cursor *cursor, struct quire_column *column,
                        struct quire_error *error)
{
    const uint8_t *at = cursor->at;
    struct quire_bytes value;
    if (*at != '"') return quire_json_fail_mismatch(cursor, column->field, error);
    QUIRE_TRY(quire_json_string(cursor, &value, error));
    return append_text(cursor, at, column, (const char *)value.data, value.size, error);
}

static int parse_dictionary(struct quire_json_cursor *cursor, struct quire_column *column,
                            struct quire_error *error)
{
    const struct quire_field *field = column->field->dictionary;
    if (quire_kind_is_string(field->kind)) {
        if (field->extension == QUIRE_EXTENSION_JSON) return parse_raw(cursor, column, error);
        return parse_string(cursor, column, error);
    }
    if (quire_kind_is_binary(field->kind)) return parse_quoted(cursor, column, error);
    struct quire_column *scratch = quire_column_dictionary_scratch(column);
    QUIRE_TRY(quire_json_typed(cursor, scratch, NULL, error));
    int code = quire_column_dictionary_intern(column);
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}

static int parse_list(struct quire_json_cursor *cursor, struct quire_column *column,
                      const struct quire_json_shape *shape, struct quire_error *error)
{
    struct quire_column *items = &column->children[0];
    const struct quire_json_shape *item_shape = shape != NULL ? &shape->children[0] : NULL;
    const uint8_t *at = cursor->at;
    int64_t before = items->length;
    bool more;
    QUIRE_TRY(quire_json_open(cursor, ']', &more, error));
    while (more) {
        QUIRE_TRY(quire_json_typed(cursor, items, item_shape, error));
        QUIRE_TRY(quire_json_next(cursor, ']', &more, error));
    }
    int64_t count = items->length - before;
    if (column->field->kind == QUIRE_KIND_FIXED_LIST && count != column->field->width) {
        cursor->at = at;
        return quire_json_fail(cursor, error, "an array of %lld where the column has %d items",
                               (long long)count, column->field->width);
    }
    int code = quire_column_end_list(column);
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}

static int parse_nested(struct quire_json_cursor *cursor, struct quire_column *column,
                        const struct quire_json_shape *shape, struct quire_error *error)
{
    enum quire_kind kind = column->field->kind;
    uint8_t first = *cursor->at;
    if (kind == QUIRE_KIND_STRUCT && first == '{')
        return quire_json_object(cursor, column, shape, NULL, error);
    if (kind == QUIRE_KIND_MAP && first == '{' && quire_json_map_has_names(column->field))
        return quire_json_map(cursor, column, shape, error);
    if (kind != QUIRE_KIND_STRUCT && first == '[') return parse_list(cursor, column, shape, error);
    return quire_json_fail_mismatch(cursor, column->field, error);
}

int quire_json_typed(struct quire_json_cursor *cursor, struct quire_column *column,
                     const struct quire_json_shape *shape, struct quire_error *error)
{
    const struct quire_field *field = column->field;
    if (*cursor->at == 'n') {
        QUIRE_TRY(quire_json_literal(cursor, error));
        return quire_json_append_null(cursor, column, "the value is null", error);
    }
    switch (field->kind) {
    case QUIRE_KIND_BOOL: return parse_bool(cursor, column, error);
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_UINT8:
    case QUIRE_KIND_UINT16:
    case QUIRE_KIND_UINT32:
    case QUIRE_KIND_UINT64: return parse_integer(cursor, column, error);
    case QUIRE_KIND_FLOAT64: return parse_double(cursor, column, error);
    case QUIRE_KIND_FLOAT16:
    case QUIRE_KIND_FLOAT32:
        if (*cursor->at == '"') return parse_float_word(cursor, column, error);
        return parse_number_text(cursor, column, error);
    case QUIRE_KIND_DECIMAL:
        if (*cursor->at == '"') return parse_quoted(cursor, column, error);
        return parse_number_text(cursor, column, error);
    case QUIRE_KIND_TIMESTAMP:
        if (cursor->read.epoch && starts_number(*cursor->at))
            return parse_epoch(cursor, column, error);
        return parse_quoted(cursor, column, error);
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW:
        if (field->extension == QUIRE_EXTENSION_JSON) return parse_raw(cursor, column, error);
        return parse_string(cursor, column, error);
    case QUIRE_KIND_DICTIONARY: return parse_dictionary(cursor, column, error);
    case QUIRE_KIND_NULL:
    case QUIRE_KIND_UNION:
    case QUIRE_KIND_RUN_END: return quire_json_fail_mismatch(cursor, field, error);
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW:
    case QUIRE_KIND_FIXED_LIST:
    case QUIRE_KIND_STRUCT:
    case QUIRE_KIND_MAP: return parse_nested(cursor, column, shape, error);
    default: return parse_quoted(cursor, column, error);
    }
}

int quire_json_value_parse(struct quire_column *column, const uint8_t *text, size_t size,
                           const struct quire_json_read *read, struct quire_error *error)
{
    static const char operation[] = "read json";
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf padded = {0};
    QUIRE_TRY(quire_json_pad(text, size, operation, &padded, error));
    QUIRE_CLEANUP(quire_json_cursor_release)
    struct quire_json_cursor cursor = {
        .at = padded.data,
        .start = padded.data,
        .end = padded.data + size,
        .operation = operation,
        .read = *read,
        .check_utf8 = !quire_utf8_is_valid(padded.data, size),
    };
    int64_t rows = column->length;
    quire_json_skip_blank(&cursor);
    int code = quire_json_typed(&cursor, column, NULL, error);
    if (code == 0) {
        quire_json_skip_blank(&cursor);
        if (cursor.at < cursor.end) code = quire_json_fail_expected(&cursor, "the end", error);
    }
    if (code != 0) quire_column_truncate(column, rows);
    return code;
}
