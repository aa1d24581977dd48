/* The body of a record batch that is to be written: its nodes and buffers, flattened in
 * pre-order (Columnar.rst, "RecordBatch message"), of arrays as the C Data Interface has
 * them.
 *
 * A buffer that stands as it must is borrowed from the array, at the bytes where the rows
 * begin; only what a slice would say wrongly is made anew: offsets that do not begin at
 * 0, bitmaps that do not begin at a byte, run ends, indices that a dictionary has given
 * other values. Those live until the body is cleared. */
#ifndef QUIRE_ARROW_BATCH_BODY_H
#define QUIRE_ARROW_BATCH_BODY_H

#include "base/alloc.h"
#include "base/buf.h"
#include "data/field.h"
#include "quire/arrow.h"
#include "quire/error.h"

struct quire_body_node {
    int64_t length, null_count;
};
struct quire_body_buffer {
    const void *data; /* may be NULL when size is 0 */
    int64_t size;
};

/* New values of a dictionary field's indices: index i stands for map[i]. */
struct quire_index_map {
    const struct quire_field *field;
    const int64_t *map; /* NULL: as they are */
    int64_t size;
};

/* Zero-initialise; maps may be set before rows are added. */
struct quire_batch_body {
    int64_t length;
    struct quire_buf nodes;    /* struct quire_body_node */
    struct quire_buf buffers;  /* struct quire_body_buffer */
    struct quire_buf variadic; /* int64_t: data buffers of each view array */
    struct quire_arena scratch;
    const struct quire_index_map *maps; /* borrowed; in the order of their addresses */
    size_t maps_size;
};

void quire_batch_body_release(struct quire_batch_body *body);
/* Empties it, and keeps the maps. */
void quire_batch_body_clear(struct quire_batch_body *body);

/* Adds rows [start, start + length) of the children of a struct array: the columns of a
 * batch. The array's shape has been checked (quire_view_set). QUIRE_INPUT when one of the
 * rows itself is null, which no record batch can say, QUIRE_USAGE when offsets make no
 * sense, QUIRE_MEMORY. */
int quire_batch_body_add_columns(struct quire_batch_body *body, const struct quire_field *field,
                                 const struct ArrowArray *array, int64_t start, int64_t length,
                                 struct quire_error *error);

/* Adds rows of one array: the values of a dictionary. */
int quire_batch_body_add(struct quire_batch_body *body, const struct quire_field *field,
                         const struct ArrowArray *array, int64_t start, int64_t length,
                         struct quire_error *error);

static inline size_t quire_batch_body_nodes(const struct quire_batch_body *body)
{
    return body->nodes.size / sizeof(struct quire_body_node);
}
static inline size_t quire_batch_body_buffers(const struct quire_batch_body *body)
{
    return body->buffers.size / sizeof(struct quire_body_buffer);
}

#endif
