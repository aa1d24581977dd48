/* Times as RFC 3339, section 5.6, has them, and no others: forms that ISO 8601 allows beside are
 * read differently by different programs. */
#include <string.h>

#include "base/time_text.h"
#include "runlog/model/model.h"

#define LAYOUT_SIZE     19 /* YYYY-MM-DDThh:mm:ss */
#define FRACTION_DIGITS 6
#define OFFSET_SIZE     6 /* +hh:mm */

/* Whether a text begins like a pattern, in which 0 is any digit and T what may stand there. */
static bool is_like(const char *text, size_t size, const char *pattern)
{
    size_t count = strlen(pattern);
    if (size < count) return false;
    for (size_t i = 0; i < count; i++) {
        char c = text[i];
        bool fits = pattern[i] == '0'   ? c >= '0' && c <= '9'
                    : pattern[i] == 'T' ? c == 'T' || c == 't' || c == ' '
                                        : c == pattern[i];
        if (!fits) return false;
    }
    return true;
}

/* Why it is none of those, as exactly as can be told. */
static const char *refuse_layout(const char *text, size_t size)
{
    if (is_like(text, size, "0000-00-00T00:00") && (size == 16 || text[16] != ':'))
        return "a time has seconds: 12:00:00, not 12:00";
    return "no time, such as 2024-02-29T12:00:00Z";
}

/* The digits behind the point, if there is one. */
static bool take_fraction(const char *text, size_t size, size_t *at, size_t *digits)
{
    *digits = 0;
    if (*at == size || text[*at] != '.') return true;
    while (*at + 1 + *digits < size && text[*at + 1 + *digits] >= '0' &&
           text[*at + 1 + *digits] <= '9')
        *digits += 1;
    *at += 1 + *digits;
    return *digits > 0;
}

static const char *refuse_offset(const char *text, size_t size)
{
    if (size == 0) return "a time without a zone: put Z or +01:00 behind it";
    if (size == 1 && (*text == 'Z' || *text == 'z')) return NULL;
    if (size == OFFSET_SIZE && (is_like(text, size, "+00:00") || is_like(text, size, "-00:00")))
        return NULL;
    return "the zone of a time is Z, or hours and minutes such as +01:00";
}

/* Leap seconds are put in behind the last second of a month in UTC (RFC 3339, section 5.7). */
static bool may_leap(int64_t value)
{
    char text[QUIRE_TIME_TEXT_MAX];
    const int64_t second = 1000000;
    if (__builtin_add_overflow(value, second, &value)) return false;
    quire_time_format_timestamp(value, QUIRE_MICRO, 'T', true, 0, text);
    return strncmp(text + strlen("YYYY-MM-"), "01T00:00:00", strlen("01T00:00:00")) == 0;
}

/* What Spark and Python have; an offset may lead out of it. */
static bool has_year(int64_t value)
{
    return value >= INT64_C(-62135596800000000) && value < INT64_C(253402300800000000);
}

const char *quire_model_time(const char *text, size_t size, int64_t *value)
{
    char plain[QUIRE_TIME_TEXT_MAX];
    struct quire_time_parts parts;
    size_t at = LAYOUT_SIZE, digits = 0;
    if (!is_like(text, size, "0000-00-00T00:00:00")) return refuse_layout(text, size);
    if (!take_fraction(text, size, &at, &digits)) return "no time: digits follow the point";
    const char *why = refuse_offset(text + at, size - at);
    if (why != NULL) return why;
    /* What is finer than a microsecond is cut off, so that a time stays in its second. */
    bool leap = text[17] == '6' && text[18] == '0';
    size_t kept = digits == 0 ? 0 : 1 + (digits < FRACTION_DIGITS ? digits : FRACTION_DIGITS);
    memcpy(plain, text, LAYOUT_SIZE + kept);
    memcpy(plain + LAYOUT_SIZE + kept, text + at, size - at);
    if (leap) memcpy(plain + 17, "59", 2);
    bool is_time = quire_time_parse(plain, LAYOUT_SIZE + kept + size - at, &parts);
    if (is_time && leap) parts.nanos -= parts.nanos % 1000000000;
    if (!is_time || !quire_time_parts_value(&parts, QUIRE_MICRO, value))
        return "no time: there is no such day, hour, minute or second";
    if (!has_year(*value)) return "no time: in UTC it is not of the years 1 to 9999";
    if (!leap) return NULL;
    if (!may_leap(*value))
        return "no time: a second 60 is there at the end of a month in UTC alone";
    *value += 999999; /* the last of its minute, as tables have no second 60 */
    return NULL;
}
