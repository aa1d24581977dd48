/* Private to checking: the state of one look at a table. */
#ifndef QUIRE_TABLE_FSCK_PRIVATE_H
#define QUIRE_TABLE_FSCK_PRIVATE_H

#include "table/files/needed_files.h"
#include "table/schema/table_columns.h"
#include "table/upkeep/fsck_log.h"
#include "table/upkeep/inner_tables.h"

struct quire_fsck {
    const struct quire_table_fsck_options *options;
    struct quire_table_fsck_result *result;
    const char *url;
    struct quire_table_place place;
    struct quire_fsck_log log;
    struct quire_snapshot *snapshot; /* NULL: the log cannot be read */
    struct quire_table_columns columns;
    struct quire_needed_files needed;
    struct quire_inner_tables inner;
    struct quire_context *context;
    bool owns_context;
    struct quire_arena arena;
    struct quire_buf missing; /* struct quire_add: data files */
    struct quire_buf path, file_url;
    bool damaged; /* commits below the checkpoint cannot be read */
};

void quire_fsck_tell(struct quire_fsck *fsck, enum quire_table_fault fault, const char *path,
                     int64_t version, const char *detail);

/* Looks at a data file of the version and its deletion vector. A struct quire_fsck is user. */
int quire_fsck_file(void *user, const struct quire_add *add, struct quire_error *error);

#endif
