/* Dates, times of day and timestamps as text.
 *
 * Units are turned into constants by a switch, so that every division is a
 * multiplication. */
#include "base/civil.h"
#include "base/digits.h"
#include "base/number.h"
#include "base/time_text.h"

/* A moment taken apart. */
struct moment {
    int64_t days;
    uint32_t seconds;  /* of the day */
    uint32_t fraction; /* of the second, in units */
};

int64_t quire_time_unit_scale(enum quire_time_unit unit)
{
    static const int64_t scales[] = {1, 1000, 1000000, 1000000000};
    return scales[unit];
}

static char *put_far_year(int64_t year, char *out)
{
    *out++ = year < 0 ? '-' : '+';
    uint64_t size = year < 0 ? -(uint64_t)year : (uint64_t)year;
    return size < 10000 ? quire_number_format_padded(size, 4, out)
                        : quire_number_format_u64(size, out);
}

static inline char *put_date(int64_t days, char *out)
{
    struct civil_date date = civil_from_days(days);
    if (__builtin_expect((uint64_t)date.year < 10000, 1)) {
        quire_digits_put4(out, (uint32_t)date.year);
        out += 4;
    } else {
        out = put_far_year(date.year, out);
    }
    out[0] = '-';
    quire_digits_put2(out + 1, date.month);
    out[3] = '-';
    quire_digits_put2(out + 4, date.day);
    return out + 6;
}

char *quire_time_format_date(int64_t days, char *out)
{
    return put_date(days, out);
}

/* "hh:mm:ss", seconds below a day. */
static inline char *put_clock(uint32_t seconds, char *out)
{
    uint32_t minutes = seconds / 60;
    uint32_t hours = minutes / 60;
    quire_digits_put2(out, hours);
    out[2] = ':';
    quire_digits_put2(out + 3, minutes - hours * 60);
    out[5] = ':';
    quire_digits_put2(out + 6, seconds - minutes * 60);
    return out + 8;
}

static inline char *put_fraction(uint32_t fraction, enum quire_time_unit unit, char *out)
{
    if (unit == QUIRE_SECOND) return out;
    *out++ = '.';
    if (unit == QUIRE_MILLI) {
        *out = (char)('0' + fraction / 100);
        quire_digits_put2(out + 1, fraction % 100);
        return out + 3;
    }
    if (unit == QUIRE_MICRO) {
        quire_digits_put4(out, fraction / 100);
        quire_digits_put2(out + 4, fraction % 100);
        return out + 6;
    }
    quire_digits_put8(out, fraction / 10);
    out[8] = (char)('0' + fraction % 10);
    return out + 9;
}

static inline struct moment split_by(int64_t value, uint32_t scale)
{
    int64_t rest;
    int64_t days = civil_floor(value, CIVIL_DAY_S * scale, &rest);
    uint32_t seconds = (uint32_t)((uint64_t)rest / scale);
    return (struct moment){days, seconds, (uint32_t)((uint64_t)rest - (uint64_t)seconds * scale)};
}

static inline struct moment split(int64_t value, enum quire_time_unit unit)
{
    switch (unit) {
    case QUIRE_SECOND: return split_by(value, 1);
    case QUIRE_MILLI: return split_by(value, 1000);
    case QUIRE_MICRO: return split_by(value, 1000000);
    default: return split_by(value, 1000000000);
    }
}

char *quire_time_format_time(int64_t value, enum quire_time_unit unit, char *out)
{
    struct moment moment = split(value, unit);
    if (__builtin_expect(moment.days == 0, 1)) {
        out = put_clock(moment.seconds, out);
        return put_fraction(moment.fraction, unit, out);
    }
    /* Not a time of day. Shown as it stands, so that it is seen and not lost. */
    uint64_t scale = (uint64_t)quire_time_unit_scale(unit);
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    uint64_t seconds = size / scale;
    if (value < 0) *out++ = '-';
    if (seconds < 36000) *out++ = '0';
    out = quire_number_format_u64(seconds / 3600, out);
    char clock[8];
    put_clock((uint32_t)(seconds % 3600), clock);
    memcpy(out, clock + 2, 6);
    return put_fraction((uint32_t)(size % scale), unit, out + 6);
}

static char *put_offset(int32_t minutes, char *out)
{
    *out = minutes < 0 ? '-' : '+';
    uint32_t size = (uint32_t)(minutes < 0 ? -minutes : minutes);
    quire_digits_put2(out + 1, size / 60 % 100);
    out[3] = ':';
    quire_digits_put2(out + 4, size % 60);
    return out + 6;
}

static inline char *put_timestamp(int64_t value, enum quire_time_unit unit, char separator,
                                  bool zoned, int offset_s, char *out)
{
    struct moment moment = split(value, unit);
    /* Whole minutes: what "+hh:mm" can say. */
    int32_t minutes = zoned ? offset_s / 60 : 0;
    if (minutes != 0) {
        int64_t rest;
        moment.days += civil_floor((int64_t)moment.seconds + minutes * 60, CIVIL_DAY_S, &rest);
        moment.seconds = (uint32_t)rest;
    }
    out = put_date(moment.days, out);
    *out = separator;
    out = put_clock(moment.seconds, out + 1);
    out = put_fraction(moment.fraction, unit, out);
    if (!zoned) return out;
    if (minutes != 0) return put_offset(minutes, out);
    *out = 'Z';
    return out + 1;
}

char *quire_time_format_timestamp(int64_t value, enum quire_time_unit unit, char separator,
                                  bool zoned, int offset_s, char *out)
{
    return put_timestamp(value, unit, separator, zoned, offset_s, out);
}
