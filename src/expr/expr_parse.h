/* Private to expr: the state of parsing, and the parts of the parser. */
#ifndef QUIRE_EXPR_EXPR_PARSE_H
#define QUIRE_EXPR_EXPR_PARSE_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "expr/expr_function.h"
#include "expr/expr_token.h"

struct quire_expr_parser {
    struct quire_expr_lexer lexer;
    struct quire_expr_token token; /* looked at, not taken */
    size_t before;                 /* where the token before it ended */
    int depth, nodes;
    struct quire_error *error;
};

/* Tokens: takes the one looked at; asks what it is; takes one that must be there. */
int quire_parser_advance(struct quire_expr_parser *parser);
bool quire_parser_is_word(const struct quire_expr_token *token, const char *word);
bool quire_parser_at_mark(const struct quire_expr_parser *parser, const char *mark);
bool quire_parser_at_word(const struct quire_expr_parser *parser, const char *word);
int quire_parser_expect(struct quire_expr_parser *parser, const char *mark);
int quire_parser_expect_word(struct quire_expr_parser *parser, const char *word);
int quire_parser_unexpected(struct quire_expr_parser *parser, const char *wanted);

/* Counts one more level of nesting; the caller takes it back from depth. */
int quire_parser_enter(struct quire_expr_parser *parser);

/* Nodes. The function of a call is looked up by name and must be there; the number of its
 * arguments is checked. */
int quire_parser_node(struct quire_expr_parser *parser, enum quire_expr_node_kind kind, size_t at,
                      struct quire_expr_node **node);
int quire_parser_call(struct quire_expr_parser *parser, const char *name, size_t at,
                      struct quire_expr_node *const *args, size_t n, struct quire_expr_node **node);
int quire_parser_push(struct quire_expr_parser *parser, struct quire_buf *list,
                      struct quire_expr_node *node);
int quire_parser_call_list(struct quire_expr_parser *parser, const char *name, size_t at,
                           const struct quire_buf *list, struct quire_expr_node **node);

/* A cast whose type the caller gives. */
int quire_parser_cast(struct quire_expr_parser *parser, size_t at, struct quire_expr_node *arg,
                      struct quire_expr_node **node);

/* A whole expression; what stands alone between operators; a number, negated or not; what is
 * between parentheses, the second of which is taken too. */
int quire_parser_expression(struct quire_expr_parser *parser, struct quire_expr_node **node);
int quire_parser_primary(struct quire_expr_parser *parser, struct quire_expr_node **node);
int quire_parser_number(struct quire_expr_parser *parser, bool negative,
                        struct quire_expr_node **node);
int quire_parser_text(struct quire_expr_parser *parser, struct quire_expr_node **node);
/* What a word that was taken begins: X'…', DATE '…', TRUE, NULL, INTERVAL …. *node stays NULL
 * where it is none of these. */
int quire_parser_word_literal(struct quire_expr_parser *parser, const struct quire_expr_token *word,
                              struct quire_expr_node **node);
int quire_parser_interval(struct quire_expr_parser *parser, size_t at,
                          struct quire_expr_node **node);
/* The forms with words inside of their parentheses, the first of which is taken; *node stays NULL
 * where the name is none of them. CASE. */
int quire_parser_form(struct quire_expr_parser *parser, const struct quire_expr_token *name,
                      struct quire_expr_node **node);
int quire_parser_case(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node);
int quire_parser_arguments(struct quire_expr_parser *parser, struct quire_buf *list);

#endif
