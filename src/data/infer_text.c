/* What a text looks like: the rules for taking it as a number, a truth value, a
 * date or a timestamp. A text counts as such only if writing the value gives
 * something that means the same: "007", "+5" and "1_000" are codes, not numbers,
 * and "Jan 1 2000" and "10:11:12" are words. "-0" is a float, since integers have
 * no negative zero. Timestamps are in microseconds unless more than six fraction
 * digits were seen. */
#include <string.h>

#include "base/number.h"
#include "base/time_text.h"
#include "data/infer_private.h"

#define BIG_DIGITS_MAX 38
/* Days from the epoch that int64 nanoseconds reach, with room for an offset. */
#define NANO_DAYS_MAX INT64_C(106750)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(const char *text, size_t size, size_t at)
{
    while (at < size && is_digit(text[at]))
        at++;
    return at;
}

/* "123", "-7": sign and digits, without leading zeros. */
static unsigned integer_bits(const char *text, size_t size)
{
    bool negative = text[0] == '-';
    size_t digits = size - negative;
    unsigned sign = negative ? QUIRE_SEEN_NEGATIVE : 0;
    int64_t value;
    uint64_t large;
    if (negative && digits == 1 && text[1] == '0') return QUIRE_SEEN_FLOAT;
    if (quire_number_parse_i64(text, size, &value, NULL)) return QUIRE_SEEN_INT | sign;
    if (!negative && quire_number_parse_u64(text, size, &large, NULL)) return QUIRE_SEEN_UINT;
    return (digits <= BIG_DIGITS_MAX ? QUIRE_SEEN_BIG : QUIRE_SEEN_HUGE) | sign;
}

/* The bits of a decimal number's text, or 0 when it is none (".5" and "5." are). */
static unsigned decimal_bits(const char *text, size_t size)
{
    size_t start = size > 0 && text[0] == '-';
    size_t at = skip_digits(text, size, start);
    size_t whole = at - start, fraction = 0;
    if (whole > 1 && text[start] == '0') return 0;
    if (at == size) return whole > 0 ? integer_bits(text, size) : 0;
    if (text[at] == '.') {
        size_t end = skip_digits(text, size, at + 1);
        fraction = end - at - 1;
        at = end;
    }
    if (whole + fraction == 0) return 0;
    if (at < size && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        if (at < size && (text[at] == '+' || text[at] == '-')) at++;
        size_t end = skip_digits(text, size, at);
        if (end == at) return 0;
        at = end;
    }
    return at == size ? QUIRE_SEEN_FLOAT : 0;
}

unsigned quire_infer_number_bits(const char *text, size_t size)
{
    unsigned bits = decimal_bits(text, size);
    return bits != 0 ? bits : QUIRE_SEEN_FLOAT;
}

static bool is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

static bool is_truth(const char *text, size_t size)
{
    const char *word = size == 4 ? "true" : "false";
    if (size != 4 && size != 5) return false;
    for (size_t i = 0; i < size; i++)
        if ((text[i] | 0x20) != word[i]) return false;
    return true;
}

/* "5e1234" is a code rather than infinity. */
static bool overflows(const char *text, size_t size)
{
    double value;
    return quire_number_parse_f64(text, size, &value) && __builtin_isinf(value);
}

static unsigned scalar_bits(const char *text, size_t size)
{
    char c = size > 0 ? text[0] : ' ';
    if (is_digit(c) || c == '-' || c == '.') {
        unsigned bits = decimal_bits(text, size);
        if (bits == QUIRE_SEEN_FLOAT && overflows(text, size)) return 0;
        if (bits != 0) return bits;
    }
    if (is_truth(text, size)) return QUIRE_SEEN_BOOL;
    bool special = is_word(text, size, "nan") || is_word(text, size, "NaN") ||
                   is_word(text, size, "inf") || is_word(text, size, "-inf");
    return special ? QUIRE_SEEN_FLOAT : 0;
}

/* Four-digit years only: longer ones are more likely something else. */
static unsigned time_bits(const char *text, size_t size)
{
    struct quire_time_parts parts;
    if (size < 10 || text[4] != '-' || text[7] != '-' || !is_digit(text[0])) return 0;
    if (!quire_time_parse(text, size, &parts)) return 0;
    unsigned bits =
        parts.days > NANO_DAYS_MAX || parts.days < -NANO_DAYS_MAX ? QUIRE_SEEN_DISTANT : 0;
    if (parts.fraction_digits > 6) bits |= QUIRE_SEEN_NANOS;
    if (!parts.has_time) return bits | QUIRE_SEEN_DATE;
    return bits | (parts.has_offset ? QUIRE_SEEN_INSTANT : QUIRE_SEEN_TIMESTAMP);
}

unsigned quire_infer_text_bits(const char *text, size_t size,
                               const struct quire_infer_policy *policy)
{
    unsigned bits = policy->from_text ? scalar_bits(text, size) : 0;
    if (bits == 0 && !policy->keep_text) bits = time_bits(text, size);
    return bits != 0 ? bits : QUIRE_SEEN_STRING;
}
