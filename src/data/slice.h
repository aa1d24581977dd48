/* Parts of batches: without copying, while someone holds the whole, and copied. */
#ifndef QUIRE_DATA_SLICE_H
#define QUIRE_DATA_SLICE_H

#include "quire/batch.h"

/* A batch that several slices share; released with the last of them. The count
 * is atomic, and slices may be released by any thread. */
struct quire_shared_batch;

/* Takes *array (moves it), which is of a struct type, with one reference for the
 * caller. */
int quire_shared_batch_new(struct ArrowArray *array, struct quire_shared_batch **shared,
                           struct quire_error *error);
struct quire_shared_batch *quire_shared_batch_retain(struct quire_shared_batch *shared);
/* NULL is fine. */
void quire_shared_batch_release(struct quire_shared_batch *shared);
/* The array, to read. Borrowed. */
const struct ArrowArray *quire_shared_batch_array(const struct quire_shared_batch *shared);

/* Rows start .. start + length - 1 of the shared array, which must have them
 * (QUIRE_USAGE). The slice holds a reference of its own. A batch without null
 * rows is sliced in its columns, for consumers that want its offset to be 0. */
int quire_array_slice(struct quire_shared_batch *shared, int64_t start, int64_t length,
                      struct ArrowArray *slice, struct quire_error *error);

/* A copy of an array's rows that shares no memory with it. Only
 * what the rows use is copied; dictionaries, data of views, and children of list
 * views, unions and run-end encodings are copied whole. The array's content must
 * be valid (see quire_array_validate). */
int quire_array_copy(const struct ArrowSchema *schema, const struct ArrowArray *array,
                     struct ArrowArray *copy, struct quire_error *error);

#endif
