/* The schema language, character by character: what its parsers share. */
#ifndef QUIRE_DATA_SCHEMA_TOKEN_H
#define QUIRE_DATA_SCHEMA_TOKEN_H

#include "data/field.h"

/* Longer than the name of any type. */
#define QUIRE_SCHEMA_WORD_MAX 63

struct quire_schema_parser {
    const char *text;
    size_t size;
    size_t at;
    int brackets; /* open ones: inside, line ends are blanks */
    int depth;    /* nested types */
    struct quire_arena *arena;
    struct quire_error *error;
};

/* Failures; all give the line as row and the byte, and return the code. */
int quire_schema_fail_memory(struct quire_schema_parser *parser);
int quire_schema_fail_at(struct quire_schema_parser *parser, size_t at);
/* "expected X, found Y", where Y is the word or character that comes next. */
int quire_schema_fail_expected(struct quire_schema_parser *parser, const char *expected);

/* Blanks and comments. */
void quire_schema_skip_blanks(struct quire_schema_parser *parser);

/* Takes a character or a word if it is what comes next after blanks. */
bool quire_schema_take(struct quire_schema_parser *parser, char c);
bool quire_schema_take_this_word(struct quire_schema_parser *parser, const char *expected);

/* Takes what must come next. A word is cut at QUIRE_SCHEMA_WORD_MAX; names and
 * zones are the arena's. */
int quire_schema_expect(struct quire_schema_parser *parser, char c);
int quire_schema_take_word(struct quire_schema_parser *parser, const char *expected,
                           char word[QUIRE_SCHEMA_WORD_MAX + 1]);
int quire_schema_take_integer(struct quire_schema_parser *parser, const char *expected, int64_t low,
                              int64_t high, int32_t *value);
int quire_schema_take_name(struct quire_schema_parser *parser, const char *expected,
                           const char **name);
int quire_schema_take_zone(struct quire_schema_parser *parser, const char **zone);

/* Parses "name type [not null]" and adds it to the parent's children. */
int quire_schema_parse_field(struct quire_schema_parser *parser, struct quire_field *parent);

#endif
