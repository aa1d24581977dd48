/* What stands between operators: names, calls, and what is in parentheses. */
#include <string.h>

#include "base/fail.h"
#include "expr/expr_parse.h"

int quire_parser_arguments(struct quire_expr_parser *parser, struct quire_buf *list)
{
    if (quire_parser_at_mark(parser, ")")) return quire_parser_advance(parser);
    for (;;) {
        struct quire_expr_node *arg = NULL;
        QUIRE_TRY(quire_parser_expression(parser, &arg));
        QUIRE_TRY(quire_parser_push(parser, list, arg));
        if (!quire_parser_at_mark(parser, ",")) break;
        QUIRE_TRY(quire_parser_advance(parser));
    }
    return quire_parser_expect(parser, ")");
}

/* --- Names and calls ----------------------------------------------------------------------- */

static int fail_function(struct quire_expr_parser *parser, const struct quire_expr_token *name)
{
    int size = quire_expr_shown(name->text, name->size);
    const char *nearest = quire_expr_function_nearest(name->text, name->size);
    int code = quire_expr_fail_at(parser->error, QUIRE_USAGE, name->at, "no function is named %.*s",
                                  size, name->text);
    if (nearest != NULL) quire_error_hint(parser->error, "did you mean %s?", nearest);
    return code;
}

/* BIGINT(x), DATE(x) and their like are casts. */
static int parse_type_call(struct quire_expr_parser *parser, const struct quire_expr_type *type,
                           const struct quire_expr_token *name, struct quire_expr_node **node)
{
    struct quire_expr_node *arg = NULL;
    QUIRE_TRY(quire_parser_expression(parser, &arg));
    QUIRE_TRY(quire_parser_expect(parser, ")"));
    QUIRE_TRY(quire_parser_cast(parser, name->at, arg, node));
    (*node)->type = *type;
    return 0;
}

static int parse_call(struct quire_expr_parser *parser, const struct quire_expr_token *name,
                      struct quire_expr_node **node)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    struct quire_expr_node *form = NULL;
    struct quire_expr_type type;
    QUIRE_TRY(quire_parser_expect(parser, "("));
    QUIRE_TRY(quire_parser_form(parser, name, &form));
    if (form != NULL) {
        *node = form;
        return 0;
    }
    const struct quire_expr_function *function = quire_expr_function_find(name->text, name->size);
    if (function == NULL && quire_expr_type_parse(name->text, name->size, &type))
        return parse_type_call(parser, &type, name, node);
    if (function == NULL) return fail_function(parser, name);
    QUIRE_TRY(quire_parser_arguments(parser, &list));
    return quire_parser_call_list(parser, function->name, name->at, &list, node);
}

/* a.b.c, each part a word or in back quotes. */
static int parse_column(struct quire_expr_parser *parser, const struct quire_expr_token *first,
                        struct quire_expr_node **node)
{
    const char *parts[QUIRE_FIELD_DEPTH_MAX];
    struct quire_arena *arena = parser->lexer.arena;
    struct quire_expr_token name = *first;
    size_t n = 0;
    for (;;) {
        if (n == QUIRE_FIELD_DEPTH_MAX)
            return quire_expr_fail_at(parser->error, QUIRE_LIMIT, name.at,
                                      "a name of more than %d parts", QUIRE_FIELD_DEPTH_MAX);
        parts[n] = quire_arena_strndup(arena, name.text, name.size);
        if (parts[n++] == NULL) return quire_fail_memory(parser->error, "expression");
        if (!quire_parser_at_mark(parser, ".")) break;
        QUIRE_TRY(quire_parser_advance(parser));
        name = parser->token;
        if (name.kind != QUIRE_TOKEN_WORD && name.kind != QUIRE_TOKEN_QUOTED)
            return quire_parser_unexpected(parser, "the name of a field");
        QUIRE_TRY(quire_parser_advance(parser));
    }
    QUIRE_TRY(quire_parser_node(parser, QUIRE_EXPR_COLUMN, first->at, node));
    (*node)->parts = quire_arena_alloc(arena, n * sizeof(parts[0]));
    if ((*node)->parts == NULL) return quire_fail_memory(parser->error, "expression");
    memcpy((*node)->parts, parts, n * sizeof(parts[0]));
    (*node)->parts_size = n;
    return 0;
}

/* What begins with a word. */
static int parse_word(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    static const char *const reserved[] = {"and", "or", "not",  "when", "then", "else",   "end",
                                           "is",  "in", "like", "as",   "from", "between"};
    /* Functions that need no parentheses. */
    static const char *const bare[] = {"current_date", "current_timestamp"};
    const struct quire_expr_token word = parser->token;
    struct quire_expr_node *literal = NULL;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (quire_parser_is_word(&word, reserved[i]))
            return quire_parser_unexpected(parser, "a value");
    QUIRE_TRY(quire_parser_advance(parser));
    QUIRE_TRY(quire_parser_word_literal(parser, &word, &literal));
    if (literal != NULL) {
        *node = literal;
        return 0;
    }
    if (quire_parser_is_word(&word, "case")) return quire_parser_case(parser, word.at, node);
    if (quire_parser_at_mark(parser, "(")) return parse_call(parser, &word, node);
    for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++)
        if (quire_parser_is_word(&word, bare[i]))
            return quire_parser_call(parser, bare[i], word.at, NULL, 0, node);
    return parse_column(parser, &word, node);
}

static int parse_plain(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    const struct quire_expr_token token = parser->token;
    switch (token.kind) {
    case QUIRE_TOKEN_NUMBER: return quire_parser_number(parser, false, node);
    case QUIRE_TOKEN_STRING: return quire_parser_text(parser, node);
    case QUIRE_TOKEN_WORD: return parse_word(parser, node);
    case QUIRE_TOKEN_QUOTED:
        QUIRE_TRY(quire_parser_advance(parser));
        return parse_column(parser, &token, node);
    default: break;
    }
    if (!quire_parser_at_mark(parser, "(")) return quire_parser_unexpected(parser, "a value");
    QUIRE_TRY(quire_parser_advance(parser));
    QUIRE_TRY(quire_parser_expression(parser, node));
    return quire_parser_expect(parser, ")");
}

static int parse_element(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    struct quire_expr_node *args[] = {*node, NULL};
    QUIRE_TRY(quire_parser_expression(parser, &args[1]));
    QUIRE_TRY(quire_parser_expect(parser, "]"));
    return quire_parser_call(parser, "[", at, args, 2, node);
}

static int parse_field(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    struct quire_arena *arena = parser->lexer.arena;
    const struct quire_expr_token name = parser->token;
    if (name.kind != QUIRE_TOKEN_WORD && name.kind != QUIRE_TOKEN_QUOTED)
        return quire_parser_unexpected(parser, "the name of a field");
    QUIRE_TRY(quire_parser_advance(parser));
    QUIRE_TRY(quire_parser_call(parser, ".", at, node, 1, node));
    (*node)->parts = quire_arena_alloc(arena, sizeof(*(*node)->parts));
    const char *copy = quire_arena_strndup(arena, name.text, name.size);
    if ((*node)->parts == NULL || copy == NULL)
        return quire_fail_memory(parser->error, "expression");
    (*node)->parts[0] = copy;
    (*node)->parts_size = 1;
    return 0;
}

/* And what is in it: l[0], m['k'].d, (s).d, l[0]['k']. */
int quire_parser_primary(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    QUIRE_TRY(parse_plain(parser, node));
    for (;;) {
        const size_t at = parser->token.at;
        const bool element = quire_parser_at_mark(parser, "[");
        if (!element && !quire_parser_at_mark(parser, ".")) return 0;
        QUIRE_TRY(quire_parser_advance(parser));
        QUIRE_TRY(element ? parse_element(parser, at, node) : parse_field(parser, at, node));
    }
}
