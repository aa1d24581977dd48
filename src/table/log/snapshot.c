#include "table/log/snapshot.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/log/last_checkpoint.h"
#include "table/log/log_read.h"
#include "table/log/snapshot_files.h"

#define OPERATION "read table log"

/* --- Names --------------------------------------------------------------------------------- */

static int join(struct quire_buf *out, const char *url, const char *folder, const char *name,
                struct quire_error *error)
{
    quire_buf_clear(out);
    if (quire_buf_printf(out, "%s%s%s", url, folder, name) != 0 || quire_buf_terminate(out) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* --- Replay -------------------------------------------------------------------------------- */

static int note_txn(struct quire_snapshot *snapshot, const struct quire_txn *txn)
{
    struct quire_txn *txns = (struct quire_txn *)(void *)snapshot->txns.data;
    size_t n = snapshot->txns.size / sizeof(*txns);
    for (size_t i = 0; i < n; i++) {
        if (txns[i].app.size != txn->app.size ||
            memcmp(txns[i].app.data, txn->app.data, txn->app.size) != 0)
            continue;
        txns[i].version = txn->version;
        txns[i].updated_ms = txn->updated_ms;
        return 0;
    }
    struct quire_txn copy = *txn;
    int code = quire_bytes_copy(&snapshot->arena, &copy.app);
    return code != 0 ? code : quire_buf_append(&snapshot->txns, &copy, sizeof(copy));
}

static int note_domain(struct quire_snapshot *snapshot, const struct quire_domain *domain)
{
    struct quire_domain *domains = (struct quire_domain *)(void *)snapshot->domains.data;
    size_t n = snapshot->domains.size / sizeof(*domains), at = 0;
    struct quire_domain copy = *domain;
    while (at < n && (domains[at].name.size != domain->name.size ||
                      memcmp(domains[at].name.data, domain->name.data, domain->name.size) != 0))
        at++;
    int code = quire_bytes_copy(&snapshot->arena, &copy.name);
    if (code == 0) code = quire_bytes_copy(&snapshot->arena, &copy.configuration);
    if (code != 0) return code;
    if (at < n && domain->removed) {
        memmove(&domains[at], &domains[at + 1], (n - at - 1) * sizeof(*domains));
        snapshot->domains.size -= sizeof(*domains);
        return 0;
    }
    if (at < n) domains[at] = copy;
    return at < n || domain->removed ? 0
                                     : quire_buf_append(&snapshot->domains, &copy, sizeof(copy));
}

/* What cannot be kept leaves what was there. */
static int note_protocol(struct quire_snapshot *snapshot, const struct quire_view *view,
                         int64_t row)
{
    struct quire_protocol read = {0};
    int code = quire_protocol_read(view, row, &snapshot->arena, &read);
    if (code == 0) code = quire_protocol_copy(&snapshot->arena, &read);
    if (code != 0) return code;
    snapshot->protocol = read;
    snapshot->has_protocol = true;
    return 0;
}

static int note_metadata(struct quire_snapshot *snapshot, const struct quire_view *view,
                         int64_t row)
{
    struct quire_metadata_action read = {0};
    int code = quire_metadata_read(view, row, &snapshot->arena, &read);
    if (code == 0) code = quire_metadata_copy(&snapshot->arena, &read);
    if (code != 0) return code;
    snapshot->metadata = read;
    snapshot->has_metadata = true;
    return 0;
}

/* A row of a commit. of_tail: files are noted; those of a checkpoint are not. */
static int note_row(struct quire_snapshot *snapshot, struct quire_log_reader *reader,
                    enum quire_log_column column, int64_t row, struct quire_buf *key)
{
    const struct quire_view *view = quire_log_column_view(reader, column);
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_txn txn;
    struct quire_domain domain;
    struct quire_add add;
    struct quire_remove removed;
    int code;
    switch (column) {
    case QUIRE_LOG_PROTOCOL: return note_protocol(snapshot, view, row);
    case QUIRE_LOG_METADATA: return note_metadata(snapshot, view, row);
    case QUIRE_LOG_TXN: quire_txn_read(view, row, &txn); return note_txn(snapshot, &txn);
    case QUIRE_LOG_DOMAIN:
        quire_domain_read(view, row, &domain);
        return note_domain(snapshot, &domain);
    case QUIRE_LOG_ADD:
        code = quire_add_read(view, row, &arena, &add);
        if (code == 0 && !quire_file_is_named(&add.path)) return QUIRE_CORRUPT;
        return code != 0 ? code : quire_snapshot_note_add(snapshot, &add, key);
    case QUIRE_LOG_REMOVE:
        code = quire_remove_read(view, row, &arena, &removed);
        return code != 0 ? code : quire_snapshot_note_remove(snapshot, &removed, key);
    case QUIRE_LOG_SIDECAR: {
        struct quire_bytes path = quire_view_bytes(&view->children[0], row);
        code = quire_buf_append(&snapshot->sidecars, path.data, path.size);
        return code != 0 ? code : quire_buf_push(&snapshot->sidecars, '\0');
    }
    default: return 0;
    }
}

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

/* url: where the rows are from, for errors. */
static int replay_rows(struct quire_snapshot *snapshot, const char *url,
                       struct quire_log_reader *reader, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    for (;;) {
        enum quire_log_column column;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        int code = note_row(snapshot, reader, column, row, &key);
        if (code == QUIRE_CORRUPT) return quire_file_fail_name(url, error);
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
}

static int replay_file(struct quire_snapshot *snapshot, const char *name, unsigned columns,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    QUIRE_TRY(join(&url, snapshot->place.url, QUIRE_LOG_FOLDER, name, error));
    QUIRE_TRY(quire_log_reader_open((const char *)url.data, columns, &reader, error));
    return replay_rows(snapshot, (const char *)url.data, &reader, error);
}

#define STATE                                                                    \
    (1u << QUIRE_LOG_PROTOCOL | 1u << QUIRE_LOG_METADATA | 1u << QUIRE_LOG_TXN | \
     1u << QUIRE_LOG_DOMAIN)

#define COMMITTED (STATE | 1u << QUIRE_LOG_ADD | 1u << QUIRE_LOG_REMOVE)

static int replay_commit(struct quire_snapshot *snapshot, int64_t version,
                         struct quire_error *error)
{
    char commit[QUIRE_LOG_NAME_MAX];
    quire_log_name_commit(version, commit);
    return replay_file(snapshot, commit, COMMITTED, error);
}

static int replay_compaction(struct quire_snapshot *snapshot,
                             const struct quire_log_compaction *compaction,
                             struct quire_error *error)
{
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_compacted(compaction->first, compaction->last, name);
    return replay_file(snapshot, name, COMMITTED, error);
}

static int replay_commits(struct quire_snapshot *snapshot, struct quire_error *error)
{
    const struct quire_log_segment *segment = &snapshot->segment;
    const struct quire_log_commit *commits =
        (const struct quire_log_commit *)(const void *)segment->commits.data;
    const struct quire_log_compaction *next =
        (const struct quire_log_compaction *)(const void *)segment->compacted.data;
    size_t n = segment->commits.size / sizeof(*commits);
    size_t left = segment->compacted.size / sizeof(*next);
    for (size_t i = 0; i < n;) {
        if (left == 0 || commits[i].version != next->first) {
            QUIRE_TRY(replay_commit(snapshot, commits[i++].version, error));
            continue;
        }
        QUIRE_TRY(replay_compaction(snapshot, next, error));
        i += (size_t)(next->last - next->first + 1);
        next++;
        left--;
    }
    return 0;
}

static int replay_checkpoint(struct quire_snapshot *snapshot, struct quire_error *error)
{
    const struct quire_log_segment *segment = &snapshot->segment;
    const char *name = (const char *)segment->checkpoint.data;
    for (size_t i = 0; i < segment->checkpoint_size; i++, name += strlen(name) + 1)
        QUIRE_TRY(replay_file(snapshot, name, STATE | 1u << QUIRE_LOG_SIDECAR, error));
    return 0;
}

static int replay_tail(struct quire_snapshot *snapshot, struct quire_error *error)
{
    QUIRE_TRY(replay_commits(snapshot, error));
    if (snapshot->has_protocol && snapshot->has_metadata) return 0;
    return quire_fail(error, QUIRE_CORRUPT, OPERATION, "the log has no %s",
                      snapshot->has_protocol ? "metaData" : "protocol");
}

/* --- Opening ------------------------------------------------------------------------------- */

/* Back to where nothing is known but the place, and what cannot be read there. */
static void forget(struct quire_snapshot *snapshot)
{
    const struct quire_table_place place = snapshot->place;
    const struct quire_buf unread = snapshot->unread;
    quire_log_segment_release(&snapshot->segment);
    quire_buf_release(&snapshot->txns);
    quire_buf_release(&snapshot->domains);
    quire_buf_release(&snapshot->tail);
    quire_buf_release(&snapshot->slots);
    quire_buf_release(&snapshot->sidecars);
    quire_arena_release(&snapshot->arena);
    *snapshot = (struct quire_snapshot){.place = place, .unread = unread};
}

static int replay_checkpoint_of(struct quire_snapshot *snapshot, int64_t version,
                                struct quire_error *error)
{
    struct quire_log_segment *segment = &snapshot->segment;
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_checkpoint(version, name);
    if (quire_buf_append(&segment->checkpoint, name, strlen(name) + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    segment->checkpoint_size = 1;
    snapshot->version = segment->version = segment->checkpoint_version = version;
    QUIRE_TRY(replay_checkpoint(snapshot, error));
    return replay_tail(snapshot, error);
}

static int has_commit(const struct quire_snapshot *snapshot, int64_t version, bool *has,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    struct quire_store *store = snapshot->place.store;
    struct quire_object object;
    struct quire_error own;
    char name[QUIRE_LOG_NAME_MAX];
    quire_error_clear(&own);
    quire_log_name_commit(version, name);
    QUIRE_TRY(join(&key, snapshot->place.key, QUIRE_LOG_FOLDER, name, error));
    int code = store->ops->head(store, (const char *)key.data, &object, &own);
    *has = code == 0;
    if (code == 0 || code == QUIRE_NOT_FOUND) return 0;
    if (error != NULL) *error = own;
    return code;
}

/* Whether what was read from a hint on is the newest version. The commit after the hint's may be
 * missing because the log was cleaned up under an old hint: then the checkpoint's own is missing
 * too. One that is followed by another was not the last. */
static int is_newest(const struct quire_snapshot *snapshot, int64_t hint, bool *newest,
                     struct quire_error *error)
{
    bool stands = true, follows = false;
    if (snapshot->version == hint) QUIRE_TRY(has_commit(snapshot, hint, &stands, error));
    QUIRE_TRY(has_commit(snapshot, snapshot->version + 2, &follows, error));
    *newest = stands && !follows;
    return 0;
}

/* Whether a failure is what a file of the log is, rather than what keeps from reading it. */
static bool is_unreadable(int code)
{
    return code == QUIRE_NOT_FOUND || code == QUIRE_CORRUPT || code == QUIRE_INPUT ||
           code == QUIRE_UNSUPPORTED || code == QUIRE_LIMIT;
}

/* Without a list: the checkpoint of the hint, then commit after commit. Where that may not be all,
 * nothing is taken on. */
static int open_by_hint(struct quire_snapshot *snapshot, int64_t hint, bool *opened,
                        struct quire_error *error)
{
    struct quire_error own;
    quire_error_clear(&own);
    int code = replay_checkpoint_of(snapshot, hint, &own);
    if (code == 0) code = quire_snapshot_advance(snapshot, -1, &own);
    if (code == 0) code = is_newest(snapshot, hint, opened, &own);
    if (is_unreadable(code) || (code == 0 && !*opened)) {
        *opened = false;
        forget(snapshot);
        return 0;
    }
    if (code != 0 && error != NULL) *error = own;
    return code;
}

static int note_unread(struct quire_snapshot *snapshot, const struct quire_error *cause,
                       struct quire_error *error)
{
    struct quire_buf *unread = &snapshot->unread;
    const char *name = (const char *)snapshot->segment.checkpoint.data;
    if (quire_buf_append(unread, name, strlen(name) + 1) != 0 ||
        quire_buf_append(unread, cause->cause, strlen(cause->cause) + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* Replays what the segment has. Where its checkpoint cannot be read an older one or the commits
 * from the first on are taken, as long as the log has them; else its failure is told. */
static int replay_segment(struct quire_snapshot *snapshot, int64_t version,
                          struct quire_error *error)
{
    struct quire_error first, own;
    quire_error_clear(&first);
    for (;;) {
        snapshot->version = snapshot->segment.version;
        quire_error_clear(&own);
        int code = replay_checkpoint(snapshot, &own);
        if (code == 0) return replay_tail(snapshot, error);
        if (first.code == 0) first = own;
        if (!is_unreadable(code)) break;
        int64_t below = snapshot->segment.checkpoint_version;
        QUIRE_TRY(note_unread(snapshot, &own, error));
        forget(snapshot);
        code = quire_log_segment_list_below(snapshot->place.store, snapshot->place.key, version,
                                            below, &snapshot->segment, &own);
        if (code != 0) break;
    }
    if (error != NULL) *error = first;
    return first.code;
}

static int open_snapshot(struct quire_snapshot *snapshot, const char *url, int64_t version,
                         struct quire_error *error)
{
    struct quire_last_checkpoint hint;
    bool opened = false;
    QUIRE_TRY(quire_table_place_open(url, &snapshot->place, error));
    QUIRE_TRY(quire_last_checkpoint_read(&snapshot->place, &hint, error));
    /* A folder is listed whole. Elsewhere a list that begins where it is told to costs no more than
     * asking for a commit that is not there, and shows gaps. */
    if (version < 0 && hint.version >= 0 && hint.classic &&
        (snapshot->place.store->ops->capabilities & QUIRE_STORE_LOCAL) != 0)
        QUIRE_TRY(open_by_hint(snapshot, hint.version, &opened, error));
    if (opened) return 0;
    QUIRE_TRY(quire_log_segment_list(snapshot->place.store, snapshot->place.key, version,
                                     hint.version, &snapshot->segment, error));
    return replay_segment(snapshot, version, error);
}

int quire_snapshot_open(const char *url, int64_t version, struct quire_snapshot **snapshot,
                        struct quire_error *error)
{
    struct quire_snapshot *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_snapshot(made, url, version, error);
    if (code != 0) {
        quire_error_path(error, url);
        quire_snapshot_free(made);
        return code;
    }
    *snapshot = made;
    return 0;
}

static int note_commit(struct quire_snapshot *snapshot)
{
    const struct quire_log_commit commit = {snapshot->version + 1, 0};
    QUIRE_TRY(quire_buf_append(&snapshot->segment.commits, &commit, sizeof(commit)));
    snapshot->version = snapshot->segment.version = commit.version;
    return 0;
}

int quire_snapshot_apply(struct quire_snapshot *snapshot, const struct quire_buf *lines,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_TRY(quire_log_reader_open_lines(lines, COMMITTED, &reader, error));
    QUIRE_TRY(replay_rows(snapshot, snapshot->place.url, &reader, error));
    return note_commit(snapshot) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_snapshot_advance(struct quire_snapshot *snapshot, int64_t version,
                           struct quire_error *error)
{
    while (version < 0 || snapshot->version < version) {
        struct quire_error missing;
        quire_error_clear(&missing);
        int code = replay_commit(snapshot, snapshot->version + 1, &missing);
        if (code == QUIRE_NOT_FOUND && version < 0) return 0;
        if (code == 0 && note_commit(snapshot) != 0) code = quire_fail_memory(&missing, OPERATION);
        if (code != 0) {
            if (error != NULL) *error = missing;
            return code;
        }
    }
    return 0;
}

void quire_snapshot_free(struct quire_snapshot *snapshot)
{
    if (snapshot == NULL) return;
    forget(snapshot);
    quire_buf_release(&snapshot->unread);
    quire_table_place_close(&snapshot->place);
    quire_free(snapshot);
}

const char *quire_snapshot_property(const struct quire_snapshot *snapshot, const char *name)
{
    const struct quire_pair *pair = quire_pairs_find(&snapshot->metadata.configuration, name);
    return pair != NULL ? (const char *)pair->value.data : NULL;
}
