/* The columns of a run log. Where SparkForge has 32-bit numbers they are of 64 bits here: what
 * reads the one reads the other. */
#include "runlog/runlog_schema.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"

#define TIME "timestamp(us, UTC)"

static const char schema_text[] = "run_id string not null\n"
                                  "run_mode string not null\n"
                                  "run_started_at " TIME "\n"
                                  "run_ended_at " TIME "\n"
                                  "execution_id string not null\n"
                                  "pipeline_id string not null\n"
                                  "schema string not null\n"
                                  "phase string not null\n"
                                  "step_name string not null\n"
                                  "step_type string\n"
                                  "start_time " TIME "\n"
                                  "end_time " TIME "\n"
                                  "duration_secs float64 not null\n"
                                  "table_fqn string\n"
                                  "write_mode string\n"
                                  "input_rows int64\n"
                                  "output_rows int64\n"
                                  "rows_written int64\n"
                                  "rows_processed int64 not null\n"
                                  "table_total_rows int64\n"
                                  "valid_rows int64 not null\n"
                                  "invalid_rows int64 not null\n"
                                  "validation_rate float64 not null\n"
                                  "success bool not null\n"
                                  "error_message string\n"
                                  "memory_usage_mb float64\n"
                                  "cpu_usage_percent float64\n"
                                  "metadata string\n"
                                  "created_at " TIME " not null\n";

int quire_runlog_schema(struct ArrowSchema *schema, struct quire_error *error)
{
    return quire_schema_parse(schema_text, sizeof(schema_text) - 1, schema, error);
}

/* Kinds of values that stand for each other: numbers of one sort, whatever their width. */
static char kind_of(const char *format)
{
    switch (format[0]) {
    case 'c':
    case 'C':
    case 's':
    case 'S':
    case 'i':
    case 'I':
    case 'l':
    case 'L': return 'l';
    case 'e':
    case 'f':
    case 'g': return 'g';
    case 'u':
    case 'U':
    case 'v': return 'u';
    default: return strncmp(format, "ts", 2) == 0 ? 't' : format[0];
    }
}

static const struct ArrowSchema *find_column(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0) return schema->children[i];
    return NULL;
}

#define NAMES_SIZE_MAX 200

int quire_runlog_schema_check(const struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema wanted = {.release = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf names = {0};
    int64_t left_out = 0;
    QUIRE_TRY(quire_runlog_schema(&wanted, error));
    for (int64_t i = 0; i < wanted.n_children; i++) {
        const struct ArrowSchema *want = wanted.children[i];
        const struct ArrowSchema *have = find_column(schema, want->name);
        if (have != NULL && kind_of(have->format) == kind_of(want->format)) continue;
        if (names.size > NAMES_SIZE_MAX) {
            left_out++;
            continue;
        }
        if (quire_buf_printf(&names, "%s%s%s", names.size > 0 ? ", " : "", want->name,
                             have != NULL ? " (of another type)" : "") != 0)
            return quire_fail_memory(error, "run log");
    }
    if (names.size == 0) return 0;
    if (left_out > 0 && quire_buf_printf(&names, " and %d others", (int)left_out) != 0)
        return quire_fail_memory(error, "run log");
    int code = quire_fail(error, QUIRE_INPUT, "run log",
                          "the table is no run log: it lacks the columns %.*s", (int)names.size,
                          (const char *)names.data);
    quire_error_hint(error, "\"quire log write\" adds them with the next rows");
    return code;
}

/* --- Older logs ------------------------------------------------------------------------------ */

const char *const quire_runlog_times[QUIRE_RUNLOG_TIMES] = {"end_time", "run_ended_at",
                                                            "start_time", "run_started_at"};

bool quire_runlog_has(const struct ArrowSchema *schema, const char *name)
{
    return find_column(schema, name) != NULL;
}

static bool has_time(const struct ArrowSchema *schema)
{
    bool any = quire_runlog_has(schema, "created_at");
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES; i++)
        any |= quire_runlog_has(schema, quire_runlog_times[i]);
    return any;
}

int quire_runlog_old_check(const struct ArrowSchema *schema, struct quire_error *error)
{
    static const char *const wanted[] = {"run_id", "phase", "step_name", "duration_secs"};
    char names[120] = "";
    size_t size = 0;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (!quire_runlog_has(schema, wanted[i]))
            size += (size_t)snprintf(names + size, sizeof(names) - size, "%s%s",
                                     size > 0 ? ", " : "", wanted[i]);
    if (!has_time(schema))
        size += (size_t)snprintf(names + size, sizeof(names) - size, "%s%s", size > 0 ? ", " : "",
                                 "created_at");
    if (size == 0) return 0;
    quire_fail(error, QUIRE_INPUT, "run log", "the table is no run log: it lacks the column%s %s",
               strchr(names, ',') != NULL ? "s" : "", names);
    quire_error_hint(error, "\"quire table info\" tells what it has; a run log is made by "
                            "\"quire log write\" at a place where no table is");
    return QUIRE_INPUT;
}
