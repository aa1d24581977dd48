/* The state of a JSON decoder, for the two files that make it: json_start.c reads
 * the sample and fills it in, json_decode.c runs on it. */
#ifndef QUIRE_FORMAT_JSON_DECODE_H
#define QUIRE_FORMAT_JSON_DECODE_H

#include "data/survey.h"
#include "format/json/json_shape.h"
#include "format/json/json_split.h"

/* How the records of a text stand in it. */
enum quire_json_layout {
    QUIRE_JSON_LINES, /* one a line */
    QUIRE_JSON_ARRAY, /* the items of one array */
    QUIRE_JSON_SINGLE /* one object, which is the whole text */
};

struct quire_json_decoding {
    /* Known from the start on and read by all threads. */
    const char *operation;
    enum quire_json_layout layout;
    struct quire_json_read read;
    enum quire_on_bad on_bad;
    int64_t records_at;        /* where the first record may begin, in the input */
    struct quire_field *field; /* of all columns, wanted or not */
    struct quire_json_shape shape;
    struct quire_arena arena;
    bool inferred;               /* types were found in a sample */
    struct quire_survey *survey; /* NULL: records are read */

    /* Used by the reading thread alone. */
    struct quire_json_split split;
    struct {
        struct quire_infer_policy policy; /* of the survey too, for all threads */
        struct quire_arena arena;
        struct quire_infer_node *root;
        int64_t rows, rows_max;
        size_t at;  /* of the input; records before it have been seen */
        bool ended; /* the text goes wrong here: parsing will say how */
    } sample;
    const struct quire_record_policy *policy; /* while opening */
};

/* The `start` of the text decoder (format/text/decode.h). */
int quire_json_start(void *state, const uint8_t *bytes, size_t size, bool at_end, bool enough,
                     bool *need_more, size_t *skip, struct ArrowSchema *schema,
                     struct quire_error *error);

#endif
