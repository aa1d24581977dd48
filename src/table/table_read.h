/* Private to table: the rows of a snapshot as one stream. */
#ifndef QUIRE_TABLE_TABLE_READ_H
#define QUIRE_TABLE_TABLE_READ_H

#include "quire/table.h"
#include "table/snapshot.h"

/* Files of the version; copied. */
struct quire_files_wanted {
    const struct quire_add *files;
    size_t size;
};

/* Opens the stream of the rows of those files, or of all (NULL), file after file in that order.
 * The snapshot must outlive it. */
int quire_snapshot_read(struct quire_snapshot *snapshot, const struct quire_files_wanted *wanted,
                        const struct quire_table_read_options *options,
                        struct ArrowArrayStream *stream, struct quire_error *error);

#endif
