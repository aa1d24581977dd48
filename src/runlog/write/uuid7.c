/* UUIDs of version 7 (RFC 9562, section 5.7): the time in milliseconds, then random bits, so that
 * ids of later runs sort behind those of earlier ones. */
#include <string.h>

#include "base/hash.h"
#include "base/random.h"
#include "runlog/model/model.h"

static void print(int64_t time_ms, uint64_t first, uint64_t second,
                  char out[QUIRE_RUNLOG_UUID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[16];
    uint64_t high = (uint64_t)time_ms << 16 | 0x7000 | (first & 0x0fff);
    uint64_t low = UINT64_C(1) << 63 | second >> 2;
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

void quire_runlog_uuid(int64_t time_ms, char out[QUIRE_RUNLOG_UUID_SIZE])
{
    struct quire_random generator;
    quire_random_seed(&generator, quire_random_entropy());
    uint64_t first = quire_random_u64(&generator);
    print(time_ms, first, quire_random_u64(&generator), out);
}

/* Each word moves every bit of what comes behind it. */
static uint64_t hash_text(uint64_t seed, const char *text)
{
    uint64_t hash = quire_hash_mix(seed), word;
    for (size_t left = strlen(text), size; left > 0; left -= size, text += size) {
        size = left < sizeof(word) ? left : sizeof(word);
        word = 0;
        memcpy(&word, text, size);
        hash = quire_hash_mix((hash ^ word) + UINT64_C(0x9e3779b97f4a7c15));
    }
    return hash;
}

void quire_runlog_uuid_of(int64_t time_ms, uint64_t seed, const char *text,
                          char out[QUIRE_RUNLOG_UUID_SIZE])
{
    uint64_t first = hash_text(seed, text);
    print(time_ms, first, hash_text(~seed, text), out);
}
