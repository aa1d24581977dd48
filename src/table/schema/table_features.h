/* Private to table: what a table asks of its readers and writers (PROTOCOL.md, "Table
 * Features"). */
#ifndef QUIRE_TABLE_TABLE_FEATURES_H
#define QUIRE_TABLE_TABLE_FEATURES_H

#include "table/log/snapshot.h"

/* QUIRE_UNSUPPORTED naming each feature that this build cannot read. */
int quire_features_check_read(const struct quire_protocol *protocol, struct quire_error *error);

/* QUIRE_UNSUPPORTED naming a feature that this build does not honour when it writes. verb is that
 * of messages. Rules of rows are the row writer's to check. */
int quire_features_check_write(const struct quire_snapshot *snapshot, const char *verb,
                               struct quire_error *error);

#endif
