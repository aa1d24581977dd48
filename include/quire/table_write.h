/* Writing Delta tables: creating them, and adding rows in commits that stand whole or not at
 * all. */
#ifndef QUIRE_TABLE_WRITE_H
#define QUIRE_TABLE_WRITE_H

#include "quire/file.h"
#include "quire/table.h"

#ifdef __cplusplus
extern "C" {
#endif

struct quire_table_property {
    const char *name, *value;
};

/* A column of int64 whose values the table gives: start, start + step, and so on, each once. */
struct quire_table_identity {
    const char *column;
    int64_t start;
    int64_t step;    /* 0: 1 */
    bool by_default; /* rows may bring values of their own; else they must not */
};

struct quire_table_create_options {
    const char *const *partition_by; /* columns; NULL: none */
    size_t partition_by_size;
    const struct quire_table_property *properties;
    size_t properties_size;
    const char *name, *description; /* NULL: none */
    bool if_not_exists;             /* a table that is there is fine */
    enum quire_durability durability;
    const struct quire_table_identity *identities;
    size_t identities_size;
};
/* Makes an empty table of that schema; its version is 0. QUIRE_EXISTS where there is one,
 * QUIRE_UNSUPPORTED for types that Delta lacks (times, durations, intervals). */
QUIRE_API int quire_table_create(const char *url, const struct ArrowSchema *schema,
                                 const struct quire_table_create_options *options,
                                 struct quire_error *error);

/* When files are finished and rows go to new ones, looked at after each batch; zero means never. */
struct quire_file_limits {
    int64_t rows_max;
    int64_t bytes_max; /* as stored, estimated by what was stored so far: most are smaller */
};

/* What becomes of rows that have more than the table, or wider values. */
enum quire_table_evolve {
    QUIRE_TABLE_EVOLVE_OFF,  /* they are refused */
    QUIRE_TABLE_EVOLVE_ADD,  /* columns are added at the end, of structs too */
    QUIRE_TABLE_EVOLVE_WIDEN /* and types widened: the table then needs readers of typeWidening */
};

struct quire_table_append_options {
    /* A writer's own count: a version that the table has from this app already, or a later one,
     * makes the append a no-op. NULL: none. */
    const char *app;
    int64_t app_version;
    const char *compression; /* NULL: "snappy" */
    enum quire_durability durability;
    struct quire_context *context; /* NULL: one with the defaults */
    enum quire_table_evolve evolve;
    /* Makes the table where there is none, with the columns of the rows, in the same commit. NULL:
     * that is QUIRE_NOT_FOUND. Its durability is not looked at. Where another writer makes it
     * meanwhile, the rows are appended to that one: QUIRE_CONFLICT if it has other columns or
     * partitions, or constraints. */
    const struct quire_table_create_options *create;
    struct quire_file_limits limits;
    bool no_auto_compact; /* these files stay, whatever the table says of small ones */
    /* A JSON object, which the commit's commitInfo then has as its member "quire"; NULL: none. */
    const char *info;
};
struct quire_table_append_result {
    int64_t version; /* of the table, with these rows */
    int64_t rows, files, bytes;
    bool skipped; /* the app's version was there already */
    bool created; /* the table, too */
    /* After a failure, too: whether the table may have the rows, since an answer went astray. */
    bool may_stand;
};
/* Appends all rows of a stream, which the caller still releases, as one commit. Columns go by
 * name, whatever the case, and are cast where that loses nothing; those that the stream lacks are
 * computed where the table says how, else null. QUIRE_INPUT, with all columns that differ, for rows
 * that do not fit the table's, and for rows that break a rule of the table; QUIRE_CONFLICT, with
 * nothing changed, where the table's schema or protocol was changed meanwhile. result may be NULL.
 */
QUIRE_API int quire_table_append(const char *url, struct ArrowArrayStream *rows,
                                 const struct quire_table_append_options *options,
                                 struct quire_table_append_result *result,
                                 struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
