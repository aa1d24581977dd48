/* Private to table: a table's schema as the log has it (PROTOCOL.md, "Schema Serialization
 * Format") and as Arrow has it. */
#ifndef QUIRE_TABLE_DELTA_SCHEMA_H
#define QUIRE_TABLE_DELTA_SCHEMA_H

#include "quire/batch.h"
#include "table/snapshot.h"

enum quire_delta_names {
    QUIRE_DELTA_LOGICAL, /* as people see them */
    QUIRE_DELTA_PHYSICAL /* as data files have them, under column mapping */
};

/* Whether columns are found in files by other names (delta.columnMapping.mode). */
bool quire_snapshot_maps_columns(const struct quire_snapshot *snapshot);

/* The columns of the table, or of its data files: then without those it is partitioned by. The
 * order is the table's. QUIRE_CORRUPT where the schema cannot be understood, QUIRE_UNSUPPORTED
 * naming a type that is not known. */
int quire_snapshot_schema(const struct quire_snapshot *snapshot, enum quire_delta_names names,
                          bool with_partitions, struct ArrowSchema *schema,
                          struct quire_error *error);

/* The number of a logical top-level column among those that partition the table; -1. */
int64_t quire_snapshot_partition(const struct quire_snapshot *snapshot, const char *column);

#endif
