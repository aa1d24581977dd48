/* The callbacks of SQLite's virtual tables ("The Virtual Table Mechanism Of SQLite"). A table has
 * no xCreate: it is there by its module's name alone, and opened when a query names it. */
#include "sql/vtab/vtab_module.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "sql/vtab/vtab_cursor.h"

struct table {
    sqlite3_vtab base;
    struct quire_sql_source *source;
};

/* --- Columns -------------------------------------------------------------------------------- */

static void append_identifier(sqlite3_str *out, const char *name, int number)
{
    if (number > 0)
        sqlite3_str_appendf(out, "\"%w:%d\"", name, number);
    else
        sqlite3_str_appendf(out, "\"%w\"", name);
}

/* How many columns before this one have its name, whatever the case. */
static int repeated(const struct quire_field *field, size_t column)
{
    int number = 0;
    for (size_t i = 0; i < column; i++)
        number += sqlite3_stricmp(field->children[i].name, field->children[column].name) == 0;
    return number;
}

/* The number in brackets finds the column's exact type again (quire_sql_declared). */
static int declare(struct quire_sql_source *source, sqlite3 *db, sqlite3_str *out)
{
    struct quire_sql_session *session = source->session;
    for (size_t i = 0; i < source->field->children_size; i++) {
        const struct quire_field *field = &source->field->children[i];
        const struct quire_sql_affinity affinity = quire_sql_affinity_of(field);
        size_t number = session->declared.size / sizeof(const struct quire_field *);
        int code = quire_buf_append(&session->declared, &field, sizeof(const struct quire_field *));
        if (code != 0) return SQLITE_NOMEM;
        sqlite3_str_appendall(out, i == 0 ? "CREATE TABLE x(" : ", ");
        append_identifier(out, field->name, repeated(source->field, i));
        sqlite3_str_appendf(out, " %s(%d)", affinity.type, (int)number);
        if (affinity.collation != NULL) sqlite3_str_appendf(out, " COLLATE %s", affinity.collation);
    }
    /* A table has a column: one that no query can name by accident. */
    sqlite3_str_appendall(out,
                          source->field->children_size == 0 ? "CREATE TABLE x(\"\" HIDDEN)" : ")");
    if (sqlite3_str_errcode(out) != SQLITE_OK) return sqlite3_str_errcode(out);
    session->declaring = true; /* SQLite asks whether this CREATE TABLE is allowed */
    int code = sqlite3_declare_vtab(db, sqlite3_str_value(out));
    session->declaring = false;
    return code;
}

static int connect_table(sqlite3 *db, void *user, int argc, const char *const *argv,
                         sqlite3_vtab **result, char **message)
{
    struct quire_sql_source *source = user;
    struct quire_error *failure = &source->session->failure;
    (void)argc;
    (void)argv;
    int code = quire_sql_source_open(source, failure);
    if (code != 0) return quire_sql_result(code);
    struct table *table = quire_alloc_zero(1, sizeof(*table));
    if (table == NULL) return quire_sql_result(quire_fail_memory(failure, QUIRE_SQL_OPERATION));
    table->source = source;
    sqlite3_str *out = sqlite3_str_new(db);
    code = declare(source, db, out);
    sqlite3_free(sqlite3_str_finish(out));
    if (code != SQLITE_OK) {
        *message = sqlite3_mprintf("%s", sqlite3_errmsg(db));
        quire_free(table);
        return code;
    }
    *result = &table->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *table)
{
    quire_free(table);
    return SQLITE_OK;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    return quire_sql_best_index(((struct table *)table)->source, info);
}

/* --- Rows ----------------------------------------------------------------------------------- */

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **result)
{
    struct quire_sql_cursor *cursor = quire_alloc_zero(1, sizeof(*cursor));
    if (cursor == NULL) return SQLITE_NOMEM;
    cursor->source = ((struct table *)table)->source;
    *result = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct quire_sql_cursor *cursor = (struct quire_sql_cursor *)base;
    quire_sql_cursor_end(cursor);
    quire_free(cursor);
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan, int argc,
                  sqlite3_value **argv)
{
    struct quire_sql_cursor *cursor = (struct quire_sql_cursor *)base;
    (void)number;
    (void)argc;
    if (plan != cursor->plan_text && !quire_sql_plan_parse(plan, &cursor->plan))
        return SQLITE_INTERNAL;
    cursor->plan_text = plan;
    return quire_sql_result(quire_sql_cursor_begin(cursor, argv));
}

static int next_row(sqlite3_vtab_cursor *base)
{
    return quire_sql_result(quire_sql_cursor_next((struct quire_sql_cursor *)base));
}

static int at_end(sqlite3_vtab_cursor *base)
{
    return ((const struct quire_sql_cursor *)base)->ended;
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *result, int number)
{
    const struct quire_sql_cursor *cursor = (const struct quire_sql_cursor *)base;
    const struct quire_sql_column *column = &cursor->columns[number];
    if (column->get == NULL) return SQLITE_OK; /* the column of a table without any */
    const struct quire_view *view = &cursor->view->children[column->child];
    if (!quire_view_is_null(view, cursor->row)) column->get(column, view, cursor->row, result);
    return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = quire_sql_cursor_rowid((const struct quire_sql_cursor *)base);
    return SQLITE_OK;
}

const sqlite3_module quire_sql_module = {
    .iVersion = 0,
    .xConnect = connect_table,
    .xBestIndex = best_index,
    .xDisconnect = disconnect_table,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next_row,
    .xEof = at_end,
    .xColumn = give_column,
    .xRowid = give_rowid,
};
