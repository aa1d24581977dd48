#include "table/commit/transaction_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "table/log/action_write.h"
#include "table/log/history.h"
#include "table/rows/row_ids.h"
#include "table/schema/protocol_raise.h"

#define STAMPS          "delta.enableInCommitTimestamps"
#define STAMPS_SINCE    "delta.inCommitTimestampEnablementVersion"
#define STAMPS_SINCE_MS "delta.inCommitTimestampEnablementTimestamp"
#define TRACKING        "delta.enableRowTracking"
#define SUSPENDED       "delta.rowTrackingSuspended"

static bool is_set(const struct quire_metadata_action *metadata, const char *name)
{
    const struct quire_pair *pair = quire_pairs_find(&metadata->configuration, name);
    return pair != NULL && quire_bytes_equal_text(&pair->value, "true");
}

static bool is_stamped(const struct quire_metadata_action *metadata,
                       const struct quire_protocol *protocol)
{
    return quire_protocol_supports(protocol, "inCommitTimestamp") && is_set(metadata, STAMPS);
}

bool quire_rows_are_tracked(const struct quire_metadata_action *metadata,
                            const struct quire_protocol *protocol)
{
    return quire_protocol_supports(protocol, "rowTracking") && !is_set(metadata, SUSPENDED);
}

/* --- The time ------------------------------------------------------------------------------ */

/* When the file of the version before was changed. */
static int file_ms(const struct quire_snapshot *base, int64_t *modified_ms,
                   struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    struct quire_object object = {0};
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_commit(base->version, name);
    if (quire_buf_printf(&key, "%s" QUIRE_LOG_FOLDER "%s", base->place.key, name) != 0 ||
        quire_buf_terminate(&key) != 0)
        return quire_fail_memory(error, "commit");
    QUIRE_TRY(
        base->place.store->ops->head(base->place.store, (const char *)key.data, &object, error));
    *modified_ms = object.modified_us / 1000;
    return 0;
}

/* After the time of the version before. *enables is set where that one had none. */
static int choose_stamp(const struct quire_transaction *transaction, int64_t now_ms,
                        int64_t *stamp_ms, bool *enables, struct quire_error *error)
{
    const struct quire_snapshot *base = transaction->base;
    int64_t before_ms = QUIRE_LOG_NONE;
    *stamp_ms = now_ms;
    *enables = false;
    if (base->version < 0) return 0;
    *enables = !is_stamped(&base->metadata, &base->protocol);
    if (*enables)
        QUIRE_TRY(file_ms(base, &before_ms, error));
    else
        QUIRE_TRY(quire_history_stamp(base, base->version, &before_ms, error));
    if (before_ms != QUIRE_LOG_NONE && before_ms >= now_ms) *stamp_ms = before_ms + 1;
    return 0;
}

/* --- Metadata ------------------------------------------------------------------------------ */

static bool set_number(struct quire_arena *arena, struct quire_pairs *pairs, const char *name,
                       int64_t number)
{
    char text[24];
    int size = snprintf(text, sizeof(text), "%" PRId64, number);
    const char *copy = quire_arena_strndup(arena, text, (size_t)size);
    size_t at = 0;
    if (copy == NULL) return false;
    while (at < pairs->size && !quire_bytes_equal_text(&pairs->items[at].key, name))
        at++;
    pairs->items[at] = (struct quire_pair){{(const uint8_t *)name, strlen(name)},
                                           {(const uint8_t *)copy, (size_t)size}};
    if (at == pairs->size) pairs->size++;
    return true;
}

/* Says since when commits are stamped. */
static int write_metadata(const struct quire_metadata_action *given, bool enables, int64_t version,
                          int64_t stamp_ms, struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_metadata_action metadata = *given;
    struct quire_pairs *pairs = &metadata.configuration;
    if (!enables) return quire_metadata_write(&metadata, out);
    pairs->items = quire_arena_alloc(&arena, (pairs->size + 2) * sizeof(*pairs->items));
    if (pairs->items == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < pairs->size; i++)
        pairs->items[i] = given->configuration.items[i];
    if (!set_number(&arena, pairs, STAMPS_SINCE, version) ||
        !set_number(&arena, pairs, STAMPS_SINCE_MS, stamp_ms))
        return QUIRE_MEMORY;
    return quire_metadata_write(&metadata, out);
}

/* --- All of it ----------------------------------------------------------------------------- */

static int write_lines(const struct quire_transaction *transaction, int64_t version,
                       struct quire_buf *out, struct quire_error *error)
{
    const struct quire_buf *lines = &transaction->lines;
    if (quire_rows_are_tracked(quire_transaction_next_metadata(transaction),
                               quire_transaction_next_protocol(transaction)))
        return quire_row_ids_write(lines, &transaction->base->domains, version, out, error);
    return quire_buf_append(out, lines->data, lines->size);
}

int quire_transaction_text(const struct quire_transaction *transaction,
                           const struct quire_commit_info *given, const char *mark,
                           struct quire_buf *out, struct quire_error *error)
{
    const struct quire_metadata_action *metadata = quire_transaction_next_metadata(transaction);
    const struct quire_protocol *protocol = quire_transaction_next_protocol(transaction);
    const char *app = transaction->options.app;
    int64_t now_ms = quire_commit_now_ms(), version = transaction->base->version + 1;
    struct quire_commit_info info = *given;
    bool enables = false;
    const struct quire_txn txn = {.app = {(const uint8_t *)app, app != NULL ? strlen(app) : 0},
                                  .version = transaction->options.app_version,
                                  .updated_ms = now_ms};
    info.beside = transaction->options.info;
    info.read_version = transaction->read_version;
    info.took_ms = -1;
    if (transaction->begun_ms != 0)
        info.took_ms = quire_time_monotonic_ns() / 1000000 - transaction->begun_ms;
    info.blind_append = !transaction->reads && transaction->removed.entries.size == 0;
    if (is_stamped(metadata, protocol))
        QUIRE_TRY(choose_stamp(transaction, now_ms, &info.stamp_ms, &enables, error));
    if (quire_rows_are_tracked(metadata, protocol) && is_set(metadata, TRACKING))
        info.rows_kept = "true";
    int code = quire_commit_info_write(&info, mark, now_ms, out);
    if (code == 0 && app != NULL) code = quire_txn_write(&txn, out);
    if (code == 0 && transaction->next_protocol != NULL)
        code = quire_protocol_write(transaction->next_protocol, out);
    if (code == 0 && transaction->next_metadata != NULL)
        code = write_metadata(metadata, enables, version, info.stamp_ms, out);
    if (code == 0) code = write_lines(transaction, version, out, error);
    return code != QUIRE_MEMORY ? code : quire_fail_memory(error, transaction->options.verb);
}
