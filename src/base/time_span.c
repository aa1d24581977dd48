/* Durations and calendar intervals as ISO 8601 text, both ways.
 *
 * One scanner reads both: months, days and nanoseconds are summed apart, wide
 * enough that no component can overflow before it is checked. */
#include "base/civil.h"
#include "base/digits.h"
#include "base/number.h"
#include "base/time_text.h"

struct span {
    int64_t months, days;
    quire_i128 nanos;
};

static char *put_part(uint64_t value, bool negative, char letter, char *out)
{
    if (value == 0) return out;
    if (negative) *out++ = '-';
    out = quire_number_format_u64(value, out);
    *out = letter;
    return out + 1;
}

/* The part after 'T'; fraction has `digits` digits. Every part bears the sign. */
static char *put_clock(uint64_t seconds, uint64_t fraction, int digits, bool negative, char *out)
{
    out = put_part(seconds / 3600, negative, 'H', out);
    out = put_part(seconds / 60 % 60, negative, 'M', out);
    seconds %= 60;
    if (fraction == 0) return put_part(seconds, negative, 'S', out);
    if (negative) *out++ = '-';
    out = quire_number_format_u64(seconds, out);
    *out++ = '.';
    out = quire_number_format_padded(fraction, digits, out);
    while (out[-1] == '0')
        out--;
    *out = 'S';
    return out + 1;
}

char *quire_time_format_duration(int64_t value, enum quire_time_unit unit, char *out)
{
    uint64_t scale = (uint64_t)quire_time_unit_scale(unit);
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    uint64_t seconds = size / scale;
    if (value < 0) *out++ = '-';
    *out++ = 'P';
    out = put_part(seconds / (uint64_t)CIVIL_DAY_S, false, 'D', out);
    *out++ = 'T';
    char *clock =
        put_clock(seconds % (uint64_t)CIVIL_DAY_S, size % scale, 3 * (int)unit, false, out);
    if (clock != out) return clock;
    if (value != 0) return out - 1;
    *out++ = '0';
    *out = 'S';
    return out + 1;
}

static uint64_t size_of(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

char *quire_time_format_interval(int32_t months, int32_t days, int64_t nanoseconds, char *out)
{
    uint64_t month_count = size_of(months);
    uint64_t nanos = size_of(nanoseconds);
    *out++ = 'P';
    out = put_part(month_count / 12, months < 0, 'Y', out);
    out = put_part(month_count % 12, months < 0, 'M', out);
    out = put_part(size_of(days), days < 0, 'D', out);
    if (nanos == 0 && (months != 0 || days != 0)) return out;
    *out++ = 'T';
    if (nanos != 0)
        return put_clock(nanos / 1000000000, nanos % 1000000000, 9, nanoseconds < 0, out);
    *out++ = '0';
    *out = 'S';
    return out + 1;
}

/* A component: sign, digits, perhaps a fraction, and its letter. */
struct component {
    int64_t whole;
    int64_t nanos; /* the fraction, with the sign of the whole */
    bool fraction;
    char letter;
};

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

static const char *take_fraction(const char *at, const char *end, int64_t *nanos)
{
    if (!is_digit(at, end)) return NULL;
    int64_t value = 0;
    int digits = 0;
    for (; is_digit(at, end); at++, digits++) {
        if (digits < 9)
            value = value * 10 + (*at - '0');
        else if (*at != '0')
            return NULL;
    }
    for (; digits < 9; digits++)
        value *= 10;
    *nanos = value;
    return at;
}

/* Returns what follows, or NULL. */
static const char *take_component(const char *at, const char *end, bool negative,
                                  struct component *component)
{
    *component = (struct component){0};
    if (at < end && (*at == '-' || *at == '+')) negative ^= *at++ == '-';
    const char *digits = at;
    while (is_digit(at, end))
        at++;
    uint64_t whole;
    if (!quire_number_parse_u64(digits, (size_t)(at - digits), &whole, NULL)) return NULL;
    if (whole > (uint64_t)INT64_MAX + negative) return NULL;
    component->whole = (int64_t)(negative ? -whole : whole);
    if (at < end && *at == '.') {
        component->fraction = true;
        at = take_fraction(at + 1, end, &component->nanos);
        if (at == NULL) return NULL;
        if (negative) component->nanos = -component->nanos;
    }
    if (at == end) return NULL;
    component->letter = *at;
    return at + 1;
}

static bool add_scaled(int64_t value, int64_t factor, int64_t *sum)
{
    int64_t product;
    return !__builtin_mul_overflow(value, factor, &product) &&
           !__builtin_add_overflow(*sum, product, sum);
}

/* rank orders the components: each may come once, larger before smaller. */
static bool add_component(const struct component *component, bool time, int *rank,
                          struct span *span)
{
    static const char letters[] = "YMWDHMS";
    int place = time ? 4 : 0;
    int stop = time ? 7 : 4;
    while (place < stop && letters[place] != component->letter)
        place++;
    if (place == stop || place < *rank) return false;
    *rank = place + 1;
    if (component->fraction && place != 6) return false;
    switch (place) {
    case 0: return add_scaled(component->whole, 12, &span->months);
    case 1: return add_scaled(component->whole, 1, &span->months);
    case 2: return add_scaled(component->whole, 7, &span->days);
    case 3: return add_scaled(component->whole, 1, &span->days);
    case 4: span->nanos += (quire_i128)component->whole * INT64_C(3600000000000); break;
    case 5: span->nanos += (quire_i128)component->whole * INT64_C(60000000000); break;
    default: span->nanos += (quire_i128)component->whole * 1000000000 + component->nanos; break;
    }
    return true;
}

static bool scan(const char *text, size_t size, struct span *span)
{
    const char *at = text;
    const char *end = text + size;
    *span = (struct span){0};
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end || *at++ != 'P' || at == end) return false;
    bool time = false;
    int rank = 0;
    while (at < end) {
        if (!time && *at == 'T') {
            time = true;
            if (++at == end) return false;
        }
        struct component component;
        at = take_component(at, end, negative, &component);
        if (at == NULL || !add_component(&component, time, &rank, span)) return false;
    }
    return true;
}

bool quire_time_parse_duration(const char *text, size_t size, enum quire_time_unit unit,
                               int64_t *value)
{
    struct span span;
    if (!scan(text, size, &span) || span.months != 0) return false;
    quire_i128 nanos = span.nanos + (quire_i128)span.days * CIVIL_DAY_NS;
    int64_t unit_ns = 1000000000 / quire_time_unit_scale(unit);
    if (nanos % unit_ns != 0) return false;
    nanos /= unit_ns;
    if (nanos < INT64_MIN || nanos > INT64_MAX) return false;
    *value = (int64_t)nanos;
    return true;
}

bool quire_time_parse_interval(const char *text, size_t size, int32_t *months, int32_t *days,
                               int64_t *nanoseconds)
{
    struct span span;
    if (!scan(text, size, &span)) return false;
    if (span.months < INT32_MIN || span.months > INT32_MAX || span.days < INT32_MIN ||
        span.days > INT32_MAX || span.nanos < INT64_MIN || span.nanos > INT64_MAX)
        return false;
    *months = (int32_t)span.months;
    *days = (int32_t)span.days;
    *nanoseconds = (int64_t)span.nanos;
    return true;
}
