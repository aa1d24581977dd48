/* Writing run logs: rows of what pipelines did into a Delta table, which is made with the first.
 *
 * A write is one commit, which stands whole or not at all; several reports or executions are a
 * batch of writes. A writer belongs to one thread at a time; any number of writers and processes
 * may write one table at once. */
#ifndef QUIRE_RUNLOG_WRITE_H
#define QUIRE_RUNLOG_WRITE_H

#include "quire/context.h"
#include "quire/option.h"
#include "quire/quality.h"
#include "quire/runlog.h"
#include "quire/runlog_model.h"
#include "quire/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Configuration --------------------------------------------------------------------------- */

enum quire_runlog_mode {
    QUIRE_RUNLOG_APPEND,
    QUIRE_RUNLOG_OVERWRITE, /* what is written is all that the table has then */
    QUIRE_RUNLOG_IGNORE,    /* a table that is there is left as it is */
    QUIRE_RUNLOG_MERGE      /* rows of a run_id and step_name that the table has are replaced */
};

enum quire_runlog_action { QUIRE_RUNLOG_WARN, QUIRE_RUNLOG_REJECT, QUIRE_RUNLOG_FAIL };

/* Filled by quire_runlog_options_table (quire/option.h); docs/RUNLOG.md tells of each. */
struct quire_runlog_options {
    char *table_schema, *table_name;
    int32_t write_mode; /* enum quire_runlog_mode */
    char *partition_columns;
    int64_t partition_count;
    int64_t batch_size;
    int64_t max_file_size_mb;
    int64_t parallel_write_threads;
    double memory_fraction;
    char *compression;
    bool log_data_quality_results;
    bool enable_anomaly_detection;
    int64_t anomaly_history_days; /* of the table; 0: none */
    double min_validation_rate, max_invalid_rows_percent;
    char *quality_rules;
    int32_t quality_action; /* enum quire_runlog_action */
    char *quality_rejects;
    bool enable_schema_evolution;
    bool widen_types;
    bool auto_optimize_schema;
    int32_t schema_validation_mode; /* 0: strict, 1: lenient */
    bool enable_optimization;
    int64_t max_retries;
    double retry_delay_secs;
    bool retry_exponential_backoff;
    bool fail_fast;
    char *table_name_pattern, *table_suffix_pattern, *table_timestamp;
    double performance_max_secs, performance_max_memory_mb, performance_min_success_rate;
};
QUIRE_API const struct quire_option_table *quire_runlog_options_table(void);

/* What its row alone cannot say of the value of one option, by its name; of what belongs together
 * nothing. */
QUIRE_API int quire_runlog_option_check(const struct quire_runlog_options *options,
                                        const char *name, struct quire_error *error);
/* What rows alone cannot say: QUIRE_USAGE, naming the option, its value and what is allowed. */
QUIRE_API int quire_runlog_options_check(const struct quire_runlog_options *options,
                                         struct quire_error *error);

/* Puts the limits of options (min_validation_rate, max_invalid_rows_percent) in place of those that
 * rules have, unless both are the defaults: so it is with rules of a file. */
QUIRE_API int quire_runlog_limit_rules(const struct quire_runlog_options *options,
                                       struct quire_rules *rules, struct quire_error *error);

/* Whether options name a table below a place: by table_schema and table_name, or by patterns. */
QUIRE_API bool quire_runlog_is_named(const struct quire_runlog_options *options);
/* "schema.name", by table_name_pattern and table_suffix_pattern where they are given, with names
 * made safe; freed with quire_free. QUIRE_USAGE where table_schema or table_name is missing, and no
 * pattern says that part itself. pipeline_id and run_mode may be NULL; timestamp (NULL:
 * table_timestamp, else now) is put in for {date} and {timestamp}. */
QUIRE_API int quire_runlog_table_name(const struct quire_runlog_options *options,
                                      const char *pipeline_id, const char *run_mode,
                                      const char *timestamp, char **name,
                                      struct quire_error *error);

/* --- What is written ------------------------------------------------------------------------- */

enum quire_runlog_kind {
    QUIRE_RUNLOG_ROWS,
    QUIRE_RUNLOG_STEP_RESULTS,
    QUIRE_RUNLOG_EXECUTION_RESULT,
    QUIRE_RUNLOG_REPORT
};

/* Items of a kind, borrowed: an array of struct quire_runlog_row, _step, _execution or _report. */
struct quire_runlog_models {
    enum quire_runlog_kind kind;
    const void *items;
    size_t items_size;
    /* Of step results; of others what they do not say themselves. NULL: none. */
    const struct quire_runlog_context *context;
    bool is_batch; /* of reports or executions: also where they are one, or none */
};

/* The same as JSON: one object, a list of them, or one after the other (JSON Lines). */
struct quire_runlog_text {
    enum quire_runlog_kind kind;
    const char *url;                            /* a path, a store URL, or "-" */
    const char *folder;                         /* for what comes once, a local path; NULL: /tmp */
    const struct quire_runlog_context *context; /* as above */
    bool is_batch;                              /* as above */
    bool only_checks; /* all is looked at, as for fail_fast, and nothing is written */
};

/* --- Writers --------------------------------------------------------------------------------- */

struct quire_runlog_writer;

/* Zero means the default. Borrowed until close. */
struct quire_runlog_writer_options {
    enum quire_durability durability;
    const struct quire_observer *observer;
    unsigned threads;   /* 0: parallel_write_threads */
    int64_t memory_max; /* 0: memory_fraction of what is available */
    /* The time in microseconds since the epoch, and waiting; NULL: the system's, whose durations go
     * by a clock that nobody sets. */
    int64_t (*now_us)(void *user);
    void (*sleep_ms)(void *user, int64_t ms);
    void *user;
};

/* place is the table's path or URL; or, where options name a table below it, what it is below, as
 * schema/name. config is one that quire_options_init filled in (zeroed memory is none), borrowed
 * until close; NULL is the defaults, as it is of options. QUIRE_USAGE for a wrong configuration. */
QUIRE_API int quire_runlog_open(const char *place, const struct quire_runlog_options *config,
                                const struct quire_runlog_writer_options *options,
                                struct quire_runlog_writer **writer, struct quire_error *error);
QUIRE_API void quire_runlog_close(struct quire_runlog_writer *writer); /* NULL is fine */

struct quire_runlog_metrics {
    int64_t total_writes, successful_writes, failed_writes;
    double success_rate_percent; /* 100 of none */
    double total_duration_secs, average_duration_secs;
    int64_t total_rows_written;
    double memory_usage_peak_mb;
};

/* A write that failed. */
struct quire_runlog_failure {
    int64_t index; /* in the batch */
    const char *run_id;
    struct quire_error error;
};

/* A table that rows of a call are for. */
struct quire_runlog_written {
    const char *table_fqn, *url;
    int64_t version; /* -1: it was not changed */
    int64_t rows_written, commits;
    bool ignored; /* it was there already, and is as it was (QUIRE_RUNLOG_IGNORE) */
};

/* What became of a call; texts are the writer's until the next one. */
struct quire_runlog_result {
    bool success; /* all was written */
    int code;     /* that the call returned, and why; 0 and NULL where it did not fail */
    const char *reason;
    const char *run_id;
    int64_t rows_written;
    double duration_secs;
    const char *table_fqn, *url;               /* of the table that was written last */
    int64_t version;                           /* of it; -1: it was not changed */
    int64_t commits;                           /* that were made */
    bool ignored;                              /* some table was there already, and is as it was */
    const struct quire_runlog_written *tables; /* in the order in which rows name them first */
    size_t tables_size;
    /* Of merging: rows that are new, rows of the tables that others took the place of, and those
     * that had the same key beside them. */
    bool is_merge;
    int64_t rows_inserted, rows_replaced, rows_removed;
    int64_t rows_of_other_phases; /* of those replaced or removed: than the row in their place */
    bool is_batch;                /* of reports or executions */
    int64_t total_executions, successful_writes, failed_writes;
    const struct quire_runlog_failure *failures;
    size_t failures_size;
    struct quire_runlog_metrics metrics; /* of the writer */
    const char *quality_results;         /* JSON (docs/QUALITY.md); NULL: not looked at */
    const char *anomaly_results;         /* JSON; NULL: not looked for */
};

/* Writes models or text. run_id (NULL: what they say, else a new UUID) is that of all rows; of the
 * i-th of several reports or executions it is "RUN_ID_batch_i". result is filled in whatever
 * happens. Several reports or executions are written batch_size of a table at a time, each time one
 * commit; what cannot be written is told in failures, and the call returns 0, unless fail_fast:
 * then all are looked at first, by the rules of their tables too, nothing is written where one
 * cannot be, and it returns why; and unless a commit failed by what is not its rows: then it
 * returns why, when the others are written (with fail_fast none behind it are, and the error's hint
 * names the tables that have their rows). QUIRE_INPUT, with the index and the place in the cause,
 * for what cannot be a row; QUIRE_LIMIT, after the rows are written, where a performance ceiling is
 * passed. */
QUIRE_API int quire_runlog_write(struct quire_runlog_writer *writer,
                                 const struct quire_runlog_models *models, const char *run_id,
                                 struct quire_runlog_result *result, struct quire_error *error);
QUIRE_API int quire_runlog_write_text(struct quire_runlog_writer *writer,
                                      const struct quire_runlog_text *text, const char *run_id,
                                      struct quire_runlog_result *result,
                                      struct quire_error *error);

/* The same by what they are called in SparkForge. */
QUIRE_API int quire_runlog_write_report(struct quire_runlog_writer *writer,
                                        const struct quire_runlog_report *report,
                                        const char *run_id, struct quire_runlog_result *result,
                                        struct quire_error *error);
QUIRE_API int quire_runlog_write_execution_result(struct quire_runlog_writer *writer,
                                                  const struct quire_runlog_execution *execution,
                                                  const char *run_id,
                                                  struct quire_runlog_result *result,
                                                  struct quire_error *error);
QUIRE_API int
quire_runlog_write_step_results(struct quire_runlog_writer *writer,
                                const struct quire_runlog_step *steps, size_t steps_size,
                                const struct quire_runlog_context *context, const char *run_id,
                                struct quire_runlog_result *result, struct quire_error *error);
QUIRE_API int quire_runlog_write_log_rows(struct quire_runlog_writer *writer,
                                          const struct quire_runlog_row *rows, size_t rows_size,
                                          const char *run_id, struct quire_runlog_result *result,
                                          struct quire_error *error);
/* batch_size 0: that of the configuration. */
QUIRE_API int quire_runlog_write_execution_result_batch(
    struct quire_runlog_writer *writer, const struct quire_runlog_execution *executions,
    size_t executions_size, const char *run_id, int64_t batch_size,
    struct quire_runlog_result *result, struct quire_error *error);

/* A result as one JSON object (docs/RUNLOG.md); freed with quire_free. */
QUIRE_API int quire_runlog_result_print(const struct quire_runlog_result *result, char **json,
                                        struct quire_error *error);

QUIRE_API void quire_runlog_get_metrics(const struct quire_runlog_writer *writer,
                                        struct quire_runlog_metrics *metrics);
QUIRE_API void quire_runlog_reset_metrics(struct quire_runlog_writer *writer);

struct quire_runlog_memory {
    double rss_mb, vms_mb, percent, available_mb;
};
/* Of this process. QUIRE_IO where the system does not say. */
QUIRE_API int quire_runlog_memory_usage(struct quire_runlog_memory *memory,
                                        struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
