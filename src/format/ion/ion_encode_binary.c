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

/* The values of a column in the block, for the loops of the commonest kinds. */
struct run {
    const struct quire_ion_node *node;
    const uint8_t *validity; /* NULL: all are valid */
    int64_t first, count;    /* of the column's buffers */
    uint8_t null;            /* descriptor of a null */
};

static inline bool is_null(const struct run *run, int64_t i)
{
    int64_t bit = run->first + i;
    return run->validity != NULL && (run->validity[bit >> 3] >> (bit & 7) & 1) == 0;
}

static struct run run_of(const struct quire_ion_block *block, const struct quire_ion_node *node,
                         const struct quire_view *view)
{
    return (struct run){
        .node = node,
        .validity = view->validity,
        .first = block->start + view->offset,
        .count = block->count,
        .null = quire_ion_null_descriptor(block->encoding, node),
    };
}

static void size_int64(const struct run *run, const int64_t *values, size_t *sizes)
{
    for (int64_t i = 0; i < run->count; i++) {
        size_t size = quire_ion_uint_size(quire_ion_magnitude(values[i]));
        sizes[i] += run->node->name_size + 1 + (is_null(run, i) ? 0 : size);
    }
}

static void size_int32(const struct run *run, const int32_t *values, size_t *sizes)
{
    for (int64_t i = 0; i < run->count; i++) {
        size_t size = quire_ion_uint_size(quire_ion_magnitude(values[i]));
        sizes[i] += run->node->name_size + 1 + (is_null(run, i) ? 0 : size);
    }
}

static void size_float64(const struct run *run, const uint64_t *values, size_t *sizes)
{
    for (int64_t i = 0; i < run->count; i++)
        sizes[i] +=
            run->node->name_size + (is_null(run, i) ? 1 : quire_ion_float_size(values[i], 8));
}

/* False when they are not UTF-8. Those of nulls are looked at too, and may be anything:
 * then the values are gone through one by one. */
static bool size_string(const struct run *run, const int32_t *offsets, const uint8_t *bytes,
                        size_t *sizes)
{
    if (!quire_utf8_is_valid(bytes + offsets[0], (size_t)(offsets[run->count] - offsets[0])))
        return false;
    for (int64_t i = 0; i < run->count; i++) {
        size_t size = (size_t)(offsets[i + 1] - offsets[i]);
        if (size > 0 && (bytes[offsets[i]] & 0xc0) == 0x80) return false;
    }
    for (int64_t i = 0; i < run->count; i++) {
        size_t size = (size_t)(offsets[i + 1] - offsets[i]);
        sizes[i] +=
            run->node->name_size + (is_null(run, i) ? 1 : quire_ion_header_size(size) + size);
    }
    return true;
}

/* Adds up a column of one of the commonest kinds; the rest goes value by value. */
static bool sizes_fast(struct quire_ion_block *block, const struct quire_ion_node *node,
                       const struct quire_view *view)
{
    const struct run run = run_of(block, node, view);
    if (run.validity != NULL && block->encoding->options.nulls == QUIRE_ION_NULLS_OMIT)
        return false;
    switch (view->field->kind) {
    case QUIRE_KIND_INT64:
        size_int64(&run, (const int64_t *)view->values + run.first, block->sizes);
        return true;
    case QUIRE_KIND_INT32:
        size_int32(&run, (const int32_t *)view->values + run.first, block->sizes);
        return true;
    case QUIRE_KIND_FLOAT64:
        size_float64(&run, (const uint64_t *)view->values + run.first, block->sizes);
        return true;
    case QUIRE_KIND_STRING:
        return node->how == QUIRE_ION_AS_STRING && view->extra != NULL &&
               size_string(&run, (const int32_t *)view->values + run.first, view->extra,
                           block->sizes);
    default: return false;
    }
}

static int add_sizes(struct quire_ion_block *block, const struct quire_ion_node *node,
                     const struct quire_view *view, struct quire_error *error)
{
    if (sizes_fast(block, node, view)) return 0;
    if (quire_ion_are_moments(block, view)) {
        int code = quire_ion_block_add_moments(block, node, view, error);
        if (code != 0) quire_error_outer_column(error, view->field->name);
        return code;
    }
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

static inline uint8_t *put_null(const struct run *run, uint8_t *put)
{
    *put = run->null;
    return put + 1;
}

static void put_int64(const struct run *run, const int64_t *values, uint8_t **puts)
{
    for (int64_t i = 0; i < run->count; i++) {
        uint8_t *put = quire_ion_block_put_name(run->node, puts[i]);
        puts[i] = is_null(run, i) ? put_null(run, put) : quire_ion_block_put_int(put, values[i]);
    }
}

static void put_int32(const struct run *run, const int32_t *values, uint8_t **puts)
{
    for (int64_t i = 0; i < run->count; i++) {
        uint8_t *put = quire_ion_block_put_name(run->node, puts[i]);
        puts[i] = is_null(run, i) ? put_null(run, put) : quire_ion_block_put_int(put, values[i]);
    }
}

static void put_float64(const struct run *run, const uint64_t *values, uint8_t **puts)
{
    for (int64_t i = 0; i < run->count; i++) {
        uint8_t *put = quire_ion_block_put_name(run->node, puts[i]);
        puts[i] =
            is_null(run, i) ? put_null(run, put) : quire_ion_block_put_float(put, values[i], 8);
    }
}

/* Copies without a call what is short, byte-exact at both ends. */
static inline void copy_short(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size > 16 || size < 2) {
        if (size > 0) memcpy(to, from, size);
    } else if (size >= 8) {
        memcpy(to, from, 8);
        memcpy(to + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
        memcpy(to, from, 4);
        memcpy(to + size - 4, from + size - 4, 4);
    } else {
        memcpy(to, from, 2);
        to[size - 1] = from[size - 1];
    }
}

static void put_strings(const struct run *run, const int32_t *offsets, const uint8_t *bytes,
                        uint8_t **puts)
{
    for (int64_t i = 0; i < run->count; i++) {
        uint8_t *put = quire_ion_block_put_name(run->node, puts[i]);
        size_t size = (size_t)(offsets[i + 1] - offsets[i]);
        if (is_null(run, i)) {
            puts[i] = put_null(run, put);
            continue;
        }
        put = quire_ion_put_header(put, 8, size);
        copy_short(put, bytes + offsets[i], size);
        puts[i] = put + size;
    }
}

/* A column of the block, value by value. */
static void put_values(struct quire_ion_block *block, const struct quire_ion_node *node,
                       const struct quire_view *view)
{
    for (int64_t i = 0; i < block->count; i++) {
        if (quire_ion_is_omitted(block->encoding, view, block->start + i)) continue;
        block->puts[i] = quire_ion_block_put_value(block, node, view, block->start + i,
                                                   quire_ion_block_put_name(node, block->puts[i]));
    }
}

/* A column of the block; the loop of each of the commonest kinds is its own. */
static void put_column(struct quire_ion_block *block, const struct quire_ion_node *node,
                       const struct quire_view *view)
{
    const struct run run = run_of(block, node, view);
    const struct quire_ion_encoder_options *options = &block->encoding->options;
    bool omitted = run.validity != NULL && options->nulls == QUIRE_ION_NULLS_OMIT;
    enum quire_kind kind = view->field->kind;
    if (kind == QUIRE_KIND_INT64 && !omitted)
        put_int64(&run, (const int64_t *)view->values + run.first, block->puts);
    else if (kind == QUIRE_KIND_INT32 && !omitted)
        put_int32(&run, (const int32_t *)view->values + run.first, block->puts);
    else if (kind == QUIRE_KIND_FLOAT64 && !omitted)
        put_float64(&run, (const uint64_t *)view->values + run.first, block->puts);
    else if (node->how == QUIRE_ION_AS_STRING && kind == QUIRE_KIND_STRING && !omitted &&
             view->extra != NULL && options->invalid_utf8 != QUIRE_ION_UTF8_REPLACE)
        put_strings(&run, (const int32_t *)view->values + run.first, view->extra, block->puts);
    else if (quire_ion_are_moments(block, view))
        quire_ion_block_put_moments(block, node, view);
    else
        put_values(block, node, view);
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
