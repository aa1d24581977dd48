/* The inside of the codec layer: the rows, and what their files share.
 *
 * One file a codec (gzip and snappy keep their stream faces in a second one).
 * A codec whose library this build lacks keeps its row: built_without names the
 * library and every function answers QUIRE_UNSUPPORTED. */
#ifndef QUIRE_CODEC_CODEC_H
#define QUIRE_CODEC_CODEC_H

#include <stddef.h>

#include "quire/codec.h"
#include "quire_config.h"

extern const struct quire_codec quire_codec_none;
extern const struct quire_codec quire_codec_gzip;
extern const struct quire_codec quire_codec_zstd;
extern const struct quire_codec quire_codec_lz4;
extern const struct quire_codec quire_codec_snappy;
extern const struct quire_codec quire_codec_brotli;

/* The codec that a stream starting with these bytes is of; NULL when none is
 * recognised (brotli has no magic) or too few bytes are given. Six are enough. */
const struct quire_codec *quire_codec_of_magic(const void *bytes, size_t size);

/* The level to use for a wanted one (0: the default), or QUIRE_USAGE with the bounds. */
int quire_codec_level(const struct quire_codec *codec, int wanted, int *level,
                      struct quire_error *error);

/* QUIRE_UNSUPPORTED, "built without <library>". */
int quire_codec_without(const char *library, struct quire_error *error);

/* Memory hooks in the shapes that brotli and zlib ask for; opaque is not used. */
void *quire_codec_allocate(void *opaque, size_t size);
void *quire_codec_allocate_items(void *opaque, unsigned count, unsigned size);
void quire_codec_release(void *opaque, void *block);

/* The gzip stream face, which stands on another library than the block face. */
int quire_codec_gzip_out_open(struct quire_out *below, int level, unsigned threads,
                              struct quire_out **out, struct quire_error *error);
int quire_codec_gzip_in_open(struct quire_in *below, struct quire_in **in,
                             struct quire_error *error);

/* The snappy framing format. */
int quire_codec_snappy_out_open(struct quire_out *below, int level, unsigned threads,
                                struct quire_out **out, struct quire_error *error);
int quire_codec_snappy_in_open(struct quire_in *below, struct quire_in **in,
                               struct quire_error *error);

/* Define the functions of a row for a build without the library. */
#define QUIRE_CODEC_WITHOUT_BLOCKS(library)                                                 \
    static size_t block_bound(size_t size)                                                  \
    {                                                                                       \
        (void)size;                                                                         \
        return 0;                                                                           \
    }                                                                                       \
    static int block_compress(const void *bytes, size_t size, int level, void *out,         \
                              size_t capacity, size_t *out_size, struct quire_error *error) \
    {                                                                                       \
        (void)bytes, (void)size, (void)level, (void)out, (void)capacity, (void)out_size;    \
        return quire_codec_without(library, error);                                         \
    }                                                                                       \
    static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size, \
                                struct quire_error *error)                                  \
    {                                                                                       \
        (void)bytes, (void)size, (void)out, (void)out_size;                                 \
        return quire_codec_without(library, error);                                         \
    }

#define QUIRE_CODEC_WITHOUT_STREAMS(library)                                         \
    static int stream_out_open(struct quire_out *below, int level, unsigned threads, \
                               struct quire_out **out, struct quire_error *error)    \
    {                                                                                \
        (void)below, (void)level, (void)threads, (void)out;                          \
        return quire_codec_without(library, error);                                  \
    }                                                                                \
    static int stream_in_open(struct quire_in *below, struct quire_in **in,          \
                              struct quire_error *error)                             \
    {                                                                                \
        (void)below, (void)in;                                                       \
        return quire_codec_without(library, error);                                  \
    }

#endif
