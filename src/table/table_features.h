/* Private to table: what a table asks of its readers and writers (PROTOCOL.md, "Table
 * Features"). */
#ifndef QUIRE_TABLE_TABLE_FEATURES_H
#define QUIRE_TABLE_TABLE_FEATURES_H

#include "table/snapshot.h"

/* QUIRE_UNSUPPORTED naming each feature that this build cannot read. */
int quire_features_check_read(const struct quire_protocol *protocol, struct quire_error *error);

/* QUIRE_UNSUPPORTED naming what a table asks of its writers that this build does not do when it
 * appends: features, column mapping, constraints, generated columns. */
int quire_features_check_append(const struct quire_snapshot *snapshot, struct quire_error *error);

#endif
