/* Choosing among values, and texts put together. */
#include <string.h>

#include "sql/functions/functions.h"

#define FUNCTION(name) static void name(sqlite3_context *context, int argc, sqlite3_value **argv)

/* As SQLite's WHERE takes it: a number that is not 0. */
static bool is_true(sqlite3_value *value)
{
    if (sqlite3_value_numeric_type(value) == SQLITE_INTEGER) return sqlite3_value_int64(value) != 0;
    double real = quire_sql_is_null(value) ? 0 : sqlite3_value_double(value);
    return real < 0 || real > 0;
}

FUNCTION(call_if)
{
    (void)argc;
    sqlite3_result_value(context, argv[is_true(argv[0]) ? 1 : 2]);
}

FUNCTION(call_nvl)
{
    (void)argc;
    sqlite3_result_value(context, argv[quire_sql_is_null(argv[0]) ? 1 : 0]);
}

FUNCTION(call_nvl2)
{
    (void)argc;
    sqlite3_result_value(context, argv[quire_sql_is_null(argv[0]) ? 2 : 1]);
}

static bool has_bytes(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_TEXT || sqlite3_value_type(value) == SQLITE_BLOB;
}

static int compare(sqlite3_value *a, sqlite3_value *b)
{
    if (has_bytes(a) || has_bytes(b)) {
        const unsigned char *x = sqlite3_value_text(a), *y = sqlite3_value_text(b);
        int x_size = sqlite3_value_bytes(a), y_size = sqlite3_value_bytes(b);
        if (x == NULL || y == NULL) return (x != NULL) - (y != NULL);
        int order = memcmp(x, y, (size_t)(x_size < y_size ? x_size : y_size));
        return order != 0 ? order : (x_size > y_size) - (x_size < y_size);
    }
    if (sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER) {
        sqlite3_int64 x = sqlite3_value_int64(a), y = sqlite3_value_int64(b);
        return (x > y) - (x < y);
    }
    double x = sqlite3_value_double(a), y = sqlite3_value_double(b);
    return (x > y) - (x < y);
}

/* The greatest (way 1) or least (-1) that is not null. */
static void give_extreme(sqlite3_context *context, int argc, sqlite3_value **argv, int way)
{
    sqlite3_value *best = NULL;
    for (int i = 0; i < argc; i++) {
        if (quire_sql_is_null(argv[i])) continue;
        if (best == NULL || compare(argv[i], best) * way > 0) best = argv[i];
    }
    if (best != NULL) sqlite3_result_value(context, best);
}
FUNCTION(call_greatest)
{
    give_extreme(context, argc, argv, 1);
}
FUNCTION(call_least)
{
    give_extreme(context, argc, argv, -1);
}

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
FUNCTION(call_concat)
{
    for (int i = 0; i < argc; i++)
        if (quire_sql_is_null(argv[i])) return;
    sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(context));
    for (int i = 0; i < argc; i++)
        append(out, argv[i]);
    give(context, out);
}

/* Nulls are passed over. */
FUNCTION(call_concat_ws)
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

/* Where a text stands in another: at its begin, its end, anywhere. */
static const char *two_texts(sqlite3_value **argv, const char **other, size_t *size, size_t *part)
{
    if (quire_sql_is_null(argv[0]) || quire_sql_is_null(argv[1])) return NULL;
    const char *text = (const char *)sqlite3_value_text(argv[0]);
    *other = (const char *)sqlite3_value_text(argv[1]);
    *size = (size_t)sqlite3_value_bytes(argv[0]);
    *part = (size_t)sqlite3_value_bytes(argv[1]);
    return *other != NULL ? text : NULL;
}
FUNCTION(call_startswith)
{
    size_t size, part;
    const char *other, *text = two_texts(argv, &other, &size, &part);
    (void)argc;
    if (text != NULL) sqlite3_result_int(context, part <= size && memcmp(text, other, part) == 0);
}
FUNCTION(call_endswith)
{
    size_t size, part;
    const char *other, *text = two_texts(argv, &other, &size, &part);
    (void)argc;
    if (text != NULL)
        sqlite3_result_int(context, part <= size && memcmp(text + size - part, other, part) == 0);
}
FUNCTION(call_contains)
{
    size_t size, part;
    const char *other, *text = two_texts(argv, &other, &size, &part);
    (void)argc;
    if (text != NULL)
        sqlite3_result_int(context, part == 0 || memmem(text, size, other, part) != NULL);
}

const struct quire_sql_function quire_sql_choice_functions[] = {
    {"if", 3, call_if, NULL, NULL},
    {"nvl", 2, call_nvl, NULL, NULL},
    {"nvl2", 3, call_nvl2, NULL, NULL},
    {"greatest", -1, call_greatest, NULL, NULL},
    {"least", -1, call_least, NULL, NULL},
    {"concat", -1, call_concat, NULL, NULL},
    {"concat_ws", -1, call_concat_ws, NULL, NULL},
    {"startswith", 2, call_startswith, NULL, NULL},
    {"endswith", 2, call_endswith, NULL, NULL},
    {"contains", 2, call_contains, NULL, NULL},
    {NULL, 0, NULL, NULL, NULL},
};
