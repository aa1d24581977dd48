/* Private to table: what a writer does once its commit stands: the version's checksum, its
 * checkpoint where one is due, and what follows from it. */
#ifndef QUIRE_TABLE_AFTER_COMMIT_H
#define QUIRE_TABLE_AFTER_COMMIT_H

#include "quire/store.h"
#include "table/log/snapshot.h"

struct quire_after_commit {
    struct quire_snapshot *snapshot; /* of the version or one before; is advanced */
    int64_t version;
    const struct quire_buf *lines; /* of the commit */
    const char *mark;
    bool readds; /* its adds are of files that the table has already */
    enum quire_durability durability;
    bool no_auto_compact; /* small files stay */
};

/* The commit stands whatever fails here: another writer does it the next time. */
void quire_after_commit(const struct quire_after_commit *after);

#endif
