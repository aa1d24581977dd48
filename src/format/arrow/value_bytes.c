/* A value as bytes: whether it is null, then its own bytes, sized where sizes differ, and
 * those of what is in it. Dictionaries and run ends give the value that they stand for. */
#include "base/fail.h"
#include "data/field_format.h"
#include "format/arrow/value_set.h"

static int put_sized(struct quire_buf *out, struct quire_bytes bytes)
{
    uint64_t size = bytes.size;
    QUIRE_TRY(quire_buf_append(out, &size, sizeof(size)));
    return quire_buf_append(out, bytes.data, bytes.size);
}

static int put_child(const struct quire_view *child, int64_t row, struct quire_buf *out)
{
    if (row < 0 || row >= child->length) return QUIRE_INPUT;
    return quire_value_bytes(child, row, out);
}

static int put_items(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    struct quire_range range = quire_view_range(view, row);
    QUIRE_TRY(quire_buf_append(out, &range.size, sizeof(range.size)));
    for (int64_t i = 0; i < range.size; i++)
        QUIRE_TRY(put_child(&view->children[0], range.start + i, out));
    return 0;
}

static int put_union(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    int32_t ids[128];
    int count = quire_field_union_ids(view->field->format, ids), child = 0;
    int64_t at = row + view->offset;
    int8_t id = ((const int8_t *)view->values)[at];
    if (view->field->format[2] == 'd') at = ((const int32_t *)view->extra)[at];
    while (child < count && ids[child] != id)
        child++;
    if (child == count) return QUIRE_INPUT;
    QUIRE_TRY(quire_buf_push(out, (uint8_t)id));
    return put_child(&view->children[child], at, out);
}

static int put_run(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    const struct quire_view *ends = &view->children[0];
    int64_t low = 0, high = ends->length;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (quire_view_i64(ends, middle) <= row + view->offset)
            low = middle + 1;
        else
            high = middle;
    }
    return put_child(&view->children[1], low, out);
}

static int put_struct(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    for (size_t i = 0; i < view->children_size; i++)
        QUIRE_TRY(put_child(&view->children[i], row, out));
    return 0;
}

int quire_value_bytes(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    enum quire_kind kind = view->field->kind;
    if (kind == QUIRE_KIND_UNION) return put_union(view, row, out);
    if (kind == QUIRE_KIND_RUN_END) return put_run(view, row, out);
    bool null = quire_view_is_null(view, row);
    QUIRE_TRY(quire_buf_push(out, null ? 0 : 1));
    if (null) return 0;
    if (kind == QUIRE_KIND_BOOL) return quire_buf_push(out, quire_view_bool(view, row));
    if (kind == QUIRE_KIND_STRUCT) return put_struct(view, row, out);
    if (kind == QUIRE_KIND_DICTIONARY)
        return put_child(view->dictionary, quire_view_index(view, row), out);
    if (quire_kind_is_nested(kind)) return put_items(view, row, out);
    if (quire_kind_is_string(kind) || quire_kind_is_binary(kind))
        return put_sized(out, quire_view_bytes(view, row));
    return quire_buf_append(out, quire_view_fixed(view, row), (size_t)view->field->width);
}
