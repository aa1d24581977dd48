/* One frame of linked 64 KB blocks with its content size. Reading wants exactly one frame
 * of any kind, and nothing after it. */
#include "codec/lz4_frame.h"

#include "codec/codec.h"

#ifdef QUIRE_WITH_LZ4

#include <lz4frame.h>
#include <string.h>

#include "base/fail.h"

#define BUILT_WITHOUT NULL
#define COMPRESS      "compress lz4"
#define DECOMPRESS    "decompress lz4"

static size_t block_bound(size_t size)
{
    return LZ4F_compressFrameBound(size, NULL);
}

static int fail_lz4(size_t result, int code, const char *operation, struct quire_error *error)
{
    const char *name = LZ4F_getErrorName(result);
    if (strcmp(name, "ERROR_allocation_failed") == 0) return quire_fail_memory(error, operation);
    return quire_fail(error, code, operation, "%s", name);
}

static int block_compress(const void *bytes, size_t size, int level, void *out, size_t capacity,
                          size_t *out_size, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_lz4, level, &level, error));
    const LZ4F_preferences_t preferences = {.frameInfo = {.contentSize = size},
                                            .compressionLevel = level};
    size_t result = LZ4F_compressFrame(out, capacity, bytes, size, &preferences);
    if (LZ4F_isError(result)) return fail_lz4(result, QUIRE_LIMIT, COMPRESS, error);
    *out_size = result;
    return 0;
}

static int decompress_frame(LZ4F_dctx *context, const uint8_t *in, size_t size, uint8_t *out,
                            size_t out_size, struct quire_error *error)
{
    size_t left = 1;
    while (left != 0) {
        size_t in_used = size, out_used = out_size;
        left = LZ4F_decompress(context, out, &out_used, in, &in_used, NULL);
        if (LZ4F_isError(left)) return fail_lz4(left, QUIRE_CORRUPT, DECOMPRESS, error);
        in += in_used;
        size -= in_used;
        out += out_used;
        out_size -= out_used;
        if (left != 0 && in_used == 0 && out_used == 0)
            return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS,
                              "a frame does not end where it "
                              "should");
    }
    if (size != 0 || out_size != 0)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS,
                          "a frame ends before its bytes or its content do");
    return 0;
}

static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size,
                            struct quire_error *error)
{
    LZ4F_dctx *context = NULL;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
        return quire_fail_memory(error, DECOMPRESS);
    uint8_t nothing[1] = {0};
    int code = decompress_frame(context, size > 0 ? bytes : nothing, size,
                                out_size > 0 ? out : nothing, out_size, error);
    LZ4F_freeDecompressionContext(context);
    return code;
}

#else
#define BUILT_WITHOUT "lz4"
QUIRE_CODEC_WITHOUT_BLOCKS(BUILT_WITHOUT)
#endif

const struct quire_codec quire_codec_lz4_frame = {
    .name = "lz4_frame",
    .summary = "an LZ4 frame a block",
    .built_without = BUILT_WITHOUT,
    .level_min = 1,
    .level_max = 12,
    .level_default = 1,
    .bound = block_bound,
    .compress = block_compress,
    .decompress = block_decompress,
};
