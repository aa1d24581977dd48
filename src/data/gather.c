/* Fixed-width values are copied by loops of their width, bits bytewise, texts behind room for all
 * of them, structs field by field, and all else value by value. Where there is one source, as
 * mostly, loops do without looking at which one a row is of. */
#include "data/gather.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_copy.h"
#include "data/column_private.h"

#define INLINE static inline __attribute__((always_inline))
/* Short texts are copied as so many bytes. */
#define SHORT_TEXT 16

struct gathering {
    const struct quire_view *const *sources;
    size_t sources_size;
    const struct quire_row_ref *rows;
    size_t n;
};

static bool any_null(const struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->sources_size; i++)
        if (gathering->sources[i]->validity != NULL) return true;
    return false;
}

/* The source where it is the only one. */
static const struct quire_view *only_source(const struct gathering *gathering)
{
    return gathering->sources_size == 1 ? gathering->sources[0] : NULL;
}

/* --- Bits ------------------------------------------------------------------------------------ */

static unsigned bit_of(const uint8_t *bits, const struct quire_view *view, uint32_t row)
{
    size_t at = (size_t)(row + view->offset);
    return bits[at >> 3] >> (at & 7) & 1u;
}

/* The bits of eight rows. */
static uint8_t eight_bits(const uint8_t *bits, const struct quire_view *view,
                          const struct quire_row_ref *rows)
{
    unsigned byte = 0;
    for (unsigned i = 0; i < 8; i++)
        byte |= bit_of(bits, view, rows[i].row) << i;
    return (uint8_t)byte;
}

/* Appends the rows' bits of their source (NULL: ones) to a bitmap of length bits, in which there is
 * room. Returns how many are zeros. */
static size_t append_bits(struct quire_buf *bitmap, int64_t length, const uint8_t *bits,
                          const struct gathering *gathering)
{
    const struct quire_view *view = gathering->sources[0];
    const struct quire_row_ref *rows = gathering->rows;
    unsigned shift = length & 7;
    unsigned byte = shift > 0 ? bitmap->data[--bitmap->size] : 0; /* those there are, and more */
    size_t ones = 0, i = 0, n = gathering->n;
    uint8_t *out = bitmap->data + bitmap->size;
    for (; n - i >= 8; i += 8) {
        unsigned eight = bits != NULL ? eight_bits(bits, view, rows + i) : 0xff;
        ones += (size_t)__builtin_popcount(eight);
        byte |= eight << shift;
        *out++ = (uint8_t)byte;
        byte >>= 8;
    }
    for (; i < n; i++) {
        unsigned bit = bits != NULL ? bit_of(bits, view, rows[i].row) : 1;
        ones += bit;
        byte |= bit << shift++;
    }
    for (; shift > 0; shift = shift > 8 ? shift - 8 : 0) {
        *out++ = (uint8_t)byte;
        byte >>= 8;
    }
    bitmap->size = (size_t)(out - bitmap->data);
    return n - ones;
}

static int reserve_bits(struct quire_buf *bitmap, const struct gathering *gathering)
{
    return quire_buf_reserve(bitmap, gathering->n / 8 + 2);
}

static bool any_zero(const uint8_t *bits, const struct gathering *gathering)
{
    const struct quire_view *view = gathering->sources[0];
    size_t i = 0;
    for (; gathering->n - i >= 8; i += 8)
        if (eight_bits(bits, view, gathering->rows + i) != 0xff) return true;
    for (; i < gathering->n; i++)
        if (bit_of(bits, view, gathering->rows[i].row) == 0) return true;
    return false;
}

static int note_rows_of_one(struct quire_column *column, const struct gathering *gathering)
{
    const uint8_t *validity = gathering->sources[0]->validity;
    if (column->validity.data == NULL && validity != NULL && any_zero(validity, gathering))
        QUIRE_TRY(quire_column_start_validity(column));
    if (column->validity.data != NULL) {
        QUIRE_TRY(reserve_bits(&column->validity, gathering));
        column->null_count +=
            (int64_t)append_bits(&column->validity, column->length, validity, gathering);
    }
    column->length += (int64_t)gathering->n;
    return 0;
}

static int note_rows(struct quire_column *column, const struct gathering *gathering)
{
    if (only_source(gathering) != NULL) return note_rows_of_one(column, gathering);
    if (column->validity.data == NULL && !any_null(gathering)) {
        column->length += (int64_t)gathering->n;
        return 0;
    }
    for (size_t i = 0; i < gathering->n; i++) {
        const struct quire_row_ref *ref = &gathering->rows[i];
        QUIRE_TRY(quire_view_is_null(gathering->sources[ref->source], ref->row)
                      ? quire_column_note_null(column)
                      : quire_column_note_valid(column));
    }
    return 0;
}

static int gather_bools(struct quire_column *column, const struct gathering *gathering)
{
    int64_t length = column->length;
    QUIRE_TRY(reserve_bits(&column->values, gathering));
    QUIRE_TRY(note_rows(column, gathering));
    (void)append_bits(&column->values, length, gathering->sources[0]->values, gathering);
    return 0;
}

/* --- Values ---------------------------------------------------------------------------------- */

INLINE void copy_values_of_one(uint8_t *restrict out, const struct quire_view *view,
                               const struct quire_row_ref *rows, size_t n, size_t width)
{
    const uint8_t *values = (const uint8_t *)view->values + (size_t)view->offset * width;
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * width, values + rows[i].row * width, width);
}

INLINE void copy_values(uint8_t *out, const struct gathering *gathering, size_t width)
{
    const struct quire_view *one = only_source(gathering);
    if (one != NULL) {
        copy_values_of_one(out, one, gathering->rows, gathering->n, width);
        return;
    }
    for (size_t i = 0; i < gathering->n; i++) {
        const struct quire_view *view = gathering->sources[gathering->rows[i].source];
        size_t row = (size_t)(gathering->rows[i].row + view->offset);
        memcpy(out + i * width, (const uint8_t *)view->values + row * width, width);
    }
}

static int gather_fixed(struct quire_column *column, const struct gathering *gathering)
{
    size_t width = quire_column_value_width(column->field);
    QUIRE_TRY(quire_buf_reserve(&column->values, gathering->n * width));
    uint8_t *out = quire_buf_end(&column->values);
    switch (width) { /* constants make plain loads and stores of the copies */
    case 1: copy_values(out, gathering, 1); break;
    case 2: copy_values(out, gathering, 2); break;
    case 4: copy_values(out, gathering, 4); break;
    case 8: copy_values(out, gathering, 8); break;
    case 16: copy_values(out, gathering, 16); break;
    default: copy_values(out, gathering, width); break;
    }
    QUIRE_TRY(note_rows(column, gathering));
    column->values.size = (size_t)column->length * width;
    return 0;
}

static int gather_struct(struct quire_column *column, const struct gathering *gathering)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    const struct quire_view **fields = quire_alloc_zero(gathering->sources_size, sizeof(*fields));
    if (fields == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < column->children_size; i++) {
        for (size_t j = 0; j < gathering->sources_size; j++)
            fields[j] = &gathering->sources[j]->children[i];
        QUIRE_TRY(quire_column_gather(&column->children[i], fields, gathering->sources_size,
                                      gathering->rows, gathering->n));
    }
    return note_rows(column, gathering);
}

/* Room for the texts of rows; QUIRE_LIMIT where offsets cannot tell of them. */
static int reserve_texts(struct quire_column *column, const struct gathering *gathering)
{
    size_t width = quire_column_offset_width(column->field->kind);
    const size_t most = width == 4 ? (size_t)INT32_MAX : (size_t)INT64_MAX;
    size_t size = column->bytes.size;
    for (size_t i = 0; i < gathering->n; i++) {
        const struct quire_row_ref *ref = &gathering->rows[i];
        const struct quire_view *view = gathering->sources[ref->source];
        size_t more =
            quire_view_is_null(view, ref->row) ? 0 : quire_view_bytes(view, ref->row).size;
        if (more > most - size) return QUIRE_LIMIT;
        size += more;
    }
    QUIRE_TRY(quire_buf_reserve(&column->bytes, size - column->bytes.size));
    return quire_buf_reserve(&column->values, gathering->n * width);
}

INLINE size_t size_of_text(const struct quire_view *view, const int32_t *offsets, uint32_t row)
{
    bool null = view->validity != NULL && bit_of(view->validity, view, row) == 0;
    return null ? 0 : (size_t)(offsets[row + 1] - offsets[row]);
}

/* Room for the texts and a short one more. */
static int reserve_texts_of_one(struct quire_column *column, const struct gathering *gathering,
                                const int32_t *offsets)
{
    size_t size = column->bytes.size;
    for (size_t i = 0; i < gathering->n; i++)
        size += size_of_text(gathering->sources[0], offsets, gathering->rows[i].row);
    if (size > INT32_MAX) return QUIRE_LIMIT;
    QUIRE_TRY(quire_buf_reserve(&column->bytes, size - column->bytes.size + SHORT_TEXT));
    return quire_buf_reserve(&column->values, gathering->n * sizeof(int32_t));
}

/* Of short texts as many bytes are copied as a short one may have, where these are there: the next
 * one overwrites those that are not its own. */
static int gather_texts_of_one(struct quire_column *column, const struct gathering *gathering)
{
    const struct quire_view *view = gathering->sources[0];
    const int32_t *offsets = (const int32_t *)view->values + view->offset;
    QUIRE_TRY(reserve_texts_of_one(column, gathering, offsets));
    QUIRE_TRY(note_rows(column, gathering));
    const uint8_t *bytes = view->extra;
    int32_t *ends = (int32_t *)(void *)quire_buf_end(&column->values);
    uint8_t *out = column->bytes.data + column->bytes.size;
    int64_t last = view->length > 0 ? offsets[view->length] - SHORT_TEXT : 0;
    for (size_t i = 0; i < gathering->n; i++) {
        uint32_t row = gathering->rows[i].row;
        size_t size = size_of_text(view, offsets, row);
        if (size <= SHORT_TEXT && offsets[row] <= last)
            memcpy(out, bytes + offsets[row], SHORT_TEXT);
        else if (size > 0)
            memcpy(out, bytes + offsets[row], size);
        out += size;
        ends[i] = (int32_t)(out - column->bytes.data);
    }
    column->bytes.size = (size_t)(out - column->bytes.data);
    column->values.size += gathering->n * sizeof(*ends);
    return 0;
}

static int gather_texts(struct quire_column *column, const struct gathering *gathering)
{
    if (only_source(gathering) != NULL) return gather_texts_of_one(column, gathering);
    QUIRE_TRY(reserve_texts(column, gathering));
    QUIRE_TRY(note_rows(column, gathering));
    for (size_t i = 0; i < gathering->n; i++) {
        const struct quire_row_ref *ref = &gathering->rows[i];
        const struct quire_view *view = gathering->sources[ref->source];
        struct quire_bytes text = {NULL, 0};
        if (!quire_view_is_null(view, ref->row)) text = quire_view_bytes(view, ref->row);
        if (text.size > 0) memcpy(quire_buf_end(&column->bytes), text.data, text.size);
        column->bytes.size += text.size;
        quire_column_put_offset(column, (int64_t)column->bytes.size);
    }
    return 0;
}

static int gather_values(struct quire_column *column, const struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->n; i++) {
        const struct quire_row_ref *ref = &gathering->rows[i];
        QUIRE_TRY(quire_column_append_view(column, gathering->sources[ref->source], ref->row, 1));
    }
    return 0;
}

static bool is_fixed(enum quire_kind kind)
{
    return kind != QUIRE_KIND_NULL && kind != QUIRE_KIND_BOOL &&
           (kind < QUIRE_KIND_STRING || kind == QUIRE_KIND_FIXED_BINARY);
}

int quire_column_gather(struct quire_column *column, const struct quire_view *const *sources,
                        size_t sources_size, const struct quire_row_ref *rows, size_t n)
{
    const struct gathering gathering = {sources, sources_size, rows, n};
    enum quire_kind kind = column->field->kind;
    int64_t length = column->length;
    int code;
    if (n == 0) return 0;
    if (is_fixed(kind))
        code = gather_fixed(column, &gathering);
    else if (kind == QUIRE_KIND_STRUCT)
        code = gather_struct(column, &gathering);
    else if (kind == QUIRE_KIND_STRING || kind == QUIRE_KIND_BINARY)
        code = gather_texts(column, &gathering);
    else if (kind == QUIRE_KIND_BOOL && only_source(&gathering) != NULL)
        code = gather_bools(column, &gathering);
    else
        code = gather_values(column, &gathering);
    if (code != 0) quire_column_truncate(column, length);
    return code;
}

int quire_column_keep_rows(struct quire_column *column, const struct quire_view *view,
                           const struct quire_row_ref *rows, size_t n, struct ArrowArray *batch,
                           struct quire_error *error)
{
    int code = quire_column_gather(column, &view, 1, rows, n);
    if (code == 0) code = quire_column_finish(column, batch, error);
    if (code == 0) return 0;
    quire_column_clear(column);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, "keep rows");
    return quire_fail(error, code, "keep rows", "the rows kept do not fit one batch");
}
