/* Many numbers are compared at once. The loops of integers are compiled again for AVX2, which is
 * looked for when the program runs; those of floats, where compilers must keep the order of
 * comparisons, say themselves what is compared together. */
#include "format/parquet/write/span.h"

#include "base/sse2.h"

#define INLINE static inline __attribute__((always_inline))

#define DEFINE_LOOP(suffix, type)                                                 \
    INLINE void loop_##suffix(const type *values, size_t n, type *min, type *max) \
    {                                                                             \
        type least = values[0], most = values[0];                                 \
        for (size_t i = 1; i < n; i++) {                                          \
            least = values[i] < least ? values[i] : least;                        \
            most = values[i] > most ? values[i] : most;                           \
        }                                                                         \
        *min = least;                                                             \
        *max = most;                                                              \
    }

#ifdef __x86_64__
#define DEFINE_FAST(suffix, type)                                                           \
    __attribute__((target("avx2"))) static void fast_##suffix(const type *values, size_t n, \
                                                              type *min, type *max)         \
    {                                                                                       \
        loop_##suffix(values, n, min, max);                                                 \
    }
#define IF_FAST(suffix)                     \
    if (__builtin_cpu_supports("avx2"))     \
        fast_##suffix(values, n, min, max); \
    else
#else
#define DEFINE_FAST(suffix, type)
#define IF_FAST(suffix)
#endif

#define DEFINE_INTEGERS(suffix, type)                                            \
    DEFINE_LOOP(suffix, type)                                                    \
    DEFINE_FAST(suffix, type)                                                    \
    void quire_span_##suffix(const type *values, size_t n, type *min, type *max) \
    {                                                                            \
        IF_FAST(suffix) loop_##suffix(values, n, min, max);                      \
    }

DEFINE_INTEGERS(u8, uint8_t)
DEFINE_INTEGERS(i32, int32_t)
DEFINE_INTEGERS(u32, uint32_t)
DEFINE_INTEGERS(i64, int64_t)
DEFINE_INTEGERS(u64, uint64_t)

/* --- Floats ------------------------------------------------------------------------------- */

/* Comparisons with NaN are false, so it never becomes one of the two. The instructions give
 * their second operand then (Intel SDM, MINPD). */
#if QUIRE_SSE2
#define VECTORS 4
#define DEFINE_FLOATS(suffix, type, infinity, vector, ps)                               \
    INLINE size_t whole_##suffix(const type *values, size_t n, type *min, type *max)    \
    {                                                                                   \
        const size_t width = sizeof(vector) / sizeof(type);                             \
        vector least[VECTORS], most[VECTORS];                                           \
        size_t i = 0;                                                                   \
        for (size_t k = 0; k < VECTORS; k++) {                                          \
            least[k] = _mm_set1_##ps(infinity);                                         \
            most[k] = _mm_set1_##ps(-(infinity));                                       \
        }                                                                               \
        for (; n - i >= VECTORS * width; i += VECTORS * width)                          \
            for (size_t k = 0; k < VECTORS; k++) {                                      \
                vector some = _mm_loadu_##ps(values + i + k * width);                   \
                least[k] = _mm_min_##ps(some, least[k]);                                \
                most[k] = _mm_max_##ps(some, most[k]);                                  \
            }                                                                           \
        for (size_t k = 1; k < VECTORS; k++) {                                          \
            least[0] = _mm_min_##ps(least[k], least[0]);                                \
            most[0] = _mm_max_##ps(most[k], most[0]);                                   \
        }                                                                               \
        type lows[sizeof(vector) / sizeof(type)], highs[sizeof(vector) / sizeof(type)]; \
        _mm_storeu_##ps(lows, least[0]);                                                \
        _mm_storeu_##ps(highs, most[0]);                                                \
        for (size_t k = 0; k < width; k++) {                                            \
            *min = lows[k] < *min ? lows[k] : *min;                                     \
            *max = highs[k] > *max ? highs[k] : *max;                                   \
        }                                                                               \
        return i;                                                                       \
    }                                                                                   \
    DEFINE_SPAN(suffix, type, infinity, whole_##suffix(values, n, min, max))
#else
#define DEFINE_FLOATS(suffix, type, infinity, vector, ps) DEFINE_SPAN(suffix, type, infinity, 0)
#endif

/* done: so many values are in min and max already. */
#define DEFINE_SPAN(suffix, type, infinity, done)                                  \
    size_t quire_span_##suffix(const type *values, size_t n, type *min, type *max) \
    {                                                                              \
        size_t nans = 0;                                                           \
        *min = (infinity);                                                         \
        *max = -(infinity);                                                        \
        for (size_t i = (done); i < n; i++) {                                      \
            *min = values[i] < *min ? values[i] : *min;                            \
            *max = values[i] > *max ? values[i] : *max;                            \
        }                                                                          \
        for (size_t i = 0; i < n; i++)                                             \
            nans += values[i] != values[i];                                        \
        return nans;                                                               \
    }

DEFINE_FLOATS(f32, float, __builtin_inff(), __m128, ps)
DEFINE_FLOATS(f64, double, __builtin_inf(), __m128d, pd)
