/* Versions before the first commit are no gap where a checkpoint stands for them: old commits are
 * deleted in time. */
#include "table/upkeep/fsck_log.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/log/log_names.h"

#define OPERATION QUIRE_FSCK_OPERATION

struct listing {
    struct quire_fsck_log *log;
    size_t prefix;
    struct quire_buf commits; /* int64_t */
    int64_t checkpoint;       /* the oldest; -1: none */
};

static int take_object(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    struct listing *listing = user;
    const char *name = key + listing->prefix;
    (void)object;
    if (strchr(name, '/') != NULL) return 0;
    const struct quire_log_name parsed = quire_log_name_parse(name);
    switch (parsed.kind) {
    case QUIRE_LOG_FILE_COMMIT:
        return quire_buf_append(&listing->commits, &parsed.version, sizeof(parsed.version)) == 0
                   ? 0
                   : quire_fail_memory(error, OPERATION);
    case QUIRE_LOG_FILE_CHECKPOINT:
    case QUIRE_LOG_FILE_PART:
        if (listing->checkpoint < 0 || parsed.version < listing->checkpoint)
            listing->checkpoint = parsed.version;
        return 0;
    case QUIRE_LOG_FILE_CHECKSUM:
        if (parsed.version > listing->log->checksum) listing->log->checksum = parsed.version;
        return 0;
    default: return 0;
    }
}

static int ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int find_gaps(struct listing *listing)
{
    int64_t *commits = (int64_t *)(void *)listing->commits.data;
    size_t n = listing->commits.size / sizeof(*commits);
    struct quire_buf *gaps = &listing->log->gaps;
    if (n == 0) return 0;
    qsort(commits, n, sizeof(*commits), ascending);
    /* With a checkpoint, at its version or the one after, older commits may be gone. */
    bool covered = listing->checkpoint >= 0 && listing->checkpoint >= commits[0] - 1;
    int64_t next = covered ? commits[0] : 0;
    for (size_t i = 0; i < n; next = commits[i++] + 1)
        for (; next < commits[i] && gaps->size / sizeof(next) < QUIRE_FSCK_GAPS_MAX; next++)
            if (quire_buf_append(gaps, &next, sizeof(next)) != 0) return QUIRE_MEMORY;
    listing->log->newest = commits[n - 1];
    return 0;
}

int quire_fsck_log_list(const struct quire_table_place *place, struct quire_fsck_log *log,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf prefix = {0};
    struct listing listing = {.log = log, .checkpoint = -1};
    log->newest = log->checksum = -1;
    if (quire_buf_printf(&prefix, "%s" QUIRE_LOG_FOLDER, place->key) != 0 ||
        quire_buf_terminate(&prefix) != 0)
        return quire_fail_memory(error, OPERATION);
    listing.prefix = prefix.size;
    int code = place->store->ops->list(place->store, (const char *)prefix.data, NULL, take_object,
                                       &listing, error);
    if (code == 0 && find_gaps(&listing) != 0) code = quire_fail_memory(error, OPERATION);
    quire_buf_release(&listing.commits);
    return code;
}

void quire_fsck_log_release(struct quire_fsck_log *log)
{
    quire_buf_release(&log->gaps);
}
