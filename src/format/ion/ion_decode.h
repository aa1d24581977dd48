/* The decoder of columns: what the files that make it share. */
#ifndef QUIRE_FORMAT_ION_DECODE_H
#define QUIRE_FORMAT_ION_DECODE_H

#include <stdatomic.h>

#include "data/survey.h"
#include "format/ion/ion_options.h"
#include "format/ion/ion_reader.h"
#include "format/ion/ion_writer.h"
#include "format/json/json_shape.h"
#include "format/text/decode.h"

/* How the records of an input stand in it. */
enum quire_ion_layout {
    QUIRE_ION_STREAM, /* structs at the top */
    QUIRE_ION_ITEMS   /* the items of one list at the top */
};

/* The table in force after a system value. A list that only grows at its head: the
 * reading thread adds, and workers look back from there. */
struct quire_ion_place {
    int64_t byte;
    const struct quire_ion_symbols *symbols;
    struct quire_ion_place *before;
};

struct quire_ion_direct;
struct quire_ion_told;
struct quire_ion_lane;

struct quire_ion_decoding {
    /* Known from the start on and read by all threads. */
    bool binary;
    enum quire_ion_layout layout;
    int64_t items_at, items_end; /* ITEMS: bytes of the input; end only of binary, else -1 */
    struct quire_ion_decoder_options options;
    enum quire_on_bad on_bad;
    enum quire_extra extra;
    bool any_case;
    enum quire_missing missing;
    int64_t sampled;           /* bytes from which types were inferred; -1: none were */
    struct quire_field *field; /* of all columns, wanted or not */
    struct quire_json_shape shape;
    struct quire_ion_direct *direct; /* what is known of the shape's members (ion_direct.h) */
    int64_t annotations;             /* column that takes the records' annotations; -1: none */
    struct quire_ion_place *_Atomic places;
    struct quire_arena arena;
    struct quire_survey *survey; /* NULL: records are read */

    /* Used by the reading thread alone. */
    struct quire_in *unicode; /* the input as UTF-8; owned */
    struct quire_ion_catalog catalog;
    struct quire_ion_reader scanner; /* of system values */
    int64_t cut;                     /* byte up to which the input was cut into chunks */
    bool list_closed;
    const struct quire_record_policy *policy; /* while opening */
    char *annotations_name;
};

/* A record on its way into columns. */
struct quire_ion_row {
    const struct quire_ion_decoding *decoding;
    struct quire_ion_reader *reader;
    struct quire_ion_writer *json; /* for values kept as JSON text */
    struct quire_buf *text;
    int64_t *nulled;
    /* Binary: the short way of each member, with the names of one symbol table. */
    struct quire_ion_lane *lanes;
    const struct quire_ion_symbols *lanes_of;
    bool blocks;                     /* whole records may go to columns at once */
    uint32_t block_rows;             /* to try at once; 0: not known yet */
    uint32_t block_wait, block_miss; /* records before the next try; how many the last cost */
};

/* The `start` of the text decoder. */
int quire_ion_start(void *state, const uint8_t *bytes, size_t size, bool at_end, bool enough,
                    bool *need_more, size_t *skip, struct ArrowSchema *schema,
                    struct quire_error *error);

/* Notes the system values among whole top-level values, which begin at a byte of the
 * input. */
int quire_ion_scan_tables(struct quire_ion_decoding *decoding, const uint8_t *bytes, size_t size,
                          int64_t byte, struct quire_error *error);
/* Frees the tables that nothing from a byte on refers to. */
void quire_ion_places_drop(struct quire_ion_decoding *decoding, int64_t byte);
void quire_ion_places_release(struct quire_ion_decoding *decoding);
/* The table in force at a byte: after all system values before it (or at it). */
const struct quire_ion_symbols *quire_ion_symbols_at(const struct quire_ion_decoding *decoding,
                                                     int64_t byte, bool inclusive);

/* Tells the inference what the struct is that has just begun; told, of binary, may be NULL. */
int quire_ion_infer_record(struct quire_ion_reader *reader, struct quire_ion_told *told,
                           struct quire_arena *arena, struct quire_infer_node *root,
                           struct quire_error *error);

/* The same of a record that may turn out to be none: then nothing was told. */
int quire_ion_survey_record(struct quire_ion_reader *reader, struct quire_arena *arena,
                            struct quire_infer_node *root, struct quire_error *error);
/* Tells the inference of a column that takes annotations. */
int quire_ion_infer_annotations(struct quire_arena *arena, struct quire_infer_node *root,
                                const char *name, struct quire_error *error);

/* The value of an event as one more row of column; a container that has just begun is
 * read to its end. shape may be NULL. On failure the column may hold a part of it, and the
 * reader may stand within it: the caller truncates and goes back. */
int quire_ion_put(struct quire_ion_row *row, const struct quire_ion_value *value,
                  struct quire_column *column, const struct quire_json_shape *shape,
                  struct quire_error *error);
/* The struct that has just begun as a row of a struct column; top: it is a record. */
int quire_ion_put_struct(struct quire_ion_row *row, const struct quire_ion_value *value,
                         struct quire_column *column, const struct quire_json_shape *shape,
                         bool top, struct quire_error *error);
/* Scalars (ion_decode_value.c). */
int quire_ion_put_scalar(struct quire_ion_row *row, const struct quire_ion_value *value,
                         struct quire_column *column, struct quire_error *error);
int quire_ion_mismatch(const struct quire_ion_row *row, const struct quire_ion_value *value,
                       const struct quire_field *field, struct quire_error *error);
int quire_ion_put_null(const struct quire_ion_row *row, const struct quire_ion_value *value,
                       struct quire_column *column, const char *what, struct quire_error *error);
int quire_ion_append_failed(int code, struct quire_error *error);

/* Where a reader stands, to go back to. */
struct quire_ion_mark {
    const uint8_t *at;
    size_t depth;
    bool began;
};
static inline struct quire_ion_mark quire_ion_mark_of(const struct quire_ion_reader *reader)
{
    return (struct quire_ion_mark){reader->at, reader->depth, reader->began};
}
static inline void quire_ion_go_back(struct quire_ion_reader *reader,
                                     const struct quire_ion_mark *mark)
{
    reader->at = mark->at;
    reader->depth = mark->depth;
    reader->began = mark->began;
}

/* The calls of the text decoder, on a struct quire_ion_decoding that was opened. */
extern const struct quire_text_decoding quire_ion_reading;
void quire_ion_decoding_free(void *state);

int quire_ion_decoder_open(struct quire_in *in, const void *options,
                           const struct quire_record_policy *policy, struct quire_context *context,
                           struct ArrowArrayStream *stream, struct quire_error *error);

#endif
