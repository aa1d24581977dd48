/* Where records end, found without parsing them: what cuts a file into chunks. */
#ifndef QUIRE_FORMAT_JSON_SPLIT_H
#define QUIRE_FORMAT_JSON_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

/* How far the inside of an array has been looked at: state between calls. */
struct quire_json_split {
    size_t seen;   /* bytes of the window */
    int64_t depth; /* brackets open within the array */
    bool in_string;
    bool escaped;  /* the byte before was a backslash that counts */
    size_t last;   /* end of the last whole item; 0: none */
    size_t before; /* of the one before it */
    bool closed;   /* the array's own bracket was seen, */
    size_t close;  /* past this byte of the window */
    bool finished; /* a window that closes the array has been handed out */
};

/* The `split` of a text decoder (format/text/decode.h) for windows into the inside
 * of an array. Cuts come after an item and before what separates it from the
 * next, so that the bytes after a cut are never missing: the array's end is seen
 * by the same calls. QUIRE_INPUT when the array is not closed or something
 * follows it. */
int quire_json_split_items(struct quire_json_split *split, const uint8_t *bytes, size_t size,
                           size_t from, bool at_end, size_t *end, struct quire_error *error);

/* Past the item at the start of bytes: past its last bracket, or where a comma or
 * the array's bracket follows; size when it does not end. */
size_t quire_json_item_size(const uint8_t *bytes, size_t size);

#endif
