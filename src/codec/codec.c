/* The registry of codecs: by name, by extension, by magic. */
#include "codec/codec.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/text.h"
#include "quire/option.h"

#define OPERATION     "codec"
#define NAME_SIZE_MAX 31 /* bytes of a codec's name in a request */

static const struct quire_codec *const codecs[] = {
    &quire_codec_none, &quire_codec_gzip,   &quire_codec_zstd,
    &quire_codec_lz4,  &quire_codec_snappy, &quire_codec_brotli,
};
#define CODECS_SIZE (sizeof(codecs) / sizeof(codecs[0]))

const struct quire_codec *const *quire_codecs(size_t *size)
{
    *size = CODECS_SIZE;
    return codecs;
}

static int fail_unknown(const char *name, struct quire_error *error)
{
    const char *names[CODECS_SIZE];
    for (size_t i = 0; i < CODECS_SIZE; i++)
        names[i] = codecs[i]->name;
    quire_fail(error, QUIRE_USAGE, OPERATION, "no codec is named \"%.*s\"", NAME_SIZE_MAX, name);
    const char *nearest = quire_options_nearest(names, CODECS_SIZE, name);
    if (nearest != NULL)
        quire_error_hint(error, "did you mean \"%s\"?", nearest);
    else
        quire_error_hint(error, "use none, gzip, zstd, lz4, snappy or brotli");
    return QUIRE_USAGE;
}

int quire_codec_find(const char *name, const struct quire_codec **codec, struct quire_error *error)
{
    for (size_t i = 0; i < CODECS_SIZE; i++) {
        if (strcmp(name, codecs[i]->name) != 0) continue;
        if (codecs[i]->built_without != NULL)
            return quire_codec_without(codecs[i]->built_without, error);
        *codec = codecs[i];
        return 0;
    }
    return fail_unknown(name, error);
}

static int parse_level(const struct quire_codec *codec, const char *text, int *level,
                       struct quire_error *error)
{
    int64_t value = 0;
    bool overflow = false;
    if (!quire_number_parse_i64(text, strlen(text), &value, &overflow) && !overflow) {
        quire_fail(error, QUIRE_USAGE, OPERATION, "\"%.40s\" is not a level", text);
        quire_error_hint(error, "write it as in \"zstd:3\", or leave the colon out");
        return QUIRE_USAGE;
    }
    bool listed = value >= codec->level_min && value <= codec->level_max;
    if (!overflow && listed) {
        bool zero = value == 0 && codec->level_min == 0 && codec->level_max > 0;
        *level = zero ? QUIRE_CODEC_LEVEL_ZERO : (int)value;
        return 0;
    }
    if (codec->level_min == codec->level_max)
        quire_fail(error, QUIRE_USAGE, OPERATION, "%s has no levels", codec->name);
    else
        quire_fail(error, QUIRE_USAGE, OPERATION, "level %.20s of %s is not within %d to %d", text,
                   codec->name, codec->level_min, codec->level_max);
    return QUIRE_USAGE;
}

int quire_codec_parse(const char *text, const struct quire_codec **codec, int *level,
                      struct quire_error *error)
{
    const char *colon = strchr(text, ':');
    size_t size = colon != NULL ? (size_t)(colon - text) : strlen(text);
    if (size > NAME_SIZE_MAX) return fail_unknown(text, error);
    char name[NAME_SIZE_MAX + 1];
    memcpy(name, text, size);
    name[size] = '\0';
    const struct quire_codec *found = NULL;
    int parsed = 0;
    QUIRE_TRY(quire_codec_find(name, &found, error));
    if (colon != NULL) QUIRE_TRY(parse_level(found, colon + 1, &parsed, error));
    *codec = found;
    *level = parsed;
    return 0;
}

/* A dot that starts the last component makes a hidden file, not an extension. */
const struct quire_codec *quire_codec_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *component = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(component, '.');
    if (dot == NULL || dot == component) return NULL;
    for (size_t i = 0; i < CODECS_SIZE; i++) {
        if (codecs[i]->extension != NULL && quire_text_equal_ignore_case(dot, codecs[i]->extension))
            return codecs[i];
    }
    return NULL;
}

const struct quire_codec *quire_codec_of_magic(const void *bytes, size_t size)
{
    for (size_t i = 0; i < CODECS_SIZE; i++) {
        size_t magic_size = codecs[i]->magic_size;
        if (magic_size == 0 || size < magic_size) continue;
        if (memcmp(bytes, codecs[i]->magic, magic_size) == 0) return codecs[i];
    }
    return NULL;
}

int quire_codec_level(const struct quire_codec *codec, int wanted, int *level,
                      struct quire_error *error)
{
    if (wanted == QUIRE_CODEC_LEVEL_ZERO && codec->level_min == 0) {
        *level = 0;
        return 0;
    }
    if (wanted != 0 && (wanted < codec->level_min || wanted > codec->level_max))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "level %d of %s is not within %d to %d",
                          wanted, codec->name, codec->level_min, codec->level_max);
    *level = wanted != 0 ? wanted : codec->level_default;
    return 0;
}

int quire_codec_without(const char *library, struct quire_error *error)
{
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "built without %s", library);
}

void *quire_codec_allocate(void *opaque, size_t size)
{
    (void)opaque;
    return quire_alloc(size);
}

void *quire_codec_allocate_items(void *opaque, unsigned count, unsigned size)
{
    (void)opaque;
    return quire_alloc_zero(count, size);
}

void quire_codec_release(void *opaque, void *block)
{
    (void)opaque;
    quire_free(block);
}
