/* What has a name or stands beside a comparison, and is a time. */
#include "sql/text/time_collation.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sql/text/time_expression.h"

#define TOKENS_MAX 20000 /* of longer queries nothing is known */
#define PASSES     4     /* names of names of names */

/* --- Items ---------------------------------------------------------------------------------- */

/* Words that a name cannot be without quotes, and that stand behind an expression. */
static bool ends_item(const struct quire_typing *typing, size_t at)
{
    static const char *const words[] = {
        "FROM",  "AS",     "AND",    "OR",     "NOT",   "IS",      "IN",    "BETWEEN", "LIKE",
        "GLOB",  "ORDER",  "GROUP",  "HAVING", "WHERE", "LIMIT",   "THEN",  "WHEN",    "ELSE",
        "END",   "ASC",    "DESC",   "NULLS",  "UNION", "COLLATE", "CROSS", "ISNULL",  "NOTNULL",
        "OVER",  "FILTER", "EXCEPT", "JOIN",   "ON",    "USING",   "LEFT",  "INNER",   "OFFSET",
        "RIGHT", "FULL",   "WINDOW", "ESCAPE", "MATCH", "REGEXP",  "OUTER", "NATURAL", "INTERSECT"};
    return QUIRE_TYPING_IS_ANY(typing, at, words);
}

static bool begins_item(const struct quire_typing *typing, size_t at)
{
    static const char *const words[] = {"SELECT", "DISTINCT", "ALL"};
    return at > 0 && (quire_typing_char_at(typing, at - 1) == ',' ||
                      QUIRE_TYPING_IS_ANY(typing, at - 1, words));
}

/* The name of an item that ends before a token; 0: it has none. */
static size_t item_name(const struct quire_typing *typing, size_t end)
{
    if (quire_typing_is_word(typing, end, "AS"))
        return quire_typing_is_name(typing, end + 1) ? end + 1 : 0;
    return quire_typing_is_name(typing, end) && !ends_item(typing, end) ? end : 0;
}

static void name_columns_of_with(struct quire_typing *typing, size_t close)
{
    for (size_t at = close; at > 0 && quire_typing_char_at(typing, at) != '('; at--)
        if (quire_typing_is_name(typing, at)) typing->names[at] = QUIRE_NAME_OF_OTHER;
}

/* The type of a CAST stands behind AS, too. */
static bool is_type(const struct quire_typing *typing, size_t at)
{
    static const char *const types[] = {"TIMESTAMP", "DATE"};
    return QUIRE_TYPING_IS_ANY(typing, at, types) && quire_typing_char_at(typing, at + 1) == ')';
}

/* Names behind what is no name of a column, AS before them or not, are none of times; and so are
 * those of a WITH. */
static void name_others(struct quire_typing *typing)
{
    for (size_t at = 1; at < typing->size; at++) {
        enum quire_sql_token_kind before = typing->tokens[at - 1].kind;
        bool time = false, other = false;
        if (quire_typing_char_at(typing, at) == ')' && quire_typing_is_word(typing, at + 1, "AS") &&
            quire_typing_char_at(typing, at + 2) == '(')
            name_columns_of_with(typing, at);
        if (!quire_typing_is_name(typing, at) || ends_item(typing, at) || is_type(typing, at))
            continue;
        if (before == QUIRE_SQL_TOKEN_WORD || before == QUIRE_SQL_TOKEN_QUOTED)
            quire_typing_find_columns(typing->session, quire_typing_name_of(typing, at - 1), &time,
                                      &other);
        if (quire_typing_is_word(typing, at - 1, "AS") ||
            quire_typing_is_word(typing, at - 1, "END") || time || other ||
            quire_typing_char_at(typing, at - 1) == ')' || before == QUIRE_SQL_TOKEN_STRING)
            typing->names[at] = QUIRE_NAME_OF_OTHER;
    }
}

/* Whether another name of a time was found. */
static bool name_times(struct quire_typing *typing)
{
    bool more = false;
    for (size_t at = 0; at < typing->size; at++) {
        size_t end = begins_item(typing, at) ? quire_typing_operand_end(typing, at, 0) : 0;
        size_t name = end > 0 ? item_name(typing, end) : 0;
        if (name == 0 || typing->names[name] == QUIRE_NAME_OF_TIME) continue;
        typing->names[name] = QUIRE_NAME_OF_TIME;
        more = true;
    }
    return more;
}

/* --- Comparisons ---------------------------------------------------------------------------- */

/* Not of an arrow or a shift. */
static bool is_sign(const struct quire_typing *typing, size_t at)
{
    char c = quire_typing_char_at(typing, at),
         last = at > 0 ? quire_typing_char_at(typing, at - 1) : '\0';
    if (c == '=') return true;
    if (c != '<' && c != '>') return false;
    bool shift = (last == c && c != '=') || quire_typing_char_at(typing, at + 1) == c;
    return !shift && !(c == '>' && last == '-');
}

static bool compares_before(const struct quire_typing *typing, size_t at)
{
    static const char *const words[] = {"BETWEEN", "IS"};
    return at > 0 && (is_sign(typing, at - 1) || QUIRE_TYPING_IS_ANY(typing, at - 1, words));
}

static bool compares_behind(const struct quire_typing *typing, size_t at)
{
    static const char *const words[] = {"BETWEEN", "IS", "IN", "NOT"};
    return is_sign(typing, at) || quire_typing_char_at(typing, at) == '!' ||
           QUIRE_TYPING_IS_ANY(typing, at, words);
}

/* A part of a larger expression is none by itself, and so is what stands in a call's brackets. */
static bool stands_alone(const struct quire_typing *typing, size_t at, size_t end)
{
    static const char *const words[] = {"AND",    "OR",   "NOT",     "WHERE", "HAVING",
                                        "ON",     "WHEN", "THEN",    "ELSE",  "CASE",
                                        "SELECT", "IS",   "BETWEEN", "BY",    "DISTINCT"};
    char before = at > 0 ? quire_typing_char_at(typing, at - 1) : '\0',
         behind = quire_typing_char_at(typing, end);
    if (before != '\0' && strchr("+-*/%|&~.", before) != NULL) return false;
    if (behind != '\0' && strchr("+-*/%|&.", behind) != NULL) return false;
    bool called =
        quire_typing_char_at(typing, at) == '(' && at > 0 && quire_typing_is_name(typing, at - 1);
    return (!called || QUIRE_TYPING_IS_ANY(typing, at - 1, words)) &&
           !quire_typing_is_word(typing, end, "COLLATE");
}

/* Whether it is compared wherever else it stands. */
static bool is_compared(const struct quire_typing *typing, size_t name)
{
    const struct quire_bytes own = quire_typing_name_of(typing, name);
    for (size_t at = 0; at < typing->size; at++)
        if (at != name && quire_typing_is_name(typing, at) &&
            quire_typing_has_name(quire_typing_name_of(typing, at), (const char *)own.data,
                                  own.size) &&
            (compares_before(typing, at) || compares_behind(typing, at + 1)))
            return true;
    return false;
}

static int find_places(const struct quire_typing *typing, struct quire_buf *places)
{
    for (size_t at = 0; at < typing->size; at++) {
        size_t end = quire_typing_computed_end(typing, at, 0);
        if (end == 0 || !stands_alone(typing, at, end)) continue;
        size_t name = begins_item(typing, at) ? item_name(typing, end) : 0;
        if (!compares_before(typing, at) && !compares_behind(typing, end) &&
            (name == 0 || !is_compared(typing, name)))
            continue;
        const struct quire_sql_token *last = &typing->tokens[end - 1];
        size_t place = last->at + last->size;
        if (quire_buf_append(places, &place, sizeof(place)) != 0) return QUIRE_MEMORY;
    }
    return 0;
}

static int read_tokens(const char *sql, struct quire_buf *tokens, size_t *size)
{
    size_t at = 0;
    for (*size = 0; *size < TOKENS_MAX; ++*size) {
        const struct quire_sql_token token = quire_sql_token_next(sql, &at);
        if (quire_buf_append(tokens, &token, sizeof(token)) != 0) return QUIRE_MEMORY;
        if (token.kind == QUIRE_SQL_TOKEN_END) break;
    }
    const struct quire_sql_token end = {QUIRE_SQL_TOKEN_END, 0, 0};
    for (int i = 0; i < QUIRE_TYPING_ENDS; i++)
        if (quire_buf_append(tokens, &end, sizeof(end)) != 0) return QUIRE_MEMORY;
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

int quire_sql_time_places(const struct quire_sql_session *session, const char *sql,
                          struct quire_buf *places)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf tokens = {0};
    struct quire_typing typing = {.session = session, .sql = sql};
    if (read_tokens(sql, &tokens, &typing.size) != 0) return QUIRE_MEMORY;
    if (typing.size == TOKENS_MAX) return 0;
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *names = quire_alloc_zero(typing.size + 1, 1);
    if (names == NULL) return QUIRE_MEMORY;
    typing.tokens = (const struct quire_sql_token *)(const void *)tokens.data;
    typing.names = names;
    name_others(&typing);
    for (int i = 0; i < PASSES && name_times(&typing); i++)
        continue;
    if (find_places(&typing, places) != 0) return QUIRE_MEMORY;
    /* What stands in brackets is found before them, and ends after its own. */
    if (places->size > 0)
        qsort(places->data, places->size / sizeof(size_t), sizeof(size_t), compare_places);
    return 0;
}

/* --- The text ------------------------------------------------------------------------------- */

static const size_t *items_of(const struct quire_buf *places, size_t *size)
{
    *size = places->size / sizeof(size_t);
    return (const size_t *)(const void *)places->data;
}

char *quire_sql_time_put(const char *sql, const struct quire_buf *places)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    size_t size, from = 0;
    const size_t *items = items_of(places, &size);
    int code = 0;
    for (size_t i = 0; i < size && code == 0; i++) {
        code = quire_buf_append(&text, sql + from, items[i] - from);
        if (code == 0) code = quire_buf_append_text(&text, QUIRE_SQL_TIMED);
        from = items[i];
    }
    if (code == 0) code = quire_buf_append_text(&text, sql + from);
    if (code == 0) code = quire_buf_terminate(&text);
    return code == 0 ? (char *)QUIRE_STEAL(text.data) : NULL;
}

size_t quire_sql_time_given(const struct quire_buf *places, size_t at)
{
    size_t size, more = sizeof(QUIRE_SQL_TIMED) - 1;
    const size_t *items = items_of(places, &size);
    for (size_t i = 0; i < size && items[i] < at; i++)
        at = at - items[i] > more ? at - more : items[i];
    return at;
}
