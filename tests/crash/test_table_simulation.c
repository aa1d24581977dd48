/* Writers of one table, by turns that a seed decides, some of which crash, are held up, or are not
 * told what became of their commits. Afterwards its history must be one that they could have made
 * one after another: what each was told is so, and the rows of every version are those that its
 * commits make of a plain model. QUIRE_SIMULATION_SEED and QUIRE_SIMULATION_COUNT choose seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/table_change.h"
#include "quire/table_upkeep.h"
#include "table_model.h"
#include "turn_store.h"

#define SEED_FIRST   20110601
#define SEEDS        60
#define WRITERS_MAX  4
#define TASKS_EACH   7
#define TASKS_MAX    (WRITERS_MAX * TASKS_EACH)
#define ROWS_MAX     4 /* that a task brings */
#define IDS          8 /* of a task */
#define RETRIES_MAX  3
#define VERSIONS_MAX 64

_Static_assert(TASKS_MAX < VERSIONS_MAX && VERSIONS_MAX <= TURN_VERSIONS_MAX, "there is room");
_Static_assert(WRITERS_MAX <= TURN_WRITERS_MAX, "there is room");

static const char inner[] = "mem://simulation/table", url[] = "turn://mem://simulation/table";
static uint64_t seed;

static void must(bool promise, const char *what)
{
    if (promise) return;
    fprintf(stderr, "seed %" PRIu64 ": %s\n", seed, what);
    abort();
}

/* --- Tasks ----------------------------------------------------------------------------------- */

enum kind { APPEND, DELETE, OVERWRITE, UPDATE, MERGE, RESTORE, OPTIMIZE, CHECKPOINT, KINDS };

static const char *const operations[] = {"WRITE", "DELETE",  "WRITE",    "UPDATE",
                                         "MERGE", "RESTORE", "OPTIMIZE", NULL};

struct row_list {
    size_t size;
    struct model_row items[ROWS_MAX];
};

struct task {
    enum kind kind;
    int writer;
    int64_t app_version; /* -1: without */
    struct row_list rows;
    struct model_where where;
    bool adds; /* UPDATE */
    int64_t more;
    int64_t restored; /* a version */
    bool compacts;    /* CHECKPOINT */
    int tries;

    int64_t before, after; /* the newest versions at its begin and end */
    bool ended, skipped, unchanged, troubled, may_stand;
    int code;
    int64_t version; /* that it was told */
    char cause[160];
};

static struct task tasks[TASKS_MAX];
static size_t tasks_size;
static bool partitioned;
static int64_t values; /* rows come with those below */
static struct ArrowSchema schema;

static struct model_where make_where(void)
{
    struct model_where where = {.all = turn_store_random(8) == 0, .by_id = !turn_store_random(2)};
    int64_t end = where.by_id ? (int64_t)(tasks_size * IDS) : values;
    where.low = turn_store_random(end);
    where.high = where.low + 1 + turn_store_random(end / 2);
    return where;
}

/* Ids of rows that were once in the table for certain: no append is going to bring them. */
static void take_known(struct row_list *rows)
{
    const struct task *other = &tasks[turn_store_random((int64_t)tasks_size)];
    if (!other->ended || other->code != 0) return;
    for (size_t i = 0; i < other->rows.size && i < rows->size; i++)
        rows->items[i].id = other->rows.items[i].id;
}

static void make_rows(struct task *task, int64_t number)
{
    struct row_list *rows = &task->rows;
    struct model_where *where = &task->where;
    bool bound = task->kind == OVERWRITE && !where->all;
    if (bound) where->by_id = false;
    if (bound) where->low = turn_store_random(values);
    if (bound) where->high = where->low + 1 + turn_store_random(values / 2);
    rows->size = 1 + (size_t)turn_store_random(ROWS_MAX);
    for (size_t i = 0; i < rows->size; i++) {
        int64_t value = turn_store_random(values);
        if (bound) value = where->low + turn_store_random(where->high - where->low);
        rows->items[i] = (struct model_row){number * IDS + (int64_t)i, value};
    }
    if (task->kind == MERGE) take_known(rows);
}

static void make_task(struct task *task, int writer, int64_t count)
{
    *task = (struct task){.writer = writer, .app_version = -1};
    int64_t die = turn_store_random(KINDS + 3);
    task->kind = die < KINDS ? (enum kind)die : APPEND;
    if (task->kind < OPTIMIZE && turn_store_random(2) == 0) task->app_version = count;
    if (task->kind == RESTORE && turn_store_random(2) == 0) task->kind = UPDATE;
    task->where = make_where();
    if (task->kind == APPEND || task->kind == OVERWRITE || task->kind == MERGE)
        make_rows(task, task - tasks);
    task->adds = turn_store_random(2) == 0;
    task->more = turn_store_random(values);
    task->restored = turn_store_random(turn_store_version() + 1);
    task->compacts = turn_store_random(2) == 0;
}

/* --- Doing them ------------------------------------------------------------------------------ */

struct worker {
    pthread_t thread;
    int writer;
    struct quire_context *context;
};

static void open_rows(const struct row_list *rows, struct ArrowArrayStream *stream)
{
    struct quire_builder *builder = NULL;
    struct ArrowSchema copy = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    must(quire_builder_new(&schema, &builder, NULL) == 0, "no builder");
    for (size_t i = 0; i < rows->size; i++)
        must(quire_builder_int(builder, rows->items[i].id, NULL) == 0 &&
                 quire_builder_int(builder, rows->items[i].value, NULL) == 0 &&
                 quire_builder_end_row(builder, NULL) == 0,
             "no rows");
    must(quire_builder_finish(builder, &batch, NULL) == 0 &&
             quire_schema_copy(&schema, &copy, NULL) == 0 &&
             quire_stream_of_batches(&copy, &batch, 1, stream, NULL) == 0,
         "no stream");
    quire_builder_free(builder);
}

static int append(const struct worker *worker, struct task *task, const char *app,
                  struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_table_append_options options = {
        .app = app, .app_version = task->app_version, .context = worker->context};
    struct quire_table_append_result result = {.version = -1};
    int code = quire_table_append(url, rows, &options, &result, error);
    task->version = result.version;
    task->skipped = result.skipped;
    return code;
}

static int change(const struct worker *worker, struct task *task, const char *app,
                  struct ArrowArrayStream *rows, struct quire_error *error)
{
    static const char *const keys[] = {"id"};
    const struct quire_table_change_options options = {
        .app = app, .app_version = task->app_version, .context = worker->context};
    struct quire_table_change_result result = {.version = -1};
    const struct model_where *where = &task->where;
    char text[80] = "true", value[40];
    int code;
    if (!where->all)
        snprintf(text, sizeof(text), "%s >= %" PRId64 " AND %s < %" PRId64,
                 where->by_id ? "id" : "value", where->low, where->by_id ? "id" : "value",
                 where->high);
    snprintf(value, sizeof(value), "%s%" PRId64, task->adds ? "value + " : "", task->more);
    const struct quire_table_assignment set = {"value", value};
    switch (task->kind) {
    case DELETE: code = quire_table_delete(url, text, &options, &result, error); break;
    case UPDATE: code = quire_table_update(url, &set, 1, text, &options, &result, error); break;
    case MERGE: code = quire_table_merge(url, rows, keys, 1, &options, &result, error); break;
    case RESTORE: code = quire_table_restore(url, task->restored, &options, &result, error); break;
    default:
        code = quire_table_overwrite(url, rows, where->all ? NULL : text, &options, &result, error);
        break;
    }
    task->version = result.version;
    task->skipped = result.skipped;
    task->unchanged = result.unchanged;
    return code;
}

static int look_after(const struct worker *worker, struct task *task, struct quire_error *error)
{
    const struct quire_table_optimize_options optimize = {.context = worker->context};
    const struct quire_table_checkpoint_options checkpoint = {.compact_log = task->compacts};
    struct quire_table_optimize_result optimized = {.version = -1};
    struct quire_table_checkpoint_result written = {.version = -1};
    int code = task->kind == OPTIMIZE ? quire_table_optimize(url, &optimize, &optimized, error)
                                      : quire_table_checkpoint(url, &checkpoint, &written, error);
    task->version = task->kind == OPTIMIZE ? optimized.version : written.version;
    task->unchanged = !optimized.committed;
    return code;
}

static void run_task(const struct worker *worker, struct task *task)
{
    struct ArrowArrayStream rows = {.release = NULL};
    struct quire_error error;
    char app[16];
    snprintf(app, sizeof(app), "writer%d", worker->writer);
    const char *given = task->app_version >= 0 ? app : NULL;
    quire_error_clear(&error);
    if (task->rows.size > 0) open_rows(&task->rows, &rows);
    task->before = turn_store_version();
    turn_store_begin(task - tasks);
    if (task->kind == APPEND)
        task->code = append(worker, task, given, &rows, &error);
    else if (task->kind < OPTIMIZE)
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
           (task->code == QUIRE_CONFLICT || task->app_version >= 0);
}

static void *work(void *user)
{
    const struct worker *worker = user;
    const struct task *last = NULL;
    turn_store_enter(worker->writer);
    for (int64_t i = 0; i < TASKS_EACH; i++) {
        struct task *task = &tasks[tasks_size++];
        if (last != NULL && is_retried(last)) {
            *task = (struct task){.kind = last->kind,
                                  .writer = last->writer,
                                  .app_version = last->app_version,
                                  .rows = last->rows,
                                  .where = last->where,
                                  .adds = last->adds,
                                  .more = last->more,
                                  .restored = last->restored,
                                  .tries = last->tries + 1};
        } else {
            make_task(task, worker->writer, i);
        }
        run_task(worker, task);
        last = task;
    }
    turn_store_leave();
    return NULL;
}

/* --- What came of it ------------------------------------------------------------------------- */

static struct model_rows versions[VERSIONS_MAX];
static char infos[VERSIONS_MAX][24]; /* the operations that commits name */

static void print_task(const struct task *task)
{
    fprintf(stderr,
            "  task %d: kind %d, writer %d, app version %" PRId64 ", try %d, versions %" PRId64
            " to %" PRId64 "; told %s, version %" PRId64 "%s%s%s; %s\n",
            (int)(task - tasks), (int)task->kind, task->writer, task->app_version, task->tries,
            task->before, task->after, quire_code_name(task->code), task->version,
            task->skipped ? ", skipped" : "", task->unchanged ? ", unchanged" : "",
            task->troubled ? ", in trouble" : "", task->cause);
}

static void expect(bool promise, const struct task *task, const char *what)
{
    if (promise) return;
    for (int64_t v = 1; v <= turn_store_version(); v++)
        fprintf(stderr, "  version %" PRId64 ": task %" PRId64 "\n", v, turn_store_task_of(v));
    for (size_t i = 0; i < tasks_size; i++)
        print_task(&tasks[i]);
    if (task != NULL) print_task(task);
    fail_msg("seed %" PRIu64 ": %s", seed, what);
}

static void apply(const struct task *task, struct model_rows *rows)
{
    struct model_rows more = {.size = 0};
    for (size_t i = 0; i < task->rows.size; i++)
        model_add(&more, task->rows.items[i].id, task->rows.items[i].value);
    switch (task->kind) {
    case DELETE:
    case OVERWRITE: model_delete(rows, &task->where); break;
    case UPDATE: model_update(rows, &task->where, task->adds, task->more); break;
    case MERGE: model_merge(rows, &more); return;
    case RESTORE: *rows = versions[task->restored]; break;
    default: break;
    }
    model_add_all(rows, &more);
}

static void read_rows(int64_t version, struct quire_context *context, struct model_rows *rows)
{
    const struct quire_table_read_options options = {.context = context};
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct quire_error error;
    quire_error_clear(&error);
    rows->size = 0;
    int code = quire_table_open(inner, version, &table, &error);
    if (code == 0) code = quire_table_read(table, &options, &stream, &error);
    expect(code == 0, NULL, error.cause);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        code = quire_stream_next(&stream, &batch, &error);
        expect(code == 0, NULL, error.cause);
        if (batch.release == NULL) break;
        const struct ArrowArray *id = batch.children[0], *value = batch.children[1];
        for (int64_t i = 0; i < batch.length; i++)
            model_add(rows, ((const int64_t *)id->buffers[1])[id->offset + i],
                      ((const int64_t *)value->buffers[1])[value->offset + i]);
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    quire_table_close(table);
}

static int take_info(void *user, const struct quire_table_commit *commit, struct quire_error *error)
{
    static const char key[] = "\"operation\":\"";
    const char *at = commit->info != NULL ? strstr(commit->info, key) : NULL;
    int64_t *next = user;
    (void)error;
    expect(at != NULL, NULL, "a commit says nothing of itself");
    expect(commit->version == (*next)--, NULL, "the history has a gap");
    at += sizeof(key) - 1;
    snprintf(infos[commit->version], sizeof(infos[0]), "%.*s", (int)strcspn(at, "\""), at);
    return 0;
}

static void check_log(struct quire_context *context)
{
    const struct quire_table_fsck_options options = {.context = context};
    struct quire_table_fsck_result result;
    struct quire_table *table = NULL;
    int64_t next = turn_store_version();
    expect(quire_table_open(inner, QUIRE_TABLE_NEWEST, &table, NULL) == 0, NULL, "no newest");
    expect(quire_table_version(table) == next, NULL, "the newest version is another one");
    expect(quire_table_each_commit(table, take_info, &next, NULL) == 0, NULL, "no history");
    expect(next == -1, NULL, "the history does not begin at 0");
    quire_table_close(table);
    expect(quire_table_fsck(inner, &options, &result, NULL) == 0, NULL, "fsck fails");
    expect(result.ok, NULL, "fsck found something");
    bool open = false;
    for (size_t i = 0; i < tasks_size; i++)
        open = open || tasks[i].troubled;
    expect(open || result.counts[QUIRE_TABLE_ORPHAN] == 0, NULL, "files are left over");
}

/* Every version has the rows that its task makes of those of the version before. */
static void check_rows(struct quire_context *context)
{
    static struct model_rows found;
    versions[0].size = 0;
    for (int64_t v = 0; v <= turn_store_version(); v++) {
        const struct task *task = v > 0 ? &tasks[turn_store_task_of(v)] : NULL;
        if (task != NULL) {
            versions[v] = versions[v - 1];
            apply(task, &versions[v]);
            expect(task->kind != CHECKPOINT, task, "a checkpoint commits nothing");
            expect(strcmp(infos[v], operations[task->kind]) == 0, task, "another operation");
        }
        read_rows(v, context, &found);
        bool same = model_equal(&found, &versions[v]);
        if (!same) fprintf(stderr, "version %" PRId64 " has", v), model_print(&found);
        if (!same) fprintf(stderr, "and should have"), model_print(&versions[v]);
        expect(same, task, "the rows are not those that the commits make");
    }
}

/* The version that a task made; -1: none. */
static int64_t made_by(const struct task *task)
{
    int64_t made = -1;
    for (int64_t v = 1; v <= turn_store_version(); v++) {
        if (turn_store_task_of(v) != task - tasks) continue;
        expect(made < 0, task, "it was committed twice");
        made = v;
    }
    return made;
}

/* The version that has an app's version; -1: none. */
static int64_t app_done(const struct task *wanted)
{
    int64_t done = -1;
    for (int64_t v = 1; v <= turn_store_version(); v++) {
        const struct task *task = &tasks[turn_store_task_of(v)];
        if (task->writer != wanted->writer || task->app_version != wanted->app_version) continue;
        expect(done < 0, wanted, "the app's version is there twice");
        done = v;
    }
    return done;
}

static void check_failed(const struct task *task, int64_t made)
{
    if (task->code == QUIRE_CONFLICT) {
        expect(made < 0, task, "it is a conflict, and was committed");
        expect(task->after > task->before, task, "it is a conflict with nobody");
        return;
    }
    expect(task->code == QUIRE_IO && task->troubled, task, "it fails without a cause");
    expect(made < 0 || task->may_stand, task, "it stands, which was not said");
}

static void check_task(const struct task *task)
{
    static struct model_rows rows;
    int64_t made = made_by(task);
    int64_t done = task->app_version >= 0 ? app_done(task) : -1;
    if (task->code != 0) {
        check_failed(task, made);
    } else if (task->skipped) {
        expect(made < 0, task, "it was skipped, and committed");
        expect(done > 0 && done <= task->version, task, "it was skipped, and is not there");
    } else if (task->unchanged) {
        expect(made < 0, task, "it did nothing, and was committed");
        if (task->kind == CHECKPOINT) return;
        expect(task->version >= task->before && task->version <= task->after, task,
               "it looked at a version of another time");
        rows = versions[task->version];
        apply(task, &rows);
        expect(model_equal(&rows, &versions[task->version]), task, "it had something to do");
    } else {
        expect(made == task->version, task, "it is not where it was told to be");
    }
}

/* --- A seed ---------------------------------------------------------------------------------- */

static struct {
    int64_t conflicts, unknown, stood, skipped, commits, unchanged;
} seen;

static int collect(void *user, const char *key, const struct quire_object *object,
                   struct quire_error *error)
{
    (void)object, (void)error;
    snprintf(user, 512, "%s", key);
    return 1;
}

static void remove_table(void)
{
    struct quire_store *store = NULL;
    char *prefix = NULL, key[512];
    const char *keys[] = {key};
    assert_int_equal(quire_store_open(inner, NULL, 0, &store, &prefix, NULL), 0);
    while (store->ops->list(store, prefix, NULL, collect, key, NULL) == 1)
        assert_int_equal(store->ops->delete_many(store, keys, 1, NULL, NULL), 0);
    quire_store_key_free(prefix);
    quire_store_close(store);
}

static void create_table(void)
{
    static const char *const by[] = {"value"};
    const struct quire_table_property properties[] = {
        {"delta.checkpointInterval", seed % 2 == 0 ? "3" : "10"},
        {"delta.enableDeletionVectors", seed / 2 % 2 == 0 ? "true" : "false"},
        {"delta.checkpointPolicy", seed / 4 % 4 == 0 ? "v2" : "classic"},
    };
    partitioned = seed % 3 == 0;
    values = partitioned ? 4 : 100;
    const struct quire_table_create_options options = {.partition_by = by,
                                                       .partition_by_size = partitioned ? 1 : 0,
                                                       .properties = properties,
                                                       .properties_size = 3};
    remove_table();
    struct quire_error error;
    quire_error_clear(&error);
    expect(quire_table_create(inner, &schema, &options, &error) == 0, NULL, error.cause);
}

static void run_writers(struct quire_context *context[WRITERS_MAX])
{
    struct worker workers[WRITERS_MAX];
    int writers = 2 + (int)(seed % (WRITERS_MAX - 1));
    tasks_size = 0;
    create_table();
    turn_store_start(seed, writers, seed % 5 != 0, inner);
    for (int i = 0; i < writers; i++) {
        workers[i] = (struct worker){.writer = i, .context = context[i]};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < writers; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    turn_store_settle();
}

static void run_seed(struct quire_context *context[WRITERS_MAX])
{
    run_writers(context);
    check_log(context[0]);
    check_rows(context[0]);
    for (size_t i = 0; i < tasks_size; i++) {
        const struct task *task = &tasks[i];
        check_task(task);
        seen.conflicts += task->code == QUIRE_CONFLICT;
        seen.unknown += task->may_stand;
        seen.stood += task->may_stand && made_by(task) > 0;
        seen.skipped += task->skipped;
        seen.unchanged += task->unchanged;
    }
    seen.commits += turn_store_version();
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL && text[0] != '\0' ? strtoull(text, NULL, 10) : otherwise;
}

static void test_histories(void **state)
{
    struct quire_context **context = *state;
    const char *full = getenv("QUIRE_CHECK_FULL");
    uint64_t count = full != NULL && full[0] != '\0' ? SEEDS * 50 : SEEDS;
    uint64_t first = number_of("QUIRE_SIMULATION_SEED", SEED_FIRST);
    count = number_of("QUIRE_SIMULATION_COUNT", count);
    for (seed = first; seed - first < count; seed++)
        run_seed(context);
    print_message("commits %" PRId64 ", conflicts %" PRId64 ", unchanged %" PRId64
                  ", skipped %" PRId64 ", unknown %" PRId64 " of which stand %" PRId64 "\n",
                  seen.commits, seen.conflicts, seen.unchanged, seen.skipped, seen.unknown,
                  seen.stood);
    if (count < SEEDS) return;
    assert_true(seen.conflicts > 0 && seen.unchanged > 0 && seen.skipped > 0);
    assert_true(seen.stood > 0 && seen.stood < seen.unknown);
}

/* The order of all operations is a function of the seed. */
static void test_seed_is_all(void **state)
{
    struct quire_context **context = *state;
    seed = SEED_FIRST;
    run_writers(context);
    uint64_t trace = turn_store_trace();
    run_writers(context);
    assert_true(trace == turn_store_trace());
    seed++;
    run_writers(context);
    assert_true(trace != turn_store_trace());
}

static int setup(void **state)
{
    static struct quire_context *contexts[WRITERS_MAX];
    static const char text[] = "id int64, value int64";
    const struct quire_context_options options = {.threads = 1};
    *state = contexts;
    for (int i = 0; i < WRITERS_MAX; i++)
        if (quire_context_new(&options, &contexts[i], NULL) != 0) return -1;
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    return quire_store_register(&turn_store, NULL);
}

static int teardown(void **state)
{
    struct quire_context **contexts = *state;
    remove_table();
    for (int i = 0; i < WRITERS_MAX; i++)
        quire_context_free(contexts[i]);
    quire_schema_release(&schema);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seed_is_all),
        cmocka_unit_test(test_histories),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
