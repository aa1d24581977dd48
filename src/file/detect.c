/* A name is believed before the content, but for compression: there the first bytes
 * must bear it out. */
#include "file/detect.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "codec/codec.h"

static int find_codec(const char *wanted, const struct quire_codec **codec, int *level,
                      struct quire_error *error)
{
    QUIRE_TRY(quire_codec_parse(wanted, codec, level, error));
    if (strcmp((*codec)->name, "none") == 0) *codec = NULL;
    return 0;
}

int quire_detect_codec(const char *wanted, const char *url, const uint8_t *bytes, size_t size,
                       const struct quire_codec **codec, struct quire_error *error)
{
    int level = 0;
    if (wanted != NULL) return find_codec(wanted, codec, &level, error);
    const struct quire_codec *named = quire_codec_of_path(url);
    const struct quire_codec *found = quire_codec_of_magic(bytes, size);
    /* A codec that has no first bytes of its own, or an empty file: only the name tells. */
    if (found == NULL && named != NULL && (named->magic_size == 0 || size == 0)) found = named;
    if (found == NULL && named != NULL)
        return quire_fail(error, QUIRE_CORRUPT, "read",
                          "the name says %s, but the content does not begin as %s does",
                          named->name, named->name);
    if (found != NULL && found->built_without != NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "read",
                          "%s is not in this build: built without %s", found->name,
                          found->built_without);
    *codec = found;
    return 0;
}

static int find_format(const char *wanted, const char *url, const struct quire_format **format,
                       struct quire_error *error)
{
    if (wanted != NULL) return quire_format_find(wanted, format, error);
    return quire_format_find_path(url, format, error);
}

/* The magic bytes of Parquet, plain or encrypted (README.md of parquet-format, "File format";
 * Encryption.md, 5.4), and after them what is no text: a CSV file may begin with "PAR1,". */
static bool is_parquet(const uint8_t *bytes, size_t size)
{
    if (size < 12 || (memcmp(bytes, "PAR1", 4) != 0 && memcmp(bytes, "PARE", 4) != 0)) return false;
    for (size_t i = 4; i < size; i++)
        if (bytes[i] < ' ' && memchr("\t\n\v\f\r", bytes[i], 5) == NULL) return true;
    return false;
}

/* Arrow's magic with its padding, or the continuation and length of a stream's first message,
 * which begin no text in UTF-8 and nothing else that is read here (Columnar.rst, "IPC File
 * Format" and "Encapsulated message format"). A stream without continuations only its name
 * tells. */
static const char *arrow_of(const uint8_t *bytes, size_t size)
{
    if (size >= 8 && memcmp(bytes, "ARROW1\0\0", 8) == 0) return "arrow";
    if (size >= 8 && memcmp(bytes, "\xff\xff\xff\xff", 4) == 0 && bytes[7] < 0x80)
        return "arrow-stream";
    return NULL;
}

/* The format of columns that the content has; either of Arrow's reads the other. */
static const char *columns_of(const uint8_t *bytes, size_t size)
{
    return is_parquet(bytes, size) ? "parquet" : arrow_of(bytes, size);
}

static bool is_one_of_arrow(const char *name)
{
    return strcmp(name, "arrow") == 0 || strcmp(name, "arrow-stream") == 0;
}

static int check_named(const struct quire_format *format, const char *found,
                       struct quire_error *error)
{
    if (strcmp(format->name, found) == 0) return 0;
    if (is_one_of_arrow(format->name) && is_one_of_arrow(found)) return 0;
    bool parquet = strcmp(found, "parquet") == 0;
    int code =
        quire_fail(error, QUIRE_CORRUPT, "read", "the name says %s, but the content looks like %s",
                   format->name, parquet ? "Parquet" : "Arrow IPC");
    quire_error_hint(error, "read it with --from %s", found);
    return code;
}

int quire_detect_format(const char *wanted, const char *url, const uint8_t *bytes, size_t size,
                        const struct quire_format **format, struct quire_error *error)
{
    QUIRE_TRY(find_format(wanted, url, format, error));
    size_t at = 0;
    const char *found = wanted == NULL ? columns_of(bytes, size) : NULL;
    if (*format == NULL && found != NULL) return quire_format_find(found, format, error);
    if (found != NULL) QUIRE_TRY(check_named(*format, found, error));
    if (*format != NULL && (*format)->decoder_open == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "read", "the format %s cannot be read",
                          (*format)->name);
    if (*format != NULL) return 0;
    /* A binary version marker (Ion's binary.md, "Value Streams"), which begins no text. */
    if (size >= 4 && bytes[0] == 0xe0 && bytes[3] == 0xea)
        return quire_format_find("ion", format, error);
    while (at < size && memchr(" \t\r\n", bytes[at], 4) != NULL)
        at++;
    if (at < size && bytes[at] == '{') return quire_format_find("jsonl", format, error);
    if (at < size && bytes[at] == '[') return quire_format_find("json", format, error);
    int code = quire_fail(error, QUIRE_USAGE, "read",
                          "neither the name nor the content of the "
                          "input tells its format");
    quire_error_hint(error, "name it with --from, for instance --from csv");
    return code;
}

static int refuse_codec(const char *url, const struct quire_format *format,
                        struct quire_error *error)
{
    const struct quire_codec *codec = quire_codec_of_path(url);
    if (codec == NULL) return 0;
    int code = quire_fail(error, QUIRE_USAGE, "write",
                          "%s files are compressed inside, not as a whole by %s", format->name,
                          codec->name);
    quire_error_hint(error, "leave %s off the name, and set the option compression",
                     codec->extension);
    return code;
}

int quire_choose_codec(const char *wanted, const char *url, const struct quire_format *format,
                       const struct quire_codec **codec, int *level, struct quire_error *error)
{
    *level = 0;
    *codec = NULL;
    if ((format->flags & QUIRE_FORMAT_COMPRESSES) != 0) return refuse_codec(url, format, error);
    if (wanted != NULL) return find_codec(wanted, codec, level, error);
    *codec = quire_codec_of_path(url);
    if (*codec != NULL && (*codec)->built_without != NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "write",
                          "%s is not in this build: built without %s", (*codec)->name,
                          (*codec)->built_without);
    return 0;
}

int quire_choose_format(const char *wanted, const char *url, const struct quire_format **format,
                        struct quire_error *error)
{
    QUIRE_TRY(find_format(wanted, url, format, error));
    if (*format == NULL) {
        int code = quire_fail(error, QUIRE_USAGE, "write",
                              "the name of the output does not tell its format");
        quire_error_hint(error, "name it with --to, for instance --to jsonl");
        return code;
    }
    if ((*format)->encoder_new == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "write", "the format %s cannot be written",
                          (*format)->name);
    return 0;
}

void quire_name_format(const char *verb, const struct quire_format *format,
                       struct quire_error *error)
{
    size_t size = 0, verb_size = strlen(verb);
    const struct quire_format *const *formats = quire_formats(&size);
    if (error == NULL || format == NULL) return;
    if (strncmp(error->operation, verb, verb_size) != 0 || error->operation[verb_size] != ' ')
        return;
    char *name = error->operation + verb_size + 1;
    for (size_t i = 0; i < size; i++) {
        if (strcmp(formats[i]->name, name) != 0) continue;
        snprintf(name, sizeof(error->operation) - verb_size - 1, "%s", format->name);
        return;
    }
}
