#include "runlog/write/write_rejects_left.h"

#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/observe.h"
#include "base/text.h"
#include "base/time_text.h"
#include "data/view.h"
#include "file/rejects.h"
#include "runlog/write/write_rejects_hold.h"
#include "runlog/write/write_rejects_put.h"
#include "runlog/write/write_rejects_stands.h"

#define OPERATION "quality rejects"
/* The others are those of the next write. */
#define LEFT_MAX  8
#define UUID_SIZE 36

struct quire_rejects_left {
    char *url;
    struct quire_store *store;
    char *prefix; /* key of the file, and ".pending-" */
    char ids[LEFT_MAX][UUID_SIZE + 1];
    size_t size;
};

void quire_rejects_left_free(struct quire_rejects_left *left)
{
    if (left == NULL) return;
    quire_store_close(left->store);
    quire_free(left->prefix);
    quire_free(left->url);
    quire_free(left);
}

/* --- Finding --------------------------------------------------------------------------------- */

/* What else begins so is none of ours. */
static int take(void *user, const char *key, const struct quire_object *object,
                struct quire_error *error)
{
    struct quire_rejects_left *left = user;
    const char *id = key + strlen(left->prefix);
    uint8_t bytes[16];
    (void)object;
    (void)error;
    if (strlen(id) != UUID_SIZE || !quire_uuid_parse(id, UUID_SIZE, bytes)) return 0;
    if (left->size == LEFT_MAX) return QUIRE_CANCELLED; /* they are enough */
    memcpy(left->ids[left->size++], id, UUID_SIZE + 1);
    return 0;
}

static int find(struct quire_rejects_left *left)
{
    struct quire_buf prefix = {0};
    struct quire_error ignored;
    char *key = NULL;
    if (quire_store_open(left->url, NULL, 0, &left->store, &key, &ignored) != 0) return 0;
    if (quire_buf_printf(&prefix, "%s%s", key, QUIRE_REJECTS_PENDING) == 0)
        left->prefix = quire_strndup((const char *)prefix.data, prefix.size);
    quire_buf_release(&prefix);
    quire_store_key_free(key);
    if (left->prefix == NULL) return QUIRE_MEMORY;
    const struct quire_store_ops *ops = left->store->ops;
    if (ops->list_near != NULL)
        (void)ops->list_near(left->store, left->prefix, 0, take, left, &ignored);
    else
        (void)ops->list(left->store, left->prefix, NULL, take, left, &ignored);
    return 0;
}

int quire_rejects_left_find(const char *url, struct quire_rejects_left **left)
{
    struct quire_rejects_left *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return QUIRE_MEMORY;
    made->url = quire_strdup(url);
    int code = made->url != NULL ? find(made) : QUIRE_MEMORY;
    if (code == 0)
        *left = made;
    else
        quire_rejects_left_free(made);
    return code;
}

/* --- One of them ----------------------------------------------------------------------------- */

struct waiting {
    const struct quire_write_options *options;
    const char *url; /* of the file where its rows belong */
    const char *id;
    char *pending;
    int fd; /* that holds it */
    int64_t begun_ms;
    int64_t count;           /* rows */
    struct quire_buf tables; /* each zero-terminated */
    uint8_t *keep;
};

static void release_waiting(struct waiting *waiting)
{
    quire_rejects_let_go(waiting->fd);
    quire_buf_release(&waiting->tables);
    quire_free(waiting->keep);
    quire_free(waiting->pending);
}

void quire_rejects_left_drop(const char *pending)
{
    struct quire_store *store = NULL;
    struct quire_error ignored;
    char *key = NULL;
    if (quire_store_open(pending, NULL, 0, &store, &key, &ignored) == 0) {
        const char *const keys[] = {key};
        (void)store->ops->delete_many(store, keys, 1, NULL, &ignored);
    }
    quire_store_key_free(key);
    quire_store_close(store);
}

/* Takes the lines of a batch: rows, and behind them tables. */
static int take_lines(struct waiting *waiting, const struct quire_view *lines, int64_t size)
{
    const struct quire_view *path = &lines->children[0], *reason = &lines->children[4];
    for (int64_t row = 0; row < size; row++) {
        const struct quire_bytes text = quire_view_bytes(reason, row);
        if (text.size != strlen(QUIRE_REJECTS_TABLE) ||
            memcmp(text.data, QUIRE_REJECTS_TABLE, text.size) != 0) {
            waiting->count++;
            continue;
        }
        const struct quire_bytes table = quire_view_bytes(path, row);
        QUIRE_TRY(quire_buf_append(&waiting->tables, table.data, table.size));
        QUIRE_TRY(quire_buf_push(&waiting->tables, '\0'));
    }
    return 0;
}

static int read_lines(struct waiting *waiting, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *field = NULL;
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    QUIRE_TRY(quire_rejects_schema(&schema, error));
    const struct quire_read_options options = {.format = "jsonl",
                                               .compression = "none",
                                               .records = {.schema = &schema},
                                               .context = waiting->options->context};
    QUIRE_TRY(quire_field_open(&schema, &field, error));
    QUIRE_TRY(quire_view_new(field, &view, error));
    QUIRE_TRY(quire_file_read(waiting->pending, &options, &stream, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&stream, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(quire_view_set(view, &batch, error));
        if (take_lines(waiting, view, batch.length) != 0)
            return quire_fail_memory(error, OPERATION);
    }
}

/* Which of its rows go with commits; QUIRE_NOT_FOUND where that cannot be known. */
static int find_kept(struct waiting *waiting, struct quire_error *error)
{
    QUIRE_TRY(read_lines(waiting, error));
    if (waiting->tables.size == 0)
        return quire_fail(error, QUIRE_NOT_FOUND, OPERATION, "it names no table");
    waiting->keep = quire_alloc_zero((size_t)waiting->count + 1, 1);
    if (waiting->keep == NULL) return quire_fail_memory(error, OPERATION);
    const char *table = (const char *)waiting->tables.data;
    const char *end = (const char *)quire_buf_end(&waiting->tables);
    for (; table < end; table += strlen(table) + 1) {
        bool known = false;
        QUIRE_TRY(quire_rejects_stands(table, waiting->id, waiting->begun_ms, waiting->keep,
                                       waiting->count, &known, error));
        if (!known)
            return quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                              "the table %.200s is not there, or its log does not go back so far",
                              table);
    }
    return 0;
}

/* --- Ending it ------------------------------------------------------------------------------- */

/* When a write with such an id began (RFC 9562, section 5.7). */
static int64_t time_of(const char *id)
{
    uint8_t bytes[16] = {0};
    int64_t ms = 0;
    (void)quire_uuid_parse(id, UUID_SIZE, bytes);
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | bytes[i];
    return ms;
}

static int put_kept(const struct waiting *waiting, int64_t *kept, struct quire_error *error)
{
    const struct quire_rejects_put put = {.url = waiting->url,
                                          .pending = waiting->pending,
                                          .id = waiting->id,
                                          .options = waiting->options,
                                          .keep = waiting->keep,
                                          .count = waiting->count,
                                          .again = true};
    for (int64_t i = 0; i < waiting->count; i++)
        *kept += waiting->keep[i];
    return *kept > 0 ? quire_rejects_put(&put, error) : 0;
}

static void tell_unknown(const struct waiting *waiting, const char *time, const char *why)
{
    quire_observe_log(
        waiting->options->context->observer, QUIRE_LOG_WARN,
        "log rejects: %s has the rows that a write of %s set apart; it was killed before it put "
        "them in place, and which of them stand is not known: %s. Where \"quire log history\" has "
        "that write, append the file to %s; then delete it",
        waiting->pending, time, why, waiting->url);
}

static void end_waiting(struct waiting *waiting)
{
    const struct quire_observer *observer = waiting->options->context->observer;
    char time[QUIRE_TIME_TEXT_MAX];
    struct quire_error failed;
    int64_t kept = 0;
    *quire_time_format_timestamp(waiting->begun_ms, QUIRE_MILLI, 'T', true, 0, time) = '\0';
    enum quire_rejects_seized seized = quire_rejects_seize(waiting->pending, &waiting->fd);
    if (seized == QUIRE_REJECTS_UNKNOWN) tell_unknown(waiting, time, "it cannot be locked");
    if (seized != QUIRE_REJECTS_SEIZED) return;
    quire_error_clear(&failed);
    if (find_kept(waiting, &failed) != 0) {
        tell_unknown(waiting, time, failed.cause);
        return;
    }
    if (put_kept(waiting, &kept, &failed) != 0) {
        quire_observe_log(observer, QUIRE_LOG_WARN,
                          "log rejects: %s waits for the next write, to be put into %s: %s",
                          waiting->pending, waiting->url, failed.cause);
        return;
    }
    quire_rejects_left_drop(waiting->pending);
    quire_observe_log(observer, QUIRE_LOG_WARN,
                      "log rejects: a write of %s was killed, or could not write to %s: %lld row%s "
                      "that it set apart %s now there, %lld dropped, as the rows beside them are "
                      "not in the table",
                      time, waiting->url, (long long)kept, QUIRE_PLURAL(kept),
                      kept == 1 ? "is" : "are", (long long)(waiting->count - kept));
}

void quire_rejects_left_end(const struct quire_rejects_left *left,
                            const struct quire_write_options *options)
{
    for (size_t i = 0; i < left->size; i++) {
        QUIRE_CLEANUP(release_waiting)
        struct waiting waiting = {.options = options,
                                  .url = left->url,
                                  .id = left->ids[i],
                                  .fd = -1,
                                  .begun_ms = time_of(left->ids[i])};
        struct quire_buf name = {0};
        if (quire_buf_printf(&name, "%s%s", left->prefix, left->ids[i]) == 0)
            waiting.pending = quire_strndup((const char *)name.data, name.size);
        quire_buf_release(&name);
        if (waiting.pending != NULL) end_waiting(&waiting);
    }
}
