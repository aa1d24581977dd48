/* Decoding records from text side by side and delivering batches in order: what
 * every text format's decoder runs on.
 *
 * The reading thread fills a chunk of bytes, asks the format where its last whole
 * record ends, and hands that part to a worker, which parses it into columns;
 * the rest opens the next chunk. Batches are delivered in the order of the file.
 * A record must fit in a chunk, which grows up to a quarter of the memory
 * budget. At the start a sample of whole records is shown to the format, so that
 * it can read a header and infer a schema; then all is parsed from the first
 * record on. With one thread, next parses. */
#ifndef QUIRE_FORMAT_TEXT_DECODE_H
#define QUIRE_FORMAT_TEXT_DECODE_H

#include "base/buf.h"
#include "data/column.h"
#include "quire/format.h"

/* A run of whole records, and what became of them. */
struct quire_text_chunk {
    const uint8_t *bytes; /* readable for QUIRE_TEXT_PADDING bytes after size */
    size_t size;
    int64_t offset; /* of bytes[0] in the input */
    bool last;      /* the input ends with this chunk */

    /* Filled by parse: the rows of columns, and the numbers of what was left out. */
    struct quire_column *columns; /* tree of the decoder's schema, empty at first */
    int64_t records;              /* records seen, the rejected ones included */
    int64_t nulled;
    struct quire_text_rejects *rejects;
    void *scratch; /* of the format, kept from chunk to chunk of one slot; see scratch_free */
};

/* Zero bytes that follow every chunk, so that vector loads may run over its end. */
#define QUIRE_TEXT_PADDING 64

/* Notes a refused record: position within the chunk, relative row (from 0 in the
 * chunk), its text; error has column and cause. 0 or QUIRE_MEMORY. */
int quire_text_reject(struct quire_text_chunk *chunk, int64_t row, size_t start, size_t size,
                      const struct quire_error *error);

/* The same of a record that is no text by itself: how it is written as one. */
int quire_text_reject_as(struct quire_text_chunk *chunk, int64_t row, const uint8_t *text,
                         size_t size, const struct quire_error *error);

/* What to say of a value that does not fit a type which was found in a sample. */
#define QUIRE_TEXT_HINT_SAMPLE                                                                 \
    "the type is that of the first records: give a schema, or look at more (--infer-rows) or " \
    "all (--extra evolve)"

struct quire_text_decoding {
    /* Sees the first bytes of the input, padded as a chunk is (a sample: all of it when
     * at_end). Called again with more while it sets *need_more, unless at_end or enough:
     * enough says that no more will be shown although the input goes on (the sample has
     * reached its limit in bytes), so that the whole records in it must do. Sets *skip to
     * how many bytes belong to what precedes the records (byte order mark, header, '['),
     * and schema (the caller releases it) to that of the records, the projection of the
     * policy applied. */
    int (*start)(void *state, const uint8_t *bytes, size_t size, bool at_end, bool enough,
                 bool *need_more, size_t *skip, struct ArrowSchema *schema,
                 struct quire_error *error);
    /* Finds the end of the last whole record in bytes, which begin at a record:
     * *end is 0 when there is none yet. at_end: no bytes follow, so that what is
     * left must end the input (an unclosed quote is an error here, with its byte
     * relative to bytes). Called in order by the reading thread with bytes that
     * grow until it succeeds; from is how many of them the last call that found
     * nothing had already seen, 0 at first. The last call is at_end and has no bytes,
     * so that what was left open can be told of. QUIRE_TEXT_PADDING bytes after size may
     * be read: those of the input, and behind its last zeros. */
    int (*split)(void *state, const uint8_t *bytes, size_t size, size_t from, bool at_end,
                 size_t *end, struct quire_error *error);
    /* Parses a chunk. state is shared by threads and must not change here. An
     * error's row is relative to the chunk (from 0), its byte relative to bytes:
     * the caller makes both absolute and adds 1 to the row. */
    int (*parse)(const void *state, struct quire_text_chunk *chunk, struct quire_error *error);
    /* Takes what parse left in a chunk's scratch, called by the reading thread in the order
     * of the input. NULL when all that parse makes is columns. */
    int (*join)(void *state, struct quire_text_chunk *chunk, struct quire_error *error);
    void (*scratch_free)(void *scratch); /* NULL when there is none */
    void (*free)(void *state);
};

/* Opens the stream; owns state from success on. name is for errors: "read csv". */
int quire_text_decoder_open(const char *operation, const struct quire_text_decoding *decoding,
                            void *state, struct quire_in *in,
                            const struct quire_record_policy *policy, struct quire_context *context,
                            struct ArrowArrayStream *stream, struct quire_error *error);

/* Runs a decoding whose schema has no columns to the end of the input, for what its
 * join takes. Takes state, also on failure. */
int quire_text_survey(const char *operation, const struct quire_text_decoding *decoding,
                      void *state, struct quire_in *in, const struct quire_record_policy *policy,
                      struct quire_context *context, struct quire_error *error);

#endif
