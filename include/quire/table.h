/* Delta tables: the versions that a log of actions makes of Parquet files (delta-io/delta,
 * PROTOCOL.md), in any store. */
#ifndef QUIRE_TABLE_H
#define QUIRE_TABLE_H

#include "quire/batch.h"
#include "quire/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One version of a table, which does not change while it is open. One thread at a time. */
struct quire_table;

#define QUIRE_TABLE_NEWEST INT64_C(-1)

/* Opens a version of the table at a path or store URL. QUIRE_NOT_FOUND where there is no table or
 * no such version; QUIRE_UNSUPPORTED, naming them, where it uses features that this build does
 * not read; QUIRE_CORRUPT where the log has a gap or cannot be understood. */
QUIRE_API int quire_table_open(const char *url, int64_t version, struct quire_table **table,
                               struct quire_error *error);
/* The version that was the newest at a time, in milliseconds since the epoch. */
QUIRE_API int quire_table_open_at(const char *url, int64_t time_ms, struct quire_table **table,
                                  struct quire_error *error);
QUIRE_API void quire_table_close(struct quire_table *table); /* NULL is fine */

/* The table that an object of that name, which need not be there, would lie within: the nearest
 * folder (of another store, prefix) at it or above that has a log, through whatever links. *table
 * is freed with quire_free; NULL: none. What lies within a table may be deleted by its upkeep. */
QUIRE_API int quire_table_above(const char *url, char **table, struct quire_error *error);

QUIRE_API int64_t quire_table_version(const struct quire_table *table);
/* The columns, with those that it is partitioned by, in the table's order. */
QUIRE_API int quire_table_schema(const struct quire_table *table, struct ArrowSchema *schema,
                                 struct quire_error *error);

/* Whether the table has a value for a column where rows that are written lack it: it is generated
 * or an identity, or has a default. */
QUIRE_API int quire_table_fills(const struct quire_table *table, const char *column, bool *fills,
                                struct quire_error *error);

struct quire_table_read_options {
    /* Top-level columns wanted, in the table's order; all unless columns_given. Borrowed during
     * the call. */
    const char *const *columns;
    size_t columns_size;
    bool columns_given;
    /* Files and parts of files that, by their partitions and by what the log and they themselves
     * say of their columns, have no row for which this is true are passed over; rows are not
     * filtered. NULL: none. Borrowed during the call. */
    const char *where;
    struct quire_context *context; /* must outlive the stream; NULL: one with the defaults */
};
/* All rows, in no promised order. The table must outlive the stream. */
QUIRE_API int quire_table_read(struct quire_table *table,
                               const struct quire_table_read_options *options,
                               struct ArrowArrayStream *stream, struct quire_error *error);

/* A JSON object of what the version is: version, id, name, description, created, columns,
 * partition_columns, protocol, properties, files, bytes, rows (null where files do not say).
 * Freed with quire_free. */
QUIRE_API int quire_table_describe(struct quire_table *table, char **json,
                                   struct quire_error *error);

/* A data file of the version; valid during the call. */
struct quire_table_file {
    const char *path; /* as the log has it */
    int64_t bytes, modified_ms;
    int64_t rows;           /* -1: the log does not say */
    const char *partitions; /* a JSON object of texts and nulls */
};
QUIRE_API int quire_table_each_file(struct quire_table *table,
                                    int (*take)(void *user, const struct quire_table_file *file,
                                                struct quire_error *error),
                                    void *user, struct quire_error *error);

/* A commit, newest first; valid during the call. */
struct quire_table_commit {
    int64_t version;
    int64_t time_ms;  /* the in-commit timestamp where the table has it, else the file's */
    const char *info; /* commitInfo as it stands, a JSON object; NULL: none */
};
QUIRE_API int quire_table_each_commit(struct quire_table *table,
                                      int (*take)(void *user,
                                                  const struct quire_table_commit *commit,
                                                  struct quire_error *error),
                                      void *user, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
