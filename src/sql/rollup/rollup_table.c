/* The table of the groups of a rollup: keys, then aggregates. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "sql/rollup/rollup_run.h"
#include "sql/vtab/vtab_module.h"
#include "sql/vtab/vtab_source.h"

static int append_key(const struct quire_rollup_run *run, size_t at, struct quire_buf *text)
{
    const struct quire_rollup_key *key = &run->rollup->keys[at];
    const struct quire_field *field = &run->rollup->source->field->children[key->column];
    int code = at > 0 ? quire_buf_push(text, ',') : 0;
    if (code != 0) return code;
    if (key->kind != QUIRE_ROLLUP_COLUMN) return quire_buf_printf(text, "`quire k%zu` string", at);
    code = quire_buf_append_name(text, field->name);
    if (code == 0) code = quire_buf_push(text, ' ');
    return code == 0 ? quire_field_type_text(field, text) : code;
}

static int make_schema(const struct quire_rollup_run *run, struct ArrowSchema *schema,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    int code = 0;
    for (size_t i = 0; i < run->rollup->keys_size && code == 0; i++)
        code = append_key(run, i, &text);
    for (size_t i = 0; i < run->rollup->aggregates_size && code == 0; i++) {
        code = quire_buf_printf(&text, "%s`quire a%zu` %s", text.size > 0 ? "," : "", i,
                                quire_rollup_state_type(&run->states[run->state_of[i]],
                                                        run->rollup->aggregates[i].function));
    }
    if (code != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    return quire_schema_parse((const char *)text.data, text.size, schema, error);
}

static int append_aggregate(const struct quire_rollup_run *run, size_t at, size_t group,
                            struct quire_column *column)
{
    enum quire_rollup_function function = run->rollup->aggregates[at].function;
    double value;
    if (function != QUIRE_ROLLUP_PERCENTILE)
        return quire_rollup_state_result(&run->states[run->state_of[at]], function, group, column);
    return quire_rollup_percentile_value(&run->percentiles[at], &value)
               ? quire_column_append_f64(column, value)
               : quire_column_append_null(column);
}

static int append_groups(const struct quire_rollup_run *run, struct quire_column *rows)
{
    size_t keys = run->rollup->keys_size, size = run->groups.size;
    int code = 0;
    /* All rows are one group, also where there are none. */
    if (!run->rollup->grouped) size = 2;
    for (size_t group = 1; group < size && code == 0; group++) {
        for (size_t i = 0; i < keys && code == 0; i++)
            code = quire_rollup_groups_key(&run->groups, i, group, &rows->children[i]);
        for (size_t i = 0; i < run->rollup->aggregates_size && code == 0; i++)
            code = append_aggregate(run, i, group, &rows->children[keys + i]);
        rows->length++;
    }
    return code;
}

int quire_rollup_name_groups(const struct quire_rollup_run *run, struct quire_error *error)
{
    static const struct quire_sql_table given = {.name = QUIRE_SQL_ROLLUP_TABLE, .url = "-"};
    QUIRE_CLEANUP(quire_column_cleanup) struct quire_column *rows = NULL;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    struct quire_sql_session *session = run->session;
    struct quire_sql_source *source = &session->sources[session->sources_size];
    QUIRE_TRY(make_schema(run, &source->schema, error));
    session->sources_size++;
    source->session = session;
    source->given = &given;
    source->is_once = true;
    source->rows = (double)run->groups.size;
    QUIRE_TRY(quire_field_open(&source->schema, &source->field, error));
    QUIRE_TRY(quire_column_new(source->field, &rows, error));
    if (append_groups(run, rows) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    QUIRE_TRY(quire_schema_copy(&source->schema, &schema, error));
    QUIRE_TRY(quire_column_finish(rows, &batch, error));
    int code = quire_stream_of_batches(&schema, &batch, 1, &source->once, error);
    if (code != 0) quire_array_release(&batch);
    QUIRE_TRY(code);
    code = sqlite3_create_module_v2(session->db, given.name, &quire_sql_module, source, NULL);
    return code == SQLITE_OK ? 0 : quire_sql_fail(session, code, NULL, error);
}
