/* Files that others added matter to who read rows that they may have; files that others removed,
 * to who removes them too; the schema and the protocol, to all. */
#include "table/commit/transaction_conflict.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/files/file_filter.h"
#include "table/log/log_read.h"
#include "table/log/uri.h"
#include "table/rows/identity.h"

static bool same_bytes(const struct quire_bytes *a, const struct quire_bytes *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static bool same_texts(const struct quire_texts *a, const struct quire_texts *b)
{
    bool same = a->size == b->size;
    for (size_t i = 0; same && i < a->size; i++)
        same = same_bytes(&a->items[i], &b->items[i]);
    return same;
}

static bool same_pairs(const struct quire_pairs *a, const struct quire_pairs *b)
{
    bool same = a->size == b->size;
    for (size_t i = 0; same && i < a->size; i++)
        same = same_bytes(&a->items[i].key, &b->items[i].key) &&
               same_bytes(&a->items[i].value, &b->items[i].value);
    return same;
}

static int conflict(const struct quire_transaction *transaction, int64_t version, const char *what,
                    struct quire_error *error)
{
    const char *verb = transaction->options.verb;
    int code = quire_fail(error, QUIRE_CONFLICT, verb,
                          "version %" PRId64 " was committed meanwhile, and %s; nothing was "
                          "changed (read was version %" PRId64 ")",
                          version, what, transaction->read_version);
    quire_error_hint(error, "try again on the new version");
    return code;
}

/* What the transaction was made for must be as it was. */
static int check_table(const struct quire_transaction *transaction, int64_t version,
                       struct quire_error *error)
{
    const struct quire_metadata_action *a = &transaction->metadata;
    const struct quire_metadata_action *b = &transaction->base->metadata;
    const struct quire_protocol *p = &transaction->protocol, *q = &transaction->base->protocol;
    bool same_schema;
    if (quire_identity_schemas_equal(&a->schema, &b->schema, &same_schema) != 0)
        return quire_fail_memory(error, transaction->options.verb);
    /* Marks alone matter to who says some. */
    if (same_schema && !same_bytes(&a->schema, &b->schema))
        same_schema = transaction->next_metadata == NULL ||
                      (transaction->marks_alone && transaction->renumber != NULL);
    if (!same_bytes(&a->id, &b->id) || !same_schema ||
        !same_texts(&a->partitions, &b->partitions) ||
        !same_pairs(&a->configuration, &b->configuration))
        return conflict(transaction, version, "the table's metadata was changed", error);
    if (p->reader != q->reader || p->writer != q->writer ||
        !same_texts(&p->reader_features, &q->reader_features) ||
        !same_texts(&p->writer_features, &q->writer_features))
        return conflict(transaction, version, "the table's protocol was changed", error);
    return 0;
}

/* An app that others have taken further is one that two writers have. */
static int check_apps(const struct quire_transaction *transaction, int64_t version,
                      struct quire_error *error)
{
    const struct quire_txn *apps = (const struct quire_txn *)(const void *)transaction->apps.data;
    for (size_t i = 0; i < transaction->apps.size / sizeof(*apps); i++) {
        const char *app = (const char *)apps[i].app.data;
        if (quire_transaction_app_version(transaction, app) != apps[i].version)
            return conflict(transaction, version, "it has rows of an app that this one has", error);
    }
    return 0;
}

/* --- The actions of a commit ---------------------------------------------------------------- */

struct check {
    const struct quire_transaction *transaction;
    int64_t version;
    struct quire_table_columns columns; /* open when rows matter */
    struct quire_arena arena;           /* of the current action */
};

static void release_check(struct check *check)
{
    if (check->columns.partitions != NULL) quire_table_columns_close(&check->columns);
    quire_arena_release(&check->arena);
}

static int check_add(struct check *check, const struct quire_add *add, struct quire_error *error)
{
    const struct quire_transaction *transaction = check->transaction;
    bool keep = true;
    if (!add->data_change || !transaction->reads) return 0;
    QUIRE_TRY(quire_file_filter(&check->columns, add, 1, transaction->reads_where, &keep, error));
    if (!keep) return 0;
    return conflict(transaction, check->version, "it added rows that may be among those read",
                    error);
}

static int check_removed(struct check *check, const struct quire_bytes *path,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf decoded = {0};
    if (quire_uri_decode(path, &decoded) != 0)
        return quire_fail_memory(error, check->transaction->options.verb);
    const struct quire_transaction *transaction = check->transaction;
    if (quire_key_numbers_find(&transaction->removed, decoded.data, decoded.size) != NULL)
        return conflict(transaction, check->version,
                        "it removed or changed a file that this one replaces", error);
    if (quire_key_numbers_find(&transaction->kept, decoded.data, decoded.size) != NULL)
        return conflict(transaction, check->version,
                        "it removed or changed a file that this one keeps", error);
    return 0;
}

static int check_action(struct check *check, const struct quire_view *view, int64_t row,
                        enum quire_log_column column, struct quire_error *error)
{
    struct quire_add add;
    struct quire_remove removed;
    const bool adds = column == QUIRE_LOG_ADD;
    int code = adds ? quire_add_read(view, row, &check->arena, &add)
                    : quire_remove_read(view, row, &check->arena, &removed);
    /* Keys of a batch are not terminated; those of partitions are looked up as texts. */
    if (code == 0 && adds) code = quire_add_copy(&check->arena, &add);
    if (code != 0) return quire_fail_memory(error, check->transaction->options.verb);
    return adds ? check_add(check, &add, error) : check_removed(check, &removed.path, error);
}

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

static int check_actions(struct check *check, struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    const struct quire_transaction *transaction = check->transaction;
    char commit[QUIRE_LOG_NAME_MAX];
    quire_log_name_commit(check->version, commit);
    if (quire_buf_printf(&url, "%s" QUIRE_LOG_FOLDER "%s", transaction->base->place.url, commit) !=
            0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, transaction->options.verb);
    QUIRE_TRY(quire_log_reader_open((const char *)url.data,
                                    1u << QUIRE_LOG_ADD | 1u << QUIRE_LOG_REMOVE, &reader, error));
    for (;;) {
        enum quire_log_column column;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        QUIRE_TRY(check_action(check, quire_log_column_view(&reader, column), row, column, error));
        quire_arena_release(&check->arena);
    }
}

int quire_transaction_check(const struct quire_transaction *transaction, int64_t version,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(release_check)
    struct check check = {.transaction = transaction, .version = version};
    QUIRE_TRY(check_table(transaction, version, error));
    QUIRE_TRY(check_apps(transaction, version, error));
    if (!transaction->reads && transaction->removed.entries.size == 0 &&
        transaction->kept.entries.size == 0)
        return 0;
    if (transaction->reads)
        QUIRE_TRY(quire_table_columns_open(transaction->base, &check.columns, error));
    return check_actions(&check, error);
}
