/* LZ4: blocks are raw LZ4 (what Parquet calls LZ4_RAW), streams are LZ4 frames
 * with linked 64 KB blocks and a content checksum. Reading takes any run of
 * frames and skippable frames, of any block size. */
#include "codec/codec.h"

#ifdef QUIRE_WITH_LZ4

#include <limits.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lz4hc.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "codec/codec_stream.h"

#define BUILT_WITHOUT NULL
#define COMPRESS      "compress lz4"
#define DECOMPRESS    "decompress lz4"

#define HC_LEVEL_MIN 3 /* below it, levels mean the fast compressor, as in frames */
#define CHUNK_BYTES  ((size_t)64 << 10)
/* What one chunk may give: the block held back, the chunk, headers and checksums. */
#define ROOM_BYTES (2 * CHUNK_BYTES + 1024)

static size_t block_bound(size_t size)
{
    return size <= LZ4_MAX_INPUT_SIZE ? (size_t)LZ4_COMPRESSBOUND(size) : 0;
}

static int block_compress(const void *bytes, size_t size, int level, void *out, size_t capacity,
                          size_t *out_size, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_lz4, level, &level, error));
    if (size > LZ4_MAX_INPUT_SIZE)
        return quire_fail(error, QUIRE_LIMIT, COMPRESS, "a block of %zu bytes is too large", size);
    const char *in = size > 0 ? bytes : "";
    int room = capacity < INT_MAX ? (int)capacity : INT_MAX;
    int result = level < HC_LEVEL_MIN ? LZ4_compress_default(in, out, (int)size, room)
                                      : LZ4_compress_HC(in, out, (int)size, room, level);
    if (result <= 0)
        return quire_fail(error, QUIRE_LIMIT, COMPRESS, "the block does not fit into %zu bytes",
                          capacity);
    *out_size = (size_t)result;
    return 0;
}

static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size,
                            struct quire_error *error)
{
    if (size > INT_MAX || out_size > INT_MAX)
        return quire_fail(error, QUIRE_LIMIT, DECOMPRESS, "a block of %zu bytes is too large",
                          size > out_size ? size : out_size);
    char nothing[1] = "";
    int result = LZ4_decompress_safe(size > 0 ? bytes : nothing, out_size > 0 ? out : nothing,
                                     (int)size, (int)out_size);
    if (result < 0 || (size_t)result != out_size)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS,
                          "a block is damaged or does not have %zu bytes", out_size);
    return 0;
}

/* The codes behind the names are not part of the library's stable interface. */
static int fail_lz4(size_t result, const char *operation, struct quire_error *error)
{
    const char *name = LZ4F_getErrorName(result);
    if (strcmp(name, "ERROR_allocation_failed") == 0) return quire_fail_memory(error, operation);
    return quire_fail(error, QUIRE_CORRUPT, operation, "%s", name);
}

struct lz4_out {
    LZ4F_cctx *context;
    LZ4F_preferences_t preferences;
    bool begun; /* the frame header is written */
};

/* One call of the library: the header, a chunk, or the end. */
static int encode_step(void *state, struct quire_codec_step *step, bool end, bool *done,
                       struct quire_error *error)
{
    struct lz4_out *out = state;
    size_t size = 0;
    size_t result;
    if (!out->begun) {
        result = LZ4F_compressBegin(out->context, step->out, step->out_size, &out->preferences);
    } else if (end) {
        result = LZ4F_compressEnd(out->context, step->out, step->out_size, NULL);
    } else {
        size = step->in_size < CHUNK_BYTES ? step->in_size : CHUNK_BYTES;
        result = LZ4F_compressUpdate(out->context, step->out, step->out_size, step->in, size, NULL);
    }
    if (LZ4F_isError(result)) return fail_lz4(result, COMPRESS, error);
    *done = out->begun && end;
    out->begun = true;
    step->in += size;
    step->in_size -= size;
    step->out += result;
    step->out_size -= result;
    return 0;
}

static void encode_free(void *state)
{
    struct lz4_out *out = state;
    LZ4F_freeCompressionContext(out->context);
    quire_free(out);
}

static const struct quire_codec_encoder encoder = {
    .operation = COMPRESS,
    .room = ROOM_BYTES,
    .step = encode_step,
    .free = encode_free,
};

static int stream_out_open(struct quire_out *below, int level, unsigned threads,
                           struct quire_out **out, struct quire_error *error)
{
    (void)threads; /* the library has no workers */
    QUIRE_TRY(quire_codec_level(&quire_codec_lz4, level, &level, error));
    struct lz4_out *state = quire_alloc_zero(1, sizeof(*state));
    if (state == NULL) return quire_fail_memory(error, COMPRESS);
    state->preferences.frameInfo.blockSizeID = LZ4F_max64KB;
    state->preferences.frameInfo.blockMode = LZ4F_blockLinked;
    state->preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    state->preferences.compressionLevel = level;
    int code = 0;
    if (LZ4F_compressBound(CHUNK_BYTES, &state->preferences) > ROOM_BYTES)
        code = quire_fail(error, QUIRE_UNSUPPORTED, COMPRESS, "this lz4 library needs more room");
    else if (LZ4F_isError(LZ4F_createCompressionContext(&state->context, LZ4F_VERSION)))
        code = quire_fail_memory(error, COMPRESS);
    if (code == 0) code = quire_codec_out_new(&encoder, state, below, out, error);
    if (code != 0) encode_free(state);
    return code;
}

static int decode_step(void *state, struct quire_codec_step *step, bool *whole,
                       struct quire_error *error)
{
    size_t in_size = step->in_size;
    size_t out_size = step->out_size;
    size_t left = LZ4F_decompress(state, step->out, &out_size, step->in, &in_size, NULL);
    if (LZ4F_isError(left)) return fail_lz4(left, DECOMPRESS, error);
    step->in += in_size;
    step->in_size -= in_size;
    step->out += out_size;
    step->out_size -= out_size;
    *whole = left == 0;
    return 0;
}

static void decode_free(void *state)
{
    LZ4F_freeDecompressionContext(state);
}

static const struct quire_codec_decoder decoder = {
    .operation = DECOMPRESS,
    .step = decode_step,
    .free = decode_free,
};

static int stream_in_open(struct quire_in *below, struct quire_in **in, struct quire_error *error)
{
    LZ4F_dctx *context = NULL;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
        return quire_fail_memory(error, DECOMPRESS);
    int code = quire_codec_in_new(&decoder, context, below, in, error);
    if (code != 0) decode_free(context);
    return code;
}

#else
#define BUILT_WITHOUT "lz4"
QUIRE_CODEC_WITHOUT_BLOCKS(BUILT_WITHOUT)
QUIRE_CODEC_WITHOUT_STREAMS(BUILT_WITHOUT)
#endif

const struct quire_codec quire_codec_lz4 = {
    .name = "lz4",
    .extension = ".lz4",
    .summary = "LZ4: the fastest to read; raw blocks, framed streams",
    .built_without = BUILT_WITHOUT,
    .level_min = 1,
    .level_max = 12,
    .level_default = 1,
    .magic = {0x04, 0x22, 0x4d, 0x18},
    .magic_size = 4,
    .bound = block_bound,
    .compress = block_compress,
    .decompress = block_decompress,
    .out_open = stream_out_open,
    .in_open = stream_in_open,
};
