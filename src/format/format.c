/* The registry of formats: the rows below, then what applications add. */
#include "format/format.h"

#include <string.h>
#include <strings.h>

#include "base/fail.h"
#include "base/options.h"
#include "quire/codec.h"

/* Formats that applications may add. */
#define REGISTERED_MAX 64

static const struct quire_format *formats[10 + REGISTERED_MAX] = {
    &quire_format_csv,   &quire_format_tsv,          &quire_format_json,  &quire_format_jsonl,
    &quire_format_ion,   &quire_format_ion_text,     &quire_format_table, &quire_format_parquet,
    &quire_format_arrow, &quire_format_arrow_stream,
};
static size_t formats_size = 10;

const struct quire_format *const *quire_formats(size_t *size)
{
    *size = formats_size;
    return formats;
}

/* True when text is in a list separated by '|'. */
static bool list_has(const char *list, const char *text, size_t text_size)
{
    while (*list != '\0') {
        size_t size = strcspn(list, "|");
        if (size == text_size && strncasecmp(list, text, size) == 0) return true;
        list += size + (list[size] == '|');
    }
    return false;
}

static const struct quire_format *format_of_extension(const char *extension, size_t size)
{
    for (size_t i = 0; i < formats_size; i++) {
        if (size > 0 && list_has(formats[i]->extensions, extension, size)) return formats[i];
    }
    return NULL;
}

static const struct quire_format *extension_taken(const char *list)
{
    while (*list != '\0') {
        size_t size = strcspn(list, "|");
        const struct quire_format *format = format_of_extension(list, size);
        if (format != NULL) return format;
        list += size + (list[size] == '|');
    }
    return NULL;
}

int quire_format_register(const struct quire_format *format, struct quire_error *error)
{
    for (size_t i = 0; i < formats_size; i++) {
        if (strcmp(formats[i]->name, format->name) == 0)
            return quire_fail(error, QUIRE_EXISTS, "register format",
                              "there is a format named %s already", format->name);
    }
    const struct quire_format *other = extension_taken(format->extensions);
    if (other != NULL)
        return quire_fail(error, QUIRE_EXISTS, "register format",
                          "an extension of %s (%s) belongs to the format %s", format->name,
                          format->extensions, other->name);
    if (formats_size == sizeof(formats) / sizeof(formats[0]))
        return quire_fail(error, QUIRE_LIMIT, "register format",
                          "no more than %d formats can be added", REGISTERED_MAX);
    formats[formats_size++] = format;
    return 0;
}

int quire_format_find(const char *name, const struct quire_format **format,
                      struct quire_error *error)
{
    const char *names[sizeof(formats) / sizeof(formats[0])];
    for (size_t i = 0; i < formats_size; i++) {
        names[i] = formats[i]->name;
        if (strcmp(names[i], name) != 0) continue;
        if (formats[i]->built_without != NULL)
            return quire_fail(error, QUIRE_UNSUPPORTED, "find format",
                              "the format %s is not in this build: built without %s", name,
                              formats[i]->built_without);
        *format = formats[i];
        return 0;
    }
    int code =
        quire_fail(error, QUIRE_USAGE, "find format", "there is no format named \"%s\"", name);
    const char *nearest = quire_options_nearest(names, formats_size, name);
    if (nearest != NULL)
        quire_error_hint(error, "did you mean %s?", nearest);
    else
        quire_error_hint(error, "\"quire formats\" lists them");
    return code;
}

/* The extension that names a format, past a codec's; *size 0 when there is none. */
static const char *format_extension(const char *path, size_t *size)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t name_size = strlen(name);
    const struct quire_codec *codec = quire_codec_of_path(path);
    if (codec != NULL) name_size -= strlen(codec->extension);
    const char *dot = memrchr(name, '.', name_size);
    *size = dot != NULL ? (size_t)(name + name_size - dot) : 0;
    return dot;
}

const struct quire_format *quire_format_of_path(const char *path)
{
    size_t size;
    const char *extension = format_extension(path, &size);
    return format_of_extension(extension, size);
}

int quire_format_find_path(const char *path, const struct quire_format **format,
                           struct quire_error *error)
{
    size_t size;
    const char *extension = format_extension(path, &size);
    const struct quire_format *found = format_of_extension(extension, size);
    if (found != NULL) return quire_format_find(found->name, format, error);
    *format = NULL;
    return 0;
}
