/* What the files that write dictionaries share. */
#ifndef QUIRE_ARROW_DICTIONARY_WRITER_PRIVATE_H
#define QUIRE_ARROW_DICTIONARY_WRITER_PRIVATE_H

#include "format/arrow/dictionary_writer.h"

#define QUIRE_DICTIONARY_OPERATION "write arrow"

struct quire_written_dictionary {
    const struct quire_field *field;
    int64_t id;
    bool nested; /* dictionaries stand in its values */
    bool inner;  /* it stands in another's values */
    bool written;
    struct quire_value_set values; /* what readers know */
    /* The array that was last seen, if it is no inner one. Until there is `all`, one that has
     * all values. */
    struct ArrowArray held;
    struct quire_column *all; /* of a file: the values; NULL while held has them */
    int64_t *map;
    struct quire_buf blocks; /* of a file: where its messages are */
};

/* The message of an array's values from `start`, after those of dictionaries in them. */
int quire_dictionary_write_values(struct quire_dictionary_writer *writer,
                                  struct quire_written_dictionary *item,
                                  const struct quire_view *view, struct ArrowArray *array,
                                  int64_t start, bool is_delta, struct quire_error *error);
/* The bytes of one value, in place of what bytes has. */
int quire_dictionary_value(const struct quire_written_dictionary *item,
                           const struct quire_view *values, int64_t row, struct quire_buf *bytes,
                           struct quire_error *error);

/* --- Growth, in files (dictionary_growth.c) --- */

/* Appends values to `all`. */
int quire_dictionary_append(struct quire_column *column, const struct quire_view *values,
                            int64_t start, int64_t count, struct quire_error *error);
/* Begins `all` with what readers know, which are the first of these values. */
int quire_dictionary_begin_all(struct quire_written_dictionary *item,
                               const struct quire_view *values, struct quire_error *error);
/* Finds values among those that readers know, and tells them what is new; the map says
 * where each is. */
int quire_dictionary_unify(struct quire_dictionary_writer *writer,
                           struct quire_written_dictionary *item, const struct quire_view *values,
                           struct quire_error *error);

#endif
