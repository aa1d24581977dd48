/* A chunk of records on its way to columns, for the files that parse it.
 *
 * First every field's end is found (csv_index.c), then rows are laid out
 * (csv_rows.c), then columns are filled, some rows of all columns at a time
 * (csv_parse.c, csv_column.c). A value that does not fit is dealt with by
 * quire_csv_refuse, as the policy says. */
#ifndef QUIRE_FORMAT_CSV_CSV_PARSE_H
#define QUIRE_FORMAT_CSV_CSV_PARSE_H

#include "format/csv/csv_read.h"

/* What a function that fills columns returns when a value failed the chunk. */
#define QUIRE_CSV_STOP 1

/* A record that was refused: for a field of a source, or for its count of fields. */
struct quire_csv_refusal {
    uint32_t record, start, size;
    uint32_t source; /* UINT32_MAX: the count */
    uint32_t row;    /* of the layout, when a source */
    uint32_t fields;
};

/* Kept by a slot from chunk to chunk. */
struct quire_csv_scratch {
    struct quire_csv_index index;
    struct quire_buf ends, records; /* uint32_t: of rows that had to be laid out */
    struct quire_buf verdicts;      /* uint32_t a row: 1 + the source that refused it, or 0 */
    struct quire_buf refusals;      /* struct quire_csv_refusal */
    struct quire_buf text, number;
    struct quire_column **single; /* one a source: a column for one value; NULL until needed */
    size_t single_size;
};

/* Rows as they lie in the index: field f of a row begins one behind entry f and
 * ends at entry f + 1. */
struct quire_csv_layout {
    const uint32_t *ends;
    size_t stride; /* entries from one row to the next */
    size_t rows;
    const uint32_t *records; /* number of each row's record; NULL: the same */
    size_t records_size;
};

struct quire_csv_parsing {
    const struct quire_csv_reader *reader;
    struct quire_text_chunk *chunk;
    struct quire_csv_scratch *scratch;
    struct quire_csv_layout layout;
    bool valid_utf8; /* all of the chunk */
    /* The first record that failed, when the policy is to fail: rows before it
     * are still looked at, since one of them may fail too. */
    size_t limit;
    int code;
    struct quire_error *error;
};

/* A column being filled. */
struct quire_csv_task {
    struct quire_column *column;
    const struct quire_csv_source *source;
    uint32_t number; /* of the source */
    bool last;       /* its field ends the record, with CR or without */
    bool careful;    /* every field goes the slow way */
    void *values;    /* fixed-width kinds: room for all rows */
    int (*fill)(struct quire_csv_parsing *parsing, struct quire_csv_task *task, size_t from,
                size_t to);
    /* The timestamp before, which often comes again. */
    int64_t last_value;
    uint32_t last_size; /* 0: none */
    uint8_t last_text[32];
};

/* Lays out the rows of the index. Records with another count of fields are
 * padded, refused or make parsing->limit and code. 0 or QUIRE_MEMORY. */
int quire_csv_lay_out(struct quire_csv_parsing *parsing);

/* The error of a record with another count of fields. Returns QUIRE_INPUT. */
int quire_csv_fail_count(const struct quire_csv_parsing *parsing, size_t fields, size_t record,
                         size_t start, struct quire_error *error);

/* The layout again without the rows that have a verdict. */
int quire_csv_drop_refused(struct quire_csv_parsing *parsing);

/* Prepares a task: chooses fill, makes room for the rows of the layout. */
int quire_csv_task_begin(struct quire_csv_parsing *parsing, struct quire_csv_task *task);

/* A field of the layout; of the last one, without its CR. */
struct quire_csv_span {
    size_t start, end;
};
static inline struct quire_csv_span quire_csv_span_of(const struct quire_csv_parsing *parsing,
                                                      const struct quire_csv_task *task, size_t row)
{
    const uint32_t *ends = parsing->layout.ends + row * parsing->layout.stride + task->source->file;
    const uint8_t *bytes = parsing->chunk->bytes;
    struct quire_csv_span span = {(uint32_t)(ends[0] + 1), ends[1]};
    if (task->last && span.end > span.start && bytes[span.end - 1] == '\r')
        span.end = quire_csv_trim_cr(&parsing->reader->marks, bytes, span.start, span.end);
    return span;
}

/* Number of a row's record in the chunk. */
static inline size_t quire_csv_record_of(const struct quire_csv_parsing *parsing, size_t row)
{
    return parsing->layout.records != NULL ? parsing->layout.records[row] : row;
}

/* The text of a field, or why it has none: in *error, with byte, and QUIRE_INPUT. */
int quire_csv_text_of(struct quire_csv_parsing *parsing, struct quire_csv_span span,
                      struct quire_csv_text *text, struct quire_error *error);

/* Tells in error, which has its cause already or is made from result, what is
 * wrong with a field. Returns error's code. */
int quire_csv_describe(struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                       size_t row, enum quire_value_result result, struct quire_error *error);

/* Deals with a field that is no value of its column: makes it null, marks its
 * row, or fails the chunk (QUIRE_CSV_STOP). filled: the row's place exists. */
int quire_csv_refuse(struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                     size_t row, enum quire_value_result result, bool filled);

/* The field is null; refused where the column has no nulls. */
int quire_csv_set_null(struct quire_csv_parsing *parsing, const struct quire_csv_task *task,
                       size_t row, bool filled);

/* Whether the values of a column are JSON texts, which are checked. */
static inline bool quire_csv_is_json(const struct quire_field *field)
{
    if (field->dictionary != NULL) field = field->dictionary;
    return field->extension == QUIRE_EXTENSION_JSON;
}

/* Parses the text of a field into a column, by its type. */
enum quire_value_result quire_csv_value(struct quire_csv_parsing *parsing,
                                        struct quire_column *column,
                                        const struct quire_csv_text *text,
                                        struct quire_error *error);

#endif
