/* Private to table: writing log compaction files (PROTOCOL.md, "Log Compaction Files"). */
#ifndef QUIRE_TABLE_LOG_COMPACT_H
#define QUIRE_TABLE_LOG_COMPACT_H

#include "quire/store.h"
#include "table/log/snapshot.h"

/* Writes what the commits from first to last, at least two, did together. QUIRE_EXISTS where that
 * file is there. */
int quire_log_compact(const struct quire_snapshot *snapshot, int64_t first, int64_t last,
                      enum quire_durability durability, struct quire_error *error);

#endif
