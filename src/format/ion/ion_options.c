/* The rows of the Ion formats: their tables and their options. */
#include "format/ion/ion_options.h"

#include <string.h>

#include "format/format.h"
#include "format/ion/ion_decode.h"
#include "format/ion/ion_encode.h"
#include "format/text/encode.h"

#define ENCODER(field) offsetof(struct quire_ion_encoder_options, field)
#define DECODER(field) offsetof(struct quire_ion_decoder_options, field)

/* The first row is for text only. */
static const struct quire_option encoder_rows[] = {
    {.name = "pretty",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "off",
     .offset = ENCODER(pretty),
     .help = "each field and item on a line of its own, indented by two; else a value a line"},
    {.name = "nulls",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "typed",
     .offset = ENCODER(nulls),
     .choices = "typed|plain|omit",
     .help = "nulls of their column's type, plain nulls, or left out of structs"},
    {.name = "uuids",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "string",
     .offset = ENCODER(uuids),
     .choices = "string|blob",
     .help = "UUIDs as strings, or as blobs with the annotation uuid"},
    {.name = "invalid_utf8",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "error",
     .offset = ENCODER(invalid_utf8),
     .choices = "error|replace",
     .help = "strings that are not UTF-8 are refused, or get U+FFFD"},
};

static const struct quire_option decoder_rows[] = {
    {.name = "catalog",
     .type = QUIRE_OPTION_TEXT,
     .offset = DECODER(catalog),
     .help = "files of shared symbol tables, in Ion, separated by ','"},
    {.name = "annotations",
     .type = QUIRE_OPTION_TEXT,
     .offset = DECODER(annotations),
     .help = "column, a list of strings, that takes the annotations of each record; else they are "
             "left out"},
    {.name = "repeated",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "error",
     .offset = DECODER(repeated),
     .choices = "error|last|first",
     .help = "which of several fields of one name in a struct counts"},
};

/* Records follow one another at the top of a file, in the form that it is in; binary ones
 * begin with a version marker of their own. */
static int fail_append(const char *what, struct quire_error *error)
{
    return quire_fail(error, QUIRE_INPUT, "append", "the records already there are %s", what);
}

int quire_ion_append_check(const uint8_t *bytes, size_t size, struct quire_error *error)
{
    return quire_ion_is_binary(bytes, size) ? 0 : fail_append("Ion text, not binary", error);
}

int quire_ion_text_append_check(const uint8_t *bytes, size_t size, struct quire_error *error)
{
    size_t at = 0;
    if (quire_ion_is_binary(bytes, size)) return fail_append("Ion binary, not text", error);
    if (memchr(bytes, 0, size < 8 ? size : 8) != NULL || (size > 0 && bytes[0] >= 0xfe))
        return fail_append("UTF-16 or UTF-32, not UTF-8", error);
    while (at < size && memchr(" \t\r\n", bytes[at], 4) != NULL)
        at++;
    return at < size && bytes[at] == '[' ? fail_append("the items of one list", error) : 0;
}

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

const struct quire_format quire_format_ion = {
    .name = "ion",
    .extensions = ".ion|.10n",
    .summary = "Amazon Ion 1.0, binary; read in either form",
    .flags = QUIRE_FORMAT_APPEND | QUIRE_FORMAT_NO_LINES,
    .encoder_options = {encoder_rows + 1, COUNT(encoder_rows) - 1,
                        sizeof(struct quire_ion_encoder_options)},
    .decoder_options = {decoder_rows, COUNT(decoder_rows),
                        sizeof(struct quire_ion_decoder_options)},
    .encoder_new = quire_ion_encoder_new,
    .encoder_write = quire_text_encoder_write,
    .encoder_finish = quire_text_encoder_finish,
    .encoder_free = quire_text_encoder_free,
    .decoder_open = quire_ion_decoder_open,
    .append_check = quire_ion_append_check,
    .survey = quire_ion_survey,
    .copy = quire_ion_copy,
};

const struct quire_format quire_format_ion_text = {
    .name = "ion-text",
    .extensions = ".iont",
    .summary = "Amazon Ion 1.0, text; read in either form",
    .flags = QUIRE_FORMAT_APPEND,
    .encoder_options = {encoder_rows, COUNT(encoder_rows),
                        sizeof(struct quire_ion_encoder_options)},
    .decoder_options = {decoder_rows, COUNT(decoder_rows),
                        sizeof(struct quire_ion_decoder_options)},
    .encoder_new = quire_ion_text_encoder_new,
    .encoder_write = quire_text_encoder_write,
    .encoder_finish = quire_text_encoder_finish,
    .encoder_free = quire_text_encoder_free,
    .decoder_open = quire_ion_decoder_open,
    .append_check = quire_ion_text_append_check,
    .survey = quire_ion_survey,
    .copy = quire_ion_copy,
};
