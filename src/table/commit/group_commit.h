/* Private to table: a group of producers and what waits for the next commit. One mutex guards all
 * of it and is held while a commit is made: rows that come meanwhile belong to the next one. */
#ifndef QUIRE_TABLE_GROUP_COMMIT_H
#define QUIRE_TABLE_GROUP_COMMIT_H

#include <pthread.h>
#include <stdatomic.h>

#include "quire/table_group.h"
#include "table/rows/row_writer.h"

#define QUIRE_GROUP_VERB "group commit"
/* Commits after which the snapshot is opened anew: what it holds grows with each. */
#define QUIRE_GROUP_COMMITS_MAX 100

struct quire_table_producer {
    struct quire_table_group *group;
    struct quire_table_producer *next;
    char *app;
    int64_t written;         /* the last sequence taken; -1: none */
    _Atomic int64_t durable; /* the last one that the table has */
    bool closed;             /* only waits to be committed */
};

struct quire_table_group {
    struct quire_table_group_options options;
    struct quire_context *context, *own_context;
    char *url;
    pthread_mutex_t mutex;
    pthread_cond_t work; /* for the thread: rows wait, or it is to stop */
    pthread_cond_t done; /* for who waits: a commit was made, or has failed */
    pthread_t thread;
    bool has_thread, stopping;
    struct quire_table_producer *producers;

    struct quire_transaction *transaction; /* that the next commit is made of */
    int commits;                           /* that it has made */
    struct quire_row_writer *writer;       /* NULL: no rows wait */
    int64_t rows;                          /* that wait */
    int64_t begun_ms;                      /* when the first of them came */
    int code;                              /* the failure that ended it; 0: none */
    struct quire_error failure;
};

/* All with the mutex held. */

/* Makes the transaction one of the newest version, for reading and for the next commit. */
int quire_group_renew(struct quire_table_group *group, struct quire_error *error);
/* Takes the batch. A failure is the batch's own, or the group's, and then noted in it. */
int quire_group_take(struct quire_table_group *group, const struct ArrowSchema *schema,
                     struct ArrowArray *batch, struct quire_error *error);
/* Commits what waits, if anything does. A failure is noted in the group. */
int quire_group_commit(struct quire_table_group *group, struct quire_error *error);
/* Ends the group by a failure; returns its code. */
int quire_group_fail(struct quire_table_group *group, int code, const struct quire_error *failure);
/* The failure that ended it, or 0. */
int quire_group_check(const struct quire_table_group *group, struct quire_error *error);
int64_t quire_group_now_ms(const struct quire_table_group *group);

#endif
