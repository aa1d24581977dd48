/* Private to vacuuming: files that may be deleted, found below the table or in its log. */
#ifndef QUIRE_TABLE_VACUUM_CANDIDATES_H
#define QUIRE_TABLE_VACUUM_CANDIDATES_H

#include "table/files/needed_files.h"
#include "table/schema/table_columns.h"
#include "table/upkeep/inner_tables.h"

#define QUIRE_VACUUM_OPERATION "vacuum"
/* Files that are deleted together. */
#define QUIRE_VACUUM_BATCH 4096

struct quire_vacuum_search {
    struct quire_snapshot *snapshot;
    const struct quire_table_columns *columns;
    const struct quire_needed_files *needed; /* settled */
    struct quire_inner_tables *inner; /* whose files are not looked at; gets those it meets */
    int64_t before_ms;                /* only what is older is looked at */
    /* Called with each file, by its path below the table; valid during the call. It is not called
     * from within a list of the store where end is set: that is called from time to time then. */
    int (*take)(void *user, const char *path, int64_t bytes, struct quire_error *error);
    /* Called after at most QUIRE_VACUUM_BATCH files, and at the end, outside of any list. */
    int (*end)(void *user, struct quire_error *error);
    void *user;
};

/* Whether a path is of a file that is never touched: a folder on the way, or itself, has a hidden
 * name. So has "..", and an absolute path begins with none. */
bool quire_vacuum_is_hidden(const struct quire_vacuum_search *search, const char *path);

/* What is below the table: not needed, and last written before. */
int quire_vacuum_list(const struct quire_vacuum_search *search, struct quire_error *error);
/* What the log says was removed before, or is change data of before: not needed, and there. */
int quire_vacuum_log(const struct quire_vacuum_search *search, struct quire_error *error);

/* Calls back for each remove action in the commits that the log still has. */
int quire_vacuum_each_removed(const struct quire_snapshot *snapshot, quire_take_remove *take,
                              void *user, struct quire_error *error);

/* Of a commit that cannot be read, and why; others follow unless it fails. */
typedef int quire_take_failed(void *user, int code, const struct quire_error *own,
                              struct quire_error *error);
/* Adds what the commits that the log still has removed, whenever it was, and their change data. */
int quire_vacuum_note_named(const struct quire_snapshot *snapshot,
                            struct quire_needed_files *needed, quire_take_failed *failed,
                            void *user, struct quire_error *error);

#endif
