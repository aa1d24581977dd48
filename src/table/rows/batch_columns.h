/* Private to table: batches put together from columns that come from several places. */
#ifndef QUIRE_TABLE_BATCH_COLUMNS_H
#define QUIRE_TABLE_BATCH_COLUMNS_H

#include "quire/batch.h"

/* A struct array that owns its children, all of which are there with release == NULL, to be moved
 * into. */
int quire_batch_columns_new(int64_t rows, int64_t columns, struct ArrowArray *batch,
                            struct quire_error *error);

#endif
