/* Columns of numbers and times: a loop for each type, over fields that mostly are
 * short and plain.
 *
 * The loops take the texts that are most frequent (eight digits at most, no
 * exponent, no sign but '-') with a few instructions and no branch on the length;
 * whatever else stands in a field is left to quire_value_parse, which also says
 * what is wrong with it. Fields are loaded in words that run over their end: a
 * chunk is padded for that. */
#include "format/csv/csv_column.h"
#include "base/digits.h"
#include "base/fail.h"
#include "base/number.h"

/* A column of one value, for parsing apart. */
static int single_column(struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                         struct quire_column **single)
{
    struct quire_column **kept = &parsing->scratch->single[task->number];
    if (*kept == NULL) QUIRE_TRY(quire_column_new(task->column->field, kept, NULL));
    *single = *kept;
    quire_column_clear(*single);
    return 0;
}

/* Any field into its place of a fixed-width column. */
static int put_slowly(struct quire_csv_parsing *parsing, struct quire_csv_task *task, size_t row,
                      struct quire_csv_span span)
{
    struct quire_csv_text text;
    struct quire_column *single;
    int code = quire_csv_text_of(parsing, span, &text, NULL);
    if (code == QUIRE_MEMORY) return code;
    if (code != 0) return quire_csv_refuse(parsing, task, row, QUIRE_VALUE_MISMATCH, true);
    if (quire_csv_is_null_text(parsing->reader, &text))
        return quire_csv_set_null(parsing, task, row, true);
    QUIRE_TRY(single_column(parsing, task, &single));
    enum quire_value_result result = quire_csv_value(parsing, single, &text, NULL);
    if (result != QUIRE_VALUE_OK) return quire_csv_refuse(parsing, task, row, result, true);
    size_t width = single->values.size;
    memcpy((uint8_t *)task->values + row * width, single->values.data, width);
    return 0;
}

/* Up to eight digits after an optional '-'; false for all else. size > 0. */
static inline bool short_integer(const uint8_t *text, size_t size, int64_t *value)
{
    bool negative = *text == '-';
    text += negative;
    size -= negative;
    if (__builtin_expect(size - 1 >= 8, 0)) return false;
    uint64_t word = quire_digits_load8((const char *)text) << (64 - 8 * size);
    word |= QUIRE_DIGITS_ZEROS >> (8 * size - 8) >> 8;
    int64_t magnitude = quire_digits_value8(word);
    *value = negative ? -magnitude : magnitude;
    return quire_digits_are8(word);
}

/* Up to seven digits with a point between them, or eight without: exact, since the
 * digits and the power of ten are exact and the division rounds once. */
static inline bool short_float(const uint8_t *text, size_t size, double *value)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    const uint64_t points = UINT64_C(0x2e2e2e2e2e2e2e2e), ones = UINT64_C(0x0101010101010101);
    bool negative = *text == '-';
    text += negative;
    size -= negative;
    if (__builtin_expect(size - 1 >= 8, 0)) return false;
    uint64_t word = quire_digits_load8((const char *)text) << (64 - 8 * size);
    word |= QUIRE_DIGITS_ZEROS >> (8 * size - 8) >> 8;
    uint64_t other = word ^ points;
    uint64_t found = (other - ones) & ~other & (ones << 7);
    size_t decimals = 0;
    if (found != 0) {
        /* The digits before the point move up by one byte, over it. */
        int point = __builtin_ctzll(found) & ~7; /* its first bit */
        decimals = 7 - (size_t)point / 8;
        if (decimals == 0 || size - decimals == 1) return false;
        uint64_t below = (UINT64_C(1) << point) - 1;
        uint64_t above = ~below & ~(UINT64_C(0xff) << point);
        word = (word & above) | (word & below) << 8 | '0';
    }
    double magnitude = (double)quire_digits_value8(word) / powers[decimals];
    *value = negative ? -magnitude : magnitude;
    return quire_digits_are8(word);
}

/* Takes the quotes off a field that has one at both ends. What is between them may
 * hold more: then it is no number and no time. */
static inline bool within_quotes(const struct quire_csv_parsing *parsing, const uint8_t **text,
                                 size_t *size)
{
    int quote = parsing->reader->marks.quote;
    if (*size < 3 || (*text)[0] != quote || (*text)[*size - 1] != quote) return false;
    *text += 1;
    *size -= 2;
    return true;
}

/* A fill function: an empty field is null, a text that `fast` takes is its value,
 * with quotes around it or without, and all else goes the slow way. */
#define FILL(name, type, fast)                                                                    \
    static int name(struct quire_csv_parsing *parsing, struct quire_csv_task *task, size_t from,  \
                    size_t to)                                                                    \
    {                                                                                             \
        type *values = task->values;                                                              \
        for (size_t row = from; row < to; row++) {                                                \
            struct quire_csv_span span = quire_csv_span_of(parsing, task, row);                   \
            const uint8_t *text = parsing->chunk->bytes + span.start;                             \
            size_t size = span.end - span.start;                                                  \
            int code;                                                                             \
            if (size == 0)                                                                        \
                code = quire_csv_set_null(parsing, task, row, true);                              \
            else if (__builtin_expect(!task->careful && fast(task, text, size, &values[row]), 1)) \
                continue;                                                                         \
            else if (!task->careful && within_quotes(parsing, &text, &size) &&                    \
                     fast(task, text, size, &values[row]))                                        \
                continue;                                                                         \
            else                                                                                  \
                code = put_slowly(parsing, task, row, span);                                      \
            if (__builtin_expect(code != 0, 0)) return code;                                      \
        }                                                                                         \
        return 0;                                                                                 \
    }

#define FAST_INTEGER(name, type, min, max)                                                        \
    static inline bool fast_##name(struct quire_csv_task *task, const uint8_t *text, size_t size, \
                                   type *value)                                                   \
    {                                                                                             \
        (void)task;                                                                               \
        int64_t wide;                                                                             \
        if (!short_integer(text, size, &wide) &&                                                  \
            !quire_number_parse_i64((const char *)text, size, &wide, NULL))                       \
            return false;                                                                         \
        if (wide < (min) || wide > (max)) return false;                                           \
        *value = (type)wide;                                                                      \
        return true;                                                                              \
    }                                                                                             \
    FILL(fill_##name, type, fast_##name)

FAST_INTEGER(int8, int8_t, INT8_MIN, INT8_MAX)
FAST_INTEGER(int16, int16_t, INT16_MIN, INT16_MAX)
FAST_INTEGER(int32, int32_t, INT32_MIN, INT32_MAX)
FAST_INTEGER(int64, int64_t, INT64_MIN, INT64_MAX)
FAST_INTEGER(uint8, uint8_t, 0, UINT8_MAX)
FAST_INTEGER(uint16, uint16_t, 0, UINT16_MAX)
FAST_INTEGER(uint32, uint32_t, 0, UINT32_MAX)
FAST_INTEGER(uint64, uint64_t, 0, INT64_MAX)

static inline bool fast_float64(struct quire_csv_task *task, const uint8_t *text, size_t size,
                                double *value)
{
    (void)task;
    if (short_float(text, size, value)) return true;
    /* Infinities are left to the slow way: digits must not overflow to one. */
    return quire_number_parse_f64((const char *)text, size, value) && !__builtin_isinf(*value);
}

static inline bool fast_float32(struct quire_csv_task *task, const uint8_t *text, size_t size,
                                float *value)
{
    (void)task;
    return quire_number_parse_f32((const char *)text, size, value) && !__builtin_isinf(*value);
}

static inline bool fast_date(struct quire_csv_task *task, const uint8_t *text, size_t size,
                             int32_t *value)
{
    (void)task;
    return quire_time_parse_date((const char *)text, size, value);
}

static inline bool fast_timestamp(struct quire_csv_task *task, const uint8_t *text, size_t size,
                                  int64_t *value)
{
    if (size == task->last_size && memcmp(text, task->last_text, size) == 0) {
        *value = task->last_value;
        return true;
    }
    const struct quire_field *field = task->column->field;
    bool has_offset;
    if (!quire_time_parse_timestamp((const char *)text, size, field->unit, value, &has_offset) ||
        has_offset != (field->zone != NULL))
        return false;
    if (size <= sizeof(task->last_text)) {
        memcpy(task->last_text, text, size);
        task->last_size = (uint32_t)size;
        task->last_value = *value;
    }
    return true;
}

FILL(fill_float64, double, fast_float64)
FILL(fill_float32, float, fast_float32)
FILL(fill_date, int32_t, fast_date)
FILL(fill_timestamp, int64_t, fast_timestamp)

/* Any type, a row after the other. */
static int fill_any(struct quire_csv_parsing *parsing, struct quire_csv_task *task, size_t from,
                    size_t to)
{
    for (size_t row = from; row < to; row++) {
        struct quire_csv_span span = quire_csv_span_of(parsing, task, row);
        struct quire_csv_text text;
        int code = quire_csv_text_of(parsing, span, &text, NULL);
        if (code == QUIRE_MEMORY) return code;
        if (code != 0) {
            code = quire_csv_refuse(parsing, task, row, QUIRE_VALUE_MISMATCH, false);
        } else if (quire_csv_is_null_text(parsing->reader, &text)) {
            code = quire_csv_set_null(parsing, task, row, false);
        } else {
            enum quire_value_result result = quire_csv_value(parsing, task->column, &text, NULL);
            if (result != QUIRE_VALUE_OK)
                code = quire_csv_refuse(parsing, task, row, result, false);
        }
        if (code != 0) return code;
    }
    return 0;
}

static bool has_point(enum quire_kind kind)
{
    return (kind >= QUIRE_KIND_FLOAT16 && kind <= QUIRE_KIND_FLOAT64) || kind == QUIRE_KIND_DECIMAL;
}

static enum quire_value_result json_value(struct quire_csv_parsing *parsing,
                                          struct quire_column *column,
                                          const struct quire_csv_text *text,
                                          struct quire_error *error)
{
    int code =
        quire_json_value_parse(column, text->bytes, text->size, &parsing->reader->json, error);
    if (code == QUIRE_MEMORY) return QUIRE_VALUE_MEMORY;
    return code == 0 ? QUIRE_VALUE_OK : QUIRE_VALUE_MISMATCH;
}

enum quire_value_result quire_csv_value(struct quire_csv_parsing *parsing,
                                        struct quire_column *column,
                                        const struct quire_csv_text *text,
                                        struct quire_error *error)
{
    const struct quire_csv_reader *reader = parsing->reader;
    const uint8_t *bytes = text->bytes;
    enum quire_kind kind = column->field->kind;
    if (column->field->dictionary != NULL) kind = column->field->dictionary->kind;
    if (quire_kind_is_nested(kind)) return json_value(parsing, column, text, error);
    if (reader->options.decimal_comma && has_point(kind)) {
        int code;
        bool number = quire_csv_comma_to_point(text, &parsing->scratch->number, &code);
        if (code != 0) return QUIRE_VALUE_MEMORY;
        if (!number) return QUIRE_VALUE_MISMATCH;
        bytes = parsing->scratch->number.data;
    }
    size_t size = text->size;
    if (quire_kind_is_string(kind) && !parsing->valid_utf8 &&
        reader->options.invalid_utf8 == QUIRE_CSV_UTF8_REPLACE) {
        struct quire_buf *repaired = &parsing->scratch->number;
        quire_buf_clear(repaired);
        if (quire_utf8_repair(repaired, bytes, size) != 0) return QUIRE_VALUE_MEMORY;
        bytes = repaired->data;
        size = repaired->size;
    }
    if (quire_csv_is_json(column->field)) {
        int code = quire_json_check(bytes, size, NULL);
        if (code != 0) return code == QUIRE_MEMORY ? QUIRE_VALUE_MEMORY : QUIRE_VALUE_MISMATCH;
    }
    return quire_value_parse(column, (const char *)bytes, size, &reader->style);
}

int quire_csv_task_begin(struct quire_csv_parsing *parsing, struct quire_csv_task *task)
{
    static int (*const fills[])(struct quire_csv_parsing *, struct quire_csv_task *, size_t,
                                size_t) = {
        [QUIRE_KIND_INT8] = fill_int8,       [QUIRE_KIND_INT16] = fill_int16,
        [QUIRE_KIND_INT32] = fill_int32,     [QUIRE_KIND_INT64] = fill_int64,
        [QUIRE_KIND_UINT8] = fill_uint8,     [QUIRE_KIND_UINT16] = fill_uint16,
        [QUIRE_KIND_UINT32] = fill_uint32,   [QUIRE_KIND_UINT64] = fill_uint64,
        [QUIRE_KIND_FLOAT32] = fill_float32, [QUIRE_KIND_FLOAT64] = fill_float64,
        [QUIRE_KIND_DATE32] = fill_date,     [QUIRE_KIND_TIMESTAMP] = fill_timestamp,
    };
    const struct quire_csv_reader *reader = parsing->reader;
    enum quire_kind kind = task->column->field->kind;
    task->careful = task->source->null_is_value || reader->marks.escape >= 0 ||
                    (reader->options.decimal_comma && has_point(kind));
    int64_t rows = (int64_t)parsing->layout.rows;
    if (quire_kind_is_string(kind)) {
        task->fill = quire_csv_fill_string;
        return quire_column_reserve(task->column, rows);
    }
    task->fill = kind <= QUIRE_KIND_TIMESTAMP && fills[kind] != NULL ? fills[kind] : fill_any;
    if (task->fill == fill_any) return quire_column_reserve(task->column, rows);
    return quire_column_extend(task->column, rows, &task->values);
}
