/* Private to table: rows of a stream in the order of a curve through some of their columns. */
#ifndef QUIRE_TABLE_CLUSTER_STREAM_H
#define QUIRE_TABLE_CLUSTER_STREAM_H

#include "quire/context.h"
#include "table/upkeep/cluster_ranks.h"

struct quire_cluster_order {
    struct quire_cluster_ranks *ranks; /* settled, of the rows to come */
    enum quire_cluster_curve curve;
    const char *folder; /* for what does not fit the memory; a local path */
    struct quire_context *context;
};

/* Takes *source on success, and maybe on failure, which leaves it without a release; the order is
 * borrowed until the stream is released. */
int quire_cluster_stream(struct ArrowArrayStream *source, const struct quire_cluster_order *order,
                         struct ArrowArrayStream *result, struct quire_error *error);

#endif
