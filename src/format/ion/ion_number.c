/* Magnitudes past 64 bits are worked on as little-endian 64-bit limbs, a run of
 * eighteen digits a step: quadratic, which the limit on their size makes harmless. */
#include "format/ion/ion_number.h"

#include "base/cleanup.h"
#include "base/digits.h"
#include "base/fail.h"
#include "base/number.h"

#define STEP_DIGITS 18

void quire_ion_number_of_bytes(const uint8_t *bytes, size_t size, struct quire_ion_number *number)
{
    while (size > 0 && bytes[0] == 0) {
        bytes++;
        size--;
    }
    *number = (struct quire_ion_number){.negative = number->negative};
    if (size > 8) {
        number->big = bytes;
        number->big_size = size;
        return;
    }
    for (size_t i = 0; i < size; i++)
        number->small = number->small << 8 | bytes[i];
}

/* Limbs as big-endian bytes at the end of `bytes`. */
static int put_limbs(const uint64_t *limbs, size_t size, struct quire_buf *bytes,
                     struct quire_ion_number *number)
{
    size_t start = bytes->size;
    QUIRE_TRY(quire_buf_reserve(bytes, size * 8));
    for (size_t i = size; i-- > 0;)
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes->data[bytes->size++] = (uint8_t)(limbs[i] >> shift);
    quire_ion_number_of_bytes(quire_buf_at(bytes, start), bytes->size - start, number);
    return 0;
}

static uint64_t read_digits(const char *digits, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value * 10 + (uint64_t)(digits[i] - '0');
    return value;
}

int quire_ion_number_of_digits(const char *digits, size_t size, struct quire_buf *bytes,
                               struct quire_ion_number *number)
{
    while (size > 1 && digits[0] == '0') {
        digits++;
        size--;
    }
    *number = (struct quire_ion_number){.negative = number->negative};
    if (size <= 19) {
        number->small = read_digits(digits, size);
        return 0;
    }
    if (size / 5 * 2 > QUIRE_ION_NUMBER_BYTES_MAX) return QUIRE_LIMIT;
    QUIRE_CLEANUP(quire_cleanup_free)
    uint64_t *limbs = quire_alloc((size / STEP_DIGITS + 2) * sizeof(*limbs));
    if (limbs == NULL) return QUIRE_MEMORY;
    size_t limbs_size = 0, first = size % STEP_DIGITS;
    for (size_t at = 0; at < size;) {
        size_t step = at == 0 && first > 0 ? first : STEP_DIGITS;
        quire_u128 carry = read_digits(digits + at, step);
        for (size_t i = 0; i < limbs_size; i++) {
            carry += (quire_u128)limbs[i] * quire_digits_power[step];
            limbs[i] = (uint64_t)carry;
            carry >>= 64;
        }
        if (carry > 0) limbs[limbs_size++] = (uint64_t)carry;
        at += step;
    }
    return put_limbs(limbs, limbs_size, bytes, number);
}

int quire_ion_number_of_bits(const char *digits, size_t size, int bits, struct quire_buf *bytes,
                             struct quire_ion_number *number)
{
    size_t count = (size * (size_t)bits + 7) / 8, start = bytes->size;
    if (count > QUIRE_ION_NUMBER_BYTES_MAX) return QUIRE_LIMIT;
    QUIRE_TRY(quire_buf_reserve(bytes, count));
    uint8_t *out = quire_buf_end(bytes);
    memset(out, 0, count);
    for (size_t i = 0; i < size; i++) {
        unsigned c = (uint8_t)digits[size - 1 - i];
        unsigned digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        size_t bit = i * (size_t)bits;
        out[count - 1 - bit / 8] |= (uint8_t)(digit << bit % 8);
    }
    bytes->size += count;
    quire_ion_number_of_bytes(quire_buf_at(bytes, start), count, number);
    return 0;
}

static int put_small(uint64_t value, struct quire_buf *out)
{
    QUIRE_TRY(quire_buf_reserve(out, QUIRE_INT_TEXT_MAX));
    out->size =
        (size_t)((uint8_t *)quire_number_format_u64(value, (char *)quire_buf_end(out)) - out->data);
    return 0;
}

/* Divides limbs by 10^18 in place; the rest is returned. */
static uint64_t divide_limbs(uint64_t *limbs, size_t *size)
{
    uint64_t divisor = quire_digits_power[STEP_DIGITS];
    quire_u128 rest = 0;
    for (size_t i = *size; i-- > 0;) {
        rest = rest << 64 | limbs[i];
        limbs[i] = (uint64_t)(rest / divisor);
        rest %= divisor;
    }
    while (*size > 0 && limbs[*size - 1] == 0)
        --*size;
    return (uint64_t)rest;
}

int quire_ion_number_digits(const struct quire_ion_number *number, struct quire_buf *out)
{
    if (number->big == NULL) return put_small(number->small, out);
    size_t size = (number->big_size + 7) / 8, count = 0;
    QUIRE_CLEANUP(quire_cleanup_free) uint64_t *limbs = quire_alloc_zero(size, sizeof(*limbs));
    /* Runs of 18 digits, the last first: each takes more than 59 bits off. */
    QUIRE_CLEANUP(quire_cleanup_free)
    uint64_t *runs = quire_alloc((number->big_size * 8 / 59 + 2) * sizeof(*runs));
    if (limbs == NULL || runs == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < number->big_size; i++)
        limbs[i / 8] |= (uint64_t)number->big[number->big_size - 1 - i] << (8 * (i % 8));
    while (size > 0)
        runs[count++] = divide_limbs(limbs, &size);
    QUIRE_TRY(put_small(runs[--count], out));
    QUIRE_TRY(quire_buf_reserve(out, count * STEP_DIGITS));
    while (count > 0) {
        quire_number_format_padded(runs[--count], STEP_DIGITS, (char *)quire_buf_end(out));
        out->size += STEP_DIGITS;
    }
    return 0;
}

bool quire_ion_number_is_zero(const struct quire_ion_number *number)
{
    return number->big == NULL && number->small == 0;
}

bool quire_ion_number_i64(const struct quire_ion_number *number, int64_t *value)
{
    uint64_t most = (uint64_t)INT64_MAX + number->negative;
    if (number->big != NULL || number->small > most) return false;
    *value = (int64_t)(number->negative ? 0 - number->small : number->small);
    return true;
}

bool quire_ion_number_equal(const struct quire_ion_number *a, const struct quire_ion_number *b)
{
    if (a->negative != b->negative || (a->big == NULL) != (b->big == NULL)) return false;
    if (a->big == NULL) return a->small == b->small;
    return a->big_size == b->big_size && memcmp(a->big, b->big, a->big_size) == 0;
}
