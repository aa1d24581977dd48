/* The commits are replayed onto nothing. Domains that were removed are found anew: a snapshot does
 * not remember them, and what comes before these commits may have them. */
#include "table/log/log_compact.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/log/action_write.h"
#include "table/log/log_read.h"

#define OPERATION "compact log"

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

/* A snapshot of these commits alone; its place is borrowed. */
static int replay(const struct quire_snapshot *snapshot, int64_t first, int64_t last,
                  struct quire_snapshot **made, struct quire_error *error)
{
    struct quire_snapshot *range = quire_alloc_zero(1, sizeof(*range));
    if (range == NULL) return quire_fail_memory(error, OPERATION);
    range->place = snapshot->place;
    range->version = first - 1;
    *made = range;
    return quire_snapshot_advance(range, last, error);
}

static void free_range(struct quire_snapshot **range)
{
    if (*range == NULL) return;
    (*range)->place = (struct quire_table_place){.url = NULL};
    quire_snapshot_free(*range);
}

/* --- Domains --------------------------------------------------------------------------------- */

static bool is_set(const struct quire_snapshot *range, const struct quire_bytes *name)
{
    const struct quire_domain *domains =
        (const struct quire_domain *)(const void *)range->domains.data;
    for (size_t i = 0; i < range->domains.size / sizeof(*domains); i++)
        if (domains[i].name.size == name->size &&
            memcmp(domains[i].name.data, name->data, name->size) == 0)
            return true;
    return false;
}

/* Domains that a commit removes and no later one sets; one may come more than once. */
static int write_removed(const struct quire_snapshot *range, int64_t version, struct quire_buf *out,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0}, line = {0};
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_commit(version, name);
    if (quire_buf_printf(&url, "%s" QUIRE_LOG_FOLDER "%s", range->place.url, name) != 0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(
        quire_log_reader_open((const char *)url.data, 1u << QUIRE_LOG_DOMAIN, &reader, error));
    for (;;) {
        enum quire_log_column column;
        struct quire_domain domain;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        quire_domain_read(quire_log_column_view(&reader, column), row, &domain);
        if (!domain.removed || is_set(range, &domain.name)) continue;
        quire_buf_clear(&line);
        int code = quire_domain_write(&domain, &line);
        bool written = code == 0 && out->size > 0 &&
                       memmem(out->data, out->size, line.data, line.size) != NULL;
        if (code == 0 && !written) code = quire_buf_append(out, line.data, line.size);
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
}

/* --- Lines ----------------------------------------------------------------------------------- */

static int write_state(const struct quire_snapshot *range, struct quire_buf *out)
{
    const struct quire_txn *txns = (const struct quire_txn *)(const void *)range->txns.data;
    const struct quire_domain *domains =
        (const struct quire_domain *)(const void *)range->domains.data;
    int code = range->has_protocol ? quire_protocol_write(&range->protocol, out) : 0;
    if (code == 0 && range->has_metadata) code = quire_metadata_write(&range->metadata, out);
    for (size_t i = 0; code == 0 && i < range->txns.size / sizeof(*txns); i++)
        code = quire_txn_write(&txns[i], out);
    for (size_t i = 0; code == 0 && i < range->domains.size / sizeof(*domains); i++)
        code = quire_domain_write(&domains[i], out);
    return code;
}

static int write_files(const struct quire_snapshot *range, struct quire_buf *out)
{
    const struct quire_tail_file *files =
        (const struct quire_tail_file *)(const void *)range->tail.data;
    int code = 0;
    for (size_t i = 0; code == 0 && i < range->tail.size / sizeof(*files); i++)
        code = files[i].removed ? quire_tombstone_write(files[i].tombstone, out)
                                : quire_add_write(&files[i].add, out);
    return code;
}

int quire_log_compact(const struct quire_snapshot *snapshot, int64_t first, int64_t last,
                      enum quire_durability durability, struct quire_error *error)
{
    const struct quire_put_options options = {.mode = QUIRE_PUT_CREATE_ONLY,
                                              .durability = durability};
    QUIRE_CLEANUP(free_range) struct quire_snapshot *range = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf lines = {0}, removed = {0}, key = {0};
    struct quire_store *store = snapshot->place.store;
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_compacted(first, last, name);
    QUIRE_TRY(replay(snapshot, first, last, &range, error));
    for (int64_t version = first; version <= last; version++)
        QUIRE_TRY(write_removed(range, version, &removed, error));
    if (write_state(range, &lines) != 0 ||
        quire_buf_append(&lines, removed.data, removed.size) != 0 ||
        write_files(range, &lines) != 0 ||
        quire_buf_printf(&key, "%s" QUIRE_LOG_FOLDER "%s", snapshot->place.key, name) != 0 ||
        quire_buf_terminate(&key) != 0)
        return quire_fail_memory(error, OPERATION);
    return store->ops->put(store, (const char *)key.data, lines.data, lines.size, &options, NULL,
                           error);
}
