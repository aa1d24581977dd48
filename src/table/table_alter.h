/* Private to table: one change of what a table is, from opening it to its commit. */
#ifndef QUIRE_TABLE_TABLE_ALTER_H
#define QUIRE_TABLE_TABLE_ALTER_H

#include "quire/table_alter.h"
#include "table/schema/metadata_change.h"

/* Begins zeroed. */
struct quire_table_alteration {
    struct quire_transaction *transaction;
    struct quire_metadata_change change;
    struct quire_buf parameters; /* of commitInfo, JSON, terminated */
};

/* verb is that of messages. */
int quire_table_alteration_open(const char *url, const char *verb,
                                const struct quire_table_alter_options *options,
                                struct quire_table_alteration *alteration,
                                struct quire_error *error);
void quire_table_alteration_release(struct quire_table_alteration *alteration);

/* Commits, unless nothing changed. */
int quire_table_alteration_commit(struct quire_table_alteration *alteration, const char *operation,
                                  int64_t *version, struct quire_error *error);

#endif
