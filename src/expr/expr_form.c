/* The forms with words inside: CASE, CAST, EXTRACT, SUBSTRING, TRIM, POSITION. */
#include <string.h>

#include "base/fail.h"
#include "expr/expr_parse.h"

/* CASE [value] WHEN … THEN … [ELSE …] END: one call of conditions and values by turns. */
int quire_parser_case(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    struct quire_expr_node *value = NULL, *arg = NULL;
    if (!quire_parser_at_word(parser, "when")) QUIRE_TRY(quire_parser_expression(parser, &value));
    if (!quire_parser_at_word(parser, "when")) return quire_parser_unexpected(parser, "WHEN");
    while (quire_parser_at_word(parser, "when")) {
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(quire_parser_expression(parser, &arg));
        struct quire_expr_node *both[] = {value, arg};
        if (value != NULL) QUIRE_TRY(quire_parser_call(parser, "=", arg->at, both, 2, &arg));
        QUIRE_TRY(quire_parser_push(parser, &list, arg));
        QUIRE_TRY(quire_parser_expect_word(parser, "then"));
        QUIRE_TRY(quire_parser_expression(parser, &arg));
        QUIRE_TRY(quire_parser_push(parser, &list, arg));
    }
    if (quire_parser_at_word(parser, "else")) {
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(quire_parser_expression(parser, &arg));
        QUIRE_TRY(quire_parser_push(parser, &list, arg));
    }
    QUIRE_TRY(quire_parser_expect_word(parser, "end"));
    return quire_parser_call_list(parser, "case", at, &list, node);
}

/* The text of a type up to the parenthesis that closes the cast. */
static int parse_type(struct quire_expr_parser *parser, struct quire_expr_type *type)
{
    const struct quire_expr_token first = parser->token;
    for (int depth = 0; depth > 0 || !quire_parser_at_mark(parser, ")");) {
        if (parser->token.kind == QUIRE_TOKEN_END) return quire_parser_unexpected(parser, "\")\"");
        depth += quire_parser_at_mark(parser, "(") - quire_parser_at_mark(parser, ")");
        QUIRE_TRY(quire_parser_advance(parser));
    }
    const char *text = parser->lexer.text + first.start;
    size_t size = parser->before > first.start ? parser->before - first.start : 0;
    if (quire_expr_type_parse(text, size, type)) return 0;
    return quire_expr_fail_at(parser->error, QUIRE_USAGE, first.at,
                              "\"%.*s\" is not a type to cast to", quire_expr_shown(text, size),
                              text);
}

static int parse_cast(struct quire_expr_parser *parser, bool lenient, size_t at,
                      struct quire_expr_node **node)
{
    struct quire_expr_node *arg = NULL, *cast = NULL;
    QUIRE_TRY(quire_parser_expression(parser, &arg));
    QUIRE_TRY(quire_parser_expect_word(parser, "as"));
    QUIRE_TRY(quire_parser_cast(parser, at, arg, &cast));
    cast->lenient = lenient;
    QUIRE_TRY(parse_type(parser, &cast->type));
    *node = cast;
    return quire_parser_expect(parser, ")");
}

/* EXTRACT(field FROM x) is a function of x; the seconds have their fraction. */
static int parse_extract(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    static const char *const fields[][2] = {
        {"year", "year"},
        {"years", "year"},
        {"quarter", "quarter"},
        {"month", "month"},
        {"months", "month"},
        {"week", "weekofyear"},
        {"weeks", "weekofyear"},
        {"day", "day"},
        {"days", "day"},
        {"dayofweek", "dayofweek"},
        {"dow", "dayofweek"},
        {"dayofweek_iso", "extract dayofweek_iso"},
        {"dow_iso", "extract dayofweek_iso"},
        {"doy", "dayofyear"},
        {"yearofweek", "extract yearofweek"},
        {"hour", "hour"},
        {"hours", "hour"},
        {"minute", "minute"},
        {"minutes", "minute"},
        {"second", "extract second"},
        {"seconds", "extract second"},
    };
    struct quire_expr_node *arg = NULL;
    size_t field = 0, n = sizeof(fields) / sizeof(fields[0]);
    while (field < n && !quire_parser_at_word(parser, fields[field][0]))
        field++;
    if (field == n) return quire_parser_unexpected(parser, "YEAR, MONTH, DAY, HOUR …");
    QUIRE_TRY(quire_parser_advance(parser));
    QUIRE_TRY(quire_parser_expect_word(parser, "from"));
    QUIRE_TRY(quire_parser_expression(parser, &arg));
    QUIRE_TRY(quire_parser_expect(parser, ")"));
    return quire_parser_call(parser, fields[field][1], at, &arg, 1, node);
}

/* SUBSTRING(x FROM a FOR b), or with commas. */
static int parse_substring(struct quire_expr_parser *parser, size_t at,
                           struct quire_expr_node **node)
{
    struct quire_expr_node *args[3] = {NULL};
    size_t n = 1;
    QUIRE_TRY(quire_parser_expression(parser, &args[0]));
    for (; n < 3; n++) {
        bool goes_on = quire_parser_at_mark(parser, ",") ||
                       quire_parser_at_word(parser, n == 1 ? "from" : "for");
        if (!goes_on) break;
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(quire_parser_expression(parser, &args[n]));
    }
    if (n == 1) return quire_parser_unexpected(parser, "a position");
    QUIRE_TRY(quire_parser_expect(parser, ")"));
    return quire_parser_call(parser, "substring", at, args, n, node);
}

/* TRIM([BOTH|LEADING|TRAILING] [characters] FROM x), TRIM(characters, x) or TRIM(x). */
static int parse_trim(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    static const char *const sides[][2] = {
        {"both", "btrim"}, {"leading", "ltrim"}, {"trailing", "rtrim"}};
    struct quire_expr_node *args[2] = {NULL, NULL};
    const char *function = "btrim";
    bool sided = false;
    for (size_t i = 0; i < 3 && !sided; i++) {
        sided = quire_parser_at_word(parser, sides[i][0]);
        if (sided) function = sides[i][1];
    }
    if (sided) QUIRE_TRY(quire_parser_advance(parser));
    size_t n = 0;
    if (!quire_parser_at_word(parser, "from"))
        QUIRE_TRY(quire_parser_expression(parser, &args[n++]));
    if (quire_parser_at_word(parser, "from") || (n == 1 && quire_parser_at_mark(parser, ","))) {
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(quire_parser_expression(parser, &args[n++]));
    } else if (sided) {
        return quire_parser_unexpected(parser, "FROM");
    }
    QUIRE_TRY(quire_parser_expect(parser, ")"));
    return quire_parser_call(parser, function, at, args, n, node);
}

/* POSITION(a IN b), or with a comma: where a is in b. */
static int parse_position(struct quire_expr_parser *parser, size_t at,
                          struct quire_expr_node **node)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    struct quire_expr_node *arg = NULL;
    QUIRE_TRY(quire_parser_primary(parser, &arg));
    QUIRE_TRY(quire_parser_push(parser, &list, arg));
    if (!quire_parser_at_word(parser, "in") && !quire_parser_at_mark(parser, ","))
        return quire_parser_unexpected(parser, "IN");
    QUIRE_TRY(quire_parser_advance(parser));
    QUIRE_TRY(quire_parser_arguments(parser, &list));
    return quire_parser_call_list(parser, "locate", at, &list, node);
}

int quire_parser_form(struct quire_expr_parser *parser, const struct quire_expr_token *name,
                      struct quire_expr_node **node)
{
    static const struct {
        const char *name;
        int (*parse)(struct quire_expr_parser *, size_t, struct quire_expr_node **);
    } forms[] = {{"extract", parse_extract},
                 {"substring", parse_substring},
                 {"substr", parse_substring},
                 {"trim", parse_trim},
                 {"position", parse_position}};
    if (quire_parser_is_word(name, "cast")) return parse_cast(parser, false, name->at, node);
    if (quire_parser_is_word(name, "try_cast")) return parse_cast(parser, true, name->at, node);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (quire_parser_is_word(name, forms[i].name))
            return forms[i].parse(parser, name->at, node);
    return 0;
}
