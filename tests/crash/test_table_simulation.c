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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/table_change.h"
#include "quire/table_upkeep.h"
#include "simulation_tasks.h"
#include "turn_store.h"

#define SEED_FIRST   20110601
#define SEEDS        60
#define VERSIONS_MAX (SIMULATION_TASKS_MAX + 1)

static const char inner[] = "mem://simulation/table";
static struct ArrowSchema schema;
static struct simulation simulation = {.url = "turn://mem://simulation/table", .schema = &schema};

/* --- What came of it ------------------------------------------------------------------------- */

static const char *const operations[] = {"WRITE", "DELETE",  "WRITE",    "UPDATE",
                                         "MERGE", "RESTORE", "OPTIMIZE", NULL};

static struct model_rows versions[VERSIONS_MAX];
static char infos[VERSIONS_MAX][24]; /* the operations that commits name */

static void print_task(const struct task *task)
{
    fprintf(stderr,
            "  task %d: kind %d, writer %d, app version %" PRId64 ", try %d, versions %" PRId64
            " to %" PRId64 "; told %s, version %" PRId64 "%s%s%s; %s\n",
            (int)(task - simulation.tasks), (int)task->request.kind, task->writer,
            task->request.app_version, task->tries, task->before, task->after,
            quire_code_name(task->code), task->version, task->skipped ? ", skipped" : "",
            task->unchanged ? ", unchanged" : "", task->troubled ? ", in trouble" : "",
            task->cause);
}

static void expect(bool promise, const struct task *task, const char *what)
{
    if (promise) return;
    for (int64_t v = 1; v <= turn_store_version(); v++)
        fprintf(stderr, "  version %" PRId64 ": task %" PRId64 "\n", v, turn_store_task_of(v));
    for (size_t i = 0; i < simulation.tasks_size; i++)
        print_task(&simulation.tasks[i]);
    if (task != NULL) print_task(task);
    fail_msg("seed %" PRIu64 ": %s", simulation.seed, what);
}

static void apply(const struct task *task, struct model_rows *rows)
{
    struct model_rows more = {.size = 0};
    for (size_t i = 0; i < task->request.rows.size; i++)
        model_add(&more, task->request.rows.items[i].id, task->request.rows.items[i].value);
    switch (task->request.kind) {
    case DELETE:
    case OVERWRITE: model_delete(rows, &task->request.where); break;
    case UPDATE:
        model_update(rows, &task->request.where, task->request.adds, task->request.more);
        break;
    case MERGE: model_merge(rows, &more); return;
    case RESTORE: *rows = versions[task->request.restored]; break;
    default: break;
    }
    model_add_all(rows, &more);
}

static void read_rows(int64_t version, struct model_rows *rows)
{
    const struct quire_table_read_options options = {.context = simulation.contexts[0]};
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

static void check_log(void)
{
    const struct quire_table_fsck_options options = {.context = simulation.contexts[0]};
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
    for (size_t i = 0; i < simulation.tasks_size; i++)
        open = open || simulation.tasks[i].troubled;
    expect(open || result.counts[QUIRE_TABLE_ORPHAN] == 0, NULL, "files are left over");
}

/* Every version has the rows that its task makes of those of the version before. */
static void check_rows(void)
{
    static struct model_rows found;
    versions[0].size = 0;
    for (int64_t v = 0; v <= turn_store_version(); v++) {
        const struct task *task = v > 0 ? &simulation.tasks[turn_store_task_of(v)] : NULL;
        if (task != NULL) {
            versions[v] = versions[v - 1];
            apply(task, &versions[v]);
            expect(task->request.kind != CHECKPOINT, task, "a checkpoint commits nothing");
            expect(strcmp(infos[v], operations[task->request.kind]) == 0, task,
                   "another operation");
        }
        read_rows(v, &found);
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
        if (turn_store_task_of(v) != task - simulation.tasks) continue;
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
        const struct task *task = &simulation.tasks[turn_store_task_of(v)];
        if (task->writer != wanted->writer ||
            task->request.app_version != wanted->request.app_version)
            continue;
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
    int64_t done = task->request.app_version >= 0 ? app_done(task) : -1;
    if (task->code != 0) {
        check_failed(task, made);
    } else if (task->skipped) {
        expect(made < 0, task, "it was skipped, and committed");
        expect(done > 0 && done <= task->version, task, "it was skipped, and is not there");
    } else if (task->unchanged) {
        expect(made < 0, task, "it did nothing, and was committed");
        if (task->request.kind == CHECKPOINT) return;
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

static void create_table(uint64_t seed)
{
    static const char *const by[] = {"value"};
    const struct quire_table_property properties[] = {
        {"delta.checkpointInterval", seed % 2 == 0 ? "3" : "10"},
        {"delta.enableDeletionVectors", seed / 2 % 2 == 0 ? "true" : "false"},
        {"delta.checkpointPolicy", seed / 4 % 4 == 0 ? "v2" : "classic"},
    };
    bool partitioned = seed % 3 == 0;
    simulation.values = partitioned ? 4 : 100;
    const struct quire_table_create_options options = {.partition_by = by,
                                                       .partition_by_size = partitioned ? 1 : 0,
                                                       .properties = properties,
                                                       .properties_size = 3};
    remove_table();
    struct quire_error error;
    quire_error_clear(&error);
    expect(quire_table_create(inner, &schema, &options, &error) == 0, NULL, error.cause);
}

static void run_writers(uint64_t seed)
{
    simulation.seed = seed;
    simulation.writers = 2 + (int)(seed % (SIMULATION_WRITERS_MAX - 1));
    create_table(seed);
    turn_store_start(seed, simulation.writers, seed % 5 != 0, inner);
    simulation_run(&simulation);
    turn_store_settle();
}

static void run_seed(uint64_t seed)
{
    run_writers(seed);
    check_log();
    check_rows();
    for (size_t i = 0; i < simulation.tasks_size; i++) {
        const struct task *task = &simulation.tasks[i];
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
    (void)state;
    const char *full = getenv("QUIRE_CHECK_FULL");
    uint64_t count = full != NULL && full[0] != '\0' ? SEEDS * 50 : SEEDS;
    uint64_t first = number_of("QUIRE_SIMULATION_SEED", SEED_FIRST);
    count = number_of("QUIRE_SIMULATION_COUNT", count);
    for (uint64_t seed = first; seed - first < count; seed++)
        run_seed(seed);
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
    (void)state;
    run_writers(SEED_FIRST);
    uint64_t trace = turn_store_trace();
    run_writers(SEED_FIRST);
    assert_true(trace == turn_store_trace());
    run_writers(SEED_FIRST + 1);
    assert_true(trace != turn_store_trace());
}

static int setup(void **state)
{
    static const char text[] = "id int64, value int64";
    const struct quire_context_options options = {.threads = 1};
    (void)state;
    for (int i = 0; i < SIMULATION_WRITERS_MAX; i++)
        if (quire_context_new(&options, &simulation.contexts[i], NULL) != 0) return -1;
    if (quire_schema_parse(text, strlen(text), &schema, NULL) != 0) return -1;
    return quire_store_register(&turn_store, NULL);
}

static int teardown(void **state)
{
    (void)state;
    remove_table();
    for (int i = 0; i < SIMULATION_WRITERS_MAX; i++)
        quire_context_free(simulation.contexts[i]);
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
