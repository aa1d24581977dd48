/* The dictionaries of what is written (Columnar.rst, "Dictionary Messages"): each gets a
 * message before the first batch that needs it, and another when it changes.
 *
 * In a stream a dictionary that changes is replaced, or, if it only grew and deltas are
 * asked for, told what came. A file may hold one dictionary an id beside deltas, so
 * its dictionary only grows: what a batch's dictionary says otherwise is given other
 * indices. Whoever reads such a file from its start sees the growth as deltas. Since not
 * all readers of files know deltas, a dictionary that grew is written whole after the
 * last batch, and the footer names only that; with deltas asked for it names the pieces. */
#ifndef QUIRE_ARROW_DICTIONARY_WRITER_H
#define QUIRE_ARROW_DICTIONARY_WRITER_H

#include "data/column.h"
#include "format/arrow/message_sink.h"
#include "format/arrow/value_set.h"

struct quire_written_dictionary;

struct quire_dictionary_writer {
    struct quire_message_sink *sink;
    bool file, deltas;
    /* In the order of their fields' addresses, as are the maps. */
    struct quire_written_dictionary *items;
    struct quire_index_map *maps;
    size_t *places; /* of items, by id */
    size_t size;
    size_t charged;
};

/* Zero-initialise and set sink, file and deltas. root outlives it. */
int quire_dictionary_writer_init(struct quire_dictionary_writer *writer,
                                 const struct quire_field *root, struct quire_error *error);
void quire_dictionary_writer_release(struct quire_dictionary_writer *writer);

/* Writes what the dictionaries of a batch need, and sets the maps that its body needs.
 * Dictionaries may be moved out of the array. */
int quire_dictionary_writer_batch(struct quire_dictionary_writer *writer,
                                  const struct quire_view *view, struct ArrowArray *array,
                                  struct quire_error *error);

/* After the last batch of a file: writes what grew, and appends to blocks what the footer
 * names (struct quire_arrow_block), dictionaries before those that they stand in. */
int quire_dictionary_writer_finish(struct quire_dictionary_writer *writer, struct quire_buf *blocks,
                                   struct quire_error *error);

#endif
