/* Private to table: rows as data files of a table, one a partition at a time, and the add actions
 * that name them.
 *
 * Files that were written but are not committed are deleted when the writer is closed. */
#ifndef QUIRE_TABLE_DATA_WRITER_H
#define QUIRE_TABLE_DATA_WRITER_H

#include "quire/context.h"
#include "quire/file.h"
#include "table/action.h"

/* Partitions that are written to at once; the largest file is closed for one more. */
#define QUIRE_TABLE_OPEN_MAX 256

struct quire_data_writer_options {
    const char *url;                  /* of the table, with '/' at its end */
    const struct ArrowSchema *schema; /* of the rows: the table's columns, in its types */
    const struct quire_texts *partitions;
    int64_t stats_columns;   /* leaves that statistics are kept of; -1: all */
    const char *compression; /* "snappy" */
    enum quire_durability durability;
    struct quire_context *context;
};

struct quire_data_totals {
    int64_t files, rows, bytes;
};

struct quire_data_writer;

/* options are borrowed until close, url, schema and partitions too. */
int quire_data_writer_open(const struct quire_data_writer_options *options,
                           struct quire_data_writer **writer, struct quire_error *error);
/* Takes the batch, also on failure. */
int quire_data_writer_write(struct quire_data_writer *writer, struct ArrowArray *batch,
                            struct quire_error *error);
/* Finishes all files, and appends the lines of their add actions. */
int quire_data_writer_finish(struct quire_data_writer *writer, struct quire_buf *lines,
                             struct quire_data_totals *totals, struct quire_error *error);
/* The files are part of the table now: close leaves them. */
void quire_data_writer_keep(struct quire_data_writer *writer);
void quire_data_writer_close(struct quire_data_writer *writer); /* NULL is fine */

#endif
