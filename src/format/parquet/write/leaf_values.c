/* Values are first made dense in the form that their array has, so that what lies under
 * nulls is never looked at, and then converted in one go. */
#include "format/parquet/write/leaf_values.h"

#include <string.h>

#include "base/fail.h"
#include "format/parquet/encoding/plain.h"

#define INLINE    static inline __attribute__((always_inline))
#define OPERATION "write parquet"

void quire_leaf_block_release(struct quire_leaf_block *block)
{
    if (block == NULL) return;
    quire_buf_release(&block->arrow_bytes);
    quire_buf_release(&block->fixed_bytes);
    quire_buf_release(&block->slice_bytes);
}

/* --- The plan ---------------------------------------------------------------------- */

static enum quire_leaf_change change_of(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_INT8: return QUIRE_CHANGE_I8;
    case QUIRE_KIND_UINT8: return QUIRE_CHANGE_U8;
    case QUIRE_KIND_INT16: return QUIRE_CHANGE_I16;
    case QUIRE_KIND_UINT16: return QUIRE_CHANGE_U16;
    case QUIRE_KIND_DATE64: return QUIRE_CHANGE_DAYS;
    case QUIRE_KIND_TIME32:
        return field->unit == QUIRE_SECOND ? QUIRE_CHANGE_SECONDS_32 : QUIRE_CHANGE_NONE;
    case QUIRE_KIND_TIMESTAMP:
        return field->unit == QUIRE_SECOND ? QUIRE_CHANGE_SECONDS_64 : QUIRE_CHANGE_NONE;
    case QUIRE_KIND_DECIMAL: return QUIRE_CHANGE_DECIMAL;
    case QUIRE_KIND_INTERVAL_MONTHS: return QUIRE_CHANGE_MONTHS;
    case QUIRE_KIND_INTERVAL_DAY_TIME: return QUIRE_CHANGE_DAY_TIME;
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: return QUIRE_CHANGE_MONTH_DAY_NANO;
    default: return QUIRE_CHANGE_NONE;
    }
}

/* Small decimals are the same integers on both sides. */
static bool is_same_decimal(const struct quire_leaf_plan *plan)
{
    return plan->field->scale >= 0 && plan->type != QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY &&
           plan->arrow_width == plan->width;
}

struct quire_leaf_plan quire_leaf_plan_of(const struct quire_parquet_schema *schema, size_t leaf)
{
    const struct quire_schema_element *element = quire_parquet_leaf_element(schema, leaf);
    const struct quire_field *field = schema->leaves[leaf].node->field;
    if (field->kind == QUIRE_KIND_DICTIONARY) field = field->dictionary;
    struct quire_leaf_plan plan = {
        .field = field,
        .type = element->type,
        .width = quire_plain_width(element->type, (size_t)element->type_length)};
    if (field->kind == QUIRE_KIND_NULL) return plan;
    if (element->type == QUIRE_PARQUET_BOOLEAN) {
        plan.form = QUIRE_LEAF_BOOLS;
        plan.width = 1;
    } else if (element->type == QUIRE_PARQUET_BYTE_ARRAY) {
        plan.form = QUIRE_LEAF_BYTES;
        plan.utf8 = quire_kind_is_string(field->kind);
    } else {
        plan.form = QUIRE_LEAF_FIXED;
        plan.arrow_width = (size_t)field->width;
        plan.change = change_of(field);
        if (plan.change == QUIRE_CHANGE_DECIMAL && is_same_decimal(&plan))
            plan.change = QUIRE_CHANGE_NONE;
    }
    return plan;
}

/* --- Dense values ------------------------------------------------------------------- */

/* Eight bits of a bitmap from any bit on; those that follow the eight are never read. */
INLINE unsigned bits_8(const uint8_t *bitmap, int64_t bit)
{
    unsigned shift = bit & 7, low = bitmap[bit >> 3] >> shift;
    return shift == 0 ? low : (low | (unsigned)bitmap[(bit >> 3) + 1] << (8 - shift)) & 0xff;
}

/* Eight valid values are copied at once; of others every one is written, and the next one
 * over it when it is null. */
#define DEFINE_COMPACT(suffix, type)                                                       \
    static size_t compact_##suffix(const void *from, const uint8_t *validity, int64_t bit, \
                                   size_t n, void *to)                                     \
    {                                                                                      \
        const type *values = from;                                                         \
        type *out = to;                                                                    \
        size_t kept = 0, i = 0;                                                            \
        for (; n - i >= 8; i += 8, bit += 8) {                                             \
            unsigned bits = bits_8(validity, bit);                                         \
            if (bits == 0xff) {                                                            \
                memcpy(out + kept, values + i, 8 * sizeof(type));                          \
                kept += 8;                                                                 \
                continue;                                                                  \
            }                                                                              \
            for (unsigned k = 0; k < 8; k++) {                                             \
                out[kept] = values[i + k];                                                 \
                kept += bits >> k & 1;                                                     \
            }                                                                              \
        }                                                                                  \
        for (; i < n; i++, bit++) {                                                        \
            out[kept] = values[i];                                                         \
            kept += validity[bit >> 3] >> (bit & 7) & 1;                                   \
        }                                                                                  \
        return kept;                                                                       \
    }
DEFINE_COMPACT(u8, uint8_t)
DEFINE_COMPACT(u16, uint16_t)
DEFINE_COMPACT(u32, uint32_t)
DEFINE_COMPACT(u64, uint64_t)

static size_t compact_any(const uint8_t *from, const uint8_t *validity, int64_t bit, size_t n,
                          size_t width, uint8_t *to)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++, bit++) {
        if ((validity[bit >> 3] >> (bit & 7) & 1) == 0) continue;
        memcpy(to + kept * width, from + i * width, width);
        kept++;
    }
    return kept;
}

static size_t compact(const struct quire_view *view, struct quire_level_range range, size_t width,
                      uint8_t *to)
{
    size_t n = (size_t)range.size;
    int64_t bit = range.start + view->offset;
    const uint8_t *from = (const uint8_t *)view->values + (size_t)bit * width;
    if (!quire_leaf_may_be_null(view)) {
        memcpy(to, from, n * width);
        return n;
    }
    switch (width) {
    case 1: return compact_u8(from, view->validity, bit, n, to);
    case 2: return compact_u16(from, view->validity, bit, n, to);
    case 4: return compact_u32(from, view->validity, bit, n, to);
    case 8: return compact_u64(from, view->validity, bit, n, to);
    default: return compact_any(from, view->validity, bit, n, width, to);
    }
}

static size_t follow_indices(const struct quire_view *view, struct quire_level_range range,
                             size_t width, uint8_t *to)
{
    size_t kept = 0;
    for (int64_t row = range.start; row < range.start + range.size; row++) {
        if (quire_levels_is_null(view, row)) continue;
        int64_t at = quire_view_index(view, row) + view->dictionary->offset;
        memcpy(to + kept * width, (const uint8_t *)view->dictionary->values + (size_t)at * width,
               width);
        kept++;
    }
    return kept;
}

static size_t spread_bools(const struct quire_view *view, struct quire_level_range range,
                           uint8_t *to)
{
    const struct quire_view *values = view;
    bool indexed = view->field->kind == QUIRE_KIND_DICTIONARY;
    size_t kept = 0;
    if (indexed) values = view->dictionary;
    for (int64_t row = range.start; row < range.start + range.size; row++) {
        if (quire_levels_is_null(view, row)) continue;
        to[kept++] = quire_view_bool(values, indexed ? quire_view_index(view, row) : row);
    }
    return kept;
}

static size_t rows_of(const struct quire_level_range *ranges, size_t size)
{
    size_t rows = 0;
    for (size_t i = 0; i < size; i++)
        rows += (size_t)ranges[i].size;
    return rows;
}

static int reserve(struct quire_buf *buf, size_t size, struct quire_error *error)
{
    quire_buf_clear(buf);
    return quire_buf_reserve(buf, size) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int gather_bools(const struct quire_view *view, const struct quire_level_range *ranges,
                        size_t ranges_size, struct quire_leaf_block *block,
                        struct quire_error *error)
{
    QUIRE_TRY(reserve(&block->fixed_bytes, rows_of(ranges, ranges_size) + 1, error));
    for (size_t i = 0; i < ranges_size; i++)
        block->values.n += spread_bools(view, ranges[i], block->fixed_bytes.data + block->values.n);
    block->values.fixed = block->fixed_bytes.data;
    return 0;
}

/* Dense values as the array has them: in place where there is nothing to leave out. */
static int gather_arrow(const struct quire_leaf_plan *plan, const struct quire_view *view,
                        const struct quire_level_range *ranges, size_t ranges_size,
                        struct quire_leaf_block *block, struct quire_error *error)
{
    size_t width = plan->arrow_width, n = 0;
    bool indexed = view->field->kind == QUIRE_KIND_DICTIONARY;
    if (!indexed && ranges_size == 1 && !quire_leaf_may_be_null(view)) {
        block->values.fixed =
            (const uint8_t *)view->values + (size_t)(ranges[0].start + view->offset) * width;
        block->values.n = (size_t)ranges[0].size;
        return 0;
    }
    QUIRE_TRY(reserve(&block->arrow_bytes, (rows_of(ranges, ranges_size) + 1) * width, error));
    uint8_t *to = block->arrow_bytes.data;
    for (size_t i = 0; i < ranges_size; i++)
        n += indexed ? follow_indices(view, ranges[i], width, to + n * width)
                     : compact(view, ranges[i], width, to + n * width);
    block->values.fixed = to;
    block->values.n = n;
    return 0;
}

static int gather_fixed(const struct quire_leaf_plan *plan, const struct quire_view *view,
                        const struct quire_level_range *ranges, size_t ranges_size,
                        struct quire_leaf_block *block, struct quire_error *error)
{
    QUIRE_TRY(gather_arrow(plan, view, ranges, ranges_size, block, error));
    size_t n = block->values.n;
    if (plan->change == QUIRE_CHANGE_NONE || n == 0) return 0;
    QUIRE_TRY(reserve(&block->fixed_bytes, n * plan->width, error));
    int code = quire_leaf_convert(plan, block->values.fixed, n, block->fixed_bytes.data,
                                  &block->values.n, error);
    block->values.fixed = block->fixed_bytes.data;
    return code;
}

int quire_leaf_gather(const struct quire_leaf_plan *plan, const struct quire_view *view,
                      const struct quire_level_range *ranges, size_t ranges_size,
                      struct quire_leaf_block *block, struct quire_error *error)
{
    block->values = (struct quire_values){.width = plan->width};
    switch (plan->form) {
    case QUIRE_LEAF_NOTHING: return 0;
    case QUIRE_LEAF_BOOLS: return gather_bools(view, ranges, ranges_size, block, error);
    case QUIRE_LEAF_FIXED: return gather_fixed(plan, view, ranges, ranges_size, block, error);
    default: break;
    }
    QUIRE_TRY(reserve(&block->slice_bytes,
                      (rows_of(ranges, ranges_size) + 1) * sizeof(struct quire_bytes), error));
    block->values.slices = (const struct quire_bytes *)(const void *)block->slice_bytes.data;
    for (size_t i = 0; i < ranges_size; i++)
        QUIRE_TRY(quire_leaf_gather_bytes(plan, view, ranges[i], block, error));
    return 0;
}
