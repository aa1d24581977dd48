/* Changing the rows of Delta tables: each call is one commit, which stands whole or not at all.
 *
 * QUIRE_CONFLICT, with nothing changed, where another writer's commit meanwhile makes a
 * difference to it: rows that the condition may mean were added, a file that is to be replaced
 * was, or the table's schema or protocol. Tables with delta.appendOnly are QUIRE_UNSUPPORTED.
 * Where delta.enableDeletionVectors is true, rows are taken out by deletion vectors, else files
 * are copied without them; where delta.enableChangeDataFeed is, what happened to rows is told in
 * files of its own. */
#ifndef QUIRE_TABLE_CHANGE_H
#define QUIRE_TABLE_CHANGE_H

#include "quire/table_write.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means the default. */
struct quire_table_change_options {
    /* A writer's own count, as in struct quire_table_append_options. */
    const char *app;
    int64_t app_version;
    const char *compression; /* NULL: "snappy" */
    /* Deletes by deletion vectors, and makes the table one that has them (property and protocol:
     * readers and writers of versions before 3 and 7 can do nothing with it any more). */
    bool deletion_vectors;
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
    /* Of overwriting and merging alone: makes the table where there is none, as in
     * struct quire_table_append_options; another writer's that comes meanwhile is QUIRE_CONFLICT.
     */
    const struct quire_table_create_options *create;
    /* With create: a table that is there already is QUIRE_CONFLICT, too. */
    bool create_only;
    /* Of overwriting and merging alone: what becomes of rows that have more than the table, or
     * wider values, in the same commit. */
    enum quire_table_evolve evolve;
    /* Of overwriting alone, where no rows of the table stay: the table gets the columns of the
     * rows, whatever it had before. */
    bool overwrite_schema;
    /* Of merging alone: a key that the table has several times is there once then. Else each of
     * its rows is replaced. */
    bool keys_once;
    /* Of merging alone: a column beside the key, of which it is told how many rows of the table
     * have another value than the row that takes their place. NULL: none; nothing is told either
     * where the table, or the rows that come, have no such column. */
    const char *compares;
    struct quire_file_limits limits;
    bool no_auto_compact; /* as in struct quire_table_append_options */
    const char *info;     /* the same */
};

struct quire_table_change_result {
    int64_t version; /* of the table, with what was done */
    bool skipped;    /* the app's version was there already */
    bool unchanged;  /* nothing was to be done, and nothing was committed */
    bool created;    /* the table, too */
    int64_t rows_inserted, rows_updated, rows_deleted;
    int64_t rows_other;    /* of those updated or deleted, by the column that is compared */
    int64_t rows_copied;   /* to new files, as they were */
    int64_t files_removed; /* for good or for a copy */
    int64_t files_added;
    int64_t vectors_written; /* files that got a deletion vector, or another one */
    int64_t change_files;    /* that tell of the change */
};

/* Deletes the rows for which a condition is true; where it is null they stay. "true" means all.
 * options and result may be NULL, here and below. */
QUIRE_API int quire_table_delete(const char *url, const char *where,
                                 const struct quire_table_change_options *options,
                                 struct quire_table_change_result *result,
                                 struct quire_error *error);

/* Replaces the rows for which a condition is true (NULL: all rows) by those of a stream, which the
 * caller still releases. Columns go by name as quire_table_append takes them. QUIRE_INPUT, with
 * the row, for one that comes and for which the condition is not true. */
QUIRE_API int quire_table_overwrite(const char *url, struct ArrowArrayStream *rows,
                                    const char *where,
                                    const struct quire_table_change_options *options,
                                    struct quire_table_change_result *result,
                                    struct quire_error *error);

/* A column, and an expression over the row as it was. */
struct quire_table_assignment {
    const char *column, *value;
};
/* Sets columns of the rows for which a condition is true, partition columns too. "true" means all
 * rows. Values go to the type of their column as SQL assigns to what is stored: a number to any
 * number that holds it, anything to text, a date to a timestamp and back. QUIRE_USAGE for other
 * types and for identity columns, QUIRE_INPUT for a value that does not fit. */
QUIRE_API int quire_table_update(const char *url, const struct quire_table_assignment *set,
                                 size_t set_size, const char *where,
                                 const struct quire_table_change_options *options,
                                 struct quire_table_change_result *result,
                                 struct quire_error *error);

/* Merges the rows of a stream, which the caller still releases, by a key: a row of the table that
 * has the key of one that comes is replaced by it, whole; rows with a new key are inserted, and
 * so are those with a null in their key. Columns go by name as quire_table_append takes them; those
 * that the stream lacks become null, but identity columns, which a row that is replaced passes on.
 * QUIRE_INPUT, naming both rows, for rows that come with the same key; QUIRE_LIMIT where their keys
 * take more than half of the context's memory. */
QUIRE_API int quire_table_merge(const char *url, struct ArrowArrayStream *rows,
                                const char *const *keys, size_t keys_size,
                                const struct quire_table_change_options *options,
                                struct quire_table_change_result *result,
                                struct quire_error *error);

/* Makes the table what it was at a version, or at a time (in milliseconds since the epoch): its
 * rows, its schema and its properties, as a new version. Features that it got since stay.
 * QUIRE_NOT_FOUND, naming some, where files of that version are gone. */
QUIRE_API int quire_table_restore(const char *url, int64_t version,
                                  const struct quire_table_change_options *options,
                                  struct quire_table_change_result *result,
                                  struct quire_error *error);
QUIRE_API int quire_table_restore_at(const char *url, int64_t time_ms,
                                     const struct quire_table_change_options *options,
                                     struct quire_table_change_result *result,
                                     struct quire_error *error);

struct quire_table_changes_options {
    int64_t from, to; /* versions, both with what they did; to QUIRE_TABLE_NEWEST: all since */
    struct quire_context *context; /* must outlive the stream; NULL: one with the defaults */
};
/* What happened to rows from one version to another: the columns that the table has at the end,
 * and behind them _change_type ("insert", "delete", "update_preimage", "update_postimage"),
 * _commit_version and _commit_timestamp, version after version. QUIRE_UNSUPPORTED where
 * delta.enableChangeDataFeed was not true all the while. */
QUIRE_API int quire_table_changes(const char *url,
                                  const struct quire_table_changes_options *options,
                                  struct ArrowArrayStream *stream, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
