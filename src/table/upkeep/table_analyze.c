#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "quire/table_upkeep.h"
#include "table/commit/transaction.h"
#include "table/files/file_measure.h"
#include "table/schema/delta_schema.h"
#include "table/schema/features_upkeep.h"
#include "table/schema/table_columns.h"
#include "table/schema/table_features.h"
#include "table/upkeep/optimize_plan.h"

#define OPERATION "analyze"

struct analyze {
    const struct quire_table_analyze_options *options;
    struct quire_table_analyze_result *result;
    struct quire_transaction *transaction;
    struct quire_table_columns columns;
    struct ArrowSchema stored;
    struct quire_field *fields;
    const char **names;
    size_t names_size;
    struct quire_context *context;
    bool owns_context;
    struct quire_file_measure measure;
    struct quire_arena arena; /* names of the choice of statistics */
    struct quire_buf stats;
};

static void release(struct analyze *analyze)
{
    quire_transaction_close(analyze->transaction);
    if (analyze->columns.partitions != NULL) quire_table_columns_close(&analyze->columns);
    quire_field_close(analyze->fields);
    quire_schema_release(&analyze->stored);
    quire_free(analyze->names);
    quire_buf_release(&analyze->stats);
    quire_arena_release(&analyze->arena);
    if (analyze->owns_context) quire_context_free(analyze->context);
}

static int take_columns(struct analyze *analyze, struct quire_error *error)
{
    struct quire_snapshot *base = analyze->transaction->base;
    QUIRE_TRY(quire_table_columns_open(base, &analyze->columns, error));
    QUIRE_TRY(quire_snapshot_schema(base, QUIRE_DELTA_PHYSICAL, false, &analyze->stored, error));
    QUIRE_TRY(quire_field_open(&analyze->stored, &analyze->fields, error));
    QUIRE_TRY(quire_stats_choice_read(&base->metadata, &base->domains, &analyze->arena,
                                      &analyze->measure.choice, error));
    int64_t n = analyze->columns.logical.n_children;
    analyze->names = quire_alloc_zero((size_t)n + 1, sizeof(*analyze->names));
    if (analyze->names == NULL) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < n; i++)
        if (analyze->columns.partitions[i] < 0)
            analyze->names[analyze->names_size++] = analyze->columns.logical.children[i]->name;
    analyze->measure = (struct quire_file_measure){
        .choice = analyze->measure.choice,
        .snapshot = base,
        .stored = &analyze->stored,
        .fields = analyze->fields,
        .names = analyze->names,
        .names_size = analyze->names_size,
        .context = analyze->context,
    };
    return 0;
}

static int take_file(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct analyze *analyze = user;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_add known = *add; /* keys of a checkpoint's batch are not terminated */
    int64_t rows = 0;
    analyze->result->files++;
    if (!analyze->options->all && quire_add_records(add) >= 0) return 0;
    if (quire_add_copy(&arena, &known) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_file_measure(&analyze->measure, &known, &analyze->stats, &rows, error));
    known.stats = (struct quire_bytes){analyze->stats.data, analyze->stats.size};
    known.data_change = false;
    QUIRE_TRY(quire_transaction_readd(analyze->transaction, &known, error));
    analyze->result->analyzed++;
    analyze->result->rows += rows;
    return 0;
}

static int commit(struct analyze *analyze, struct quire_error *error)
{
    char parameters[64], metrics[128];
    snprintf(parameters, sizeof(parameters), "{\"all\":%s}",
             analyze->options->all ? "true" : "false");
    snprintf(metrics, sizeof(metrics),
             "{\"numFilesAnalyzed\":\"%" PRId64 "\",\"numRowsAnalyzed\":\"%" PRId64 "\"}",
             analyze->result->analyzed, analyze->result->rows);
    const struct quire_commit_info info = {
        .operation = "ANALYZE", .parameters = parameters, .metrics = metrics};
    QUIRE_TRY(
        quire_transaction_commit(analyze->transaction, &info, &analyze->result->version, error));
    analyze->result->committed = true;
    return 0;
}

static int analyze_table(struct analyze *analyze, const char *url, struct quire_error *error)
{
    const struct quire_transaction_options how = {.verb = OPERATION,
                                                  .durability = analyze->options->durability};
    analyze->context = analyze->options->context;
    if (analyze->context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &analyze->context, error));
        analyze->owns_context = true;
    }
    QUIRE_TRY(quire_transaction_open(url, &how, &analyze->transaction, error));
    analyze->result->version = analyze->transaction->base->version;
    QUIRE_TRY(quire_features_check_write(analyze->transaction->base, OPERATION, error));
    QUIRE_TRY(take_columns(analyze, error));
    QUIRE_TRY(quire_snapshot_each_file(analyze->transaction->base, take_file, analyze, error));
    return analyze->result->analyzed > 0 ? commit(analyze, error) : 0;
}

int quire_table_analyze(const char *url, const struct quire_table_analyze_options *options,
                        struct quire_table_analyze_result *result, struct quire_error *error)
{
    static const struct quire_table_analyze_options none = {.all = false};
    struct quire_table_analyze_result made = {.version = -1};
    struct analyze analyze = {.options = options != NULL ? options : &none, .result = &made};
    int code = analyze_table(&analyze, url, error);
    release(&analyze);
    if (code != 0) quire_error_path(error, url);
    if (code == 0 && result != NULL) *result = made;
    return code;
}
