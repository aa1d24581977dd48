/* CRC-32C by instruction or by eight tables (Kounavis and Berry, "slicing by 8").
 * The tables are computed once, at the first use of the portable form. */
#include "codec/crc32c.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* reflected */

static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void tables_make(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
        tables[0][byte] = crc;
    }
    for (int i = 1; i < 8; i++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t crc = tables[i - 1][byte];
            tables[i][byte] = (crc >> 8) ^ tables[0][crc & 0xff];
        }
    }
}

static uint32_t load_le32(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

uint32_t quire_crc32c_portable(const void *bytes, size_t size)
{
    pthread_once(&tables_once, tables_make);
    const uint8_t *in = bytes;
    uint32_t crc = UINT32_MAX;
    for (; size >= 8; size -= 8, in += 8) {
        uint32_t low = crc ^ load_le32(in);
        uint32_t high = load_le32(in + 4);
        crc = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff] ^
              tables[4][low >> 24] ^ tables[3][high & 0xff] ^ tables[2][high >> 8 & 0xff] ^
              tables[1][high >> 16 & 0xff] ^ tables[0][high >> 24];
    }
    for (; size > 0; size--)
        crc = (crc >> 8) ^ tables[0][(crc ^ *in++) & 0xff];
    return ~crc;
}

#ifdef __x86_64__

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(const uint8_t *in, size_t size)
{
    uint64_t crc = UINT32_MAX;
    for (; size >= 8; size -= 8, in += 8) {
        uint64_t word;
        memcpy(&word, in, sizeof(word));
        crc = __builtin_ia32_crc32di(crc, word);
    }
    uint32_t tail = (uint32_t)crc;
    for (; size > 0; size--)
        tail = __builtin_ia32_crc32qi(tail, *in++);
    return ~tail;
}

uint32_t quire_crc32c(const void *bytes, size_t size)
{
    if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(bytes, size);
    return quire_crc32c_portable(bytes, size);
}

#else

uint32_t quire_crc32c(const void *bytes, size_t size)
{
    return quire_crc32c_portable(bytes, size);
}

#endif
