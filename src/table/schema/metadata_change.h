/* Private to table: the metadata and the protocol of a table, being changed together, so that the
 * protocol always supports what the metadata asks for. */
#ifndef QUIRE_TABLE_METADATA_CHANGE_H
#define QUIRE_TABLE_METADATA_CHANGE_H

#include "table/commit/transaction.h"
#include "table/schema/delta_type.h"

/* All texts that are given are copied. */
struct quire_metadata_change {
    struct quire_arena arena;
    struct quire_metadata_action metadata; /* but schema, which is root until finish */
    struct quire_protocol protocol;
    struct quire_delta_type *root;
    bool fresh; /* no version of the table stands yet */
    bool changed_metadata, changed_schema, changed_protocol;
    struct quire_buf features; /* const char *: that were asked for */
};

/* Begins with copies. */
int quire_metadata_change_open(const struct quire_metadata_action *metadata,
                               const struct quire_protocol *protocol, bool fresh,
                               struct quire_metadata_change *change, struct quire_error *error);
void quire_metadata_change_release(struct quire_metadata_change *change);

/* The value of a property; NULL: not set. */
const char *quire_metadata_change_get(const struct quire_metadata_change *change, const char *name);
/* Sets it, as it stands; NULL: takes it away. */
int quire_metadata_change_set(struct quire_metadata_change *change, const char *name,
                              const char *value, struct quire_error *error);
/* Makes the protocol support a feature. */
int quire_metadata_change_raise(struct quire_metadata_change *change, const char *feature,
                                struct quire_error *error);

/* Puts the schema into the metadata, and raises the protocol for what its types and nulls need.
 * Afterwards metadata and protocol are those of the version to come. */
int quire_metadata_change_finish(struct quire_metadata_change *change, struct quire_error *error);
/* Finishes, and gives the transaction what changed. */
int quire_metadata_change_commit(struct quire_metadata_change *change,
                                 struct quire_transaction *transaction, struct quire_error *error);

#endif
