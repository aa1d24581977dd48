/* Private to base: calendar arithmetic of time_*.c, inline because it is most of
 * the work of formatting and parsing a timestamp. */
#ifndef QUIRE_BASE_CIVIL_H
#define QUIRE_BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define CIVIL_DAY_S        INT64_C(86400)
#define CIVIL_DAY_NS       INT64_C(86400000000000)
#define CIVIL_CYCLE_DAYS   146097 /* 400 years */
#define CIVIL_EPOCH_OFFSET 719468 /* days from 0000-03-01 to 1970-01-01 */

struct civil_date {
    int64_t year;
    uint32_t month; /* 1..12 */
    uint32_t day;   /* 1..31 */
};

/* floor(value / divisor) and the rest, 0..divisor-1. */
static inline int64_t civil_floor(int64_t value, int64_t divisor, int64_t *rest)
{
    int64_t quotient = value / divisor;
    int64_t left = value % divisor;
    int64_t below = left < 0;
    *rest = left + (divisor & -below);
    return quotient - below;
}

/* Neri and Schneider, "Euclidean affine functions and their application to
 * calendar algorithms", within one cycle of 400 years that starts on 1 March. */
static inline struct civil_date civil_from_days(int64_t days)
{
    int64_t rest;
    int64_t cycle = civil_floor(days, CIVIL_CYCLE_DAYS, &rest);
    uint32_t day = (uint32_t)rest + CIVIL_EPOCH_OFFSET % CIVIL_CYCLE_DAYS;
    cycle += CIVIL_EPOCH_OFFSET / CIVIL_CYCLE_DAYS;
    if (day >= CIVIL_CYCLE_DAYS) {
        day -= CIVIL_CYCLE_DAYS;
        cycle++;
    }
    uint32_t quarters = 4 * day + 3;
    uint32_t century = quarters / CIVIL_CYCLE_DAYS;
    uint32_t century_day = quarters % CIVIL_CYCLE_DAYS / 4;
    uint64_t product = UINT64_C(2939745) * (4 * century_day + 3);
    uint32_t year = (uint32_t)(product >> 32);
    uint32_t year_day = (uint32_t)product / 2939745 / 4;
    uint32_t month_day = 2141 * year_day + 197913;
    uint32_t month = month_day >> 16;
    bool january = year_day >= 306; /* or February: of the next year */
    return (struct civil_date){
        .year = cycle * 400 + century * 100 + year + january,
        .month = january ? month - 12 : month,
        .day = (month_day & 0xffff) / 2141 + 1,
    };
}

/* The inverse; the date must exist. Years beyond ±2.5 × 10^16 wrap. */
static inline int64_t civil_to_days(int64_t year, uint32_t month, uint32_t day)
{
    int64_t rest;
    bool january = month <= 2;
    int64_t cycle = civil_floor(year - january, 400, &rest);
    uint32_t of_cycle = (uint32_t)rest;
    uint32_t century = of_cycle / 100;
    uint32_t month_days = (979 * (january ? month + 12 : month) - 2919) >> 5;
    uint32_t days = 1461 * of_cycle / 4 - century + century / 4 + month_days + day - 1;
    return (int64_t)((uint64_t)cycle * CIVIL_CYCLE_DAYS + days - CIVIL_EPOCH_OFFSET);
}

static inline bool civil_is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline bool civil_exists(int64_t year, uint32_t month, uint32_t day)
{
    /* Two bits a month, of what it has beyond 28 days; February has 0. */
    if (month - 1 > 11 || day - 1 > 30) return false;
    if (day <= 28) return true;
    uint32_t last = 28 + (UINT32_C(0x3bbeecc) >> (2 * month) & 3);
    return day <= last + (month == 2 && civil_is_leap(year));
}

#endif
