/* Brotli (RFC 7932): small output, slow to write. Streams have neither a magic
 * nor a checksum, and by convention do not follow one another in a file: bytes
 * after the end are an error. Damage that is still well-formed goes unnoticed. */
#include "codec/codec.h"

#if defined(QUIRE_WITH_BROTLIENC) && defined(QUIRE_WITH_BROTLIDEC)

#include <brotli/decode.h>

#include "base/fail.h"
#include "codec/brotli_encoder.h"
#include "codec/codec_stream.h"

#define BUILT_WITHOUT NULL
#define COMPRESS      "compress brotli"
#define DECOMPRESS    "decompress brotli"

/* Data that does not compress is stored in pieces, each with a small head. */
static size_t block_bound(size_t size)
{
    return size + size / 1024 + 64;
}

static int block_compress(const void *bytes, size_t size, int level, void *out, size_t capacity,
                          size_t *out_size, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_brotli, level, &level, error));
    struct quire_brotli_encoder *state = quire_brotli_encoder_new(level);
    if (state == NULL) return quire_fail_memory(error, COMPRESS);
    uint8_t nothing[1] = {0};
    struct quire_codec_step step = {.in = size > 0 ? bytes : nothing,
                                    .in_size = size,
                                    .out = capacity > 0 ? out : nothing,
                                    .out_size = capacity};
    bool done = false;
    bool good = quire_brotli_encoder_step(state, &step, true, &done);
    quire_brotli_encoder_free(state);
    if (!good) return quire_fail_memory(error, COMPRESS);
    if (!done)
        return quire_fail(error, QUIRE_LIMIT, COMPRESS, "the block does not fit into %zu bytes",
                          capacity);
    *out_size = capacity - step.out_size;
    return 0;
}

static int fail_brotli(const BrotliDecoderState *state, struct quire_error *error)
{
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state);
    if (code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
        code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES)
        return quire_fail_memory(error, DECOMPRESS);
    return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "%s", BrotliDecoderErrorString(code));
}

static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size,
                            struct quire_error *error)
{
    BrotliDecoderState *state =
        BrotliDecoderCreateInstance(quire_codec_allocate, quire_codec_release, NULL);
    if (state == NULL) return quire_fail_memory(error, DECOMPRESS);
    uint8_t nothing[1] = {0};
    const uint8_t *in = size > 0 ? bytes : nothing;
    uint8_t *end = out_size > 0 ? out : nothing;
    size_t left = out_size;
    BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state, &size, &in, &left, &end, NULL);
    int code = 0;
    if (result == BROTLI_DECODER_RESULT_ERROR)
        code = fail_brotli(state, error);
    else if (result != BROTLI_DECODER_RESULT_SUCCESS || size > 0 || left > 0)
        code = quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "a block does not have %zu bytes",
                          out_size);
    BrotliDecoderDestroyInstance(state);
    return code;
}

static int encode_step(void *state, struct quire_codec_step *step, bool end, bool *done,
                       struct quire_error *error)
{
    if (!quire_brotli_encoder_step(state, step, end, done))
        return quire_fail_memory(error, COMPRESS); /* the only way to fail */
    return 0;
}

static void encode_free(void *state)
{
    quire_brotli_encoder_free(state);
}

static const struct quire_codec_encoder encoder = {
    .operation = COMPRESS,
    .room = 1,
    .step = encode_step,
    .free = encode_free,
};

static int stream_out_open(struct quire_out *below, int level, unsigned threads,
                           struct quire_out **out, struct quire_error *error)
{
    (void)threads; /* the library has no workers */
    QUIRE_TRY(quire_codec_level(&quire_codec_brotli, level, &level, error));
    struct quire_brotli_encoder *state = quire_brotli_encoder_new(level);
    if (state == NULL) return quire_fail_memory(error, COMPRESS);
    int code = quire_codec_out_new(&encoder, state, below, out, error);
    if (code != 0) encode_free(state);
    return code;
}

static int decode_step(void *state, struct quire_codec_step *step, bool *whole,
                       struct quire_error *error)
{
    if (*whole)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "the end is followed by other bytes");
    BrotliDecoderResult result = BrotliDecoderDecompressStream(state, &step->in_size, &step->in,
                                                               &step->out_size, &step->out, NULL);
    if (result == BROTLI_DECODER_RESULT_ERROR) return fail_brotli(state, error);
    *whole = result == BROTLI_DECODER_RESULT_SUCCESS;
    return 0;
}

static void decode_free(void *state)
{
    BrotliDecoderDestroyInstance(state);
}

static const struct quire_codec_decoder decoder = {
    .operation = DECOMPRESS,
    .step = decode_step,
    .free = decode_free,
};

static int stream_in_open(struct quire_in *below, struct quire_in **in, struct quire_error *error)
{
    BrotliDecoderState *state =
        BrotliDecoderCreateInstance(quire_codec_allocate, quire_codec_release, NULL);
    if (state == NULL) return quire_fail_memory(error, DECOMPRESS);
    int code = quire_codec_in_new(&decoder, state, below, in, error);
    if (code != 0) decode_free(state);
    return code;
}

#else
#ifndef QUIRE_WITH_BROTLIENC
#define BUILT_WITHOUT "brotlienc"
#else
#define BUILT_WITHOUT "brotlidec"
#endif
QUIRE_CODEC_WITHOUT_BLOCKS(BUILT_WITHOUT)
QUIRE_CODEC_WITHOUT_STREAMS(BUILT_WITHOUT)
#endif

const struct quire_codec quire_codec_brotli = {
    .name = "brotli",
    .extension = ".br",
    .summary = "Brotli: small files, slow to write",
    .built_without = BUILT_WITHOUT,
    .level_min = 0,
    .level_max = 11,
    .level_default = 5,
    .bound = block_bound,
    .compress = block_compress,
    .decompress = block_decompress,
    .out_open = stream_out_open,
    .in_open = stream_in_open,
};
