/* Which powers of ten fit is told from samples (AlpEncoding.md, "Parameter Selection"): a
 * few vectors of the page are tried with all of them, the best are kept, and each vector
 * takes the best of these by a sample of its own. Every value is decoded as a reader will,
 * and kept whole where bits differ, so that the choice is one of size alone. */
#include <string.h>

#include "base/cleanup.h"
#include "format/parquet/encoding/alp.h"
#include "format/parquet/encoding/bit_pack.h"

#define OPERATION          "write parquet"
#define VECTOR             ((size_t)1 << QUIRE_ALP_LOG_VECTOR)
#define FLOAT_EXPONENT_MAX 10
#define PRESET             5  /* pairs that are kept for a page */
#define SAMPLE_VECTORS     8  /* of a page */
#define SAMPLE_VALUES      32 /* of a vector */
#define POSITION_BITS      16

struct pair {
    uint8_t exponent, factor;
    uint64_t cost;
};

/* The integer of a value under a pair, and whether the value comes back from it. Rounding
 * adds and takes away what leaves no room for a fraction; larger values have none. */
#define DEFINE_TRY(bits, real, whole, beyond)                                              \
    static inline bool try_##bits(real value, struct pair pair, int##bits##_t *integer)    \
    {                                                                                      \
        const struct quire_alp_powers *powers = &quire_alp_powers;                         \
        real scaled =                                                                      \
            value * powers->f##bits[pair.exponent] * powers->inverse_f##bits[pair.factor]; \
        if (!(scaled > -(beyond) && scaled < (beyond))) return false;                      \
        if (scaled >= 0 && scaled < (whole))                                               \
            scaled = scaled + (whole) - (whole);                                           \
        else if (scaled < 0 && scaled > -(whole))                                          \
            scaled = scaled - (whole) + (whole);                                           \
        *integer = (int##bits##_t)scaled;                                                  \
        real back = (real)*integer * powers->f##bits[pair.factor] *                        \
                    powers->inverse_f##bits[pair.exponent];                                \
        uint##bits##_t back_bits, value_bits;                                              \
        memcpy(&back_bits, &back, sizeof(back));                                           \
        memcpy(&value_bits, &value, sizeof(value));                                        \
        return back_bits == value_bits;                                                    \
    }
DEFINE_TRY(32, float, 8388608.0F, 2147483520.0F)
DEFINE_TRY(64, double, 4503599627370496.0, 9223372036854774784.0)

/* Bits that values at a stride take under a pair. */
#define DEFINE_COST(bits, real)                                                                \
    static uint64_t cost_##bits(const real *values, size_t n, size_t stride, struct pair pair) \
    {                                                                                          \
        int##bits##_t least = INT##bits##_MAX, most = INT##bits##_MIN;                         \
        uint64_t exceptions = 0, count = 0;                                                    \
        for (size_t i = 0; i < n; i += stride, count++) {                                      \
            int##bits##_t integer = 0;                                                         \
            if (!try_##bits(values[i], pair, &integer)) {                                      \
                exceptions++;                                                                  \
                continue;                                                                      \
            }                                                                                  \
            least = integer < least ? integer : least;                                         \
            most = integer > most ? integer : most;                                            \
        }                                                                                      \
        uint64_t range = most < least ? 0 : (uint##bits##_t)most - (uint##bits##_t)least;      \
        return count * quire_bit_width(range) + exceptions * (POSITION_BITS + (bits));         \
    }
DEFINE_COST(32, float)
DEFINE_COST(64, double)

static uint64_t cost_of(const uint8_t *values, size_t n, bool wide, struct pair pair)
{
    size_t stride = n > SAMPLE_VALUES ? n / SAMPLE_VALUES : 1;
    return wide ? cost_64((const double *)(const void *)values, n, stride, pair)
                : cost_32((const float *)(const void *)values, n, stride, pair);
}

/* Puts a pair among the best, of equal ones the first that came. */
static void keep_best(struct pair *preset, size_t *size, struct pair pair)
{
    size_t at = *size;
    while (at > 0 && preset[at - 1].cost > pair.cost)
        at--;
    if (at == PRESET) return;
    if (*size < PRESET) ++*size;
    memmove(preset + at + 1, preset + at, (*size - at - 1) * sizeof(*preset));
    preset[at] = pair;
}

static size_t choose_preset(const uint8_t *values, size_t n, bool wide, struct pair *preset)
{
    unsigned exponent_max = wide ? QUIRE_ALP_EXPONENT_MAX : FLOAT_EXPONENT_MAX;
    size_t vectors = (n + VECTOR - 1) / VECTOR, size = 0;
    size_t stride = vectors > SAMPLE_VECTORS ? vectors / SAMPLE_VECTORS : 1;
    for (unsigned exponent = 0; exponent <= exponent_max; exponent++) {
        for (unsigned factor = 0; factor <= exponent; factor++) {
            struct pair pair = {(uint8_t)exponent, (uint8_t)factor, 0};
            for (size_t i = 0; i < vectors; i += stride) {
                size_t part = n - i * VECTOR < VECTOR ? n - i * VECTOR : VECTOR;
                pair.cost += cost_of(values + i * VECTOR * (wide ? 8 : 4), part, wide, pair);
            }
            keep_best(preset, &size, pair);
        }
    }
    return size;
}

struct vector {
    struct pair pair;
    uint64_t integers[VECTOR]; /* or 32-bit ones, sign-extended */
    uint16_t positions[VECTOR];
    size_t exceptions;
    int64_t least;
    unsigned width;
};

#define DEFINE_SCALE(bits, real)                                                          \
    static void scale_##bits(const real *values, size_t n, struct vector *vector)         \
    {                                                                                     \
        int64_t least = INT64_MAX, most = INT64_MIN, filler = 0;                          \
        size_t good = 0;                                                                  \
        vector->exceptions = 0;                                                           \
        for (size_t i = 0; i < n; i++) {                                                  \
            int##bits##_t integer = 0;                                                    \
            if (!try_##bits(values[i], vector->pair, &integer)) {                         \
                vector->positions[vector->exceptions++] = (uint16_t)i;                    \
                continue;                                                                 \
            }                                                                             \
            if (good++ == 0) filler = integer;                                            \
            vector->integers[i] = (uint64_t)(int64_t)integer;                             \
            least = integer < least ? integer : least;                                    \
            most = integer > most ? integer : most;                                       \
        }                                                                                 \
        for (size_t i = 0; i < vector->exceptions; i++)                                   \
            vector->integers[vector->positions[i]] = (uint64_t)filler;                    \
        vector->least = good > 0 ? least : 0;                                             \
        vector->width = good > 0 ? quire_bit_width((uint64_t)most - (uint64_t)least) : 0; \
    }
DEFINE_SCALE(32, float)
DEFINE_SCALE(64, double)

/* Writes the vector's header and data; out has the room. */
static void put_vector(struct quire_buf *out, const uint8_t *values, size_t n, bool wide,
                       struct vector *vector)
{
    size_t value_bytes = wide ? 8 : 4;
    uint8_t *at = quire_buf_end(out);
    uint16_t exceptions = (uint16_t)vector->exceptions;
    *at++ = vector->pair.exponent;
    *at++ = vector->pair.factor;
    memcpy(at, &exceptions, 2);
    memcpy(at + 2, &vector->least, value_bytes);
    at += 2 + value_bytes;
    *at++ = (uint8_t)vector->width;
    for (size_t i = 0; i < n; i++)
        vector->integers[i] -= (uint64_t)vector->least;
    size_t padded = (n + 7) & ~(size_t)7;
    memset(vector->integers + n, 0, (padded - n) * sizeof(vector->integers[0]));
    quire_bit_pack_u64(vector->integers, padded, vector->width, at);
    at += (n * vector->width + 7) / 8;
    memcpy(at, vector->positions, vector->exceptions * 2);
    at += vector->exceptions * 2;
    for (size_t i = 0; i < vector->exceptions; i++, at += value_bytes)
        memcpy(at, values + vector->positions[i] * value_bytes, value_bytes);
    out->size = (size_t)(at - out->data);
}

static int append_vector(struct quire_buf *out, const uint8_t *values, size_t n, bool wide,
                         const struct pair *preset, size_t preset_size, struct vector *vector,
                         struct quire_error *error)
{
    size_t value_bytes = wide ? 8 : 4;
    /* Header, every value as wide as can be, and every one an exception. */
    if (quire_buf_reserve(out, 16 + VECTOR * (2 * value_bytes + 2)) != 0)
        return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < preset_size; i++) {
        struct pair pair = preset[i];
        pair.cost = preset_size > 1 ? cost_of(values, n, wide, pair) : 0;
        if (i == 0 || pair.cost < vector->pair.cost) vector->pair = pair;
    }
    if (wide)
        scale_64((const double *)(const void *)values, n, vector);
    else
        scale_32((const float *)(const void *)values, n, vector);
    put_vector(out, values, n, wide, vector);
    return 0;
}

int quire_alp_encode(struct quire_buf *out, const void *values, size_t n, bool wide,
                     struct quire_error *error)
{
    const uint8_t header[3] = {0, 0, QUIRE_ALP_LOG_VECTOR};
    const uint8_t *from = values;
    struct pair preset[PRESET];
    uint32_t count = (uint32_t)n;
    size_t vectors = (n + VECTOR - 1) / VECTOR;
    if (n > INT32_MAX) return quire_fail(error, QUIRE_LIMIT, OPERATION, "a page of %zu values", n);
    QUIRE_CLEANUP(quire_cleanup_free) struct vector *vector = quire_alloc(sizeof(*vector));
    if (vector == NULL || quire_buf_reserve(out, QUIRE_ALP_HEADER_BYTES + vectors * 4) != 0)
        return quire_fail_memory(error, OPERATION);
    memcpy(quire_buf_end(out), header, 3);
    memcpy(quire_buf_end(out) + 3, &count, 4);
    size_t offsets = out->size + QUIRE_ALP_HEADER_BYTES;
    out->size = offsets + vectors * 4;
    size_t preset_size = choose_preset(from, n, wide, preset);
    for (size_t i = 0; i < vectors; i++) {
        size_t offset = out->size - offsets, at = i * VECTOR;
        uint32_t narrow = (uint32_t)offset;
        if (offset > UINT32_MAX)
            return quire_fail(error, QUIRE_LIMIT, OPERATION, "a page of %zu bytes", offset);
        memcpy(out->data + offsets + i * 4, &narrow, 4);
        QUIRE_TRY(append_vector(out, from + at * (wide ? 8 : 4), n - at < VECTOR ? n - at : VECTOR,
                                wide, preset, preset_size, vector, error));
    }
    return 0;
}
