/* Dates and timestamps. An instant is looked at in UTC: there is no session zone. Text patterns
 * are Spark's letters (yyyy MM dd HH mm ss SSS), of which those that partitions are made by are
 * known. */
#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "base/civil.h"
#include "base/fail.h"
#include "base/text.h"
#include "expr/expr_function.h"

#define DAY_S       INT64_C(86400)
#define FORMAT_MAX  256
#define MONTHS_MAX  INT64_C(1000000000)
#define DAYS_SCOPED INT64_C(2147483647)

static const struct quire_expr_type date = {.id = QUIRE_EXPR_DATE};
static const struct quire_expr_type int32 = {.id = QUIRE_EXPR_INT32};
static const struct quire_expr_type int64 = {.id = QUIRE_EXPR_INT64};
static const struct quire_expr_type string = {.id = QUIRE_EXPR_STRING};
static const struct quire_expr_type instant = {.id = QUIRE_EXPR_TIMESTAMP, .unit = QUIRE_MICRO};

/* --- Binding ------------------------------------------------------------------------------- */

/* A timestamp of either kind stays what it is; all else becomes `type`. */
static int as_time(struct quire_arena *arena, struct quire_expr_node **arg,
                   const struct quire_expr_type *type, struct quire_error *error)
{
    if (quire_expr_is_timestamp((*arg)->type.id)) return 0;
    return quire_expr_cast_to(arena, arg, type, error);
}

static int bind_date_part(struct quire_arena *arena, struct quire_expr_node *call,
                          struct quire_error *error)
{
    call->type = int32;
    return quire_expr_cast_to(arena, &call->args[0], &date, error);
}

static int bind_clock_part(struct quire_arena *arena, struct quire_expr_node *call,
                           struct quire_error *error)
{
    call->type = int32;
    return as_time(arena, &call->args[0], &instant, error);
}

static int bind_date_and_count(struct quire_arena *arena, struct quire_expr_node *call,
                               struct quire_error *error)
{
    call->type = date;
    QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &date, error));
    return quire_expr_cast_to(arena, &call->args[1], &int32, error);
}

static int bind_difference(struct quire_arena *arena, struct quire_expr_node *call,
                           struct quire_error *error)
{
    call->type = int32;
    for (int i = 0; i < 2; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &date, error));
    return 0;
}

static int bind_last_day(struct quire_arena *arena, struct quire_expr_node *call,
                         struct quire_error *error)
{
    call->type = date;
    return quire_expr_cast_to(arena, &call->args[0], &date, error);
}

static int bind_trunc(struct quire_arena *arena, struct quire_expr_node *call,
                      struct quire_error *error)
{
    call->type = date;
    QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &date, error));
    return quire_expr_cast_to(arena, &call->args[1], &string, error);
}

static int bind_date_trunc(struct quire_arena *arena, struct quire_expr_node *call,
                           struct quire_error *error)
{
    QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &string, error));
    QUIRE_TRY(as_time(arena, &call->args[1], &instant, error));
    call->type = call->args[1]->type;
    return 0;
}

static int bind_format(struct quire_arena *arena, struct quire_expr_node *call,
                       struct quire_error *error)
{
    call->type = string;
    QUIRE_TRY(as_time(arena, &call->args[0], &instant, error));
    return quire_expr_cast_to(arena, &call->args[1], &string, error);
}

static int bind_unix(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    call->type = int64;
    return as_time(arena, &call->args[0], &instant, error);
}

static int bind_of_unix(struct quire_arena *arena, struct quire_expr_node *call,
                        struct quire_error *error)
{
    call->type = instant;
    return quire_expr_cast_to(arena, &call->args[0], &int64, error);
}

static int bind_make_date(struct quire_arena *arena, struct quire_expr_node *call,
                          struct quire_error *error)
{
    call->type = date;
    for (int i = 0; i < 3; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &int32, error));
    return 0;
}

/* TO_DATE and TO_TIMESTAMP of one argument are casts. */
static int bind_to_date(struct quire_arena *arena, struct quire_expr_node *call,
                        struct quire_error *error)
{
    call->type = call->args[0]->type;
    QUIRE_TRY(call->function->detail == 0 ? quire_expr_cast_to(arena, &call->args[0], &date, error)
                                          : as_time(arena, &call->args[0], &instant, error));
    call->type = call->args[0]->type;
    return 0;
}

static int same_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    (void)call;
    memcpy(out->integers, args[0].integers, eval->rows * sizeof(int64_t));
    return 0;
}

/* --- Parts of dates ------------------------------------------------------------------------ */

enum date_part { YEAR, QUARTER, MONTH, DAY, WEEKDAY, DAY_OF_WEEK, DAY_OF_YEAR, WEEK };

/* Monday 0; 1970-01-01 was a Thursday. */
static int64_t weekday_of(int64_t days)
{
    int64_t rest;
    (void)civil_floor(days + 3, 7, &rest);
    return rest;
}

/* ISO 8601: the week of the year's first Thursday is the first. */
static int64_t week_of(int64_t days)
{
    int64_t thursday = days - weekday_of(days) + 3;
    int64_t year = civil_from_days(thursday).year;
    return (thursday - civil_to_days(year, 1, 1)) / 7 + 1;
}

static int64_t date_part(int64_t days, enum date_part part)
{
    struct civil_date civil = civil_from_days(days);
    switch (part) {
    case YEAR: return civil.year;
    case QUARTER: return (civil.month + 2) / 3;
    case MONTH: return civil.month;
    case DAY: return civil.day;
    case WEEKDAY: return weekday_of(days);
    case DAY_OF_WEEK: return (weekday_of(days) + 1) % 7 + 1; /* Sunday 1 */
    case DAY_OF_YEAR: return days - civil_to_days(civil.year, 1, 1) + 1;
    default: return week_of(days);
    }
}

static int date_part_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                            const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++)
        out->integers[i] = date_part(args[0].integers[i], (enum date_part)call->function->detail);
    return 0;
}

/* --- Parts of the clock -------------------------------------------------------------------- */

/* Days, and units of the time of day, of a timestamp. */
static int64_t split(const struct quire_vector *arg, size_t row, int64_t *of_day)
{
    return civil_floor(arg->integers[row], DAY_S * quire_time_unit_scale(arg->type.unit), of_day);
}

/* detail: seconds in the part asked for: 3600, 60, 1. */
static int clock_part_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                             const struct quire_vector *args, struct quire_vector *out)
{
    int64_t part = call->function->detail, scale = quire_time_unit_scale(args[0].type.unit);
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t of_day;
        (void)split(&args[0], i, &of_day);
        int64_t count = of_day / scale / part;
        out->integers[i] = part == 3600 ? count : count % 60;
    }
    return 0;
}

/* --- Date arithmetic ----------------------------------------------------------------------- */

enum date_step { DAYS_MORE, DAYS_LESS, MONTHS_MORE };

static int last_of_month(int64_t year, uint32_t month)
{
    int day = 31;
    while (!civil_exists(year, month, (uint32_t)day))
        day--;
    return day;
}

/* The same day of another month, or its last. */
static int64_t add_months(int64_t days, int64_t months)
{
    struct civil_date civil = civil_from_days(days);
    int64_t rest, year = civil_floor(civil.year * 12 + civil.month - 1 + months, 12, &rest);
    int last = last_of_month(year, (uint32_t)rest + 1);
    uint32_t day = civil.day < (uint32_t)last ? civil.day : (uint32_t)last;
    return civil_to_days(year, (uint32_t)rest + 1, day);
}

static int date_step_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                            const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t days = args[0].integers[i], count = args[1].integers[i];
        if (out->null[i]) continue;
        switch ((enum date_step)call->function->detail) {
        case DAYS_MORE: days += count; break;
        case DAYS_LESS: days -= count; break;
        default: days = add_months(days, count);
        }
        if (days > DAYS_SCOPED || days < -DAYS_SCOPED)
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "the date is out of range"));
        out->integers[i] = days;
    }
    return 0;
}

static int difference_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                             const struct quire_vector *args, struct quire_vector *out)
{
    (void)call;
    for (size_t i = 0; i < eval->rows; i++)
        out->integers[i] = args[0].integers[i] - args[1].integers[i];
    return 0;
}

static int last_day_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                           const struct quire_vector *args, struct quire_vector *out)
{
    (void)call;
    for (size_t i = 0; i < eval->rows; i++) {
        struct civil_date civil = civil_from_days(args[0].integers[i]);
        out->integers[i] = args[0].integers[i] - civil.day + last_of_month(civil.year, civil.month);
    }
    return 0;
}

static int make_date_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                            const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t year = args[0].integers[i], month = args[1].integers[i], day = args[2].integers[i];
        if (out->null[i]) continue;
        if (month < 1 || month > 12 || day < 1 || day > 31 ||
            !civil_exists(year, (uint32_t)month, (uint32_t)day) || year > 999999 || year < -999999)
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "there is no date %lld-%lld-%lld",
                                          (long long)year, (long long)month, (long long)day));
        else
            out->integers[i] = civil_to_days(year, (uint32_t)month, (uint32_t)day);
    }
    return 0;
}

/* --- Truncation ---------------------------------------------------------------------------- */

enum grain {
    GRAIN_NONE,
    GRAIN_YEAR,
    GRAIN_QUARTER,
    GRAIN_MONTH,
    GRAIN_WEEK,
    GRAIN_DAY,
    GRAIN_HOUR,
    GRAIN_MINUTE,
    GRAIN_SECOND,
    GRAIN_MILLI,
    GRAIN_MICRO
};

static enum grain grain_of(const struct quire_bytes *text)
{
    static const struct {
        const char *name;
        enum grain grain;
    } names[] = {
        {"year", GRAIN_YEAR},       {"yyyy", GRAIN_YEAR},         {"yy", GRAIN_YEAR},
        {"quarter", GRAIN_QUARTER}, {"month", GRAIN_MONTH},       {"mm", GRAIN_MONTH},
        {"mon", GRAIN_MONTH},       {"week", GRAIN_WEEK},         {"day", GRAIN_DAY},
        {"dd", GRAIN_DAY},          {"hour", GRAIN_HOUR},         {"minute", GRAIN_MINUTE},
        {"second", GRAIN_SECOND},   {"millisecond", GRAIN_MILLI}, {"microsecond", GRAIN_MICRO},
    };
    char name[16];
    if (text->size >= sizeof(name)) return GRAIN_NONE;
    if (text->size > 0) memcpy(name, text->data, text->size);
    name[text->size] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (quire_text_equal_ignore_case(name, names[i].name)) return names[i].grain;
    return GRAIN_NONE;
}

static int64_t truncate_days(int64_t days, enum grain grain)
{
    struct civil_date civil = civil_from_days(days);
    switch (grain) {
    case GRAIN_YEAR: return civil_to_days(civil.year, 1, 1);
    case GRAIN_QUARTER: return civil_to_days(civil.year, (civil.month - 1) / 3 * 3 + 1, 1);
    case GRAIN_MONTH: return days - civil.day + 1;
    case GRAIN_WEEK: return days - weekday_of(days);
    default: return days;
    }
}

/* TRUNC of a date: an unknown grain, or one finer than a week, is null, as Spark has it. */
static int trunc_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                        const struct quire_vector *args, struct quire_vector *out)
{
    (void)call;
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        enum grain grain = grain_of(&args[1].bytes[i]);
        out->null[i] = grain == GRAIN_NONE || grain > GRAIN_WEEK;
        out->integers[i] = truncate_days(args[0].integers[i], grain);
    }
    return 0;
}

/* Of a time of day in units of 10^-(3*unit) seconds. */
static int64_t truncate_clock(int64_t of_day, enum grain grain, enum quire_time_unit unit)
{
    static const int64_t nanos[] = {[GRAIN_HOUR] = INT64_C(3600000000000),
                                    [GRAIN_MINUTE] = INT64_C(60000000000),
                                    [GRAIN_SECOND] = 1000000000,
                                    [GRAIN_MILLI] = 1000000,
                                    [GRAIN_MICRO] = 1000};
    int64_t part = nanos[grain] / (1000000000 / quire_time_unit_scale(unit));
    return part > 1 ? of_day - of_day % part : of_day;
}

static int date_trunc_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                             const struct quire_vector *args, struct quire_vector *out)
{
    (void)call;
    int64_t day = DAY_S * quire_time_unit_scale(args[1].type.unit), of_day;
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        enum grain grain = grain_of(&args[0].bytes[i]);
        int64_t days = split(&args[1], i, &of_day);
        out->null[i] = grain == GRAIN_NONE;
        if (grain <= GRAIN_DAY) {
            out->null[i] |=
                !quire_checked_mul_i64(truncate_days(days, grain), day, &out->integers[i]);
        } else {
            int64_t kept = truncate_clock(of_day, grain, args[1].type.unit);
            out->integers[i] = args[1].integers[i] - (of_day - kept);
        }
    }
    return 0;
}

/* --- Text and numbers ---------------------------------------------------------------------- */

/* One run of a letter of the pattern; false when it is not known. */
static bool format_run(char letter, size_t size, int64_t days, int64_t micros, char *out,
                       size_t capacity)
{
    struct civil_date civil = civil_from_days(days);
    int64_t value, seconds = micros / 1000000;
    switch (letter) {
    case 'y': value = size == 2 ? civil.year % 100 : civil.year; break;
    case 'M': value = civil.month; break;
    case 'd': value = civil.day; break;
    case 'D': value = date_part(days, DAY_OF_YEAR); break;
    case 'H': value = seconds / 3600; break;
    case 'm': value = seconds / 60 % 60; break;
    case 's': value = seconds % 60; break;
    case 'S':
        value = micros % 1000000;
        for (size_t i = size; i < 6; i++)
            value /= 10;
        break;
    default: return false;
    }
    return size <= (letter == 'S'   ? 6
                    : letter == 'M' ? 2
                                    : 4) &&
           snprintf(out, capacity, "%0*lld", (int)size, (long long)value) < (int)capacity;
}

/* Appends a date in a pattern; false when the pattern is not known or the text too long. */
static bool format_time(const struct quire_bytes *pattern, int64_t days, int64_t micros, char *out,
                        size_t *size)
{
    char run[32];
    *size = 0;
    for (size_t at = 0, n; at < pattern->size; at += n) {
        char letter = (char)pattern->data[at];
        bool is_letter = ((letter | 32) >= 'a' && (letter | 32) <= 'z');
        for (n = 1;
             is_letter && at + n < pattern->size && pattern->data[at + n] == (uint8_t)letter;)
            n++;
        if (is_letter && !format_run(letter, n, days, micros, run, sizeof(run))) return false;
        if (letter == '\'') { /* quoted text stands for itself */
            const uint8_t *end = memchr(pattern->data + at + 1, '\'', pattern->size - at - 1);
            if (end == NULL || (size_t)(end - pattern->data) - at >= sizeof(run)) return false;
            n = (size_t)(end - pattern->data) - at + 1;
            memcpy(run, pattern->data + at + 1, n - 2);
            run[n - 2] = '\0';
        } else if (!is_letter) {
            run[0] = letter;
            run[1] = '\0';
        }
        size_t length = strlen(run);
        if (*size + length >= FORMAT_MAX) return false;
        memcpy(out + *size, run, length);
        *size += length;
    }
    return true;
}

static int format_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                         const struct quire_vector *args, struct quire_vector *out)
{
    int64_t scale = quire_time_unit_scale(args[0].type.unit), of_day;
    for (size_t i = 0; i < eval->rows; i++) {
        char text[FORMAT_MAX];
        size_t size;
        if (out->null[i]) continue;
        int64_t days = split(&args[0], i, &of_day);
        int64_t micros = scale > 1000000 ? of_day / (scale / 1000000) : of_day * (1000000 / scale);
        if (!format_time(&args[1].bytes[i], days, micros, text, &size)) {
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i,
                                          "a pattern that is not made of y M d D H m s S"));
            continue;
        }
        char *copy = quire_arena_strndup(&eval->arena, text, size);
        if (copy == NULL) return quire_fail_memory(eval->error, QUIRE_EXPR_OPERATION);
        out->bytes[i] = (struct quire_bytes){(const uint8_t *)copy, size};
    }
    return 0;
}

/* detail: units in a second of the count that is given or taken. */
static int unix_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                       const struct quire_vector *args, struct quire_vector *out)
{
    int64_t from = quire_time_unit_scale(args[0].type.unit), to = call->function->detail, rest;
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        if (from >= to)
            out->integers[i] = civil_floor(args[0].integers[i], from / to, &rest);
        else if (!quire_checked_mul_i64(args[0].integers[i], to / from, &out->integers[i]))
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "the time overflows bigint"));
    }
    return 0;
}

static int of_unix_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          const struct quire_vector *args, struct quire_vector *out)
{
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        if (!quire_checked_mul_i64(args[0].integers[i], 1000000 / call->function->detail,
                                   &out->integers[i]))
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "the time is out of range"));
    }
    return 0;
}

const struct quire_expr_function quire_expr_time_functions[] = {
    {"year", 1, 1, bind_date_part, date_part_kernel, NULL, YEAR},
    {"quarter", 1, 1, bind_date_part, date_part_kernel, NULL, QUARTER},
    {"month", 1, 1, bind_date_part, date_part_kernel, NULL, MONTH},
    {"day", 1, 1, bind_date_part, date_part_kernel, NULL, DAY},
    {"dayofmonth", 1, 1, bind_date_part, date_part_kernel, NULL, DAY},
    {"weekday", 1, 1, bind_date_part, date_part_kernel, NULL, WEEKDAY},
    {"dayofweek", 1, 1, bind_date_part, date_part_kernel, NULL, DAY_OF_WEEK},
    {"dayofyear", 1, 1, bind_date_part, date_part_kernel, NULL, DAY_OF_YEAR},
    {"doy", 1, 1, bind_date_part, date_part_kernel, NULL, DAY_OF_YEAR},
    {"week", 1, 1, bind_date_part, date_part_kernel, NULL, WEEK},
    {"weekofyear", 1, 1, bind_date_part, date_part_kernel, NULL, WEEK},
    {"hour", 1, 1, bind_clock_part, clock_part_kernel, NULL, 3600},
    {"minute", 1, 1, bind_clock_part, clock_part_kernel, NULL, 60},
    {"second", 1, 1, bind_clock_part, clock_part_kernel, NULL, 1},
    {"date_add", 2, 2, bind_date_and_count, date_step_kernel, NULL, DAYS_MORE},
    {"dateadd", 2, 2, bind_date_and_count, date_step_kernel, NULL, DAYS_MORE},
    {"date_sub", 2, 2, bind_date_and_count, date_step_kernel, NULL, DAYS_LESS},
    {"add_months", 2, 2, bind_date_and_count, date_step_kernel, NULL, MONTHS_MORE},
    {"datediff", 2, 2, bind_difference, difference_kernel, NULL, 0},
    {"date_diff", 2, 2, bind_difference, difference_kernel, NULL, 0},
    {"last_day", 1, 1, bind_last_day, last_day_kernel, NULL, 0},
    {"make_date", 3, 3, bind_make_date, make_date_kernel, NULL, 0},
    {"trunc", 2, 2, bind_trunc, trunc_kernel, NULL, 0},
    {"date_trunc", 2, 2, bind_date_trunc, date_trunc_kernel, NULL, 0},
    {"date_format", 2, 2, bind_format, format_kernel, NULL, 0},
    {"to_date", 1, 1, bind_to_date, same_kernel, NULL, 0},
    {"to_timestamp", 1, 1, bind_to_date, same_kernel, NULL, 1},
    {"unix_seconds", 1, 1, bind_unix, unix_kernel, NULL, 1},
    {"unix_millis", 1, 1, bind_unix, unix_kernel, NULL, 1000},
    {"unix_micros", 1, 1, bind_unix, unix_kernel, NULL, 1000000},
    {"unix_timestamp", 1, 1, bind_unix, unix_kernel, NULL, 1},
    {"timestamp_seconds", 1, 1, bind_of_unix, of_unix_kernel, NULL, 1},
    {"timestamp_millis", 1, 1, bind_of_unix, of_unix_kernel, NULL, 1000},
    {"timestamp_micros", 1, 1, bind_of_unix, of_unix_kernel, NULL, 1000000},
    {.name = NULL},
};
