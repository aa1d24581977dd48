/* Numbers, literals, and moving over whole values.
 *
 * Skipping keeps a bit for each open container (set: an object) instead of
 * recursing, so that hostile nesting costs 128 bytes and not the stack. */
#include "format/json/json_scan.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/fail.h"
#include "base/number.h"

#define DIGITS_MAX   19
#define EXPONENT_MAX 1000000

void quire_json_cursor_release(struct quire_json_cursor *cursor)
{
    quire_buf_release(&cursor->unescaped);
    quire_buf_release(&cursor->names);
}

int quire_json_pad(const uint8_t *text, size_t size, const char *operation,
                   struct quire_buf *padded, struct quire_error *error)
{
    if (size > PTRDIFF_MAX - QUIRE_TEXT_PADDING ||
        quire_buf_reserve(padded, size + QUIRE_TEXT_PADDING) != 0)
        return quire_fail_memory(error, operation);
    quire_buf_append(padded, text, size);
    memset(padded->data + size, 0, QUIRE_TEXT_PADDING);
    return 0;
}

int quire_json_fail(const struct quire_json_cursor *cursor, struct quire_error *error,
                    const char *cause, ...)
{
    if (error == NULL) return QUIRE_INPUT;
    char text[256];
    va_list arguments;
    va_start(arguments, cause);
    if (vsnprintf(text, sizeof(text), cause, arguments) < 0) text[0] = '\0';
    va_end(arguments);
    quire_fail(error, QUIRE_INPUT, cursor->operation, "%s", text);
    quire_error_at(error, QUIRE_NOWHERE, NULL, cursor->at - cursor->start);
    return QUIRE_INPUT;
}

int quire_json_fail_expected(const struct quire_json_cursor *cursor, const char *what,
                             struct quire_error *error)
{
    uint8_t c = *cursor->at;
    if (cursor->at >= cursor->end)
        return quire_json_fail(cursor, error, "%s is missing: the text ends here", what);
    if (c == '\n') return quire_json_fail(cursor, error, "%s is missing at the line's end", what);
    if (c > ' ' && c < 0x7f)
        return quire_json_fail(cursor, error, "'%c' where %s belongs", c, what);
    return quire_json_fail(cursor, error, "byte 0x%02x where %s belongs", c, what);
}

static inline bool is_digit(uint8_t c)
{
    return (uint8_t)(c - '0') < 10;
}

/* Collects a run of digits; *kept counts those in number->digits. */
static inline const uint8_t *take_digits(const uint8_t *at, struct quire_json_number *number,
                                         int *kept)
{
    while (*kept + 8 <= DIGITS_MAX) {
        uint64_t word = quire_digits_load8((const char *)at);
        if (!quire_digits_are8(word)) break;
        number->digits = number->digits * 100000000 + quire_digits_value8(word);
        if (number->digits != 0) *kept += 8;
        at += 8;
    }
    for (; is_digit(*at); at++) {
        if (*kept < DIGITS_MAX) {
            number->digits = number->digits * 10 + (uint64_t)(*at - '0');
            *kept += number->digits != 0;
        } else {
            number->exponent++;
            number->whole = number->whole && *at == '0';
        }
    }
    return at;
}

static int take_exponent(struct quire_json_cursor *cursor, const uint8_t **at,
                         struct quire_json_number *number, struct quire_error *error)
{
    const uint8_t *p = *at + 1;
    bool negative = *p == '-';
    p += *p == '-' || *p == '+';
    cursor->at = p;
    if (!is_digit(*p)) return quire_json_fail_expected(cursor, "a digit of an exponent", error);
    int64_t exponent = 0;
    for (; is_digit(*p); p++) {
        if (exponent < EXPONENT_MAX) exponent = exponent * 10 + (*p - '0');
    }
    number->exponent += negative ? -exponent : exponent;
    *at = p;
    return 0;
}

int quire_json_number(struct quire_json_cursor *cursor, struct quire_json_number *number,
                      struct quire_error *error)
{
    const uint8_t *first = cursor->at, *at = first;
    int kept = 0;
    *number = (struct quire_json_number){.text = (const char *)first, .whole = true};
    number->negative = *at == '-';
    at += number->negative;
    cursor->at = at;
    if (!is_digit(*at)) return quire_json_fail_expected(cursor, "a digit", error);
    const uint8_t *digits = at;
    at = take_digits(at, number, &kept);
    if (*digits == '0' && at - digits > 1)
        return quire_json_fail(cursor, error, "a number has a leading zero");
    number->integer = true;
    if (*at == '.') {
        const uint8_t *fraction = at + 1;
        cursor->at = fraction;
        if (!is_digit(*fraction))
            return quire_json_fail_expected(cursor, "a digit after the point", error);
        at = take_digits(fraction, number, &kept);
        number->exponent -= at - fraction;
        number->integer = false;
    }
    if ((*at | 0x20) == 'e') {
        QUIRE_TRY(take_exponent(cursor, &at, number, error));
        number->integer = false;
    }
    number->size = (size_t)(at - first);
    cursor->at = at;
    return 0;
}

const double quire_json_powers[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

double quire_json_number_double(const struct quire_json_number *number)
{
    double value;
    /* Exact operands, so that one operation rounds once (Clinger 1990). */
    if (number->whole && number->digits <= UINT64_C(1) << 53 && number->exponent >= -22 &&
        number->exponent <= 22) {
        value = (double)number->digits;
        value = number->exponent < 0 ? value / quire_json_powers[-number->exponent]
                                     : value * quire_json_powers[number->exponent];
        return number->negative ? -value : value;
    }
    quire_number_parse_f64(number->text, number->size, &value);
    return value;
}

int quire_json_literal(struct quire_json_cursor *cursor, struct quire_error *error)
{
    const char *at = (const char *)cursor->at;
    size_t size = 0;
    if (memcmp(at, "true", 4) == 0 || memcmp(at, "null", 4) == 0)
        size = 4;
    else if (memcmp(at, "false", 5) == 0)
        size = 5;
    if (size == 0) return quire_json_fail_expected(cursor, "a value", error);
    cursor->at += size;
    return 0;
}

/* A value that is no container. */
static int skip_scalar(struct quire_json_cursor *cursor, struct quire_error *error)
{
    struct quire_bytes string;
    struct quire_json_number number;
    if (*cursor->at == '"') return quire_json_string(cursor, &string, error);
    if (*cursor->at == '-' || is_digit(*cursor->at))
        return quire_json_number(cursor, &number, error);
    return quire_json_literal(cursor, error);
}

static int skip_name(struct quire_json_cursor *cursor, struct quire_error *error)
{
    struct quire_bytes name;
    QUIRE_TRY(quire_json_string(cursor, &name, error));
    return quire_json_colon(cursor, error);
}

static int skip_container(struct quire_json_cursor *cursor, struct quire_error *error)
{
    uint64_t objects[QUIRE_JSON_DEPTH_MAX / 64];
    int depth = 0;
    bool more;
    for (;;) {
        if (*cursor->at == '{' || *cursor->at == '[') {
            if (depth == QUIRE_JSON_DEPTH_MAX) {
                quire_fail(error, QUIRE_LIMIT, cursor->operation,
                           "values are nested deeper than %d", QUIRE_JSON_DEPTH_MAX);
                quire_error_at(error, QUIRE_NOWHERE, NULL, cursor->at - cursor->start);
                return QUIRE_LIMIT;
            }
            bool object = *cursor->at == '{';
            uint64_t bit = UINT64_C(1) << (depth % 64);
            if (depth % 64 == 0) objects[depth / 64] = 0;
            objects[depth / 64] = (objects[depth / 64] & ~bit) | (object ? bit : 0);
            depth++;
            QUIRE_TRY(quire_json_open(cursor, object ? '}' : ']', &more, error));
            if (more && object) QUIRE_TRY(skip_name(cursor, error));
            if (more) continue;
            depth--;
        } else {
            QUIRE_TRY(skip_scalar(cursor, error));
        }
        for (more = false; depth > 0 && !more;) {
            bool object = (objects[(depth - 1) / 64] >> ((depth - 1) % 64) & 1) != 0;
            QUIRE_TRY(quire_json_next(cursor, object ? '}' : ']', &more, error));
            if (!more)
                depth--;
            else if (object)
                QUIRE_TRY(skip_name(cursor, error));
        }
        if (depth == 0) return 0;
    }
}

int quire_json_skip(struct quire_json_cursor *cursor, struct quire_error *error)
{
    if (*cursor->at == '{' || *cursor->at == '[') return skip_container(cursor, error);
    return skip_scalar(cursor, error);
}
