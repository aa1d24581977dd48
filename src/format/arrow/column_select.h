/* Which columns of an Arrow file are read for what a caller wants batches to have
 * (typed_target.h). */
#ifndef QUIRE_ARROW_COLUMN_SELECT_H
#define QUIRE_ARROW_COLUMN_SELECT_H

#include "format/typed_target.h"

/* Opens and begins the target, and marks the columns that are wanted for it (wanted has one
 * for each of root). QUIRE_USAGE for a column that is not there. */
int quire_arrow_select_columns(struct quire_typed_target *target,
                               const struct quire_record_policy *policy,
                               const struct quire_field *root, bool *wanted,
                               struct quire_error *error);

#endif
