/* Choosing among values. */
#include <string.h>

#include "sql/functions/functions.h"

/* As SQLite's WHERE takes it: a number that is not 0. */
static bool is_true(sqlite3_value *value)
{
    if (sqlite3_value_numeric_type(value) == SQLITE_INTEGER) return sqlite3_value_int64(value) != 0;
    double real = quire_sql_is_null(value) ? 0 : sqlite3_value_double(value);
    return real < 0 || real > 0;
}

QUIRE_SQL_FUNCTION(call_if)
{
    (void)argc;
    sqlite3_result_value(context, argv[is_true(argv[0]) ? 1 : 2]);
}

QUIRE_SQL_FUNCTION(call_nvl)
{
    (void)argc;
    sqlite3_result_value(context, argv[quire_sql_is_null(argv[0]) ? 1 : 0]);
}

QUIRE_SQL_FUNCTION(call_nvl2)
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
QUIRE_SQL_FUNCTION(call_greatest)
{
    give_extreme(context, argc, argv, 1);
}
QUIRE_SQL_FUNCTION(call_least)
{
    give_extreme(context, argc, argv, -1);
}

const struct quire_sql_function quire_sql_choice_functions[] = {
    {"if", 3, call_if, NULL, NULL},        {"nvl", 2, call_nvl, NULL, NULL},
    {"nvl2", 3, call_nvl2, NULL, NULL},    {"greatest", -1, call_greatest, NULL, NULL},
    {"least", -1, call_least, NULL, NULL}, {NULL, 0, NULL, NULL, NULL},
};
