#include "runlog/write/write_rejects.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/random.h"
#include "base/time_text.h"
#include "quire/runlog_model.h"
#include "runlog/write/write_rejects_hold.h"
#include "runlog/write/write_rejects_left.h"
#include "runlog/write/write_rejects_put.h"
#include "store/path_real.h"

#define OPERATION "quality rejects"

struct quire_write_rejects {
    struct quire_write_options options;
    char *url, *pending; /* pending NULL: url is written to at once */
    char *temporary;     /* path of what is written, before it is pending; NULL: it is at once */
    char id[QUIRE_RUNLOG_UUID_SIZE];
    struct quire_rejects *taking;
    struct quire_rejects_left *left; /* of other writes; NULL: not looked for */
    int64_t count;
    int held; /* what holds pending; -1: nothing */
    bool sealed, stays;
};

/* --- Opening --------------------------------------------------------------------------------- */

static void close_store(struct quire_store **store)
{
    quire_store_close(*store);
}

static void free_key(char **key)
{
    quire_store_key_free(*key);
}

enum target { MISSING, FILLED, ENDLESS }; /* ENDLESS: without an end to append to */

/* *path: of a file of this machine, its own, which the caller frees; else it stays NULL. */
static int look(const char *url, enum target *found, char **path, struct quire_error *error)
{
    QUIRE_CLEANUP(close_store) struct quire_store *store = NULL;
    QUIRE_CLEANUP(free_key) char *key = NULL;
    struct quire_object object = {.size = 0};
    struct quire_error missing;
    *found = ENDLESS;
    if (strcmp(url, "-") == 0) return 0;
    QUIRE_TRY(quire_store_open(url, NULL, 0, &store, &key, error));
    int code = store->ops->head(store, key, &object, &missing);
    *found = code == QUIRE_NOT_FOUND ? MISSING : object.size < 0 ? ENDLESS : FILLED;
    if (strcmp(store->ops->name, "file") != 0) return 0;
    *path = quire_strdup(key);
    return *path != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

static char *take_text(struct quire_buf *text)
{
    char *copy = quire_strndup((const char *)text->data, text->size);
    quire_buf_release(text);
    return copy;
}

/* The names that what waits has: of a file of this machine, one while it is written. */
static int name_pending(struct quire_write_rejects *rejects, const char *path,
                        struct quire_error *error)
{
    struct quire_buf pending = {0}, temporary = {0};
    const char *base = path != NULL ? path : rejects->url;
    quire_runlog_uuid(quire_time_wall_us() / 1000, rejects->id);
    if (quire_buf_printf(&pending, "%s%s%s", base, QUIRE_REJECTS_PENDING, rejects->id) == 0)
        rejects->pending = take_text(&pending);
    if (path != NULL && quire_rejects_temporary(path, quire_random_entropy(), &temporary) == 0)
        rejects->temporary = take_text(&temporary);
    quire_buf_release(&pending);
    quire_buf_release(&temporary);
    if (rejects->pending == NULL || (path != NULL && rejects->temporary == NULL))
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* What is wrong with a temporary is told of its file. */
static int told(const struct quire_write_rejects *rejects, int code, struct quire_error *error)
{
    if (code == 0 || error == NULL || rejects->temporary == NULL) return code;
    error->path[0] = '\0';
    quire_error_path(error, rejects->url);
    return code;
}

static int open_rejects(const char *url, struct quire_write_rejects *rejects,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) char *path = NULL;
    enum target found = MISSING;
    /* It may lead to a file, which only what has it open can go on with. */
    if (strcmp(url, "/dev/stdout") == 0) url = "-";
    rejects->url = quire_strdup(url);
    if (rejects->url == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(look(url, &found, &path, error));
    if (found == ENDLESS)
        return quire_rejects_open(url, &rejects->options, &rejects->taking, error);
    if (quire_rejects_left_find(url, &rejects->left) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(name_pending(rejects, path, error));
    const char *first = rejects->temporary != NULL ? rejects->temporary : rejects->pending;
    struct quire_write_options options = rejects->options;
    /* Its folder is flushed when it has its name. */
    if (rejects->temporary != NULL && options.durability == QUIRE_DURABILITY_FULL)
        options.durability = QUIRE_DURABILITY_RENAME;
    return told(rejects, quire_rejects_open(first, &options, &rejects->taking, error), error);
}

int quire_write_rejects_open(const char *url, const struct quire_write_options *options,
                             struct quire_write_rejects **rejects, struct quire_error *error)
{
    struct quire_write_rejects *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->options = *options;
    made->held = -1;
    int code = open_rejects(url, made, error);
    if (code == 0)
        *rejects = made;
    else
        quire_write_rejects_close(made);
    return code;
}

void quire_write_rejects_close(struct quire_write_rejects *rejects)
{
    if (rejects == NULL) return;
    quire_rejects_close(rejects->taking);
    if (rejects->sealed && rejects->pending != NULL && !rejects->stays)
        quire_rejects_left_drop(rejects->pending);
    quire_rejects_let_go(rejects->held);
    if (rejects->left != NULL) quire_rejects_left_end(rejects->left, &rejects->options);
    quire_rejects_left_free(rejects->left);
    quire_free(rejects->temporary);
    quire_free(rejects->pending);
    quire_free(rejects->url);
    quire_free(rejects);
}

/* --- Taking ---------------------------------------------------------------------------------- */

int quire_write_rejects_take(void *user, const struct quire_reject *reject,
                             struct quire_error *error)
{
    struct quire_write_rejects *rejects = user;
    rejects->count++;
    return told(rejects, quire_rejects_take(rejects->taking, reject, error), error);
}

int64_t quire_write_rejects_count(const struct quire_write_rejects *rejects)
{
    return rejects->count;
}

/* --- What waits ------------------------------------------------------------------------------ */

/* A file that cannot be appended to is told of while nothing is written yet. */
static int probe(const struct quire_write_rejects *rejects, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) char *path = NULL;
    enum target found = MISSING;
    QUIRE_TRY(look(rejects->url, &found, &path, error));
    return found == FILLED ? quire_rejects_put_probe(rejects->url, &rejects->options, error) : 0;
}

/* Behind the rows, so that who finds them knows where to look for their commits. */
static int note_table(const struct quire_write_rejects *rejects, const char *url,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf path = {0};
    struct quire_error table;
    bool local = strstr(url, "://") == NULL;
    if (local && quire_store_path_real(url, &path) != 0) return quire_fail_memory(error, OPERATION);
    quire_error_clear(&table);
    quire_fail(&table, QUIRE_INPUT, OPERATION, QUIRE_REJECTS_TABLE);
    quire_error_path(&table, local ? (const char *)path.data : url);
    const struct quire_reject none = {&table, "", 0};
    return quire_rejects_take(rejects->taking, &none, error);
}

static int seal(struct quire_write_rejects *rejects, const char *const *tables, size_t tables_size,
                struct quire_error *error)
{
    for (size_t i = 0; i < tables_size; i++)
        QUIRE_TRY(note_table(rejects, tables[i], error));
    QUIRE_TRY(quire_rejects_commit(rejects->taking, error));
    if (rejects->temporary == NULL) return 0;
    return quire_rejects_hold(rejects->temporary, rejects->pending, rejects->options.durability,
                              &rejects->held, error);
}

int quire_write_rejects_seal(struct quire_write_rejects *rejects, const char *const *tables,
                             size_t tables_size, struct quire_error *error)
{
    if (rejects->pending == NULL) return 0;
    QUIRE_TRY(probe(rejects, error));
    if (rejects->count > 0)
        QUIRE_TRY(told(rejects, seal(rejects, tables, tables_size, error), error));
    rejects->sealed = rejects->count > 0;
    quire_rejects_close(rejects->taking);
    rejects->taking = NULL;
    return 0;
}

const char *quire_write_rejects_id(const struct quire_write_rejects *rejects)
{
    return rejects != NULL && rejects->sealed ? rejects->id : NULL;
}

/* --- Where they belong ----------------------------------------------------------------------- */

static int put(const struct quire_write_rejects *rejects, const uint8_t *keep,
               struct quire_error *error)
{
    const struct quire_rejects_put what = {.url = rejects->url,
                                           .pending = rejects->pending,
                                           .id = rejects->id,
                                           .options = &rejects->options,
                                           .keep = keep,
                                           .count = rejects->count};
    return quire_rejects_put(&what, error);
}

static int leave(struct quire_write_rejects *rejects, const char *what, struct quire_error *error)
{
    rejects->stays = true;
    error->hint[0] = '\0';
    quire_error_path(error, rejects->url);
    if (!rejects->sealed)
        quire_error_hint(error, "%s", what);
    else if (rejects->held >= 0)
        quire_error_hint(error,
                         "%s; the rows that it set apart are in %.120s until the next write "
                         "puts them in place",
                         what, rejects->pending);
    else
        quire_error_hint(error, "%s; the rows that it set apart are in %.180s", what,
                         rejects->pending);
    return error->code;
}

int quire_write_rejects_publish(struct quire_write_rejects *rejects, const uint8_t *keep,
                                struct quire_error *error)
{
    struct quire_error failed;
    quire_error_clear(&failed);
    int code = rejects->pending != NULL ? put(rejects, keep, &failed)
                                        : quire_rejects_commit(rejects->taking, &failed);
    if (code == 0) return 0;
    (void)leave(rejects, "the write stands", &failed);
    if (error != NULL) *error = failed;
    return code;
}

int quire_write_rejects_leave(struct quire_write_rejects *rejects, struct quire_error *error)
{
    struct quire_error left;
    if (!rejects->sealed) return 0;
    quire_error_clear(&left);
    (void)quire_fail(&left, QUIRE_RETRY, OPERATION, "it is not known whether the write stands");
    (void)leave(rejects, "the write may stand", &left);
    if (error != NULL) *error = left;
    return QUIRE_RETRY;
}
