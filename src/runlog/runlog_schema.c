/* The columns of a run log. Where SparkForge has 32-bit numbers they are of 64 bits here: what
 * reads the one reads the other. */
#include "runlog/runlog_schema.h"

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
    QUIRE_TRY(quire_runlog_schema(&wanted, error));
    for (int64_t i = 0; i < wanted.n_children; i++) {
        const struct ArrowSchema *want = wanted.children[i];
        const struct ArrowSchema *have = find_column(schema, want->name);
        if (have != NULL && kind_of(have->format) == kind_of(want->format)) continue;
        if (names.size > NAMES_SIZE_MAX) continue;
        if (quire_buf_printf(&names, "%s%s%s", names.size > 0 ? ", " : "", want->name,
                             have != NULL ? " (of another type)" : "") != 0)
            return quire_fail_memory(error, "run log");
    }
    if (names.size == 0) return 0;
    int code = quire_fail(error, QUIRE_INPUT, "run log",
                          "the table is no run log: it lacks the columns %.*s", (int)names.size,
                          (const char *)names.data);
    quire_error_hint(error, "\"quire log write\" makes a table with them");
    return code;
}
