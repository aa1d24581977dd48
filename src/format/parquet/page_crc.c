/* libdeflate has the fast CRC-32; without it a table of sixteen does. */
#include "format/parquet/page_header.h"
#include "quire_config.h"

#ifdef QUIRE_WITH_LIBDEFLATE

#include <libdeflate.h>

uint32_t quire_page_crc(uint32_t crc, const void *bytes, size_t size)
{
    return size > 0 ? libdeflate_crc32(crc, bytes, size) : crc;
}

#else

uint32_t quire_page_crc(uint32_t crc, const void *bytes, size_t size)
{
    /* Remainders of four bits by the reflected polynomial 0xEDB88320. */
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *at = bytes;
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= at[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

#endif
