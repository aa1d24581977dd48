/* The options of the two JSON formats. Both have the same structs; rows that make
 * sense for one format only are missing from the other's table. */
#ifndef QUIRE_FORMAT_JSON_OPTIONS_H
#define QUIRE_FORMAT_JSON_OPTIONS_H

#include "quire/format.h"

enum quire_json_utf8 { QUIRE_JSON_UTF8_ERROR, QUIRE_JSON_UTF8_REPLACE };

struct quire_json_encoder_options {
    bool pretty;
    int32_t separators; /* compact|python */
    bool ascii;
    int32_t nan;          /* null|string|error: enum quire_json_floats */
    int32_t decimals;     /* string|number */
    int32_t timestamps;   /* iso|epoch */
    int32_t binary;       /* base64|hex */
    int32_t nulls;        /* null|omit */
    int32_t invalid_utf8; /* enum quire_json_utf8 */
};

struct quire_json_decoder_options {
    int32_t repeated_keys; /* last|error|first: enum quire_json_repeated */
    int32_t invalid_utf8;  /* enum quire_json_utf8 */
    int32_t timestamps;    /* iso|epoch */
    int32_t binary;        /* base64|hex */
    bool keep_text;
};

/* The format tables' functions (json_write.c, json_decode.c). */
int quire_json_encoder_new(const struct ArrowSchema *schema, const void *options,
                           struct quire_context *context, struct quire_out *out,
                           struct quire_encoder **encoder, struct quire_error *error);
int quire_jsonl_encoder_new(const struct ArrowSchema *schema, const void *options,
                            struct quire_context *context, struct quire_out *out,
                            struct quire_encoder **encoder, struct quire_error *error);
int quire_json_decoder_open(struct quire_in *in, const void *options,
                            const struct quire_record_policy *policy, struct quire_context *context,
                            struct ArrowArrayStream *stream, struct quire_error *error);
int quire_jsonl_decoder_open(struct quire_in *in, const void *options,
                             const struct quire_record_policy *policy,
                             struct quire_context *context, struct ArrowArrayStream *stream,
                             struct quire_error *error);
int quire_json_survey(struct quire_in *in, const void *options,
                      const struct quire_record_policy *policy, struct quire_context *context,
                      struct quire_survey *survey, struct quire_error *error);
int quire_jsonl_survey(struct quire_in *in, const void *options,
                       const struct quire_record_policy *policy, struct quire_context *context,
                       struct quire_survey *survey, struct quire_error *error);

#endif
