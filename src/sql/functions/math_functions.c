/* Numbers. What is no number, or has no result, is null. */
#include <math.h>

#include "sql/functions/functions.h"

#define WHOLE_MAX 9223372036854775807.0 /* beyond it a double is no int64 */

typedef double one(double x);

static void call_one(sqlite3_context *context, sqlite3_value **argv, one *function)
{
    if (!quire_sql_is_number(argv[0])) return;
    sqlite3_result_double(context, function(sqlite3_value_double(argv[0]))); /* NaN is null */
}

#define ONE(name, function)                \
    QUIRE_SQL_FUNCTION(name)               \
    {                                      \
        (void)argc;                        \
        call_one(context, argv, function); \
    }
ONE(call_sqrt, sqrt)
ONE(call_cbrt, cbrt)
ONE(call_exp, exp)
ONE(call_sin, sin)
ONE(call_cos, cos)
ONE(call_tan, tan)
ONE(call_asin, asin)
ONE(call_acos, acos)
ONE(call_atan, atan)

/* Spark's logarithms are null where there is none. */
static double positive(double x, one *function)
{
    return x > 0 ? function(x) : (double)NAN;
}
static double natural(double x)
{
    return positive(x, log);
}
static double common(double x)
{
    return positive(x, log10);
}
static double binary(double x)
{
    return positive(x, log2);
}
ONE(call_ln, natural)
ONE(call_log10, common)
ONE(call_log2, binary)

/* log(x), log(base, x). */
QUIRE_SQL_FUNCTION(call_log)
{
    if (!quire_sql_is_number(argv[0]) || !quire_sql_is_number(argv[argc - 1])) return;
    double x = natural(sqlite3_value_double(argv[argc - 1]));
    if (argc == 2) x /= natural(sqlite3_value_double(argv[0]));
    sqlite3_result_double(context, x);
}

QUIRE_SQL_FUNCTION(call_power)
{
    (void)argc;
    if (!quire_sql_is_number(argv[0]) || !quire_sql_is_number(argv[1])) return;
    sqlite3_result_double(context,
                          pow(sqlite3_value_double(argv[0]), sqlite3_value_double(argv[1])));
}

/* Whole numbers, as in Spark; SQLite's own give a double of a double. */
static void give_whole(sqlite3_context *context, sqlite3_value *value, one *function)
{
    if (!quire_sql_is_number(value)) return;
    if (sqlite3_value_numeric_type(value) == SQLITE_INTEGER) {
        sqlite3_result_int64(context, sqlite3_value_int64(value));
        return;
    }
    double whole = function(sqlite3_value_double(value));
    if (whole >= -WHOLE_MAX && whole < WHOLE_MAX)
        sqlite3_result_int64(context, (sqlite3_int64)whole);
    else
        sqlite3_result_double(context, whole);
}
QUIRE_SQL_FUNCTION(call_floor)
{
    (void)argc;
    give_whole(context, argv[0], floor);
}
QUIRE_SQL_FUNCTION(call_ceil)
{
    (void)argc;
    give_whole(context, argv[0], ceil);
}

QUIRE_SQL_FUNCTION(call_sign)
{
    (void)argc;
    if (!quire_sql_is_number(argv[0])) return;
    double x = sqlite3_value_double(argv[0]);
    sqlite3_result_double(context, (double)((x > 0) - (x < 0)));
}

/* Spark's remainder, which is not below zero where the divisor is above it. */
QUIRE_SQL_FUNCTION(call_pmod)
{
    (void)argc;
    if (!quire_sql_is_number(argv[0]) || !quire_sql_is_number(argv[1])) return;
    if (sqlite3_value_numeric_type(argv[0]) == SQLITE_INTEGER &&
        sqlite3_value_numeric_type(argv[1]) == SQLITE_INTEGER) {
        sqlite3_int64 a = sqlite3_value_int64(argv[0]), b = sqlite3_value_int64(argv[1]);
        if (b == 0) return;
        sqlite3_int64 rest = b == -1 ? 0 : a % b;
        sqlite3_result_int64(context, rest < 0 && b > 0 ? rest + b : rest);
        return;
    }
    double b = sqlite3_value_double(argv[1]), rest = fmod(sqlite3_value_double(argv[0]), b);
    sqlite3_result_double(context, rest < 0 && b > 0 ? rest + b : rest);
}

const struct quire_sql_function quire_sql_math_functions[] = {
    {"sqrt", 1, call_sqrt, NULL, NULL},    {"cbrt", 1, call_cbrt, NULL, NULL},
    {"exp", 1, call_exp, NULL, NULL},      {"sin", 1, call_sin, NULL, NULL},
    {"cos", 1, call_cos, NULL, NULL},      {"tan", 1, call_tan, NULL, NULL},
    {"asin", 1, call_asin, NULL, NULL},    {"acos", 1, call_acos, NULL, NULL},
    {"atan", 1, call_atan, NULL, NULL},    {"ln", 1, call_ln, NULL, NULL},
    {"log10", 1, call_log10, NULL, NULL},  {"log2", 1, call_log2, NULL, NULL},
    {"log", 1, call_log, NULL, NULL},      {"log", 2, call_log, NULL, NULL},
    {"pow", 2, call_power, NULL, NULL},    {"power", 2, call_power, NULL, NULL},
    {"floor", 1, call_floor, NULL, NULL},  {"ceil", 1, call_ceil, NULL, NULL},
    {"ceiling", 1, call_ceil, NULL, NULL}, {"sign", 1, call_sign, NULL, NULL},
    {"signum", 1, call_sign, NULL, NULL},  {"pmod", 2, call_pmod, NULL, NULL},
    {NULL, 0, NULL, NULL, NULL},
};
