/* All state belongs to the writer that runs, which hands it on under the lock with the turn. */
#include "turn_store.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/random.h"
#include "table/log/log_names.h"
#include "wrap_store.h"

/* One operation of so many is such. */
#define SWITCH_EVERY  3
#define DELAY_EVERY   60
#define DELAY_MAX     120
#define FAIL_EVERY    900
#define CRASH_EVERY   900
#define ARRIVE_EVERY  40
#define TROUBLE_EVERY 5 /* commits */
#define LATE_MAX      64

struct writer {
    pthread_cond_t turn;
    bool here, crashed, troubled;
    int64_t task, wakes; /* the operation before which others go on */
};

/* A commit that is on its way. */
struct late {
    char *key;
    void *bytes;
    size_t size;
    int64_t version, task;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct writer writers[TURN_WRITERS_MAX];
static int writers_size, entered, running;
static struct quire_random generator;
static bool troubling;
static int64_t step, newest;
static int64_t tasks[TURN_VERSIONS_MAX];
static struct late lates[LATE_MAX];
static size_t lates_size;
static uint64_t seeded, trace;
static char inner[128];

static _Thread_local int self = -1;

static _Noreturn void stop(const char *why)
{
    fprintf(stderr, "turn store, seed %" PRIu64 ": %s\n", seeded, why);
    abort();
}

static bool one_of(uint64_t n)
{
    return quire_random_below(&generator, n) == 0;
}

/* --- Threads ---------------------------------------------------------------------------------
 * The library starts none of its own on a machine with one core, which this is by --wrap=sysconf:
 * only writers come to the store. */

long real_sysconf(int name) __asm__("__real_sysconf");
long wrap_sysconf(int name) __asm__("__wrap_sysconf");

long wrap_sysconf(int name)
{
    return name == _SC_NPROCESSORS_ONLN ? 1 : real_sysconf(name);
}

/* --- Versions -------------------------------------------------------------------------------- */

/* The version whose commit a key is; -1. */
static int64_t version_of(const char *key)
{
    static const char folder[] = "_delta_log/";
    const char *text = strstr(key, folder);
    if (text == NULL) return -1;
    const struct quire_log_name name = quire_log_name_parse(text + sizeof(folder) - 1);
    return name.kind == QUIRE_LOG_FILE_COMMIT ? name.version : -1;
}

static void note_version(int64_t version, int64_t task)
{
    if (version != newest + 1 || version >= TURN_VERSIONS_MAX) stop("a version out of order");
    tasks[version] = task;
    newest = version;
}

static void arrive(void)
{
    struct late *late = &lates[quire_random_below(&generator, lates_size)];
    const struct quire_put_options options = {.mode = QUIRE_PUT_CREATE_ONLY};
    struct quire_store *store = NULL;
    char *key = NULL;
    if (quire_store_open(inner, NULL, 0, &store, &key, NULL) != 0) stop("no store");
    int code = store->ops->put(store, late->key, late->bytes, late->size, &options, NULL, NULL);
    if (code == 0)
        note_version(late->version, late->task);
    else if (code != QUIRE_EXISTS)
        stop("a late commit failed");
    quire_store_key_free(key);
    quire_store_close(store);
    quire_free(late->key);
    quire_free(late->bytes);
    *late = lates[--lates_size];
}

static void send_late(const char *key, const void *bytes, size_t size)
{
    if (lates_size == LATE_MAX) return; /* lost for good */
    struct late *late = &lates[lates_size++];
    *late = (struct late){quire_strdup(key), quire_alloc(size), size, version_of(key),
                          writers[self].task};
    if (late->key == NULL || late->bytes == NULL) stop("no memory");
    memcpy(late->bytes, bytes, size);
}

/* --- Turns ----------------------------------------------------------------------------------- */

/* One of those that are here and need not wait; else the one whose wait ends first. */
static int choose(void)
{
    int ready[TURN_WRITERS_MAX], size = 0, first = -1;
    for (int i = 0; i < writers_size; i++) {
        if (!writers[i].here) continue;
        if (writers[i].wakes <= step) ready[size++] = i;
        if (first < 0 || writers[i].wakes < writers[first].wakes) first = i;
    }
    return size > 0 ? ready[quire_random_below(&generator, (uint64_t)size)] : first;
}

static void wait_for_turn(void)
{
    while (running != self)
        pthread_cond_wait(&writers[self].turn, &lock);
}

static void hand_on(void)
{
    pthread_mutex_lock(&lock);
    running = choose();
    if (running >= 0) pthread_cond_signal(&writers[running].turn);
    if (writers[self].here) wait_for_turn();
    pthread_mutex_unlock(&lock);
}

static int trouble(const struct wrap_call *call, struct quire_error *error)
{
    writers[self].troubled = true;
    return quire_fail(error, QUIRE_IO, call->operation, "it was made to fail");
}

static int turn_hook(const struct wrap_call *call, bool after, int code, struct quire_error *error)
{
    if (after) return code;
    if (self < 0) stop("a thread that is no writer");
    struct writer *writer = &writers[self];
    if (writer->crashed) return trouble(call, error);
    step++;
    if (lates_size > 0 && one_of(ARRIVE_EVERY)) arrive();
    if (one_of(DELAY_EVERY))
        writer->wakes = step + 1 + (int64_t)quire_random_below(&generator, DELAY_MAX);
    if (writer->wakes > step || one_of(SWITCH_EVERY)) hand_on();
    for (const char *at = call->operation; *at != '\0'; at++)
        trace = trace * 31 + (uint64_t)*at;
    trace = trace * 31 + (uint64_t)self;
    if (!troubling) return 0;
    if (one_of(CRASH_EVERY)) writer->crashed = true;
    return writer->crashed || one_of(FAIL_EVERY) ? trouble(call, error) : 0;
}

/* --- Commits --------------------------------------------------------------------------------- */

enum fate { STANDS, STANDS_IO, STANDS_EXISTS, CRASHES_AFTER, CRASHES, LOST, LATE };

static int put_commit(struct quire_store *store, const char *key, const void *bytes, size_t size,
                      const struct quire_put_options *options, enum fate fate,
                      struct quire_object *object, struct quire_error *error)
{
    const struct wrap_call call = {"put", key, -1, (int64_t)size};
    struct writer *writer = &writers[self];
    if (fate == LATE) send_late(key, bytes, size);
    if (fate == CRASHES) writer->crashed = true;
    if (fate >= CRASHES) return trouble(&call, error);
    QUIRE_TRY(wrap_store_put(store, key, bytes, size, options, object, error));
    note_version(version_of(key), writer->task);
    if (fate == STANDS) return 0;
    if (fate == CRASHES_AFTER) writer->crashed = true;
    trouble(&call, error);
    return fate == STANDS_EXISTS ? QUIRE_EXISTS : QUIRE_IO;
}

static int turn_put(struct quire_store *store, const char *key, const void *bytes, size_t size,
                    const struct quire_put_options *options, struct quire_object *object,
                    struct quire_error *error)
{
    if (version_of(key) < 0) return wrap_store_put(store, key, bytes, size, options, object, error);
    bool well = writers[self].crashed || !troubling || !one_of(TROUBLE_EVERY);
    /* As many are late as have any other fate. */
    enum fate fate = STANDS;
    if (!well) fate = one_of(2) ? LATE : (enum fate)(1 + quire_random_below(&generator, LATE - 1));
    return put_commit(store, key, bytes, size, options, fate, object, error);
}

static int turn_open(const char *url, const void *options, struct quire_store **store, char **key,
                     struct quire_error *error)
{
    (void)options;
    return wrap_store_open(&turn_store, turn_hook, url, store, key, error);
}

const struct quire_store_ops turn_store = {
    .name = "turn",
    .schemes = "turn",
    .summary = "another store, whose writers take turns",
    .open = turn_open,
    .close = wrap_store_close,
    .put = turn_put,
    .upload_begin = wrap_store_upload_begin,
    .upload_part = wrap_store_upload_part,
    .upload_commit = wrap_store_upload_commit,
    .upload_abort = wrap_store_upload_abort,
    .reader_open = wrap_store_reader_open,
    .read_at = wrap_store_read_at,
    .reader_close = wrap_store_reader_close,
    .head = wrap_store_head,
    .list = wrap_store_list,
    .delete_many = wrap_store_delete_many,
};

/* --- What the test calls --------------------------------------------------------------------- */

void turn_store_start(uint64_t seed, int size, bool troubles, const char *within)
{
    seeded = seed;
    quire_random_seed(&generator, seed);
    writers_size = size;
    entered = 0;
    running = -1;
    troubling = troubles;
    step = newest = 0;
    tasks[0] = -1;
    trace = 0;
    snprintf(inner, sizeof(inner), "%s", within);
    for (int i = 0; i < size; i++)
        writers[i] = (struct writer){.turn = PTHREAD_COND_INITIALIZER, .task = -1};
}

/* Nobody begins before all are there. */
void turn_store_enter(int writer)
{
    self = writer;
    pthread_mutex_lock(&lock);
    writers[self].here = true;
    if (++entered == writers_size) {
        running = choose();
        pthread_cond_signal(&writers[running].turn);
    }
    wait_for_turn();
    pthread_mutex_unlock(&lock);
}

void turn_store_leave(void)
{
    writers[self].here = false;
    hand_on();
    self = -1;
}

int64_t turn_store_random(int64_t bound)
{
    return (int64_t)quire_random_below(&generator, (uint64_t)bound);
}

void turn_store_begin(int64_t task)
{
    writers[self].task = task;
    writers[self].crashed = writers[self].troubled = false;
}

bool turn_store_troubled(void)
{
    return writers[self].troubled;
}

void turn_store_settle(void)
{
    while (lates_size > 0)
        arrive();
}

int64_t turn_store_version(void)
{
    return newest;
}

int64_t turn_store_task_of(int64_t version)
{
    return tasks[version];
}

uint64_t turn_store_trace(void)
{
    return trace;
}
