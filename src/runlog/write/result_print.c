/* What became of a call, as JSON: the members are those that SparkForge's writer returns. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "quire/memory.h"
#include "quire/runlog_write.h"

static void print_i64(struct quire_json_writer *writer, const char *name, int64_t value)
{
    quire_json_writer_key(writer, name);
    quire_json_writer_i64(writer, value);
}

static void print_f64(struct quire_json_writer *writer, const char *name, double value)
{
    quire_json_writer_key(writer, name);
    quire_json_writer_f64(writer, value);
}

static void print_bool(struct quire_json_writer *writer, const char *name, bool value)
{
    quire_json_writer_key(writer, name);
    quire_json_writer_bool(writer, value);
}

static void print_text(struct quire_json_writer *writer, const char *name, const char *text)
{
    quire_json_writer_key(writer, name);
    quire_json_writer_string(writer, text);
}

static void print_raw(struct quire_json_writer *writer, const char *name, const char *json)
{
    quire_json_writer_key(writer, name);
    if (json != NULL)
        quire_json_writer_raw(writer, json, strlen(json));
    else
        quire_json_writer_null(writer);
}

static void print_metrics(struct quire_json_writer *writer,
                          const struct quire_runlog_metrics *metrics)
{
    quire_json_writer_key(writer, "metrics");
    quire_json_writer_begin_object(writer);
    print_i64(writer, "total_writes", metrics->total_writes);
    print_i64(writer, "successful_writes", metrics->successful_writes);
    print_i64(writer, "failed_writes", metrics->failed_writes);
    print_f64(writer, "success_rate_percent", metrics->success_rate_percent);
    print_f64(writer, "total_duration_secs", metrics->total_duration_secs);
    print_f64(writer, "average_duration_secs", metrics->average_duration_secs);
    print_i64(writer, "total_rows_written", metrics->total_rows_written);
    print_f64(writer, "memory_usage_peak_mb", metrics->memory_usage_peak_mb);
    quire_json_writer_end_object(writer);
}

static void print_failures(struct quire_json_writer *writer,
                           const struct quire_runlog_result *result)
{
    quire_json_writer_key(writer, "failures");
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < result->failures_size; i++) {
        const struct quire_runlog_failure *failure = &result->failures[i];
        quire_json_writer_begin_object(writer);
        print_i64(writer, "index", failure->index);
        print_text(writer, "run_id", failure->run_id);
        print_text(writer, "code", quire_code_name(failure->error.code));
        print_text(writer, "operation", failure->error.operation);
        print_text(writer, "path", failure->error.path);
        print_text(writer, "reason", failure->error.cause);
        quire_json_writer_end_object(writer);
    }
    quire_json_writer_end_array(writer);
}

static void print_table(struct quire_json_writer *writer, const struct quire_runlog_written *table)
{
    quire_json_writer_begin_object(writer);
    print_text(writer, "table_fqn", table->table_fqn);
    print_text(writer, "table", table->url);
    print_i64(writer, "version", table->version);
    print_i64(writer, "rows_written", table->rows_written);
    print_i64(writer, "commits", table->commits);
    if (table->ignored) print_bool(writer, "ignored", true);
    quire_json_writer_end_object(writer);
}

static void print_tables(struct quire_json_writer *writer, const struct quire_runlog_result *result)
{
    if (result->ignored) print_bool(writer, "ignored", true);
    if (result->is_merge) {
        print_i64(writer, "rows_inserted", result->rows_inserted);
        print_i64(writer, "rows_replaced", result->rows_replaced);
        print_i64(writer, "rows_removed", result->rows_removed);
        print_i64(writer, "rows_of_other_phases", result->rows_of_other_phases);
    }
    quire_json_writer_key(writer, "tables");
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < result->tables_size; i++)
        print_table(writer, &result->tables[i]);
    quire_json_writer_end_array(writer);
}

int quire_runlog_result_print(const struct quire_runlog_result *result, char **json,
                              struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    quire_json_writer_begin_object(&writer);
    print_bool(&writer, "success", result->success);
    print_text(&writer, "run_id", result->run_id);
    if (result->code != 0) {
        print_text(&writer, "code", quire_code_name(result->code));
        print_text(&writer, "reason", result->reason);
    }
    if (result->is_batch) {
        print_i64(&writer, "total_executions", result->total_executions);
        print_i64(&writer, "successful_writes", result->successful_writes);
        print_i64(&writer, "failed_writes", result->failed_writes);
    }
    print_i64(&writer, "rows_written", result->rows_written);
    print_f64(&writer, result->is_batch ? "batch_duration_secs" : "duration_secs",
              result->duration_secs);
    print_text(&writer, "table_fqn", result->table_fqn);
    print_text(&writer, "table", result->url);
    print_i64(&writer, "version", result->version);
    print_tables(&writer, result);
    if (result->is_batch) {
        print_i64(&writer, "commits", result->commits);
        print_failures(&writer, result);
    }
    print_metrics(&writer, &result->metrics);
    print_raw(&writer, "quality_results", result->quality_results);
    print_raw(&writer, "anomaly_results", result->anomaly_results);
    quire_json_writer_end_object(&writer);
    if (quire_json_writer_finish(&writer) != 0) return quire_fail_memory(error, "run log");
    *json = quire_strndup((const char *)out.data, out.size);
    return *json != NULL ? 0 : quire_fail_memory(error, "run log");
}
