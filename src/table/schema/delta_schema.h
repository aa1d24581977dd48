/* Private to table: a table's schema as the log has it (PROTOCOL.md, "Schema Serialization
 * Format") and as Arrow has it. */
#ifndef QUIRE_TABLE_DELTA_SCHEMA_H
#define QUIRE_TABLE_DELTA_SCHEMA_H

#include "quire/batch.h"
#include "table/log/snapshot.h"

#define QUIRE_DELTA_MAPPING_MODE  "delta.columnMapping.mode"
#define QUIRE_DELTA_MAPPING_NAME  "delta.columnMapping.physicalName"
#define QUIRE_DELTA_MAPPING_ID    "delta.columnMapping.id"
#define QUIRE_DELTA_MAPPING_MOST  "delta.columnMapping.maxColumnId"
#define QUIRE_DELTA_MAPPING_FILES "PARQUET:field_id" /* the id, as files of Parquet have it */

enum quire_delta_names {
    QUIRE_DELTA_LOGICAL, /* as people see them */
    QUIRE_DELTA_PHYSICAL /* as data files have them, under column mapping: with their ids, too */
};

/* How columns are found in files (delta.columnMapping.mode). */
enum quire_delta_mapping { QUIRE_DELTA_MAP_NONE, QUIRE_DELTA_MAP_NAME, QUIRE_DELTA_MAP_ID };

enum quire_delta_mapping quire_delta_mapping(const struct quire_metadata_action *metadata,
                                             const struct quire_protocol *protocol);
/* The columns of the table, or of its data files: then without those it is partitioned by. The
 * order is the table's, and all may be null. QUIRE_CORRUPT where the schema cannot be understood,
 * QUIRE_UNSUPPORTED naming a type that is not known. */
int quire_snapshot_schema(const struct quire_snapshot *snapshot, enum quire_delta_names names,
                          bool with_partitions, struct ArrowSchema *schema,
                          struct quire_error *error);
/* The same of any metadata, with partition columns. */
int quire_delta_schema(const struct quire_metadata_action *metadata,
                       const struct quire_protocol *protocol, enum quire_delta_names names,
                       struct ArrowSchema *schema, struct quire_error *error);

/* The number of a logical top-level column among those that partition the table; -1. */
int64_t quire_delta_partition(const struct quire_metadata_action *metadata, const char *column);

#endif
