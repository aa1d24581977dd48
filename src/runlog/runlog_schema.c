/* The columns of a run log. Where SparkForge has 32-bit numbers they are of 64 bits here: what
 * reads the one reads the other. */
#include "runlog/runlog_schema.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/field.h"
#include "data/schema_text.h"

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

const char *quire_runlog_type_name(const char *format)
{
    const char *name = quire_schema_type_name(format);
    if (name != NULL) return name;
    return format[0] == 't' ? "timestamp" : format[0] == 'd' ? "decimal" : "nested";
}

static const struct ArrowSchema *find_column(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0) return schema->children[i];
    return NULL;
}

/* --- Whether it is one ----------------------------------------------------------------------- */

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

/* Whether values of the one type are such as reports reckon with: integers of any width, also in
 * place of floating-point numbers, texts of any kind, times of any unit. */
static bool is_readable(const struct quire_field *have, const struct quire_field *want)
{
    if (quire_kind_is_string(want->kind)) return quire_kind_is_string(have->kind);
    if (want->kind == QUIRE_KIND_FLOAT64)
        return quire_kind_is_integer(have->kind) || have->kind == QUIRE_KIND_FLOAT32 ||
               have->kind == QUIRE_KIND_FLOAT64;
    return quire_kind_is_integer(want->kind) ? quire_kind_is_integer(have->kind)
                                             : have->kind == want->kind;
}

/* What Spark makes of the object that the metadata is there: no report reckons with it. */
static bool is_object(const struct quire_field *have)
{
    return strcmp(have->name, "metadata") == 0 &&
           (have->kind == QUIRE_KIND_MAP || have->kind == QUIRE_KIND_STRUCT);
}

static int fail_type(const struct quire_field *have, const struct quire_field *want,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf is = {0}, wanted = {0};
    if (quire_field_type_text(have, &is) != 0 || quire_field_type_text(want, &wanted) != 0)
        return quire_fail_memory(error, "run log");
    quire_fail(error, QUIRE_INPUT, "run log", "the column %s is %.*s, and a run log has %.*s there",
               want->name, (int)is.size, (const char *)is.data, (int)wanted.size,
               (const char *)wanted.data);
    quire_error_hint(error,
                     "\"quire sql\" with CAST(%s AS …) makes rows that \"quire log write\" "
                     "takes for another table",
                     want->name);
    return QUIRE_INPUT;
}

/* The columns of a run log that a table has are of its types. */
static int check_types(const struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema wanted = {.release = NULL};
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *have = NULL, *want = NULL;
    QUIRE_TRY(quire_runlog_schema(&wanted, error));
    QUIRE_TRY(quire_field_open(schema, &have, error));
    QUIRE_TRY(quire_field_open(&wanted, &want, error));
    for (size_t i = 0; i < want->children_size; i++) {
        const struct quire_field *column = &want->children[i];
        int64_t at = quire_field_child(have, column->name, column->name_size);
        if (at >= 0 && !is_readable(&have->children[at], column) && !is_object(&have->children[at]))
            return fail_type(&have->children[at], column, error);
    }
    return 0;
}

/* Names of columns, put together for a message. */
struct names {
    char text[400];
    size_t size, count;
};

static void note(struct names *names, const char *name)
{
    size_t left = sizeof(names->text) - names->size;
    int size =
        snprintf(names->text + names->size, left, "%s%s", names->count > 0 ? ", " : "", name);
    if (size > 0) names->size += (size_t)size < left ? (size_t)size : left - 1;
    names->count++;
}

/* Columns that would be the run log's, were they written so. Others that read the table may take
 * them for those, and here they would be there twice. */
static int check_case(const struct ArrowSchema *schema, const char *operation,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema wanted = {.release = NULL};
    struct names are = {.size = 0}, called = {.size = 0};
    QUIRE_TRY(quire_runlog_schema(&wanted, error));
    for (int64_t i = 0; i < schema->n_children; i++)
        for (int64_t j = 0; j < wanted.n_children; j++) {
            const char *name = schema->children[i]->name, *want = wanted.children[j]->name;
            if (strcasecmp(name, want) != 0 || strcmp(name, want) == 0) continue;
            note(&are, name);
            note(&called, want);
        }
    if (are.count == 0) return 0;
    quire_fail(error, QUIRE_INPUT, operation,
               "the table is no run log: its column%s %s would be called %s",
               QUIRE_PLURAL(are.count), are.text, called.text);
    quire_error_hint(error,
                     "\"quire sql\" with SELECT … AS %s … makes rows that \"quire log "
                     "write\" takes for another table",
                     called.text);
    return QUIRE_INPUT;
}

int quire_runlog_names_check(const struct ArrowSchema *schema, bool lenient, const char *operation,
                             struct quire_error *error)
{
    static const char *const wanted[] = {"run_id", "phase", "step_name", "duration_secs"};
    size_t wanted_size = sizeof(wanted) / sizeof(wanted[0]) - lenient;
    struct names names = {.size = 0};
    QUIRE_TRY(check_case(schema, operation, error));
    for (size_t i = 0; i < wanted_size; i++)
        if (!quire_runlog_has(schema, wanted[i])) note(&names, wanted[i]);
    if (!lenient && !has_time(schema)) note(&names, "created_at");
    if (names.count == 0) return 0;
    quire_fail(error, QUIRE_INPUT, operation, "the table is no run log: it lacks the column%s %s",
               QUIRE_PLURAL(names.count), names.text);
    quire_error_hint(error, "\"quire table info\" tells what it has; a run log is made by "
                            "\"quire log write\" at a place where no table is");
    return QUIRE_INPUT;
}

int quire_runlog_old_check(const struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_TRY(quire_runlog_names_check(schema, false, "run log", error));
    return check_types(schema, error);
}
