/* Snappy streams: the framing format of google/snappy, framing_format.txt.
 *
 * A stream is chunks of {type, 24-bit length, body}, the first one the stream
 * identifier. Data chunks hold up to 64 KB under a masked CRC-32C. The format has
 * no end mark: a stream cut off between two chunks is a valid shorter stream. */
#include "codec/codec.h"

#ifdef QUIRE_WITH_SNAPPY

#include <snappy-c.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "codec/codec_stream.h"
#include "codec/crc32c.h"
#include "codec/snappy_block.h"

#define COMPRESS   "compress snappy"
#define DECOMPRESS "decompress snappy"

#define DATA_BYTES_MAX   65536 /* uncompressed, by the format */
#define HEAD_BYTES       4     /* type and length */
#define CHECKSUM_BYTES   4
#define BODY_BYTES_MAX   (CHECKSUM_BYTES + 32 + DATA_BYTES_MAX + DATA_BYTES_MAX / 6)
#define IDENTIFIER_BYTES 6

enum chunk_type {
    CHUNK_COMPRESSED = 0x00,
    CHUNK_PLAIN = 0x01,
    CHUNK_SKIPPABLE = 0x80, /* and above, up to padding */
    CHUNK_IDENTIFIER = 0xff
};

static const uint8_t identifier[HEAD_BYTES + IDENTIFIER_BYTES] = {
    CHUNK_IDENTIFIER, IDENTIFIER_BYTES, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'};

static uint32_t masked_checksum(const uint8_t *bytes, size_t size)
{
    uint32_t crc = quire_crc32c(bytes, size);
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static void store_le32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t load_le32(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

struct snappy_out {
    bool begun; /* the identifier is written */
    size_t size;
    uint8_t data[DATA_BYTES_MAX]; /* gathered for the next chunk */
};

/* Data that shrinks by less than an eighth is stored plain, to be read faster. */
static int write_chunk(struct quire_codec_step *step, const uint8_t *data, size_t size,
                       struct quire_error *error)
{
    uint8_t *body = step->out + HEAD_BYTES + CHECKSUM_BYTES;
    size_t body_size = step->out_size - HEAD_BYTES - CHECKSUM_BYTES;
    uint32_t type = CHUNK_COMPRESSED;
    if (body_size < snappy_max_compressed_length(size))
        return quire_fail(error, QUIRE_INTERNAL, COMPRESS, "a chunk does not fit");
    if (!quire_snappy_compress((const char *)data, size, (char *)body, &body_size))
        return quire_fail_memory(error, COMPRESS);
    if (body_size > size - size / 8) {
        memcpy(body, data, size);
        body_size = size;
        type = CHUNK_PLAIN;
    }
    store_le32(step->out, type | (uint32_t)(body_size + CHECKSUM_BYTES) << 8);
    store_le32(step->out + HEAD_BYTES, masked_checksum(data, size));
    step->out += HEAD_BYTES + CHECKSUM_BYTES + body_size;
    step->out_size -= HEAD_BYTES + CHECKSUM_BYTES + body_size;
    return 0;
}

static int encode_step(void *state, struct quire_codec_step *step, bool end, bool *done,
                       struct quire_error *error)
{
    struct snappy_out *out = state;
    if (!out->begun) {
        memcpy(step->out, identifier, sizeof(identifier));
        step->out += sizeof(identifier);
        step->out_size -= sizeof(identifier);
        out->begun = true;
        return 0;
    }
    size_t taken = sizeof(out->data) - out->size;
    if (taken > step->in_size) taken = step->in_size;
    memcpy(out->data + out->size, step->in, taken);
    out->size += taken;
    step->in += taken;
    step->in_size -= taken;
    if (out->size == sizeof(out->data) || (end && out->size > 0)) {
        QUIRE_TRY(write_chunk(step, out->data, out->size, error));
        out->size = 0;
    }
    *done = end;
    return 0;
}

static const struct quire_codec_encoder encoder = {
    .operation = COMPRESS,
    .room = HEAD_BYTES + BODY_BYTES_MAX,
    .step = encode_step,
    .free = quire_free,
};

int quire_codec_snappy_out_open(struct quire_out *below, int level, unsigned threads,
                                struct quire_out **out, struct quire_error *error)
{
    (void)threads; /* one chunk is too little work to share */
    QUIRE_TRY(quire_codec_level(&quire_codec_snappy, level, &level, error));
    struct snappy_out *state = quire_alloc(sizeof(*state));
    if (state == NULL) return quire_fail_memory(error, COMPRESS);
    state->begun = false;
    state->size = 0;
    int code = quire_codec_out_new(&encoder, state, below, out, error);
    if (code != 0) quire_free(state);
    return code;
}

struct snappy_in {
    bool identified;  /* the first chunk has been seen */
    size_t head_size; /* bytes of the head that are there */
    uint8_t head[HEAD_BYTES];
    size_t body_size;          /* bytes of the body that are there, or were skipped */
    size_t data_at, data_size; /* what the reader has not taken yet */
    uint8_t body[BODY_BYTES_MAX];
    uint8_t data[DATA_BYTES_MAX];
};

static bool is_skipped(uint8_t type)
{
    return type >= CHUNK_SKIPPABLE && type != CHUNK_IDENTIFIER;
}

static int check_head(const struct snappy_in *in, size_t length, struct quire_error *error)
{
    uint8_t type = in->head[0];
    if (!in->identified && type != CHUNK_IDENTIFIER)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "the stream identifier is missing");
    if (type == CHUNK_IDENTIFIER && length != IDENTIFIER_BYTES)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "the stream identifier is damaged");
    if (type == CHUNK_IDENTIFIER || is_skipped(type)) return 0;
    if (type > CHUNK_PLAIN)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "a chunk has the reserved type %u",
                          (unsigned)type);
    if (length < CHECKSUM_BYTES || length > BODY_BYTES_MAX)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "a chunk has %zu bytes", length);
    return 0;
}

/* Decodes the whole data chunk in body into data. */
static int decode_data(struct snappy_in *in, struct quire_error *error)
{
    const uint8_t *bytes = in->body + CHECKSUM_BYTES;
    size_t size = in->body_size - CHECKSUM_BYTES;
    size_t length = size;
    bool compressed = in->head[0] == CHUNK_COMPRESSED;
    if (compressed && snappy_uncompressed_length((const char *)bytes, size, &length) != SNAPPY_OK)
        length = SIZE_MAX;
    if (length > sizeof(in->data))
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "a chunk holds more than 64 KB");
    if (!compressed)
        memcpy(in->data, bytes, size);
    else if (snappy_uncompress((const char *)bytes, size, (char *)in->data, &length) != SNAPPY_OK)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "a chunk is damaged");
    if (masked_checksum(in->data, length) != load_le32(in->body))
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "the checksum of a chunk differs");
    in->data_at = 0;
    in->data_size = length;
    return 0;
}

/* A chunk is complete: act on it and make ready for the next. */
static int end_chunk(struct snappy_in *in, struct quire_error *error)
{
    if (in->head[0] <= CHUNK_PLAIN) QUIRE_TRY(decode_data(in, error));
    if (in->head[0] == CHUNK_IDENTIFIER) {
        if (memcmp(in->body, identifier + HEAD_BYTES, IDENTIFIER_BYTES) != 0)
            return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "the stream identifier is damaged");
        in->identified = true;
    }
    in->head_size = 0;
    in->body_size = 0;
    return 0;
}

static int take_chunk(struct snappy_in *in, struct quire_codec_step *step,
                      struct quire_error *error)
{
    while (in->head_size < HEAD_BYTES) {
        if (step->in_size == 0) return 0;
        in->head[in->head_size++] = *step->in++;
        step->in_size--;
    }
    size_t length = load_le32(in->head) >> 8;
    QUIRE_TRY(check_head(in, length, error));
    size_t taken = length - in->body_size;
    if (taken > step->in_size) taken = step->in_size;
    if (!is_skipped(in->head[0])) memcpy(in->body + in->body_size, step->in, taken);
    in->body_size += taken;
    step->in += taken;
    step->in_size -= taken;
    return in->body_size == length ? end_chunk(in, error) : 0;
}

static int decode_step(void *state, struct quire_codec_step *step, bool *whole,
                       struct quire_error *error)
{
    struct snappy_in *in = state;
    if (in->data_at == in->data_size) QUIRE_TRY(take_chunk(in, step, error));
    size_t given = in->data_size - in->data_at;
    if (given > step->out_size) given = step->out_size;
    memcpy(step->out, in->data + in->data_at, given);
    in->data_at += given;
    step->out += given;
    step->out_size -= given;
    *whole = in->identified && in->head_size == 0 && in->data_at == in->data_size;
    return 0;
}

static const struct quire_codec_decoder decoder = {
    .operation = DECOMPRESS,
    .step = decode_step,
    .free = quire_free,
};

int quire_codec_snappy_in_open(struct quire_in *below, struct quire_in **in,
                               struct quire_error *error)
{
    struct snappy_in *state = quire_alloc_zero(1, sizeof(*state));
    if (state == NULL) return quire_fail_memory(error, DECOMPRESS);
    int code = quire_codec_in_new(&decoder, state, below, in, error);
    if (code != 0) quire_free(state);
    return code;
}

#else

int quire_codec_snappy_out_open(struct quire_out *below, int level, unsigned threads,
                                struct quire_out **out, struct quire_error *error)
{
    (void)below, (void)level, (void)threads, (void)out;
    return quire_codec_without("snappy", error);
}

int quire_codec_snappy_in_open(struct quire_in *below, struct quire_in **in,
                               struct quire_error *error)
{
    (void)below, (void)in;
    return quire_codec_without("snappy", error);
}

#endif
