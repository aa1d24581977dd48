/* The configuration of run logs: one row an option, from which command line, environment,
 * configuration files and documents follow. */
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/utf8.h"
#include "quire/codec.h"
#include "quire/memory.h"
#include "quire/runlog_write.h"

#define AT(field) offsetof(struct quire_runlog_options, field)
/* The first say where the table is (src/cli/log_place.c). */
static const struct quire_option rows[] = {
    {.name = "table-schema",
     .type = QUIRE_OPTION_TEXT,
     .choices = "NAME",
     .offset = AT(table_schema),
     .help = "folder of the table below TABLE, with --table-name; else TABLE is the table itself"},
    {.name = "table-name",
     .type = QUIRE_OPTION_TEXT,
     .choices = "NAME",
     .offset = AT(table_name),
     .help = "name of the table in that folder"},
    {.name = "table-name-pattern",
     .type = QUIRE_OPTION_TEXT,
     .choices = "PATTERN",
     .offset = AT(table_name_pattern),
     .help = "name of the table with {schema}, {table_name}, {pipeline_id}, {run_mode}, {date}, "
             "{timestamp}"},
    {.name = "table-suffix-pattern",
     .type = QUIRE_OPTION_TEXT,
     .choices = "PATTERN",
     .offset = AT(table_suffix_pattern),
     .help = "what follows the name, unless it ends so already"},
    {.name = "write-mode",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "append",
     .offset = AT(write_mode),
     .choices = "append|overwrite|ignore|merge",
     .help = "add rows, replace all, leave a table that is there, or replace rows of the same "
             "run_id and step_name"},
    {.name = "mode",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "append",
     .offset = AT(write_mode),
     .choices = "append|overwrite|ignore|merge",
     .help = "another name of --write-mode"},
    {.name = "partition-columns",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = AT(partition_columns),
     .help = "columns whose values get folders of their own when the table is made: phase,schema"},
    {.name = "partition-count",
     .type = QUIRE_OPTION_INT,
     .default_text = "0",
     .offset = AT(partition_count),
     .max = 10000,
     .help = "files that the rows of one write are spread over, at most; 0 is by size alone"},
    {.name = "batch-size",
     .type = QUIRE_OPTION_INT,
     .default_text = "1000",
     .offset = AT(batch_size),
     .min = 1,
     .max = 10000000,
     .help = "rows that are taken at once, and reports or executions of one commit"},
    {.name = "max-file-size-mb",
     .type = QUIRE_OPTION_INT,
     .default_text = "128",
     .offset = AT(max_file_size_mb),
     .min = 1,
     .max = 1 << 20,
     .help = "size at which a file of the table is finished, and that optimizing aims at"},
    {.name = "parallel-write-threads",
     .type = QUIRE_OPTION_INT,
     .default_text = "4",
     .offset = AT(parallel_write_threads),
     .min = 1,
     .max = 1024,
     .help = "threads that encode; --threads goes first"},
    {.name = "memory-fraction",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "0.6",
     .offset = AT(memory_fraction),
     .help = "share of the available memory that buffers may hold; --memory goes first"},
    {.name = "compression",
     .type = QUIRE_OPTION_TEXT,
     .choices = "CODEC",
     .offset = AT(compression),
     .help = "snappy, zstd, gzip, lz4 or none; else what the table has, snappy for a new one"},
    {.name = "log-data-quality-results",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = AT(log_data_quality_results),
     .help = "check what is written by rules, and tell the verdict"},
    {.name = "enable-anomaly-detection",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "off",
     .offset = AT(enable_anomaly_detection),
     .help = "look for what is out of the ordinary in what is written"},
    {.name = "min-validation-rate",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "95",
     .offset = AT(min_validation_rate),
     .help = "percent of the rows that rules must find valid, and below which the rate of a step "
             "is an anomaly"},
    {.name = "max-invalid-rows-percent",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "5",
     .offset = AT(max_invalid_rows_percent),
     .help = "percent of the rows that rules may find invalid"},
    {.name = "quality-rules",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(quality_rules),
     .help = "rules in place of the default ones"},
    {.name = "quality-action",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "warn",
     .offset = AT(quality_action),
     .choices = "warn|reject|fail",
     .help = "rows that break a rule: tell of them, put them into the file of --quality-rejects, "
             "or write nothing"},
    {.name = "quality-rejects",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(quality_rejects),
     .help = "file for rows that break a rule or cannot be rows, as JSON Lines"},
    {.name = "enable-schema-evolution",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = AT(enable_schema_evolution),
     .help = "add columns of run logs to a table that lacks them"},
    {.name = "auto-optimize-schema",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = AT(auto_optimize_schema),
     .help = "keep statistics of the columns that are searched for alone, in a new table"},
    {.name = "schema-validation-mode",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "strict",
     .offset = AT(schema_validation_mode),
     .choices = "strict|lenient",
     .help = "a table whose columns are others: refuse it, or write those that it has"},
    {.name = "enable-optimization",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = AT(enable_optimization),
     .help = "let a new table put its small files together by itself"},
    {.name = "max-retries",
     .type = QUIRE_OPTION_INT,
     .default_text = "3",
     .offset = AT(max_retries),
     .max = 1000,
     .help = "times that a write is tried again where that may help"},
    {.name = "retry-delay-secs",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "1.0",
     .offset = AT(retry_delay_secs),
     .help = "seconds before it is tried again"},
    {.name = "retry-exponential-backoff",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = AT(retry_exponential_backoff),
     .help = "double these each time"},
    {.name = "fail-fast",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "off",
     .offset = AT(fail_fast),
     .help = "write nothing where one report or execution of several cannot be written"},
    {.name = "performance-max-secs",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "300",
     .offset = AT(performance_max_secs),
     .help = "seconds that a write may take; 0 is no bound"},
    {.name = "performance-max-memory-mb",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "8192",
     .offset = AT(performance_max_memory_mb),
     .help = "memory that the process may have taken at most; 0 is no bound"},
    {.name = "performance-min-success-rate",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "95",
     .offset = AT(performance_min_success_rate),
     .help = "percent of a writer's writes that must succeed; 0 is no bound"},
};

const struct quire_option_table *quire_runlog_options_table(void)
{
    static const struct quire_option_table table = {rows, sizeof(rows) / sizeof(rows[0]),
                                                    sizeof(struct quire_runlog_options)};
    return &table;
}

/* --- What rows cannot say -------------------------------------------------------------------- */

static int fail_number(const char *name, double value, const char *allowed,
                       struct quire_error *error)
{
    return quire_fail(error, QUIRE_USAGE, "configure", "%s: '%g' is not %s", name, value, allowed);
}

static int check_range(const char *name, double value, double least, double most,
                       const char *allowed, struct quire_error *error)
{
    if (value >= least && value <= most) return 0;
    return fail_number(name, value, allowed, error);
}

static int check_numbers(const struct quire_runlog_options *options, struct quire_error *error)
{
    static const char percent[] = "a percentage, 0 to 100";
    QUIRE_TRY(
        check_range("min-validation-rate", options->min_validation_rate, 0, 100, percent, error));
    QUIRE_TRY(check_range("max-invalid-rows-percent", options->max_invalid_rows_percent, 0, 100,
                          percent, error));
    QUIRE_TRY(check_range("performance-min-success-rate", options->performance_min_success_rate, 0,
                          100, percent, error));
    if (!(options->memory_fraction > 0 && options->memory_fraction <= 1))
        return fail_number("memory-fraction", options->memory_fraction,
                           "a share above 0, 1 at most", error);
    QUIRE_TRY(check_range("retry-delay-secs", options->retry_delay_secs, 0, 86400,
                          "a number of seconds, 0 to 86400", error));
    QUIRE_TRY(check_range("performance-max-secs", options->performance_max_secs, 0, HUGE_VAL,
                          "0 or more", error));
    return check_range("performance-max-memory-mb", options->performance_max_memory_mb, 0, HUGE_VAL,
                       "0 or more", error);
}

static int check_name(const char *name, const char *value, const char *other,
                      struct quire_error *error)
{
    if (value != NULL && value[0] == '\0')
        return quire_fail(error, QUIRE_USAGE, "configure", "%s: '' is not a name: it is empty",
                          name);
    if (value != NULL && !quire_utf8_is_valid(value, strlen(value)))
        return quire_fail(error, QUIRE_USAGE, "configure", "%s: '%.80s' is not UTF-8", name, value);
    if (value == NULL && other != NULL)
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "%s: it is missing: table-schema and table-name go together", name);
    return 0;
}

static int check_compression(const char *value, struct quire_error *error)
{
    static const char *const names[] = {"snappy", "zstd", "gzip", "lz4", "none"};
    const struct quire_codec *codec = NULL;
    struct quire_error refused;
    int level = 0;
    if (value == NULL) return 0;
    size_t size = strcspn(value, ":"), i = 0, count = sizeof(names) / sizeof(names[0]);
    while (i < count && (strlen(names[i]) != size || strncmp(names[i], value, size) != 0))
        i++;
    if (i == count)
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "compression: '%.80s' is not one of snappy, zstd, gzip, lz4, none",
                          value);
    if (strncmp(value, "lz4:", 4) == 0)
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "compression: '%.80s': lz4 has no levels in Parquet", value);
    quire_error_clear(&refused);
    int code = quire_codec_parse(value, &codec, &level, &refused);
    if (code == 0) return 0;
    return quire_fail(error, code, "configure", "compression: '%.80s': %.300s", value,
                      refused.cause);
}

int quire_runlog_options_check(const struct quire_runlog_options *options,
                               struct quire_error *error)
{
    QUIRE_TRY(check_name("table-schema", options->table_schema, options->table_name, error));
    QUIRE_TRY(check_name("table-name", options->table_name, options->table_schema, error));
    if ((options->table_name_pattern != NULL || options->table_suffix_pattern != NULL) &&
        options->table_name == NULL)
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "table-name: it is missing: a pattern is of tables below a folder");
    QUIRE_TRY(check_numbers(options, error));
    QUIRE_TRY(check_compression(options->compression, error));
    if (options->quality_action == QUIRE_RUNLOG_REJECT && options->quality_rejects == NULL)
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "quality-action: 'reject' needs quality-rejects, the file for the rows");
    char *name = NULL;
    if (options->table_name == NULL) return 0;
    int code = quire_runlog_table_name(options, NULL, NULL, NULL, &name, error);
    quire_free(name);
    return code;
}
