/* Arrow's representation of a value to Parquet's (LogicalTypes.md). */
#include <string.h>

#include "base/decimal.h"
#include "base/fail.h"
#include "format/parquet/parquet_types.h"
#include "format/parquet/write/leaf_values.h"

#define OPERATION      "write parquet"
#define DAY_MS         INT64_C(86400000)
#define NANOS_IN_MS    INT64_C(1000000)
#define INTERVAL_BYTES 12

#define DEFINE_WIDEN(suffix, type)                                         \
    static void widen_##suffix(const uint8_t *from, size_t n, uint8_t *to) \
    {                                                                      \
        const type *values = (const type *)(const void *)from;             \
        int32_t *out = (int32_t *)(void *)to;                              \
        for (size_t i = 0; i < n; i++)                                     \
            out[i] = values[i];                                            \
    }
DEFINE_WIDEN(i8, int8_t)
DEFINE_WIDEN(u8, uint8_t)
DEFINE_WIDEN(i16, int16_t)
DEFINE_WIDEN(u16, uint16_t)

static int fail_range(struct quire_error *error, const char *what)
{
    return quire_fail(error, QUIRE_INPUT, OPERATION, "%s", what);
}

/* Days since 1970, rounded down. */
static int to_days(const uint8_t *from, size_t n, uint8_t *to, size_t *done,
                   struct quire_error *error)
{
    for (size_t i = 0; i < n; i++, ++*done) {
        int64_t ms;
        memcpy(&ms, from + i * 8, 8);
        int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);
        int32_t day = (int32_t)days;
        if (day != days) return fail_range(error, "a date beyond what 32 bits of days hold");
        memcpy(to + i * 4, &day, 4);
    }
    return 0;
}

static int to_millis_32(const uint8_t *from, size_t n, uint8_t *to, size_t *done,
                        struct quire_error *error)
{
    for (size_t i = 0; i < n; i++, ++*done) {
        int32_t value;
        memcpy(&value, from + i * 4, 4);
        if (__builtin_mul_overflow(value, 1000, &value))
            return fail_range(error, "a time beyond what 32 bits of milliseconds hold");
        memcpy(to + i * 4, &value, 4);
    }
    return 0;
}

static int to_millis_64(const uint8_t *from, size_t n, uint8_t *to, size_t *done,
                        struct quire_error *error)
{
    for (size_t i = 0; i < n; i++, ++*done) {
        int64_t value;
        memcpy(&value, from + i * 8, 8);
        if (__builtin_mul_overflow(value, 1000, &value))
            return fail_range(error, "a timestamp beyond what 64 bits of milliseconds hold");
        memcpy(to + i * 8, &value, 8);
    }
    return 0;
}

/* --- Decimals: big-endian two's complement where they are bytes ----------------------- */

static bool put_decimal(const struct quire_leaf_plan *plan, const struct quire_decimal *value,
                        uint8_t *to)
{
    if (plan->type != QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY)
        return quire_decimal_to_bytes(value, to, (int)plan->width);
    uint8_t bytes[32];
    if (!quire_decimal_to_bytes(value, bytes, 32)) return false;
    uint8_t sign = bytes[31] >> 7 != 0 ? 0xff : 0;
    for (size_t i = plan->width; i < 32; i++)
        if (bytes[i] != sign) return false;
    if (plan->width < 32 && (bytes[plan->width - 1] ^ sign) >> 7 != 0) return false;
    for (size_t i = 0; i < plan->width; i++)
        to[i] = bytes[plan->width - 1 - i];
    return true;
}

static bool put_decimal_128(const struct quire_leaf_plan *plan, const uint8_t *from, uint8_t *to)
{
    uint64_t low, high, words[2];
    memcpy(&low, from, 8);
    memcpy(&high, from + 8, 8);
    if (plan->type == QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY) {
        if (plan->width < 16) {
            unsigned bits = (unsigned)plan->width * 8 - 64; /* 9 bytes and more: 19 digits */
            int64_t top = (int64_t)high >> (bits - 1);
            if (top != 0 && top != -1) return false;
        }
        words[0] = __builtin_bswap64(high);
        words[1] = __builtin_bswap64(low);
        memcpy(to, (const uint8_t *)words + 16 - plan->width, plan->width);
        return true;
    }
    if (high != (uint64_t)((int64_t)low >> 63)) return false;
    int32_t narrow = (int32_t)(int64_t)low;
    if (plan->width == 4 && narrow != (int64_t)low) return false;
    memcpy(to, &low, plan->width);
    return true;
}

static int to_decimal(const struct quire_leaf_plan *plan, const uint8_t *from, size_t n,
                      uint8_t *to, size_t *done, struct quire_error *error)
{
    int32_t scale = plan->field->scale;
    bool quick = scale >= 0 && plan->arrow_width == 16 &&
                 (plan->type != QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY ||
                  (plan->width > 8 && plan->width <= 16));
    for (size_t i = 0; i < n; i++, ++*done) {
        const uint8_t *value = from + i * plan->arrow_width;
        uint8_t *out = to + i * plan->width;
        bool fits = true;
        if (quick) {
            fits = put_decimal_128(plan, value, out);
        } else {
            struct quire_decimal decimal = quire_decimal_from_bytes(value, (int)plan->arrow_width);
            fits = scale >= 0 || quire_decimal_rescale(&decimal, scale, 0);
            fits = fits && put_decimal(plan, &decimal, out);
        }
        if (!fits) return fail_range(error, "a decimal with more digits than its precision");
    }
    return 0;
}

/* --- Intervals: months, days, milliseconds, unsigned ---------------------------------- */

static int put_interval(int64_t months, int64_t days, int64_t ms, uint8_t *to,
                        struct quire_error *error)
{
    if (months < 0 || days < 0 || ms < 0)
        return fail_range(error, "a negative interval, which parquet has not");
    if (ms > UINT32_MAX)
        return fail_range(error, "an interval beyond what 32 bits of milliseconds hold");
    uint32_t parts[3] = {(uint32_t)months, (uint32_t)days, (uint32_t)ms};
    memcpy(to, parts, INTERVAL_BYTES);
    return 0;
}

static int to_interval(const struct quire_leaf_plan *plan, const uint8_t *from, size_t n,
                       uint8_t *to, size_t *done, struct quire_error *error)
{
    for (size_t i = 0; i < n; i++, ++*done, to += INTERVAL_BYTES) {
        const uint8_t *value = from + i * plan->arrow_width;
        int32_t parts[2] = {0};
        int64_t nanos = 0;
        if (plan->change == QUIRE_CHANGE_MONTHS) {
            memcpy(parts, value, 4);
            QUIRE_TRY(put_interval(parts[0], 0, 0, to, error));
            continue;
        }
        memcpy(parts, value, 8);
        if (plan->change == QUIRE_CHANGE_DAY_TIME) {
            QUIRE_TRY(put_interval(0, parts[0], parts[1], to, error));
            continue;
        }
        memcpy(&nanos, value + 8, 8);
        if (nanos % NANOS_IN_MS != 0)
            return fail_range(error, "an interval that is no whole count of milliseconds");
        QUIRE_TRY(put_interval(parts[0], parts[1], nanos / NANOS_IN_MS, to, error));
    }
    return 0;
}

int quire_leaf_convert(const struct quire_leaf_plan *plan, const uint8_t *from, size_t n,
                       uint8_t *to, size_t *done, struct quire_error *error)
{
    *done = 0;
    switch (plan->change) {
    case QUIRE_CHANGE_DAYS: return to_days(from, n, to, done, error);
    case QUIRE_CHANGE_SECONDS_32: return to_millis_32(from, n, to, done, error);
    case QUIRE_CHANGE_SECONDS_64: return to_millis_64(from, n, to, done, error);
    case QUIRE_CHANGE_DECIMAL: return to_decimal(plan, from, n, to, done, error);
    case QUIRE_CHANGE_MONTHS:
    case QUIRE_CHANGE_DAY_TIME:
    case QUIRE_CHANGE_MONTH_DAY_NANO: return to_interval(plan, from, n, to, done, error);
    case QUIRE_CHANGE_I8: widen_i8(from, n, to); break;
    case QUIRE_CHANGE_U8: widen_u8(from, n, to); break;
    case QUIRE_CHANGE_I16: widen_i16(from, n, to); break;
    case QUIRE_CHANGE_U16: widen_u16(from, n, to); break;
    default: memcpy(to, from, n * plan->width); break;
    }
    *done = n;
    return 0;
}
