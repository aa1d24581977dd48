/* Private to base: the rule that a TZif file ends with (RFC 8536, section 3.3;
 * POSIX TZ with the hours of its extension), "CET-1CEST,M3.5.0,M10.5.0/3". */
#ifndef QUIRE_BASE_ZONE_RULE_H
#define QUIRE_BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zone_day_form {
    ZONE_DAY_JULIAN,  /* Jn: 1..365, 29 February is never counted */
    ZONE_DAY_OF_YEAR, /* n: 0..365 */
    ZONE_DAY_WEEKDAY  /* Mm.w.d: weekday d (0 Sunday) of week w (5: the last) of month m */
};

/* A day of each year, and the local time on it. */
struct zone_change {
    enum zone_day_form form;
    int32_t day; /* of the year, or of the week */
    int32_t month, week;
    int32_t seconds;
};

struct zone_rule {
    int32_t standard_s; /* east of UTC */
    int32_t summer_s;
    bool has_summer;
    struct zone_change start, end; /* in standard time, in summer time */
};

/* False when the text is no such rule. */
bool quire_zone_rule_parse(const char *text, size_t size, struct zone_rule *rule);

/* Seconds east of UTC at an instant. */
int32_t quire_zone_rule_offset(const struct zone_rule *rule, int64_t utc_s);

#endif
