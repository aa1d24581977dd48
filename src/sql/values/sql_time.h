/* Private to sql: dates and times as the text that they are in a query, "2024-05-01" and
 * "2024-05-01 12:00:00.5" in UTC, which SQLite's functions read and whose order is that of time. */
#ifndef QUIRE_SQL_SQL_TIME_H
#define QUIRE_SQL_SQL_TIME_H

#include "base/time_text.h"

/* The collation of date and timestamp columns: texts that say the same instant in other forms
 * ('T', 'Z', offsets, "2024-05", zeros of a fraction) are equal; others come after all instants. */
#define QUIRE_SQL_TIME_COLLATION "quire_time"
int quire_sql_time_compare(void *unused, int a_size, const void *a, int b_size, const void *b);

/* A date or timestamp, also "2024" and "2024-05" for their first day. */
bool quire_sql_time_parse(const char *text, size_t size, struct quire_time_parts *parts);

/* Days either way from 1970 that dates of four digits are within; functions give no others. */
#define QUIRE_SQL_DAYS_MAX INT64_C(3652425)

/* Seconds since 1970 in UTC, and the nanoseconds behind them. */
struct quire_sql_instant {
    int64_t seconds, nanos;
};
struct quire_sql_instant quire_sql_instant(const struct quire_time_parts *parts);

/* In units, rounded down; *exact tells whether nothing was. False where it overflows. */
bool quire_sql_instant_value(struct quire_sql_instant instant, enum quire_time_unit unit,
                             int64_t *value, bool *exact);

/* "2024-05-01 12:00:00.5" into QUIRE_TIME_TEXT_MAX bytes; returns the end. */
char *quire_sql_time_format(int64_t value, enum quire_time_unit unit, char *out);

#endif
