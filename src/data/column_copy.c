/* Fixed-width values, texts and validity are copied as blocks, everything else row by row. A
 * struct's fields are copied column by column, since their rows are the struct's own. */
#include "data/column_copy.h"

#include "base/fail.h"
#include "data/column_private.h"

/* Of a dictionary that is taken whole. */
#define BEGIN_ENTRIES_MAX 4096

bool quire_field_same_layout(const struct quire_field *a, const struct quire_field *b)
{
    if (a->kind != b->kind || a->children_size != b->children_size) return false;
    switch (a->kind) {
    case QUIRE_KIND_DICTIONARY: return quire_field_same_layout(a->dictionary, b->dictionary);
    case QUIRE_KIND_DECIMAL:
        if (a->precision > b->precision || a->scale != b->scale) return false;
        break;
    case QUIRE_KIND_TIMESTAMP:
        if ((a->zone == NULL) != (b->zone == NULL)) return false;
        break;
    default: break;
    }
    if (a->width != b->width || a->unit != b->unit) return false;
    for (size_t i = 0; i < a->children_size; i++) {
        if (a->kind == QUIRE_KIND_STRUCT &&
            (a->children[i].name_size != b->children[i].name_size ||
             memcmp(a->children[i].name, b->children[i].name, a->children[i].name_size) != 0))
            return false;
        if (!quire_field_same_layout(&a->children[i], &b->children[i])) return false;
    }
    return true;
}

static bool nulls_fit(const struct quire_field *from, const struct quire_field *to)
{
    if (from->nullable && !to->nullable) return false;
    for (size_t i = 0; i < to->children_size; i++)
        if (!nulls_fit(&from->children[i], &to->children[i])) return false;
    return to->dictionary == NULL || nulls_fit(from->dictionary, to->dictionary);
}

bool quire_field_copies_to(const struct quire_field *from, const struct quire_field *to)
{
    return quire_field_same_layout(from, to) && nulls_fit(from, to);
}

/* --- Validity -------------------------------------------------------------------------------- */

static bool bit_at(const uint8_t *bits, int64_t at)
{
    return (bits[at >> 3] >> (at & 7) & 1) != 0;
}

/* Eight bits, all of which are there. */
static uint8_t byte_at(const uint8_t *bits, int64_t at)
{
    unsigned shift = at & 7;
    unsigned byte = bits[at >> 3] >> shift;
    if (shift > 0) byte |= (unsigned)bits[(at >> 3) + 1] << (8 - shift);
    return (uint8_t)byte;
}

static int64_t count_nulls(const uint8_t *bits, int64_t at, int64_t count)
{
    int64_t set = 0, i = 0;
    for (; i + 8 <= count; i += 8)
        set += __builtin_popcount(byte_at(bits, at + i));
    for (; i < count; i++)
        set += bit_at(bits, at + i);
    return count - set;
}

/* Appends bits (NULL: ones) to a bitmap of length bits in which there is room. */
static void append_bits(struct quire_buf *bitmap, int64_t length, const uint8_t *bits, int64_t at,
                        int64_t count)
{
    int64_t i = 0;
    while (i < count) {
        int64_t to = length + i;
        bool whole = (to & 7) == 0 && i + 8 <= count;
        if ((to & 7) == 0) bitmap->data[bitmap->size++] = 0;
        if (whole)
            bitmap->data[to >> 3] = bits != NULL ? byte_at(bits, at + i) : 0xff;
        else if (bits == NULL || bit_at(bits, at + i))
            bitmap->data[to >> 3] |= (uint8_t)(1u << (to & 7));
        i += whole ? 8 : 1;
    }
}

static int note_rows(struct quire_column *column, const struct quire_view *view, int64_t start,
                     int64_t count)
{
    int64_t nulls = 0;
    if (column->field->kind == QUIRE_KIND_NULL || view->field->kind == QUIRE_KIND_NULL)
        nulls = count;
    else if (view->validity != NULL)
        nulls = count_nulls(view->validity, start + view->offset, count);
    if (column->field->kind != QUIRE_KIND_NULL && (nulls > 0 || column->validity.data != NULL)) {
        QUIRE_TRY(quire_column_start_validity(column));
        QUIRE_TRY(quire_buf_reserve(&column->validity, (size_t)count / 8 + 1));
        append_bits(&column->validity, column->length, nulls > 0 ? view->validity : NULL,
                    start + view->offset, count);
    }
    column->length += count;
    column->null_count += nulls;
    return 0;
}

/* --- Values ---------------------------------------------------------------------------------- */

static int copy_fixed(struct quire_column *column, const struct quire_view *view, int64_t start,
                      int64_t count)
{
    size_t width = quire_column_value_width(column->field);
    size_t size = (size_t)count * width;
    int64_t length = column->length;
    QUIRE_TRY(quire_buf_reserve(&column->values, size));
    if (size > 0)
        memcpy(quire_buf_end(&column->values),
               (const uint8_t *)view->values + (size_t)(start + view->offset) * width, size);
    int code = note_rows(column, view, start, count);
    column->values.size = (size_t)column->length * width;
    if (code != 0) quire_column_truncate(column, length);
    return code;
}

static bool is_text(enum quire_kind kind)
{
    return kind == QUIRE_KIND_STRING || kind == QUIRE_KIND_BINARY ||
           kind == QUIRE_KIND_LARGE_STRING || kind == QUIRE_KIND_LARGE_BINARY;
}

/* Room for the texts of rows; QUIRE_LIMIT where offsets cannot tell of them. */
static int reserve_texts(struct quire_column *column, const struct quire_view *view, int64_t start,
                         int64_t count)
{
    size_t width = quire_column_offset_width(column->field->kind);
    const size_t most = width == 4 ? (size_t)INT32_MAX : (size_t)INT64_MAX;
    size_t size = column->bytes.size;
    for (int64_t row = start; row < start + count; row++) {
        size_t more = quire_view_is_null(view, row) ? 0 : quire_view_bytes(view, row).size;
        if (more > most - size) return QUIRE_LIMIT;
        size += more;
    }
    QUIRE_TRY(quire_buf_reserve(&column->bytes, size - column->bytes.size));
    return quire_buf_reserve(&column->values, (size_t)count * width);
}

/* The texts lie one behind the other. */
static void put_texts(struct quire_column *column, const struct quire_view *view, int64_t start,
                      int64_t count)
{
    const uint8_t *first = quire_view_bytes(view, start).data;
    size_t end = column->bytes.size;
    for (int64_t row = start; row < start + count; row++) {
        end += quire_view_bytes(view, row).size;
        quire_column_put_offset(column, (int64_t)end);
    }
    if (end > column->bytes.size)
        memcpy(quire_buf_end(&column->bytes), first, end - column->bytes.size);
    column->bytes.size = end;
}

/* Nulls may have bytes, which are passed over. */
static void put_nullable_texts(struct quire_column *column, const struct quire_view *view,
                               int64_t start, int64_t count)
{
    for (int64_t row = start; row < start + count; row++) {
        struct quire_bytes text = {NULL, 0};
        if (!quire_view_is_null(view, row)) text = quire_view_bytes(view, row);
        if (text.size > 0) memcpy(quire_buf_end(&column->bytes), text.data, text.size);
        column->bytes.size += text.size;
        quire_column_put_offset(column, (int64_t)column->bytes.size);
    }
}

static int copy_texts(struct quire_column *column, const struct quire_view *view, int64_t start,
                      int64_t count)
{
    if (count == 0) return 0;
    QUIRE_TRY(reserve_texts(column, view, start, count));
    QUIRE_TRY(note_rows(column, view, start, count));
    if (view->validity == NULL)
        put_texts(column, view, start, count);
    else
        put_nullable_texts(column, view, start, count);
    return 0;
}

static int copy_dictionary_value(struct quire_column *column, const struct quire_view *values,
                                 int64_t index)
{
    if (index < 0 || index >= values->length) return QUIRE_INPUT;
    if (quire_view_is_null(values, index)) return quire_column_append_null(column);
    if (quire_kind_is_string(values->field->kind) || quire_kind_is_binary(values->field->kind)) {
        struct quire_bytes bytes = quire_view_bytes(values, index);
        return quire_column_append_bytes(column, bytes.data, bytes.size);
    }
    QUIRE_TRY(quire_column_append_view(quire_column_dictionary_scratch(column), values, index, 1));
    return quire_column_dictionary_intern(column);
}

static int copy_items(struct quire_column *column, const struct quire_view *view, int64_t row)
{
    struct quire_range range = quire_view_range(view, row);
    QUIRE_TRY(quire_column_append_view(&column->children[0], &view->children[0], range.start,
                                       range.size));
    return quire_column_end_list(column);
}

static int copy_value(struct quire_column *column, const struct quire_view *view, int64_t row)
{
    if (quire_view_is_null(view, row)) return quire_column_append_null(column);
    enum quire_kind kind = view->field->kind;
    if (kind == QUIRE_KIND_BOOL)
        return quire_column_append_bool(column, quire_view_bool(view, row));
    if (kind == QUIRE_KIND_DICTIONARY)
        return copy_dictionary_value(column, view->dictionary, quire_view_index(view, row));
    if (quire_kind_is_nested(kind)) return copy_items(column, view, row);
    struct quire_bytes bytes = quire_view_bytes(view, row);
    return quire_column_append_bytes(column, bytes.data, bytes.size);
}

static int copy_struct(struct quire_column *column, const struct quire_view *view, int64_t start,
                       int64_t count)
{
    for (size_t i = 0; i < column->children_size; i++)
        QUIRE_TRY(quire_column_append_view(&column->children[i], &view->children[i], start, count));
    return note_rows(column, view, start, count);
}

int quire_column_append_view(struct quire_column *column, const struct quire_view *view,
                             int64_t start, int64_t count)
{
    enum quire_kind kind = column->field->kind;
    int64_t length = column->length;
    bool fixed = kind != QUIRE_KIND_BOOL && kind != QUIRE_KIND_DICTIONARY &&
                 kind != QUIRE_KIND_STRUCT && kind != QUIRE_KIND_FIXED_LIST &&
                 quire_column_offset_width(kind) == 0;
    int code = 0;
    if (kind == QUIRE_KIND_NULL)
        code = note_rows(column, view, start, count);
    else if (fixed)
        code = copy_fixed(column, view, start, count);
    else if (kind == QUIRE_KIND_STRUCT)
        code = copy_struct(column, view, start, count);
    else if (is_text(kind))
        code = copy_texts(column, view, start, count);
    else
        for (int64_t row = start; code == 0 && row < start + count; row++)
            code = copy_value(column, view, row);
    if (code != 0) quire_column_truncate(column, length);
    return code;
}

static int begin_dictionary(struct quire_column *column, const struct quire_view *values)
{
    enum quire_kind kind = values->field->kind;
    bool nested = quire_kind_is_nested(kind) || kind == QUIRE_KIND_DICTIONARY;
    if (nested || column->dictionary->interned > 0 || values->length > BEGIN_ENTRIES_MAX) return 0;
    for (int64_t entry = 0; entry < values->length; entry++) {
        int64_t index = 0;
        if (quire_view_is_null(values, entry)) continue;
        QUIRE_TRY(
            quire_column_append_view(quire_column_dictionary_scratch(column), values, entry, 1));
        QUIRE_TRY(quire_column_dictionary_index(column, &index));
    }
    return 0;
}

int quire_column_begin_dictionaries(struct quire_column *column, const struct quire_view *view)
{
    if (column->field->kind == QUIRE_KIND_DICTIONARY)
        return begin_dictionary(column, view->dictionary);
    for (size_t i = 0; i < column->children_size; i++)
        QUIRE_TRY(quire_column_begin_dictionaries(&column->children[i], &view->children[i]));
    return 0;
}
