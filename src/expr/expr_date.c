/* Dates by days and months, and truncation. */
#include <string.h>

#include "base/checked.h"
#include "base/civil.h"
#include "base/fail.h"
#include "base/text.h"
#include "expr/expr_time.h"

static const struct quire_expr_type date = {.id = QUIRE_EXPR_DATE};
static const struct quire_expr_type int32 = {.id = QUIRE_EXPR_INT32};
static const struct quire_expr_type string = {.id = QUIRE_EXPR_STRING};
static const struct quire_expr_type instant = {.id = QUIRE_EXPR_TIMESTAMP, .unit = QUIRE_MICRO};

static int bind_date_and_count(struct quire_arena *arena, struct quire_expr_node *call,
                               struct quire_error *error)
{
    enum quire_expr_type_id count = call->args[1]->type.id;
    call->type = date;
    if (quire_expr_is_float(count) || count == QUIRE_EXPR_DECIMAL || count == QUIRE_EXPR_BOOL)
        return quire_expr_fail_at(error, QUIRE_USAGE, call->args[1]->at, "%s takes a whole number",
                                  call->function->name);
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
    QUIRE_TRY(quire_expr_as_time(arena, &call->args[1], &instant, error));
    call->type = call->args[1]->type;
    return 0;
}

static int bind_make_date(struct quire_arena *arena, struct quire_expr_node *call,
                          struct quire_error *error)
{
    call->type = date;
    for (int i = 0; i < 3; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], &int32, error));
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

int64_t quire_expr_add_months(int64_t days, int64_t months)
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
        default: days = quire_expr_add_months(days, count);
        }
        if (days > INT32_MAX || days < INT32_MIN)
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
    case GRAIN_WEEK: return days - quire_expr_weekday(days);
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
    int64_t day = QUIRE_EXPR_DAY_S * quire_time_unit_scale(args[1].type.unit), of_day;
    for (size_t i = 0; i < eval->rows; i++) {
        if (out->null[i]) continue;
        enum grain grain = grain_of(&args[0].bytes[i]);
        int64_t days = quire_expr_split_time(&args[1], i, &of_day);
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

const struct quire_expr_function quire_expr_date_functions[] = {
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
    {.name = NULL},
};
