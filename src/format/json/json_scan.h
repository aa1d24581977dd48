/* The tokens of a JSON text: what validation, inference and typed parsing share.
 *
 * A cursor moves over text that is followed by QUIRE_TEXT_PADDING readable bytes,
 * of which the first is zero. A zero byte is no token and may not stand in a
 * string, so nothing here compares with the end: it is found like any other
 * character that does not belong. Vector loads may run into the padding. */
#ifndef QUIRE_FORMAT_JSON_SCAN_H
#define QUIRE_FORMAT_JSON_SCAN_H

#include <stdbool.h>

#include "base/digits.h"
#include "base/string_stop.h"
#include "data/view.h"
#include "format/json/json_value.h"
#include "format/text/decode.h"

struct quire_json_cursor {
    const uint8_t *at;
    const uint8_t *start; /* bytes in errors count from here */
    const uint8_t *end;
    const char *operation; /* "read json" */
    struct quire_json_read read;
    bool lines;                 /* a line feed is no blank: it ends the record */
    bool check_utf8;            /* the text as a whole was not valid UTF-8 */
    bool pass_surrogates;       /* lone surrogates in escapes are not looked at */
    struct quire_buf unescaped; /* the last string that had escapes or was repaired */
    struct quire_buf names;     /* hashes of the members of a map */
};

void quire_json_cursor_release(struct quire_json_cursor *cursor);

/* Copies a text into an empty buffer, with the padding after it that a cursor needs.
 * 0 or QUIRE_MEMORY. */
int quire_json_pad(const uint8_t *text, size_t size, const char *operation,
                   struct quire_buf *padded, struct quire_error *error);

/* QUIRE_INPUT at the cursor. */
int quire_json_fail(const struct quire_json_cursor *cursor, struct quire_error *error,
                    const char *cause, ...) QUIRE_PRINTF(3, 4);

/* "expected …" with what stands there instead. */
int quire_json_fail_expected(const struct quire_json_cursor *cursor, const char *what,
                             struct quire_error *error);

static inline void quire_json_skip_blank(struct quire_json_cursor *cursor)
{
    const uint8_t *at = cursor->at;
    if (__builtin_expect(*at > ' ', 1)) return;
    while (*at == ' ' || *at == '\t' || *at == '\r' || (*at == '\n' && !cursor->lines))
        at++;
    cursor->at = at;
}

/* The rest of quire_json_string, when the string has escapes or a flaw; stop is
 * the first byte that is not plain. */
int quire_json_string_hard(struct quire_json_cursor *cursor, const uint8_t *stop,
                           struct quire_bytes *value, struct quire_error *error);

/* The string at the cursor (a quote), decoded and valid UTF-8. The bytes stay
 * until the next string: they are the text's own, or cursor->unescaped. */
static inline int quire_json_string(struct quire_json_cursor *cursor, struct quire_bytes *value,
                                    struct quire_error *error)
{
    const uint8_t *first = cursor->at + 1;
    const uint8_t *stop = quire_string_stop(first);
    if (__builtin_expect(*stop != '"' || cursor->check_utf8, 0))
        return quire_json_string_hard(cursor, stop, value, error);
    value->data = first;
    value->size = (size_t)(stop - first);
    cursor->at = stop + 1;
    return 0;
}

/* A member's name with U+0000 as the name of a column, which cannot have it: each is
 * written \u0000, as in JSON. name is one from quire_json_string, and its bytes stay as
 * long. */
int quire_json_column_name(struct quire_json_cursor *cursor, struct quire_bytes *name,
                           struct quire_error *error);

/* A number as it stands in the text; digits collects its first 19 significant
 * digits, whose unit is 10^exponent. */
struct quire_json_number {
    const char *text;
    size_t size;
    uint64_t digits;
    int64_t exponent;
    bool negative;
    bool integer; /* neither point nor exponent */
    bool whole;   /* digits holds them all */
};

/* The number at the cursor ('-' or a digit). */
int quire_json_number(struct quire_json_cursor *cursor, struct quire_json_number *number,
                      struct quire_error *error);

/* Its value as the nearest double. */
double quire_json_number_double(const struct quire_json_number *number);

/* An integer of at most 18 digits; false and nothing moved for anything else. */
static inline bool quire_json_short_integer(struct quire_json_cursor *cursor, int64_t *value)
{
    const uint8_t *at = cursor->at;
    bool negative = *at == '-';
    at += negative;
    const uint8_t *first = at;
    uint64_t digits = 0;
    while ((uint8_t)(*at - '0') < 10 && at - first < 19) {
        digits = digits * 10 + (uint64_t)(*at - '0');
        at++;
    }
    ptrdiff_t count = at - first;
    if (count == 0 || count > 18 || (*first == '0' && count > 1)) return false;
    if (*at == '.' || (*at | 0x20) == 'e') return false;
    *value = negative ? -(int64_t)digits : (int64_t)digits;
    cursor->at = at;
    return true;
}

/* 10^0 … 10^22: the powers of ten that doubles hold exactly. */
extern const double quire_json_powers[23];

/* A number of at most 18 digits without exponent, such as 517.0, as the nearest
 * double; false and nothing moved for anything else. */
static inline bool quire_json_short_double(struct quire_json_cursor *cursor, double *value)
{
    const uint8_t *at = cursor->at;
    bool negative = *at == '-';
    at += negative;
    const uint8_t *first = at;
    uint64_t digits = 0;
    for (; (uint8_t)(*at - '0') < 10 && at - first < 18; at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    ptrdiff_t count = at - first, places = 0;
    if (count == 0 || (*first == '0' && count > 1)) return false;
    if (*at == '.') {
        const uint8_t *fraction = ++at;
        for (; (uint8_t)(*at - '0') < 10 && at - first < 19; at++)
            digits = digits * 10 + (uint64_t)(*at - '0');
        places = at - fraction;
        if (places == 0) return false;
    }
    if ((uint8_t)(*at - '0') < 10 || (*at | 0x20) == 'e' || digits > UINT64_C(1) << 53)
        return false;
    /* Both are exact doubles, so that one division rounds once (Clinger 1990). */
    double size = (double)(int64_t)digits / quire_json_powers[places];
    *value = negative ? -size : size;
    cursor->at = at;
    return true;
}

/* true, false or null at the cursor (its first letter). */
int quire_json_literal(struct quire_json_cursor *cursor, struct quire_error *error);

/* Moves over the value at the cursor, checking it as it goes. */
int quire_json_skip(struct quire_json_cursor *cursor, struct quire_error *error);

/* The colon after a member's name, and the blanks around it. */
static inline int quire_json_colon(struct quire_json_cursor *cursor, struct quire_error *error)
{
    quire_json_skip_blank(cursor);
    if (*cursor->at != ':') return quire_json_fail_expected(cursor, "':'", error);
    cursor->at++;
    quire_json_skip_blank(cursor);
    return 0;
}

/* After a member or item: true in *more and past the comma, or past `close`. */
static inline int quire_json_next(struct quire_json_cursor *cursor, uint8_t close, bool *more,
                                  struct quire_error *error)
{
    quire_json_skip_blank(cursor);
    *more = *cursor->at == ',';
    if (!*more && *cursor->at != close)
        return quire_json_fail_expected(cursor, close == '}' ? "',' or '}'" : "',' or ']'", error);
    cursor->at++;
    if (!*more) return 0;
    quire_json_skip_blank(cursor);
    if (close == '}' && *cursor->at != '"')
        return quire_json_fail_expected(cursor, "a member's name in quotes", error);
    return 0;
}

/* Past the bracket that opens a container: *more when it is not empty. */
static inline int quire_json_open(struct quire_json_cursor *cursor, uint8_t close, bool *more,
                                  struct quire_error *error)
{
    cursor->at++;
    quire_json_skip_blank(cursor);
    *more = *cursor->at != close;
    if (!*more)
        cursor->at++;
    else if (close == '}' && *cursor->at != '"')
        return quire_json_fail_expected(cursor, "a member's name in quotes or '}'", error);
    return 0;
}

#endif
