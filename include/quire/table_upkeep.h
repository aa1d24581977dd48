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
#define QUIRE_TABLE_COMMIT_BYTES (INT64_C(4) << 30)
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
    int64_t commit_bytes;    /* that one commit puts together; 0: QUIRE_TABLE_COMMIT_BYTES */
    const char *where;       /* a condition on partition columns alone; NULL: all */
    const char *compression; /* "zstd:3"; NULL: "snappy" */
    const char *folder;      /* for what does not fit the memory, a local path; NULL: "/tmp" */
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
};
struct quire_table_optimize_result {
    int64_t version; /* of the table; the one before where nothing was to be done */
    bool committed;
    int64_t commits;
    int64_t files_before, bytes_before; /* where the condition holds */
    int64_t files_after, bytes_after;
    int64_t files_added, bytes_added, files_removed, bytes_removed;
    int64_t rows;            /* that were moved */
    int64_t vectors_removed; /* deletion vectors whose rows are gone now */
};
/* Rewrites files as commits that change no data: one, or several where it is about more than
 * commit_bytes (a partition that is arranged is never cut). COMPACT leaves files of three quarters
 * of the target or more alone (but where a twentieth of the rows or more is deleted); the others of
 * a partition are put together up to the target. Writers that append meanwhile are no conflict; one
 * that removes or changes a file which was rewritten is QUIRE_CONFLICT, with nothing changed by
 * that commit; those before it stand. result may be NULL. */
QUIRE_API int quire_table_optimize(const char *url,
                                   const struct quire_table_optimize_options *options,
                                   struct quire_table_optimize_result *result,
                                   struct quire_error *error);

/* --- Statistics ------------------------------------------------------------------------------ */

struct quire_table_analyze_options {
    bool all; /* of all files; else of those that have none */
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
};
struct quire_table_analyze_result {
    int64_t version;               /* of the table */
    bool committed;                /* false: there was nothing to do */
    int64_t files, analyzed, rows; /* rows are those that were read */
};
/* Reads files and says in the log what they hold: rows, nulls, least and greatest values of the
 * first columns (delta.dataSkippingNumIndexedCols, 32), by which readers pass over files. One
 * commit, which changes no data; QUIRE_CONFLICT where a file was removed meanwhile. result may be
 * NULL. */
QUIRE_API int quire_table_analyze(const char *url,
                                  const struct quire_table_analyze_options *options,
                                  struct quire_table_analyze_result *result,
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
    int64_t inner_tables; /* folders that were passed over as tables of their own */
};
/* Deletes files below the table that no version since then needs, and that are themselves older:
 * data files, deletion vectors, change data; nothing in folders and files that begin with "_" or
 * ".", but for _change_data and partitions, and nothing below a folder that has a _delta_log of its
 * own. The history gets VACUUM START and VACUUM END. Versions of before may be unreadable
 * afterwards. QUIRE_USAGE where less is to be retained than the table says, unless forced: a reader
 * or writer at work may need those files. result may be NULL. */
QUIRE_API int quire_table_vacuum(const char *url, const struct quire_table_vacuum_options *options,
                                 struct quire_table_vacuum_result *result,
                                 struct quire_error *error);

/* --- Checking -------------------------------------------------------------------------------- */

enum quire_table_fault {
    QUIRE_TABLE_MISSING,           /* a file of the newest version is not there */
    QUIRE_TABLE_CORRUPT,           /* it is, and cannot be what the log says; or the log's own */
    QUIRE_TABLE_GAP,               /* a version between others has no commit */
    QUIRE_TABLE_CHECKSUM_MISMATCH, /* a version checksum that the log does not bear out */
    QUIRE_TABLE_ORPHAN,            /* a file that nothing in the log names: no harm done */
    QUIRE_TABLE_FAULTS
};

/* Valid during the call. */
struct quire_table_finding {
    enum quire_table_fault fault;
    const char *path;   /* below the table */
    int64_t version;    /* GAP, CHECKSUM_MISMATCH; else -1 */
    const char *detail; /* "" where there is no more to say */
};

struct quire_table_fsck_options {
    /* Take data files that are missing out of the table, by a commit: their rows are lost, and it
     * can be read again. */
    bool repair;
    void (*report)(void *user, const struct quire_table_finding *finding); /* may be NULL */
    void *user;
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
};
struct quire_table_fsck_result {
    bool ok;         /* nothing was found but orphans, or nothing is left of it */
    int64_t version; /* the newest; -1: the log cannot be read */
    int64_t counts[QUIRE_TABLE_FAULTS];
    int64_t repaired; /* files that were taken out */
};
/* Looks at the newest version: whether its files are there with the size that the log has and begin
 * and end as Parquet, and deletion vectors too; whether the log has gaps; whether its newest
 * version checksum says what the log does; and for files that nothing names. What is found is no
 * failure of the call. result may be NULL. */
QUIRE_API int quire_table_fsck(const char *url, const struct quire_table_fsck_options *options,
                               struct quire_table_fsck_result *result, struct quire_error *error);

/* --- The log --------------------------------------------------------------------------------- */

struct quire_table_checkpoint_options {
    /* Instead, put the commits since the last checkpoint together in one file beside them, which
     * is read in their place. */
    bool compact_log;
    enum quire_durability durability;
};
struct quire_table_checkpoint_result {
    int64_t version; /* the newest */
    bool written;    /* false: it was there already, or there was nothing to put together */
};
/* Writes the checkpoint of the newest version, and deletes what the log has from before the time
 * that it is kept for (delta.logRetentionDuration, 30 days), where delta.enableExpiredLogCleanup is
 * not false; appends do so every delta.checkpointInterval versions. result may be NULL. */
QUIRE_API int quire_table_checkpoint(const char *url,
                                     const struct quire_table_checkpoint_options *options,
                                     struct quire_table_checkpoint_result *result,
                                     struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
