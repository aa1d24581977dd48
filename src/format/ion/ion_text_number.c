/* Numbers and timestamps of Ion text (grammar: DEC_INTEGER, HEX_INTEGER, BIN_INTEGER,
 * FLOAT, DECIMAL, TIMESTAMP). A run of characters up to one that may follow a number is
 * taken first; then it is a number as a whole, or nothing. */
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "format/ion/ion_number.h"
#include "format/ion/ion_text_token.h"
#include "format/ion/ion_timestamp.h"

/* Digits with underscores between them, appended to buf without. Returns where they
 * end, or NULL when they are none. */
static const char *take_digits(const char *at, const char *end, struct quire_buf *buf, int *code)
{
    const char *first = at;
    for (;; at++) {
        const char *run = at;
        while (at < end && quire_ion_is((uint8_t)*at, QUIRE_ION_DIGIT))
            at++;
        if (at == run) return NULL;
        *code = quire_buf_append(buf, run, (size_t)(at - run));
        if (*code != 0) return NULL;
        if (at == end || *at != '_') break;
    }
    return at == first ? NULL : at;
}

/* A number in scientific notation, taken apart. */
struct scan {
    bool point, float_mark, decimal_mark;
    size_t fraction; /* digits after the point */
    int64_t exponent;
};

static bool scan_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return false;
    int64_t value = 0;
    for (; at < end; at++) {
        if (!quire_ion_is((uint8_t)*at, QUIRE_ION_DIGIT)) return false;
        if (value < INT32_MAX) value = value * 10 + (*at - '0');
    }
    *exponent = negative ? -value : value;
    return true;
}

/* Digits go to reader->digits. False when the text is no number. */
static bool scan_number(struct quire_ion_reader *reader, const char *at, const char *end,
                        struct scan *scan, int *code)
{
    struct quire_buf *digits = &reader->digits;
    const char *first = at;
    quire_buf_clear(digits);
    at = take_digits(at, end, digits, code);
    if (at == NULL || (*first == '0' && at - first > 1)) return false;
    size_t whole = digits->size;
    if (at < end && *at == '.') {
        scan->point = true;
        at++;
        if (at < end && quire_ion_is((uint8_t)*at, QUIRE_ION_DIGIT)) {
            at = take_digits(at, end, digits, code);
            if (at == NULL) return false;
        }
        scan->fraction = digits->size - whole;
    }
    if (at == end) return true;
    scan->float_mark = (*at | 0x20) == 'e';
    scan->decimal_mark = (*at | 0x20) == 'd';
    if (!scan->float_mark && !scan->decimal_mark) return false;
    return scan_exponent(at + 1, end, &scan->exponent);
}

static int fail_number(struct quire_ion_reader *reader, const char *text, size_t size, int code,
                       struct quire_error *error)
{
    const uint8_t *at = (const uint8_t *)text;
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, reader->operation);
    if (code == QUIRE_LIMIT)
        return quire_ion_fail_at(reader, at, code, error,
                                 "the number is beyond the limits (%d bytes, exponents of 32 bits)",
                                 QUIRE_ION_NUMBER_BYTES_MAX);
    return quire_ion_fail_at(reader, at, QUIRE_INPUT, error,
                             "this is neither a number nor a timestamp: %.*s",
                             size > 60 ? 60 : (int)size, text);
}

/* Digits, point and exponent as other parsers of floats take them. */
static int read_float(struct quire_ion_reader *reader, const char *given, size_t size,
                      const struct scan *scan, struct quire_ion_value *value)
{
    bool negative = *given == '-';
    value->type = QUIRE_ION_FLOAT;
    if ((scan->fraction > 0 || !scan->point) && memchr(given, '_', size) == NULL) {
        value->real_text = (struct quire_ion_bytes){(const uint8_t *)given, size};
        return quire_number_parse_f64(given, size, &value->real) ? 0 : QUIRE_INPUT;
    }
    struct quire_buf *text = &reader->number;
    const struct quire_buf *digits = &reader->digits;
    size_t whole = digits->size - scan->fraction;
    quire_buf_clear(text);
    if (negative) QUIRE_TRY(quire_buf_push(text, '-'));
    QUIRE_TRY(quire_buf_append(text, digits->data, whole));
    if (scan->fraction > 0) {
        QUIRE_TRY(quire_buf_push(text, '.'));
        QUIRE_TRY(quire_buf_append(text, digits->data + whole, scan->fraction));
    }
    QUIRE_TRY(quire_buf_printf(text, "e%lld", (long long)scan->exponent));
    value->real_text = (struct quire_ion_bytes){text->data, text->size};
    return quire_number_parse_f64((const char *)text->data, text->size, &value->real) ? 0
                                                                                      : QUIRE_INPUT;
}

static int read_decimal(struct quire_ion_reader *reader, bool negative, const struct scan *scan,
                        struct quire_ion_value *value)
{
    int64_t exponent = scan->exponent - (int64_t)scan->fraction;
    value->type = QUIRE_ION_DECIMAL;
    if (exponent < INT32_MIN || exponent > INT32_MAX) return QUIRE_LIMIT;
    value->decimal.exponent = (int32_t)exponent;
    value->decimal.coefficient.negative = negative;
    quire_buf_clear(&reader->number);
    return quire_ion_number_of_digits((const char *)reader->digits.data, reader->digits.size,
                                      &reader->number, &value->decimal.coefficient);
}

static int read_integer(struct quire_ion_reader *reader, bool negative,
                        struct quire_ion_value *value)
{
    value->type = QUIRE_ION_INT;
    quire_buf_clear(&reader->number);
    value->integer.negative = negative;
    QUIRE_TRY(quire_ion_number_of_digits((const char *)reader->digits.data, reader->digits.size,
                                         &reader->number, &value->integer));
    if (quire_ion_number_is_zero(&value->integer)) value->integer.negative = false;
    return 0;
}

/* "0x…" and "0b…": at is past the letter. */
static int read_based(struct quire_ion_reader *reader, bool negative, const char *at,
                      const char *end, struct quire_ion_value *value)
{
    int bits = (at[-1] | 0x20) == 'x' ? 4 : 1;
    struct quire_buf *digits = &reader->digits;
    bool between = false;
    quire_buf_clear(digits);
    for (; at < end; at++) {
        unsigned c = (uint8_t)*at;
        bool digit = bits == 1 ? c - '0' <= 1 : c - '0' <= 9 || (c | 0x20) - 'a' <= 5;
        if (c == '_' ? !between || at + 1 == end : !digit) return QUIRE_INPUT;
        between = digit;
        if (digit) QUIRE_TRY(quire_buf_push(digits, (uint8_t)c));
    }
    if (digits->size == 0) return QUIRE_INPUT;
    value->type = QUIRE_ION_INT;
    quire_buf_clear(&reader->number);
    value->integer.negative = negative;
    QUIRE_TRY(quire_ion_number_of_bits((const char *)digits->data, digits->size, bits,
                                       &reader->number, &value->integer));
    if (quire_ion_number_is_zero(&value->integer)) value->integer.negative = false;
    return 0;
}

/* Not made infinite, nor zero of a number that has other digits? */
static bool is_within_double(const struct quire_ion_reader *reader, double real)
{
    const struct quire_buf *digits = &reader->digits;
    if (real != 0) return __builtin_isfinite(real);
    for (size_t i = 0; i < digits->size; i++)
        if (digits->data[i] != '0') return false;
    return true;
}

static int read_number(struct quire_ion_reader *reader, const char *text, size_t size,
                       struct quire_ion_value *value)
{
    bool negative = *text == '-';
    const char *at = text + negative, *end = text + size;
    struct scan scan = {.point = false};
    int code = 0;
    if (end - at > 1 && *at == '0' && ((at[1] | 0x20) == 'x' || (at[1] | 0x20) == 'b'))
        return read_based(reader, negative, at + 2, end, value);
    if (!scan_number(reader, at, end, &scan, &code)) return code != 0 ? code : QUIRE_INPUT;
    if (scan.float_mark) {
        QUIRE_TRY(read_float(reader, text, size, &scan, value));
        if (!reader->far || is_within_double(reader, value->real)) return 0;
    }
    if (scan.point || scan.decimal_mark || scan.float_mark)
        return read_decimal(reader, negative, &scan, value);
    return read_integer(reader, negative, value);
}

int quire_ion_numeric(struct quire_ion_reader *reader, struct quire_ion_value *value,
                      struct quire_error *error)
{
    const uint8_t *first = reader->at, *at;
    uint64_t small = 0;
    unsigned digit;
    /* Integers of a few digits, as most numbers are. */
    for (at = first + (*first == '-'); at - first < 18 && (digit = *at - '0') <= 9; at++)
        small = small * 10 + digit;
    const uint8_t *digits = first + (*first == '-');
    if (quire_ion_is(*at, QUIRE_ION_STOP) && at < reader->end &&
        (*digits != '0' || at == digits + 1)) {
        value->type = QUIRE_ION_INT;
        value->integer =
            (struct quire_ion_number){.negative = *first == '-' && small > 0, .small = small};
        reader->at = at;
        return 0;
    }
    while (quire_ion_is(*at, QUIRE_ION_NUMERIC) && at < reader->end)
        at++;
    const char *text = (const char *)first;
    size_t size = (size_t)(at - first);
    bool comment = at[0] == '/' && (at[1] == '/' || at[1] == '*');
    reader->at = at;
    if (at < reader->end && !comment && !quire_ion_is(*at, QUIRE_ION_STOP))
        return quire_ion_fail_char(reader, "a blank, comma or bracket after a number", error);
    if (at == reader->end && reader->not_utf8) return quire_ion_fail_end(reader, "", error);
    int code = 0;
    if (size >= 5 && (text[4] == '-' || text[4] == 'T') &&
        quire_ion_is((uint8_t)text[3], QUIRE_ION_DIGIT) && *text != '-') {
        quire_buf_clear(&reader->number);
        value->type = QUIRE_ION_TIMESTAMP;
        if (!quire_ion_timestamp_scan(text, size, &reader->number, &value->timestamp, &code))
            code = code != 0 ? code : QUIRE_INPUT;
    } else {
        code = read_number(reader, text, size, value);
    }
    return code != 0 ? fail_number(reader, text, size, code, error) : 0;
}

/* --- Timestamps ------------------------------------------------------------------- */

/* Exactly count digits at *at, which moves past them. */
static bool take_field(const char **at, const char *end, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, ++*at) {
        if (*at >= end || !quire_ion_is((uint8_t) * *at, QUIRE_ION_DIGIT)) return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool take_char(const char **at, const char *end, char c)
{
    if (*at >= end || **at != c) return false;
    ++*at;
    return true;
}

static bool scan_offset(const char *at, const char *end, struct quire_ion_timestamp *timestamp)
{
    int hours, minutes;
    timestamp->offset_known = true;
    if (take_char(&at, end, 'Z')) return at == end;
    bool west = at < end && *at == '-';
    if (at == end || (*at != '+' && *at != '-')) return false;
    at++;
    if (!take_field(&at, end, 2, &hours) || !take_char(&at, end, ':') ||
        !take_field(&at, end, 2, &minutes) || at != end || hours > 23 || minutes > 59)
        return false;
    int offset = hours * 60 + minutes;
    timestamp->offset = (int16_t)(west ? -offset : offset);
    timestamp->offset_known = !west || offset != 0;
    return true;
}

/* ".123": at is past the point. */
static bool scan_fraction(const char **at, const char *end, struct quire_buf *bytes,
                          struct quire_ion_timestamp *timestamp, int *code)
{
    const char *first = *at;
    while (*at < end && quire_ion_is((uint8_t) * *at, QUIRE_ION_DIGIT))
        ++*at;
    size_t size = (size_t)(*at - first);
    if (size == 0) return false;
    if (size > QUIRE_ION_FRACTION_DIGITS_MAX) {
        *code = QUIRE_LIMIT;
        return false;
    }
    timestamp->precision = QUIRE_ION_FRACTION;
    timestamp->fraction_digits = (uint32_t)size;
    *code = quire_ion_number_of_digits(first, size, bytes, &timestamp->fraction);
    return *code == 0;
}

static bool scan_time(const char *at, const char *end, struct quire_buf *bytes,
                      struct quire_ion_timestamp *timestamp, int *code)
{
    int hour, minute, second;
    if (!take_field(&at, end, 2, &hour) || !take_char(&at, end, ':') ||
        !take_field(&at, end, 2, &minute))
        return false;
    timestamp->hour = (uint8_t)hour;
    timestamp->minute = (uint8_t)minute;
    timestamp->precision = QUIRE_ION_MINUTE;
    if (take_char(&at, end, ':')) {
        if (!take_field(&at, end, 2, &second)) return false;
        timestamp->second = (uint8_t)second;
        timestamp->precision = QUIRE_ION_SECOND;
        if (take_char(&at, end, '.') && !scan_fraction(&at, end, bytes, timestamp, code))
            return false;
    }
    return scan_offset(at, end, timestamp);
}

bool quire_ion_timestamp_scan(const char *text, size_t size, struct quire_buf *bytes,
                              struct quire_ion_timestamp *timestamp, int *code)
{
    const char *at = text, *end = text + size;
    int year, month, day;
    *timestamp = (struct quire_ion_timestamp){.month = 1, .day = 1};
    if (!take_field(&at, end, 4, &year)) return false;
    timestamp->year = (int16_t)year;
    if (take_char(&at, end, 'T')) return at == end && quire_ion_timestamp_valid(timestamp);
    if (!take_char(&at, end, '-') || !take_field(&at, end, 2, &month)) return false;
    timestamp->month = (uint8_t)month;
    timestamp->precision = QUIRE_ION_MONTH;
    if (take_char(&at, end, 'T')) return at == end && quire_ion_timestamp_valid(timestamp);
    if (!take_char(&at, end, '-') || !take_field(&at, end, 2, &day)) return false;
    timestamp->day = (uint8_t)day;
    timestamp->precision = QUIRE_ION_DAY;
    if (at < end && !take_char(&at, end, 'T')) return false;
    if (at < end && !scan_time(at, end, bytes, timestamp, code)) return false;
    return quire_ion_timestamp_valid(timestamp);
}
