/* Files are chosen, and then read, written and committed by optimize_commits.c. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/number.h"
#include "base/text.h"
#include "quire/codec.h"
#include "table/rows/row_writer.h"
#include "table/schema/delta_schema.h"
#include "table/schema/table_features.h"
#include "table/upkeep/optimize_private.h"

#define OPERATION QUIRE_OPTIMIZE_OPERATION

_Static_assert(QUIRE_TABLE_CLUSTER_MAX == QUIRE_CLUSTER_COLUMNS_MAX, "the header says so");

static void release(struct quire_optimize *optimize)
{
    if (optimize->writer != NULL && optimize->transaction->may_stand)
        quire_data_writer_keep(optimize->writer);
    quire_data_writer_close(optimize->writer);
    quire_cluster_ranks_release(&optimize->ranks);
    quire_optimize_plan_release(&optimize->plan);
    if (optimize->columns.partitions != NULL) quire_table_columns_close(&optimize->columns);
    quire_schema_release(&optimize->stored);
    quire_free(optimize->names);
    quire_transaction_close(optimize->transaction);
    quire_buf_release(&optimize->sizes);
    quire_buf_release(&optimize->parameters);
    quire_buf_release(&optimize->metrics);
    quire_buf_release(&optimize->partitions);
    quire_arena_release(&optimize->arena);
    if (optimize->owns_context) quire_context_free(optimize->context);
}

/* --- Opening --------------------------------------------------------------------------------- */

static int64_t target_of(const struct quire_optimize *optimize)
{
    const char *text = quire_snapshot_property(optimize->transaction->base, "delta.targetFileSize");
    int64_t bytes = 0;
    if (optimize->options->target_bytes > 0) return optimize->options->target_bytes;
    if (text != NULL && quire_number_parse_size(text, strlen(text), &bytes) && bytes > 0)
        return bytes;
    return QUIRE_TABLE_TARGET_BYTES;
}

/* Leaves in physical the columns that files have, and notes their names. */
static int take_columns(struct quire_optimize *optimize, struct quire_error *error)
{
    const struct quire_table_columns *columns = &optimize->columns;
    int64_t n = columns->logical.n_children;
    QUIRE_TRY(quire_snapshot_schema(optimize->transaction->base, QUIRE_DELTA_PHYSICAL, false,
                                    &optimize->stored, error));
    optimize->names = quire_alloc_zero((size_t)n + 1, sizeof(*optimize->names));
    if (optimize->names == NULL) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < n; i++)
        if (columns->partitions[i] < 0)
            optimize->names[optimize->names_size++] = columns->logical.children[i]->name;
    return 0;
}

/* A column of a clustering, which may stand as a list of the names on the way to it. */
static bool is_column(const struct quire_json_node *item, const char *name)
{
    if (item->kind == QUIRE_JSON_ARRAY && item->children_size == 1) item = item->first;
    return item->kind == QUIRE_JSON_STRING && strcmp(item->text, name) == 0;
}

/* Whether the table is clustered by just these columns (PROTOCOL.md, "Clustered Table"). */
static bool is_clustered_by(const struct quire_snapshot *snapshot,
                            const struct quire_table_optimize_options *options)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    const struct quire_domain *domain =
        (const struct quire_domain *)(const void *)snapshot->domains.data;
    size_t left = snapshot->domains.size / sizeof(*domain), at, same = 0;
    struct quire_json_node *root = NULL;
    while (left > 0 && !quire_bytes_equal_text(&domain->name, "delta.clustering"))
        domain++, left--;
    if (left == 0 || domain->configuration.data == NULL ||
        quire_json_tree_parse((const char *)domain->configuration.data, domain->configuration.size,
                              &arena, &root, &at) != 0)
        return false;
    const struct quire_json_node *list = quire_json_tree_get(root, "clusteringColumns");
    if (list == NULL || list->children_size != options->columns_size) return false;
    for (const struct quire_json_node *item = list->first; item != NULL; item = item->next)
        for (size_t i = 0; i < options->columns_size; i++)
            same += is_column(item, options->columns[i]);
    return same == options->columns_size;
}

/* Statistics tell of the table's own columns. */
static int track_rows(struct quire_optimize *optimize, struct quire_error *error)
{
    int64_t leaves = quire_stats_leaves(&optimize->stored);
    if (optimize->tracking.id == NULL) return 0;
    if (optimize->stats.columns < 0 || optimize->stats.columns > leaves)
        optimize->stats.columns = leaves;
    return quire_row_tracking_widen(&optimize->tracking, &optimize->stored, error);
}

static int prepare_writing(struct quire_optimize *optimize, struct quire_error *error)
{
    static const struct quire_texts none = {NULL, 0};
    const struct quire_table_optimize_options *options = optimize->options;
    const struct quire_snapshot *base = optimize->transaction->base;
    bool arranged = options->arrange != QUIRE_TABLE_COMPACT;
    QUIRE_TRY(quire_stats_choice_read(&base->metadata, &base->domains, &optimize->arena,
                                      &optimize->stats, error));
    QUIRE_TRY(track_rows(optimize, error));
    optimize->writing = (struct quire_data_writer_options){
        .url = base->place.url,
        .schema = &optimize->stored,
        .partitions = &none,
        .stats_columns = optimize->stats.columns,
        .stats_names = &optimize->stats.names,
        .compression = quire_row_compression(&base->metadata, options->compression),
        .rearranges = true,
        .clustering = arranged && is_clustered_by(base, options) ? "quire" : NULL,
        .durability = options->durability,
        .context = optimize->context,
    };
    return 0;
}

static int open_ranks(struct quire_optimize *optimize, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct quire_field *fields = NULL;
    const struct quire_table_optimize_options *options = optimize->options;
    if (options->arrange == QUIRE_TABLE_COMPACT) return 0;
    for (size_t i = 0; i < options->columns_size; i++)
        if (quire_delta_partition(&optimize->transaction->base->metadata, options->columns[i]) >= 0)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "\"%.200s\" partitions the table: the rows of a file have one value "
                              "in it",
                              options->columns[i]);
    QUIRE_TRY(quire_snapshot_schema(optimize->transaction->base, QUIRE_DELTA_LOGICAL, false,
                                    &schema, error));
    QUIRE_TRY(quire_field_open(&schema, &fields, error));
    int code = quire_cluster_ranks_open(&optimize->ranks, fields, options->columns,
                                        options->columns_size, error);
    quire_field_close(fields);
    return code;
}

/* One that is not known is told also where there is nothing to put together. */
static int check_compression(const char *text, struct quire_error *error)
{
    static const char *const others[] = {"lz4_raw", "uncompressed"}; /* names that Parquet has */
    const struct quire_codec *codec;
    int level;
    if (text == NULL || quire_text_equal_ignore_case(text, others[0]) ||
        quire_text_equal_ignore_case(text, others[1]))
        return 0;
    return quire_codec_parse(text, &codec, &level, error);
}

static int open_optimize(struct quire_optimize *optimize, const char *url,
                         struct quire_error *error)
{
    const struct quire_table_optimize_options *options = optimize->options;
    const struct quire_transaction_options how = {.verb = OPERATION,
                                                  .durability = options->durability};
    QUIRE_TRY(check_compression(options->compression, error));
    optimize->context = options->context;
    if (optimize->context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &optimize->context, error));
        optimize->owns_context = true;
    }
    QUIRE_TRY(quire_transaction_open(url, &how, &optimize->transaction, error));
    struct quire_snapshot *base = optimize->transaction->base;
    optimize->result->version = base->version;
    QUIRE_TRY(quire_features_check_write(base, OPERATION, error));
    QUIRE_TRY(quire_row_tracking_of(base, OPERATION, &optimize->tracking, error));
    QUIRE_TRY(quire_table_columns_open(base, &optimize->columns, error));
    QUIRE_TRY(take_columns(optimize, error));
    QUIRE_TRY(open_ranks(optimize, error));
    optimize->target_bytes = target_of(optimize);
    struct quire_optimize_request request = {
        .target_bytes = optimize->target_bytes,
        .where = options->where,
        .whole = options->arrange != QUIRE_TABLE_COMPACT,
    };
    if (optimize->after != NULL) QUIRE_TRY(quire_optimize_choose(optimize, &request, error));
    QUIRE_TRY(quire_optimize_plan_open(base, &optimize->columns, &request, &optimize->plan, error));
    optimize->result->files_before = optimize->plan.files_total;
    optimize->result->bytes_before = optimize->plan.bytes_total;
    return prepare_writing(optimize, error);
}

static int optimize_table(struct quire_optimize *optimize, const char *url,
                          struct quire_error *error)
{
    struct quire_table_optimize_result *result = optimize->result;
    QUIRE_TRY(open_optimize(optimize, url, error));
    QUIRE_TRY(quire_optimize_commits(optimize, error));
    result->files_after = result->files_before - result->files_removed + result->files_added;
    result->bytes_after = result->bytes_before - result->bytes_removed + result->bytes_added;
    return 0;
}

int quire_optimize_run(struct quire_optimize *optimize, const char *url, struct quire_error *error)
{
    int code = optimize_table(optimize, url, error);
    release(optimize);
    return code;
}

int quire_table_optimize(const char *url, const struct quire_table_optimize_options *options,
                         struct quire_table_optimize_result *result, struct quire_error *error)
{
    static const struct quire_table_optimize_options none = {.where = NULL};
    struct quire_table_optimize_result made = {0};
    struct quire_optimize optimize = {.options = options != NULL ? options : &none,
                                      .result = &made};
    int code = quire_optimize_run(&optimize, url, error);
    if (code != 0) quire_error_path(error, url);
    if (code == 0 && result != NULL) *result = made;
    return code;
}
