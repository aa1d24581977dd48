/* What the files that build bodies share. Rows are counted from the array's own offset:
 * row 0 stands at `offset` in its buffers. */
#ifndef QUIRE_ARROW_BATCH_BODY_PRIVATE_H
#define QUIRE_ARROW_BATCH_BODY_PRIVATE_H

#include "format/arrow/array_layout.h"
#include "format/arrow/batch_body.h"

#define QUIRE_BODY_OPERATION "write arrow"

/* Rows of one array on their way into a body. */
struct quire_body_rows {
    struct quire_batch_body *body;
    const struct quire_field *field;
    const struct ArrowArray *array;
    struct quire_array_layout layout;
    int64_t at; /* of the first row in the buffers */
    int64_t length;
    struct quire_error *error;
};

/* Is every row of the array taken, and do its buffers begin with them? */
static inline bool quire_body_is_whole(const struct quire_body_rows *rows)
{
    return rows->at == 0 && rows->length == rows->array->length;
}

int quire_body_put(const struct quire_body_rows *rows, const void *data, int64_t size);
/* Scratch of a body, at least one byte; *memory is NULL on failure. */
int quire_body_scratch(const struct quire_body_rows *rows, int64_t count, int64_t size,
                       void *memory_pointer);

/* QUIRE_USAGE with the column. */
int quire_body_fail(const struct quire_body_rows *rows, const char *cause);
/* Adds rows of a child. */
int quire_body_add_child(const struct quire_body_rows *rows, size_t child, int64_t start,
                         int64_t length);

/* Offsets that begin with 0, of an offsets buffer; *first and *items: what they cover. */
int quire_body_put_offsets(const struct quire_body_rows *rows, int64_t *first, int64_t *items);

/* The parts of quire_batch_body_add that need more than one step, validity apart. */
int quire_body_add_views(const struct quire_body_rows *rows);
int quire_body_add_list_view(const struct quire_body_rows *rows);
int quire_body_add_dense_union(const struct quire_body_rows *rows);
int quire_body_add_run_end(const struct quire_body_rows *rows);
int quire_body_add_indices(const struct quire_body_rows *rows, const struct quire_index_map *map);

#endif
