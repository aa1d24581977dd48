/* Group commit: many producers of one process share the commits of a Delta table.
 *
 * Each producer is an app of its own with a count (sequence) that its rows carry. Rows that wait
 * are written to data files as they come; once an interval, one commit names these files and says
 * of each producer how far its count stands. So a producer that begins again, after a crash too,
 * is told where it stands and has its rows once in the table, whatever it sends twice.
 *
 * All functions may be called from any thread; while a commit is being made, others wait. After a
 * failure that is not of one batch, every call fails with it: what was not durable is not in the
 * table, or will turn out to be when the group is opened again. */
#ifndef QUIRE_TABLE_GROUP_H
#define QUIRE_TABLE_GROUP_H

#include "quire/file.h"
#include "quire/table.h"

#ifdef __cplusplus
extern "C" {
#endif

struct quire_table_group;
struct quire_table_producer;

/* Zero means the default. Borrowed until close. */
struct quire_table_group_options {
    int64_t interval_ms; /* that a row waits for its commit, at most; 0: 1000 */
    int64_t rows_max;    /* that wait before a commit is made at once; 0: 1,000,000 */
    /* No thread of the group commits: quire_table_group_poll does, when it is time. */
    bool polled;
    /* With polled: the time in milliseconds, of any beginning. NULL: the system's monotonic one. */
    int64_t (*now_ms)(void *user);
    void *now_user;
    /* Told of each producer that a commit carried, on the thread that made it, which may not call
     * the group meanwhile. NULL: none. */
    void (*durable)(void *user, const char *app, int64_t sequence, int64_t version);
    void *durable_user;
    const char *compression; /* NULL: "snappy" */
    enum quire_durability durability;
    struct quire_context *context; /* no other pipe's meanwhile; NULL: one with the defaults */
};

/* The table must be there. QUIRE_UNSUPPORTED where it uses features that this build does not
 * write. */
QUIRE_API int quire_table_group_open(const char *url,
                                     const struct quire_table_group_options *options,
                                     struct quire_table_group **group, struct quire_error *error);
/* What waits is not committed. Frees the producers, too. NULL is fine. */
QUIRE_API void quire_table_group_close(struct quire_table_group *group);

/* A producer by its app's name, which no other producer and no other process may be at the same
 * time. QUIRE_EXISTS for one that is open. */
QUIRE_API int quire_table_group_producer(struct quire_table_group *group, const char *app,
                                         struct quire_table_producer **producer,
                                         struct quire_error *error);
/* Its rows that wait are still committed. NULL is fine. */
QUIRE_API void quire_table_producer_close(struct quire_table_producer *producer);

/* The last sequence that the table has from the producer; -1: none. */
QUIRE_API int64_t quire_table_producer_durable(const struct quire_table_producer *producer);

/* Takes the rows of a batch (also on failure), whose columns go by name and are cast where that
 * loses nothing. sequence is 0 or more, and grows: a batch whose sequence is not above the last
 * one of the producer was here before, and is passed over (*skipped, which may be NULL).
 * QUIRE_INPUT and QUIRE_USAGE are of this batch alone, of which nothing was taken; else the group
 * has failed. */
QUIRE_API int quire_table_producer_write(struct quire_table_producer *producer,
                                         const struct ArrowSchema *schema, struct ArrowArray *batch,
                                         int64_t sequence, bool *skipped,
                                         struct quire_error *error);

/* Returns when the table has all rows up to a sequence, which was written; without a thread of
 * the group it commits by itself. */
QUIRE_API int quire_table_producer_wait(struct quire_table_producer *producer, int64_t sequence,
                                        struct quire_error *error);

/* Commits what waits: if it is time to, or whatever the time. */
QUIRE_API int quire_table_group_poll(struct quire_table_group *group, struct quire_error *error);
QUIRE_API int quire_table_group_flush(struct quire_table_group *group, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
