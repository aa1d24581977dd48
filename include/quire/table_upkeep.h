/* Looking after Delta tables: files put together and arranged anew, files that no version needs
 * deleted, logs checked and kept short. What rows a table has never changes by any of it. */
#ifndef QUIRE_TABLE_UPKEEP_H
#define QUIRE_TABLE_UPKEEP_H

#include "quire/store.h"
#include "quire/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Optimizing ------------------------------------------------------------------------------ */

#define QUIRE_TABLE_TARGET_BYTES (INT64_C(128) << 20)
/* Columns that rows can be arranged by. */
#define QUIRE_TABLE_CLUSTER_MAX 8

enum quire_table_arrange {
    QUIRE_TABLE_COMPACT, /* small files together, rows as they are */
    QUIRE_TABLE_ZORDER,  /* all rows of a partition along a curve through columns */
    QUIRE_TABLE_HILBERT
};

struct quire_table_optimize_options {
    int64_t target_bytes; /* of a file; 0: delta.targetFileSize, else QUIRE_TABLE_TARGET_BYTES */
    enum quire_table_arrange arrange;
    const char *const *columns; /* to arrange by; not for COMPACT */
    size_t columns_size;
    const char *where;       /* a condition on partition columns alone; NULL: all */
    const char *compression; /* "zstd:3"; NULL: "snappy" */
    const char *folder;      /* for what does not fit the memory, a local path; NULL: "/tmp" */
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
};
struct quire_table_optimize_result {
    int64_t version; /* of the table; the one before where nothing was to be done */
    bool committed;
    int64_t files_before, bytes_before; /* where the condition holds */
    int64_t files_after, bytes_after;
    int64_t files_added, bytes_added, files_removed, bytes_removed;
    int64_t rows;            /* that were moved */
    int64_t vectors_removed; /* deletion vectors whose rows are gone now */
};
/* Rewrites files as one commit that changes no data. COMPACT leaves files of three quarters of the
 * target or more alone (but where a twentieth of the rows or more is deleted); the others of a
 * partition are put together up to the target. Writers that append meanwhile are no conflict; one
 * that removes or changes a file which was rewritten is QUIRE_CONFLICT, with nothing changed.
 * result may be NULL. */
QUIRE_API int quire_table_optimize(const char *url,
                                   const struct quire_table_optimize_options *options,
                                   struct quire_table_optimize_result *result,
                                   struct quire_error *error);

/* --- Vacuuming ------------------------------------------------------------------------------- */

struct quire_table_vacuum_options {
    int64_t retain_ms; /* versions of so long ago stay readable; counts with retain_given */
    bool retain_given; /* else delta.deletedFileRetentionDuration, 7 days without it */
    bool force;        /* retain_ms may be less than that */
    bool lite;         /* only files that the log names are looked for: nothing is listed */
    bool dry_run;      /* tell what would be deleted, change nothing */
    /* Called with each file that is (or would be) deleted, by its path below the table; may be
     * NULL. The path is valid during the call. */
    void (*report)(void *user, const char *path, int64_t bytes);
    void *user;
    enum quire_durability durability;
};
struct quire_table_vacuum_result {
    int64_t version; /* of the table, with what the history says of it */
    int64_t files, bytes;
};
/* Deletes files below the table that no version since then needs, and that are themselves older:
 * data files, deletion vectors, change data; nothing in folders and files that begin with "_" or
 * ".", but for _change_data and partitions. The history gets VACUUM START and VACUUM END. Versions
 * of before may be unreadable afterwards. QUIRE_USAGE where less is to be retained than the table
 * says, unless forced: a reader or writer at work may need those files. result may be NULL. */
QUIRE_API int quire_table_vacuum(const char *url, const struct quire_table_vacuum_options *options,
                                 struct quire_table_vacuum_result *result,
                                 struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
