/* The encoder of binary rows: a block of them on its way, what its values take, and how
 * they are put there. */
#ifndef QUIRE_FORMAT_ION_ENCODE_BINARY_H
#define QUIRE_FORMAT_ION_ENCODE_BINARY_H

#include "format/ion/ion_binary.h"
#include "format/ion/ion_encode.h"
#include "format/ion/ion_number.h"

#define QUIRE_ION_BLOCK_ROWS 1024

/* One block on its way. */
struct quire_ion_block {
    const struct quire_ion_encoding *encoding;
    int64_t start, count; /* rows of the batch */
    int64_t failed;       /* row that cannot be written */
    size_t sizes[QUIRE_ION_BLOCK_ROWS];
    uint8_t *puts[QUIRE_ION_BLOCK_ROWS];
    struct quire_buf notes; /* uint64_t: lengths and IDs, in order */
    size_t noted;           /* how many the second pass has taken */
    struct quire_buf repaired;
};

static inline uint64_t quire_ion_magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static inline size_t quire_ion_float_size(uint64_t bits, size_t size)
{
    return bits == 0 ? 1 : 1 + size; /* positive zero is the descriptor alone */
}

/* The Int field of a magnitude below 2^63, without sign. */
static inline size_t quire_ion_fraction_size(uint64_t value)
{
    return value == 0 ? 0 : (size_t)(64 - __builtin_clzll(value)) / 8 + 1;
}

/* What follows the descriptor of a decimal or a timestamp. */
size_t quire_ion_coefficient_size(const struct quire_ion_number *number);
size_t quire_ion_decimal_body(const struct quire_ion_decimal *decimal);
size_t quire_ion_moment_body(const struct quire_field *field,
                             const struct quire_ion_moment *moment);
/* Of a float of any width; half floats as those of 32 bits. */
uint64_t quire_ion_float_bits(const struct quire_ion_node *node, const struct quire_view *view,
                              int64_t row);

/* What stands for a null of a field. */
static inline uint8_t quire_ion_null_descriptor(const struct quire_ion_encoding *encoding,
                                                const struct quire_ion_node *node)
{
    bool plain = encoding->options.nulls == QUIRE_ION_NULLS_PLAIN;
    return (uint8_t)(quire_ion_code(plain ? QUIRE_ION_NULL : node->null_type) << 4 | 15);
}

/* The first pass: what a value takes, or why it cannot be written. */
int quire_ion_block_value_size(struct quire_ion_block *block, const struct quire_ion_node *node,
                               const struct quire_view *view, int64_t row, size_t *size,
                               struct quire_error *error);
/* The second: puts the value, and returns where the next one goes. */
uint8_t *quire_ion_block_put_value(struct quire_ion_block *block, const struct quire_ion_node *node,
                                   const struct quire_view *view, int64_t row, uint8_t *put);

/* Both passes over a column of timestamps that has loops of its own, as all columns that
 * quire_ion_are_moments says it of. */
bool quire_ion_are_moments(const struct quire_ion_block *block, const struct quire_view *view);
int quire_ion_block_add_moments(struct quire_ion_block *block, const struct quire_ion_node *node,
                                const struct quire_view *view, struct quire_error *error);
void quire_ion_block_put_moments(struct quire_ion_block *block, const struct quire_ion_node *node,
                                 const struct quire_view *view);

static inline uint8_t *quire_ion_block_put_name(const struct quire_ion_node *node, uint8_t *put)
{
    *put = node->name[0];
    if (__builtin_expect(node->name_size == 1, 1)) return put + 1;
    memcpy(put, node->name, node->name_size);
    return put + node->name_size;
}

/* The lowest size bytes (0 to 8) of a value, most significant first, by one store of eight
 * that leaves what follows as it was. */
static inline uint8_t *quire_ion_block_put_bytes(uint8_t *put, uint64_t value, size_t size)
{
    uint64_t before, kept = size < 8 ? UINT64_MAX << (8 * size) : 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (size > 0) value = __builtin_bswap64(value << (64 - 8 * size));
    memcpy(&before, put, 8);
    value |= before & kept;
    memcpy(put, &value, 8);
    return put + size;
#else
    (void)before;
    (void)kept;
    return quire_ion_put_uint(put, value, size);
#endif
}

static inline uint8_t *quire_ion_block_put_int(uint8_t *put, int64_t value)
{
    uint64_t magnitude = quire_ion_magnitude(value);
    size_t size = quire_ion_uint_size(magnitude);
    *put++ = (uint8_t)((value < 0 ? 0x30 : 0x20) | size);
    return quire_ion_block_put_bytes(put, magnitude, size);
}

static inline uint8_t *quire_ion_block_put_float(uint8_t *put, uint64_t bits, size_t size)
{
    if (bits == 0) {
        *put = 0x40;
        return put + 1;
    }
    *put++ = (uint8_t)(0x40 | size);
    if (size < 8) return quire_ion_put_uint(put, bits, size);
    return quire_ion_block_put_bytes(put, bits, 8);
}

#endif
