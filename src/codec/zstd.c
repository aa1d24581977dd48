/* Zstandard (RFC 8878): blocks are one frame with its content size, streams are
 * frames with a checksum. Reading takes any run of frames and skippable frames.
 *
 * Contexts are kept between blocks, because making one costs more than a small
 * block does; see idle.h. */
#include "codec/codec.h"

#ifdef QUIRE_WITH_ZSTD

#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/idle.h"
#include "codec/codec_stream.h"

#define BUILT_WITHOUT NULL
#define COMPRESS      "compress zstd"
#define DECOMPRESS    "decompress zstd"

/* A frame may ask its reader for a window as large as it likes; 128 MB is what
 * the highest level writes, and the limit of other readers too. */
#define ZSTD_WINDOW_LOG_MAX 27

/* A context that a high level has made larger than this is not kept. */
#define IDLE_BYTES_MAX ((size_t)8 << 20)

static struct quire_idle idle_compressors;
static struct quire_idle idle_decompressors;

static int fail_zstd(size_t result, const char *operation, struct quire_error *error)
{
    int code = QUIRE_CORRUPT;
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation: return quire_fail_memory(error, operation);
    case ZSTD_error_frameParameter_windowTooLarge:
    case ZSTD_error_dstSize_tooSmall: code = QUIRE_LIMIT; break;
    case ZSTD_error_dictionary_wrong: code = QUIRE_UNSUPPORTED; break;
    default: break;
    }
    return quire_fail(error, code, operation, "%s", ZSTD_getErrorName(result));
}

static size_t block_bound(size_t size)
{
    return ZSTD_compressBound(size);
}

static int block_compress(const void *bytes, size_t size, int level, void *out, size_t capacity,
                          size_t *out_size, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_zstd, level, &level, error));
    ZSTD_CCtx *context = quire_idle_take(&idle_compressors);
    if (context == NULL) context = ZSTD_createCCtx();
    if (context == NULL) return quire_fail_memory(error, COMPRESS);
    size_t result = ZSTD_compressCCtx(context, out, capacity, bytes, size, level);
    if (ZSTD_sizeof_CCtx(context) > IDLE_BYTES_MAX || !quire_idle_give(&idle_compressors, context))
        ZSTD_freeCCtx(context);
    if (ZSTD_isError(result)) return fail_zstd(result, COMPRESS, error);
    *out_size = result;
    return 0;
}

static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size,
                            struct quire_error *error)
{
    ZSTD_DCtx *context = quire_idle_take(&idle_decompressors);
    if (context == NULL) context = ZSTD_createDCtx();
    if (context == NULL) return quire_fail_memory(error, DECOMPRESS);
    size_t result = ZSTD_decompressDCtx(context, out, out_size, bytes, size);
    if (!quire_idle_give(&idle_decompressors, context)) ZSTD_freeDCtx(context);
    if (ZSTD_isError(result)) {
        if (ZSTD_getErrorCode(result) != ZSTD_error_dstSize_tooSmall)
            return fail_zstd(result, DECOMPRESS, error);
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "a block is larger than its %zu bytes",
                          out_size);
    }
    if (result != out_size)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "a block gives %zu bytes, not %zu",
                          result, out_size);
    return 0;
}

static int encode_step(void *state, struct quire_codec_step *step, bool end, bool *done,
                       struct quire_error *error)
{
    ZSTD_inBuffer in = {step->in, step->in_size, 0};
    ZSTD_outBuffer out = {step->out, step->out_size, 0};
    size_t left = ZSTD_compressStream2(state, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
    step->in += in.pos;
    step->in_size -= in.pos;
    step->out += out.pos;
    step->out_size -= out.pos;
    if (ZSTD_isError(left)) return fail_zstd(left, COMPRESS, error);
    *done = end && left == 0;
    return 0;
}

static void encode_free(void *state)
{
    ZSTD_freeCCtx(state);
}

static const struct quire_codec_encoder encoder = {
    .operation = COMPRESS,
    .room = 1,
    .step = encode_step,
    .free = encode_free,
};

/* Workers are asked for as far as the library has them: one built without threads
 * has an upper bound of 0, and then compresses in the calling thread. */
static size_t set_workers(ZSTD_CCtx *context, unsigned threads)
{
    ZSTD_bounds bounds = ZSTD_cParam_getBounds(ZSTD_c_nbWorkers);
    if (threads <= 1 || ZSTD_isError(bounds.error) || bounds.upperBound <= 0) return 0;
    int workers = threads < (unsigned)bounds.upperBound ? (int)threads : bounds.upperBound;
    return ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, workers);
}

static int stream_out_open(struct quire_out *below, int level, unsigned threads,
                           struct quire_out **out, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_zstd, level, &level, error));
    ZSTD_CCtx *context = ZSTD_createCCtx();
    if (context == NULL) return quire_fail_memory(error, COMPRESS);
    size_t result = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    if (!ZSTD_isError(result)) result = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    if (!ZSTD_isError(result)) result = set_workers(context, threads);
    int code = ZSTD_isError(result) ? fail_zstd(result, COMPRESS, error)
                                    : quire_codec_out_new(&encoder, context, below, out, error);
    if (code != 0) ZSTD_freeCCtx(context);
    return code;
}

static int decode_step(void *state, struct quire_codec_step *step, bool *whole,
                       struct quire_error *error)
{
    ZSTD_inBuffer in = {step->in, step->in_size, 0};
    ZSTD_outBuffer out = {step->out, step->out_size, 0};
    size_t left = ZSTD_decompressStream(state, &out, &in);
    step->in += in.pos;
    step->in_size -= in.pos;
    step->out += out.pos;
    step->out_size -= out.pos;
    if (ZSTD_isError(left)) {
        int code = fail_zstd(left, DECOMPRESS, error);
        if (code == QUIRE_LIMIT)
            quire_error_hint(error, "a window may have %d MB at most; compress without --long",
                             1 << (ZSTD_WINDOW_LOG_MAX - 20));
        return code;
    }
    *whole = left == 0;
    return 0;
}

static void decode_free(void *state)
{
    ZSTD_freeDCtx(state);
}

static const struct quire_codec_decoder decoder = {
    .operation = DECOMPRESS,
    .step = decode_step,
    .free = decode_free,
};

static int stream_in_open(struct quire_in *below, struct quire_in **in, struct quire_error *error)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (context == NULL) return quire_fail_memory(error, DECOMPRESS);
    size_t result = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    int code = ZSTD_isError(result) ? fail_zstd(result, DECOMPRESS, error)
                                    : quire_codec_in_new(&decoder, context, below, in, error);
    if (code != 0) ZSTD_freeDCtx(context);
    return code;
}

#else
#define BUILT_WITHOUT "zstd"
QUIRE_CODEC_WITHOUT_BLOCKS(BUILT_WITHOUT)
QUIRE_CODEC_WITHOUT_STREAMS(BUILT_WITHOUT)
#endif

const struct quire_codec quire_codec_zstd = {
    .name = "zstd",
    .extension = ".zst",
    .summary = "Zstandard: fast and small, the best choice where readers have it",
    .built_without = BUILT_WITHOUT,
    .level_min = -7,
    .level_max = 22,
    .level_default = 3,
    .magic = {0x28, 0xb5, 0x2f, 0xfd},
    .magic_size = 4,
    .bound = block_bound,
    .compress = block_compress,
    .decompress = block_decompress,
    .out_open = stream_out_open,
    .in_open = stream_in_open,
};
