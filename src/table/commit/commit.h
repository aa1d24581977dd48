/* Private to table: making a version (PROTOCOL.md, "Delta Log Entries", "Writer Version
 * Requirements").
 *
 * A commit is an object that only one writer can create. An answer that leaves open whether it
 * was created is settled by reading the version back and looking for our own mark in it, so that
 * no commit is lost and none is made twice. */
#ifndef QUIRE_TABLE_COMMIT_H
#define QUIRE_TABLE_COMMIT_H

#include "table/log/snapshot.h"

enum quire_commit_outcome {
    QUIRE_COMMIT_DONE,
    QUIRE_COMMIT_LOST,   /* another writer has that version */
    QUIRE_COMMIT_FAILED, /* nothing was made */
    QUIRE_COMMIT_UNKNOWN /* the version may stand, or may come to */
};

/* What commitInfo says of an operation. */
struct quire_commit_info {
    const char *operation;  /* "WRITE" */
    const char *parameters; /* JSON object */
    const char *metrics;    /* JSON object of texts; NULL */
    int64_t read_version;   /* -1: none */
    bool blind_append;
    int64_t stamp_ms;      /* inCommitTimestamp; 0: none */
    int64_t took_ms;       /* executionTimeMs among the metrics; below 0: not said */
    const char *rows_kept; /* delta.rowTracking.preserved: "true"; NULL: not said */
    const char *beside;    /* JSON object, as "quire"; NULL */
};

#define QUIRE_COMMIT_MARK_SIZE 37

/* A mark that nothing else has, a UUID of version 4: for commits, tables and names of files. */
void quire_commit_mark(char out[QUIRE_COMMIT_MARK_SIZE]);

/* Milliseconds since the epoch. */
int64_t quire_commit_now_ms(void);

/* Appends the line of commitInfo, which is the first of a commit. */
int quire_commit_info_write(const struct quire_commit_info *info, const char *mark, int64_t now_ms,
                            struct quire_buf *out);

/* Puts the lines, which contain the mark, as a version of the table at `key` (with '/' at its
 * end). A failure leaves *outcome FAILED, or UNKNOWN: then files that the lines name must stay. */
int quire_commit_put(struct quire_store *store, const char *key, int64_t version,
                     const struct quire_buf *lines, const char *mark,
                     enum quire_durability durability, enum quire_commit_outcome *outcome,
                     struct quire_error *error);

#endif
