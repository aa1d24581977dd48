/* Slices of strings and binaries. UTF-8 is checked over all bytes of a range at once
 * where they lie together: they are fine when the whole is, and every value begins with
 * the first byte of a character. Only when that fails each value is looked at. */
#include <string.h>

#include "base/fail.h"
#include "base/utf8.h"
#include "format/parquet/write/leaf_values.h"

#define INLINE    static inline __attribute__((always_inline))
#define OPERATION "write parquet"

/* Every slice is written, and the next one over it when it is null. */
#define DEFINE_SLICE(suffix, type)                                                                 \
    INLINE size_t slice_##suffix(const struct quire_view *view, int64_t row, size_t n, bool nulls, \
                                 struct quire_bytes *out)                                          \
    {                                                                                              \
        int64_t bit = row + view->offset;                                                          \
        const type *offsets = (const type *)view->values + bit;                                    \
        const uint8_t *bytes = view->extra;                                                        \
        size_t kept = 0;                                                                           \
        for (size_t i = 0; i < n; i++, bit++) {                                                    \
            out[kept].data = bytes + offsets[i];                                                   \
            out[kept].size = (size_t)(offsets[i + 1] - offsets[i]);                                \
            kept += nulls ? view->validity[bit >> 3] >> (bit & 7) & 1 : 1;                         \
        }                                                                                          \
        return kept;                                                                               \
    }
DEFINE_SLICE(i32, int32_t)
DEFINE_SLICE(i64, int64_t)

static size_t slice_any(const struct quire_view *view, struct quire_level_range range,
                        struct quire_bytes *out)
{
    bool indexed = view->field->kind == QUIRE_KIND_DICTIONARY;
    const struct quire_view *values = indexed ? view->dictionary : view;
    size_t kept = 0;
    for (int64_t row = range.start; row < range.start + range.size; row++) {
        if (quire_levels_is_null(view, row)) continue;
        out[kept++] = quire_view_bytes(values, indexed ? quire_view_index(view, row) : row);
    }
    return kept;
}

static size_t slice_range(const struct quire_view *view, struct quire_level_range range,
                          struct quire_bytes *out)
{
    size_t n = (size_t)range.size;
    bool nulls = quire_leaf_may_be_null(view);
    switch (view->field->kind) {
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_BINARY:
        return nulls ? slice_i32(view, range.start, n, true, out)
                     : slice_i32(view, range.start, n, false, out);
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_LARGE_BINARY:
        return nulls ? slice_i64(view, range.start, n, true, out)
                     : slice_i64(view, range.start, n, false, out);
    default: return slice_any(view, range, out);
    }
}

/* Whether none of the bytes is of a longer character. */
static bool is_ascii(const uint8_t *bytes, size_t size)
{
    uint64_t words[8], any = 0;
    for (; size >= 64; size -= 64, bytes += 64) {
        memcpy(words, bytes, 64);
        for (int i = 0; i < 8; i++)
            any |= words[i];
    }
    for (; size >= 8; size -= 8, bytes += 8) {
        memcpy(words, bytes, 8);
        any |= words[0];
    }
    for (size_t i = 0; i < size; i++)
        any |= bytes[i];
    return (any & UINT64_C(0x8080808080808080)) == 0;
}

/* Whether all bytes between the first and the last value are characters, and no value
 * begins within one. */
static bool is_utf8_together(const struct quire_view *view, const struct quire_bytes *slices,
                             size_t n)
{
    enum quire_kind kind = view->field->kind;
    if (kind != QUIRE_KIND_STRING && kind != QUIRE_KIND_LARGE_STRING) return false;
    const uint8_t *start = slices[0].data, *end = slices[n - 1].data + slices[n - 1].size;
    if (start == end) return true;
    size_t size = (size_t)(end - start);
    if (is_ascii(start, size)) return true;
    if (!quire_utf8_is_valid(start, size)) return false;
    bool inside = false;
    for (size_t i = 0; i < n; i++)
        inside |= slices[i].data < end && (*slices[i].data & 0xc0) == 0x80;
    return !inside;
}

static int check_utf8(const struct quire_view *view, const struct quire_bytes *slices, size_t n,
                      size_t *good, struct quire_error *error)
{
    *good = n;
    if (n == 0 || is_utf8_together(view, slices, n)) return 0;
    for (size_t i = 0; i < n; i++) {
        size_t valid = quire_utf8_valid_prefix(slices[i].data, slices[i].size);
        if (valid == slices[i].size) continue;
        *good = i;
        return quire_fail(error, QUIRE_INPUT, OPERATION,
                          "a string is not valid UTF-8 at its byte %zu", valid);
    }
    return 0;
}

int quire_leaf_gather_bytes(const struct quire_leaf_plan *plan, const struct quire_view *view,
                            struct quire_level_range range, struct quire_leaf_block *block,
                            struct quire_error *error)
{
    struct quire_bytes *out = (struct quire_bytes *)(void *)block->slice_bytes.data;
    out += block->values.n;
    size_t n = slice_range(view, range, out), good = n;
    int code = plan->utf8 ? check_utf8(view, out, n, &good, error) : 0;
    block->values.n += good;
    return code;
}
