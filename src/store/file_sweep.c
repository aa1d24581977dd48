/* Removing what killed writers left: files whose name is exactly that of a
 * temporary, that are regular, and that were last written to long enough ago.
 * Nothing is known of whether their writer lives (it may be on another machine);
 * a living one writes now and then, so the age is the protection. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "store/file_store.h"

struct sweep {
    const struct quire_file_system *system;
    const struct quire_sweep_options *options;
    int64_t before_us; /* what was written to later stays */
    int64_t removed;
};

static int sweep_one(void *user, const char *key, const struct quire_object *object,
                     struct quire_error *error)
{
    struct sweep *sweep = user;
    const struct quire_sweep_options *options = sweep->options;
    struct stat status;
    if (object->modified_us > sweep->before_us) return 0;
    /* A link of such a name was made by someone else. */
    if (sweep->system->lstat(key, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    if (!options->dry_run && sweep->system->unlink(key) != 0) {
        if (errno == ENOENT) return 0; /* its writer has just finished with it */
        return quire_store_file_fail(error, errno, "sweep", key, "it cannot be removed");
    }
    sweep->removed++;
    if (options->report != NULL) options->report(options->user, key, object->size);
    return 0;
}

/* The folder must be there: a name typed wrong is not a clean folder. */
static int check_folder(const struct quire_file_system *system, const char *folder,
                        struct quire_error *error)
{
    struct stat status;
    if (system->stat(folder, &status) != 0)
        return quire_store_file_fail(error, errno, "sweep", folder, "the folder cannot be read");
    if (S_ISDIR(status.st_mode)) return 0;
    int code = quire_fail(error, QUIRE_USAGE, "sweep", "this is not a folder");
    quire_error_path(error, folder);
    return code;
}

int quire_store_file_sweep(struct quire_store *store, const char *folder,
                           const struct quire_sweep_options *options, int64_t *removed,
                           struct quire_error *error)
{
    const struct quire_file_system *system = quire_store_file_calls(store);
    QUIRE_TRY(check_folder(system, folder, error));
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf prefix = {0};
    size_t size = strlen(folder);
    if (quire_buf_append(&prefix, folder, size) != 0 ||
        (folder[size - 1] != '/' && quire_buf_push(&prefix, '/') != 0) ||
        quire_buf_terminate(&prefix) != 0)
        return quire_fail_memory(error, "sweep");
    int64_t now_us = system->now_us();
    int64_t age_us;
    if (__builtin_mul_overflow(options->age_ms, 1000, &age_us) || age_us < 0)
        return quire_fail(error, QUIRE_USAGE, "sweep", "the age is out of range");
    struct sweep sweep = {.system = system, .options = options, .before_us = now_us - age_us};
    QUIRE_TRY(quire_store_file_list_temporaries(store, (const char *)prefix.data, sweep_one, &sweep,
                                                error));
    *removed = sweep.removed;
    return 0;
}
