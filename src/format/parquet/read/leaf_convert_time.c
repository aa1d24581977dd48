/* INT96 timestamps and intervals.
 *
 * INT96 (parquet.thrift, deprecated): nanoseconds within the day in 8 bytes, then the
 * Julian day in 4. Its range is far beyond that of 64-bit nanoseconds; instants outside are
 * refused, where other readers let them wrap around into wrong ones: read such a column
 * in a coarser unit. INTERVAL: months, days and milliseconds, unsigned, 4 bytes each. */
#include <string.h>

#include "format/parquet/read/leaf_convert.h"

#define JULIAN_EPOCH 2440588 /* of 1970-01-01 */
#define DAY_S        INT64_C(86400)

/* Spark adds the epoch's Julian day in 64-bit microseconds, and where that wraps around
 * writes a day and nanoseconds below zero, which nothing else has: as Spark does in reading,
 * they are wrapped back. */
static bool unwrap(int64_t nanos, int32_t julian, int64_t unit_ns, int64_t *micros)
{
    if (unit_ns != 1000 || nanos >= 0 || julian >= 0 || nanos % 1000 != 0) return false;
    uint64_t days = (uint64_t)((int64_t)julian - JULIAN_EPOCH);
    *micros = (int64_t)(days * (uint64_t)(DAY_S * 1000000) + (uint64_t)(nanos / 1000));
    return true;
}

static size_t of_int96(const struct quire_conversion *conversion, const void *in, void *out,
                       size_t n)
{
    const uint8_t *from = in;
    int64_t *to = out;
    int64_t unit_ns = conversion->divisor, day_units = DAY_S * conversion->factor;
    for (size_t i = 0; i < n; i++, from += 12) {
        int64_t nanos, time, days_units;
        int32_t julian;
        memcpy(&nanos, from, 8);
        memcpy(&julian, from + 8, 4);
        int64_t days = (int64_t)julian - JULIAN_EPOCH;
        if (unwrap(nanos, julian, unit_ns, &to[i])) continue;
        if (nanos % unit_ns != 0) return i;
        time = nanos / unit_ns;
        if (days < 0) { /* the first day of the range begins before it */
            days++;
            if (__builtin_sub_overflow(time, day_units, &time)) return i;
        }
        if (__builtin_mul_overflow(days, day_units, &days_units) ||
            __builtin_add_overflow(days_units, time, &to[i]))
            return i;
    }
    return n;
}

bool quire_conversion_of_int96(const struct quire_field *field, struct quire_conversion *conversion)
{
    if (field->kind != QUIRE_KIND_TIMESTAMP) return false;
    conversion->run = of_int96;
    conversion->factor = quire_time_unit_scale(field->unit);
    conversion->divisor = INT64_C(1000000000) / conversion->factor;
    conversion->refusal = "an instant that the column's timestamps cannot hold exactly";
    return true;
}

struct interval {
    uint32_t months, days, millis;
};

static size_t of_interval(const struct quire_conversion *conversion, const void *in, void *out,
                          size_t n)
{
    const uint8_t *from = in;
    uint8_t *to = out;
    for (size_t i = 0; i < n; i++, from += 12, to += conversion->out_width) {
        struct interval interval;
        memcpy(&interval, from, sizeof(interval));
        int64_t nanos = (int64_t)interval.millis * 1000000;
        if (interval.months > INT32_MAX || interval.days > INT32_MAX) return i;
        if (conversion->out_width == 16) {
            memcpy(to, &interval, 8);
            memcpy(to + 8, &nanos, 8);
        } else if (conversion->out_width == 8) {
            if (interval.months != 0 || interval.millis > INT32_MAX) return i;
            memcpy(to, (const uint8_t *)&interval + 4, 8);
        } else {
            if (interval.days != 0 || interval.millis != 0) return i;
            memcpy(to, &interval, 4);
        }
    }
    return n;
}

bool quire_conversion_of_interval(const struct quire_field *field,
                                  struct quire_conversion *conversion)
{
    if (field->kind < QUIRE_KIND_INTERVAL_MONTHS ||
        field->kind > QUIRE_KIND_INTERVAL_MONTH_DAY_NANO)
        return false;
    conversion->run = of_interval;
    conversion->refusal = "an interval that the column's type cannot hold";
    return true;
}
