/* Private to table: batches that are put together from columns. */
#ifndef QUIRE_TABLE_STRUCT_BATCH_H
#define QUIRE_TABLE_STRUCT_BATCH_H

#include "quire/batch.h"

/* A struct array of so many rows, none null, with room for its children, which the caller moves
 * in. */
int quire_struct_batch(int64_t rows, int64_t columns, struct ArrowArray *batch,
                       struct quire_error *error);

#endif
