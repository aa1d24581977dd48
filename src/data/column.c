/* Growing columns: making, appending, taking back.
 *
 * Bits beyond `length` in bitmaps are always zero, so that appending a set bit is
 * an OR and appending a clear one is nothing; truncate restores that. Offsets
 * always hold length + 1 entries, from the moment a column exists. */
#include "data/column.h"

#include <assert.h>
#include <limits.h>

#include "base/fail.h"
#include "data/column_private.h"

static int init(struct quire_column *column, const struct quire_field *field,
                struct quire_error *error)
{
    static const char operation[] = "make column";
    column->field = field;
    if (field->kind == QUIRE_KIND_UNION || field->kind == QUIRE_KIND_RUN_END)
        return quire_fail(error, QUIRE_UNSUPPORTED, operation,
                          "columns of this type cannot be written");
    if (quire_column_offset_width(field->kind) != 0) {
        if (quire_column_first_offset(&column->values, field->kind) != 0)
            return quire_fail_memory(error, operation);
    }
    if (field->kind == QUIRE_KIND_DICTIONARY)
        return quire_column_dictionary_new(field, &column->dictionary, error);
    if (field->children_size == 0) return 0;
    column->children = quire_alloc_zero(field->children_size, sizeof(*column->children));
    if (column->children == NULL) return quire_fail_memory(error, operation);
    column->children_size = field->children_size;
    for (size_t i = 0; i < field->children_size; i++) {
        int code = init(&column->children[i], &field->children[i], error);
        if (code != 0) {
            if (code != QUIRE_MEMORY) quire_error_outer_column(error, field->children[i].name);
            return code;
        }
    }
    return 0;
}

static void release(struct quire_column *column)
{
    quire_buf_release(&column->validity);
    quire_buf_release(&column->values);
    quire_buf_release(&column->bytes);
    quire_column_dictionary_free(column->dictionary);
    for (size_t i = 0; i < column->children_size; i++)
        release(&column->children[i]);
    quire_free(column->children);
}

int quire_column_new(const struct quire_field *field, struct quire_column **column,
                     struct quire_error *error)
{
    struct quire_column *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, "make column");
    int code = init(made, field, error);
    if (code != 0) {
        quire_column_free(made);
        return code;
    }
    *column = made;
    return 0;
}

void quire_column_free(struct quire_column *column)
{
    if (column == NULL) return;
    release(column);
    quire_free(column);
}

int quire_column_reserve(struct quire_column *column, int64_t rows)
{
    size_t count = (size_t)rows;
    size_t width = quire_column_value_width(column->field);
    size_t bytes = count / 8 + 1;
    if (column->field->kind != QUIRE_KIND_BOOL && __builtin_mul_overflow(count, width, &bytes))
        return QUIRE_MEMORY;
    QUIRE_TRY(quire_buf_reserve(&column->values, bytes));
    if (column->validity.data != NULL)
        QUIRE_TRY(quire_buf_reserve(&column->validity, count / 8 + 1));
    if (column->field->kind != QUIRE_KIND_STRUCT) return 0;
    for (size_t i = 0; i < column->children_size; i++)
        QUIRE_TRY(quire_column_reserve(&column->children[i], rows));
    return 0;
}

static int reserve_share(struct quire_column *column, double share)
{
    QUIRE_TRY(quire_buf_reserve(&column->values, (size_t)((double)column->values_last * share)));
    QUIRE_TRY(quire_buf_reserve(&column->bytes, (size_t)((double)column->bytes_last * share)));
    for (size_t i = 0; i < column->children_size; i++)
        QUIRE_TRY(reserve_share(&column->children[i], share));
    return 0;
}

int quire_column_reserve_alike(struct quire_column *column, int64_t rows)
{
    if (column->length_last == 0) return 0;
    return reserve_share(column, 1.05 * (double)rows / (double)column->length_last);
}

void quire_column_clear(struct quire_column *column)
{
    quire_buf_release(&column->validity);
    column->values.size = quire_column_offset_width(column->field->kind);
    column->bytes.size = 0;
    column->length = 0;
    column->null_count = 0;
    if (column->dictionary != NULL) quire_column_dictionary_clear(column->dictionary);
    for (size_t i = 0; i < column->children_size; i++)
        quire_column_clear(&column->children[i]);
}

/* Shortens a bitmap to length bits and zeroes those that its last byte has over. */
static void truncate_bits(struct quire_buf *bits, int64_t length)
{
    bits->size = (size_t)((length + 7) / 8);
    if ((length & 7) != 0) bits->data[length >> 3] &= (uint8_t)((1u << (length & 7)) - 1);
}

static int64_t nulls_from(const struct quire_column *column, int64_t start)
{
    int64_t nulls = 0;
    for (int64_t row = start; row < column->length; row++)
        nulls += (column->validity.data[row >> 3] >> (row & 7) & 1) == 0;
    return nulls;
}

static void truncate_own(struct quire_column *column, int64_t length)
{
    if (column->validity.data != NULL) {
        column->null_count -= nulls_from(column, length);
        truncate_bits(&column->validity, length);
    } else if (column->field->kind == QUIRE_KIND_NULL) {
        column->null_count = length;
    }
    if (column->field->kind == QUIRE_KIND_BOOL) {
        truncate_bits(&column->values, length);
    } else {
        size_t width = quire_column_value_width(column->field);
        column->values.size =
            (size_t)length * width + quire_column_offset_width(column->field->kind);
    }
    column->length = length;
}

void quire_column_truncate(struct quire_column *column, int64_t length)
{
    if (column->length > length) truncate_own(column, length);
    if (column->dictionary != NULL) quire_column_dictionary_scratch(column);
    int64_t items = column->length;
    if (quire_column_offset_width(column->field->kind) != 0) {
        items = quire_column_last_offset(column);
        if (column->children_size == 0) column->bytes.size = (size_t)items;
    } else if (column->field->kind == QUIRE_KIND_FIXED_LIST) {
        items *= column->field->width;
    }
    for (size_t i = 0; i < column->children_size; i++)
        quire_column_truncate(&column->children[i], items);
}

size_t quire_column_size(const struct quire_column *column)
{
    size_t bytes = column->validity.size + column->values.size + column->bytes.size;
    for (size_t i = 0; i < column->children_size; i++)
        bytes += quire_column_size(&column->children[i]);
    return bytes;
}

size_t quire_column_memory(const struct quire_column *column)
{
    size_t bytes = column->validity.capacity + column->values.capacity + column->bytes.capacity +
                   column->children_size * sizeof(*column->children);
    if (column->dictionary != NULL) bytes += quire_column_dictionary_memory(column->dictionary);
    for (size_t i = 0; i < column->children_size; i++)
        bytes += quire_column_memory(&column->children[i]);
    return bytes;
}

int quire_column_start_validity(struct quire_column *column)
{
    if (column->validity.data != NULL) return 0;
    size_t size = (size_t)((column->length + 7) / 8);
    QUIRE_TRY(quire_buf_reserve(&column->validity, size + 1));
    memset(column->validity.data, 0xff, size);
    column->validity.size = size;
    truncate_bits(&column->validity, column->length);
    return 0;
}

int quire_column_note_null(struct quire_column *column)
{
    if (column->field->kind != QUIRE_KIND_NULL) {
        QUIRE_TRY(quire_column_start_validity(column));
        if ((column->length & 7) == 0) QUIRE_TRY(quire_buf_push(&column->validity, 0));
    }
    column->length++;
    column->null_count++;
    return 0;
}

int quire_column_append_bool(struct quire_column *column, bool value)
{
    bool new_byte = (column->length & 7) == 0;
    if (new_byte) QUIRE_TRY(quire_buf_push(&column->values, 0));
    int64_t row = column->length;
    int code = quire_column_note_valid(column);
    if (code != 0) {
        column->values.size -= new_byte;
        return code;
    }
    if (value) column->values.data[row >> 3] |= (uint8_t)(1u << (row & 7));
    return 0;
}

int quire_column_append_fixed(struct quire_column *column, const void *bytes)
{
    size_t width = quire_column_value_width(column->field);
    QUIRE_TRY(quire_buf_append(&column->values, bytes, width));
    int code = quire_column_note_valid(column);
    if (code != 0) column->values.size -= width;
    return code;
}

int quire_column_append_bytes(struct quire_column *column, const void *bytes, size_t size)
{
    if (column->dictionary != NULL) return quire_column_dictionary_bytes(column, bytes, size);
    size_t width = quire_column_offset_width(column->field->kind);
    size_t end = column->bytes.size + size;
    if (end < size || end > (width == 4 ? (size_t)INT32_MAX : (size_t)INT64_MAX))
        return QUIRE_LIMIT;
    QUIRE_TRY(quire_buf_reserve(&column->bytes, size));
    QUIRE_TRY(quire_buf_reserve(&column->values, width));
    QUIRE_TRY(quire_column_note_valid(column));
    if (size > 0) memcpy(quire_buf_end(&column->bytes), bytes, size);
    column->bytes.size = end;
    quire_column_put_offset(column, (int64_t)end);
    return 0;
}

int quire_column_end_list(struct quire_column *column)
{
    int64_t end = column->children[0].length;
    int code;
    if (column->field->kind == QUIRE_KIND_FIXED_LIST) {
        bool whole = end == (column->length + 1) * column->field->width;
        code = whole ? quire_column_note_valid(column) : QUIRE_INPUT;
    } else {
        size_t width = quire_column_offset_width(column->field->kind);
        code =
            width == 4 && end > INT32_MAX ? QUIRE_LIMIT : quire_buf_reserve(&column->values, width);
        if (code == 0) code = quire_column_note_valid(column);
        if (code == 0) quire_column_put_offset(column, end);
    }
    if (code != 0) quire_column_truncate(column, column->length);
    return code;
}

int quire_column_end_struct(struct quire_column *column)
{
    for (size_t i = 0; i < column->children_size; i++)
        assert(column->children[i].length == column->length + 1);
    int code = quire_column_note_valid(column);
    if (code != 0) quire_column_truncate(column, column->length);
    return code;
}

int quire_column_extend(struct quire_column *column, int64_t n, void **values)
{
    size_t width = quire_column_value_width(column->field);
    size_t bytes;
    assert(width > 0 && quire_column_offset_width(column->field->kind) == 0);
    if (__builtin_mul_overflow((size_t)n, width, &bytes)) return QUIRE_MEMORY;
    QUIRE_TRY(quire_buf_reserve(&column->values, bytes + 1));
    QUIRE_TRY(quire_column_note_valids(column, n));
    *values = quire_buf_end(&column->values);
    column->values.size += bytes;
    return 0;
}

int quire_column_set_null(struct quire_column *column, int64_t row)
{
    assert(row >= 0 && row < column->length);
    size_t width = quire_column_value_width(column->field);
    /* What lay there in memory must not get into a file of this layout. */
    if (width > 0 && quire_column_offset_width(column->field->kind) == 0)
        memset(column->values.data + (size_t)row * width, 0, width);
    QUIRE_TRY(quire_column_start_validity(column));
    uint8_t bit = (uint8_t)(1u << (row & 7));
    if ((column->validity.data[row >> 3] & bit) == 0) return 0;
    column->validity.data[row >> 3] &= (uint8_t)~bit;
    column->null_count++;
    return 0;
}
