/* Which leaves of a Parquet file are read for what a caller wants batches to have
 * (typed_target.h). */
#ifndef QUIRE_PARQUET_READ_TARGET_H
#define QUIRE_PARQUET_READ_TARGET_H

#include "format/parquet/read/batch_reader.h"
#include "format/typed_target.h"

/* Opens the target, and marks the leaves that are wanted for it. QUIRE_USAGE for a column that
 * is not there. */
int quire_parquet_target_open(struct quire_typed_target *target,
                              const struct quire_record_policy *policy,
                              const struct quire_parquet_schema *schema, bool *wanted,
                              struct quire_error *error);

/* The rows of a batch, for quire_typed_target_batch; borrows place. */
struct quire_batch_rows quire_parquet_batch_rows(const struct quire_parquet_batch_place *place);

#endif
