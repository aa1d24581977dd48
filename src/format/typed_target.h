/* The types that a caller wants batches to have (quire_record_policy.schema) of a file that
 * carries its own: which of its columns are read for them, and the cast of each batch, with
 * what becomes of rows that do not fit. Columns are matched by name. */
#ifndef QUIRE_FORMAT_TYPED_TARGET_H
#define QUIRE_FORMAT_TYPED_TARGET_H

#include "data/field.h"
#include "quire/format.h"

struct quire_typed_target {
    struct ArrowSchema given; /* what batches have */
    struct ArrowSchema read;  /* what they have before the cast */
    bool cast;
    enum quire_on_bad on_bad;
    int (*reject)(void *user, const struct quire_reject *reject, struct quire_error *error);
    void *reject_user;
    struct quire_record_counts *counts; /* may be NULL */

    /* A batch that is delivered in parts, because records of it are refused. */
    struct ArrowArray pending;
    int64_t pending_at, pending_row;
};

/* Settles what is given and which columns of the file are wanted for it (wanted has one for
 * each). Zero-initialise target; release it also after a failure. QUIRE_USAGE for a column
 * that is not there; QUIRE_INPUT where the policy wants an error for columns that only the
 * file, or only the schema has, and for types that cannot become the others. */
int quire_typed_target_open(struct quire_typed_target *target,
                            const struct quire_record_policy *policy,
                            const struct quire_field *file, bool *wanted,
                            struct quire_error *error);
void quire_typed_target_release(struct quire_typed_target *target);

/* Casts a batch (taken), whose first row is `row` of the file, or what is pending of the
 * last one. *batch may have no rows. */
int quire_typed_target_batch(struct quire_typed_target *target, struct ArrowArray *read,
                             int64_t row, struct ArrowArray *batch, struct quire_error *error);
static inline bool quire_typed_target_pending(const struct quire_typed_target *target)
{
    return target->pending.release != NULL;
}

#endif
