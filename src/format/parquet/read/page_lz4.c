/* What files call LZ4 (Compression.md, "LZ4"). Hadoop's framing is tried first, as it
 * proves itself by its sizes; a frame says so in its first bytes; else it is a raw block. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/read/page_codec.h"
#include "quire/codec.h"
#include "quire/stream.h"

#define OPERATION   "read parquet page"
#define FRAME_MAGIC "\x04\x22\x4d\x18"

static uint32_t read_u32_be(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A length that goes on while its bytes are 255 (lz4_Block_format.md). False at the end. */
static bool add_length(const uint8_t **at, const uint8_t *end, size_t *length)
{
    uint8_t byte = 255;
    if (*length < 15) return true;
    while (byte == 255) {
        if (*at == end) return false;
        byte = *(*at)++;
        *length += byte;
    }
    return true;
}

/* How many bytes a block holds, by its sequences; what is no block is found in decompressing. */
static size_t block_size(const uint8_t *at, size_t size)
{
    const uint8_t *end = at + size;
    size_t plain = 0;
    while (at < end) {
        size_t literals = *at >> 4, match = *at & 15;
        at++;
        if (!add_length(&at, end, &literals) || literals > (size_t)(end - at)) return 0;
        at += literals;
        plain += literals;
        if (end - at < 2) return plain;
        at += 2;
        if (!add_length(&at, end, &match)) return 0;
        plain += match + 4;
    }
    return plain;
}

/* Frames of Hadoop: the size of what it holds, and blocks until it is reached, each with its
 * size before it, big endian. False when the bytes are no such thing. */
static bool decompress_hadoop(const struct quire_codec *codec, const uint8_t *bytes, size_t size,
                              uint8_t *out, size_t out_size)
{
    while (size >= 8) {
        size_t frame = read_u32_be(bytes);
        if (frame > out_size) return false;
        out_size -= frame;
        bytes += 4;
        size -= 4;
        do {
            if (size < 4) return false;
            size_t block = read_u32_be(bytes);
            bytes += 4;
            size -= 4;
            if (block > size) return false;
            size_t plain = block_size(bytes, block);
            if (plain > frame || (plain == 0 && frame > 0)) return false;
            if (codec->decompress(bytes, block, out, plain, NULL) != 0) return false;
            bytes += block;
            size -= block;
            out += plain;
            frame -= plain;
        } while (frame > 0);
    }
    return size == 0 && out_size == 0;
}

/* Bytes in memory as a forward stream. */
struct memory_in {
    struct quire_in in;
    const uint8_t *at;
    size_t left;
};

static int memory_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                       struct quire_error *error)
{
    struct memory_in *memory = (struct memory_in *)in;
    (void)error;
    *got = capacity < memory->left ? capacity : memory->left;
    if (*got > 0) memcpy(bytes, memory->at, *got);
    memory->at += *got;
    memory->left -= *got;
    return 0;
}

static void memory_close(struct quire_in *in)
{
    (void)in;
}

static const struct quire_in_ops memory_ops = {.read = memory_read, .close = memory_close};

static int decompress_frame(const struct quire_codec *codec, const uint8_t *bytes, size_t size,
                            uint8_t *out, size_t out_size, struct quire_error *error)
{
    struct memory_in memory = {{&memory_ops, (int64_t)size}, bytes, size};
    struct quire_in *in = NULL;
    uint8_t beyond;
    size_t done = 0, got = 1;
    int code = codec->in_open(&memory.in, &in, error);
    while (code == 0 && got > 0 && done < out_size) {
        code = in->ops->read(in, out + done, out_size - done, &got, error);
        if (code == 0) done += got;
    }
    if (code == 0) code = in->ops->read(in, &beyond, 1, &got, error);
    if (code == 0 && (done < out_size || got > 0))
        code = quire_fail(error, QUIRE_CORRUPT, OPERATION, "a frame does not have %zu bytes",
                          out_size);
    quire_in_close(in);
    return code;
}

int quire_page_decompress_lz4(const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size,
                              struct quire_error *error)
{
    const struct quire_codec *codec;
    QUIRE_TRY(quire_codec_find("lz4", &codec, error));
    if (decompress_hadoop(codec, bytes, size, out, out_size)) return 0;
    if (size >= 4 && memcmp(bytes, FRAME_MAGIC, 4) == 0)
        return decompress_frame(codec, bytes, size, out, out_size, error);
    return codec->decompress(bytes, size, out, out_size, error);
}
