/* Private to sql/rollup: a query on its way to a rollup. */
#ifndef QUIRE_SQL_ROLLUP_PARSER_H
#define QUIRE_SQL_ROLLUP_PARSER_H

#include <string.h>

#include "sql/rollup/rollup.h"
#include "sql/text/query_tokens.h"

#define QUIRE_ROLLUP_ALIASES_MAX 12

/* A column of a subquery that is joined. */
struct quire_rollup_alias {
    size_t token; /* its name */
    size_t column;
    bool median; /* of the column; else the column itself, a key */
};

struct quire_rollup_parser {
    const char *sql;
    struct quire_rollup_alias aliases[QUIRE_ROLLUP_ALIASES_MAX];
    size_t aliases_size;
    struct quire_rollup *rollup;
    const struct quire_field *columns;
    size_t columns_size;
    struct quire_sql_token *tokens; /* the last is END */
    size_t tokens_size;
    size_t copied; /* bytes of sql that are in rollup->sql, or replaced there */
    int code;
    bool fits;
    bool alone; /* no clause follows FROM, WHERE and GROUP BY */
};

/* --- Tokens and columns (rollup_parse_tokens.c) ---------------------------------------------- */

/* fits is false where there are too many. 0 or QUIRE_MEMORY. */
int quire_rollup_read_tokens(struct quire_rollup_parser *parser);

bool quire_rollup_is_word(const struct quire_rollup_parser *parser, size_t at, const char *word);
bool quire_rollup_is_char(const struct quire_rollup_parser *parser, size_t at, char c);
bool quire_rollup_is_end(const struct quire_rollup_parser *parser, size_t at);
bool quire_rollup_is_number(const struct quire_rollup_parser *parser, size_t at);
bool quire_rollup_is_any(const struct quire_rollup_parser *parser, size_t at,
                         const char *const *words, size_t size);
#define QUIRE_ROLLUP_IS_ANY(parser, at, words) \
    quire_rollup_is_any(parser, at, words, sizeof(words) / sizeof((words)[0]))

/* The column that a word names, if it is one alone; else columns_size. */
size_t quire_rollup_find_column(const struct quire_rollup_parser *parser, size_t at);
/* Whether it names any. */
bool quire_rollup_names_column(const struct quire_rollup_parser *parser, size_t at);

bool quire_rollup_is_whole(const struct quire_field *field);
bool quire_rollup_is_numeric(const struct quire_field *field);
bool quire_rollup_is_text(const struct quire_field *field);

/* --- Parts of a query ------------------------------------------------------------------------ */

/* Notes the text between two tokens as one of the constants. (rollup_parse_where.c) */
void quire_rollup_add_constant(struct quire_rollup_parser *parser, size_t from, size_t to);
/* Comparisons with AND between them, some perhaps in brackets; *at moves behind them. */
void quire_rollup_read_terms(struct quire_rollup_parser *parser, size_t *at);

/* CROSS JOIN at *at, with a subquery over the same table, and the conditions that follow; *at moves
 * to GROUP. (rollup_parse_join.c) */
void quire_rollup_read_join(struct quire_rollup_parser *parser, size_t table, size_t *at);
/* Whether the keys of the query are those of the subquery. */
bool quire_rollup_joins_keys(const struct quire_rollup_parser *parser);
/* The name at a token of a column of the subquery; else aliases_size. */
size_t quire_rollup_find_alias(const struct quire_rollup_parser *parser, size_t at);
/* What stands in the brackets of an aggregate of medians; *at moves to the closing one. */
bool quire_rollup_read_distance(const struct quire_rollup_parser *parser, size_t name, size_t *at,
                                struct quire_rollup_aggregate *aggregate);

/* (rollup_parse_aggregate.c) */
bool quire_rollup_is_aggregate(const struct quire_rollup_parser *parser, size_t at);
/* The aggregate that begins at a token; *at moves behind it. False for one that is not known. */
bool quire_rollup_read_aggregate(struct quire_rollup_parser *parser, size_t *at,
                                 struct quire_rollup_aggregate *aggregate);

#endif
