/* What all parts of the parser stand on: the token looked at, and nodes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"
#include "expr/expr_parse.h"

int quire_expr_fail_at(struct quire_error *error, int code, size_t at, const char *format, ...)
{
    char cause[400];
    va_list list;
    va_start(list, format);
    vsnprintf(cause, sizeof(cause), format, list);
    va_end(list);
    return quire_fail(error, code, "expression", "at character %zu: %s", at + 1, cause);
}

int quire_expr_shown(const char *text, size_t size)
{
    return (int)quire_utf8_valid_prefix((const uint8_t *)text, size < 60 ? size : 60);
}

int quire_parser_advance(struct quire_expr_parser *parser)
{
    parser->before = parser->token.end;
    return quire_expr_token_next(&parser->lexer, &parser->token, parser->error);
}

bool quire_parser_is_word(const struct quire_expr_token *token, const char *word)
{
    char text[32];
    if (token->kind != QUIRE_TOKEN_WORD || token->size >= sizeof(text)) return false;
    memcpy(text, token->text, token->size);
    text[token->size] = '\0';
    return quire_text_equal_ignore_case(text, word);
}

bool quire_parser_at_mark(const struct quire_expr_parser *parser, const char *mark)
{
    return parser->token.kind == QUIRE_TOKEN_MARK && parser->token.size == strlen(mark) &&
           memcmp(parser->token.text, mark, parser->token.size) == 0;
}

bool quire_parser_at_word(const struct quire_expr_parser *parser, const char *word)
{
    return quire_parser_is_word(&parser->token, word);
}

int quire_parser_unexpected(struct quire_expr_parser *parser, const char *wanted)
{
    const struct quire_expr_token *token = &parser->token;
    if (token->kind == QUIRE_TOKEN_END)
        return quire_expr_fail_at(parser->error, QUIRE_USAGE, token->at,
                                  "the expression ends where %s should be", wanted);
    return quire_expr_fail_at(parser->error, QUIRE_USAGE, token->at, "\"%.*s\" where %s should be",
                              quire_expr_shown(token->text, token->size), token->text, wanted);
}

int quire_parser_expect(struct quire_expr_parser *parser, const char *mark)
{
    char wanted[16];
    if (quire_parser_at_mark(parser, mark)) return quire_parser_advance(parser);
    snprintf(wanted, sizeof(wanted), "\"%s\"", mark);
    return quire_parser_unexpected(parser, wanted);
}

int quire_parser_expect_word(struct quire_expr_parser *parser, const char *word)
{
    if (quire_parser_at_word(parser, word)) return quire_parser_advance(parser);
    return quire_parser_unexpected(parser, word);
}

/* NULL after failing with *code. */
static struct quire_expr_node *new_node(struct quire_expr_parser *parser,
                                        enum quire_expr_node_kind kind, size_t at, int *code)
{
    if (++parser->nodes > QUIRE_EXPR_NODES_MAX) {
        *code = quire_expr_fail_at(parser->error, QUIRE_LIMIT, at, "more than %d terms",
                                   QUIRE_EXPR_NODES_MAX);
        return NULL;
    }
    struct quire_expr_node *made = quire_arena_alloc(parser->lexer.arena, sizeof(*made));
    if (made == NULL)
        *code = quire_fail_memory(parser->error, "expression");
    else
        *made = (struct quire_expr_node){.kind = kind, .at = at};
    return made;
}

int quire_parser_node(struct quire_expr_parser *parser, enum quire_expr_node_kind kind, size_t at,
                      struct quire_expr_node **node)
{
    int code = 0;
    struct quire_expr_node *made = new_node(parser, kind, at, &code);
    if (made != NULL) *node = made;
    return code;
}

static int check_count(struct quire_expr_parser *parser, const struct quire_expr_node *call)
{
    const struct quire_expr_function *function = call->function;
    int n = (int)call->args_size;
    if (n >= function->args_min && (function->args_max < 0 || n <= function->args_max)) return 0;
    return quire_expr_fail_at(
        parser->error, QUIRE_USAGE, call->at, "%s takes %d%s argument%s, not %d", function->name,
        function->args_min, function->args_max == function->args_min ? "" : " or more",
        function->args_min == 1 ? "" : "s", n);
}

int quire_parser_call(struct quire_expr_parser *parser, const char *name, size_t at,
                      struct quire_expr_node *const *args, size_t n, struct quire_expr_node **node)
{
    int code = 0;
    struct quire_expr_node *call = new_node(parser, QUIRE_EXPR_CALL, at, &code);
    if (call == NULL) return code;
    call->function = quire_expr_function_find(name, strlen(name));
    call->args_size = n;
    call->args = quire_arena_alloc(parser->lexer.arena, (n + 1) * sizeof(struct quire_expr_node *));
    if (call->args == NULL) return quire_fail_memory(parser->error, "expression");
    for (size_t i = 0; i < n; i++) {
        call->args[i] = args[i];
        if (args[i]->height >= call->height) call->height = args[i]->height + 1;
    }
    if (call->height > QUIRE_EXPR_HEIGHT_MAX)
        return quire_expr_fail_at(parser->error, QUIRE_LIMIT, at,
                                  "more than %d operators on one another", QUIRE_EXPR_HEIGHT_MAX);
    QUIRE_TRY(check_count(parser, call));
    *node = call;
    return 0;
}

int quire_parser_cast(struct quire_expr_parser *parser, size_t at, struct quire_expr_node *arg,
                      struct quire_expr_node **node)
{
    int code = 0;
    struct quire_expr_node *cast = new_node(parser, QUIRE_EXPR_CAST, at, &code);
    if (cast == NULL) return code;
    cast->args = quire_arena_alloc(parser->lexer.arena, sizeof(struct quire_expr_node *));
    if (cast->args == NULL) return quire_fail_memory(parser->error, "expression");
    cast->args[0] = arg;
    cast->args_size = 1;
    cast->height = arg->height + 1;
    *node = cast;
    return 0;
}

int quire_parser_push(struct quire_expr_parser *parser, struct quire_buf *list,
                      struct quire_expr_node *node)
{
    if (list->size / sizeof(node) >= QUIRE_EXPR_ARGS_MAX)
        return quire_expr_fail_at(parser->error, QUIRE_LIMIT, node->at, "more than %d arguments",
                                  QUIRE_EXPR_ARGS_MAX);
    return quire_buf_append(list, &node, sizeof(node)) == 0
               ? 0
               : quire_fail_memory(parser->error, "expression");
}

int quire_parser_call_list(struct quire_expr_parser *parser, const char *name, size_t at,
                           const struct quire_buf *list, struct quire_expr_node **node)
{
    struct quire_expr_node *const *args = (struct quire_expr_node *const *)(const void *)list->data;
    return quire_parser_call(parser, name, at, args, list->size / sizeof(*args), node);
}
