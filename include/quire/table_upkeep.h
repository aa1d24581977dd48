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

#ifdef __cplusplus
}
#endif
#endif
