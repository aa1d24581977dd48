#include "table/schema/type_widening.h"

#include <stdio.h>
#include <string.h>

#define PRECISION_MAX 38

/* Whole numbers in the order of their widths, with the digits that each has as a decimal. */
static const struct {
    const char *name;
    int digits;
} integers[] = {{"byte", 10}, {"short", 10}, {"integer", 10}, {"long", 20}};

static int integer_rank(const char *type)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(integers[i].name, type) == 0) return i;
    return -1;
}

/* Digits before and after the point. */
static bool read_decimal(const char *type, int *whole, int *scale)
{
    int precision = 0;
    const char *at = type;
    static const char lead[] = "decimal(";
    if (strncmp(at, lead, strlen(lead)) != 0) return false;
    for (at += strlen(lead); *at >= '0' && *at <= '9' && precision < 100; at++)
        precision = precision * 10 + (*at - '0');
    for (; *at == ',' || *at == ' '; at++) {}
    for (*scale = 0; *at >= '0' && *at <= '9' && *scale < 100; at++)
        *scale = *scale * 10 + (*at - '0');
    *whole = precision - *scale;
    return strcmp(at, ")") == 0 && *whole >= 0;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* A decimal that has the digits of both; column_whole and so on are those of what the column may
 * become at least. */
static bool widen_decimal(int column_whole, int column_scale, int whole, int scale, char *wider)
{
    int all = larger(column_whole, whole), point = larger(column_scale, scale);
    if (all + point > PRECISION_MAX) return false;
    snprintf(wider, QUIRE_DELTA_TYPE_NAME_MAX, "decimal(%d,%d)", all + point, point);
    return true;
}

static bool set(char *wider, const char *type)
{
    snprintf(wider, QUIRE_DELTA_TYPE_NAME_MAX, "%s", type);
    return true;
}

static bool widen_integer(int rank, const char *rows, char *wider)
{
    int whole, scale, other = integer_rank(rows);
    if (other > rank) return set(wider, rows);
    if (other >= 0) return false;
    if (rank < 3 && (strcmp(rows, "double") == 0 || strcmp(rows, "float") == 0))
        return set(wider, "double");
    return read_decimal(rows, &whole, &scale) &&
           widen_decimal(integers[rank].digits, 0, whole, scale, wider);
}

bool quire_type_widen(const char *column, const char *rows, char *wider)
{
    int whole, scale, rows_whole, rows_scale, rank = integer_rank(column);
    if (rank >= 0) return widen_integer(rank, rows, wider);
    if (strcmp(column, "float") == 0) return strcmp(rows, "double") == 0 && set(wider, rows);
    if (strcmp(column, "date") == 0) return strcmp(rows, "timestamp_ntz") == 0 && set(wider, rows);
    if (!read_decimal(column, &whole, &scale)) return false;
    rank = integer_rank(rows);
    if (rank >= 0) {
        static const int digits[] = {3, 5, 10, 19};
        rows_whole = digits[rank];
        rows_scale = 0;
    } else if (!read_decimal(rows, &rows_whole, &rows_scale)) {
        return false;
    }
    if (rows_whole <= whole && rows_scale <= scale) return false;
    return widen_decimal(whole, scale, rows_whole, rows_scale, wider);
}
