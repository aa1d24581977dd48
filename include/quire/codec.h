/* Compression: one block with a known bound, and streams. */
#ifndef QUIRE_CODEC_H
#define QUIRE_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "quire/error.h"
#include "quire/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A backend table. Level 0 is the codec's own default. Blocks and streams of one
 * codec need not be the same framing (lz4 blocks are raw, its streams are frames). */
struct quire_codec {
    const char *name;          /* "zstd" */
    const char *extension;     /* ".zst"; NULL: not recognised by name */
    const char *summary;       /* one line */
    const char *built_without; /* NULL; else the library that this build lacks */
    int level_min, level_max, level_default;
    unsigned char magic[6]; /* first bytes of a stream; magic_size 0: none */
    size_t magic_size;

    /* Largest size that compress can give. */
    size_t (*bound)(size_t size);
    /* One block into out (capacity bytes). QUIRE_LIMIT when it does not fit. Thread-safe. */
    int (*compress)(const void *bytes, size_t size, int level, void *out, size_t capacity,
                    size_t *out_size, struct quire_error *error);
    /* One block whose decompressed size is known: exactly out_size bytes or
     * QUIRE_CORRUPT. Thread-safe. */
    int (*decompress)(const void *bytes, size_t size, void *out, size_t out_size,
                      struct quire_error *error);

    /* A stream that compresses into below; closing it does not close below.
     * threads > 1 asks for workers where the codec has them. NULL: no stream face. */
    int (*out_open)(struct quire_out *below, int level, unsigned threads, struct quire_out **out,
                    struct quire_error *error);
    /* A forward stream that decompresses below (concatenated members or frames
     * too) and owns it from success on. A truncated stream is QUIRE_CORRUPT with
     * the compressed byte where it ends; bytes that follow and are not this
     * codec's are QUIRE_CORRUPT too. */
    int (*in_open)(struct quire_in *below, struct quire_in **in, struct quire_error *error);
};

/* All codecs of this build, also those built without their library. */
QUIRE_API const struct quire_codec *const *quire_codecs(size_t *size);

/* By name ("zstd", "gzip", "none"); QUIRE_USAGE with the nearest name in the
 * hint, QUIRE_UNSUPPORTED when built without. */
QUIRE_API int quire_codec_find(const char *name, const struct quire_codec **codec,
                               struct quire_error *error);

/* A level that is 0 where a codec has one, since 0 stands for the default. */
#define QUIRE_CODEC_LEVEL_ZERO (-0x7fffffff - 1)

/* "zstd:3": name and level; level 0 when absent; checked against the bounds. */
QUIRE_API int quire_codec_parse(const char *text, const struct quire_codec **codec, int *level,
                                struct quire_error *error);

/* By the last extension of a path (".csv.gz"); NULL when it names none. */
QUIRE_API const struct quire_codec *quire_codec_of_path(const char *path);

#ifdef __cplusplus
}
#endif
#endif
