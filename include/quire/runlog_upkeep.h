/* Run logs read, exported, and kept in shape (docs/RUNLOG.md). Options may be NULL, which is the
 * default of each. What is told is JSON, freed with quire_free; json may be NULL where it is not
 * wanted. */
#ifndef QUIRE_RUNLOG_UPKEEP_H
#define QUIRE_RUNLOG_UPKEEP_H

#include "quire/context.h"
#include "quire/runlog.h"
#include "quire/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means the default. */
struct quire_runlog_read_options {
    int64_t limit; /* rows; 0: all */
    /* Rows to take: a condition (docs/EXPRESSIONS.md), or a JSON object of columns and the values
     * that they equal. NULL: all. */
    const char *filters;
    const char *const *columns; /* NULL: all */
    size_t columns_size;
    const char *folder;            /* for what does not fit in memory, a local path; NULL: /tmp */
    struct quire_context *context; /* must outlive the stream; NULL: one with the defaults */
};
/* The newest rows, by created_at, newest first. QUIRE_USAGE naming a column that is not there. */
QUIRE_API int quire_runlog_read(const char *table, const struct quire_runlog_read_options *options,
                                struct ArrowArrayStream *stream, struct quire_error *error);

struct quire_runlog_export_options {
    struct quire_runlog_read_options read;
    const char *format; /* json, jsonl, csv, parquet or ion; NULL: as path ends, else json */
    const char *path;   /* a path, a store URL, or NULL: standard output */
    enum quire_durability durability;
};
/* Writes the newest rows to a file, which has all of them or is left as it was. *json
 * tells export_successful, format, records_exported, export_size_mb, export_path,
 * export_timestamp. */
QUIRE_API int quire_runlog_export(const char *table,
                                  const struct quire_runlog_export_options *options, char **json,
                                  struct quire_error *error);

/* total_versions and versions: version, timestamp, operation, rows and size_mb that it wrote (null
 * where its writer does not say), newest first; at most limit (0: all). */
QUIRE_API int quire_runlog_history(const char *table, int64_t limit, char **json,
                                   struct quire_error *error);

/* What commits say of writes: the members of struct quire_runlog_metrics (failed_writes is 0, since
 * what failed left no commit; durations are null where no commit tells them), total_commits,
 * average_rows_per_write, total_size_mb, first_write, last_write; and memory of this process.
 * writes_of and memory_of say so in words. */
QUIRE_API int quire_runlog_table_metrics(const char *table, char **json, struct quire_error *error);

/* Zero means no. With none of the four, partitioning. */
struct quire_runlog_optimize_options {
    bool partitioning;       /* small files of each partition are put together */
    const char *compression; /* all files are written anew with this codec, and so will new ones be;
                                NULL: no */
    bool zordering;          /* rows are arranged by columns */
    bool vacuum;             /* files that no version of the last days needs are deleted */
    const char *const *columns; /* to arrange by; NULL: created_at, step_name */
    size_t columns_size;
    const char *folder;
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
};
/* optimized, optimizations_applied, before and after (version, files, size_mb, rows). */
QUIRE_API int quire_runlog_optimize(const char *table,
                                    const struct quire_runlog_optimize_options *options,
                                    char **json, struct quire_error *error);

/* With none of the four, the first three. */
struct quire_runlog_maintain_options {
    bool vacuum;
    bool analyze;           /* statistics of files that have none */
    bool validate_schema;   /* whether it has a run log's columns, in their types */
    bool update_statistics; /* of all files */
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
};
/* maintained, maintenance_operations, schema_valid and schema_issues where it is looked at, before
 * and after. A schema that is not valid is told, and no failure. */
QUIRE_API int quire_runlog_maintain(const char *table,
                                    const struct quire_runlog_maintain_options *options,
                                    char **json, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
