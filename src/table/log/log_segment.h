/* Private to table: which files of the log make up a version: the newest complete checkpoint that
 * is not beyond it, and the commits after. */
#ifndef QUIRE_TABLE_LOG_SEGMENT_H
#define QUIRE_TABLE_LOG_SEGMENT_H

#include "base/alloc.h"
#include "base/buf.h"
#include "quire/store.h"
#include "table/log/log_names.h"

/* Versions that one log may be behind its checkpoint. */
#define QUIRE_LOG_TAIL_MAX 1000000

struct quire_log_commit {
    int64_t version;
    int64_t modified_ms; /* of its file */
};

/* A log compaction file (PROTOCOL.md, "Log Compaction Files"): what the commits of those versions
 * did together. */
struct quire_log_compaction {
    int64_t first, last;
};

struct quire_log_segment {
    int64_t version;             /* the newest that it has */
    int64_t checkpoint_version;  /* -1: none */
    struct quire_buf checkpoint; /* names of its files, each zero-terminated */
    size_t checkpoint_size;      /* files */
    struct quire_buf commits;    /* struct quire_log_commit after the checkpoint, by version */
    struct quire_buf compacted;  /* struct quire_log_compaction that stand for some of the commits,
                                    apart from each other, in order */
    int64_t first_commit;        /* the oldest commit that was listed; -1: none */
    int64_t first_checkpoint;    /* the oldest complete checkpoint; -1: none */
};

/* Lists the log of the table at `key` (with '/' at its end) in the store. version -1: the newest.
 * A hint of _last_checkpoint, or -1, shortens the list. QUIRE_NOT_FOUND where there is no log, or
 * no such version; QUIRE_CORRUPT where commits are missing. */
int quire_log_segment_list(struct quire_store *store, const char *key, int64_t version,
                           int64_t hint, struct quire_log_segment *segment,
                           struct quire_error *error);
/* The same without the checkpoints from version `below` on, which cannot be read. Any failure but
 * of the store tells that the log has not enough for that. */
int quire_log_segment_list_below(struct quire_store *store, const char *key, int64_t version,
                                 int64_t below, struct quire_log_segment *segment,
                                 struct quire_error *error);
void quire_log_segment_release(struct quire_log_segment *segment);

#endif
