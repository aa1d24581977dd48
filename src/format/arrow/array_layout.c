#include "format/arrow/array_layout.h"

#include <string.h>

static struct quire_array_layout fixed_layout(int width)
{
    int align = width == 16 || width == 32                             ? 8
                : width == 1 || width == 2 || width == 4 || width == 8 ? width
                                                                       : 1;
    return (struct quire_array_layout){QUIRE_LAYOUT_FIXED, width, 2, align, true};
}

struct quire_array_layout quire_array_layout_of(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_NULL: return (struct quire_array_layout){QUIRE_LAYOUT_NULL, 0, 0, 1, false};
    case QUIRE_KIND_BOOL: return (struct quire_array_layout){QUIRE_LAYOUT_BITS, 0, 2, 1, true};
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_BINARY: return (struct quire_array_layout){QUIRE_LAYOUT_BYTES, 4, 3, 4, true};
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_LARGE_BINARY:
        return (struct quire_array_layout){QUIRE_LAYOUT_BYTES, 8, 3, 8, true};
    case QUIRE_KIND_STRING_VIEW:
    case QUIRE_KIND_BINARY_VIEW:
        return (struct quire_array_layout){QUIRE_LAYOUT_VIEWS, QUIRE_LAYOUT_VIEW_BYTES, 2, 8, true};
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_MAP: return (struct quire_array_layout){QUIRE_LAYOUT_LIST, 4, 2, 4, true};
    case QUIRE_KIND_LARGE_LIST:
        return (struct quire_array_layout){QUIRE_LAYOUT_LIST, 8, 2, 8, true};
    case QUIRE_KIND_LIST_VIEW:
        return (struct quire_array_layout){QUIRE_LAYOUT_LIST_VIEW, 4, 3, 4, true};
    case QUIRE_KIND_LARGE_LIST_VIEW:
        return (struct quire_array_layout){QUIRE_LAYOUT_LIST_VIEW, 8, 3, 8, true};
    case QUIRE_KIND_FIXED_LIST:
        return (struct quire_array_layout){QUIRE_LAYOUT_FIXED_LIST, 0, 1, 1, true};
    case QUIRE_KIND_STRUCT: return (struct quire_array_layout){QUIRE_LAYOUT_STRUCT, 0, 1, 1, true};
    case QUIRE_KIND_UNION:
        if (field->format[2] == 'd')
            return (struct quire_array_layout){QUIRE_LAYOUT_DENSE_UNION, 4, 2, 4, false};
        return (struct quire_array_layout){QUIRE_LAYOUT_SPARSE_UNION, 0, 1, 1, false};
    case QUIRE_KIND_RUN_END:
        return (struct quire_array_layout){QUIRE_LAYOUT_RUN_END, 0, 0, 1, false};
    case QUIRE_KIND_FIXED_BINARY:
        return (struct quire_array_layout){QUIRE_LAYOUT_FIXED, field->width, 2, 1, true};
    default: return fixed_layout(field->width);
    }
}

int64_t quire_layout_count_bits(const uint8_t *bitmap, int64_t start, int64_t length)
{
    int64_t count = 0;
    for (; length > 0 && start % 8 != 0; start++, length--)
        count += bitmap[start / 8] >> (start % 8) & 1;
    const uint8_t *at = bitmap + start / 8;
    for (; length >= 64; length -= 64, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        count += __builtin_popcountll(word);
    }
    for (int64_t i = 0; i < length; i++)
        count += at[i / 8] >> (i % 8) & 1;
    return count;
}
