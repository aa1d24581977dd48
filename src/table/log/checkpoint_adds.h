/* Private to table: files that stay from one checkpoint to the next, whole batches at a time. */
#ifndef QUIRE_TABLE_CHECKPOINT_ADDS_H
#define QUIRE_TABLE_CHECKPOINT_ADDS_H

#include "quire/batch.h"
#include "table/log/snapshot.h"

/* Takes adds as rows of quire_log_classic_schema_text's column: *adds is moved from. */
typedef int quire_take_adds(void *user, struct ArrowArray *adds, struct quire_error *error);

struct quire_checkpoint_adds {
    quire_take_adds *take_batch;
    quire_take_add *take_row; /* of those that are not to be had in batches */
    void *user;
};

/* Gives all files of the version: those of the checkpoint before, as far as no commit after it
 * speaks of them, and those of the commits. None is a change of data. */
int quire_checkpoint_adds_each(struct quire_snapshot *snapshot,
                               const struct quire_checkpoint_adds *taker,
                               struct quire_error *error);

/* Rows of adds as a batch of quire_log_classic_schema_text. Takes *adds on success. */
int quire_checkpoint_adds_widen(struct quire_field *fields, struct ArrowArray *adds,
                                struct ArrowArray *batch, struct quire_error *error);

#endif
