/* The types that a caller wants batches to have (quire_record_policy.schema) of a file that
 * carries its own: what is given for it, and the cast of each batch, with what becomes of rows
 * that do not fit. Columns are matched by name. What is read of a file is its format's to
 * choose, between open and begin. */
#ifndef QUIRE_FORMAT_TYPED_TARGET_H
#define QUIRE_FORMAT_TYPED_TARGET_H

#include "data/field.h"
#include "quire/format.h"

struct quire_typed_target {
    struct ArrowSchema given;  /* what batches have */
    struct ArrowSchema read;   /* what they have before the cast */
    struct quire_field *field; /* of given; after open NULL when no schema is wanted */
    bool cast;
    enum quire_on_bad on_bad;
    int (*reject)(void *user, const struct quire_reject *reject, struct quire_error *error);
    void *reject_user;
    struct quire_record_counts *counts; /* may be NULL */

    /* A batch that is delivered in parts, because records of it are refused. */
    struct ArrowArray pending;
    int64_t pending_at;
};

/* Which row of the file, from 0, row k of a batch is; QUIRE_NOWHERE when that is not known. */
struct quire_batch_rows {
    int64_t (*row_of)(const void *place, int64_t k);
    const void *place;
};

/* Settles what is given, when a schema is wanted. Zero-initialise target; release it also
 * after a failure. QUIRE_USAGE for a column that the schema has not; QUIRE_INPUT where the
 * policy wants an error for columns that only the file, or only the schema has. */
int quire_typed_target_open(struct quire_typed_target *target,
                            const struct quire_record_policy *policy,
                            const struct quire_field *file, struct quire_error *error);
/* Tells the target what is read, which is given when no schema is wanted. QUIRE_INPUT and
 * QUIRE_UNSUPPORTED for types that cannot become the others, before any row is read. */
int quire_typed_target_begin(struct quire_typed_target *target, const struct quire_field *read,
                             struct quire_error *error);
void quire_typed_target_release(struct quire_typed_target *target);

/* Casts a batch (taken), or what is pending of the last one; rows is that batch's either way.
 * *batch may have no rows. */
int quire_typed_target_batch(struct quire_typed_target *target, struct ArrowArray *read,
                             const struct quire_batch_rows *rows, struct ArrowArray *batch,
                             struct quire_error *error);
static inline bool quire_typed_target_pending(const struct quire_typed_target *target)
{
    return target->pending.release != NULL;
}

#endif
