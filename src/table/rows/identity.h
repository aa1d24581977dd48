/* Private to table: columns whose values the table gives (PROTOCOL.md, "Identity Columns"):
 * start + k * step, each beyond the mark of the last one that was given. */
#ifndef QUIRE_TABLE_IDENTITY_H
#define QUIRE_TABLE_IDENTITY_H

#include "quire/batch.h"
#include "table/commit/transaction.h"
#include "table/schema/delta_type.h"

#define QUIRE_IDENTITY_START "delta.identity.start"
#define QUIRE_IDENTITY_STEP  "delta.identity.step"
#define QUIRE_IDENTITY_MARK  "delta.identity.highWaterMark"
#define QUIRE_IDENTITY_GIVEN "delta.identity.allowExplicitInsert"

struct quire_identity {
    size_t column; /* among the table's */
    const char *name;
    int64_t start, step;
    bool by_default; /* values may be given by whoever brings rows */
    bool marked;
    int64_t mark;             /* where marked: the last value */
    bool fills;               /* rows of the current batches have no values: they get theirs here */
    bool taken;               /* values were taken as others gave them */
    int64_t first, generated; /* the first value since it was read, and how many */
};

struct quire_identities {
    struct quire_identity *items;
    size_t size;
};

/* Those of a table; texts are the arena's. QUIRE_UNSUPPORTED for one that cannot be understood. */
int quire_identities_read(const struct quire_metadata_action *metadata,
                          const struct quire_protocol *protocol, const char *verb,
                          struct quire_arena *arena, struct quire_identities *identities,
                          struct quire_error *error);
/* By the name of a column, whatever the case; NULL. */
struct quire_identity *quire_identities_find(const struct quire_identities *identities,
                                             const char *name);

/* Gives the next value. QUIRE_LIMIT when there is none. */
int quire_identity_next(struct quire_identity *identity, int64_t *value, struct quire_error *error);
/* Gives a value to each row of a batch that is null in the column. QUIRE_INPUT, with the row
 * counted from 1, for one that has a value. */
int quire_identity_fill(struct quire_identity *identity, struct ArrowArray *batch,
                        struct quire_error *error);

/* Has a column go on by as many values as another state of it gave, from where it stands.
 * QUIRE_LIMIT where there are not so many. */
int quire_identity_follow(const struct quire_identity *from, struct quire_identity *to,
                          struct quire_error *error);
/* Puts the values of `to` in the place of those that `from` gave. */
int quire_identity_shift(const struct quire_identity *from, struct quire_identity *to,
                         struct ArrowArray *batch, struct quire_error *error);

/* Has the commit say the marks of what was given. */
int quire_identities_mark(const struct quire_identities *identities,
                          struct quire_transaction *transaction, struct quire_error *error);
/* Whether two schemas differ by marks alone, if at all. *equal is set unless memory is out. */
int quire_identity_schemas_equal(const struct quire_bytes *a, const struct quire_bytes *b,
                                 bool *equal);
/* The schema of before, as JSON that is the arena's, with marks that are no less far than those of
 * now. */
int quire_identity_keep_marks(const struct quire_bytes *now, const struct quire_bytes *before,
                              struct quire_arena *arena, struct quire_bytes *kept,
                              struct quire_error *error);

#endif
