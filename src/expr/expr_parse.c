/* Recursive descent over the precedences of Spark SQL, loosest first: OR, AND, NOT, predicates
 * (comparison, IS, BETWEEN, IN, LIKE), |, ^, &, sums and ||, products, signs, and what stands
 * alone. Chains of AND and OR become one call with many arguments. */

#include "expr/expr_parse.h"
#include "base/fail.h"

static int call_1(struct quire_expr_parser *parser, const char *name, size_t at,
                  struct quire_expr_node *arg, struct quire_expr_node **node)
{
    return quire_parser_call(parser, name, at, &arg, 1, node);
}

static int call_2(struct quire_expr_parser *parser, const char *name, size_t at,
                  struct quire_expr_node *left, struct quire_expr_node *right,
                  struct quire_expr_node **node)
{
    struct quire_expr_node *args[] = {left, right};
    return quire_parser_call(parser, name, at, args, 2, node);
}

/* --- Sums and products --------------------------------------------------------------------- */

/* Operators of one precedence, each with its function; words for those that are none. */
struct infix {
    const char *mark, *function;
};
static const struct infix or_bits[] = {{"|", "|"}, {NULL, NULL}};
static const struct infix xor_bits[] = {{"^", "^"}, {NULL, NULL}};
static const struct infix and_bits[] = {{"&", "&"}, {NULL, NULL}};
static const struct infix sums[] = {{"+", "+"}, {"-", "-"}, {"||", "concat"}, {NULL, NULL}};
static const struct infix products[] = {
    {"*", "*"}, {"/", "/"}, {"%", "%"}, {"div", "div"}, {NULL, NULL}};
static const struct infix *const levels[] = {or_bits, xor_bits, and_bits, sums, products};
#define LEVELS (int)(sizeof(levels) / sizeof(levels[0]))

static void negate_interval(struct quire_expr_node *node)
{
    struct quire_interval *interval = &node->value.interval;
    interval->months = -interval->months;
    interval->days = -interval->days;
    interval->micros = -interval->micros;
}

static int parse_sign(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    size_t at = parser->token.at;
    const char *function = quire_parser_at_mark(parser, "-")   ? "negate"
                           : quire_parser_at_mark(parser, "~") ? "~"
                                                               : NULL;
    if (function == NULL && !quire_parser_at_mark(parser, "+"))
        return quire_parser_primary(parser, node);
    QUIRE_TRY(quire_parser_enter(parser));
    QUIRE_TRY(quire_parser_advance(parser));
    /* The least integer has no positive counterpart that could be negated. */
    if (function != NULL && function[0] == 'n' && parser->token.kind == QUIRE_TOKEN_NUMBER) {
        QUIRE_TRY(quire_parser_number(parser, true, node));
    } else {
        struct quire_expr_node *arg = NULL;
        QUIRE_TRY(parse_sign(parser, &arg));
        *node = arg;
        if (function != NULL && arg->type.id == QUIRE_EXPR_INTERVAL && function[0] == 'n')
            negate_interval(arg);
        else if (function != NULL)
            QUIRE_TRY(call_1(parser, function, at, arg, node));
    }
    parser->depth--;
    return 0;
}

static int parse_level(struct quire_expr_parser *parser, int level, struct quire_expr_node **node)
{
    if (level == LEVELS) return parse_sign(parser, node);
    QUIRE_TRY(parse_level(parser, level + 1, node));
    for (;;) {
        const struct infix *infix = levels[level];
        while (infix->mark != NULL && !quire_parser_at_mark(parser, infix->mark) &&
               !quire_parser_at_word(parser, infix->mark))
            infix++;
        if (infix->mark == NULL) return 0;
        size_t at = parser->token.at;
        struct quire_expr_node *right = NULL;
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(parse_level(parser, level + 1, &right));
        QUIRE_TRY(call_2(parser, infix->function, at, *node, right, node));
    }
}

/* --- Predicates ---------------------------------------------------------------------------- */

static int negate_if(struct quire_expr_parser *parser, bool negated, struct quire_expr_node **node)
{
    return negated ? call_1(parser, "not", (*node)->at, *node, node) : 0;
}

static int parse_is(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    static const char *const tests[][2] = {
        {"null", "isnull"}, {"true", "istrue"}, {"false", "isfalse"}, {"unknown", "isnull"}};
    size_t at = parser->token.at;
    QUIRE_TRY(quire_parser_advance(parser));
    bool negated = quire_parser_at_word(parser, "not");
    if (negated) QUIRE_TRY(quire_parser_advance(parser));
    if (quire_parser_at_word(parser, "distinct")) {
        struct quire_expr_node *right = NULL;
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(quire_parser_expect_word(parser, "from"));
        QUIRE_TRY(parse_level(parser, 0, &right));
        QUIRE_TRY(call_2(parser, "<=>", at, *node, right, node));
        return negate_if(parser, !negated, node);
    }
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (!quire_parser_at_word(parser, tests[i][0])) continue;
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(call_1(parser, tests[i][1], at, *node, node));
        return negate_if(parser, negated, node);
    }
    return quire_parser_unexpected(parser, "NULL, TRUE, FALSE or DISTINCT FROM");
}

static int parse_between(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    struct quire_expr_node *args[] = {*node, NULL, NULL};
    QUIRE_TRY(parse_level(parser, 0, &args[1]));
    QUIRE_TRY(quire_parser_expect_word(parser, "and"));
    QUIRE_TRY(parse_level(parser, 0, &args[2]));
    return quire_parser_call(parser, "between", at, args, 3, node);
}

static int parse_in(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    QUIRE_TRY(quire_parser_push(parser, &list, *node));
    QUIRE_TRY(quire_parser_expect(parser, "("));
    QUIRE_TRY(quire_parser_arguments(parser, &list));
    if (list.size == sizeof(*node))
        return quire_expr_fail_at(parser->error, QUIRE_USAGE, at, "IN of an empty list");
    return quire_parser_call_list(parser, "in", at, &list, node);
}

static int parse_like(struct quire_expr_parser *parser, const char *function, size_t at,
                      struct quire_expr_node **node)
{
    struct quire_expr_node *args[] = {*node, NULL, NULL};
    size_t n = 2;
    QUIRE_TRY(parse_level(parser, 0, &args[1]));
    if (quire_parser_at_word(parser, "escape")) {
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(quire_parser_primary(parser, &args[2]));
        n = 3;
    }
    return quire_parser_call(parser, function, at, args, n, node);
}

/* BETWEEN, IN or LIKE, after a NOT or without. */
static int parse_test(struct quire_expr_parser *parser, bool negated, bool *found,
                      struct quire_expr_node **node)
{
    static const char *const words[] = {"between", "in", "like", "ilike", "rlike", "regexp"};
    size_t at = parser->token.at, word = 0;
    while (word < 6 && !quire_parser_at_word(parser, words[word]))
        word++;
    *found = word < 6;
    if (!*found) return 0;
    if (word >= 4)
        return quire_expr_fail_at(parser->error, QUIRE_UNSUPPORTED, at,
                                  "regular expressions are not in this build; LIKE is");
    QUIRE_TRY(quire_parser_advance(parser));
    if (word == 0) QUIRE_TRY(parse_between(parser, at, node));
    if (word == 1) QUIRE_TRY(parse_in(parser, at, node));
    if (word >= 2) QUIRE_TRY(parse_like(parser, words[word], at, node));
    return negate_if(parser, negated, node);
}

static const char *comparison(const struct quire_expr_parser *parser)
{
    static const char *const marks[][2] = {{"=", "="},   {"==", "="},  {"<=>", "<=>"},
                                           {"<>", "!="}, {"!=", "!="}, {"<", "<"},
                                           {"<=", "<="}, {">", ">"},   {">=", ">="}};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (quire_parser_at_mark(parser, marks[i][0])) return marks[i][1];
    return NULL;
}

static int parse_predicate(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    QUIRE_TRY(parse_level(parser, 0, node));
    for (;;) {
        const char *function = comparison(parser);
        size_t at = parser->token.at;
        bool found = false;
        if (function != NULL) {
            struct quire_expr_node *right = NULL;
            QUIRE_TRY(quire_parser_advance(parser));
            QUIRE_TRY(parse_level(parser, 0, &right));
            QUIRE_TRY(call_2(parser, function, at, *node, right, node));
        } else if (quire_parser_at_word(parser, "is")) {
            QUIRE_TRY(parse_is(parser, node));
        } else if (quire_parser_at_word(parser, "not")) {
            QUIRE_TRY(quire_parser_advance(parser));
            QUIRE_TRY(parse_test(parser, true, &found, node));
            if (!found) return quire_parser_unexpected(parser, "BETWEEN, IN or LIKE");
        } else {
            QUIRE_TRY(parse_test(parser, false, &found, node));
            if (!found) return 0;
        }
    }
}

/* --- NOT, AND, OR -------------------------------------------------------------------------- */

static int parse_not(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    size_t at = parser->token.at;
    if (!quire_parser_at_word(parser, "not") && !quire_parser_at_mark(parser, "!"))
        return parse_predicate(parser, node);
    struct quire_expr_node *arg = NULL;
    QUIRE_TRY(quire_parser_enter(parser));
    QUIRE_TRY(quire_parser_advance(parser));
    QUIRE_TRY(parse_not(parser, &arg));
    parser->depth--;
    return call_1(parser, "not", at, arg, node);
}

static int parse_chain(struct quire_expr_parser *parser, const char *word,
                       int (*parse)(struct quire_expr_parser *, struct quire_expr_node **),
                       struct quire_expr_node **node)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    struct quire_expr_node *term = NULL;
    size_t at = parser->token.at;
    QUIRE_TRY(parse(parser, &term));
    *node = term;
    if (!quire_parser_at_word(parser, word)) return 0;
    QUIRE_TRY(quire_parser_push(parser, &list, term));
    while (quire_parser_at_word(parser, word)) {
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(parse(parser, &term));
        QUIRE_TRY(quire_parser_push(parser, &list, term));
    }
    return quire_parser_call_list(parser, word, at, &list, node);
}

static int parse_and(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    return parse_chain(parser, "and", parse_not, node);
}

int quire_parser_enter(struct quire_expr_parser *parser)
{
    if (++parser->depth <= QUIRE_EXPR_DEPTH_MAX) return 0;
    return quire_expr_fail_at(parser->error, QUIRE_LIMIT, parser->token.at,
                              "nested more than %d deep", QUIRE_EXPR_DEPTH_MAX);
}

int quire_parser_expression(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    QUIRE_TRY(quire_parser_enter(parser));
    QUIRE_TRY(parse_chain(parser, "or", parse_and, node));
    parser->depth--;
    return 0;
}

int quire_expr_parse_text(const char *text, size_t size, struct quire_arena *arena,
                          struct quire_expr_node **root, struct quire_error *error)
{
    struct quire_expr_parser parser = {.lexer = {.text = text, .size = size, .arena = arena},
                                       .error = error};
    QUIRE_TRY(quire_parser_advance(&parser));
    QUIRE_TRY(quire_parser_expression(&parser, root));
    if (parser.token.kind != QUIRE_TOKEN_END)
        return quire_parser_unexpected(&parser, "an operator or the end");
    return 0;
}
