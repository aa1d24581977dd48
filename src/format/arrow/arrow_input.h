/* A stream or a file that is opened for reading: its schema, and where its messages are.
 * A file that can be read anywhere is read by its footer; of one that comes through a pipe
 * the messages are read as they come, and the footer is only looked for. */
#ifndef QUIRE_ARROW_ARROW_INPUT_H
#define QUIRE_ARROW_ARROW_INPUT_H

#include "data/field.h"
#include "format/arrow/message_reader.h"

struct quire_arrow_input {
    struct quire_message_reader messages;
    bool file;   /* it begins with the magic of files */
    bool footer; /* it is read by its footer */
    int version; /* of the metadata */
    struct ArrowSchema schema;
    struct quire_field *root;
    struct quire_buf ids;                   /* int64_t: of dictionaries, in the order of fields */
    struct quire_buf dictionaries, batches; /* with footer: struct quire_arrow_block */
    struct quire_buf metadata; /* of the file, as ArrowSchema.metadata; empty: there is none */
};

/* Reads up to the schema, and the footer. Zero-initialise; release it also after a
 * failure. */
int quire_arrow_input_open(struct quire_arrow_input *input, struct quire_in *in, bool map,
                           struct quire_error *error);
void quire_arrow_input_release(struct quire_arrow_input *input);

/* The message of a block, which must be of that kind. */
int quire_arrow_input_block(struct quire_arrow_input *input, const struct quire_arrow_block *block,
                            enum quire_message_header kind, struct quire_read_message *message,
                            struct quire_error *error);
/* The next message of what is read as it comes: a dictionary's or a record batch. *found is
 * false at the end, where nothing may be missing. */
int quire_arrow_input_next(struct quire_arrow_input *input, struct quire_read_message *message,
                           bool *found, struct quire_error *error);

#endif
