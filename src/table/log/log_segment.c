#include "table/log/log_segment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "read table log"

/* One complete checkpoint that was seen: V2 ones are preferred to V1 of the same version, whole
 * ones to those in parts. */
struct candidate {
    int64_t version, parts;
    int64_t seen; /* parts */
    struct quire_buf names;
};

struct listing {
    struct quire_log_segment *segment;
    int64_t limit; /* versions beyond it are passed over; -1: none */
    size_t prefix; /* bytes of a key before the name */
    int64_t below; /* checkpoints of this version or later are passed over; -1: none */
    bool hinted;   /* the list does not begin at version 0 */
    struct candidate best;
    struct quire_buf open; /* struct candidate: those in parts of one version, by their numbers */
};

static struct candidate *open_of(const struct listing *listing, size_t *size)
{
    *size = listing->open.size / sizeof(struct candidate);
    return (struct candidate *)(void *)listing->open.data;
}

static void clear_open(struct listing *listing)
{
    size_t size;
    struct candidate *open = open_of(listing, &size);
    for (size_t i = 0; i < size; i++)
        quire_buf_release(&open[i].names);
    quire_buf_clear(&listing->open);
}

static void release_listing(struct listing *listing)
{
    quire_buf_release(&listing->best.names);
    clear_open(listing);
    quire_buf_release(&listing->open);
}

/* The checkpoint of so many parts. Two writers may have cut one version into different numbers, and
 * then parts of both come by turns. NULL: no memory. */
static struct candidate *open_candidate(struct listing *listing, const struct quire_log_name *name)
{
    const struct candidate made = {.version = name->version, .parts = name->parts};
    size_t size, at = 0;
    struct candidate *open = open_of(listing, &size);
    if (size > 0 && open[0].version != name->version) clear_open(listing);
    open = open_of(listing, &size);
    while (at < size && open[at].parts != name->parts)
        at++;
    if (at == size && quire_buf_append(&listing->open, &made, sizeof(made)) != 0) return NULL;
    return &open_of(listing, &size)[at];
}

static void note_checkpoint(struct listing *listing, int64_t version)
{
    int64_t *first = &listing->segment->first_checkpoint;
    if (*first < 0 || version < *first) *first = version;
}

static int take_part(struct listing *listing, const struct quire_log_name *name, const char *text)
{
    struct candidate *open = open_candidate(listing, name);
    int code = open == NULL ? QUIRE_MEMORY : quire_buf_append(&open->names, text, strlen(text) + 1);
    if (code != 0 || ++open->seen < open->parts) return code;
    note_checkpoint(listing, name->version);
    if (listing->best.version == name->version) return 0;
    struct quire_buf before = listing->best.names;
    listing->best = *open;
    open->names = before;
    quire_buf_clear(&open->names);
    return 0;
}

static int take_checkpoint(struct listing *listing, const struct quire_log_name *name,
                           const char *text)
{
    struct candidate *best = &listing->best;
    best->version = name->version;
    best->parts = 1;
    note_checkpoint(listing, name->version);
    quire_buf_clear(&best->names);
    return quire_buf_append(&best->names, text, strlen(text) + 1);
}

static int take_commit(struct listing *listing, int64_t version, const struct quire_object *object)
{
    struct quire_log_segment *segment = listing->segment;
    const struct quire_log_commit commit = {version, object->modified_us / 1000};
    if (segment->first_commit < 0) segment->first_commit = version;
    return quire_buf_append(&segment->commits, &commit, sizeof(commit));
}

/* One that goes beyond the limit, or is none, is passed over. */
static int take_compaction(struct listing *listing, const struct quire_log_name *name)
{
    const struct quire_log_compaction compaction = {name->version, name->last};
    if (name->last <= name->version || (listing->limit >= 0 && name->last > listing->limit))
        return 0;
    return quire_buf_append(&listing->segment->compacted, &compaction, sizeof(compaction));
}

static int take_object(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    struct listing *listing = user;
    const char *text = key + listing->prefix;
    int code = 0;
    if (strchr(text, '/') != NULL) return 0;
    struct quire_log_name name = quire_log_name_parse(text);
    bool passed = listing->below >= 0 && name.version >= listing->below;
    if (passed && (name.kind == QUIRE_LOG_FILE_CHECKPOINT || name.kind == QUIRE_LOG_FILE_PART))
        return 0;
    if (listing->limit >= 0 && name.version > listing->limit) return 0;
    switch (name.kind) {
    case QUIRE_LOG_FILE_COMMIT: code = take_commit(listing, name.version, object); break;
    case QUIRE_LOG_FILE_CHECKPOINT: code = take_checkpoint(listing, &name, text); break;
    case QUIRE_LOG_FILE_PART: code = take_part(listing, &name, text); break;
    case QUIRE_LOG_FILE_COMPACTED: code = take_compaction(listing, &name); break;
    default: break;
    }
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int by_version(const void *a, const void *b)
{
    const struct quire_log_commit *left = a, *right = b;
    return (left->version > right->version) - (left->version < right->version);
}

static int by_first(const void *a, const void *b)
{
    const struct quire_log_compaction *left = a, *right = b;
    if (left->first != right->first) return left->first < right->first ? -1 : 1;
    return (left->last < right->last) - (left->last > right->last);
}

/* Leaves compactions of commits after the checkpoint, the longest of those that begin alike. */
static void choose_compactions(struct quire_log_segment *segment)
{
    struct quire_log_compaction *list =
        (struct quire_log_compaction *)(void *)segment->compacted.data;
    size_t n = segment->compacted.size / sizeof(*list), kept = 0;
    int64_t next = segment->checkpoint_version + 1;
    if (n > 0) qsort(list, n, sizeof(*list), by_first);
    for (size_t i = 0; i < n; i++) {
        if (list[i].first < next || list[i].last > segment->version) continue;
        list[kept++] = list[i];
        next = list[i].last + 1;
    }
    segment->compacted.size = kept * sizeof(*list);
}

/* Drops the commits that the checkpoint covers, and checks that none is missing after it. */
static int settle(struct listing *listing, struct quire_error *error)
{
    struct quire_log_segment *segment = listing->segment;
    struct quire_log_commit *commits = (struct quire_log_commit *)(void *)segment->commits.data;
    size_t n = segment->commits.size / sizeof(*commits), kept = 0;
    segment->version = segment->checkpoint_version = -1;
    if (listing->hinted && listing->best.version < 0) return 0; /* to be listed from the first */
    int64_t next = listing->best.version + 1;
    if (n > 0) qsort(commits, n, sizeof(*commits), by_version);
    for (size_t i = 0; i < n; i++) {
        if (commits[i].version < next) continue;
        if (commits[i].version > next)
            return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                              "the log has a gap: version %" PRId64 " is not there, %" PRId64 " is",
                              next, commits[i].version);
        commits[kept++] = commits[i];
        next++;
    }
    segment->commits.size = kept * sizeof(*commits);
    segment->version = next - 1;
    segment->checkpoint_version = listing->best.version;
    segment->checkpoint_size = listing->best.version >= 0 ? (size_t)listing->best.parts : 0;
    struct quire_buf names = segment->checkpoint;
    segment->checkpoint = listing->best.names;
    listing->best.names = names;
    choose_compactions(segment);
    return 0;
}

static int list_from(struct quire_store *store, const char *key, int64_t version, int64_t hint,
                     int64_t below, struct quire_log_segment *segment, struct quire_error *error)
{
    QUIRE_CLEANUP(release_listing)
    struct listing listing = {.segment = segment,
                              .limit = version,
                              .below = below,
                              .hinted = hint > 0,
                              .best.version = -1};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf prefix = {0}, start = {0};
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_segment_release(segment);
    segment->first_commit = segment->first_checkpoint = -1;
    quire_log_name_start(hint > 0 ? hint : 0, name);
    if (quire_buf_printf(&prefix, "%s" QUIRE_LOG_FOLDER, key) != 0 ||
        quire_buf_terminate(&prefix) != 0 ||
        quire_buf_printf(&start, "%s" QUIRE_LOG_FOLDER "%s", key, name) != 0 ||
        quire_buf_terminate(&start) != 0)
        return quire_fail_memory(error, OPERATION);
    listing.prefix = prefix.size;
    QUIRE_TRY(store->ops->list(store, (const char *)prefix.data, (const char *)start.data,
                               take_object, &listing, error));
    return settle(&listing, error);
}

/* Says which versions there are where the one that is wanted is not: log clean-up deletes those
 * before a checkpoint. code is what came of looking for it. */
static int fail_version(struct quire_store *store, const char *key, int64_t version, int code,
                        struct quire_error *error)
{
    struct quire_log_segment all = {.version = -1};
    int listed = list_from(store, key, -1, -1, -1, &all, NULL);
    int64_t first = all.first_checkpoint, last = all.version;
    quire_log_segment_release(&all);
    if (listed == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    if (listed == 0 && last >= 0 && first > version)
        return quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                          "version %" PRId64 " is no longer in the log, which has %" PRId64
                          " to %" PRId64,
                          version, first, last);
    if (code != 0) return code;
    return quire_fail(error, QUIRE_NOT_FOUND, OPERATION, "it is no Delta table: it has no log");
}

/* Says which is the newest where a version is not there: one that is younger may be. */
static int fail_newer(struct quire_store *store, const char *key, int64_t version,
                      struct quire_error *error)
{
    struct quire_log_segment all = {.version = -1};
    int code = list_from(store, key, -1, -1, -1, &all, error);
    int64_t newest = all.version;
    quire_log_segment_release(&all);
    QUIRE_TRY(code);
    if (newest > version)
        return quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                          "version %" PRId64 " is no longer in the log; the newest is %" PRId64,
                          version, newest);
    return quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                      "there is no version %" PRId64 "; the newest is %" PRId64, version, newest);
}

int quire_log_segment_list(struct quire_store *store, const char *key, int64_t version,
                           int64_t hint, struct quire_log_segment *segment,
                           struct quire_error *error)
{
    bool hinted = hint > 0 && (version < 0 || hint <= version);
    if (hinted) QUIRE_TRY(list_from(store, key, version, hint, -1, segment, error));
    /* The hint may speak of a checkpoint that is gone, or was never finished. */
    int code = 0;
    if (!hinted || segment->checkpoint_version < 0)
        code = list_from(store, key, version, -1, -1, segment, error);
    if (version >= 0 && (code == QUIRE_CORRUPT || (code == 0 && segment->version < 0)))
        return fail_version(store, key, version, code, error);
    QUIRE_TRY(code);
    if (segment->version < 0)
        return quire_fail(error, QUIRE_NOT_FOUND, OPERATION, "it is no Delta table: it has no log");
    return version >= 0 && segment->version < version ? fail_newer(store, key, version, error) : 0;
}

int quire_log_segment_list_below(struct quire_store *store, const char *key, int64_t version,
                                 int64_t below, struct quire_log_segment *segment,
                                 struct quire_error *error)
{
    QUIRE_TRY(list_from(store, key, version, -1, below, segment, error));
    if (segment->version >= 0 && (version < 0 || segment->version == version)) return 0;
    return quire_fail(error, QUIRE_CORRUPT, OPERATION, "the log has too little without checkpoint");
}

void quire_log_segment_release(struct quire_log_segment *segment)
{
    quire_buf_release(&segment->checkpoint);
    quire_buf_release(&segment->commits);
    quire_buf_release(&segment->compacted);
    *segment = (struct quire_log_segment){.version = -1, .checkpoint_version = -1};
}
