/* Private to table: _last_checkpoint, a hint that spares readers the list of the whole log
 * (PROTOCOL.md, "Last Checkpoint File"). */
#ifndef QUIRE_TABLE_LAST_CHECKPOINT_H
#define QUIRE_TABLE_LAST_CHECKPOINT_H

#include "base/buf.h"
#include "table/table_place.h"

struct quire_last_checkpoint {
    int64_t version; /* -1: missing, or it says nothing */
    bool damaged;    /* its checksum is another, so that it says nothing */
    bool classic;    /* one file under the version's own name, as far as the hint says */
};

int quire_last_checkpoint_read(const struct quire_table_place *place,
                               struct quire_last_checkpoint *hint, struct quire_error *error);

/* What stands in one, with its checksum where this build can make it. */
struct quire_last_checkpoint_text {
    int64_t version, rows, bytes, files;
};
int quire_last_checkpoint_write(const struct quire_last_checkpoint_text *written,
                                struct quire_buf *text, struct quire_error *error);

#endif
