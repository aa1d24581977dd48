/* Private to sql/text: the tokens of a query, and which expressions of them are times. */
#ifndef QUIRE_SQL_TIME_EXPRESSION_H
#define QUIRE_SQL_TIME_EXPRESSION_H

#include "data/view.h"
#include "sql/sql_session.h"
#include "sql/text/query_tokens.h"

/* What a token names, where it is the name of an item of a SELECT. */
enum { QUIRE_NO_NAME, QUIRE_NAME_OF_TIME, QUIRE_NAME_OF_OTHER };

struct quire_typing {
    const struct quire_sql_session *session;
    const char *sql;
    const struct quire_sql_token *tokens; /* with QUIRE_TYPING_ENDS behind them */
    size_t size;
    uint8_t *names; /* one a token */
};
#define QUIRE_TYPING_ENDS 3 /* so that what follows a token can be looked at */

bool quire_typing_is_word(const struct quire_typing *typing, size_t at, const char *word);
bool quire_typing_is_any(const struct quire_typing *typing, size_t at, const char *const *words,
                         size_t size);
#define QUIRE_TYPING_IS_ANY(typing, at, words) \
    quire_typing_is_any(typing, at, words, sizeof(words) / sizeof((words)[0]))
/* Of a token that is one character; else a zero. */
char quire_typing_char_at(const struct quire_typing *typing, size_t at);
bool quire_typing_is_over(const struct quire_typing *typing, size_t at);

bool quire_typing_is_name(const struct quire_typing *typing, size_t at);
/* Without its quotes. */
struct quire_bytes quire_typing_name_of(const struct quire_typing *typing, size_t at);
bool quire_typing_has_name(struct quire_bytes a, const char *b, size_t b_size);
/* *time, *other: set where there are such columns of that name. */
void quire_typing_find_columns(const struct quire_sql_session *session, struct quire_bytes name,
                               bool *time, bool *other);

/* Behind a time that is computed and begins at a token; 0: there is none. */
size_t quire_typing_computed_end(const struct quire_typing *typing, size_t at, int depth);
/* The same where it may also be a column. */
size_t quire_typing_operand_end(const struct quire_typing *typing, size_t at, int depth);

#endif
