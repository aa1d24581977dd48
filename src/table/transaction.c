#include "table/transaction.h"

#include <inttypes.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/random.h"
#include "table/action_write.h"
#include "table/after_commit.h"
#include "table/transaction_conflict.h"
#include "table/uri.h"

#define ATTEMPTS_MAX  10000
#define WAIT_LEAST_MS 1
#define WAIT_MOST_MS  200

static int fail_memory(const struct quire_transaction *transaction, struct quire_error *error)
{
    return quire_fail_memory(error, transaction->options.verb);
}

/* --- Opening ------------------------------------------------------------------------------- */

/* Whether the table has this version of the app, or a later one. */
static bool is_done(const struct quire_transaction *transaction)
{
    const struct quire_buf *known = &transaction->base->txns;
    const struct quire_txn *txns = (const struct quire_txn *)(const void *)known->data;
    if (transaction->options.app == NULL) return false;
    for (size_t i = 0; i < known->size / sizeof(*txns); i++)
        if (quire_bytes_equal_text(&txns[i].app, transaction->options.app))
            return txns[i].version >= transaction->options.app_version;
    return false;
}

int quire_transaction_open(const char *url, const struct quire_transaction_options *options,
                           struct quire_transaction **transaction, struct quire_error *error)
{
    struct quire_transaction *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, options->verb);
    made->options = *options;
    int code = quire_snapshot_open(url, -1, &made->base, error);
    if (code != 0) {
        quire_transaction_close(made);
        return code;
    }
    made->read_version = made->base->version;
    made->metadata = made->base->metadata;
    made->protocol = made->base->protocol;
    made->skipped = is_done(made);
    *transaction = made;
    return 0;
}

void quire_transaction_close(struct quire_transaction *transaction)
{
    if (transaction == NULL) return;
    quire_snapshot_free(transaction->base);
    quire_buf_release(&transaction->lines);
    quire_buf_release(&transaction->removed);
    quire_buf_release(&transaction->domains);
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

int quire_transaction_add(struct quire_transaction *transaction, const struct quire_add *add,
                          struct quire_error *error)
{
    return finish(transaction, quire_add_write(add, &transaction->lines), error);
}

/* Files that others must leave as they are. */
static int note_path(struct quire_transaction *transaction, const struct quire_bytes *given)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf path = {0};
    int code = quire_uri_decode(given, &path);
    struct quire_bytes name = {path.data, path.size};
    if (code == 0) code = quire_bytes_copy(&transaction->arena, &name);
    return code != 0 ? code : quire_buf_append(&transaction->removed, &name, sizeof(name));
}

int quire_transaction_readd(struct quire_transaction *transaction, const struct quire_add *add,
                            struct quire_error *error)
{
    int code = note_path(transaction, &add->path);
    if (code == 0) code = quire_add_write(add, &transaction->lines);
    transaction->readds = true;
    return finish(transaction, code, error);
}

int quire_transaction_remove(struct quire_transaction *transaction, const struct quire_add *add,
                             int64_t deleted_ms, bool data_change, struct quire_error *error)
{
    int code = note_path(transaction, &add->path);
    if (code == 0) code = quire_remove_write(add, deleted_ms, data_change, &transaction->lines);
    return finish(transaction, code, error);
}

int quire_transaction_metadata(struct quire_transaction *transaction,
                               const struct quire_metadata_action *metadata,
                               struct quire_error *error)
{
    return finish(transaction, quire_metadata_write(metadata, &transaction->lines), error);
}

int quire_transaction_protocol(struct quire_transaction *transaction,
                               const struct quire_protocol *protocol, struct quire_error *error)
{
    return finish(transaction, quire_protocol_write(protocol, &transaction->lines), error);
}

int quire_transaction_domain(struct quire_transaction *transaction,
                             const struct quire_domain *domain, struct quire_error *error)
{
    struct quire_bytes name = domain->name;
    int code = quire_bytes_copy(&transaction->arena, &name);
    if (code == 0) code = quire_buf_append(&transaction->domains, &name, sizeof(name));
    if (code == 0) code = quire_domain_write(domain, &transaction->lines);
    return finish(transaction, code, error);
}

/* --- Committing ---------------------------------------------------------------------------- */

static int write_commit(const struct quire_transaction *transaction,
                        const struct quire_commit_info *given, const char *mark,
                        struct quire_buf *out, struct quire_error *error)
{
    const char *app = transaction->options.app;
    int64_t now_ms = quire_commit_now_ms();
    struct quire_commit_info info = *given;
    const struct quire_txn txn = {.app = {(const uint8_t *)app, app != NULL ? strlen(app) : 0},
                                  .version = transaction->options.app_version,
                                  .updated_ms = now_ms};
    info.read_version = transaction->read_version;
    info.blind_append = !transaction->reads && transaction->removed.size == 0;
    int code = quire_commit_info_write(&info, mark, now_ms, out);
    if (code == 0 && app != NULL) code = quire_txn_write(&txn, out);
    if (code == 0) code = quire_buf_append(out, transaction->lines.data, transaction->lines.size);
    return finish(transaction, code, error);
}

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
    return 0;
}

static int commit(struct quire_transaction *transaction, const struct quire_buf *lines,
                  const char *mark, int64_t *version, struct quire_error *error)
{
    struct quire_random generator;
    quire_random_seed(&generator, quire_random_entropy());
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        enum quire_commit_outcome outcome;
        int64_t next = transaction->base->version + 1;
        QUIRE_TRY(put_commit(transaction, lines, mark, next, &outcome, error));
        *version = next;
        if (outcome == QUIRE_COMMIT_DONE) return 0;
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
    QUIRE_TRY(write_commit(transaction, info, mark, &lines, error));
    QUIRE_TRY(commit(transaction, &lines, mark, version, error));
    if (transaction->skipped) return 0;
    const struct quire_after_commit after = {.snapshot = transaction->base,
                                             .version = *version,
                                             .lines = &lines,
                                             .mark = mark,
                                             .readds = transaction->readds,
                                             .durability = transaction->options.durability};
    quire_after_commit(&after);
    return 0;
}
