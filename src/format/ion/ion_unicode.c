/* The form is told by the byte order mark, or by where the zeros of the first ASCII
 * character stand. Units of two or four bytes become UTF-8; surrogates count as pairs
 * in UTF-16 only. */
#include "format/ion/ion_unicode.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fail.h"
#include "base/utf8.h"

static const char operation[] = "read ion";

#define BLOCK_BYTES 32768

enum form { UNKNOWN, PLAIN, UTF16_BE, UTF16_LE, UTF32_BE, UTF32_LE };

struct unicode_in {
    struct quire_in base;
    struct quire_in *below;
    enum form form;
    bool ended;
    int64_t taken;            /* bytes of below that were converted */
    struct quire_buf encoded; /* read and not converted */
    struct quire_buf plain;   /* converted, from given on not handed out */
    size_t given;
};

static enum form form_of(const uint8_t *bytes, size_t size)
{
    if (size >= 4 && bytes[0] == 0xe0 && bytes[3] == 0xea) return PLAIN;
    if (size >= 4) {
        if (bytes[0] == 0xff && bytes[1] == 0xfe && bytes[2] == 0 && bytes[3] == 0) return UTF32_LE;
        if (bytes[0] == 0 && bytes[1] == 0)
            return bytes[2] != 0 || bytes[3] != 0 ? UTF32_BE : PLAIN;
        if (bytes[0] != 0 && bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 0) return UTF32_LE;
    }
    if (size < 2) return PLAIN;
    if (bytes[0] == 0xfe && bytes[1] == 0xff) return UTF16_BE;
    if (bytes[0] == 0xff && bytes[1] == 0xfe) return UTF16_LE;
    if (bytes[0] == 0 && bytes[1] != 0) return UTF16_BE;
    return bytes[0] != 0 && bytes[1] == 0 ? UTF16_LE : PLAIN;
}

static uint32_t unit_at(enum form form, const uint8_t *at)
{
    switch (form) {
    case UTF16_BE: return (uint32_t)at[0] << 8 | at[1];
    case UTF16_LE: return (uint32_t)at[1] << 8 | at[0];
    case UTF32_BE:
        return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    default: return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
    }
}

/* One character of `size` bytes at most: its bytes, 0 when it is not whole, or -1. */
static int take(enum form form, const uint8_t *at, size_t size, uint32_t *codepoint)
{
    int width = form == UTF16_BE || form == UTF16_LE ? 2 : 4;
    if (size < (size_t)width) return 0;
    *codepoint = unit_at(form, at);
    if (width == 2 && *codepoint - 0xd800 < 0x400) {
        if (size < 4) return 0;
        uint32_t low = unit_at(form, at + 2);
        if (low - 0xdc00 >= 0x400) return -1;
        *codepoint = 0x10000 + ((*codepoint - 0xd800) << 10) + (low - 0xdc00);
        return 4;
    }
    return *codepoint > 0x10ffff || *codepoint - 0xd800 < 0x800 ? -1 : width;
}

static int fail(const struct unicode_in *in, size_t used, const char *cause,
                struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, operation, "%s", cause);
    quire_error_at(error, QUIRE_NOWHERE, NULL, in->taken + (int64_t)used);
    return QUIRE_INPUT;
}

static int convert(struct unicode_in *in, struct quire_error *error)
{
    struct quire_buf *encoded = &in->encoded, *plain = &in->plain;
    size_t used = 0;
    quire_buf_clear(plain);
    in->given = 0;
    if (quire_buf_reserve(plain, encoded->size * 2 + 4) != 0)
        return quire_fail_memory(error, operation);
    for (;;) {
        uint32_t codepoint;
        int size = take(in->form, encoded->data + used, encoded->size - used, &codepoint);
        if (size < 0) return fail(in, used, "the text is not UTF-16 or UTF-32", error);
        if (size == 0) break;
        plain->size += (size_t)quire_utf8_encode(codepoint, quire_buf_end(plain));
        used += (size_t)size;
    }
    if (in->ended && used < encoded->size)
        return fail(in, used, "the input ends within a character", error);
    encoded->size -= used;
    if (encoded->size > 0) memmove(encoded->data, encoded->data + used, encoded->size);
    in->taken += (int64_t)used;
    return 0;
}

static int read_block(struct unicode_in *in, struct quire_error *error)
{
    size_t got = 0;
    if (quire_buf_reserve(&in->encoded, BLOCK_BYTES) != 0)
        return quire_fail_memory(error, operation);
    QUIRE_TRY(
        in->below->ops->read(in->below, quire_buf_end(&in->encoded), BLOCK_BYTES, &got, error));
    in->encoded.size += got;
    in->ended = got == 0;
    return 0;
}

static int unicode_read(struct quire_in *base, void *bytes, size_t capacity, size_t *got,
                        struct quire_error *error)
{
    struct unicode_in *in = (struct unicode_in *)base;
    while (in->form == UNKNOWN) {
        if (in->encoded.size < 4 && !in->ended) QUIRE_TRY(read_block(in, error));
        if (in->encoded.size >= 4 || in->ended) {
            in->form = form_of(in->encoded.data, in->encoded.size);
            if (in->form != PLAIN) QUIRE_TRY(convert(in, error));
        }
    }
    struct quire_buf *held = in->form == PLAIN ? &in->encoded : &in->plain;
    while (in->form != PLAIN && in->given == held->size && !in->ended) {
        QUIRE_TRY(read_block(in, error));
        QUIRE_TRY(convert(in, error));
    }
    size_t left = held->size - in->given;
    if (left == 0 && in->form == PLAIN && !in->ended)
        return in->below->ops->read(in->below, bytes, capacity, got, error);
    *got = left < capacity ? left : capacity;
    if (*got > 0) memcpy(bytes, held->data + in->given, *got);
    in->given += *got;
    return 0;
}

static void unicode_close(struct quire_in *base)
{
    struct unicode_in *in = (struct unicode_in *)base;
    quire_buf_release(&in->encoded);
    quire_buf_release(&in->plain);
    quire_free(in);
}

int quire_ion_unicode_in_open(struct quire_in *below, struct quire_in **result,
                              struct quire_error *error)
{
    static const struct quire_in_ops ops = {unicode_read, NULL, unicode_close};
    struct unicode_in *in = quire_alloc_zero(1, sizeof(*in));
    if (in == NULL) return quire_fail_memory(error, operation);
    in->base.ops = &ops;
    in->base.size = -1;
    in->below = below;
    *result = &in->base;
    return 0;
}
