/* The inside of the CSV decoder: the marks of a file, where fields end, and what
 * was decided when it was opened.
 *
 * A field that begins with the quote character ends at the next delimiter or line
 * feed after its closing quote; any other field at the next one, and a quote in
 * it stands for itself. quire_csv_field_end says so byte by byte; the vector code
 * in csv_index.c and csv_split.c gives the same ends or leaves the work to it. */
#ifndef QUIRE_FORMAT_CSV_CSV_READ_H
#define QUIRE_FORMAT_CSV_CSV_READ_H

#include "base/buf.h"
#include "data/survey.h"
#include "data/value_text.h"
#include "format/csv/csv.h"
#include "format/json/json_value.h"
#include "format/text/decode.h"

#define QUIRE_CSV_READ "read csv"

/* The characters with a meaning; -1 where there is none. */
struct quire_csv_marks {
    uint8_t delimiter;
    int quote, escape, comment;
};

/* The delimiter or line feed that ends the field at start, or size. *open is set
 * to the opening quote of a field that is not closed before size. */
size_t quire_csv_field_end(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                           size_t start, size_t *open);

/* The end of a record's last field without the CR of a CRLF; bytes[end] is readable. */
size_t quire_csv_trim_cr(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t start,
                         size_t end);

/* A field's text as it is meant. */
struct quire_csv_text {
    const uint8_t *bytes; /* within the input, or in scratch */
    size_t size;
    bool quoted;
};

/* Takes quotes and escapes off the field at [start, end). 0, QUIRE_MEMORY, or
 * QUIRE_INPUT when text follows the closing quote, at *bad. */
int quire_csv_unquote(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t start,
                      size_t end, struct quire_buf *scratch, struct quire_csv_text *text,
                      size_t *bad);

/* The error for that, the one for a quote that is left open, and the one for a CR
 * without LF where lines should end. */
int quire_csv_fail_unquote(int code, size_t bad, struct quire_error *error);
int quire_csv_fail_open(size_t open, struct quire_error *error);
int quire_csv_fail_cr(size_t at, struct quire_error *error);

/* Where each field of a chunk ends, as 32-bit positions of delimiters and line
 * feeds, behind a first entry of UINT32_MAX that stands for "before the chunk". */
struct quire_csv_index {
    struct quire_buf ends;
    size_t size;    /* fields; ends holds one more */
    size_t records; /* line feeds, and the end of the chunk where none is */
};

/* Fills index; bytes are readable for a block beyond size. QUIRE_INPUT for a NUL
 * outside quotes and for a quote left open, with their byte. */
int quire_csv_index_chunk(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                          struct quire_csv_index *index, struct quire_error *error);

/* 64 bytes as masks, a bit each. */
struct quire_csv_block {
    uint64_t quotes, delimiters, line_feeds, nuls;
};
struct quire_csv_block quire_csv_classify(const struct quire_csv_marks *marks,
                                          const uint8_t *bytes);

/* Which bytes of a block are within quotes (an opening quote is, a closing one is
 * not), and what the next block must know. */
struct quire_csv_quotes {
    uint64_t inside; /* all ones when the next block begins within quotes */
    uint64_t before; /* bit 0: a quote may open a field at the next byte */
    bool stray;      /* a quote was found within an unquoted field: nothing holds */
};
uint64_t quire_csv_inside(struct quire_csv_quotes *quoting, const struct quire_csv_block *block);

/* See struct quire_text_decoding. state is a struct quire_csv_reader. */
int quire_csv_split(void *state, const uint8_t *bytes, size_t size, size_t from, bool at_end,
                    size_t *end, struct quire_error *error);
int quire_csv_parse(const void *state, struct quire_text_chunk *chunk, struct quire_error *error);
void quire_csv_scratch_free(void *scratch);
int quire_csv_start(void *state, const uint8_t *bytes, size_t size, bool at_end, bool enough,
                    bool *need_more, size_t *skip, struct ArrowSchema *schema,
                    struct quire_error *error);

/* The same for a survey. */
int quire_csv_survey_parse(const void *state, struct quire_text_chunk *chunk,
                           struct quire_error *error);
int quire_csv_survey_join(void *state, struct quire_text_chunk *chunk, struct quire_error *error);
void quire_csv_survey_scratch_free(void *scratch);

/* One column that is delivered. */
struct quire_csv_source {
    size_t file;        /* its column in the file */
    bool missing;       /* it has none: all null */
    bool null_is_value; /* null_text could also be a value of the type */
};

/* The state of a decoder. start fills what depends on the header; from then on it
 * does not change. */
struct quire_csv_reader {
    struct quire_csv_read_options options;
    struct quire_csv_marks marks;
    char *null_text; /* never NULL */
    size_t null_size;
    struct quire_record_policy policy; /* borrowed parts are used during open only */
    struct quire_value_style style;
    struct quire_json_read json;
    bool inferred; /* types were found in a sample */
    size_t fields; /* columns of the file */
    struct quire_csv_source *sources;
    size_t sources_size;
    struct quire_survey *survey;    /* NULL: records are read */
    struct quire_csv_names *header; /* the names that the survey's records have */
};

/* A reader with its options checked; freed by quire_csv_reader_free. */
int quire_csv_reader_new(const struct quire_csv_read_options *options,
                         const struct quire_record_policy *policy, struct quire_csv_reader **reader,
                         struct quire_error *error);
void quire_csv_reader_free(void *state);

static inline bool quire_csv_is_null_text(const struct quire_csv_reader *reader,
                                          const struct quire_csv_text *text)
{
    if (text->quoted) return false;
    return text->size == 0 || (text->size == reader->null_size &&
                               memcmp(text->bytes, reader->null_text, text->size) == 0);
}

/* With decimal_comma: the text of a number with its comma made a point, in
 * scratch; false when it already has a point and so is no number. */
bool quire_csv_comma_to_point(const struct quire_csv_text *text, struct quire_buf *scratch,
                              int *code);

#endif
