/* Dates and times, which are texts in UTC (sql_time.h); numbers are no times. */
#include <string.h>
#include <strings.h>

#include "base/civil.h"
#include "sql/functions/functions.h"
#include "sql/text/query_text.h"
#include "sql/values/sql_time.h"

#define MICROS INT64_C(1000000)

struct moment {
    int64_t days;   /* since 1970 */
    int64_t micros; /* of the day */
    struct civil_date date;
};

/* False for null and for what is no time. */
static bool read_moment(sqlite3_value *value, struct moment *moment)
{
    struct quire_time_parts parts;
    if (sqlite3_value_type(value) != SQLITE_TEXT) return false;
    const char *text = (const char *)sqlite3_value_text(value);
    if (text == NULL || !quire_sql_time_parse(text, (size_t)sqlite3_value_bytes(value), &parts))
        return false;
    struct quire_sql_instant instant = quire_sql_instant(&parts);
    int64_t seconds;
    moment->days = civil_floor(instant.seconds, CIVIL_DAY_S, &seconds);
    moment->micros = seconds * MICROS + instant.nanos / 1000;
    moment->date = civil_from_days(moment->days);
    return true;
}

static void give_date(sqlite3_context *context, int64_t days)
{
    char text[QUIRE_TIME_TEXT_MAX];
    if (days < -QUIRE_SQL_DAYS_MAX || days > QUIRE_SQL_DAYS_MAX) return;
    char *end = quire_time_format_date(days, text);
    sqlite3_result_text(context, text, (int)(end - text), SQLITE_TRANSIENT);
}

static void give_time(sqlite3_context *context, int64_t days, int64_t micros)
{
    char text[QUIRE_TIME_TEXT_MAX];
    if (days < -QUIRE_SQL_DAYS_MAX || days > QUIRE_SQL_DAYS_MAX) return;
    char *end = quire_sql_time_format(days * CIVIL_DAY_S * MICROS + micros, QUIRE_MICRO, text);
    sqlite3_result_text(context, text, (int)(end - text), SQLITE_TRANSIENT);
}

/* --- Parts ---------------------------------------------------------------------------------- */

static int64_t monday_of(int64_t days)
{
    int64_t weekday;
    civil_floor(days + 3, 7, &weekday); /* 1970-01-01 was a Thursday */
    return days - weekday;
}

static int64_t iso_week(int64_t days)
{
    int64_t thursday = monday_of(days) + 3;
    return (thursday - civil_to_days(civil_from_days(thursday).year, 1, 1)) / 7 + 1;
}

#define PART(name, expression)                       \
    QUIRE_SQL_FUNCTION(name)                         \
    {                                                \
        struct moment at;                            \
        (void)argc;                                  \
        if (!read_moment(argv[0], &at)) return;      \
        sqlite3_result_int64(context, (expression)); \
    }
PART(call_year, at.date.year)
PART(call_quarter, (at.date.month + 2) / 3)
PART(call_month, at.date.month)
PART(call_day, at.date.day)
PART(call_hour, at.micros / (3600 * MICROS))
PART(call_minute, at.micros / (60 * MICROS) % 60)
PART(call_second, at.micros / MICROS % 60)
PART(call_weekday, at.days - monday_of(at.days))
PART(call_dayofweek, (at.days - monday_of(at.days) + 1) % 7 + 1)
PART(call_dayofyear, at.days - civil_to_days(at.date.year, 1, 1) + 1)
PART(call_week, iso_week(at.days))
PART(call_unix_timestamp, at.days *CIVIL_DAY_S + at.micros / MICROS)
PART(call_unix_millis, at.days *CIVIL_DAY_S * 1000 + at.micros / 1000)
PART(call_unix_micros, at.days *CIVIL_DAY_S *MICROS + at.micros)
PART(call_unix_date, at.days)

/* --- Truncation ------------------------------------------------------------------------------- */

enum unit { YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLI, MICRO, NONE };

static enum unit read_unit(sqlite3_value *value)
{
    static const struct {
        const char *name;
        enum unit unit;
    } names[] = {
        {"year", YEAR},       {"yyyy", YEAR},         {"yy", YEAR},
        {"quarter", QUARTER}, {"month", MONTH},       {"mon", MONTH},
        {"mm", MONTH},        {"week", WEEK},         {"day", DAY},
        {"dd", DAY},          {"hour", HOUR},         {"minute", MINUTE},
        {"second", SECOND},   {"millisecond", MILLI}, {"microsecond", MICRO},
    };
    const char *text = (const char *)sqlite3_value_text(value);
    for (size_t i = 0; text != NULL && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(text, names[i].name) == 0) return names[i].unit;
    return NONE;
}

static int64_t cut_days(const struct moment *at, enum unit unit)
{
    switch (unit) {
    case YEAR: return civil_to_days(at->date.year, 1, 1);
    case QUARTER: return civil_to_days(at->date.year, (at->date.month - 1) / 3 * 3 + 1, 1);
    case MONTH: return civil_to_days(at->date.year, at->date.month, 1);
    case WEEK: return monday_of(at->days);
    default: return at->days;
    }
}

static int64_t cut_micros(int64_t micros, enum unit unit)
{
    static const int64_t sizes[] = {[HOUR] = 3600 * MICROS,
                                    [MINUTE] = 60 * MICROS,
                                    [SECOND] = MICROS,
                                    [MILLI] = 1000,
                                    [MICRO] = 1};
    return unit <= DAY ? 0 : micros - micros % sizes[unit];
}

/* Null for a unit that there is none of, as in Spark. */
QUIRE_SQL_FUNCTION(call_date_trunc)
{
    struct moment at;
    enum unit unit = read_unit(argv[0]);
    (void)argc;
    if (unit != NONE && read_moment(argv[1], &at))
        give_time(context, cut_days(&at, unit), cut_micros(at.micros, unit));
}

QUIRE_SQL_FUNCTION(call_trunc)
{
    struct moment at;
    enum unit unit = read_unit(argv[1]);
    (void)argc;
    if (unit <= WEEK && read_moment(argv[0], &at)) give_date(context, cut_days(&at, unit));
}

QUIRE_SQL_FUNCTION(call_to_date)
{
    struct moment at;
    (void)argc;
    if (read_moment(argv[0], &at)) give_date(context, at.days);
}

QUIRE_SQL_FUNCTION(call_to_timestamp)
{
    struct moment at;
    (void)argc;
    if (read_moment(argv[0], &at)) give_time(context, at.days, at.micros);
}

QUIRE_SQL_FUNCTION(call_last_day)
{
    struct moment at;
    (void)argc;
    if (!read_moment(argv[0], &at)) return;
    bool december = at.date.month == 12;
    give_date(context,
              civil_to_days(at.date.year + december, december ? 1 : at.date.month + 1, 1) - 1);
}

/* --- Arithmetic
 * ----------------------------------------------------------------------------------- */

QUIRE_SQL_FUNCTION(call_datediff)
{
    struct moment end, start;
    (void)argc;
    if (read_moment(argv[0], &end) && read_moment(argv[1], &start))
        sqlite3_result_int64(context, end.days - start.days);
}

static void add_days(sqlite3_context *context, sqlite3_value **argv, int way)
{
    struct moment at;
    if (quire_sql_is_null(argv[1]) || !read_moment(argv[0], &at)) return;
    int64_t days = sqlite3_value_int64(argv[1]);
    if (days >= -2 * QUIRE_SQL_DAYS_MAX && days <= 2 * QUIRE_SQL_DAYS_MAX)
        give_date(context, at.days + way * days);
}
QUIRE_SQL_FUNCTION(call_date_add)
{
    (void)argc;
    add_days(context, argv, 1);
}
QUIRE_SQL_FUNCTION(call_date_sub)
{
    (void)argc;
    add_days(context, argv, -1);
}

/* To the month's last day where it has none of that number. */
QUIRE_SQL_FUNCTION(call_add_months)
{
    struct moment at;
    (void)argc;
    if (quire_sql_is_null(argv[1]) || !read_moment(argv[0], &at)) return;
    int64_t more = sqlite3_value_int64(argv[1]), month;
    if (more < -QUIRE_SQL_DAYS_MAX || more > QUIRE_SQL_DAYS_MAX) return;
    int64_t year = civil_floor(at.date.year * 12 + at.date.month - 1 + more, 12, &month);
    int64_t first = civil_to_days(year, (uint32_t)month + 1, 1);
    int64_t next =
        month == 11 ? civil_to_days(year + 1, 1, 1) : civil_to_days(year, (uint32_t)month + 2, 1);
    int64_t day = at.date.day <= next - first ? at.date.day : next - first;
    give_date(context, first + day - 1);
}

/* Seconds since 1970 as a time, and the time now. */
QUIRE_SQL_FUNCTION(call_from_unixtime)
{
    int64_t rest;
    (void)argc;
    if (quire_sql_is_null(argv[0])) return;
    int64_t days = civil_floor(sqlite3_value_int64(argv[0]), CIVIL_DAY_S, &rest);
    give_time(context, days, rest * MICROS);
}

QUIRE_SQL_FUNCTION(call_now)
{
    int64_t rest;
    (void)argc;
    (void)argv;
    int64_t days = civil_floor(quire_time_wall_us(), CIVIL_DAY_S * MICROS, &rest);
    give_time(context, days, rest);
}

const struct quire_sql_function quire_sql_calendar_functions[] = {
    {"year", 1, call_year, NULL, NULL},
    {"quarter", 1, call_quarter, NULL, NULL},
    {"month", 1, call_month, NULL, NULL},
    {"day", 1, call_day, NULL, NULL},
    {"dayofmonth", 1, call_day, NULL, NULL},
    {"hour", 1, call_hour, NULL, NULL},
    {"minute", 1, call_minute, NULL, NULL},
    {"second", 1, call_second, NULL, NULL},
    {"weekday", 1, call_weekday, NULL, NULL},
    {"dayofweek", 1, call_dayofweek, NULL, NULL},
    {"dayofyear", 1, call_dayofyear, NULL, NULL},
    {"weekofyear", 1, call_week, NULL, NULL},
    {"unix_timestamp", 1, call_unix_timestamp, NULL, NULL},
    {"unix_seconds", 1, call_unix_timestamp, NULL, NULL},
    {"unix_millis", 1, call_unix_millis, NULL, NULL},
    {"unix_micros", 1, call_unix_micros, NULL, NULL},
    {"unix_date", 1, call_unix_date, NULL, NULL},
    {"date_trunc", 2, call_date_trunc, NULL, NULL},
    {"trunc", 2, call_trunc, NULL, NULL},
    {"to_date", 1, call_to_date, NULL, NULL},
    {QUIRE_SQL_CAST_DATE, 1, call_to_date, NULL, NULL},
    {"to_timestamp", 1, call_to_timestamp, NULL, NULL},
    {"last_day", 1, call_last_day, NULL, NULL},
    {"datediff", 2, call_datediff, NULL, NULL},
    {"date_diff", 2, call_datediff, NULL, NULL},
    {"date_add", 2, call_date_add, NULL, NULL},
    {"date_sub", 2, call_date_sub, NULL, NULL},
    {"add_months", 2, call_add_months, NULL, NULL},
    {"from_unixtime", 1, call_from_unixtime, NULL, NULL},
    {"now", 0, call_now, NULL, NULL},
    {NULL, 0, NULL, NULL, NULL},
};
