/* Parsing and applying the rule after the last transition of a zone. */
#include "base/zone_rule.h"

#include "base/civil.h"

struct reader {
    const char *at, *end;
};

static bool take(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c) return false;
    reader->at++;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* An abbreviation, which is not kept: "CET" or "<+03>". */
static bool take_name(struct reader *reader)
{
    const char *start = reader->at;
    if (take(reader, '<')) {
        while (reader->at < reader->end && *reader->at != '>')
            reader->at++;
        return take(reader, '>');
    }
    while (reader->at < reader->end && is_letter(*reader->at))
        reader->at++;
    return reader->at - start >= 3;
}

static bool take_number(struct reader *reader, int32_t max, int32_t *value)
{
    const char *start = reader->at;
    *value = 0;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        *value = *value * 10 + (*reader->at++ - '0');
        if (*value > max) return false;
    }
    return reader->at > start;
}

/* "[+-]h[:m[:s]]" in seconds. */
static bool take_time(struct reader *reader, int32_t *seconds)
{
    bool negative = take(reader, '-');
    int32_t hours, minutes = 0, rest = 0;
    if (!negative) take(reader, '+');
    if (!take_number(reader, 167, &hours)) return false;
    if (take(reader, ':')) {
        if (!take_number(reader, 59, &minutes)) return false;
        if (take(reader, ':') && !take_number(reader, 59, &rest)) return false;
    }
    *seconds = hours * 3600 + minutes * 60 + rest;
    if (negative) *seconds = -*seconds;
    return true;
}

static bool take_change(struct reader *reader, struct zone_change *change)
{
    if (!take(reader, ',')) return false;
    if (take(reader, 'M')) {
        change->form = ZONE_DAY_WEEKDAY;
        if (!take_number(reader, 12, &change->month) || !take(reader, '.') ||
            !take_number(reader, 5, &change->week) || !take(reader, '.') ||
            !take_number(reader, 6, &change->day) || change->month == 0 || change->week == 0)
            return false;
    } else if (take(reader, 'J')) {
        change->form = ZONE_DAY_JULIAN;
        if (!take_number(reader, 365, &change->day) || change->day == 0) return false;
    } else {
        change->form = ZONE_DAY_OF_YEAR;
        if (!take_number(reader, 365, &change->day)) return false;
    }
    change->seconds = 7200;
    return !take(reader, '/') || take_time(reader, &change->seconds);
}

bool quire_zone_rule_parse(const char *text, size_t size, struct zone_rule *rule)
{
    struct reader reader = {text, text + size};
    *rule = (struct zone_rule){0};
    /* POSIX counts west of UTC. */
    if (!take_name(&reader) || !take_time(&reader, &rule->standard_s)) return false;
    rule->standard_s = -rule->standard_s;
    if (reader.at == reader.end) return true;
    rule->has_summer = true;
    rule->summer_s = rule->standard_s + 3600;
    if (!take_name(&reader)) return false;
    if (reader.at < reader.end && *reader.at != ',') {
        if (!take_time(&reader, &rule->summer_s)) return false;
        rule->summer_s = -rule->summer_s;
    }
    return take_change(&reader, &rule->start) && take_change(&reader, &rule->end) &&
           reader.at == reader.end;
}

/* Local seconds since the epoch at which the change of that year comes. */
static int64_t change_time(const struct zone_change *change, int64_t year)
{
    int64_t days = civil_to_days(year, 1, 1);
    if (change->form == ZONE_DAY_JULIAN) {
        days += change->day - 1 + (change->day >= 60 && civil_is_leap(year));
    } else if (change->form == ZONE_DAY_OF_YEAR) {
        days += change->day;
    } else {
        uint32_t month = (uint32_t)change->month;
        int64_t first = civil_to_days(year, month, 1);
        int64_t weekday;
        civil_floor(first + 4, 7, &weekday); /* 1970-01-01 was a Thursday */
        int64_t day = 1 + (change->day - weekday + 7) % 7 + 7 * (change->week - 1);
        while (!civil_exists(year, month, (uint32_t)day))
            day -= 7;
        days = first + day - 1;
    }
    return days * CIVIL_DAY_S + change->seconds;
}

int32_t quire_zone_rule_offset(const struct zone_rule *rule, int64_t utc_s)
{
    if (!rule->has_summer) return rule->standard_s;
    int64_t rest;
    /* The Gregorian calendar repeats after 400 years, weekdays too; an instant
     * within the first of these cannot overflow. */
    civil_floor(utc_s, CIVIL_CYCLE_DAYS * CIVIL_DAY_S, &rest);
    int64_t of_day;
    int64_t year = civil_from_days(civil_floor(rest + rule->standard_s, CIVIL_DAY_S, &of_day)).year;
    int64_t start = change_time(&rule->start, year) - rule->standard_s;
    int64_t end = change_time(&rule->end, year) - rule->summer_s;
    bool summer = start < end ? rest >= start && rest < end : rest >= start || rest < end;
    return summer ? rule->summer_s : rule->standard_s;
}
