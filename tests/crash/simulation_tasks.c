/* Tasks and their array belong to the writer whose turn it is. */
#include "simulation_tasks.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/table_change.h"
#include "quire/table_upkeep.h"
#include "turn_store.h"

#define IDS         8 /* of a task */
#define RETRIES_MAX 3

_Static_assert(SIMULATION_WRITERS_MAX <= TURN_WRITERS_MAX, "there is room");
_Static_assert(SIMULATION_TASKS_MAX < TURN_VERSIONS_MAX, "there is room");

struct worker {
    pthread_t thread;
    struct simulation *simulation;
    int writer;
};

/* Nothing may be asserted on these threads. */
static void must(bool promise)
{
    if (promise) return;
    fprintf(stderr, "simulation: no memory, or no threads\n");
    abort();
}

/* --- Choosing -------------------------------------------------------------------------------- */

static struct model_where make_where(const struct simulation *simulation)
{
    struct model_where where = {.all = turn_store_random(8) == 0,
                                .by_id = turn_store_random(2) == 0};
    int64_t end = where.by_id ? (int64_t)(simulation->tasks_size * IDS) : simulation->values;
    where.low = turn_store_random(end);
    where.high = where.low + 1 + turn_store_random(end / 2);
    return where;
}

/* Ids of rows that were once in the table for certain: no append is going to bring them. */
static void take_known(const struct simulation *simulation, struct task_request *request)
{
    const struct task *other =
        &simulation->tasks[turn_store_random((int64_t)simulation->tasks_size)];
    if (!other->ended || other->code != 0) return;
    for (size_t i = 0; i < other->request.rows.size && i < request->rows.size; i++)
        request->rows.items[i].id = other->request.rows.items[i].id;
}

/* Rows that come in the place of others by their values have such values. */
static void make_rows(const struct simulation *simulation, struct task_request *request)
{
    struct model_where *where = &request->where;
    int64_t low = 0, high = simulation->values;
    if (request->kind == OVERWRITE && !where->all) {
        low = where->low = turn_store_random(simulation->values);
        high = where->high = low + 1 + turn_store_random(simulation->values / 2);
        where->by_id = false;
    }
    request->rows.size = 1 + (size_t)turn_store_random(SIMULATION_ROWS_MAX);
    int64_t first = (int64_t)(simulation->tasks_size - 1) * IDS;
    for (size_t i = 0; i < request->rows.size; i++)
        request->rows.items[i] =
            (struct model_row){first + (int64_t)i, low + turn_store_random(high - low)};
    if (request->kind == MERGE) take_known(simulation, request);
}

static struct task_request make_request(const struct simulation *simulation, int64_t count)
{
    struct task_request request = {.app_version = -1};
    int64_t die = turn_store_random(KINDS + 3);
    request.kind = die < KINDS ? (enum task_kind)die : APPEND;
    if (request.kind == RESTORE && turn_store_random(2) == 0) request.kind = UPDATE;
    if (request.kind < OPTIMIZE && turn_store_random(2) == 0) request.app_version = count;
    request.where = make_where(simulation);
    if (request.kind == APPEND || request.kind == OVERWRITE || request.kind == MERGE)
        make_rows(simulation, &request);
    request.adds = turn_store_random(2) == 0;
    request.more = turn_store_random(simulation->values);
    request.restored = turn_store_random(turn_store_version() + 1);
    request.compacts = turn_store_random(2) == 0;
    return request;
}

/* --- Doing them ------------------------------------------------------------------------------ */

static void open_rows(const struct ArrowSchema *schema, const struct task_request *request,
                      struct ArrowArrayStream *stream)
{
    struct quire_builder *builder = NULL;
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    must(quire_builder_new(schema, &builder, NULL) == 0);
    for (size_t i = 0; i < request->rows.size; i++)
        must(quire_builder_int(builder, request->rows.items[i].id, NULL) == 0 &&
             quire_builder_int(builder, request->rows.items[i].value, NULL) == 0 &&
             quire_builder_end_row(builder, NULL) == 0);
    must(quire_builder_finish(builder, &batch, NULL) == 0 &&
         quire_schema_copy(schema, &copy, NULL) == 0 &&
         quire_stream_of_batches(&copy, &batch, 1, stream, NULL) == 0);
    quire_builder_free(builder);
}

static int append(const struct worker *worker, struct task *task, const char *app,
                  struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_table_append_options options = {
        .app = app,
        .app_version = task->request.app_version,
        .context = worker->simulation->contexts[worker->writer]};
    struct quire_table_append_result result = {.version = -1};
    int code = quire_table_append(worker->simulation->url, rows, &options, &result, error);
    task->version = result.version;
    task->skipped = result.skipped;
    return code;
}

static int change(const struct worker *worker, struct task *task, const char *app,
                  struct ArrowArrayStream *rows, struct quire_error *error)
{
    static const char *const keys[] = {"id"};
    const struct quire_table_change_options options = {
        .app = app,
        .app_version = task->request.app_version,
        .context = worker->simulation->contexts[worker->writer]};
    struct quire_table_change_result result = {.version = -1};
    const struct model_where *where = &task->request.where;
    char text[80] = "true", value[40];
    int code;
    if (!where->all)
        snprintf(text, sizeof(text), "%s >= %" PRId64 " AND %s < %" PRId64,
                 where->by_id ? "id" : "value", where->low, where->by_id ? "id" : "value",
                 where->high);
    snprintf(value, sizeof(value), "%s%" PRId64, task->request.adds ? "value + " : "",
             task->request.more);
    const struct quire_table_assignment set = {"value", value};
    switch (task->request.kind) {
    case DELETE:
        code = quire_table_delete(worker->simulation->url, text, &options, &result, error);
        break;
    case UPDATE:
        code = quire_table_update(worker->simulation->url, &set, 1, text, &options, &result, error);
        break;
    case MERGE:
        code = quire_table_merge(worker->simulation->url, rows, keys, 1, &options, &result, error);
        break;
    case RESTORE:
        code = quire_table_restore(worker->simulation->url, task->request.restored, &options,
                                   &result, error);
        break;
    default:
        code = quire_table_overwrite(worker->simulation->url, rows, where->all ? NULL : text,
                                     &options, &result, error);
        break;
    }
    task->version = result.version;
    task->skipped = result.skipped;
    task->unchanged = result.unchanged;
    return code;
}

static int look_after(const struct worker *worker, struct task *task, struct quire_error *error)
{
    const struct quire_table_optimize_options optimize = {
        .context = worker->simulation->contexts[worker->writer]};
    const struct quire_table_checkpoint_options checkpoint = {.compact_log =
                                                                  task->request.compacts};
    struct quire_table_optimize_result optimized = {.version = -1};
    struct quire_table_checkpoint_result written = {.version = -1};
    int code = task->request.kind == OPTIMIZE
                   ? quire_table_optimize(worker->simulation->url, &optimize, &optimized, error)
                   : quire_table_checkpoint(worker->simulation->url, &checkpoint, &written, error);
    task->version = task->request.kind == OPTIMIZE ? optimized.version : written.version;
    task->unchanged = !optimized.committed;
    return code;
}

static void run_task(const struct worker *worker, struct task *task)
{
    struct ArrowArrayStream rows = {.release = NULL};
    struct quire_error error;
    char app[16];
    snprintf(app, sizeof(app), "writer%d", worker->writer);
    const char *given = task->request.app_version >= 0 ? app : NULL;
    quire_error_clear(&error);
    if (task->request.rows.size > 0) open_rows(worker->simulation->schema, &task->request, &rows);
    task->before = turn_store_version();
    turn_store_begin(task - worker->simulation->tasks);
    if (task->request.kind == APPEND)
        task->code = append(worker, task, given, &rows, &error);
    else if (task->request.kind < OPTIMIZE)
        task->code = change(worker, task, given, &rows, &error);
    else
        task->code = look_after(worker, task, &error);
    task->after = turn_store_version();
    task->troubled = turn_store_troubled();
    task->may_stand = strstr(error.hint, "may stand") != NULL;
    snprintf(task->cause, sizeof(task->cause), "%.150s", error.cause);
    task->ended = true;
    quire_stream_release(&rows);
}

/* Whether to do it again: a conflict, and what need not be known to have been done once. */
static bool is_retried(const struct task *task)
{
    return task->code != 0 && task->tries < RETRIES_MAX &&
           (task->code == QUIRE_CONFLICT || task->request.app_version >= 0);
}

static void *work(void *user)
{
    const struct worker *worker = user;
    struct simulation *simulation = worker->simulation;
    const struct task *last = NULL;
    turn_store_enter(worker->writer);
    for (int64_t i = 0; i < SIMULATION_TASKS_EACH; i++) {
        struct task *task = &simulation->tasks[simulation->tasks_size++];
        bool again = last != NULL && is_retried(last);
        *task = (struct task){.writer = worker->writer, .tries = again ? last->tries + 1 : 0};
        task->request = again ? last->request : make_request(simulation, i);
        run_task(worker, task);
        last = task;
    }
    turn_store_leave();
    return NULL;
}

void simulation_run(struct simulation *simulation)
{
    struct worker workers[SIMULATION_WRITERS_MAX];
    simulation->tasks_size = 0;
    for (int i = 0; i < simulation->writers; i++) {
        workers[i] = (struct worker){.simulation = simulation, .writer = i};
        must(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (int i = 0; i < simulation->writers; i++)
        must(pthread_join(workers[i].thread, NULL) == 0);
}
