/* Looking after run logs: what tables can do, by the names that SparkForge has for it. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/runlog_upkeep.h"
#include "quire/table_alter.h"
#include "quire/table_upkeep.h"
#include "runlog/log/log_order.h"
#include "runlog/log/log_state.h"
#include "runlog/runlog_schema.h"
#include "runlog/write/log_target.h"

#define OPERATION "run log"

struct upkeep {
    const char *table;
    struct quire_json_writer writer;
    struct quire_buf out;
    struct quire_buf done; /* names of operations, as items of a list */
    struct quire_log_state before, after;
};

static void release(struct upkeep *upkeep)
{
    quire_buf_release(&upkeep->out);
    quire_buf_release(&upkeep->done);
}

static int note_done(struct upkeep *upkeep, const char *name, struct quire_error *error)
{
    if (quire_buf_printf(&upkeep->done, "%s\"%s\"", upkeep->done.size > 0 ? "," : "", name) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int begin(struct upkeep *upkeep, struct quire_error *error)
{
    upkeep->writer = quire_json_writer_to(&upkeep->out);
    QUIRE_TRY(quire_log_state_read(upkeep->table, &upkeep->before, error));
    quire_json_writer_begin_object(&upkeep->writer);
    quire_json_writer_key(&upkeep->writer, "table");
    quire_json_writer_string(&upkeep->writer, upkeep->table);
    return 0;
}

static int end(struct upkeep *upkeep, const char *list, char **json, struct quire_error *error)
{
    struct quire_json_writer *writer = &upkeep->writer;
    QUIRE_TRY(quire_log_state_read(upkeep->table, &upkeep->after, error));
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf items = {0};
    if (quire_buf_printf(&items, "[%.*s]", (int)upkeep->done.size,
                         upkeep->done.size > 0 ? (const char *)upkeep->done.data : "") != 0)
        return quire_fail_memory(error, OPERATION);
    quire_json_writer_key(writer, list);
    quire_json_writer_raw(writer, (const char *)items.data, items.size);
    quire_log_state_write(&upkeep->before, "before", writer);
    quire_log_state_write(&upkeep->after, "after", writer);
    quire_json_writer_end_object(writer);
    return quire_log_finish(writer, &upkeep->out, json, error);
}

static int vacuum(struct upkeep *upkeep, enum quire_durability durability,
                  struct quire_error *error)
{
    const struct quire_table_vacuum_options options = {.durability = durability};
    struct quire_table_vacuum_result result = {0};
    QUIRE_TRY(quire_table_vacuum(upkeep->table, &options, &result, error));
    quire_json_writer_key(&upkeep->writer, "vacuumed_files");
    quire_json_writer_i64(&upkeep->writer, result.files);
    quire_log_write_mb(&upkeep->writer, "vacuumed_mb", result.bytes);
    quire_json_writer_key(&upkeep->writer, "inner_tables");
    quire_json_writer_i64(&upkeep->writer, result.inner_tables);
    return note_done(upkeep, "vacuum", error);
}

/* --- Optimizing ------------------------------------------------------------------------------ */

static int set_codec(const struct upkeep *upkeep, const char *compression,
                     enum quire_durability durability, struct quire_error *error)
{
    char codec[32];
    size_t size = strcspn(compression, ":");
    if (size >= sizeof(codec)) size = sizeof(codec) - 1;
    memcpy(codec, compression, size);
    codec[size] = '\0';
    const struct quire_table_property property = {"delta.parquet.compression.codec", codec};
    const struct quire_table_alter_options options = {.durability = durability};
    return quire_table_property_set(upkeep->table, &property, 1, &options, NULL, error);
}

static int check_codec(const char *compression, struct quire_error *error)
{
    struct quire_runlog_options config;
    if (compression == NULL) return 0;
    QUIRE_TRY(quire_options_init(quire_runlog_options_table(), &config, error));
    int code =
        quire_options_set(quire_runlog_options_table(), &config, "compression", compression, error);
    if (code == 0) code = quire_runlog_options_check(&config, error);
    quire_options_release(quire_runlog_options_table(), &config);
    return code;
}

/* Files are written anew where rows are arranged, or where their codec is to be another. */
static int rewrite(struct upkeep *upkeep, const struct quire_runlog_optimize_options *options,
                   struct quire_error *error)
{
    QUIRE_CLEANUP(quire_log_order_release) struct quire_log_order order = {.size = 0};
    const char *codec = quire_log_target_compression(options->compression);
    bool all = options->zordering || codec != NULL;
    bool own = all && options->columns != NULL;
    if (all && !own) QUIRE_TRY(quire_log_order_read(upkeep->table, &order, error));
    const struct quire_table_optimize_options how = {
        .arrange = all ? QUIRE_TABLE_ZORDER : QUIRE_TABLE_COMPACT,
        .columns = own ? options->columns : order.columns,
        .columns_size = own ? options->columns_size : order.size,
        .compression = codec,
        .folder = options->folder,
        .durability = options->durability,
        .context = options->context,
    };
    if (codec != NULL) QUIRE_TRY(set_codec(upkeep, codec, options->durability, error));
    QUIRE_TRY(quire_table_optimize(upkeep->table, &how, NULL, error));
    bool compacts = options->partitioning || (!all && !options->vacuum);
    if (compacts) QUIRE_TRY(note_done(upkeep, "partitioning", error));
    if (codec != NULL) QUIRE_TRY(note_done(upkeep, "compression", error));
    if (options->zordering) QUIRE_TRY(note_done(upkeep, "zordering", error));
    return 0;
}

int quire_runlog_optimize(const char *table, const struct quire_runlog_optimize_options *options,
                          char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(release) struct upkeep upkeep = {.table = table};
    static const struct quire_runlog_optimize_options none = {.vacuum = false};
    if (options == NULL) options = &none;
    bool only_vacuum = options->vacuum && !options->partitioning && !options->zordering &&
                       options->compression == NULL;
    QUIRE_TRY(check_codec(options->compression, error));
    QUIRE_TRY(begin(&upkeep, error));
    quire_json_writer_key(&upkeep.writer, "optimized");
    quire_json_writer_bool(&upkeep.writer, true);
    if (!only_vacuum) QUIRE_TRY(rewrite(&upkeep, options, error));
    if (options->vacuum) QUIRE_TRY(vacuum(&upkeep, options->durability, error));
    return end(&upkeep, "optimizations_applied", json, error);
}

/* --- Maintaining ----------------------------------------------------------------------------- */

static void close_table(struct quire_table **table)
{
    quire_table_close(*table);
}

/* What an older log does without. */
static int write_missing(struct upkeep *upkeep, const struct ArrowSchema *schema,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema whole = {.release = NULL};
    QUIRE_TRY(quire_runlog_schema(&whole, error));
    quire_json_writer_key(&upkeep->writer, "missing_columns");
    quire_json_writer_begin_array(&upkeep->writer);
    for (int64_t i = 0; i < whole.n_children; i++)
        if (!quire_runlog_has(schema, whole.children[i]->name))
            quire_json_writer_string(&upkeep->writer, whole.children[i]->name);
    quire_json_writer_end_array(&upkeep->writer);
    return 0;
}

static int validate_schema(struct upkeep *upkeep, bool *valid, struct quire_error *error)
{
    QUIRE_CLEANUP(close_table) struct quire_table *opened = NULL;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct quire_error issue;
    quire_error_clear(&issue);
    QUIRE_TRY(quire_table_open(upkeep->table, QUIRE_TABLE_NEWEST, &opened, error));
    QUIRE_TRY(quire_table_schema(opened, &schema, error));
    int code = quire_runlog_old_check(&schema, &issue);
    if (code != 0 && code != QUIRE_INPUT) {
        if (error != NULL) *error = issue;
        return code;
    }
    *valid = code == 0;
    quire_json_writer_key(&upkeep->writer, "schema_valid");
    quire_json_writer_bool(&upkeep->writer, *valid);
    quire_json_writer_key(&upkeep->writer, "schema_issues");
    quire_json_writer_begin_array(&upkeep->writer);
    if (!*valid) quire_json_writer_string(&upkeep->writer, issue.cause);
    quire_json_writer_end_array(&upkeep->writer);
    QUIRE_TRY(write_missing(upkeep, &schema, error));
    return note_done(upkeep, "validate_schema", error);
}

static int analyze(struct upkeep *upkeep, const struct quire_runlog_maintain_options *options,
                   bool all, struct quire_error *error)
{
    const struct quire_table_analyze_options how = {
        .all = all, .durability = options->durability, .context = options->context};
    struct quire_table_analyze_result result = {0};
    QUIRE_TRY(quire_table_analyze(upkeep->table, &how, &result, error));
    quire_json_writer_key(&upkeep->writer, all ? "updated_files" : "analyzed_files");
    quire_json_writer_i64(&upkeep->writer, result.analyzed);
    return note_done(upkeep, all ? "update_statistics" : "analyze", error);
}

int quire_runlog_maintain(const char *table, const struct quire_runlog_maintain_options *options,
                          char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(release) struct upkeep upkeep = {.table = table};
    struct quire_runlog_maintain_options how = {.vacuum = false};
    if (options != NULL) how = *options;
    bool valid = true;
    if (!how.vacuum && !how.analyze && !how.validate_schema && !how.update_statistics)
        how.vacuum = how.analyze = how.validate_schema = true;
    QUIRE_TRY(begin(&upkeep, error));
    if (how.validate_schema) QUIRE_TRY(validate_schema(&upkeep, &valid, error));
    if (how.analyze) QUIRE_TRY(analyze(&upkeep, &how, false, error));
    if (how.update_statistics) QUIRE_TRY(analyze(&upkeep, &how, true, error));
    if (how.vacuum) QUIRE_TRY(vacuum(&upkeep, how.durability, error));
    quire_json_writer_key(&upkeep.writer, "maintained");
    quire_json_writer_bool(&upkeep.writer, valid);
    return end(&upkeep, "maintenance_operations", json, error);
}
