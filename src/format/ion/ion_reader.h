/* Values of Ion text or binary, one event after another, from bytes in memory that
 * hold whole top-level values.
 *
 * Symbol tables, version markers, padding and the like are acted on and not given.
 * Errors have the byte (counted from the input's start by `offset`), those of text the
 * line and column too when the window begins the input. After an error the reader is
 * only to be released. */
#ifndef QUIRE_FORMAT_ION_READER_H
#define QUIRE_FORMAT_ION_READER_H

#include "base/buf.h"
#include "format/ion/ion_symbols.h"

/* Zero bytes that follow a window of text. */
#define QUIRE_ION_PADDING 64

struct quire_ion_frame {
    enum quire_ion_type type;
    const uint8_t *end; /* of a binary container */
};

/* A place of the window, and its line and column. */
struct quire_ion_line {
    const uint8_t *at;
    size_t line, column;
};

struct quire_ion_reader {
    const char *operation;
    const uint8_t *start, *at, *end; /* the window */
    int64_t offset;                  /* of start in the input */
    bool binary;
    bool not_utf8; /* text: the byte at end is where it stops being UTF-8 */
    bool far;      /* text: floats that a double does not reach are read as decimals */
    bool began;    /* text: a container has begun and no item of it was read */

    const struct quire_ion_symbols *symbols; /* in force */
    /* Where symbol tables were read before (the decoder's threads): gives the one that
     * follows a system value at a byte of the input. Else NULL, and store is used. */
    const struct quire_ion_symbols *(*symbols_after)(void *user, int64_t byte);
    /* Is told of each system value's table and byte; the tables then stay, in the store and
     * those retired, until they are released. */
    int (*follow)(void *user, int64_t byte, const struct quire_ion_symbols *symbols,
                  struct quire_error *error);
    void *symbols_user;
    bool lines; /* text: the window begins the input, so that lines can be counted */
    struct quire_ion_line *counted; /* the place that was told last: the next is counted from it */
    struct quire_ion_store store;
    struct quire_ion_retired *retired; /* the newest first */
    uint64_t tables;                   /* how often the symbols in force were replaced */

    struct quire_ion_frame *frames; /* QUIRE_ION_DEPTH_MAX of them */
    size_t depth;
    struct quire_ion_symbol *annotations;
    size_t annotations_size, annotations_capacity;
    struct quire_buf text, name, number, digits; /* of the event */
    struct quire_arena notes;                    /* texts of annotations that had escapes */
};

/* Zero, or what a failed init left, is fine to release. Text windows are followed by
 * QUIRE_ION_PADDING zero bytes. */
int quire_ion_reader_init(struct quire_ion_reader *reader, bool binary,
                          const struct quire_ion_catalog *catalog, struct quire_error *error);
void quire_ion_reader_release(struct quire_ion_reader *reader);

/* The next window of the same input; symbols stay in force. */
void quire_ion_reader_set(struct quire_ion_reader *reader, const uint8_t *bytes, size_t size,
                          int64_t offset);

/* 0, or QUIRE_INPUT, QUIRE_LIMIT, QUIRE_UNSUPPORTED (another version of Ion), QUIRE_MEMORY. */
int quire_ion_next(struct quire_ion_reader *reader, struct quire_ion_value *value,
                   struct quire_error *error);

/* Moves past the END of the container that has just begun. */
int quire_ion_skip(struct quire_ion_reader *reader, struct quire_error *error);

/* Does Ion binary begin so? */
bool quire_ion_is_binary(const uint8_t *bytes, size_t size);

/* --- Between the files of the reader ------------------------------------------ */

int quire_ion_text_next(struct quire_ion_reader *reader, struct quire_ion_value *value,
                        struct quire_error *error);
int quire_ion_binary_next(struct quire_ion_reader *reader, struct quire_ion_value *value,
                          struct quire_error *error);

/* Makes the event one of a plain value, the rest to be filled in. */
static inline void quire_ion_clear(struct quire_ion_value *value)
{
    value->event = QUIRE_ION_VALUE;
    value->type = QUIRE_ION_NULL;
    value->null = value->single = value->quoted = value->named = false;
    value->annotations_size = 0;
    value->real_text.size = 0;
}

/* Fails at a place of the window. */
int quire_ion_fail_at(const struct quire_ion_reader *reader, const uint8_t *at, int code,
                      struct quire_error *error, const char *format, ...)
    __attribute__((format(printf, 5, 6), cold));
int quire_ion_push(struct quire_ion_reader *reader, enum quire_ion_type type, const uint8_t *end,
                   struct quire_error *error);
int quire_ion_annotate(struct quire_ion_reader *reader, const struct quire_ion_symbol *symbol,
                       struct quire_error *error);
/* The symbol of an ID, or a failure at a place. */
int quire_ion_resolve(const struct quire_ion_reader *reader, int64_t id, const uint8_t *at,
                      struct quire_ion_symbol *symbol, struct quire_error *error);

/* Reads the local symbol table that has just begun (ion_table.c); byte: where in the input. */
int quire_ion_read_table(struct quire_ion_reader *reader, int64_t byte, struct quire_error *error);
/* Begins anew at a byte: what comes does not stand on the tables before. */
int quire_ion_retire_tables(struct quire_ion_reader *reader, int64_t byte,
                            struct quire_error *error);

#endif
