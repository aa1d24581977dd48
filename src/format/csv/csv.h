/* CSV and TSV (RFC 4180), for the files of this folder: their options and the
 * meeting points of writer and reader.
 *
 * What both keep: records end with LF or CRLF; a quoted field may hold anything;
 * an unquoted empty field is null and `""` is the empty string; bytes outside
 * quotes are never NUL. A table of one column writes a null as an empty line, and
 * an empty line of such a file is read as a null; with more columns empty lines
 * are skipped. */
#ifndef QUIRE_FORMAT_CSV_CSV_H
#define QUIRE_FORMAT_CSV_CSV_H

#include "quire/format.h"

enum quire_csv_line_end { QUIRE_CSV_LF, QUIRE_CSV_CRLF };
enum quire_csv_header { QUIRE_CSV_HEADER_ON, QUIRE_CSV_HEADER_OFF, QUIRE_CSV_HEADER_QUOTED };
enum quire_csv_quoting {
    QUIRE_CSV_QUOTE_MINIMAL,
    QUIRE_CSV_QUOTE_ALL,
    QUIRE_CSV_QUOTE_NONNUMERIC,
    QUIRE_CSV_QUOTE_NONE
};
enum quire_csv_utf8 { QUIRE_CSV_UTF8_ERROR, QUIRE_CSV_UTF8_REPLACE };
enum quire_csv_ragged { QUIRE_CSV_RAGGED_ERROR, QUIRE_CSV_RAGGED_PAD };

/* The options of the encoder, filled by its rows. Choices are the enums above. */
struct quire_csv_write_options {
    int32_t delimiter;
    int32_t quote;  /* -1: none */
    int32_t escape; /* -1: quotes are doubled */
    int32_t line_end;
    int32_t header;
    int32_t quoting;
    char *null_text;
    struct quire_keyed *float_precision;
    bool decimal_comma;
    bool bom;
    int32_t binary;              /* 1: hex */
    int32_t timestamp_separator; /* 1: space */
    bool formula_guard;
    int32_t invalid_utf8;
};

/* The options of the decoder. */
struct quire_csv_read_options {
    int32_t delimiter;
    int32_t quote;
    int32_t escape;
    int32_t header; /* on or off */
    char *null_text;
    bool infer;
    bool decimal_comma;
    int32_t comment; /* -1: none */
    int64_t skip_rows;
    int32_t ragged;
    int32_t binary;
    int32_t encoding; /* utf-8 is the only one */
    int32_t invalid_utf8;
};

/* QUIRE_USAGE when options contradict each other. */
int quire_csv_check_write(const struct quire_csv_write_options *options, struct quire_error *error);
int quire_csv_check_read(const struct quire_csv_read_options *options, struct quire_error *error);

/* encoder_new of a format, and the decoder_open of both; see struct quire_format. */
int quire_csv_encoder_new(const struct quire_format *format, const struct ArrowSchema *schema,
                          const struct quire_csv_write_options *options,
                          struct quire_context *context, struct quire_out *out,
                          struct quire_encoder **encoder, struct quire_error *error);
int quire_csv_decoder_open(struct quire_in *in, const void *options,
                           const struct quire_record_policy *policy, struct quire_context *context,
                           struct ArrowArrayStream *stream, struct quire_error *error);
int quire_csv_survey(struct quire_in *in, const void *options,
                     const struct quire_record_policy *policy, struct quire_context *context,
                     struct quire_survey *survey, struct quire_error *error);

#endif
