/* The inside of the CSV encoder: what is decided once for a file, and the place
 * where the text of a run of rows is put. */
#ifndef QUIRE_FORMAT_CSV_CSV_WRITE_H
#define QUIRE_FORMAT_CSV_CSV_WRITE_H

#include "base/buf.h"
#include "data/value_text.h"
#include "data/view.h"
#include "format/csv/csv.h"
#include "format/json/json_value.h"

/* How the values of a column are put into the text. All but the last two write
 * what needs no quotes, into memory reserved for the row. */
enum quire_csv_op {
    QUIRE_CSV_NULL,
    QUIRE_CSV_BOOL,
    QUIRE_CSV_INT8,
    QUIRE_CSV_INT16,
    QUIRE_CSV_INT32,
    QUIRE_CSV_INT64,
    QUIRE_CSV_UINT8,
    QUIRE_CSV_UINT16,
    QUIRE_CSV_UINT32,
    QUIRE_CSV_UINT64,
    QUIRE_CSV_FLOAT32,
    QUIRE_CSV_FLOAT64,
    QUIRE_CSV_FIXED,   /* a float with a given precision */
    QUIRE_CSV_MOMENT,  /* 64-bit times, which often repeat from row to row */
    QUIRE_CSV_BOUNDED, /* any other kind with a bounded text */
    QUIRE_CSV_STRING,
    QUIRE_CSV_LARGE_STRING,
    QUIRE_CSV_BYTES, /* string views, dictionaries of strings */
    QUIRE_CSV_TEXT   /* whatever is written apart first, then looked at */
};

/* One column, as decided by schema and options. */
struct quire_csv_column {
    const struct quire_field *field;
    enum quire_csv_op op;
    quire_value_writer *writer; /* bounded kinds */
    size_t text_max;            /* of the kinds that are reserved for by row */
    int precision;              /* -1: shortest */
    bool string;                /* holds strings: UTF-8 is checked, "" is quoted */
    bool quoted;                /* always */
    bool point_to_comma;
};

/* The state of an encoder; not changed once it is made. */
struct quire_csv_writer {
    struct quire_csv_write_options options; /* borrowed texts are not kept */
    struct quire_field *root;
    struct quire_csv_column *columns;
    struct quire_value_style style;
    struct quire_json_style json;
    char *null_text; /* never NULL */
    size_t null_size;
    size_t row_max;     /* bytes that a row takes beside its strings, with slack */
    bool quotes;        /* fields may be quoted */
    bool plain_strings; /* strings without special bytes need no further look */
    bool special[256];  /* bytes that make a field need quotes */
};

/* Slack behind every reservation, for stores of whole words. */
#define QUIRE_CSV_SLACK 64

/* Where a run of rows is written to. */
struct quire_csv_run {
    const struct quire_csv_writer *writer;
    struct quire_buf *out;
    char *end, *limit; /* of out: where to write, and its capacity */
    struct quire_buf scratch, repaired;
    struct quire_error *error;
};

int quire_csv_run_grow(struct quire_csv_run *run, size_t more);

/* Room for `more` bytes and a row's bounded cells after them. */
static inline int quire_csv_run_reserve(struct quire_csv_run *run, size_t more)
{
    if (__builtin_expect((size_t)(run->limit - run->end) >= more + run->writer->row_max, 1))
        return 0;
    return quire_csv_run_grow(run, more + run->writer->row_max);
}

/* Appends a field's text, quoted if it must be. QUIRE_INPUT when it is not UTF-8
 * or needs quotes where there are none. */
int quire_csv_put_text(struct quire_csv_run *run, const struct quire_csv_column *column,
                       const uint8_t *text, size_t size);

/* Appends rows; see struct quire_text_encoding. */
int quire_csv_write_rows(const void *state, const struct quire_view *batch, int64_t start,
                         int64_t count, int64_t first_row, struct quire_buf *out,
                         int64_t *failed_row, struct quire_error *error);

#endif
