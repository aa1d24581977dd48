/* The configuration of run logs: one row an option, from which command line, environment,
 * configuration files and documents follow. */
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "quire/codec.h"
#include "quire/memory.h"
#include "quire/runlog_write.h"
#include "runlog/runlog_schema.h"
#include "runlog/write/table_pattern.h"

#define AT(field) offsetof(struct quire_runlog_options, field)
/* The first say where the table is, those behind them what its rows are held against
 * (src/cli/log_place.c). */
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
    {.name = "table-timestamp",
     .type = QUIRE_OPTION_TEXT,
     .choices = "TEXT",
     .offset = AT(table_timestamp),
     .help = "what {date} and {timestamp} are in these patterns, instead of now"},
    {.name = "min-validation-rate",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "95",
     .offset = AT(min_validation_rate),
     .help = "percent of the rows that rules must find valid, and below which the rate of a step "
             "is an anomaly"},
    {.name = "quality-rules",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(quality_rules),
     .help = "file of rules in place of the default ones, in YAML or JSON"},
    {.name = "max-invalid-rows-percent",
     .type = QUIRE_OPTION_NUMBER,
     .default_text = "5",
     .offset = AT(max_invalid_rows_percent),
     .help = "percent of the rows that rules may find invalid"},
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
     .help =
         "files that the rows of one commit are spread over, at most; in a partitioned table as "
         "many in each partition; 0 is by size alone"},
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
     .choices = "snappy|zstd|gzip|lz4|none",
     .offset = AT(compression),
     .help = "of data files, also with a level, \"zstd:6\"; else what the table has, snappy for a "
             "new one"},
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
    {.name = "anomaly-history-days",
     .type = QUIRE_OPTION_INT,
     .default_text = "0",
     .offset = AT(anomaly_history_days),
     .max = 36500,
     .help = "days of the table, up to and with today, whose rows of the same steps are looked at, "
             "too, by --enable-anomaly-detection; 0 looks at what is written alone"},
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
    {.name = "widen-types",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "off",
     .offset = AT(widen_types),
     .help = "make numbers of 32 bits that a table has ones of 64: only readers with the Delta "
             "feature typeWidening can read it then (not deltalake, nor Spark before Delta 4.0)"},
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
     .help = "percent of a writer's writes that must succeed, once they are so many that one "
             "may fail (20 at 95); 0 is no bound"},
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
    char shown[QUIRE_FLOAT_TEXT_MAX + 1];
    char *end = quire_number_format_f64(value, shown);
    if (end - shown > 2 && memcmp(end - 2, ".0", 2) == 0) end -= 2;
    *end = '\0';
    return quire_fail(error, QUIRE_USAGE, "configure", "%s: '%s' is not %s", name, shown, allowed);
}

static int check_range(const char *name, double value, double least, double most,
                       const char *allowed, struct quire_error *error)
{
    if (value >= least && value <= most) return 0;
    return fail_number(name, value, allowed, error);
}

#define PERCENT "a percentage, 0 to 100"

static const struct range {
    const char *name;
    size_t offset;
    double least, most;
    const char *allowed;
} ranges[] = {
    {"min-validation-rate", AT(min_validation_rate), 0, 100, PERCENT},
    {"max-invalid-rows-percent", AT(max_invalid_rows_percent), 0, 100, PERCENT},
    {"performance-min-success-rate", AT(performance_min_success_rate), 0, 100, PERCENT},
    {"retry-delay-secs", AT(retry_delay_secs), 0, 86400, "a number of seconds, 0 to 86400"},
    {"performance-max-secs", AT(performance_max_secs), 0, HUGE_VAL, "0 or more"},
    {"performance-max-memory-mb", AT(performance_max_memory_mb), 0, HUGE_VAL, "0 or more"},
};

static int check_number(const struct quire_runlog_options *options, const char *name,
                        struct quire_error *error)
{
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        const struct range *range = &ranges[i];
        double value;
        if (strcmp(name, range->name) != 0) continue;
        memcpy(&value, (const char *)options + range->offset, sizeof(value));
        return check_range(name, value, range->least, range->most, range->allowed, error);
    }
    if (strcmp(name, "memory-fraction") == 0 &&
        !(options->memory_fraction > 0 && options->memory_fraction <= 1))
        return fail_number(name, options->memory_fraction, "a share above 0, 1 at most", error);
    return 0;
}

static int check_name(const char *name, const char *value, struct quire_error *error)
{
    if (value != NULL && value[0] == '\0')
        return quire_fail(error, QUIRE_USAGE, "configure", "%s: '' is not a name: it is empty",
                          name);
    if (value != NULL && !quire_utf8_is_valid(value, strlen(value)))
        return quire_fail(error, QUIRE_USAGE, "configure", "%s: '%.80s' is not UTF-8", name, value);
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The next of names with commas between them, without the blanks around it; *at is then behind it.
 */
static size_t next_name(const char **at, const char **name)
{
    *at += strspn(*at, ", \t");
    *name = *at;
    size_t size = strcspn(*at, ",");
    *at += size;
    while (size > 0 && is_blank((*name)[size - 1]))
        size--;
    return size;
}

/* A name that run logs have no column of; the columns that they have are told. */
static int fail_column(const struct ArrowSchema *schema, const char *name, size_t size,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf names = {0};
    for (int64_t i = 0; i < schema->n_children; i++)
        if (quire_buf_printf(&names, "%s%s", i > 0 ? ", " : "", schema->children[i]->name) != 0)
            return quire_fail_memory(error, "configure");
    return quire_fail(error, QUIRE_USAGE, "configure",
                      "partition-columns: '%.*s' is no column of a run log: %.*s",
                      (int)(size < 80 ? size : 80), name, (int)names.size,
                      (const char *)names.data);
}

static bool has_column(const struct ArrowSchema *schema, const char *name, size_t size)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strlen(schema->children[i]->name) == size &&
            memcmp(schema->children[i]->name, name, size) == 0)
            return true;
    return false;
}

static int check_partitions(const char *columns, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    const char *at = columns, *name, *other;
    if (columns == NULL) return 0;
    QUIRE_TRY(quire_runlog_schema(&schema, error));
    for (size_t size = next_name(&at, &name); size > 0; size = next_name(&at, &name)) {
        if (!has_column(&schema, name, size)) return fail_column(&schema, name, size, error);
        const char *behind = at;
        for (size_t n = next_name(&behind, &other); n > 0; n = next_name(&behind, &other))
            if (n == size && memcmp(name, other, n) == 0)
                return quire_fail(error, QUIRE_USAGE, "configure",
                                  "partition-columns: '%.200s' is not a list of columns: %.*s is "
                                  "there twice",
                                  columns, (int)size, name);
    }
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

int quire_runlog_option_check(const struct quire_runlog_options *options, const char *name,
                              struct quire_error *error)
{
    if (strcmp(name, "table-schema") == 0) return check_name(name, options->table_schema, error);
    if (strcmp(name, "table-name") == 0) return check_name(name, options->table_name, error);
    if (strcmp(name, "table-timestamp") == 0)
        return check_name(name, options->table_timestamp, error);
    if (strcmp(name, "table-name-pattern") == 0)
        return quire_table_pattern_check(name, options->table_name_pattern, error);
    if (strcmp(name, "table-suffix-pattern") == 0)
        return quire_table_pattern_check(name, options->table_suffix_pattern, error);
    if (strcmp(name, "compression") == 0) return check_compression(options->compression, error);
    if (strcmp(name, "partition-columns") == 0)
        return check_partitions(options->partition_columns, error);
    return check_number(options, name, error);
}

int quire_runlog_options_check(const struct quire_runlog_options *options,
                               struct quire_error *error)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        QUIRE_TRY(quire_runlog_option_check(options, rows[i].name, error));
    if (options->quality_action == QUIRE_RUNLOG_REJECT && options->quality_rejects == NULL)
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "quality-action: 'reject' needs quality-rejects, the file for the rows; "
                          "warn and fail need none");
    char *name = NULL;
    if (!quire_runlog_is_named(options)) return 0;
    int code = quire_runlog_table_name(options, NULL, NULL, NULL, &name, error);
    quire_free(name);
    return code;
}
