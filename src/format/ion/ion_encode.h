/* The encoder of columns: what is known of a schema before any batch comes, and what
 * its two forms, text and binary, share. */
#ifndef QUIRE_FORMAT_ION_ENCODE_H
#define QUIRE_FORMAT_ION_ENCODE_H

#include "base/buf.h"
#include "data/value_text.h"
#include "data/view.h"
#include "format/ion/ion_intern.h"
#include "format/ion/ion_options.h"
#include "format/ion/ion_writer.h"
#include "quire/format.h"

/* How the values of a field are written. */
enum quire_ion_how {
    QUIRE_ION_AS_NULL,
    QUIRE_ION_AS_BOOL,
    QUIRE_ION_AS_INT,
    QUIRE_ION_AS_UINT64,
    QUIRE_ION_AS_FLOAT16,
    QUIRE_ION_AS_FLOAT32,
    QUIRE_ION_AS_FLOAT64,
    QUIRE_ION_AS_DECIMAL,
    QUIRE_ION_AS_DATE,
    QUIRE_ION_AS_TIMESTAMP,
    QUIRE_ION_AS_WORDS, /* a string of the value's text: times, durations, intervals, UUIDs */
    QUIRE_ION_AS_STRING,
    QUIRE_ION_AS_JSON, /* a string with the annotation json */
    QUIRE_ION_AS_BLOB,
    QUIRE_ION_AS_UUID,   /* a blob with the annotation uuid */
    QUIRE_ION_AS_SYMBOL, /* a dictionary of strings */
    QUIRE_ION_AS_ENTRY,  /* a dictionary of other values: the value */
    QUIRE_ION_AS_LIST,
    QUIRE_ION_AS_STRUCT,
    QUIRE_ION_AS_FIELDS /* a map whose keys are strings: a struct; other maps are lists */
};

struct quire_ion_node {
    const struct quire_field *field;
    enum quire_ion_how how;
    enum quire_ion_type null_type;
    quire_value_writer *words;
    uint8_t name[9]; /* VarUInt of the field name's ID */
    size_t name_size;
    const char *name_text; /* "name:" */
    size_t name_text_size;
    size_t text_max; /* bytes that a bounded value's text takes; 0: it has no bound */
    struct quire_ion_node *children; /* those of a struct; the items; key and value of entries */
    size_t children_size;
    /* SYMBOL: IDs of the dictionary of the batch. */
    int64_t *ids;
    size_t ids_size, ids_capacity;
};

struct quire_ion_encoding {
    struct quire_field *root;
    struct quire_ion_node *node; /* of the root */
    struct quire_ion_encoder_options options;
    bool binary;
    bool symbols_come; /* dictionaries and maps bring names that the schema does not have */
    struct quire_arena arena;
    struct quire_ion_intern intern;
    struct quire_ion_body body;
    struct quire_buf head; /* version marker and the table of the schema's names */
    size_t declared;
    size_t fixed;             /* symbols of the schema itself */
    bool jsons;               /* there are values kept as JSON text */
    int64_t uuid_id, json_id; /* of the annotations; -1: none comes */
    size_t text_bounded;      /* bytes of a row's names and bounded values as text */
};

/* Settles how a field is written, and what is below it. */
int quire_ion_node_init(struct quire_ion_encoding *encoding, struct quire_ion_node *node,
                        const struct quire_field *field, struct quire_error *error);

/* The `rows` of a text encoder (format/text/encode.h), one for each form. */
int quire_ion_encode_binary(const void *state, const struct quire_view *batch, int64_t start,
                            int64_t count, int64_t first_row, struct quire_buf *out,
                            int64_t *failed_row, struct quire_error *error);
int quire_ion_encode_text(const void *state, const struct quire_view *batch, int64_t start,
                          int64_t count, int64_t first_row, struct quire_buf *out,
                          int64_t *failed_row, struct quire_error *error);

/* A decimal's value; bytes keeps what is beyond 64 bits. */
void quire_ion_decimal_of(const struct quire_view *view, int64_t row, uint8_t bytes[32],
                          struct quire_ion_decimal *decimal);
/* A timestamp's seconds since the epoch and its fraction in its unit, and the offset from
 * UTC in minutes (0 without a zone). False outside of the years 1 to 9999. */
struct quire_ion_moment {
    int64_t seconds;
    int64_t fraction;
    int offset;
};
bool quire_ion_moment_of(const struct quire_view *view, int64_t row,
                         struct quire_ion_moment *moment);
int64_t quire_ion_days_of(const struct quire_view *view, int64_t row, bool *valid);

/* The text of a map's key; false when it is null. */
bool quire_ion_key_of(const struct quire_view *keys, int64_t row, struct quire_bytes *key);

/* Failures that both forms tell of. */
int quire_ion_fail_years(struct quire_error *error);
int quire_ion_fail_key(struct quire_error *error);
int quire_ion_fail_utf8(struct quire_bytes text, struct quire_error *error);
int quire_ion_fail_entry(int64_t index, struct quire_error *error);

/* Whether a field of a struct is left out. */
static inline bool quire_ion_is_omitted(const struct quire_ion_encoding *encoding,
                                        const struct quire_view *view, int64_t row)
{
    return encoding->options.nulls == QUIRE_ION_NULLS_OMIT && quire_view_is_null(view, row);
}

int quire_ion_encoder_new(const struct ArrowSchema *schema, const void *options,
                          struct quire_context *context, struct quire_out *out,
                          struct quire_encoder **encoder, struct quire_error *error);
int quire_ion_text_encoder_new(const struct ArrowSchema *schema, const void *options,
                               struct quire_context *context, struct quire_out *out,
                               struct quire_encoder **encoder, struct quire_error *error);

#endif
