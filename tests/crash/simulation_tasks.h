/* What writers of a table that is simulated do: tasks, chosen by the store's generator, done by the
 * public functions on a thread of each writer, and what they were told. */
#ifndef QUIRE_TESTS_SIMULATION_TASKS_H
#define QUIRE_TESTS_SIMULATION_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/batch.h"
#include "quire/context.h"
#include "table_model.h"

#define SIMULATION_WRITERS_MAX 4
#define SIMULATION_TASKS_EACH  7
#define SIMULATION_TASKS_MAX   (SIMULATION_WRITERS_MAX * SIMULATION_TASKS_EACH)
#define SIMULATION_ROWS_MAX    4 /* that a task brings */

enum task_kind { APPEND, DELETE, OVERWRITE, UPDATE, MERGE, RESTORE, OPTIMIZE, CHECKPOINT, KINDS };

/* What is to be done. */
struct task_request {
    int64_t app_version; /* of the writer's app; -1: without */
    struct {
        size_t size;
        struct model_row items[SIMULATION_ROWS_MAX];
    } rows;
    struct model_where where;
    int64_t more;     /* UPDATE */
    int64_t restored; /* RESTORE: a version */
    enum task_kind kind;
    bool adds;     /* UPDATE */
    bool compacts; /* CHECKPOINT */
};

struct task {
    struct task_request request;
    int writer, tries;
    int64_t before, after; /* the newest versions at its begin and end */
    int64_t version;       /* that it was told */
    int code;
    bool ended, skipped, unchanged, may_stand; /* as it was told */
    bool troubled;                             /* an operation of the store was made to fail */
    char cause[160];
};

struct simulation {
    uint64_t seed;
    const char *url; /* of the turn store */
    const struct ArrowSchema *schema;
    int64_t values; /* rows come with those below */
    int writers;
    struct quire_context *contexts[SIMULATION_WRITERS_MAX]; /* of one thread each */

    struct task tasks[SIMULATION_TASKS_MAX]; /* in the order of their begin */
    size_t tasks_size;
};

/* Runs all writers to their end, on a turn store that was started. */
void simulation_run(struct simulation *simulation);

#endif
