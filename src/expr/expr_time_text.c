/* Times as text in all the forms that Spark's casts take (Spark SQL, "Datetime patterns", and
 * stringToTimestamp): parts of one or two digits, parts left out at the end, blanks before a
 * zone. Zones by the name of a place are not known. */
#include <string.h>

#include "base/civil.h"
#include "expr/expr_time.h"

struct cursor {
    const char *at, *end;
};

static bool take_char(struct cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c) return false;
    cursor->at++;
    return true;
}

/* Digits, of which there must be that many. */
static bool take_digits(struct cursor *cursor, int least, int most, int64_t *value)
{
    int n = 0;
    *value = 0;
    for (; n < most && cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; n++)
        *value = *value * 10 + (*cursor->at++ - '0');
    return n >= least;
}

static bool take_date(struct cursor *cursor, int64_t *days)
{
    int64_t year, month = 1, day = 1;
    bool negative = take_char(cursor, '-');
    if (!negative) (void)take_char(cursor, '+');
    if (!take_digits(cursor, 4, 7, &year)) return false;
    if (take_char(cursor, '-')) {
        if (!take_digits(cursor, 1, 2, &month)) return false;
        if (take_char(cursor, '-') && !take_digits(cursor, 1, 2, &day)) return false;
    }
    if (negative) year = -year;
    if (!civil_exists(year, (uint32_t)month, (uint32_t)day)) return false;
    *days = civil_to_days(year, (uint32_t)month, (uint32_t)day);
    return true;
}

/* As many digits as there are; those beyond nine count for nothing. */
static bool take_fraction(struct cursor *cursor, int64_t *nanos)
{
    const char *from = cursor->at;
    if (!take_digits(cursor, 0, 9, nanos)) return false;
    for (int64_t n = cursor->at - from; n < 9; n++)
        *nanos *= 10;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9')
        cursor->at++;
    return true;
}

static bool take_clock(struct cursor *cursor, int64_t *nanos)
{
    int64_t hour, minute, second = 0, fraction = 0;
    if (!take_digits(cursor, 1, 2, &hour) || !take_char(cursor, ':') ||
        !take_digits(cursor, 1, 2, &minute))
        return false;
    if (take_char(cursor, ':')) {
        if (!take_digits(cursor, 1, 2, &second)) return false;
        if (take_char(cursor, '.') && !take_fraction(cursor, &fraction)) return false;
    }
    *nanos = ((hour * 60 + minute) * 60 + second) * INT64_C(1000000000) + fraction;
    return hour < 24 && minute < 60 && second < 60;
}

static bool take_zone(struct cursor *cursor, struct quire_time_parts *parts)
{
    int64_t hours = 0, minutes = 0;
    while (take_char(cursor, ' '))
        ;
    parts->has_offset = true;
    if (take_char(cursor, 'Z')) return true;
    if (cursor->end - cursor->at >= 3 && memcmp(cursor->at, "UTC", 3) == 0) {
        cursor->at += 3;
        if (cursor->at == cursor->end) return true;
    }
    bool west = take_char(cursor, '-');
    if (!west && !take_char(cursor, '+')) return false;
    if (!take_digits(cursor, 1, 2, &hours)) return false;
    if (take_char(cursor, ':') && !take_digits(cursor, 1, 2, &minutes)) return false;
    parts->offset_s = (int32_t)((hours * 60 + minutes) * (west ? -60 : 60));
    return hours <= 18 && minutes < 60;
}

bool quire_expr_parse_time(const char *text, size_t size, struct quire_time_parts *parts)
{
    struct cursor cursor = {text, text + size};
    *parts = (struct quire_time_parts){0};
    if (!take_date(&cursor, &parts->days)) return false;
    if (cursor.at == cursor.end) return true;
    parts->has_time = true;
    if (!take_char(&cursor, 'T') && !take_char(&cursor, ' ')) return false;
    if (!take_clock(&cursor, &parts->nanos)) return false;
    return cursor.at == cursor.end || (take_zone(&cursor, parts) && cursor.at == cursor.end);
}
