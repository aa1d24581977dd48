/* The types that a caller wants batches to have (quire_record_policy.schema), when they are
 * not those of the file: which columns of the file are read for them, and the cast of each
 * batch. Columns are matched by name. */
#ifndef QUIRE_PARQUET_READ_TARGET_H
#define QUIRE_PARQUET_READ_TARGET_H

#include "format/parquet/read/batch_reader.h"

struct quire_parquet_target {
    struct ArrowSchema given;  /* what batches have */
    struct ArrowSchema read;   /* what they have before the cast */
    struct quire_field *field; /* of given */
    bool cast;
    enum quire_on_bad on_bad;
    int (*reject)(void *user, const struct quire_reject *reject, struct quire_error *error);
    void *reject_user;
    struct quire_record_counts *counts; /* may be NULL */

    /* A batch that is delivered in parts, because records of it are refused. */
    struct ArrowArray pending;
    int64_t pending_at;
};

/* Settles what is given and which leaves of the file are wanted for it. QUIRE_USAGE for a
 * column that is not there; QUIRE_INPUT where the policy wants an error for columns that
 * only the file, or only the schema has. Zero-initialise target; release it also after a
 * failure. */
int quire_parquet_target_open(struct quire_parquet_target *target,
                              const struct quire_record_policy *policy,
                              const struct quire_parquet_schema *schema, bool *wanted,
                              struct quire_error *error);
/* Tells the target what is read: the projection's root. */
int quire_parquet_target_begin(struct quire_parquet_target *target, const struct quire_field *read,
                               struct quire_error *error);
void quire_parquet_target_release(struct quire_parquet_target *target);

/* Casts a batch (taken) or what is pending of the last one. *batch may have no rows. */
int quire_parquet_target_batch(struct quire_parquet_target *target, struct ArrowArray *read,
                               const struct quire_parquet_batch_place *place,
                               struct ArrowArray *batch, struct quire_error *error);
/* The one record of an array as a line of JSON, without its end: how refused records of a
 * format that has no text are told. (record_text.c) */
int quire_parquet_record_text(const struct ArrowSchema *schema, const struct ArrowArray *record,
                              struct quire_buf *text, struct quire_error *error);
static inline bool quire_parquet_target_pending(const struct quire_parquet_target *target)
{
    return target->pending.release != NULL;
}

#endif
