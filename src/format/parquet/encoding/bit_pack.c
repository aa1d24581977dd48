/* Eight values of a width w are w bytes. Groups of eight are written once, for a
 * width that is a constant; a switch instantiates them for each width, so that all
 * shifts and masks are known to the compiler and the loops below unroll. */
#include "format/parquet/encoding/bit_pack.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t mask_of(unsigned width)
{
    return width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

/* The w bytes of a group as words of 64 bits, the last one partly. */
INLINE void store_words(const uint64_t *words, unsigned width, uint8_t *out)
{
    memcpy(out, words, width);
}

#define DEFINE_GROUPS(suffix, type)                                                        \
    INLINE void pack_##suffix(const type *values, size_t n, unsigned width, uint8_t *out)  \
    {                                                                                      \
        for (; n >= 8; n -= 8, values += 8, out += width) {                                \
            uint64_t words[9] = {0};                                                       \
            _Pragma("GCC unroll 8") for (unsigned i = 0; i < 8; i++)                       \
            {                                                                              \
                unsigned bit = i * width, shift = bit % 64;                                \
                uint64_t value = values[i];                                                \
                words[bit / 64] |= value << shift;                                         \
                if (shift + width > 64) words[bit / 64 + 1] = value >> (64 - shift);       \
            }                                                                              \
            store_words(words, width, out);                                                \
        }                                                                                  \
    }                                                                                      \
    INLINE void unpack_##suffix(const uint8_t *bytes, size_t n, unsigned width, type *out) \
    {                                                                                      \
        for (; n >= 8; n -= 8, bytes += width, out += 8) {                                 \
            uint64_t words[9] = {0};                                                       \
            memcpy(words, bytes, width);                                                   \
            _Pragma("GCC unroll 8") for (unsigned i = 0; i < 8; i++)                       \
            {                                                                              \
                unsigned bit = i * width, shift = bit % 64;                                \
                uint64_t value = words[bit / 64] >> shift;                                 \
                if (shift + width > 64) value |= words[bit / 64 + 1] << (64 - shift);      \
                out[i] = (type)(value & mask_of(width));                                   \
            }                                                                              \
        }                                                                                  \
    }

DEFINE_GROUPS(u8, uint8_t)
DEFINE_GROUPS(u32, uint32_t)
DEFINE_GROUPS(u64, uint64_t)

/* Widths to AHEAD_MAX: each value lies in the eight bytes from its first on, which are one
 * load. For the last groups these may be beyond the end. */
#define AHEAD_MAX 57
#define DEFINE_AHEAD(suffix, type)                                                               \
    INLINE void unpack_ahead_##suffix(const uint8_t *bytes, size_t n, unsigned width, type *out) \
    {                                                                                            \
        size_t beyond = (8 + width - 1) / width; /* groups whose loads may pass the end */       \
        for (; width <= AHEAD_MAX && n >= 8 * (beyond + 1); n -= 8, bytes += width, out += 8) {  \
            _Pragma("GCC unroll 8") for (unsigned i = 0; i < 8; i++)                             \
            {                                                                                    \
                uint64_t word;                                                                   \
                memcpy(&word, bytes + i * width / 8, 8);                                         \
                out[i] = (type)(word >> i * width % 8 & mask_of(width));                         \
            }                                                                                    \
        }                                                                                        \
        unpack_##suffix(bytes, n, width, out);                                                   \
    }

DEFINE_AHEAD(u8, uint8_t)
DEFINE_AHEAD(u32, uint32_t)
DEFINE_AHEAD(u64, uint64_t)

#define WIDTHS_TO_8(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
/* clang-format off */
#define WIDTHS_TO_32(X) \
    X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) \
    X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) \
    X(25) X(26) X(27) X(28) X(29) X(30) X(31) X(32)
#define WIDTHS_TO_64(X) \
    WIDTHS_TO_32(X) \
    X(33) X(34) X(35) X(36) X(37) X(38) X(39) X(40) X(41) X(42) X(43) X(44) \
    X(45) X(46) X(47) X(48) X(49) X(50) X(51) X(52) X(53) X(54) X(55) X(56) \
    X(57) X(58) X(59) X(60) X(61) X(62) X(63) X(64)
/* clang-format on */

#define PACK_CASE_u8(w)             \
    case w:                         \
        pack_u8(values, n, w, out); \
        break;
#define PACK_CASE_u32(w)             \
    case w:                          \
        pack_u32(values, n, w, out); \
        break;
#define PACK_CASE_u64(w)             \
    case w:                          \
        pack_u64(values, n, w, out); \
        break;
#define UNPACK_CASE_u8(w)                     \
    case w:                                   \
        unpack_ahead_u8(bytes, n, w, values); \
        break;
#define UNPACK_CASE_u32(w)                     \
    case w:                                    \
        unpack_ahead_u32(bytes, n, w, values); \
        break;
#define UNPACK_CASE_u64(w) \
    case w: unpack_ahead_u64(bytes, n, w, values); break;

void quire_bit_pack_u8(const uint8_t *values, size_t n, unsigned width, uint8_t *out)
{
    switch (width) {
        WIDTHS_TO_8(PACK_CASE_u8)
    default: break; /* width 0 takes no bytes */
    }
}

void quire_bit_pack_u32(const uint32_t *values, size_t n, unsigned width, uint8_t *out)
{
    switch (width) {
        WIDTHS_TO_32(PACK_CASE_u32)
    default: break;
    }
}

/* NOLINTNEXTLINE(readability-function-size): one case a width, made by a macro. */
void quire_bit_pack_u64(const uint64_t *values, size_t n, unsigned width, uint8_t *out)
{
    switch (width) {
        WIDTHS_TO_64(PACK_CASE_u64)
    default: break;
    }
}

void quire_bit_unpack_u8(const uint8_t *bytes, size_t n, unsigned width, uint8_t *values)
{
    switch (width) {
        WIDTHS_TO_8(UNPACK_CASE_u8)
    default: memset(values, 0, n * sizeof(*values)); break;
    }
}

void quire_bit_unpack_u32(const uint8_t *bytes, size_t n, unsigned width, uint32_t *values)
{
    switch (width) {
        WIDTHS_TO_32(UNPACK_CASE_u32)
    default: memset(values, 0, n * sizeof(*values)); break;
    }
}

/* NOLINTNEXTLINE(readability-function-size): one case a width, made by a macro. */
void quire_bit_unpack_u64(const uint8_t *bytes, size_t n, unsigned width, uint64_t *values)
{
    switch (width) {
        WIDTHS_TO_64(UNPACK_CASE_u64)
    default: memset(values, 0, n * sizeof(*values)); break;
    }
}
