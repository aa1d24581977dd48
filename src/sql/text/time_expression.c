/* Expressions are known by their tokens: what is not known to be a time is none. A name is a time
 * where every column and every item of a SELECT that has it is one. */
#include "sql/text/time_expression.h"

#include <string.h>

#include "sql/vtab/vtab_source.h"

#define DEPTH_MAX 50

/* --- Tokens --------------------------------------------------------------------------------- */

bool quire_typing_is_word(const struct quire_typing *typing, size_t at, const char *word)
{
    return quire_sql_token_is(typing->sql, &typing->tokens[at], word);
}

bool quire_typing_is_any(const struct quire_typing *typing, size_t at, const char *const *words,
                         size_t size)
{
    return quire_sql_token_is_any(typing->sql, &typing->tokens[at], words, size);
}

char quire_typing_char_at(const struct quire_typing *typing, size_t at)
{
    return quire_sql_token_char(typing->sql, &typing->tokens[at]);
}

bool quire_typing_is_over(const struct quire_typing *typing, size_t at)
{
    return typing->tokens[at].kind == QUIRE_SQL_TOKEN_END;
}

bool quire_typing_is_name(const struct quire_typing *typing, size_t at)
{
    enum quire_sql_token_kind kind = typing->tokens[at].kind;
    return kind == QUIRE_SQL_TOKEN_WORD || kind == QUIRE_SQL_TOKEN_QUOTED;
}

/* Behind the bracket that closes the one at a token. */
static size_t behind_bracket(const struct quire_typing *typing, size_t at)
{
    for (int depth = 0; !quire_typing_is_over(typing, at); at++) {
        depth +=
            (quire_typing_char_at(typing, at) == '(') - (quire_typing_char_at(typing, at) == ')');
        if (depth == 0) return at + 1;
    }
    return at;
}

/* --- Names ---------------------------------------------------------------------------------- */

struct quire_bytes quire_typing_name_of(const struct quire_typing *typing, size_t at)
{
    const struct quire_sql_token *token = &typing->tokens[at];
    size_t quote = token->kind == QUIRE_SQL_TOKEN_QUOTED && token->size > 1;
    return (struct quire_bytes){(const uint8_t *)typing->sql + token->at + quote,
                                token->size - 2 * quote};
}

bool quire_typing_has_name(struct quire_bytes a, const char *b, size_t b_size)
{
    return a.size == b_size && sqlite3_strnicmp((const char *)a.data, b, (int)b_size) == 0;
}

static bool is_time_kind(enum quire_kind kind)
{
    return kind == QUIRE_KIND_TIMESTAMP || kind == QUIRE_KIND_DATE32 || kind == QUIRE_KIND_DATE64;
}

void quire_typing_find_columns(const struct quire_sql_session *session, struct quire_bytes name,
                               bool *time, bool *other)
{
    for (size_t i = 0; i < session->sources_size; i++) {
        const struct quire_field *field = session->sources[i].field;
        for (size_t j = 0; field != NULL && j < field->children_size; j++) {
            const struct quire_field *child = &field->children[j];
            if (!quire_typing_has_name(name, child->name, child->name_size)) continue;
            *(is_time_kind(child->kind) ? time : other) = true;
        }
    }
}

static bool is_time_name(const struct quire_typing *typing, size_t at)
{
    bool time = false, other = false;
    struct quire_bytes name = quire_typing_name_of(typing, at);
    if (!quire_typing_is_name(typing, at)) return false;
    quire_typing_find_columns(typing->session, name, &time, &other);
    for (size_t i = 0; i < typing->size && !other; i++) {
        if (typing->names[i] == QUIRE_NO_NAME) continue;
        struct quire_bytes own = quire_typing_name_of(typing, i);
        if (!quire_typing_has_name(name, (const char *)own.data, own.size)) continue;
        *(typing->names[i] == QUIRE_NAME_OF_TIME ? &time : &other) = true;
    }
    return time && !other;
}

/* --- Expressions ---------------------------------------------------------------------------- */

/* FILTER (…) and OVER (…) are of the call before them. */
static size_t behind_call(const struct quire_typing *typing, size_t at)
{
    if (quire_typing_is_word(typing, at, "FILTER") && quire_typing_char_at(typing, at + 1) == '(')
        at = behind_bracket(typing, at + 1);
    if (!quire_typing_is_word(typing, at, "OVER")) return at;
    return quire_typing_char_at(typing, at + 1) == '(' ? behind_bracket(typing, at + 1) : at + 2;
}

/* Is what begins at a token a time, up to a comma or the end of the bracket? */
static bool is_argument(const struct quire_typing *typing, size_t at, int depth)
{
    size_t end = quire_typing_operand_end(typing, at, depth);
    return end > 0 &&
           (quire_typing_char_at(typing, end) == ',' || quire_typing_char_at(typing, end) == ')');
}

/* Behind the first comma of a bracket that opens at a token; 0 where there is none. */
static size_t second_argument(const struct quire_typing *typing, size_t at)
{
    size_t end = behind_bracket(typing, at);
    for (at++; at < end; at++) {
        if (quire_typing_char_at(typing, at) == '(') at = behind_bracket(typing, at) - 1;
        if (quire_typing_char_at(typing, at) == ',') return at + 1;
    }
    return 0;
}

static size_t call_end(const struct quire_typing *typing, size_t at, int depth)
{
    static const char *const makers[] = {"to_timestamp", "to_date",  "date_trunc",    "trunc",
                                         "last_day",     "date_add", "date_sub",      "add_months",
                                         "now",          "datetime", "from_unixtime", "date"};
    static const char *const passers[] = {
        "max",   "min", "coalesce",    "ifnull",     "nvl",       "nullif", "greatest",
        "least", "lag", "first_value", "last_value", "nth_value", "lead"};
    static const char *const choosers[] = {"if", "iif", "nvl2"};
    static const char *const types[] = {"TIMESTAMP", "DATE"};
    static const char *const firsts[] = {"DISTINCT", "ALL"};
    size_t end = behind_bracket(typing, at + 1);
    bool time = QUIRE_TYPING_IS_ANY(typing, at, makers);
    if (quire_typing_is_word(typing, at, "CAST"))
        time = end > at + 4 && quire_typing_is_word(typing, end - 3, "AS") &&
               QUIRE_TYPING_IS_ANY(typing, end - 2, types);
    else if (QUIRE_TYPING_IS_ANY(typing, at, passers))
        time = is_argument(typing, at + 2 + QUIRE_TYPING_IS_ANY(typing, at + 2, firsts), depth);
    else if (QUIRE_TYPING_IS_ANY(typing, at, choosers))
        time = second_argument(typing, at + 1) > 0 &&
               is_argument(typing, second_argument(typing, at + 1), depth);
    return time ? behind_call(typing, end) : 0;
}

/* Each branch is a time, a text or null, and one is a time. */
static size_t case_end(const struct quire_typing *typing, size_t at, int depth)
{
    bool any = false;
    for (at++; !quire_typing_is_over(typing, at) && !quire_typing_is_word(typing, at, "END");
         at++) {
        if (quire_typing_is_word(typing, at, "CASE")) return 0;
        if (quire_typing_char_at(typing, at) == '(') {
            at = behind_bracket(typing, at) - 1;
        } else if (quire_typing_is_word(typing, at, "THEN") ||
                   quire_typing_is_word(typing, at, "ELSE")) {
            static const char *const ends[] = {"WHEN", "ELSE", "END"};
            size_t end = quire_typing_operand_end(typing, at + 1, depth);
            bool plain = quire_typing_is_word(typing, at + 1, "NULL") ||
                         typing->tokens[at + 1].kind == QUIRE_SQL_TOKEN_STRING;
            any = any || end > 0;
            if (end == 0 && plain) end = at + 2;
            if (end == 0 || !QUIRE_TYPING_IS_ANY(typing, end, ends)) return 0;
            at = end - 1;
        }
    }
    return any ? at + 1 : 0;
}

/* Is the bracket at a token one of FROM, which is no value? */
static bool is_of_from(const struct quire_typing *typing, size_t at)
{
    static const char *const from[] = {"FROM", "JOIN"};
    static const char *const others[] = {"SELECT", "WHERE", "ON", "HAVING", "BY", "LIMIT"};
    for (int depth = 0; at-- > 0 && depth >= 0;) {
        depth +=
            (quire_typing_char_at(typing, at) == ')') - (quire_typing_char_at(typing, at) == '(');
        if (depth != 0) continue;
        if (QUIRE_TYPING_IS_ANY(typing, at, from)) return true;
        if (QUIRE_TYPING_IS_ANY(typing, at, others)) return false;
    }
    return false;
}

/* A subquery whose one item is a time, or a time in brackets. */
static size_t bracket_end(const struct quire_typing *typing, size_t at, int depth)
{
    static const char *const behind_item[] = {"FROM", "AS"};
    static const char *const firsts[] = {"DISTINCT", "ALL"};
    size_t first = at + 1, end;
    bool select = quire_typing_is_word(typing, first, "SELECT");
    if (select && is_of_from(typing, at)) return 0;
    if (select) first += 1 + QUIRE_TYPING_IS_ANY(typing, first + 1, firsts);
    end = quire_typing_operand_end(typing, first, depth);
    if (end == 0) return 0;
    if (quire_typing_char_at(typing, end) == ')') return end + 1;
    return select && QUIRE_TYPING_IS_ANY(typing, end, behind_item) ? behind_bracket(typing, at) : 0;
}

size_t quire_typing_computed_end(const struct quire_typing *typing, size_t at, int depth)
{
    if (depth == DEPTH_MAX) return 0;
    if (quire_typing_char_at(typing, at) == '(') return bracket_end(typing, at, depth + 1);
    if (typing->tokens[at].kind != QUIRE_SQL_TOKEN_WORD) return 0;
    if (quire_typing_is_word(typing, at, "CASE")) return case_end(typing, at, depth + 1);
    if (quire_typing_char_at(typing, at + 1) == '(') return call_end(typing, at, depth + 1);
    bool literal =
        quire_typing_is_word(typing, at, "TIMESTAMP") || quire_typing_is_word(typing, at, "DATE");
    return literal && typing->tokens[at + 1].kind == QUIRE_SQL_TOKEN_STRING ? at + 2 : 0;
}

size_t quire_typing_operand_end(const struct quire_typing *typing, size_t at, int depth)
{
    size_t end = quire_typing_computed_end(typing, at, depth);
    if (end > 0 || !quire_typing_is_name(typing, at) || quire_typing_char_at(typing, at + 1) == '(')
        return end;
    while (quire_typing_char_at(typing, at + 1) == '.' && quire_typing_is_name(typing, at + 2))
        at += 2;
    return is_time_name(typing, at) ? at + 1 : 0;
}
