/* Extremes as text, and how many bytes values take. */
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "data/column_stats.h"
#include "data/value_text.h"

/* Puts the extreme of a type that has a fixed width back into Arrow's layout. */
static void lay_out(const struct quire_field *field, const struct quire_extreme *extreme,
                    uint8_t *value)
{
    uint64_t number = (uint64_t)extreme->number;
    float real = (float)extreme->real;
    uint16_t half = quire_number_double_to_half(extreme->real);
    if (field->kind == QUIRE_KIND_UINT64) number ^= UINT64_C(1) << 63;
    switch (field->kind) {
    case QUIRE_KIND_FLOAT16: memcpy(value, &half, sizeof(half)); break;
    case QUIRE_KIND_FLOAT32: memcpy(value, &real, sizeof(real)); break;
    case QUIRE_KIND_FLOAT64: memcpy(value, &extreme->real, sizeof(extreme->real)); break;
    default:
        if (field->kind == QUIRE_KIND_DECIMAL && field->width > 8)
            memcpy(value, extreme->bytes, (size_t)field->width);
        else
            memcpy(value, &number, sizeof(number));
    }
}

/* The bytes kept, as text: whole characters, or the spelling of binaries. */
static int append_bytes(const struct quire_field *field, const struct quire_extreme *extreme,
                        struct quire_buf *out)
{
    size_t size = extreme->size;
    if (quire_kind_is_string(field->kind)) {
        size_t valid = quire_utf8_valid_prefix(extreme->bytes, size);
        if (valid == size || (!extreme->exact && size - valid < 4))
            return quire_buf_append(out, extreme->bytes, valid);
        return quire_utf8_repair(out, extreme->bytes, size);
    }
    struct quire_field binary = *field;
    if (field->extension != QUIRE_EXTENSION_UUID) {
        binary.kind = QUIRE_KIND_FIXED_BINARY;
        binary.width = (int32_t)size;
    }
    struct quire_view view = {.field = &binary, .length = 1, .values = extreme->bytes};
    static const struct quire_value_style style;
    return quire_value_write(&view, 0, &style, out);
}

int quire_column_stats_text(const struct quire_column_stats_sum *sum,
                            const struct quire_extreme *extreme, struct quire_buf *out)
{
    static const struct quire_value_style style;
    const struct quire_field *field = sum->values;
    _Alignas(16) uint8_t value[32] = {0};
    if (quire_kind_is_string(field->kind) || quire_kind_is_binary(field->kind) ||
        field->kind == QUIRE_KIND_FIXED_BINARY)
        return append_bytes(field, extreme, out);
    lay_out(field, extreme, value);
    struct quire_view view = {.field = field, .length = 1, .values = value};
    return quire_value_write(&view, 0, &style, out);
}

/* --- Bytes --- */

static int64_t text_bytes(const struct quire_view *view, int64_t start, int64_t count)
{
    int64_t first = start + view->offset;
    enum quire_kind kind = view->field->kind;
    if (kind == QUIRE_KIND_STRING_VIEW || kind == QUIRE_KIND_BINARY_VIEW) {
        int64_t bytes = 0;
        for (int64_t row = start; row < start + count; row++)
            if (!quire_view_is_null(view, row)) bytes += (int64_t)quire_view_bytes(view, row).size;
        return bytes;
    }
    if (kind == QUIRE_KIND_LARGE_STRING || kind == QUIRE_KIND_LARGE_BINARY) {
        const int64_t *offsets = (const int64_t *)view->values + first;
        return offsets[count] - offsets[0];
    }
    const int32_t *offsets = (const int32_t *)view->values + first;
    return (int64_t)offsets[count] - offsets[0];
}

static int64_t children_bytes(const struct quire_view *view, int64_t start, int64_t count)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < view->children_size; i++) {
        int64_t more = quire_view_data_bytes(&view->children[i], start, count);
        if (more < 0) return -1;
        bytes += more;
    }
    return bytes;
}

static int64_t list_bytes(const struct quire_view *view, int64_t start, int64_t count)
{
    enum quire_kind kind = view->field->kind;
    const struct quire_view *items = &view->children[0];
    if (kind != QUIRE_KIND_LIST_VIEW && kind != QUIRE_KIND_LARGE_LIST_VIEW) {
        struct quire_range first = quire_view_range(view, start);
        struct quire_range last = quire_view_range(view, start + count - 1);
        return quire_view_data_bytes(items, first.start, last.start + last.size - first.start);
    }
    int64_t bytes = 0;
    for (int64_t row = start; row < start + count; row++) {
        if (quire_view_is_null(view, row)) continue;
        struct quire_range range = quire_view_range(view, row);
        int64_t more = quire_view_data_bytes(items, range.start, range.size);
        if (more < 0) return -1;
        bytes += more;
    }
    return bytes;
}

int64_t quire_view_data_bytes(const struct quire_view *view, int64_t start, int64_t count)
{
    const struct quire_field *field = view->field;
    if (count == 0 || field->kind == QUIRE_KIND_NULL) return 0;
    if (field->kind == QUIRE_KIND_UNION || field->kind == QUIRE_KIND_RUN_END) return -1;
    if (field->kind == QUIRE_KIND_BOOL) return (count + 7) / 8;
    if (quire_kind_is_string(field->kind) || quire_kind_is_binary(field->kind))
        return text_bytes(view, start, count);
    if (field->kind == QUIRE_KIND_STRUCT) return children_bytes(view, start, count);
    if (quire_kind_is_nested(field->kind)) return list_bytes(view, start, count);
    return count * field->width;
}
