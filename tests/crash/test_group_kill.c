/* Producers that share commits are killed, all at once and wherever they are: each begins again
 * where the table says, what they were told is durable is there, and no row is twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "quire/memory.h"
#include "quire/table_group.h"
#include "quire/table_write.h"
#include "scratch.h"

#define PRODUCERS   3
#define COUNTS_MAX  100000
#define ROWS        2  /* of a sequence */
#define WAIT_EVERY  4  /* sequences */
#define ANSWERS_MAX 12 /* before a kill */
#define SEED        20130101

static const char url[] = "table";
static const char schema_text[] = "app int64, sequence int64";

static int kills(void)
{
    const char *full = getenv("QUIRE_CHECK_FULL");
    return full != NULL && full[0] != '\0' ? 400 : 40;
}

/* --- The process that is killed ------------------------------------------------------------ */

struct answer {
    int64_t app, sequence;
};

struct producer {
    struct quire_table_producer *producer;
    int64_t app;
    int64_t last; /* after which it ends */
    int pipe;
};

/* Nothing may be asserted here: a failure ends the process, which its parent sees. */
static void must(bool promise)
{
    if (!promise) _exit(3);
}

static void write_sequence(const struct producer *producer, const struct ArrowSchema *schema,
                           int64_t sequence)
{
    struct quire_builder *builder = NULL;
    struct ArrowArray batch;
    bool skipped = true;
    must(quire_builder_new(schema, &builder, NULL) == 0);
    for (int i = 0; i < ROWS; i++) {
        must(quire_builder_int(builder, producer->app, NULL) == 0);
        must(quire_builder_int(builder, sequence, NULL) == 0);
        must(quire_builder_end_row(builder, NULL) == 0);
    }
    must(quire_builder_finish(builder, &batch, NULL) == 0);
    quire_builder_free(builder);
    must(quire_table_producer_write(producer->producer, schema, &batch, sequence, &skipped, NULL) ==
         0);
    must(!skipped);
}

static void *produce(void *user)
{
    const struct producer *producer = user;
    struct ArrowSchema schema;
    must(quire_schema_parse(schema_text, strlen(schema_text), &schema, NULL) == 0);
    int64_t sequence = quire_table_producer_durable(producer->producer);
    while (sequence++ < producer->last) {
        write_sequence(producer, &schema, sequence);
        if (sequence % WAIT_EVERY != 0 && sequence < producer->last) continue;
        const struct answer answer = {producer->app, sequence};
        must(quire_table_producer_wait(producer->producer, sequence, NULL) == 0);
        must(write(producer->pipe, &answer, sizeof(answer)) == (ssize_t)sizeof(answer));
    }
    quire_schema_release(&schema);
    return NULL;
}

static _Noreturn void run_producers(int pipe, int64_t last)
{
    const struct quire_table_group_options options = {
        .interval_ms = 1, .rows_max = 20, .durability = QUIRE_DURABILITY_NONE};
    struct quire_table_group *group = NULL;
    struct producer producers[PRODUCERS];
    pthread_t threads[PRODUCERS];
    must(quire_table_group_open(url, &options, &group, NULL) == 0);
    for (int i = 0; i < PRODUCERS; i++) {
        char app[8];
        snprintf(app, sizeof(app), "app%d", i);
        producers[i] = (struct producer){.app = i, .last = last, .pipe = pipe};
        must(quire_table_group_producer(group, app, &producers[i].producer, NULL) == 0);
        must(pthread_create(&threads[i], NULL, produce, &producers[i]) == 0);
    }
    for (int i = 0; i < PRODUCERS; i++)
        must(pthread_join(threads[i], NULL) == 0);
    quire_table_group_close(group);
    _exit(0);
}

/* --- The process that kills ---------------------------------------------------------------- */

static int64_t answered[PRODUCERS]; /* the last sequence that was said to be durable */

static void note(const struct answer *answer)
{
    assert_in_range(answer->app, 0, PRODUCERS - 1);
    assert_true(answer->sequence > answered[answer->app]);
    answered[answer->app] = answer->sequence;
}

static bool next_answer(int pipe)
{
    struct answer answer;
    ssize_t got = read(pipe, &answer, sizeof(answer));
    if (got != (ssize_t)sizeof(answer)) return false;
    note(&answer);
    return true;
}

/* Runs producers until they have answered so often and kills them, or (answers < 0) to the end. */
static int run(int answers, int64_t last)
{
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        run_producers(ends[1], last);
    }
    close(ends[1]);
    for (int i = 0; i != answers && next_answer(ends[0]); i++)
        continue;
    if (answers >= 0) kill(child, SIGKILL);
    while (next_answer(ends[0]))
        continue; /* what was said before the end */
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

struct seen {
    int64_t rows[PRODUCERS]; /* of each producer */
    uint8_t counts[PRODUCERS][COUNTS_MAX];
};

static void note_rows(struct seen *seen, const struct ArrowArray *batch)
{
    const int64_t *apps = batch->children[0]->buffers[1];
    const int64_t *sequences = batch->children[1]->buffers[1];
    for (int64_t i = 0; i < batch->length; i++) {
        int64_t app = apps[i + batch->children[0]->offset];
        int64_t sequence = sequences[i + batch->children[1]->offset];
        assert_in_range(app, 0, PRODUCERS - 1);
        assert_in_range(sequence, 0, COUNTS_MAX - 1);
        seen->rows[app]++;
        seen->counts[app][sequence]++;
    }
}

static void read_table(struct seen *seen)
{
    struct quire_table *table = NULL;
    struct ArrowArrayStream stream;
    memset(seen, 0, sizeof(*seen));
    assert_int_equal(quire_table_open(url, QUIRE_TABLE_NEWEST, &table, NULL), 0);
    assert_int_equal(quire_table_read(table, NULL, &stream, NULL), 0);
    for (;;) {
        struct ArrowArray batch;
        assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        note_rows(seen, &batch);
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    quire_table_close(table);
}

/* Each sequence once, from the first to the one that the producer is told when it begins again,
 * which is not before what it was told last. */
static void check_table(struct seen *seen)
{
    const struct quire_table_group_options options = {.polled = true};
    struct quire_table_group *group = NULL;
    read_table(seen);
    assert_int_equal(quire_table_group_open(url, &options, &group, NULL), 0);
    for (int i = 0; i < PRODUCERS; i++) {
        struct quire_table_producer *producer = NULL;
        char app[8];
        snprintf(app, sizeof(app), "app%d", i);
        assert_int_equal(quire_table_group_producer(group, app, &producer, NULL), 0);
        int64_t durable = quire_table_producer_durable(producer);
        assert_true(durable >= answered[i]);
        assert_int_equal(seen->rows[i], (durable + 1) * ROWS);
        for (int64_t sequence = 0; sequence <= durable; sequence++)
            assert_int_equal(seen->counts[i][sequence], ROWS);
        answered[i] = durable;
    }
    quire_table_group_close(group);
}

static void test_killed_producers(void **state)
{
    static struct seen seen;
    struct ArrowSchema schema;
    struct quire_random generator;
    int64_t before = 0, last = 0;
    assert_int_equal(chdir(*state), 0);
    quire_random_seed(&generator, SEED);
    assert_int_equal(quire_schema_parse(schema_text, strlen(schema_text), &schema, NULL), 0);
    assert_int_equal(quire_table_create(url, &schema, NULL, NULL), 0);
    quire_schema_release(&schema);
    for (int i = 0; i < PRODUCERS; i++)
        answered[i] = -1;
    for (int i = 0; i < kills(); i++) {
        int status = run((int)quire_random_below(&generator, ANSWERS_MAX), COUNTS_MAX - 1);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        check_table(&seen);
    }
    for (int i = 0; i < PRODUCERS; i++) {
        before += answered[i];
        if (answered[i] > last) last = answered[i];
    }
    assert_true(before > 0);
    last += 50;
    int status = run(-1, last);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    check_table(&seen);
    for (int i = 0; i < PRODUCERS; i++)
        assert_int_equal(answered[i], last);
    assert_int_equal(chdir("/"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_killed_producers)};
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
