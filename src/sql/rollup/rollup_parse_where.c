/* Comparisons of columns with constants; these are texts that SQLite computes. */
#include "sql/rollup/rollup_parser.h"
#include "sql/values/sql_time.h"

void quire_rollup_add_constant(struct quire_rollup_parser *parser, size_t from, size_t to)
{
    /* What may be another value each time is no constant. */
    static const char *const changing[] = {"SELECT", "random", "randomblob"};
    struct quire_rollup *rollup = parser->rollup;
    size_t start = parser->tokens[from].at;
    size_t end = parser->tokens[to - 1].at + parser->tokens[to - 1].size;
    for (size_t i = from; i < to; i++)
        parser->fits = parser->fits && !quire_rollup_names_column(parser, i) &&
                       !QUIRE_ROLLUP_IS_ANY(parser, i, changing) &&
                       parser->tokens[i].kind != QUIRE_SQL_TOKEN_QUOTED;
    parser->code = quire_buf_printf(&rollup->constants, "%s(%.*s)",
                                    rollup->constants_size == 0 ? "SELECT " : ", ",
                                    (int)(end - start), parser->sql + start);
    rollup->constants_size++;
}

/* --- Conditions ----------------------------------------------------------------------------- */

static bool ends_where(const struct quire_rollup_parser *parser, size_t at)
{
    static const char *const words[] = {"GROUP", "ORDER", "LIMIT"};
    return quire_rollup_is_end(parser, at) || QUIRE_ROLLUP_IS_ANY(parser, at, words);
}

/* The comparison at a token; *at moves behind it. 0: none that is known. */
static unsigned char read_comparison(const struct quire_rollup_parser *parser, size_t *at)
{
    size_t first = (*at)++;
    bool equal = quire_rollup_is_char(parser, *at, '=');
    if (quire_rollup_is_char(parser, first, '=')) {
        *at += equal;
        return SQLITE_INDEX_CONSTRAINT_EQ;
    }
    bool less = quire_rollup_is_char(parser, first, '<');
    if ((!less && !quire_rollup_is_char(parser, first, '>')) ||
        quire_rollup_is_char(parser, *at, '>') || quire_rollup_is_char(parser, *at, '<'))
        return 0;
    *at += equal;
    if (less) return equal ? SQLITE_INDEX_CONSTRAINT_LE : SQLITE_INDEX_CONSTRAINT_LT;
    return equal ? SQLITE_INDEX_CONSTRAINT_GE : SQLITE_INDEX_CONSTRAINT_GT;
}

/* To the end of a constant: the next AND that is in no bracket. */
static size_t find_and(struct quire_rollup_parser *parser, size_t at)
{
    static const char *const others[] = {"OR",   "NOT", "BETWEEN", "COLLATE", "IN",
                                         "LIKE", "IS",  "ISNULL",  "NOTNULL", "GLOB"};
    for (int depth = 0; !quire_rollup_is_end(parser, at); at++) {
        depth += quire_rollup_is_char(parser, at, '(') - quire_rollup_is_char(parser, at, ')');
        if (depth > 0) continue;
        if (depth < 0) break;
        if (quire_rollup_is_word(parser, at, "AND") || ends_where(parser, at)) break;
        if (QUIRE_ROLLUP_IS_ANY(parser, at, others) || quire_rollup_is_char(parser, at, '=') ||
            quire_rollup_is_char(parser, at, '<') || quire_rollup_is_char(parser, at, '>') ||
            quire_rollup_is_char(parser, at, '!'))
            parser->fits = false;
    }
    return at;
}

/* column IS NOT NULL; *at moves behind it. */
static bool read_present(struct quire_rollup_parser *parser, size_t *at)
{
    struct quire_rollup *rollup = parser->rollup;
    size_t column = quire_rollup_find_column(parser, *at);
    if (column == parser->columns_size || !quire_rollup_is_word(parser, *at + 1, "IS") ||
        !quire_rollup_is_word(parser, *at + 2, "NOT") || quire_rollup_is_end(parser, *at + 3) ||
        !quire_rollup_is_word(parser, *at + 3, "NULL"))
        return false;
    const struct quire_field *field = &parser->columns[column];
    parser->fits = rollup->present_size < QUIRE_ROLLUP_TERMS_MAX &&
                   (quire_rollup_is_text(field) || quire_rollup_is_numeric(field) ||
                    field->kind == QUIRE_KIND_BOOL || field->kind == QUIRE_KIND_TIMESTAMP);
    if (parser->fits) rollup->present[rollup->present_size++] = column;
    *at += 4;
    return true;
}

static void read_term(struct quire_rollup_parser *parser, size_t *at)
{
    if (read_present(parser, at)) return;
    struct quire_rollup *rollup = parser->rollup;
    size_t column = quire_rollup_find_column(parser, *at);
    parser->fits = column < parser->columns_size && rollup->terms_size < QUIRE_ROLLUP_TERMS_MAX;
    if (!parser->fits) return;
    struct quire_rollup_term *term = &rollup->terms[rollup->terms_size++];
    const struct quire_field *field = &parser->columns[column];
    ++*at;
    *term = (struct quire_rollup_term){
        .term = {.column = (int)column, .op = read_comparison(parser, at)},
        .constant = rollup->constants_size};
    const char *collation = field->kind == QUIRE_KIND_DATE32 || field->kind == QUIRE_KIND_TIMESTAMP
                                ? QUIRE_SQL_TIME_COLLATION
                                : "BINARY";
    size_t end = find_and(parser, *at);
    /* A NaN is null to SQLite, and in a bound it is not. */
    parser->fits = parser->fits && term->term.op != 0 && end > *at &&
                   !quire_kind_is_float(field->kind) &&
                   quire_sql_can_bound(field, term->term.op, collation);
    if (!parser->fits) return;
    quire_rollup_add_constant(parser, *at, end);
    *at = end;
}

#define DEPTH_MAX 50

static void read_terms(struct quire_rollup_parser *parser, size_t *at, int depth)
{
    for (;;) {
        bool bracket = quire_rollup_is_char(parser, *at, '(');
        if (bracket) {
            ++*at;
            parser->fits = depth < DEPTH_MAX;
            if (parser->fits) read_terms(parser, at, depth + 1);
            parser->fits = parser->fits && quire_rollup_is_char(parser, (*at)++, ')');
        } else {
            read_term(parser, at);
        }
        if (!parser->fits || parser->code != 0 || !quire_rollup_is_word(parser, *at, "AND")) return;
        ++*at;
    }
}

void quire_rollup_read_terms(struct quire_rollup_parser *parser, size_t *at)
{
    read_terms(parser, at, 0);
}
