/* Private to table: rows as data files of a table, one a partition at a time, and the actions
 * that name them.
 *
 * Files that were written but are not committed are deleted when the writer is closed. */
#ifndef QUIRE_TABLE_DATA_WRITER_H
#define QUIRE_TABLE_DATA_WRITER_H

#include "quire/context.h"
#include "quire/file.h"
#include "table/log/action.h"

struct quire_data_writer_options {
    const char *url;                  /* of the table, with '/' at its end */
    const struct ArrowSchema *schema; /* of the rows: the table's columns, in its types */
    const struct quire_texts *partitions;
    int64_t stats_columns;                 /* leaves that statistics are kept of; -1: all */
    const struct quire_texts *stats_names; /* and of these (file_stats_json.h); NULL: none */
    const char *compression;               /* "snappy", "zstd:3" */
    bool rearranges;        /* the rows are the table's already: dataChange is false */
    const char *clustering; /* clusteringProvider of the files; NULL: none */
    enum quire_durability durability;
    struct quire_context *context;
    bool changes; /* of the table's rows: files of _change_data, named by cdc actions */
};

struct quire_data_totals {
    int64_t files, rows, bytes;
};

struct quire_data_writer;

/* options are borrowed until close, url, schema and partitions too. */
int quire_data_writer_open(const struct quire_data_writer_options *options,
                           struct quire_data_writer **writer, struct quire_error *error);
/* Rows to come go to one new file of that partition (none: NULL), whose columns they lack: only
 * where options->partitions is empty. The pairs are copied. */
int quire_data_writer_begin(struct quire_data_writer *writer, const struct quire_pairs *partition,
                            struct quire_error *error);
/* Takes the batch, also on failure. */
int quire_data_writer_write(struct quire_data_writer *writer, struct ArrowArray *batch,
                            struct quire_error *error);
/* Finishes all files: rows that follow go to new ones. */
int quire_data_writer_cut(struct quire_data_writer *writer, struct quire_error *error);
/* The lines of the actions of files that are finished; borrowed until the next call. */
const struct quire_buf *quire_data_writer_lines(const struct quire_data_writer *writer);
/* Finishes all files, and appends the lines of their actions. */
int quire_data_writer_finish(struct quire_data_writer *writer, struct quire_buf *lines,
                             struct quire_data_totals *totals, struct quire_error *error);
/* Appends the bytes of each finished file, as int64_t. 0 or QUIRE_MEMORY. */
int quire_data_writer_sizes(const struct quire_data_writer *writer, struct quire_buf *sizes);
/* The files are part of the table now: close leaves them. */
void quire_data_writer_keep(struct quire_data_writer *writer);
void quire_data_writer_close(struct quire_data_writer *writer); /* NULL is fine */

#endif
