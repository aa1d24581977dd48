/* UUIDs of version 7 (RFC 9562, section 5.7): the time in milliseconds, then random bits, so that
 * ids of later runs sort behind those of earlier ones. */
#include "base/random.h"
#include "quire/runlog_model.h"

void quire_runlog_uuid(int64_t time_ms, char out[QUIRE_RUNLOG_UUID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    struct quire_random generator;
    uint8_t bytes[16];
    quire_random_seed(&generator, quire_random_entropy());
    uint64_t high = (uint64_t)time_ms << 16 | 0x7000 | (quire_random_u64(&generator) & 0x0fff);
    uint64_t low = UINT64_C(1) << 63 | quire_random_u64(&generator) >> 2;
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(high >> (56 - 8 * i));
        bytes[8 + i] = (uint8_t)(low >> (56 - 8 * i));
    }
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}
