/* Texts put together, and looked for in each other. */
#include <string.h>

#include "sql/functions/functions.h"

/* --- Putting together ----------------------------------------------------------------------- */

static void append(sqlite3_str *out, sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);
    if (text != NULL) sqlite3_str_append(out, text, sqlite3_value_bytes(value));
}

static void give(sqlite3_context *context, sqlite3_str *out)
{
    int code = sqlite3_str_errcode(out), size = sqlite3_str_length(out);
    char *text = sqlite3_str_finish(out);
    if (code == SQLITE_NOMEM)
        sqlite3_result_error_nomem(context);
    else if (code != SQLITE_OK)
        sqlite3_result_error_toobig(context);
    else if (text == NULL)
        sqlite3_result_text(context, "", 0, SQLITE_STATIC);
    else
        sqlite3_result_text(context, text, size, sqlite3_free);
}

/* Null where one of them is. */
QUIRE_SQL_FUNCTION(call_concat)
{
    for (int i = 0; i < argc; i++)
        if (quire_sql_is_null(argv[i])) return;
    sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(context));
    for (int i = 0; i < argc; i++)
        append(out, argv[i]);
    give(context, out);
}

/* Nulls are passed over. */
QUIRE_SQL_FUNCTION(call_concat_ws)
{
    bool any = false;
    if (argc == 0 || quire_sql_is_null(argv[0])) return;
    sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(context));
    for (int i = 1; i < argc; i++) {
        if (quire_sql_is_null(argv[i])) continue;
        if (any) append(out, argv[0]);
        append(out, argv[i]);
        any = true;
    }
    give(context, out);
}

/* --- Finding -------------------------------------------------------------------------------- */

/* Both texts; NULL where one of them is null. */
static const char *two_texts(sqlite3_value **argv, const char **other, size_t *size, size_t *part)
{
    if (quire_sql_is_null(argv[0]) || quire_sql_is_null(argv[1])) return NULL;
    const char *text = (const char *)sqlite3_value_text(argv[0]);
    *other = (const char *)sqlite3_value_text(argv[1]);
    *size = (size_t)sqlite3_value_bytes(argv[0]);
    *part = (size_t)sqlite3_value_bytes(argv[1]);
    return *other != NULL ? text : NULL;
}
QUIRE_SQL_FUNCTION(call_startswith)
{
    size_t size, part;
    const char *other, *text = two_texts(argv, &other, &size, &part);
    (void)argc;
    if (text != NULL) sqlite3_result_int(context, part <= size && memcmp(text, other, part) == 0);
}
QUIRE_SQL_FUNCTION(call_endswith)
{
    size_t size, part;
    const char *other, *text = two_texts(argv, &other, &size, &part);
    (void)argc;
    if (text != NULL)
        sqlite3_result_int(context, part <= size && memcmp(text + size - part, other, part) == 0);
}
QUIRE_SQL_FUNCTION(call_contains)
{
    size_t size, part;
    const char *other, *text = two_texts(argv, &other, &size, &part);
    (void)argc;
    if (text != NULL)
        sqlite3_result_int(context, part == 0 || memmem(text, size, other, part) != NULL);
}

const struct quire_sql_function quire_sql_text_functions[] = {
    {"concat", -1, call_concat, NULL, NULL},        {"concat_ws", -1, call_concat_ws, NULL, NULL},
    {"startswith", 2, call_startswith, NULL, NULL}, {"endswith", 2, call_endswith, NULL, NULL},
    {"contains", 2, call_contains, NULL, NULL},     {NULL, 0, NULL, NULL, NULL},
};
