/* Typed loops find the extremes of some values, which are then compared with those
 * known; only what is better is copied. */
#include "format/parquet/write/extremes.h"

#include <string.h>

#include "base/fail.h"
#include "format/parquet/write/span.h"

#define INLINE static inline __attribute__((always_inline))

void quire_extremes_release(struct quire_extremes *extremes)
{
    if (extremes == NULL) return;
    quire_buf_release(&extremes->min);
    quire_buf_release(&extremes->max);
}

void quire_extremes_clear(struct quire_extremes *extremes)
{
    extremes->any = false;
    extremes->nans = 0;
    quire_buf_clear(&extremes->min);
    quire_buf_clear(&extremes->max);
}

/* --- Orders ------------------------------------------------------------------------- */

static bool is_unsigned(const struct quire_schema_element *element)
{
    const struct quire_parquet_logical_type *logical = element->logical_type;
    if (logical != NULL && logical->integer != NULL) return !logical->integer->is_signed;
    return (element->present & QUIRE_ELEMENT_HAS_CONVERTED) != 0 &&
           element->converted_type >= QUIRE_CONVERTED_UINT_8 &&
           element->converted_type <= QUIRE_CONVERTED_UINT_64;
}

static bool has_logical(const struct quire_schema_element *element, int member)
{
    return element->logical_type != NULL &&
           (element->logical_type->present & QUIRE_THRIFT_BIT(member)) != 0;
}

enum quire_value_order quire_value_order_of(const struct quire_schema_element *element)
{
    bool converted = (element->present & QUIRE_ELEMENT_HAS_CONVERTED) != 0;
    if (has_logical(element, QUIRE_LOGICAL_NULL) || has_logical(element, QUIRE_LOGICAL_VARIANT) ||
        has_logical(element, QUIRE_LOGICAL_GEOMETRY) ||
        has_logical(element, QUIRE_LOGICAL_GEOGRAPHY) ||
        (converted && element->converted_type == QUIRE_CONVERTED_INTERVAL))
        return QUIRE_VALUES_UNORDERED;
    switch (element->type) {
    case QUIRE_PARQUET_BOOLEAN: return QUIRE_VALUES_BOOL;
    case QUIRE_PARQUET_INT32: return is_unsigned(element) ? QUIRE_VALUES_U32 : QUIRE_VALUES_I32;
    case QUIRE_PARQUET_INT64: return is_unsigned(element) ? QUIRE_VALUES_U64 : QUIRE_VALUES_I64;
    case QUIRE_PARQUET_FLOAT: return QUIRE_VALUES_F32;
    case QUIRE_PARQUET_DOUBLE: return QUIRE_VALUES_F64;
    case QUIRE_PARQUET_BYTE_ARRAY:
    case QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY: break;
    default: return QUIRE_VALUES_UNORDERED; /* INT96 */
    }
    if (has_logical(element, QUIRE_LOGICAL_FLOAT16)) return QUIRE_VALUES_F16;
    if (has_logical(element, QUIRE_LOGICAL_DECIMAL) ||
        (converted && element->converted_type == QUIRE_CONVERTED_DECIMAL))
        return element->type == QUIRE_PARQUET_BYTE_ARRAY ? QUIRE_VALUES_UNORDERED
                                                         : QUIRE_VALUES_SIGNED_BYTES;
    return QUIRE_VALUES_BYTES;
}

/* A half as an integer of the same order; both zeros are 0. */
INLINE int half_key(uint16_t bits)
{
    int magnitude = bits & 0x7fff;
    return bits >> 15 != 0 ? -magnitude : magnitude;
}

static int compare_bytes(struct quire_bytes a, struct quire_bytes b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size > 0 ? memcmp(a.data, b.data, size) : 0;
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_signed(struct quire_bytes a, struct quire_bytes b)
{
    if (a.size == 0 || (a.data[0] ^ b.data[0]) >> 7 == 0) return compare_bytes(a, b);
    return a.data[0] >> 7 != 0 ? -1 : 1;
}

#define COMPARE_AS(type)                        \
    do {                                        \
        type left, right;                       \
        memcpy(&left, a.data, sizeof(left));    \
        memcpy(&right, b.data, sizeof(right));  \
        return (left > right) - (left < right); \
    } while (0)

int quire_value_compare(enum quire_value_order order, struct quire_bytes a, struct quire_bytes b)
{
    switch (order) {
    case QUIRE_VALUES_BOOL: COMPARE_AS(uint8_t);
    case QUIRE_VALUES_I32: COMPARE_AS(int32_t);
    case QUIRE_VALUES_U32: COMPARE_AS(uint32_t);
    case QUIRE_VALUES_I64: COMPARE_AS(int64_t);
    case QUIRE_VALUES_U64: COMPARE_AS(uint64_t);
    case QUIRE_VALUES_F32: COMPARE_AS(float);
    case QUIRE_VALUES_F64: COMPARE_AS(double);
    case QUIRE_VALUES_F16: {
        uint16_t left, right;
        memcpy(&left, a.data, 2);
        memcpy(&right, b.data, 2);
        return half_key(left) - half_key(right);
    }
    case QUIRE_VALUES_SIGNED_BYTES: return compare_signed(a, b);
    default: return compare_bytes(a, b);
    }
}

/* --- Gathering ----------------------------------------------------------------------- */

/* What is cut off cannot matter: values that differ only there have the same bounds. */
static size_t kept(const struct quire_extremes *extremes, enum quire_value_order order, size_t size)
{
    bool cut = order == QUIRE_VALUES_BYTES && extremes->bytes_max > 0;
    return cut && size > extremes->bytes_max ? extremes->bytes_max : size;
}

static int take(struct quire_extremes *extremes, enum quire_value_order order,
                struct quire_bytes min, struct quire_bytes max)
{
    struct quire_bytes known_min = {extremes->min.data, extremes->min.size};
    struct quire_bytes known_max = {extremes->max.data, extremes->max.size};
    if (!extremes->any || quire_value_compare(order, min, known_min) < 0) {
        quire_buf_clear(&extremes->min);
        QUIRE_TRY(quire_buf_append(&extremes->min, min.data, kept(extremes, order, min.size)));
    }
    if (!extremes->any || quire_value_compare(order, max, known_max) > 0) {
        quire_buf_clear(&extremes->max);
        QUIRE_TRY(quire_buf_append(&extremes->max, max.data, kept(extremes, order, max.size)));
    }
    extremes->any = true;
    return 0;
}

#define DEFINE_INTEGERS(suffix, type)                                                          \
    static int add_##suffix(struct quire_extremes *extremes, enum quire_value_order order,     \
                            const void *from, size_t n)                                        \
    {                                                                                          \
        type min, max;                                                                         \
        quire_span_##suffix(from, n, &min, &max);                                              \
        return take(extremes, order, (struct quire_bytes){(const uint8_t *)&min, sizeof(min)}, \
                    (struct quire_bytes){(const uint8_t *)&max, sizeof(max)});                 \
    }
DEFINE_INTEGERS(u8, uint8_t)
DEFINE_INTEGERS(i32, int32_t)
DEFINE_INTEGERS(u32, uint32_t)
DEFINE_INTEGERS(i64, int64_t)
DEFINE_INTEGERS(u64, uint64_t)

#define DEFINE_FLOATS(suffix, type)                                                            \
    static int add_##suffix(struct quire_extremes *extremes, enum quire_value_order order,     \
                            const void *from, size_t n)                                        \
    {                                                                                          \
        type min, max;                                                                         \
        size_t nans = quire_span_##suffix(from, n, &min, &max);                                \
        extremes->nans += (int64_t)nans;                                                       \
        if (nans == n) return 0;                                                               \
        if (min == 0) min = -(type)0;                                                          \
        if (max == 0) max = 0;                                                                 \
        return take(extremes, order, (struct quire_bytes){(const uint8_t *)&min, sizeof(min)}, \
                    (struct quire_bytes){(const uint8_t *)&max, sizeof(max)});                 \
    }
DEFINE_FLOATS(f32, float)
DEFINE_FLOATS(f64, double)

static uint16_t half_of_key(int key, uint16_t zero)
{
    if (key == 0) return zero;
    return (uint16_t)(key < 0 ? 0x8000 | -key : key);
}

static int add_f16(struct quire_extremes *extremes, enum quire_value_order order, const void *from,
                   size_t n)
{
    const uint16_t *values = from;
    int min = INT32_MAX, max = INT32_MIN;
    size_t nans = 0;
    for (size_t i = 0; i < n; i++) {
        int key = half_key(values[i]);
        bool nan = (values[i] & 0x7fff) > 0x7c00;
        nans += nan;
        min = !nan && key < min ? key : min;
        max = !nan && key > max ? key : max;
    }
    extremes->nans += (int64_t)nans;
    if (nans == n) return 0;
    uint16_t least = half_of_key(min, 0x8000), most = half_of_key(max, 0);
    return take(extremes, order, (struct quire_bytes){(const uint8_t *)&least, sizeof(least)},
                (struct quire_bytes){(const uint8_t *)&most, sizeof(most)});
}

/* The first eight bytes as a number of the same order; missing ones count as zeros. */
INLINE uint64_t prefix_of(struct quire_bytes value)
{
    uint64_t prefix = 0;
    if (value.size >= 8)
        memcpy(&prefix, value.data, 8);
    else
        for (size_t i = 0; i < value.size; i++)
            prefix |= (uint64_t)value.data[i] << (8 * i);
    return __builtin_bswap64(prefix);
}

/* The least and the greatest so far, with their prefixes. */
struct race {
    enum quire_value_order order;
    struct quire_bytes min, max;
    uint64_t low, high;
};

/* Most values lie between the two by their prefix alone. flip: of a sign. */
INLINE void run(struct race *race, struct quire_bytes value, uint64_t flip)
{
    uint64_t prefix = prefix_of(value) ^ flip;
    if (prefix > race->low && prefix < race->high) return;
    if (prefix < race->low ||
        (prefix == race->low && quire_value_compare(race->order, value, race->min) < 0)) {
        race->min = value;
        race->low = prefix;
    }
    if (prefix > race->high ||
        (prefix == race->high && quire_value_compare(race->order, value, race->max) > 0)) {
        race->max = value;
        race->high = prefix;
    }
}

INLINE struct race start_race(enum quire_value_order order, struct quire_bytes value, uint64_t flip)
{
    uint64_t prefix = prefix_of(value) ^ flip;
    return (struct race){order, value, value, prefix, prefix};
}

static int add_slices(struct quire_extremes *extremes, enum quire_value_order order,
                      const struct quire_bytes *values, size_t n)
{
    struct race race = start_race(order, values[0], 0);
    for (size_t i = 1; i < n; i++)
        run(&race, values[i], 0);
    return take(extremes, order, race.min, race.max);
}

static int add_long(struct quire_extremes *extremes, enum quire_value_order order,
                    const struct quire_values *values)
{
    uint64_t flip = order == QUIRE_VALUES_SIGNED_BYTES ? UINT64_C(1) << 63 : 0;
    struct quire_bytes value = {values->fixed, values->width};
    struct race race = start_race(order, value, flip);
    for (size_t i = 1; i < values->n; i++) {
        value.data += values->width;
        run(&race, value, flip);
    }
    return take(extremes, order, race.min, race.max);
}

int quire_extremes_add(struct quire_extremes *extremes, enum quire_value_order order,
                       const struct quire_values *values)
{
    const void *from = values->fixed;
    size_t n = values->n;
    if (n == 0) return 0;
    switch (order) {
    case QUIRE_VALUES_UNORDERED: return 0;
    case QUIRE_VALUES_BOOL: return add_u8(extremes, order, from, n);
    case QUIRE_VALUES_I32: return add_i32(extremes, order, from, n);
    case QUIRE_VALUES_U32: return add_u32(extremes, order, from, n);
    case QUIRE_VALUES_I64: return add_i64(extremes, order, from, n);
    case QUIRE_VALUES_U64: return add_u64(extremes, order, from, n);
    case QUIRE_VALUES_F16: return add_f16(extremes, order, from, n);
    case QUIRE_VALUES_F32: return add_f32(extremes, order, from, n);
    case QUIRE_VALUES_F64: return add_f64(extremes, order, from, n);
    default: break;
    }
    if (values->slices != NULL) return add_slices(extremes, order, values->slices, n);
    return add_long(extremes, order, values);
}

int quire_extremes_merge(struct quire_extremes *extremes, enum quire_value_order order,
                         const struct quire_extremes *more)
{
    extremes->nans += more->nans;
    if (!more->any) return 0;
    return take(extremes, order, (struct quire_bytes){more->min.data, more->min.size},
                (struct quire_bytes){more->max.data, more->max.size});
}
