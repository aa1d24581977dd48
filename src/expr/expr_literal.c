/* Literals: numbers, text, bytes, dates and times. */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "base/text.h"
#include "expr/expr_parse.h"

#define NUMBER_MAX 400 /* characters of one number */

static int literal(struct quire_expr_parser *parser, size_t at, enum quire_expr_type_id id,
                   struct quire_expr_node **node)
{
    QUIRE_TRY(quire_parser_node(parser, QUIRE_EXPR_LITERAL, at, node));
    (*node)->type.id = id;
    return 0;
}

int quire_parser_text(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    QUIRE_TRY(literal(parser, parser->token.at, QUIRE_EXPR_STRING, node));
    (*node)->value.bytes =
        (struct quire_bytes){(const uint8_t *)parser->token.text, parser->token.size};
    return quire_parser_advance(parser);
}

static int fail_number(struct quire_expr_parser *parser, const char *why)
{
    const struct quire_expr_token *token = &parser->token;
    return quire_expr_fail_at(parser->error, QUIRE_USAGE, token->at, "\"%.*s\" %s",
                              quire_expr_shown(token->text, token->size), token->text, why);
}

/* The precision and scale that the text of a number has: "-12.50" is decimal(4,2). */
static bool decimal_literal(struct quire_expr_node *node, const char *text, size_t size)
{
    const char *point = memchr(text, '.', size);
    int scale = point != NULL ? (int)(text + size - point) - 1 : 0;
    if (quire_decimal_parse(text, size, QUIRE_EXPR_PRECISION_MAX, scale, &node->value.decimal) !=
        QUIRE_DECIMAL_OK)
        return false;
    int digits = quire_decimal_digits(&node->value.decimal);
    node->type = (struct quire_expr_type){
        .id = QUIRE_EXPR_DECIMAL, .precision = digits > scale ? digits : scale, .scale = scale};
    return true;
}

static bool integer_literal(struct quire_expr_node *node, const char *text, size_t size,
                            enum quire_expr_type_id id, int64_t most)
{
    int64_t value;
    if (!quire_number_parse_i64(text, size, &value, NULL)) return false;
    if (value > most || value < -most - 1) return false;
    node->type.id = id;
    node->value.integer = value;
    return true;
}

/* The literal of text and suffix: "" by its form, else the type that the suffix names. */
static bool number_literal(struct quire_expr_node *node, const char *text, size_t size,
                           const char *suffix)
{
    bool plain = memchr(text, '.', size) == NULL && memchr(text, 'e', size) == NULL &&
                 memchr(text, 'E', size) == NULL;
    char kind = suffix[0] == '\0' ? (plain ? 'i' : '.') : (char)(suffix[0] | 0x20);
    if (suffix[0] == '\0' && !plain && memchr(text, '.', size) == NULL) kind = 'd';
    if (kind == '.' && (memchr(text, 'e', size) != NULL || memchr(text, 'E', size) != NULL))
        kind = 'd';
    switch (kind) {
    case 'y': return plain && integer_literal(node, text, size, QUIRE_EXPR_INT8, INT8_MAX);
    case 's': return plain && integer_literal(node, text, size, QUIRE_EXPR_INT16, INT16_MAX);
    case 'l': return plain && integer_literal(node, text, size, QUIRE_EXPR_INT64, INT64_MAX);
    case 'i':
        return integer_literal(node, text, size, QUIRE_EXPR_INT32, INT32_MAX) ||
               integer_literal(node, text, size, QUIRE_EXPR_INT64, INT64_MAX) ||
               decimal_literal(node, text, size);
    case 'd':
    case 'f':
        node->type.id = kind == 'd' ? QUIRE_EXPR_FLOAT64 : QUIRE_EXPR_FLOAT32;
        if (!quire_number_parse_f64(text, size, &node->value.real)) return false;
        if (kind == 'f') node->value.real = (double)(float)node->value.real;
        return true;
    default: return decimal_literal(node, text, size);
    }
}

int quire_parser_number(struct quire_expr_parser *parser, bool negative,
                        struct quire_expr_node **node)
{
    static const char *const suffixes[] = {"bd", "y", "s", "l", "d", "f"};
    char text[NUMBER_MAX + 2] = "-", suffix[3] = "";
    const struct quire_expr_token *token = &parser->token;
    size_t size = token->size;
    if (size > NUMBER_MAX) return fail_number(parser, "is too long for a number");
    memcpy(text + 1, token->text, size);
    text[size + 1] = '\0';
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        size_t length = strlen(suffixes[i]);
        if (size <= length || !quire_text_equal_ignore_case(text + 1 + size - length, suffixes[i]))
            continue;
        snprintf(suffix, sizeof(suffix), "%s", suffixes[i]);
        size -= length;
        break;
    }
    QUIRE_TRY(literal(parser, token->at, QUIRE_EXPR_INT32, node));
    if (!number_literal(*node, negative ? text : text + 1, size + negative, suffix))
        return fail_number(parser, "is not a number that its type can hold");
    return quire_parser_advance(parser);
}

/* DATE '…', TIMESTAMP '…' and their like: a cast of the text. */
static int typed_literal(struct quire_expr_parser *parser, const struct quire_expr_type *type,
                         size_t at, struct quire_expr_node **node)
{
    struct quire_expr_node *text = NULL;
    QUIRE_TRY(quire_parser_text(parser, &text));
    QUIRE_TRY(quire_parser_cast(parser, at, text, node));
    (*node)->type = *type;
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* X'…': bytes by pairs of hexadecimal digits; an odd first one has a 0 before it. */
static int binary_literal(struct quire_expr_parser *parser, size_t at,
                          struct quire_expr_node **node)
{
    const struct quire_expr_token *token = &parser->token;
    size_t size = (token->size + 1) / 2, odd = token->size % 2;
    uint8_t *bytes = quire_arena_alloc(parser->lexer.arena, size + 1);
    if (bytes == NULL) return quire_fail_memory(parser->error, "expression");
    memset(bytes, 0, size + 1);
    for (size_t i = 0; i < token->size; i++) {
        int digit = hex_digit(token->text[i]);
        if (digit < 0) return fail_number(parser, "is not made of hexadecimal digits");
        uint8_t *byte = &bytes[(i + odd) / 2];
        *byte = (uint8_t)(*byte * 16 + digit);
    }
    QUIRE_TRY(literal(parser, at, QUIRE_EXPR_BINARY, node));
    (*node)->value.bytes = (struct quire_bytes){bytes, size};
    return quire_parser_advance(parser);
}

static bool is_time(enum quire_expr_type_id id)
{
    return id == QUIRE_EXPR_DATE || id == QUIRE_EXPR_TIME || quire_expr_is_timestamp(id);
}

int quire_parser_word_literal(struct quire_expr_parser *parser, const struct quire_expr_token *word,
                              struct quire_expr_node **node)
{
    struct quire_expr_type type;
    bool before_text = parser->token.kind == QUIRE_TOKEN_STRING;
    if (before_text && quire_parser_is_word(word, "x"))
        return binary_literal(parser, word->at, node);
    if (before_text && quire_expr_type_parse(word->text, word->size, &type) && is_time(type.id))
        return typed_literal(parser, &type, word->at, node);
    bool signed_number = quire_parser_at_mark(parser, "-") || quire_parser_at_mark(parser, "+");
    if (quire_parser_is_word(word, "interval") &&
        (before_text || parser->token.kind == QUIRE_TOKEN_NUMBER || signed_number))
        return quire_parser_interval(parser, word->at, node);
    bool is_true = quire_parser_is_word(word, "true"), is_null = quire_parser_is_word(word, "null");
    if (is_true || quire_parser_is_word(word, "false")) {
        QUIRE_TRY(literal(parser, word->at, QUIRE_EXPR_BOOL, node));
        (*node)->value.boolean = is_true;
    } else if (is_null) {
        QUIRE_TRY(literal(parser, word->at, QUIRE_EXPR_NULL, node));
        (*node)->is_null = true;
    }
    return 0;
}
