/* A subquery that may be a rollup by itself: the innermost of SELECTs that stand in each other's
 * FROM alone. Each is then gone through once, as the table of groups can be. */
#include <string.h>

#include "sql/rollup/rollup.h"
#include "sql/text/query_tokens.h"

#define DEPTH_MAX 20

struct seeker {
    const char *sql;
    size_t at;
    struct quire_sql_token before, last, token; /* two before, the one before, and this */
    bool opened[DEPTH_MAX];                     /* which brackets hold a SELECT of a FROM */
    size_t depth, selects;
    size_t start, end; /* of the innermost */
    size_t start_depth;
};

static bool is_char(const struct seeker *seeker, const struct quire_sql_token *token, char c)
{
    return quire_sql_token_char(seeker->sql, token) == c;
}
#define IS_ANY(seeker, words) QUIRE_SQL_TOKEN_IS_ANY((seeker)->sql, &(seeker)->token, words)

static void next(struct seeker *seeker)
{
    seeker->before = seeker->last;
    seeker->last = seeker->token;
    seeker->token = quire_sql_token_next(seeker->sql, &seeker->at);
}

/* Behind a subquery stands perhaps a name, and then no other table. */
static bool ends_from(struct seeker *seeker)
{
    static const char *const clauses[] = {"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW"};
    next(seeker);
    if (quire_sql_token_is(seeker->sql, &seeker->token, "AS")) next(seeker);
    bool named =
        seeker->token.kind == QUIRE_SQL_TOKEN_WORD || seeker->token.kind == QUIRE_SQL_TOKEN_QUOTED;
    if (named && !IS_ANY(seeker, clauses)) next(seeker);
    return seeker->token.kind == QUIRE_SQL_TOKEN_END || IS_ANY(seeker, clauses) ||
           is_char(seeker, &seeker->token, ')') || is_char(seeker, &seeker->token, ';');
}

static bool open_select(struct seeker *seeker)
{
    seeker->start = seeker->token.at;
    if (seeker->selects++ == 0) return seeker->depth == 0;
    bool derived = is_char(seeker, &seeker->last, '(') &&
                   quire_sql_token_is(seeker->sql, &seeker->before, "FROM");
    if (derived) seeker->opened[seeker->depth - 1] = true;
    seeker->start_depth = seeker->depth;
    return derived;
}

/* False where the query has another form. The token that follows is the next one then. */
static bool take(struct seeker *seeker)
{
    static const char *const others[] = {"JOIN", "UNION", "EXCEPT", "INTERSECT", "WITH", "EXISTS"};
    if (IS_ANY(seeker, others)) return false;
    if (quire_sql_token_is(seeker->sql, &seeker->token, "SELECT") && !open_select(seeker))
        return false;
    if (is_char(seeker, &seeker->token, '(')) {
        if (seeker->depth == DEPTH_MAX) return false;
        seeker->opened[seeker->depth++] = false;
    } else if (is_char(seeker, &seeker->token, ')')) {
        if (seeker->depth == 0) return false;
        if (seeker->end == 0 && seeker->selects > 1 && seeker->depth == seeker->start_depth)
            seeker->end = seeker->token.at;
        if (seeker->opened[--seeker->depth]) return ends_from(seeker);
    }
    next(seeker);
    return true;
}

bool quire_rollup_find_inner(const char *sql, size_t *start, size_t *end)
{
    struct seeker seeker = {.sql = sql};
    next(&seeker);
    while (seeker.token.kind != QUIRE_SQL_TOKEN_END)
        if (!take(&seeker)) return false;
    *start = seeker.start;
    *end = seeker.end;
    return seeker.end > seeker.start;
}
