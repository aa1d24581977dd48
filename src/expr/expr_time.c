/* Parts of dates and timestamps, counts since 1970, and the clock. An instant is looked at in UTC:
 * there is no session zone. */
#include "expr/expr_time.h"

#include <string.h>

#include "base/checked.h"
#include "base/civil.h"
#include "base/fail.h"

static const struct quire_expr_type date = {.id = QUIRE_EXPR_DATE};
static const struct quire_expr_type int32 = {.id = QUIRE_EXPR_INT32};
static const struct quire_expr_type int64 = {.id = QUIRE_EXPR_INT64};
static const struct quire_expr_type instant = {.id = QUIRE_EXPR_TIMESTAMP, .unit = QUIRE_MICRO};

int quire_expr_as_time(struct quire_arena *arena, struct quire_expr_node **arg,
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
    return quire_expr_as_time(arena, &call->args[0], &instant, error);
}

static int bind_unix(struct quire_arena *arena, struct quire_expr_node *call,
                     struct quire_error *error)
{
    call->type = int64;
    return quire_expr_as_time(arena, &call->args[0], &instant, error);
}

/* Seconds with a fraction are what a cast takes. */
static int bind_of_unix(struct quire_arena *arena, struct quire_expr_node *call,
                        struct quire_error *error)
{
    enum quire_expr_type_id id = call->args[0]->type.id;
    call->type = instant;
    if (call->function->detail == 1 && (quire_expr_is_float(id) || id == QUIRE_EXPR_DECIMAL)) {
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[0], &instant, error));
        call->function = quire_expr_function_find("timestamp_micros", 16);
        call->args[0]->type = instant;
        return 0;
    }
    return quire_expr_cast_to(arena, &call->args[0], &int64, error);
}

static int bind_unix_date(struct quire_arena *arena, struct quire_expr_node *call,
                          struct quire_error *error)
{
    bool makes = call->function->detail != 0;
    call->type = makes ? date : int32;
    return quire_expr_cast_to(arena, &call->args[0], makes ? &int32 : &date, error);
}

/* --- Shared -------------------------------------------------------------------------------- */

int64_t quire_expr_split_time(const struct quire_vector *arg, size_t row, int64_t *of_day)
{
    return civil_floor(arg->integers[row], QUIRE_EXPR_DAY_S * quire_time_unit_scale(arg->type.unit),
                       of_day);
}

bool quire_expr_join_time(int64_t days, int64_t nanos, enum quire_time_unit unit, int64_t *value)
{
    int64_t scale = quire_time_unit_scale(unit);
    if (quire_checked_mul_i64(days, QUIRE_EXPR_DAY_S * scale, value) &&
        quire_checked_add_i64(*value, nanos / (1000000000 / scale), value))
        return true;
    *value = days < 0 ? INT64_MIN : INT64_MAX;
    return false;
}

/* 1970-01-01 was a Thursday. */
int64_t quire_expr_weekday(int64_t days)
{
    int64_t rest;
    (void)civil_floor(days + 3, 7, &rest);
    return rest;
}

/* --- Parts of dates ------------------------------------------------------------------------ */

enum date_part {
    YEAR,
    QUARTER,
    MONTH,
    DAY,
    WEEKDAY,
    DAY_OF_WEEK,
    ISO_DAY_OF_WEEK,
    DAY_OF_YEAR,
    WEEK,
    ISO_YEAR
};

/* ISO 8601: the week of the year's first Thursday is the first. */
static int64_t week_of(int64_t days)
{
    int64_t thursday = days - quire_expr_weekday(days) + 3;
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
    case WEEKDAY: return quire_expr_weekday(days);
    case DAY_OF_WEEK: return (quire_expr_weekday(days) + 1) % 7 + 1; /* Sunday 1 */
    case ISO_DAY_OF_WEEK: return quire_expr_weekday(days) + 1;
    case ISO_YEAR: return civil_from_days(days - quire_expr_weekday(days) + 3).year;
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

/* detail: seconds in the part asked for: 3600, 60, 1. */
static int clock_part_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                             const struct quire_vector *args, struct quire_vector *out)
{
    int64_t part = call->function->detail, scale = quire_time_unit_scale(args[0].type.unit);
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t of_day;
        (void)quire_expr_split_time(&args[0], i, &of_day);
        int64_t count = of_day / scale / part;
        out->integers[i] = part == 3600 ? count : count % 60;
    }
    return 0;
}

/* The second with its fraction, as decimal(8,6). */
static int bind_seconds(struct quire_arena *arena, struct quire_expr_node *call,
                        struct quire_error *error)
{
    call->type = (struct quire_expr_type){.id = QUIRE_EXPR_DECIMAL, .precision = 8, .scale = 6};
    return quire_expr_as_time(arena, &call->args[0], &instant, error);
}

static int seconds_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                          const struct quire_vector *args, struct quire_vector *out)
{
    int64_t scale = quire_time_unit_scale(args[0].type.unit);
    (void)call;
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t of_day;
        (void)quire_expr_split_time(&args[0], i, &of_day);
        int64_t of_minute = of_day % (60 * scale);
        out->decimals[i] = quire_decimal_from_i64(scale > 1000000 ? of_minute / (scale / 1000000)
                                                                  : of_minute * (1000000 / scale));
    }
    return 0;
}

/* --- Counts since 1970, and the clock ------------------------------------------------------ */

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

static int unix_date_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                            const struct quire_vector *args, struct quire_vector *out)
{
    (void)call;
    memcpy(out->integers, args[0].integers, eval->rows * sizeof(int64_t));
    return 0;
}

static int bind_now(struct quire_arena *arena, struct quire_expr_node *call,
                    struct quire_error *error)
{
    (void)arena, (void)error;
    call->type = call->function->detail != 0 ? date : instant;
    return 0;
}

static int now_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                      const struct quire_vector *args, struct quire_vector *out)
{
    int64_t rest;
    (void)args;
    for (size_t i = 0; i < eval->rows; i++)
        out->integers[i] = call->function->detail == 0
                               ? eval->now_us
                               : civil_floor(eval->now_us, QUIRE_EXPR_DAY_S * 1000000, &rest);
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
    {"extract dayofweek_iso", 1, 1, bind_date_part, date_part_kernel, NULL, ISO_DAY_OF_WEEK},
    {"extract yearofweek", 1, 1, bind_date_part, date_part_kernel, NULL, ISO_YEAR},
    {"extract second", 1, 1, bind_seconds, seconds_kernel, NULL, 0},
    {"doy", 1, 1, bind_date_part, date_part_kernel, NULL, DAY_OF_YEAR},
    {"week", 1, 1, bind_date_part, date_part_kernel, NULL, WEEK},
    {"weekofyear", 1, 1, bind_date_part, date_part_kernel, NULL, WEEK},
    {"hour", 1, 1, bind_clock_part, clock_part_kernel, NULL, 3600},
    {"minute", 1, 1, bind_clock_part, clock_part_kernel, NULL, 60},
    {"second", 1, 1, bind_clock_part, clock_part_kernel, NULL, 1},
    {"unix_seconds", 1, 1, bind_unix, unix_kernel, NULL, 1},
    {"unix_millis", 1, 1, bind_unix, unix_kernel, NULL, 1000},
    {"unix_micros", 1, 1, bind_unix, unix_kernel, NULL, 1000000},
    {"unix_timestamp", 1, 1, bind_unix, unix_kernel, NULL, 1},
    {"timestamp_seconds", 1, 1, bind_of_unix, of_unix_kernel, NULL, 1},
    {"timestamp_millis", 1, 1, bind_of_unix, of_unix_kernel, NULL, 1000},
    {"timestamp_micros", 1, 1, bind_of_unix, of_unix_kernel, NULL, 1000000},
    {"unix_date", 1, 1, bind_unix_date, unix_date_kernel, NULL, 0},
    {"date_from_unix_date", 1, 1, bind_unix_date, unix_date_kernel, NULL, 1},
    {"current_timestamp", 0, 0, bind_now, now_kernel, NULL, 0},
    {"now", 0, 0, bind_now, now_kernel, NULL, 0},
    {"current_date", 0, 0, bind_now, now_kernel, NULL, 1},
    {"curdate", 0, 0, bind_now, now_kernel, NULL, 1},
    {.name = NULL},
};
