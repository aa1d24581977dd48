/* Private to table: a version of a table (PROTOCOL.md, "Action Reconciliation").
 *
 * Held are the protocol, the metadata, transactions, domains and what the commits after the
 * checkpoint did to files; the checkpoint's files are read anew each time that they are gone
 * through, so that a table of any number of files takes little memory. */
#ifndef QUIRE_TABLE_SNAPSHOT_H
#define QUIRE_TABLE_SNAPSHOT_H

#include "table/log/action.h"
#include "table/log/log_segment.h"
#include "table/table_place.h"

/* What the tail says of one file, by its path and deletion vector. */
struct quire_tail_file {
    uint64_t hash;
    const char *key; /* the arena's */
    size_t key_size;
    bool removed;
    struct quire_add add;                 /* unless removed */
    const struct quire_remove *tombstone; /* where removed; the arena's */
};

struct quire_snapshot {
    struct quire_table_place place;
    struct quire_log_segment segment;
    int64_t version;
    struct quire_arena arena;
    struct quire_protocol protocol;
    struct quire_metadata_action metadata;
    bool has_protocol, has_metadata;
    struct quire_buf txns;     /* struct quire_txn, one an app */
    struct quire_buf domains;  /* struct quire_domain, one a name, none removed */
    struct quire_buf tail;     /* struct quire_tail_file, in the order of first mention */
    struct quire_buf slots;    /* uint32_t: 1 + index into tail by hash; 0: free */
    struct quire_buf sidecars; /* names of files in _sidecars, each zero-terminated */
    struct quire_buf unread;   /* checkpoints that were passed over because they cannot be read: of
                                  each the name of its file and the cause, zero-terminated */
};

/* Loads a version (-1: the newest). */
int quire_snapshot_open(const char *url, int64_t version, struct quire_snapshot **snapshot,
                        struct quire_error *error);
void quire_snapshot_free(struct quire_snapshot *snapshot); /* NULL is fine */

/* Goes on to a later version by the commits in between, one after the other; -1: to the newest,
 * which may be this one. The cost is that of those commits: nothing is listed. Texts that were
 * got from the snapshot before stay valid. After a failure it is to be freed. */
int quire_snapshot_advance(struct quire_snapshot *snapshot, int64_t version,
                           struct quire_error *error);

/* Goes on by the next commit, which whoever made it has in memory. */
int quire_snapshot_apply(struct quire_snapshot *snapshot, const struct quire_buf *lines,
                         struct quire_error *error);

/* The value of a table property; NULL when it is not set. Zero-terminated. */
const char *quire_snapshot_property(const struct quire_snapshot *snapshot, const char *name);

/* Called with each file of the version; valid during the call. */
typedef int quire_take_add(void *user, const struct quire_add *add, struct quire_error *error);
int quire_snapshot_each_file(struct quire_snapshot *snapshot, quire_take_add *take, void *user,
                             struct quire_error *error);

/* Called with each file that was removed and that no later commit added again, as far as the log
 * still tells. */
typedef int quire_take_remove(void *user, const struct quire_remove *action,
                              struct quire_error *error);
int quire_snapshot_each_tombstone(struct quire_snapshot *snapshot, quire_take_remove *take,
                                  void *user, struct quire_error *error);

#endif
