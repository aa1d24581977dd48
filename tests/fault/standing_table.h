/* Rows for a table, and what stands of it after a call that may have failed. */
#ifndef STANDING_TABLE_H
#define STANDING_TABLE_H

#include <stdint.h>

#include "quire/arrow.h"

#define NO_TABLE (-2)

/* One batch of rows with the numbers from first on, and texts "a" and "b" in turn: schema has such
 * two columns. The stream is the caller's. */
void standing_rows(const struct ArrowSchema *schema, int64_t first, int64_t size,
                   struct ArrowArrayStream *stream);

/* Adds what it counts of a batch. */
typedef void standing_count(const struct ArrowArray *batch, int64_t *sum);

/* The newest version of a table, all of which is read, in one thread; NO_TABLE. *sum is of its
 * batches: their rows, or (count not NULL) what is counted of them. */
int64_t standing_table(const char *folder, standing_count *count, int64_t *sum);

#endif
