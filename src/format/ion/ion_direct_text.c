/* The short way of text records. The window is followed by zero bytes, which belong to no
 * token, so that nothing here compares with its end; text that is not UTF-8 as a whole is
 * left to the reader. */
#include "base/number.h"
#include "base/sse2.h"
#include "base/string_stop.h"
#include "format/ion/ion_direct.h"
#include "format/ion/ion_text_token.h"

static inline const uint8_t *skip_blank(const uint8_t *at)
{
    while (__builtin_expect(quire_ion_is(*at, QUIRE_ION_BLANK), 0))
        at++;
    return at;
}

static inline bool is_name(const struct quire_ion_direct *direct, const uint8_t *at)
{
    if (__builtin_expect(direct->text_size == 0, 0)) return false;
#if QUIRE_SSE2
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)direct->text);
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)at);
    unsigned equal = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b));
    if ((equal & direct->head_mask) != direct->head_mask) return false;
    return direct->text_size <= 16 ||
           memcmp(direct->text + 16, at + 16, direct->text_size - 16) == 0;
#else
    return memcmp(direct->text, at, direct->text_size) == 0;
#endif
}

static inline bool ends_here(const uint8_t *at)
{
    return quire_ion_is(*at, QUIRE_ION_STOP);
}

/* Each takes the value at `at` and returns where it ends, NULL when it does not. */

/* "null", or with the column's own type. */
static const uint8_t *take_null(struct quire_column *column, const uint8_t *at, const char *type)
{
    at += 4;
    if (*at == '.') {
        size_t size = strlen(type);
        if (strncmp((const char *)at + 1, type, size) != 0) return NULL;
        at += 1 + size;
    }
    return ends_here(at) && quire_ion_direct_put_null(column) ? at : NULL;
}

/* How many of the eight bytes are digits before the first that is none. */
static inline unsigned count_digits(uint64_t word)
{
    uint64_t values = word ^ QUIRE_DIGITS_ZEROS;
    uint64_t others =
        (values | (values + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
    return others == 0 ? 8 : (unsigned)__builtin_ctzll(others) / 8;
}

static inline const uint8_t *take_int(struct quire_column *column, const uint8_t *at)
{
    bool negative = *at == '-';
    at += negative;
    const uint8_t *first = at;
    uint64_t value = 0;
    unsigned count;
    for (int step = 0; step < 2; step++) {
        uint64_t word = quire_digits_load8((const char *)at);
        count = count_digits(word);
        if (count == 0) break;
        if (count < 8) word = word << (64 - 8 * count) | QUIRE_DIGITS_ZEROS >> (8 * count);
        value = value * quire_digits_power[count] + quire_digits_value8(word);
        at += count;
        if (count < 8) break;
    }
    if (at == first || !ends_here(at) || (*first == '0' && at - first > 1)) return NULL;
    int64_t integer = negative ? -(int64_t)value : (int64_t)value;
    return quire_column_append_i64(column, integer) == 0 ? at : NULL;
}

static inline const uint8_t *past_digits(const uint8_t *at)
{
    while ((uint8_t)(*at - '0') < 10)
        at++;
    return at;
}

/* Digits, a fraction, and the exponent that makes it a float. */
static inline const uint8_t *take_float(struct quire_column *column, const uint8_t *at)
{
    const uint8_t *first = at, *digits = at + (*at == '-');
    double value;
    at = past_digits(digits);
    if (at == digits || (*digits == '0' && at - digits > 1)) return NULL;
    if (*at == '.') {
        digits = at + 1;
        at = past_digits(digits);
        if (at == digits) return NULL;
    }
    if ((*at | 0x20) != 'e') return NULL;
    digits = at + 1 + (at[1] == '-' || at[1] == '+');
    at = past_digits(digits);
    if (at == digits || !ends_here(at) ||
        !quire_number_parse_f64((const char *)first, (size_t)(at - first), &value))
        return NULL;
    return quire_column_append_f64(column, value) == 0 ? at : NULL;
}

static inline const uint8_t *take_bool(struct quire_column *column, const uint8_t *at)
{
    bool value = memcmp(at, "true", 4) == 0;
    if (!value && memcmp(at, "false", 5) != 0) return NULL;
    at += value ? 4 : 5;
    return ends_here(at) && quire_column_append_bool(column, value) == 0 ? at : NULL;
}

/* Two digits; what is none makes *wrong true. */
static inline uint32_t two_digits(const uint8_t *at, bool *wrong)
{
    uint8_t tens = (uint8_t)(at[0] - '0'), ones = (uint8_t)(at[1] - '0');
    *wrong = *wrong || tens > 9 || ones > 9;
    return tens * 10u + ones;
}

/* "2013-01-01T10:00:00", perhaps a fraction, and "Z" or "-00:00". */
static inline const uint8_t *take_timestamp(struct quire_column *column, const uint8_t *at)
{
    struct quire_ion_direct_moment moment = {.fraction = 0};
    bool wrong = at[4] != '-';
    moment.year = two_digits(at, &wrong) * 100 + two_digits(at + 2, &wrong);
    if (wrong) return NULL;
    moment.month = two_digits(at + 5, &wrong);
    moment.day = two_digits(at + 8, &wrong);
    moment.hour = two_digits(at + 11, &wrong);
    moment.minute = two_digits(at + 14, &wrong);
    moment.second = two_digits(at + 17, &wrong);
    if (wrong || at[7] != '-' || at[10] != 'T' || at[13] != ':' || at[16] != ':') return NULL;
    at += 19;
    if (*at == '.') {
        const uint8_t *first = ++at;
        for (; (uint8_t)(*at - '0') < 10 && at - first < 10; at++)
            moment.fraction = moment.fraction * 10 + (uint64_t)(*at - '0');
        moment.fraction_digits = (uint32_t)(at - first);
        if (moment.fraction_digits < 1 || moment.fraction_digits > 9) return NULL;
    }
    moment.offset_known = *at == 'Z';
    if (!moment.offset_known && memcmp(at, "-00:00", 6) != 0) return NULL;
    at += moment.offset_known ? 1 : 6;
    return ends_here(at) && quire_ion_direct_put_moment(column, &moment) ? at : NULL;
}

static inline const uint8_t *take_string(struct quire_column *column, const uint8_t *at)
{
    if (*at != '"') return NULL;
    const uint8_t *first = at + 1, *stop = quire_string_stop(first);
    size_t size = (size_t)(stop - first);
    if (*stop != '"') return NULL;
    bool taken = size <= 16 ? quire_ion_direct_put_short(column, first, size)
                            : quire_column_append_bytes(column, first, size) == 0;
    return taken ? stop + 1 : NULL;
}

static inline const uint8_t *take_value(const struct quire_ion_direct *direct,
                                        struct quire_column *column, const uint8_t *at)
{
    static const char *const types[] = {
        [QUIRE_ION_DIRECT_INT64] = "int",     [QUIRE_ION_DIRECT_FLOAT64] = "float",
        [QUIRE_ION_DIRECT_BOOL] = "bool",     [QUIRE_ION_DIRECT_TIMESTAMP] = "timestamp",
        [QUIRE_ION_DIRECT_STRING] = "string",
    };
    if (__builtin_expect(*at == 'n' && memcmp(at, "null", 4) == 0, 0))
        return take_null(column, at, types[direct->kind]);
    switch (direct->kind) {
    case QUIRE_ION_DIRECT_INT64: return take_int(column, at);
    case QUIRE_ION_DIRECT_FLOAT64: return take_float(column, at);
    case QUIRE_ION_DIRECT_BOOL: return take_bool(column, at);
    case QUIRE_ION_DIRECT_TIMESTAMP: return take_timestamp(column, at);
    case QUIRE_ION_DIRECT_STRING: return take_string(column, at);
    default: return NULL;
    }
}

/* Past a value that nobody wants: a string without escapes, or digits. */
static inline const uint8_t *pass(const uint8_t *at)
{
    if (*at == '"') {
        at = quire_string_stop(at + 1);
        return *at == '"' ? at + 1 : NULL;
    }
    const uint8_t *first = at + (*at == '-');
    at = past_digits(first);
    return at > first && ends_here(at) && !(*first == '0' && at - first > 1) ? at : NULL;
}

void quire_ion_direct_text(struct quire_ion_row *row, struct quire_column *column, int64_t length,
                           size_t *next, size_t *filled)
{
    struct quire_ion_reader *reader = row->reader;
    const struct quire_ion_direct *direct = row->decoding->direct;
    size_t member = *next, members_size = row->decoding->shape.members_size, taken = 0;
    const uint8_t *at = reader->at;
    if (reader->not_utf8) return;
    for (; member < members_size; member++) {
        const uint8_t *value = skip_blank(at), *after;
        if (!reader->began && *value != ',') break;
        if (!reader->began) value = skip_blank(value + 1);
        if (!is_name(&direct[member], value)) break;
        value = skip_blank(value + direct[member].text_size);
        if (direct[member].kind == QUIRE_ION_DIRECT_UNWANTED) {
            after = pass(value);
        } else {
            struct quire_column *child = &column->children[direct[member].column];
            if (direct[member].kind == QUIRE_ION_DIRECT_NONE || child->length != length) break;
            after = take_value(&direct[member], child, value);
            taken += after != NULL;
        }
        if (after == NULL) break;
        at = after;
        reader->began = false;
    }
    reader->at = at;
    *next = member;
    *filled += taken;
}
