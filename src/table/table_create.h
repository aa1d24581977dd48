/* Private to table: version 0 of a table. */
#ifndef QUIRE_TABLE_TABLE_CREATE_H
#define QUIRE_TABLE_TABLE_CREATE_H

#include "data/field.h"
#include "quire/table_write.h"
#include "table/commit/transaction.h"

/* QUIRE_EXISTS where there is a table, also one whose first commits are gone. */
int quire_table_create_check(const char *url, struct quire_error *error);

/* QUIRE_USAGE where names of one struct, at any depth, differ by case alone. */
int quire_table_names_check(const struct quire_field *field, struct quire_error *error);

/* Begins a transaction that makes a table of that schema. QUIRE_EXISTS where there is one. */
int quire_table_create_open(const char *url, const struct ArrowSchema *schema,
                            const struct quire_table_create_options *options,
                            const struct quire_transaction_options *how,
                            struct quire_transaction **transaction, struct quire_error *error);

/* Opens the table for rows that come; where there is none and create is not NULL, begins one with
 * their columns: its read_version is -1. */
int quire_table_create_or_open(const char *url, struct ArrowArrayStream *rows,
                               const struct quire_table_create_options *create,
                               const struct quire_transaction_options *how,
                               struct quire_transaction **transaction, struct quire_error *error);

/* Appends what commitInfo says of it, terminated: {"partitionBy": "[...]"}. */
int quire_table_create_parameters(const struct quire_texts *partitions, struct quire_buf *out);

#endif
