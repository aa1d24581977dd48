/* Dates, times, timestamps and durations as text: ISO 8601 and RFC 3339, in the
 * proleptic Gregorian calendar, every precision from seconds to nanoseconds,
 * days before 1970 and years -9999..9999 (outside: "+12345-01-01" form, up to
 * the range of int64).
 *
 * Formatting writes into memory that the caller has reserved and returns the
 * end; parsing takes a whole text. */
#ifndef QUIRE_BASE_TIME_TEXT_H
#define QUIRE_BASE_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUIRE_TIME_TEXT_MAX     64
#define QUIRE_DURATION_TEXT_MAX 96

/* The unit of a time value: 10^-(3*unit) seconds. */
enum quire_time_unit { QUIRE_SECOND, QUIRE_MILLI, QUIRE_MICRO, QUIRE_NANO };

/* Units in a second: 1, 1000, 1000000, 1000000000. */
int64_t quire_time_unit_scale(enum quire_time_unit unit);

/* "2024-02-29". */
char *quire_time_format_date(int64_t days, char *out);
/* "23:59:59" with as many fraction digits as the unit has (0, 3, 6, 9). */
char *quire_time_format_time(int64_t value, enum quire_time_unit unit, char *out);
/* "2024-02-29T23:59:59.123" and, with zoned, an offset: "Z" when offset_s is 0,
 * else "+hh:mm" (seconds of an offset are dropped and the local time adjusted, so
 * that the instant stays). value counts from the epoch in UTC (or local time when not
 * zoned); separator is 'T' or ' '. */
char *quire_time_format_timestamp(int64_t value, enum quire_time_unit unit, char separator,
                                  bool zoned, int offset_s, char *out);
/* ISO 8601 duration in days, hours, minutes, seconds: "P1DT2H3M4.005S", "PT0S",
 * "-PT1S". Fraction digits only as needed. */
char *quire_time_format_duration(int64_t value, enum quire_time_unit unit, char *out);
/* Months, days and nanoseconds: "P1Y2M3DT4H5M6.7S"; parts may have signs of
 * their own ("P-1M2D"). Zero is "PT0S". */
char *quire_time_format_interval(int32_t months, int32_t days, int64_t nanoseconds, char *out);

/* What a parsed timestamp text said besides its instant. */
struct quire_time_parts {
    int64_t days;        /* civil date, days since the epoch */
    int64_t nanos;       /* time of day, 0..86399999999999 (":60" is not accepted) */
    bool has_time;       /* false: a date alone */
    bool has_offset;     /* "Z" or "+hh:mm" was given */
    int32_t offset_s;    /* east of UTC */
    int fraction_digits; /* 0..9 */
};

/* "2024-02-29", "2024-02-29T23:59", "2024-02-29 23:59:59.123456789+01:00",
 * "…Z", "+0100", "+01"; 't' and 'z' too (RFC 3339). False for anything else, including impossible
 * dates and a fraction of more than 9 digits that are not zero. */
bool quire_time_parse(const char *text, size_t size, struct quire_time_parts *parts);

/* The instant in a unit: UTC when there is an offset. False when it overflows
 * or when the text is more precise than the unit. */
bool quire_time_parts_value(const struct quire_time_parts *parts, enum quire_time_unit unit,
                            int64_t *value);

/* Fast paths for whole columns: the same texts and results as the above. */
bool quire_time_parse_date(const char *text, size_t size, int32_t *days);
bool quire_time_parse_timestamp(const char *text, size_t size, enum quire_time_unit unit,
                                int64_t *value, bool *has_offset);
/* "23:59:59.5", "23:59". False when more precise than the unit or not 00:00..23:59:59. */
bool quire_time_parse_time(const char *text, size_t size, enum quire_time_unit unit,
                           int64_t *value);
bool quire_time_parse_duration(const char *text, size_t size, enum quire_time_unit unit,
                               int64_t *value);
bool quire_time_parse_interval(const char *text, size_t size, int32_t *months, int32_t *days,
                               int64_t *nanoseconds);

/* The offset east of UTC that a zone name has at an instant given in UTC seconds:
 * "UTC", "Z", "+01:00", "-0330", or an IANA name looked up in the system's
 * zoneinfo (TZif files, RFC 8536). False when the name is not known. A zone is
 * loaded once: see quire_zone. */
struct quire_zone;
/* 0, QUIRE_USAGE (unknown name) or QUIRE_MEMORY. Thread-safe to use once open. */
int quire_zone_open(const char *name, struct quire_zone **zone);
int32_t quire_zone_offset(const struct quire_zone *zone, int64_t utc_s);
void quire_zone_close(struct quire_zone *zone);

/* A monotonic clock in ns. */
int64_t quire_time_monotonic_ns(void);
/* Microseconds since 1970 in UTC, by the system's clock. */
int64_t quire_time_wall_us(void);

#endif
