/* Fixed-width values are copied by loops of their width, texts behind room for all of them, structs
 * field by field, and all else value by value. */
#include "data/gather.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_copy.h"
#include "data/column_private.h"

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

static int note_rows(struct quire_column *column, const struct gathering *gathering)
{
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

static void copy_values(uint8_t *out, const struct gathering *gathering, size_t width)
{
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

static int gather_texts(struct quire_column *column, const struct gathering *gathering)
{
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
    if (is_fixed(kind))
        code = gather_fixed(column, &gathering);
    else if (kind == QUIRE_KIND_STRUCT)
        code = gather_struct(column, &gathering);
    else if (kind == QUIRE_KIND_STRING || kind == QUIRE_KIND_BINARY)
        code = gather_texts(column, &gathering);
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
