/* Rows as Ion binary, a block at a time and column by column.
 *
 * A struct begins with its length, so a block goes in two passes: the first adds up
 * what every row takes, and finds all that cannot be written; the second puts the
 * values of each column where their rows have come to. The lengths of nested containers,
 * and the IDs of names looked up, are noted by the first pass in the order in which the
 * second needs them. */
#include "format/ion/ion_encode_binary.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"

static const char operation[] = "write ion";

/* Loops of the commonest kinds without nulls; the rest goes value by value. */
static bool sizes_fast(struct quire_ion_block *block, const struct quire_ion_node *node,
                       const struct quire_view *view)
{
    size_t *sizes = block->sizes, name = node->name_size;
    int64_t first = block->start + view->offset, count = block->count;
    if (view->validity != NULL) return false;
    switch (view->field->kind) {
    case QUIRE_KIND_INT64: {
        const int64_t *values = (const int64_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            sizes[i] += name + 1 + quire_ion_uint_size(quire_ion_magnitude(values[i]));
        return true;
    }
    case QUIRE_KIND_INT32: {
        const int32_t *values = (const int32_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            sizes[i] += name + 1 + quire_ion_uint_size(quire_ion_magnitude(values[i]));
        return true;
    }
    case QUIRE_KIND_FLOAT64: {
        const uint64_t *values = (const uint64_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            sizes[i] += name + quire_ion_float_size(values[i], 8);
        return true;
    }
    case QUIRE_KIND_STRING: {
        const int32_t *offsets = (const int32_t *)view->values + first;
        const uint8_t *bytes = view->extra;
        if (!quire_utf8_is_valid(bytes + offsets[0], (size_t)(offsets[count] - offsets[0])))
            return false;
        for (int64_t i = 0; i < count; i++) {
            size_t size = (size_t)(offsets[i + 1] - offsets[i]);
            if (size > 0 && (bytes[offsets[i]] & 0xc0) == 0x80) return false;
        }
        for (int64_t i = 0; i < count; i++) {
            size_t size = (size_t)(offsets[i + 1] - offsets[i]);
            sizes[i] += name + quire_ion_header_size(size) + size;
        }
        return true;
    }
    default: return false;
    }
}

static int add_sizes(struct quire_ion_block *block, const struct quire_ion_node *node,
                     const struct quire_view *view, struct quire_error *error)
{
    if (sizes_fast(block, node, view)) return 0;
    for (int64_t i = 0; i < block->count; i++) {
        size_t size = 0;
        if (quire_ion_is_omitted(block->encoding, view, block->start + i)) continue;
        int code = quire_ion_block_value_size(block, node, view, block->start + i, &size, error);
        if (code != 0) {
            block->failed = block->start + i;
            if (code != QUIRE_MEMORY) quire_error_outer_column(error, view->field->name);
            return code;
        }
        block->sizes[i] += node->name_size + size;
    }
    return 0;
}

static inline uint8_t *put_name(const struct quire_ion_node *node, uint8_t *put)
{
    *put = node->name[0];
    if (__builtin_expect(node->name_size == 1, 1)) return put + 1;
    memcpy(put, node->name, node->name_size);
    return put + node->name_size;
}

/* A column of the block; the loop of each kind is its own. */
static void put_column(struct quire_ion_block *block, const struct quire_ion_node *node,
                       const struct quire_view *view)
{
    uint8_t **puts = block->puts;
    int64_t first = block->start + view->offset, count = block->count;
    bool whole = view->validity == NULL;
    enum quire_kind kind = view->field->kind;
    if (whole && kind == QUIRE_KIND_INT64) {
        const int64_t *values = (const int64_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            puts[i] = quire_ion_block_put_int(put_name(node, puts[i]), values[i]);
    } else if (whole && kind == QUIRE_KIND_INT32) {
        const int32_t *values = (const int32_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            puts[i] = quire_ion_block_put_int(put_name(node, puts[i]), values[i]);
    } else if (whole && kind == QUIRE_KIND_FLOAT64) {
        const uint64_t *values = (const uint64_t *)view->values + first;
        for (int64_t i = 0; i < count; i++)
            puts[i] = quire_ion_block_put_float(put_name(node, puts[i]), values[i], 8);
    } else {
        for (int64_t i = 0; i < count; i++) {
            if (quire_ion_is_omitted(block->encoding, view, block->start + i)) continue;
            puts[i] = quire_ion_block_put_value(block, node, view, block->start + i,
                                                put_name(node, puts[i]));
        }
    }
}

static int encode_block(struct quire_ion_block *block, const struct quire_view *batch,
                        struct quire_buf *out, struct quire_error *error)
{
    const struct quire_ion_node *nodes = block->encoding->node->children;
    size_t total = 0;
    memset(block->sizes, 0, (size_t)block->count * sizeof(*block->sizes));
    quire_buf_clear(&block->notes);
    block->noted = 0;
    for (size_t i = 0; i < batch->children_size; i++)
        QUIRE_TRY(add_sizes(block, &nodes[i], &batch->children[i], error));
    for (int64_t i = 0; i < block->count; i++)
        total += quire_ion_header_size(block->sizes[i]) + block->sizes[i];
    if (quire_buf_reserve(out, total + 16) != 0) return quire_fail_memory(error, operation);
    uint8_t *put = quire_buf_end(out);
    for (int64_t i = 0; i < block->count; i++) {
        block->puts[i] = quire_ion_put_header(put, 13, block->sizes[i]);
        put = block->puts[i] + block->sizes[i];
    }
    for (size_t i = 0; i < batch->children_size; i++)
        put_column(block, &nodes[i], &batch->children[i]);
    out->size += total;
    return 0;
}

int quire_ion_encode_binary(const void *state, const struct quire_view *batch, int64_t start,
                            int64_t count, int64_t first_row, struct quire_buf *out,
                            int64_t *failed_row, struct quire_error *error)
{
    (void)first_row;
    QUIRE_CLEANUP(quire_cleanup_free) struct quire_ion_block *block = quire_alloc(sizeof(*block));
    if (block == NULL) return quire_fail_memory(error, operation);
    block->encoding = state;
    block->notes = block->repaired = (struct quire_buf){.size = 0};
    int code = 0;
    for (int64_t at = 0; at < count && code == 0; at += QUIRE_ION_BLOCK_ROWS) {
        block->start = start + at;
        block->count = count - at < QUIRE_ION_BLOCK_ROWS ? count - at : QUIRE_ION_BLOCK_ROWS;
        block->failed = block->start;
        code = encode_block(block, batch, out, error);
        *failed_row = block->failed;
    }
    quire_buf_release(&block->notes);
    quire_buf_release(&block->repaired);
    return code;
}
