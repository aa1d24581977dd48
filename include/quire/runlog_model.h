/* What is told of pipelines: executions, their steps, reports and metrics, as structs and as JSON
 * (docs/RUNLOG.md has the members).
 *
 * A value that is not known is QUIRE_RUNLOG_UNKNOWN for numbers of 64 bits and times, NaN for
 * others, NULL for texts; quire_runlog_model_init makes all of them so. Times are microseconds
 * since the epoch in UTC. Texts are borrowed. */
#ifndef QUIRE_RUNLOG_MODEL_H
#define QUIRE_RUNLOG_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define QUIRE_RUNLOG_UNKNOWN INT64_MIN

/* initial, incremental, full_refresh, validation_only */
#define QUIRE_RUNLOG_MODES "initial|incremental|full_refresh|validation_only"
/* bronze, silver, gold, pipeline */
#define QUIRE_RUNLOG_PHASES "bronze|silver|gold|pipeline"

/* A row of the table. What is not known is completed when it is written. */
struct quire_runlog_row {
    const char *run_id, *run_mode;
    int64_t run_started_at, run_ended_at;
    const char *execution_id, *pipeline_id, *schema, *phase, *step_name, *step_type;
    int64_t start_time, end_time;
    double duration_secs;
    const char *table_fqn, *write_mode;
    int64_t input_rows, output_rows, rows_written, rows_processed, table_total_rows;
    int64_t valid_rows, invalid_rows;
    double validation_rate; /* percent */
    int32_t success;        /* 1, 0, or -1: not known */
    const char *error_message;
    double memory_usage_mb, cpu_usage_percent;
    /* JSON; members that no field is for are put in when it is parsed. What is no JSON becomes a
     * JSON string when it is written. */
    const char *metadata;
    int64_t created_at;
};

/* What the steps of an execution share. */
struct quire_runlog_context {
    const char *mode, *run_mode; /* run_mode goes first */
    int64_t start_time, end_time;
    double duration_secs;
    const char *run_id, *execution_id, *pipeline_id, *schema;
    int64_t started_at, ended_at; /* they go before start_time and end_time */
    const char *metadata;
};

struct quire_runlog_step {
    const char *step_name, *phase;
    int32_t success; /* 1, 0, or -1: not known */
    int64_t start_time, end_time;
    double duration_secs;
    int64_t rows_processed, rows_written;
    double validation_rate;
    const char *error_message, *step_type, *table_fqn, *write_mode;
    int64_t input_rows, output_rows, table_total_rows, valid_rows, invalid_rows;
    double memory_usage_mb, cpu_usage_percent;
    const char *metadata;
};

struct quire_runlog_pipeline_metrics {
    int64_t total_steps, successful_steps, failed_steps, skipped_steps;
    double total_duration_secs;
    int64_t total_rows_processed, total_rows_written;
    double avg_validation_rate;
    const char *metadata;
};

struct quire_runlog_execution {
    struct quire_runlog_context context;
    const struct quire_runlog_step *step_results;
    size_t step_results_size;
    struct quire_runlog_pipeline_metrics metrics;
    int32_t success; /* 1, 0, or -1: not known */
    const char *metadata;
};

/* The blocks of a step of a report. */
struct quire_runlog_transform {
    int64_t start_at, end_at, input_rows, output_rows;
};
struct quire_runlog_write {
    int64_t start_at, end_at;
    const char *mode;
    int64_t rows_written;
};
struct quire_runlog_validation {
    int64_t start_at, end_at, valid_rows, invalid_rows;
    double validation_rate;
};
struct quire_runlog_report_step {
    const char *phase, *step_name;
    struct quire_runlog_transform transform;
    struct quire_runlog_write write;
    struct quire_runlog_validation validation;
    struct quire_runlog_step step; /* what a step says beside its blocks */
};
struct quire_runlog_report {
    struct quire_runlog_context run; /* mode, started_at, ended_at */
    const struct quire_runlog_report_step *steps;
    size_t steps_size;
};

enum quire_runlog_model {
    QUIRE_RUNLOG_MODEL_ROW,
    QUIRE_RUNLOG_MODEL_CONTEXT,
    QUIRE_RUNLOG_MODEL_STEP,
    QUIRE_RUNLOG_MODEL_METRICS,
    QUIRE_RUNLOG_MODEL_EXECUTION,
    QUIRE_RUNLOG_MODEL_REPORT,
    QUIRE_RUNLOG_MODEL_REPORT_STEP /* not parsed by itself */
};

/* Makes everything in a model's struct not known. Zeroed memory says something else: that all is
 * known to be 0, false, and of 1970. */
QUIRE_API void quire_runlog_model_init(enum quire_runlog_model model, void *object);
static inline void quire_runlog_row_init(struct quire_runlog_row *row)
{
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_ROW, row);
}
static inline void quire_runlog_context_init(struct quire_runlog_context *context)
{
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_CONTEXT, context);
}
static inline void quire_runlog_step_init(struct quire_runlog_step *step)
{
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_STEP, step);
}
static inline void quire_runlog_execution_init(struct quire_runlog_execution *execution)
{
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_EXECUTION, execution);
}
static inline void quire_runlog_report_init(struct quire_runlog_report *report)
{
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_REPORT, report);
}
static inline void quire_runlog_report_step_init(struct quire_runlog_report_step *step)
{
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_REPORT_STEP, step);
}

/* Where what is parsed stands. */
struct quire_runlog_texts;
QUIRE_API int quire_runlog_texts_new(struct quire_runlog_texts **texts, struct quire_error *error);
QUIRE_API void quire_runlog_texts_free(struct quire_runlog_texts *texts); /* NULL is fine */

/* Fills a model's struct from a JSON object; what it points to stands in texts. Members that no
 * field is for are kept in metadata. QUIRE_INPUT, with the place as a JSON pointer (RFC 6901) in
 * the cause, for values of another kind, times that are none of RFC 3339, words that are not
 * allowed, and names that are twice in an object. */
QUIRE_API int quire_runlog_model_parse(enum quire_runlog_model model, const char *json, size_t size,
                                       struct quire_runlog_texts *texts, void *object,
                                       struct quire_error *error);
/* And back, without what is not known; freed with quire_free. */
QUIRE_API int quire_runlog_model_print(enum quire_runlog_model model, const void *object,
                                       char **json, struct quire_error *error);

#define QUIRE_RUNLOG_UUID_SIZE 37
/* A UUID of version 7 (RFC 9562) for a time in milliseconds since the epoch. */
QUIRE_API void quire_runlog_uuid(int64_t time_ms, char out[QUIRE_RUNLOG_UUID_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
