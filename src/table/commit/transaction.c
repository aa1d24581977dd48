#include "table/commit/transaction.h"

#include <inttypes.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/random.h"
#include "base/time_text.h"
#include "table/commit/after_commit.h"
#include "table/commit/made_folder.h"
#include "table/commit/transaction_conflict.h"
#include "table/commit/transaction_text.h"
#include "table/log/action_write.h"
#include "table/log/uri.h"

#define ATTEMPTS_MAX  10000
#define WAIT_LEAST_MS 1
#define WAIT_MOST_MS  200

static int fail_memory(const struct quire_transaction *transaction, struct quire_error *error)
{
    return quire_fail_memory(error, transaction->options.verb);
}

/* --- Opening ------------------------------------------------------------------------------- */

int64_t quire_transaction_app_version(const struct quire_transaction *transaction, const char *app)
{
    const struct quire_buf *known = &transaction->base->txns;
    const struct quire_txn *txns = (const struct quire_txn *)(const void *)known->data;
    for (size_t i = 0; i < known->size / sizeof(*txns); i++)
        if (quire_bytes_equal_text(&txns[i].app, app)) return txns[i].version;
    return -1;
}

/* Whether the table has this version of the app, or a later one. */
static bool is_done(const struct quire_transaction *transaction)
{
    const char *app = transaction->options.app;
    if (app == NULL) return false;
    int64_t version = quire_transaction_app_version(transaction, app);
    return version >= 0 && version >= transaction->options.app_version;
}

/* Notes what the table is, of which the transaction is made. */
static void begin(struct quire_transaction *transaction)
{
    transaction->read_version = transaction->base->version;
    transaction->metadata = transaction->base->metadata;
    transaction->protocol = transaction->base->protocol;
    transaction->next_metadata = NULL;
    transaction->next_protocol = NULL;
    transaction->marks_alone = false;
    transaction->renumber = NULL;
    transaction->skipped = is_done(transaction);
}

int quire_transaction_open(const char *url, const struct quire_transaction_options *options,
                           struct quire_transaction **transaction, struct quire_error *error)
{
    struct quire_transaction *made = quire_alloc_zero(1, sizeof(*made));
    int64_t begun_ms = quire_time_monotonic_ns() / 1000000;
    if (made == NULL) return quire_fail_memory(error, options->verb);
    made->options = *options;
    int code = quire_snapshot_open(url, -1, &made->base, error);
    if (code != 0) {
        quire_transaction_close(made);
        return code;
    }
    begin(made);
    made->begun_ms = begun_ms;
    *transaction = made;
    return 0;
}

/* A table of which no version stands yet. */
static int open_nothing(const char *url, const struct quire_metadata_action *metadata,
                        const struct quire_protocol *protocol, struct quire_snapshot **snapshot,
                        struct quire_error *error)
{
    *snapshot = quire_alloc_zero(1, sizeof(**snapshot));
    if (*snapshot == NULL) return quire_fail_memory(error, "create table");
    struct quire_snapshot *made = *snapshot;
    made->version = made->segment.version = made->segment.checkpoint_version = -1;
    made->metadata = *metadata;
    made->protocol = *protocol;
    made->has_metadata = made->has_protocol = true;
    if (quire_metadata_copy(&made->arena, &made->metadata) != 0 ||
        quire_protocol_copy(&made->arena, &made->protocol) != 0)
        return quire_fail_memory(error, "create table");
    return quire_table_place_open(url, &made->place, error);
}

int quire_transaction_create(const char *url, const struct quire_transaction_options *options,
                             const struct quire_metadata_action *metadata,
                             const struct quire_protocol *protocol,
                             struct quire_transaction **transaction, struct quire_error *error)
{
    struct quire_transaction *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, options->verb);
    made->options = *options;
    int code = open_nothing(url, metadata, protocol, &made->base, error);
    if (code != 0) {
        quire_transaction_close(made);
        return code;
    }
    made->missing_folder = quire_table_folder_missing(&made->base->place);
    made->begun_ms = quire_time_monotonic_ns() / 1000000;
    made->read_version = -1;
    made->metadata = made->base->metadata;
    made->protocol = made->base->protocol;
    made->next_metadata = &made->metadata;
    made->next_protocol = &made->protocol;
    *transaction = made;
    return 0;
}

int quire_transaction_renew(struct quire_transaction *transaction, struct quire_error *error)
{
    quire_buf_clear(&transaction->lines);
    quire_key_numbers_clear(&transaction->removed);
    quire_key_numbers_clear(&transaction->kept);
    quire_buf_clear(&transaction->apps);
    quire_arena_release(&transaction->arena);
    transaction->reads = false;
    transaction->reads_where = NULL;
    transaction->may_stand = false;
    transaction->begun_ms = 0;
    QUIRE_TRY(quire_snapshot_advance(transaction->base, -1, error));
    begin(transaction);
    return 0;
}

void quire_transaction_close(struct quire_transaction *transaction)
{
    if (transaction == NULL) return;
    if (transaction->read_version < 0 && !transaction->may_stand && transaction->base != NULL)
        quire_table_folder_undo(&transaction->base->place, transaction->missing_folder);
    quire_free(transaction->missing_folder);
    quire_snapshot_free(transaction->base);
    quire_buf_release(&transaction->lines);
    quire_key_numbers_release(&transaction->removed);
    quire_key_numbers_release(&transaction->kept);
    quire_buf_release(&transaction->apps);
    quire_arena_release(&transaction->arena);
    quire_free(transaction);
}

void quire_transaction_reads(struct quire_transaction *transaction, const char *where)
{
    transaction->reads = true;
    transaction->reads_where = where;
}

/* --- Actions ------------------------------------------------------------------------------- */

static int finish(const struct quire_transaction *transaction, int code, struct quire_error *error)
{
    return code == 0 ? 0 : fail_memory(transaction, error);
}

int quire_transaction_app(struct quire_transaction *transaction, const char *app, int64_t version,
                          struct quire_error *error)
{
    struct quire_txn txn = {.app = {(const uint8_t *)app, strlen(app)},
                            .version = version,
                            .updated_ms = quire_commit_now_ms()};
    int code = quire_txn_write(&txn, &transaction->lines);
    txn.version = quire_transaction_app_version(transaction, app);
    if (code == 0) code = quire_bytes_copy(&transaction->arena, &txn.app);
    if (code == 0) code = quire_buf_append(&transaction->apps, &txn, sizeof(txn));
    return finish(transaction, code, error);
}

int quire_transaction_add(struct quire_transaction *transaction, const struct quire_add *add,
                          struct quire_error *error)
{
    return finish(transaction, quire_add_write(add, &transaction->lines), error);
}

/* Files that others must leave as they are. */
static int note_path(const struct quire_bytes *given, struct quire_key_numbers *list)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf path = {0};
    QUIRE_TRY(quire_uri_decode(given, &path));
    if (quire_key_numbers_find(list, path.data, path.size) != NULL) return 0;
    return quire_key_numbers_add(list, path.data, path.size, 0);
}

int quire_transaction_readd(struct quire_transaction *transaction, const struct quire_add *add,
                            struct quire_error *error)
{
    int code = note_path(&add->path, &transaction->removed);
    if (code == 0) code = quire_add_write(add, &transaction->lines);
    transaction->readds = true;
    return finish(transaction, code, error);
}

int quire_transaction_keep(struct quire_transaction *transaction, const struct quire_add *add,
                           struct quire_error *error)
{
    return finish(transaction, note_path(&add->path, &transaction->kept), error);
}

int quire_transaction_remove(struct quire_transaction *transaction, const struct quire_add *add,
                             int64_t deleted_ms, bool data_change, struct quire_error *error)
{
    int code = note_path(&add->path, &transaction->removed);
    if (code == 0) code = quire_remove_write(add, deleted_ms, data_change, &transaction->lines);
    return finish(transaction, code, error);
}

int quire_transaction_metadata(struct quire_transaction *transaction,
                               const struct quire_metadata_action *metadata,
                               struct quire_error *error)
{
    struct quire_metadata_action *copy = quire_arena_alloc(&transaction->arena, sizeof(*copy));
    if (copy == NULL) return fail_memory(transaction, error);
    *copy = *metadata;
    transaction->next_metadata = copy;
    return finish(transaction, quire_metadata_copy(&transaction->arena, copy), error);
}

int quire_transaction_protocol(struct quire_transaction *transaction,
                               const struct quire_protocol *protocol, struct quire_error *error)
{
    struct quire_protocol *copy = quire_arena_alloc(&transaction->arena, sizeof(*copy));
    if (copy == NULL) return fail_memory(transaction, error);
    *copy = *protocol;
    transaction->next_protocol = copy;
    return finish(transaction, quire_protocol_copy(&transaction->arena, copy), error);
}

const struct quire_metadata_action *
quire_transaction_next_metadata(const struct quire_transaction *transaction)
{
    return transaction->next_metadata != NULL ? transaction->next_metadata
                                              : &transaction->base->metadata;
}

const struct quire_protocol *
quire_transaction_next_protocol(const struct quire_transaction *transaction)
{
    return transaction->next_protocol != NULL ? transaction->next_protocol
                                              : &transaction->base->protocol;
}

/* --- Committing ---------------------------------------------------------------------------- */

/* Waits for a time that grows with the attempts and is never the same for two writers. */
static void wait_a_while(struct quire_random *generator, int attempt)
{
    uint64_t most = attempt < 8 ? (uint64_t)WAIT_LEAST_MS << attempt : WAIT_MOST_MS;
    uint64_t micros = quire_random_below(generator, most * 1000) + 1;
    const struct timespec wait = {.tv_sec = (time_t)(micros / 1000000),
                                  .tv_nsec = (long)(micros % 1000000 * 1000)};
    nanosleep(&wait, NULL);
}

/* Files of a commit that may stand are left: whoever reads it needs them. */
static int put_commit(struct quire_transaction *transaction, const struct quire_buf *commit,
                      const char *mark, int64_t version, enum quire_commit_outcome *outcome,
                      struct quire_error *error)
{
    const struct quire_table_place *place = &transaction->base->place;
    int code = quire_commit_put(place->store, place->key, version, commit, mark,
                                transaction->options.durability, outcome, error);
    transaction->may_stand = *outcome == QUIRE_COMMIT_DONE || *outcome == QUIRE_COMMIT_UNKNOWN;
    if (code != 0 && *outcome == QUIRE_COMMIT_UNKNOWN)
        quire_error_hint(error, "the commit may stand: look at the table first");
    return code;
}

/* Others gave values of identity columns, where nothing else of the metadata differs: what was
 * written here gets such as are beyond these. */
static int move_marks(struct quire_transaction *transaction, struct quire_error *error)
{
    const struct quire_bytes *now = &transaction->base->metadata.schema;
    const struct quire_bytes *then = &transaction->metadata.schema;
    if (now->size == then->size && memcmp(now->data, then->data, now->size) == 0) return 0;
    transaction->metadata = transaction->base->metadata;
    if (!transaction->marks_alone) return 0;
    transaction->next_metadata = NULL;
    return transaction->renumber(transaction->renumber_user, error);
}

/* Goes on to the newest version, by commits that leave the transaction as it is. */
static int catch_up(struct quire_transaction *transaction, int64_t *version,
                    struct quire_error *error)
{
    struct quire_snapshot *base = transaction->base;
    int64_t from = base->version;
    QUIRE_TRY(quire_snapshot_advance(base, -1, error));
    *version = base->version;
    transaction->skipped = is_done(transaction);
    if (transaction->skipped) return 0;
    for (int64_t each = from + 1; each <= base->version; each++)
        QUIRE_TRY(quire_transaction_check(transaction, each, error));
    return move_marks(transaction, error);
}

static int fail_exists(const struct quire_transaction *transaction, struct quire_error *error)
{
    return quire_fail(error, QUIRE_EXISTS, transaction->options.verb,
                      "there is a table already; nothing was changed");
}

static int commit(struct quire_transaction *transaction, const struct quire_commit_info *info,
                  const char *mark, struct quire_buf *lines, int64_t *version,
                  struct quire_error *error)
{
    struct quire_random generator;
    quire_random_seed(&generator, quire_random_entropy());
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        enum quire_commit_outcome outcome;
        int64_t next = transaction->base->version + 1;
        quire_buf_clear(lines);
        QUIRE_TRY(quire_transaction_text(transaction, info, mark, lines, error));
        QUIRE_TRY(put_commit(transaction, lines, mark, next, &outcome, error));
        *version = next;
        if (outcome == QUIRE_COMMIT_DONE) return 0;
        if (transaction->read_version < 0) return fail_exists(transaction, error);
        wait_a_while(&generator, attempt);
        QUIRE_TRY(catch_up(transaction, version, error));
        if (transaction->skipped) return 0;
    }
    return quire_fail(error, QUIRE_CONFLICT, transaction->options.verb,
                      "other writers were first %d times; nothing was changed", ATTEMPTS_MAX);
}

int quire_transaction_commit(struct quire_transaction *transaction,
                             const struct quire_commit_info *info, int64_t *version,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf lines = {0};
    char mark[QUIRE_COMMIT_MARK_SIZE];
    quire_commit_mark(mark);
    QUIRE_TRY(commit(transaction, info, mark, &lines, version, error));
    if (transaction->skipped) return 0;
    const struct quire_after_commit after = {.snapshot = transaction->base,
                                             .version = *version,
                                             .lines = &lines,
                                             .mark = mark,
                                             .readds = transaction->readds,
                                             .durability = transaction->options.durability,
                                             .no_auto_compact =
                                                 transaction->options.no_auto_compact};
    quire_after_commit(&after);
    return 0;
}
