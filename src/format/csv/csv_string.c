/* Columns of strings. Room is made for all bytes of a block's fields at once, then
 * short fields are copied as one block of 16 bytes, more than they need. */
#include "base/fail.h"
#include "format/csv/csv_column.h"

#define BLOCK 16

struct strings {
    struct quire_csv_parsing *parsing;
    struct quire_csv_task *task;
    uint8_t *out; /* where the next string goes */
};

/* Adds n valid rows whose offsets are still to be written. */
static int add_rows(struct quire_column *column, size_t n, size_t width)
{
    size_t length = (size_t)column->length + n;
    if (column->validity.data != NULL) {
        struct quire_buf *validity = &column->validity;
        size_t size = (length + 7) / 8;
        QUIRE_TRY(quire_buf_reserve(validity, size - validity->size + 1));
        memset(quire_buf_end(validity), 0, size - validity->size);
        validity->size = size;
        for (size_t row = (size_t)column->length; row < length; row++)
            validity->data[row >> 3] |= (uint8_t)(1u << (row & 7));
    }
    column->length = (int64_t)length;
    column->values.size += n * width;
    return 0;
}

/* Bytes that the fields of a block can take. */
static size_t bytes_max(const struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                        size_t from, size_t to)
{
    size_t total = 0;
    for (size_t row = from; row < to; row++) {
        struct quire_csv_span span = quire_csv_span_of(parsing, task, row);
        total += span.end - span.start;
    }
    /* A byte that is not UTF-8 may become the three of U+FFFD. */
    return parsing->valid_utf8 ? total : total * 3;
}

/* A field that is quoted, escaped, maybe a null or maybe not UTF-8. */
static int put_slowly(struct strings *strings, size_t row, struct quire_csv_span span)
{
    struct quire_csv_parsing *parsing = strings->parsing;
    struct quire_csv_text text;
    int code = quire_csv_text_of(parsing, span, &text, NULL);
    if (code == QUIRE_MEMORY) return code;
    if (code != 0) return quire_csv_refuse(parsing, strings->task, row, QUIRE_VALUE_MISMATCH, true);
    if (quire_csv_is_null_text(parsing->reader, &text))
        return quire_csv_set_null(parsing, strings->task, row, true);
    if (!parsing->valid_utf8 && !quire_utf8_is_valid(text.bytes, text.size)) {
        if (parsing->reader->options.invalid_utf8 != QUIRE_CSV_UTF8_REPLACE)
            return quire_csv_refuse(parsing, strings->task, row, QUIRE_VALUE_UTF8, true);
        struct quire_buf *repaired = &parsing->scratch->number;
        quire_buf_clear(repaired);
        QUIRE_TRY(quire_utf8_repair(repaired, text.bytes, text.size));
        text.bytes = repaired->data;
        text.size = repaired->size;
    }
    if (quire_csv_is_json(strings->task->column->field)) {
        code = quire_json_check(text.bytes, text.size, NULL);
        if (code == QUIRE_MEMORY) return code;
        if (code != 0)
            return quire_csv_refuse(parsing, strings->task, row, QUIRE_VALUE_MISMATCH, true);
    }
    memcpy(strings->out, text.bytes, text.size);
    strings->out += text.size;
    return 0;
}

static inline int put_string(struct strings *strings, size_t row)
{
    struct quire_csv_parsing *parsing = strings->parsing;
    struct quire_csv_span span = quire_csv_span_of(parsing, strings->task, row);
    const uint8_t *text = parsing->chunk->bytes + span.start;
    size_t size = span.end - span.start;
    if (__builtin_expect(size == 0, 0))
        return quire_csv_set_null(parsing, strings->task, row, true);
    if (__builtin_expect(*text == parsing->reader->marks.quote || strings->task->careful, 0))
        return put_slowly(strings, row, span);
    memcpy(strings->out, text, BLOCK);
    if (__builtin_expect(size > BLOCK, 0)) memcpy(strings->out + BLOCK, text + BLOCK, size - BLOCK);
    strings->out += size;
    return 0;
}

int quire_csv_fill_string(struct quire_csv_parsing *parsing, struct quire_csv_task *task,
                          size_t from, size_t to)
{
    struct quire_column *column = task->column;
    bool wide = column->field->kind == QUIRE_KIND_LARGE_STRING;
    size_t width = wide ? 8 : 4;
    size_t more = bytes_max(parsing, task, from, to);
    task->careful |=
        parsing->reader->null_size > 0 || !parsing->valid_utf8 || quire_csv_is_json(column->field);
    if (!wide && column->bytes.size + more > INT32_MAX) return QUIRE_LIMIT;
    QUIRE_TRY(quire_buf_reserve(&column->bytes, more + BLOCK));
    QUIRE_TRY(add_rows(column, to - from, width));
    struct strings strings = {parsing, task, quire_buf_end(&column->bytes)};
    uint8_t *offsets = column->values.data + (from + 1) * width;
    for (size_t row = from; row < to; row++) {
        int code = put_string(&strings, row);
        if (__builtin_expect(code != 0, 0)) return code;
        int64_t end = strings.out - column->bytes.data;
        int32_t narrow = (int32_t)end;
        if (wide)
            memcpy(offsets, &end, 8);
        else
            memcpy(offsets, &narrow, 4);
        offsets += width;
    }
    column->bytes.size = (size_t)(strings.out - column->bytes.data);
    return 0;
}
