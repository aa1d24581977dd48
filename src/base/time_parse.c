/* Dates, times of day and timestamps from text.
 *
 * The common layout "YYYY-MM-DDThh:mm:ss" is checked and read as three words;
 * whatever departs from it (signed years, times without seconds, dates alone)
 * goes the general way, which reads one field after the other. */
#include "base/civil.h"
#include "base/digits.h"
#include "base/time_text.h"

#define LAYOUT_SIZE     19
#define YEAR_DIGITS_MAX 16

/* The text that is left. */
struct reader {
    const char *at, *end;
};

static bool take(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c) return false;
    reader->at++;
    return true;
}

static bool take_either(struct reader *reader, char a, char b)
{
    return take(reader, a) || take(reader, b);
}

static bool take_digits(struct reader *reader, int count, uint32_t *value)
{
    if (reader->end - reader->at < count) return false;
    if (!quire_digits_read(reader->at, (size_t)count, value)) return false;
    reader->at += count;
    return true;
}

static bool at_digit(const struct reader *reader)
{
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

/* Four digits, or a sign and four or more. */
static bool take_year(struct reader *reader, int64_t *year)
{
    uint32_t four;
    bool negative = take(reader, '-');
    bool sign = negative || take(reader, '+');
    if (!take_digits(reader, 4, &four)) return false;
    int64_t value = four;
    if (sign) {
        for (int digits = 4; at_digit(reader); digits++) {
            if (digits == YEAR_DIGITS_MAX) return false;
            value = value * 10 + (*reader->at++ - '0');
        }
    }
    *year = negative ? -value : value;
    return true;
}

static bool take_date(struct reader *reader, int64_t *days)
{
    int64_t year;
    uint32_t month, day;
    if (!take_year(reader, &year) || !take(reader, '-') || !take_digits(reader, 2, &month) ||
        !take(reader, '-') || !take_digits(reader, 2, &day) || !civil_exists(year, month, day))
        return false;
    *days = civil_to_days(year, month, day);
    return true;
}

/* count (1..9) digits of a second as nanoseconds. */
static inline bool read_fraction(const char *text, size_t count, uint32_t *nanos)
{
    uint32_t value, ninth = 0;
    bool valid = quire_digits_read(text, count < 8 ? count : 8, &value);
    if (count == 9) {
        ninth = (uint32_t)(uint8_t)text[8] - '0';
        value *= 10;
    }
    *nanos = (value + ninth) * (uint32_t)quire_digits_power[9 - count];
    return valid && ninth < 10;
}

/* After the point: nanoseconds, and how many digits count. Zeros beyond the
 * ninth digit say nothing; other digits cannot be held. */
static inline bool take_fraction(struct reader *reader, uint32_t *nanos, int *digits)
{
    const char *start = reader->at;
    while (at_digit(reader))
        reader->at++;
    size_t count = (size_t)(reader->at - start);
    if (count == 0) return false;
    while (count > 9) {
        if (start[--count] != '0') return false;
    }
    *digits = (int)count;
    return read_fraction(start, count, nanos);
}

static bool take_clock(struct reader *reader, int64_t *nanos, int *fraction_digits)
{
    uint32_t hour, minute, second = 0, fraction = 0;
    *fraction_digits = 0;
    if (!take_digits(reader, 2, &hour) || !take(reader, ':') || !take_digits(reader, 2, &minute))
        return false;
    if (take(reader, ':')) {
        if (!take_digits(reader, 2, &second)) return false;
        if (take(reader, '.') && !take_fraction(reader, &fraction, fraction_digits)) return false;
    }
    if (hour > 23 || minute > 59 || second > 59) return false;
    *nanos = (int64_t)(hour * 3600 + minute * 60 + second) * 1000000000 + fraction;
    return true;
}

/* Nothing, "Z", "+hh", "+hhmm" or "+hh:mm", and then the end. */
static inline bool take_offset(struct reader *reader, struct quire_time_parts *parts)
{
    uint32_t hours, minutes = 0;
    parts->has_offset = reader->at < reader->end;
    parts->offset_s = 0;
    if (!parts->has_offset) return true;
    if (take_either(reader, 'Z', 'z')) return reader->at == reader->end;
    bool negative = take(reader, '-');
    if (!negative && !take(reader, '+')) return false;
    if (!take_digits(reader, 2, &hours)) return false;
    bool colon = take(reader, ':');
    if ((colon || reader->at < reader->end) && !take_digits(reader, 2, &minutes)) return false;
    int32_t seconds = (int32_t)(hours * 3600 + minutes * 60);
    parts->offset_s = negative ? -seconds : seconds;
    return hours < 24 && minutes < 60 && reader->at == reader->end;
}

static bool parse_any(const char *text, size_t size, struct quire_time_parts *parts)
{
    struct reader reader = {text, text + size};
    *parts = (struct quire_time_parts){0};
    if (!take_date(&reader, &parts->days)) return false;
    if (reader.at == reader.end) return true;
    parts->has_time = true;
    if (!take_either(&reader, 'T', 't') && !take(&reader, ' ')) return false;
    return take_clock(&reader, &parts->nanos, &parts->fraction_digits) &&
           take_offset(&reader, parts);
}

/* Digits and separators of a pattern, eight at a time: zero bytes become 0..9
 * where '0' stands and 0 elsewhere. */
static inline bool match8(uint64_t word, uint64_t pattern, uint64_t slack, uint64_t *pairs)
{
    uint64_t values = word ^ pattern;
    *pairs = values * 10 + (values >> 8);
    return ((values | (values + slack)) & UINT64_C(0x8080808080808080)) == 0;
}

static inline uint32_t byte_of(uint64_t word, int place)
{
    return (uint32_t)(word >> (8 * place)) & 0xff;
}

/* "YYYY-MM-": the four digits, the month; slack lets only digits (0..9) and the
 * exact separators (0) stay below 0x80. */
static inline bool match_year_month(const char *text, uint32_t *year, uint32_t *month)
{
    uint64_t pairs;
    bool valid = match8(quire_digits_load8(text), UINT64_C(0x2d30302d30303030),
                        UINT64_C(0x7f76767f76767676), &pairs);
    *year = byte_of(pairs, 0) * 100 + byte_of(pairs, 2);
    *month = byte_of(pairs, 5);
    return valid;
}

/* What follows the seconds: at most nine digits and "Z" are taken at once. */
static inline bool parse_rest(const char *text, size_t size, struct quire_time_parts *parts)
{
    uint32_t fraction = 0;
    bool utc = size > 0 && text[size - 1] == 'Z';
    size_t count = size - utc; /* the point and its digits */
    parts->has_offset = utc;
    parts->offset_s = 0;
    parts->fraction_digits = 0;
    if (count == 0) return true;
    if (*text == '.' && count >= 2 && count <= 10 &&
        read_fraction(text + 1, count - 1, &fraction)) {
        parts->nanos += fraction;
        parts->fraction_digits = (int)count - 1;
        return true;
    }
    struct reader reader = {text, text + size};
    if (take(&reader, '.') && !take_fraction(&reader, &fraction, &parts->fraction_digits))
        return false;
    parts->nanos += fraction;
    return take_offset(&reader, parts);
}

/* The common layout and what may follow it. */
static inline bool parse_layout(const char *text, size_t size, struct quire_time_parts *parts)
{
    uint32_t year, month;
    uint64_t pairs;
    bool valid = match_year_month(text, &year, &month);
    /* "DDThh:mm" with the separator as it is found. */
    uint64_t separator = (uint8_t)text[10];
    uint64_t pattern = UINT64_C(0x30303a3030003030) | separator << 16;
    valid &= match8(quire_digits_load8(text + 8), pattern, UINT64_C(0x76767f76767f7676), &pairs);
    valid &= separator == 'T' || separator == ' ';
    uint32_t tens = (uint32_t)(uint8_t)text[17] - '0';
    uint32_t ones = (uint32_t)(uint8_t)text[18] - '0';
    valid &= text[16] == ':' && tens < 6 && ones < 10;
    uint32_t day = byte_of(pairs, 0), hour = byte_of(pairs, 3), minute = byte_of(pairs, 6);
    if (!valid || hour > 23 || minute > 59 || !civil_exists(year, month, day)) return false;

    parts->has_time = true;
    parts->days = civil_to_days(year, month, day);
    uint32_t seconds = hour * 3600 + minute * 60 + tens * 10 + ones;
    parts->nanos = (int64_t)seconds * 1000000000;
    return parse_rest(text + LAYOUT_SIZE, size - LAYOUT_SIZE, parts);
}

static inline bool parse(const char *text, size_t size, struct quire_time_parts *parts)
{
    if (size >= LAYOUT_SIZE && parse_layout(text, size, parts)) return true;
    return parse_any(text, size, parts);
}

bool quire_time_parse(const char *text, size_t size, struct quire_time_parts *parts)
{
    struct quire_time_parts result;
    if (!parse(text, size, &result)) return false;
    *parts = result;
    return true;
}

static inline bool to_value(const struct quire_time_parts *parts, uint32_t scale, int64_t *value)
{
    uint32_t unit_ns = 1000000000 / scale;
    int64_t of_day = parts->nanos / unit_ns;
    if (of_day * unit_ns != parts->nanos) return false;
    /* The first and last day of the range are not whole, and an offset may lead
     * back into it, so that only the sum is checked. */
    quire_i128 sum =
        (quire_i128)parts->days * (CIVIL_DAY_S * scale) + of_day - (int64_t)parts->offset_s * scale;
    *value = (int64_t)sum;
    return sum == *value;
}

static inline bool parts_value(const struct quire_time_parts *parts, enum quire_time_unit unit,
                               int64_t *value)
{
    switch (unit) {
    case QUIRE_SECOND: return to_value(parts, 1, value);
    case QUIRE_MILLI: return to_value(parts, 1000, value);
    case QUIRE_MICRO: return to_value(parts, 1000000, value);
    default: return to_value(parts, 1000000000, value);
    }
}

bool quire_time_parts_value(const struct quire_time_parts *parts, enum quire_time_unit unit,
                            int64_t *value)
{
    int64_t result;
    if (!parts_value(parts, unit, &result)) return false;
    *value = result;
    return true;
}

bool quire_time_parse_date(const char *text, size_t size, int32_t *days)
{
    if (size == 10) {
        uint32_t year, month;
        bool valid = match_year_month(text, &year, &month);
        uint32_t tens = (uint32_t)(uint8_t)text[8] - '0';
        uint32_t ones = (uint32_t)(uint8_t)text[9] - '0';
        if (valid && tens < 10 && ones < 10 && civil_exists(year, month, tens * 10 + ones)) {
            *days = (int32_t)civil_to_days(year, month, tens * 10 + ones);
            return true;
        }
    }
    struct reader reader = {text, text + size};
    int64_t any;
    if (!take_date(&reader, &any) || reader.at != reader.end) return false;
    if (any < INT32_MIN || any > INT32_MAX) return false;
    *days = (int32_t)any;
    return true;
}

bool quire_time_parse_timestamp(const char *text, size_t size, enum quire_time_unit unit,
                                int64_t *value, bool *has_offset)
{
    struct quire_time_parts parts;
    int64_t result;
    if (!parse(text, size, &parts) || !parts_value(&parts, unit, &result)) return false;
    *value = result;
    *has_offset = parts.has_offset;
    return true;
}

bool quire_time_parse_time(const char *text, size_t size, enum quire_time_unit unit, int64_t *value)
{
    struct reader reader = {text, text + size};
    struct quire_time_parts parts = {0};
    if (!take_clock(&reader, &parts.nanos, &parts.fraction_digits) || reader.at != reader.end)
        return false;
    return quire_time_parts_value(&parts, unit, value);
}
