/* Private to table: the rows of a snapshot as one stream. */
#ifndef QUIRE_TABLE_TABLE_READ_H
#define QUIRE_TABLE_TABLE_READ_H

#include "quire/table.h"
#include "table/snapshot.h"

/* Opens the stream. The snapshot must outlive it. */
int quire_snapshot_read(struct quire_snapshot *snapshot,
                        const struct quire_table_read_options *options,
                        struct ArrowArrayStream *stream, struct quire_error *error);

#endif
