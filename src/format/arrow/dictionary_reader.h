/* The dictionaries of what is read, by their ids: replaced or grown as messages come, and
 * given to the batches after them. Batches that were given one before keep that. */
#ifndef QUIRE_ARROW_DICTIONARY_READER_H
#define QUIRE_ARROW_DICTIONARY_READER_H

#include "data/view.h"
#include "format/arrow/wire_batch.h"

struct quire_read_dictionary;

/* A field of dictionary indices, and which dictionary it has. */
struct quire_dictionary_use {
    const struct quire_field *field;
    size_t item;
};

struct quire_dictionary_reader {
    struct quire_read_dictionary *items;
    size_t size;
    struct quire_dictionary_use *uses; /* in the order of their fields' addresses */
    size_t uses_size;
};

/* Zero-initialise. ids: of the dictionary fields of root, as quire_schema_table_read gives
 * them; wanted: by column of root. QUIRE_CORRUPT when fields of different types share an id. */
int quire_dictionary_reader_init(struct quire_dictionary_reader *reader,
                                 const struct quire_field *root, const struct quire_buf *ids,
                                 const bool *wanted, struct quire_error *error);
void quire_dictionary_reader_release(struct quire_dictionary_reader *reader);

/* Takes in the message of a dictionary batch. */
int quire_dictionary_reader_take(struct quire_dictionary_reader *reader,
                                 const struct quire_read_message *message,
                                 struct quire_message_reader *messages,
                                 struct quire_context *context, struct quire_error *error);

/* Nesting of a dictionary's values in those of others: 0 when it stands in none; -1 when no
 * field has the id. */
int quire_dictionary_reader_depth(const struct quire_dictionary_reader *reader, int64_t id);

/* Fills in the dictionaries of an array of field, which has bag's nodes. */
int quire_dictionary_reader_give(const struct quire_dictionary_reader *reader,
                                 const struct quire_field *field, struct quire_array_bag *bag,
                                 struct ArrowArray *array, struct quire_error *error);

#endif
