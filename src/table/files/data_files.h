/* Private to table: data files of a table, one at a time or several side by side, and the actions
 * that name them.
 *
 * Files that were written but are not kept are deleted at release, with the folders that were made
 * for them. */
#ifndef QUIRE_TABLE_DATA_FILES_H
#define QUIRE_TABLE_DATA_FILES_H

#include "data/field.h"
#include "table/rows/data_writer.h"

/* One that is being written. Zero-initialised. */
struct quire_data_file {
    struct quire_buf path; /* below the table, terminated */
    struct quire_writer *writer;
};

struct quire_data_files {
    const struct quire_data_writer_options *options;
    struct quire_context *context;
    const struct ArrowSchema *schema; /* of files: without partition columns */
    const struct quire_field *fields; /* of it */
    size_t parts;                     /* files begun */
    struct quire_buf lines;           /* of add actions */
    struct quire_buf paths;           /* of files that stand or may, each zero-terminated */
    struct quire_buf sizes;           /* int64_t of files that stand */
    struct quire_buf made;            /* folders that are made with them (made_folders.h) */
    struct quire_data_totals totals;
};

/* folder: of the partition, with '/' at its end, or empty. */
int quire_data_file_begin(struct quire_data_files *files, const struct quire_buf *folder,
                          struct quire_data_file *file, struct quire_error *error);
/* Makes the file stand, notes its action, and releases it. */
int quire_data_file_end(struct quire_data_files *files, const struct quire_pairs *partitions,
                        struct quire_data_file *file, struct quire_error *error);
void quire_data_file_release(struct quire_data_file *file);

/* keep: the files are part of the table now. */
void quire_data_files_release(struct quire_data_files *files, bool keep);

#endif
