/* Private to table: which files tell what one commit did to rows (PROTOCOL.md, "Reader Requirements
 * for AddCDCFile"). */
#ifndef QUIRE_TABLE_COMMIT_CHANGES_H
#define QUIRE_TABLE_COMMIT_CHANGES_H

#include "table/log/snapshot.h"

/* A file, of which all rows that its vector leaves were inserted or deleted; or some. */
struct quire_change_part {
    struct quire_add add; /* the arena's */
    const char *type;     /* NULL: the file says it, row by row */
    bool before;          /* a file of the version before, which this one removed */
    /* With both, rows that one has and the other has not: of the file itself, whose vector add
     * is then without. storage.size is 0 where there is none. */
    bool differs;
    struct quire_deletion_vector with, without;
};

/* Begins zeroed. */
struct quire_commit_changes {
    struct quire_arena arena;
    struct quire_buf parts; /* struct quire_change_part */
};

/* Reads the commit of a version. Replaces what was there. */
int quire_commit_changes_read(const struct quire_snapshot *snapshot, int64_t version,
                              struct quire_commit_changes *changes, struct quire_error *error);
void quire_commit_changes_release(struct quire_commit_changes *changes);

#endif
