/* Private to table: the version checksum file, <version>.crc (PROTOCOL.md, "Version Checksum
 * File"): what a version is, for those who want to know whether its log still says so. */
#ifndef QUIRE_TABLE_CHECKSUM_H
#define QUIRE_TABLE_CHECKSUM_H

#include "quire/store.h"
#include "table/log/snapshot.h"

/* Of the data files of a version. */
struct quire_file_totals {
    int64_t files, bytes;
};

struct quire_checksum_options {
    const char *mark; /* the commit's txnId; NULL: not known */
    int64_t stamp_ms; /* its in-commit timestamp; QUIRE_LOG_NONE */
    enum quire_durability durability;
};

/* Writes that of the snapshot's version. QUIRE_EXISTS where there is one, which stands. */
int quire_checksum_write(const struct quire_snapshot *snapshot,
                         const struct quire_file_totals *totals,
                         const struct quire_checksum_options *options, struct quire_error *error);

/* The totals that the checksum of a version has. QUIRE_NOT_FOUND where there is none, QUIRE_CORRUPT
 * where it cannot be understood. */
int quire_checksum_totals(const struct quire_table_place *place, int64_t version,
                          struct quire_file_totals *totals, struct quire_error *error);

/* Goes through all files. */
int quire_snapshot_totals(struct quire_snapshot *snapshot, struct quire_file_totals *totals,
                          struct quire_error *error);

/* Compares what the checksum of the snapshot's version says with the snapshot: 0 and *difference
 * terminated, empty where there is none. Else as quire_checksum_totals. */
int quire_checksum_compare(struct quire_snapshot *snapshot, struct quire_buf *difference,
                           struct quire_error *error);

#endif
