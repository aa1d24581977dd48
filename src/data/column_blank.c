/* Rows without content, any number at once: zeros, and for strings and lists nothing, with what
 * lies below them. */
#include "base/fail.h"
#include "data/column_private.h"

/* Validity of n rows more. */
static int append_zero_bits(struct quire_column *column, int64_t n)
{
    size_t more = (size_t)((column->length + n + 7) / 8) - column->validity.size;
    QUIRE_TRY(quire_buf_reserve(&column->validity, more + 1));
    memset(quire_buf_end(&column->validity), 0, more);
    column->validity.size += more;
    return 0;
}

static int note_nulls(struct quire_column *column, int64_t n)
{
    if (column->field->kind != QUIRE_KIND_NULL) {
        QUIRE_TRY(quire_column_start_validity(column));
        QUIRE_TRY(append_zero_bits(column, n));
    }
    column->length += n;
    column->null_count += n;
    return 0;
}

/* Sets `n` bits from `start` on, in a bitmap whose bits there are zero. */
static void set_bits(uint8_t *bits, int64_t start, int64_t n)
{
    int64_t row = start, end = start + n;
    for (; row < end && (row & 7) != 0; row++)
        bits[row >> 3] |= (uint8_t)(1u << (row & 7));
    int64_t whole = (end - row) / 8;
    memset(bits + (row >> 3), 0xff, (size_t)whole);
    for (row += whole * 8; row < end; row++)
        bits[row >> 3] |= (uint8_t)(1u << (row & 7));
}

int quire_column_note_valids(struct quire_column *column, int64_t n)
{
    if (column->validity.data != NULL) {
        QUIRE_TRY(append_zero_bits(column, n));
        set_bits(column->validity.data, column->length, n);
    }
    column->length += n;
    return 0;
}

/* What rows without content have below them: nulls, or zeros where nulls may not be. */
static int append_blank_items(struct quire_column *column, int64_t n)
{
    if (column->field->kind == QUIRE_KIND_FIXED_LIST)
        n *= column->field->width;
    else if (column->field->kind != QUIRE_KIND_STRUCT)
        return 0;
    for (size_t i = 0; i < column->children_size; i++) {
        struct quire_column *child = &column->children[i];
        bool valid = !child->field->nullable && child->dictionary == NULL &&
                     child->field->kind != QUIRE_KIND_NULL;
        QUIRE_TRY(quire_column_append_blanks(child, n, valid));
    }
    return 0;
}

/* Values of n rows, in memory that was reserved. */
static void put_blanks(struct quire_column *column, size_t bytes)
{
    uint8_t *end = quire_buf_end(&column->values);
    size_t width = quire_column_offset_width(column->field->kind);
    if (width != 0)
        for (size_t at = 0; at < bytes; at += width)
            memcpy(end + at, end - width, width);
    else if (bytes > 0)
        memset(end, 0, bytes);
    column->values.size += bytes;
}

int quire_column_append_blanks(struct quire_column *column, int64_t n, bool valid)
{
    size_t values_size = column->values.size, bytes;
    int64_t length = column->length;
    if (column->field->kind == QUIRE_KIND_BOOL)
        bytes = (size_t)((length + n + 7) / 8) - values_size;
    else if (__builtin_mul_overflow((size_t)n, quire_column_value_width(column->field), &bytes))
        return QUIRE_MEMORY;
    int code = quire_buf_reserve(&column->values, bytes);
    if (code == 0) code = append_blank_items(column, n);
    if (code == 0) {
        put_blanks(column, bytes);
        code = valid ? quire_column_note_valids(column, n) : note_nulls(column, n);
    }
    if (code != 0) {
        column->values.size = values_size;
        quire_column_truncate(column, length);
    }
    return code;
}

int quire_column_append_blank(struct quire_column *column, bool valid)
{
    return quire_column_append_blanks(column, 1, valid);
}

int quire_column_append_null(struct quire_column *column)
{
    return quire_column_append_blanks(column, 1, false);
}

int quire_column_append_nulls(struct quire_column *column, int64_t n)
{
    return quire_column_append_blanks(column, n, false);
}
