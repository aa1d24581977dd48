#include "fuzz_order.h"

#include <string.h>

#include "fuzz.h"

bool fuzz_value_of(const struct quire_view *view, int64_t row, struct fuzz_value *value)
{
    *value = (struct fuzz_value){.rank = quire_view_is_null(view, row) ? 2 : 0};
    float narrow = 0;
    switch (view->field->kind) {
    case QUIRE_KIND_BOOL:
        if (value->rank == 0) value->bits = quire_view_bool(view, row);
        return true;
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIMESTAMP: value->is_signed = true; __attribute__((fallthrough));
    case QUIRE_KIND_UINT8:
    case QUIRE_KIND_UINT16:
    case QUIRE_KIND_UINT32:
    case QUIRE_KIND_UINT64:
        if (value->rank == 0) value->bits = (uint64_t)quire_view_i64(view, row);
        return true;
    case QUIRE_KIND_FLOAT32:
        value->is_float = true;
        memcpy(&narrow, quire_view_fixed(view, row), sizeof(narrow));
        value->number = (double)narrow;
        break;
    case QUIRE_KIND_FLOAT64:
        value->is_float = true;
        memcpy(&value->number, quire_view_fixed(view, row), sizeof(value->number));
        break;
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_STRING_VIEW: {
        value->is_bytes = true;
        if (value->rank != 0) return true;
        struct quire_bytes bytes = quire_view_bytes(view, row);
        FUZZ_CHECK(quire_buf_append(&value->bytes, bytes.data, bytes.size) == 0, "no memory");
        return true;
    }
    default: return false;
    }
    if (value->rank == 0 && value->number != value->number) value->rank = 1;
    return true;
}

int fuzz_value_compare(const struct fuzz_value *a, const struct fuzz_value *b)
{
    if (a->is_float) return a->number < b->number ? -1 : a->number > b->number;
    if (a->is_signed) return (int64_t)a->bits < (int64_t)b->bits ? -1 : a->bits != b->bits;
    if (!a->is_bytes) return a->bits < b->bits ? -1 : a->bits > b->bits;
    size_t size = a->bytes.size < b->bytes.size ? a->bytes.size : b->bytes.size;
    int order = size == 0 ? 0 : memcmp(a->bytes.data, b->bytes.data, size);
    return order != 0 ? order : a->bytes.size < b->bytes.size ? -1 : a->bytes.size > b->bytes.size;
}
