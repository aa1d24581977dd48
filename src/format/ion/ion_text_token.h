/* Tokens of Ion text, for the files of its reader. */
#ifndef QUIRE_FORMAT_ION_TEXT_TOKEN_H
#define QUIRE_FORMAT_ION_TEXT_TOKEN_H

#include "format/ion/ion_reader.h"

enum quire_ion_class {
    QUIRE_ION_BLANK = 1,      /* whitespace */
    QUIRE_ION_IDENTIFIER = 2, /* letters, digits, $ and _ */
    QUIRE_ION_OPERATOR = 4,
    QUIRE_ION_DIGIT = 8,
    QUIRE_ION_NUMERIC = 16, /* what a run that begins with a digit goes on with */
    QUIRE_ION_STOP = 32     /* what may follow a number */
};
extern const uint8_t quire_ion_classes[256];

static inline bool quire_ion_is(uint8_t c, unsigned classes)
{
    return (quire_ion_classes[c] & classes) != 0;
}

/* Moves past whitespace and comments. */
int quire_ion_space(struct quire_ion_reader *reader, struct quire_error *error);
/* The input ends at reader->at, within something. */
int quire_ion_fail_end(const struct quire_ion_reader *reader, const char *within,
                       struct quire_error *error);
/* What stands at reader->at is not what is expected. */
int quire_ion_fail_char(const struct quire_ion_reader *reader, const char *expected,
                        struct quire_error *error);

/* Does ''' stand there? */
static inline bool quire_ion_is_long(const uint8_t *at)
{
    return at[0] == '\'' && at[1] == '\'' && at[2] == '\'';
}

/* The text of a short string or quoted symbol at its quote, kept in buf when it has
 * escapes (at its end: what was there stays). */
int quire_ion_quoted(struct quire_ion_reader *reader, struct quire_buf *buf,
                     struct quire_ion_bytes *text, struct quire_error *error);
/* All long strings from here on, as one. */
int quire_ion_long(struct quire_ion_reader *reader, struct quire_buf *buf,
                   struct quire_ion_bytes *text, struct quire_error *error);
/* The clob or blob that "{{" begins. */
int quire_ion_lob(struct quire_ion_reader *reader, struct quire_ion_value *value,
                  struct quire_error *error);
/* The number or timestamp that a digit, or '-' and a digit, begins. */
int quire_ion_numeric(struct quire_ion_reader *reader, struct quire_ion_value *value,
                      struct quire_error *error);
/* The timestamp that a run of characters is. False when it is none. QUIRE_LIMIT is told by
 * *code. */
bool quire_ion_timestamp_scan(const char *text, size_t size, struct quire_buf *bytes,
                              struct quire_ion_timestamp *timestamp, int *code);

#endif
