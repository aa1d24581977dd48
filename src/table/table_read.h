/* Private to table: the rows of a snapshot as one stream. */
#ifndef QUIRE_TABLE_TABLE_READ_H
#define QUIRE_TABLE_TABLE_READ_H

#include "quire/table.h"
#include "table/rows/row_tracking.h"

/* Files of the version; copied. */
struct quire_files_wanted {
    const struct quire_add *files;
    size_t size;
    const char *extra; /* a column of text that they have behind the table's; NULL: none */
    /* Ids and versions of rows are wanted too, behind all columns; NULL: they are not. */
    const struct quire_row_tracking *tracking;
    /* The table's columns as they will be; NULL: as the version has them. */
    const struct quire_metadata_action *metadata;
    const struct quire_protocol *protocol;
};

/* Opens the stream of the rows of those files, or of all (NULL), file after file in that order.
 * options->where passes over whole files, and parts of them only where all are wanted. The
 * snapshot must outlive it. */
int quire_snapshot_read(struct quire_snapshot *snapshot, const struct quire_files_wanted *wanted,
                        const struct quire_table_read_options *options,
                        struct ArrowArrayStream *stream, struct quire_error *error);

#endif
