/* Portable Network Graphics (second edition): 5.2 signature, 5.3 chunks, 11.3.5.3 pHYs. */
#include "chart/chart_png.h"

#include <string.h>

#include "base/fail.h"

#define SIGNATURE_BYTES 8
#define HEADER_BYTES    25 /* IHDR: length, type, 13 bytes, checksum */
#define PHYS_BYTES      9

/* CRC-32 of ISO 3309 bit by bit: it is over 13 bytes. */
static uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

static void put_u32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

int quire_chart_png(const struct quire_buf *drawn, int dpi, struct quire_buf *out,
                    struct quire_error *error)
{
    static const uint8_t signature[SIGNATURE_BYTES] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    size_t before = SIGNATURE_BYTES + HEADER_BYTES;
    if (drawn->size < before || memcmp(drawn->data, signature, SIGNATURE_BYTES) != 0 ||
        memmem(drawn->data, drawn->size, "IEND", 4) == NULL)
        return quire_fail(error, QUIRE_IO, "draw chart", "what gnuplot drew is no whole PNG");
    uint8_t chunk[4 + 4 + PHYS_BYTES + 4];
    uint32_t per_meter = (uint32_t)(dpi / 0.0254 + 0.5);
    put_u32(chunk, PHYS_BYTES);
    memcpy(chunk + 4, "pHYs", 4);
    put_u32(chunk + 8, per_meter);
    put_u32(chunk + 12, per_meter);
    chunk[16] = 1; /* the unit is the metre */
    put_u32(chunk + 17, crc32_of(chunk + 4, 4 + PHYS_BYTES));
    if (quire_buf_append(out, drawn->data, before) != 0 ||
        quire_buf_append(out, chunk, sizeof(chunk)) != 0 ||
        quire_buf_append(out, drawn->data + before, drawn->size - before) != 0)
        return quire_fail_memory(error, "draw chart");
    return 0;
}
