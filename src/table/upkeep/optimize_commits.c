/* Files are read and written, then a commit puts the new ones in the place of the old ones, whose
 * rows they have. There is a commit for each so many bytes, so that what was done stands where a
 * later one loses, and files wait for their commit no longer than that takes. What is to be done is
 * chosen once: of the files chosen, those that others took away between commits are passed over
 * with all of their bin. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "table/log/snapshot_files.h"
#include "table/schema/table_features.h"
#include "table/upkeep/optimize_private.h"

#define OPERATION QUIRE_OPTIMIZE_OPERATION

/* --- One commit ------------------------------------------------------------------------------ */

static int remove_files(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                        struct quire_error *error)
{
    struct quire_table_optimize_result *part = &optimize->part;
    for (size_t i = 0; i < bin->size; i++) {
        const struct quire_add *add = &bin->files[i];
        QUIRE_TRY(quire_transaction_remove(optimize->transaction, add, quire_commit_now_ms(), false,
                                           error));
        part->files_removed++;
        part->bytes_removed += add->size > 0 ? add->size : 0;
        part->vectors_removed += add->deleted.storage.size > 0;
    }
    return 0;
}

static void add_up(struct quire_optimize *optimize)
{
    const struct quire_table_optimize_result *part = &optimize->part;
    struct quire_table_optimize_result *result = optimize->result;
    result->committed = true;
    result->commits++;
    result->files_added += part->files_added;
    result->bytes_added += part->bytes_added;
    result->files_removed += part->files_removed;
    result->bytes_removed += part->bytes_removed;
    result->vectors_removed += part->vectors_removed;
    result->rows += part->rows;
}

static int commit(struct quire_optimize *optimize, struct quire_error *error)
{
    struct quire_data_totals totals;
    quire_buf_clear(&optimize->sizes);
    quire_buf_clear(&optimize->metrics);
    quire_buf_clear(&optimize->parameters);
    QUIRE_TRY(
        quire_data_writer_finish(optimize->writer, &optimize->transaction->lines, &totals, error));
    optimize->part.files_added = totals.files;
    optimize->part.bytes_added = totals.bytes;
    if (quire_data_writer_sizes(optimize->writer, &optimize->sizes) != 0 ||
        quire_optimize_write_metrics(optimize) != 0 ||
        quire_optimize_write_parameters(optimize) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_commit_info info = {.operation = "OPTIMIZE",
                                           .parameters = (const char *)optimize->parameters.data,
                                           .metrics = (const char *)optimize->metrics.data};
    QUIRE_TRY(
        quire_transaction_commit(optimize->transaction, &info, &optimize->result->version, error));
    add_up(optimize);
    return 0;
}

/* --- From one to the next -------------------------------------------------------------------- */

static bool bytes_equal(const struct quire_bytes *a, const struct quire_bytes *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* Whether the files are written as they were to be. */
static bool is_alike(const struct quire_metadata_action *a, const struct quire_metadata_action *b)
{
    bool alike = bytes_equal(&a->schema, &b->schema) && a->partitions.size == b->partitions.size &&
                 a->configuration.size == b->configuration.size;
    for (size_t i = 0; alike && i < a->partitions.size; i++)
        alike = bytes_equal(&a->partitions.items[i], &b->partitions.items[i]);
    for (size_t i = 0; alike && i < a->configuration.size; i++)
        alike = bytes_equal(&a->configuration.items[i].key, &b->configuration.items[i].key) &&
                bytes_equal(&a->configuration.items[i].value, &b->configuration.items[i].value);
    return alike;
}

/* Closes what was committed, and begins anew with the table as it is now. */
static int go_on(struct quire_optimize *optimize, struct quire_error *error)
{
    const struct quire_metadata_action before = optimize->transaction->metadata;
    quire_data_writer_keep(optimize->writer);
    quire_data_writer_close(optimize->writer);
    optimize->writer = NULL;
    QUIRE_TRY(quire_transaction_renew(optimize->transaction, error));
    QUIRE_TRY(quire_features_check_write(optimize->transaction->base, OPERATION, error));
    if (is_alike(&before, &optimize->transaction->metadata)) return 0;
    return quire_fail(error, QUIRE_CONFLICT, OPERATION,
                      "another writer changed the schema or the properties of the table");
}

static int stands(struct quire_optimize *optimize, const struct quire_optimize_bin *bin, bool *all,
                  struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    *all = true;
    for (size_t i = 0; i < bin->size && *all; i++) {
        if (quire_file_key(&bin->files[i].path, &bin->files[i].deleted, &key) != 0)
            return quire_fail_memory(error, OPERATION);
        *all = !quire_snapshot_removed(optimize->transaction->base, &key);
    }
    return 0;
}

/* The bins of one commit: the first, and others up to the bytes that one is to have. */
static size_t count_bins(const struct quire_optimize *optimize,
                         const struct quire_optimize_bin *bins, size_t n)
{
    int64_t most = optimize->options->commit_bytes, bytes = 0;
    size_t size = 0;
    if (most <= 0) most = QUIRE_TABLE_COMMIT_BYTES;
    while (size < n && (size == 0 || bins[size].bytes <= most - bytes))
        bytes += bins[size++].bytes;
    return size;
}

static int do_bins(struct quire_optimize *optimize, const struct quire_optimize_bin *bins, size_t n,
                   struct quire_error *error)
{
    optimize->part = (struct quire_table_optimize_result){.version = 0};
    if (optimize->writer != NULL) QUIRE_TRY(go_on(optimize, error));
    QUIRE_TRY(quire_data_writer_open(&optimize->writing, &optimize->writer, error));
    for (size_t i = 0; i < n; i++) {
        bool all = true;
        QUIRE_TRY(stands(optimize, &bins[i], &all, error));
        if (!all) continue;
        QUIRE_TRY(quire_optimize_move(optimize, &bins[i], error));
        QUIRE_TRY(remove_files(optimize, &bins[i], error));
    }
    return optimize->part.files_removed > 0 ? commit(optimize, error) : 0;
}

/* What stands matters more to who reads it than what else there is to say. */
static int tell_commits(const struct quire_optimize *optimize, int code, struct quire_error *error)
{
    long long commits = (long long)optimize->result->commits;
    if (commits == 0 || error == NULL) return code;
    error->hint[0] = '\0';
    quire_error_hint(error, "%lld commit%s before it stand%s: it can be run again for the rest",
                     commits, commits == 1 ? "" : "s", commits == 1 ? "s" : "");
    return code;
}

int quire_optimize_commits(struct quire_optimize *optimize, struct quire_error *error)
{
    const struct quire_optimize_bin *bins =
        (const struct quire_optimize_bin *)(const void *)optimize->plan.bins.data;
    size_t left = optimize->plan.bins.size / sizeof(*bins);
    while (left > 0) {
        size_t n = count_bins(optimize, bins, left);
        int code = do_bins(optimize, bins, n, error);
        if (code != 0) return tell_commits(optimize, code, error);
        bins += n;
        left -= n;
    }
    return 0;
}
