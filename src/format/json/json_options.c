/* The rows of the JSON formats: their tables and their options. */
#include "format/json/json_options.h"

#include "format/format.h"
#include "format/text/encode.h"

#define ENCODER(field) offsetof(struct quire_json_encoder_options, field)
#define DECODER(field) offsetof(struct quire_json_decoder_options, field)

/* The first row is for whole documents only: a line holds one record. */
static const struct quire_option encoder_rows[] = {
    {.name = "pretty", .type = QUIRE_OPTION_BOOL, .default_text = "off", .offset = ENCODER(pretty),
     .help = "Each member on a line of its own, indented by two"},
    {.name = "separators", .type = QUIRE_OPTION_CHOICE, .default_text = "compact",
     .offset = ENCODER(separators), .choices = "compact|python",
     .help = "No blanks between tokens, or one after ',' and ':' as Python's json module writes"},
    {.name = "ascii", .type = QUIRE_OPTION_BOOL, .default_text = "off", .offset = ENCODER(ascii),
     .help = "Write characters beyond ASCII as \\uXXXX"},
    {.name = "nan", .type = QUIRE_OPTION_CHOICE, .default_text = "null", .offset = ENCODER(nan),
     .choices = "null|string|error",
     .help = "What NaN and infinities become: null, \"NaN\" and \"Infinity\", or an error"},
    {.name = "decimals", .type = QUIRE_OPTION_CHOICE, .default_text = "string",
     .offset = ENCODER(decimals), .choices = "string|number",
     .help = "Decimals as strings, which every reader keeps exact, or as numbers"},
    {.name = "timestamps", .type = QUIRE_OPTION_CHOICE, .default_text = "iso",
     .offset = ENCODER(timestamps), .choices = "iso|epoch",
     .help = "Timestamps as ISO 8601 strings, or as integers of their unit since 1970"},
    {.name = "binary", .type = QUIRE_OPTION_CHOICE, .default_text = "base64",
     .offset = ENCODER(binary), .choices = "base64|hex", .help = "How bytes are written"},
    {.name = "nulls", .type = QUIRE_OPTION_CHOICE, .default_text = "null",
     .offset = ENCODER(nulls), .choices = "null|omit",
     .help = "Members that are null are written, or left out"},
    {.name = "invalid_utf8", .type = QUIRE_OPTION_CHOICE, .default_text = "error",
     .offset = ENCODER(invalid_utf8), .choices = "error|replace",
     .help = "Strings that are not UTF-8 are refused, or repaired with U+FFFD"},
};

static const struct quire_option decoder_rows[] = {
    {.name = "repeated_keys", .type = QUIRE_OPTION_CHOICE, .default_text = "last",
     .offset = DECODER(repeated_keys), .choices = "last|error|first",
     .help = "Which of several members of one name counts"},
    {.name = "invalid_utf8", .type = QUIRE_OPTION_CHOICE, .default_text = "error",
     .offset = DECODER(invalid_utf8), .choices = "error|replace",
     .help = "Text that is not UTF-8 and lone surrogates are refused, or become U+FFFD"},
    {.name = "timestamps", .type = QUIRE_OPTION_CHOICE, .default_text = "iso",
     .offset = DECODER(timestamps), .choices = "iso|epoch",
     .help = "Timestamps are ISO 8601 strings, or integers of the column's unit as well"},
    {.name = "binary", .type = QUIRE_OPTION_CHOICE, .default_text = "base64",
     .offset = DECODER(binary), .choices = "base64|hex", .help = "How bytes are written"},
    {.name = "keep_text", .type = QUIRE_OPTION_BOOL, .default_text = "off",
     .offset = DECODER(keep_text),
     .help = "Strings stay strings: dates and timestamps are not recognised"},
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

const struct quire_format quire_format_json = {
    .name = "json",
    .extensions = ".json",
    .summary = "one array of objects (RFC 8259)",
    .encoder_options = {encoder_rows, COUNT(encoder_rows),
                        sizeof(struct quire_json_encoder_options)},
    .decoder_options = {decoder_rows, COUNT(decoder_rows),
                        sizeof(struct quire_json_decoder_options)},
    .encoder_new = quire_json_encoder_new,
    .encoder_write = quire_text_encoder_write,
    .encoder_finish = quire_text_encoder_finish,
    .encoder_free = quire_text_encoder_free,
    .decoder_open = quire_json_decoder_open,
};

const struct quire_format quire_format_jsonl = {
    .name = "jsonl",
    .extensions = ".jsonl|.ndjson",
    .summary = "one object a line (JSON Lines)",
    .flags = QUIRE_FORMAT_APPEND,
    .encoder_options = {encoder_rows + 1, COUNT(encoder_rows) - 1,
                        sizeof(struct quire_json_encoder_options)},
    .decoder_options = {decoder_rows, COUNT(decoder_rows),
                        sizeof(struct quire_json_decoder_options)},
    .encoder_new = quire_jsonl_encoder_new,
    .encoder_write = quire_text_encoder_write,
    .encoder_finish = quire_text_encoder_finish,
    .encoder_free = quire_text_encoder_free,
    .decoder_open = quire_jsonl_decoder_open,
};
