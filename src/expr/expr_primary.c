/* What stands between operators: literals, names, calls, and the forms with words inside their
 * parentheses (CASE, CAST, EXTRACT, SUBSTRING, TRIM, POSITION). */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "base/text.h"
#include "expr/expr_parse.h"

#define NUMBER_MAX 400 /* characters of one number */

/* --- Literals ------------------------------------------------------------------------------ */

static int literal(struct quire_expr_parser *parser, size_t at, enum quire_expr_type_id id,
                   struct quire_expr_node **node)
{
    QUIRE_TRY(quire_parser_node(parser, QUIRE_EXPR_LITERAL, at, node));
    (*node)->type.id = id;
    return 0;
}

static int text_literal(struct quire_expr_parser *parser, struct quire_expr_node **node)
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
                              (int)(token->size < 60 ? token->size : 60), token->text, why);
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
    struct quire_expr_node *cast;
    QUIRE_TRY(quire_parser_node(parser, QUIRE_EXPR_CAST, at, &cast));
    cast->type = *type;
    cast->args = quire_arena_alloc(parser->lexer.arena, sizeof(struct quire_expr_node *));
    if (cast->args == NULL) return quire_fail_memory(parser->error, "expression");
    cast->args_size = 1;
    QUIRE_TRY(text_literal(parser, &cast->args[0]));
    *node = cast;
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

/* --- Forms --------------------------------------------------------------------------------- */

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

/* CASE [value] WHEN … THEN … [ELSE …] END: one call of conditions and values by turns. */
static int parse_case(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
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
    size_t at = parser->token.at;
    for (int depth = 0; depth > 0 || !quire_parser_at_mark(parser, ")");) {
        if (parser->token.kind == QUIRE_TOKEN_END) return quire_parser_unexpected(parser, "\")\"");
        depth += quire_parser_at_mark(parser, "(") - quire_parser_at_mark(parser, ")");
        QUIRE_TRY(quire_parser_advance(parser));
    }
    size_t size = parser->before > at ? parser->before - at : 0;
    if (quire_expr_type_parse(parser->lexer.text + at, size, type)) return 0;
    return quire_expr_fail_at(parser->error, QUIRE_USAGE, at, "\"%.*s\" is not a type to cast to",
                              (int)(size < 60 ? size : 60), parser->lexer.text + at);
}

static int parse_cast(struct quire_expr_parser *parser, bool lenient, size_t at,
                      struct quire_expr_node **node)
{
    struct quire_expr_node *cast = NULL;
    QUIRE_TRY(quire_parser_node(parser, QUIRE_EXPR_CAST, at, &cast));
    cast->lenient = lenient;
    cast->args_size = 1;
    cast->args = quire_arena_alloc(parser->lexer.arena, sizeof(struct quire_expr_node *));
    if (cast->args == NULL) return quire_fail_memory(parser->error, "expression");
    QUIRE_TRY(quire_parser_expression(parser, &cast->args[0]));
    QUIRE_TRY(quire_parser_expect_word(parser, "as"));
    QUIRE_TRY(parse_type(parser, &cast->type));
    *node = cast;
    return quire_parser_expect(parser, ")");
}

/* EXTRACT(field FROM x) is field(x). */
static int parse_extract(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    static const char *const fields[] = {"year", "quarter", "month",  "week",      "day",
                                         "hour", "minute",  "second", "dayofweek", "doy"};
    struct quire_expr_node *arg = NULL;
    size_t field = 0, n = sizeof(fields) / sizeof(fields[0]);
    while (field < n && !quire_parser_at_word(parser, fields[field]))
        field++;
    if (field == n) return quire_parser_unexpected(parser, "YEAR, MONTH, DAY, HOUR …");
    QUIRE_TRY(quire_parser_advance(parser));
    QUIRE_TRY(quire_parser_expect_word(parser, "from"));
    QUIRE_TRY(quire_parser_expression(parser, &arg));
    QUIRE_TRY(quire_parser_expect(parser, ")"));
    return quire_parser_call(parser, fields[field], at, &arg, 1, node);
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

/* TRIM([BOTH|LEADING|TRAILING] [characters] FROM x), or TRIM(x). */
static int parse_trim(struct quire_expr_parser *parser, size_t at, struct quire_expr_node **node)
{
    static const char *const sides[][2] = {
        {"both", "trim"}, {"leading", "ltrim"}, {"trailing", "rtrim"}};
    struct quire_expr_node *args[2] = {NULL};
    const char *function = "trim";
    size_t n = 1;
    bool sided = false;
    for (size_t i = 0; i < 3 && !sided; i++) {
        sided = quire_parser_at_word(parser, sides[i][0]);
        if (sided) function = sides[i][1];
    }
    if (sided) QUIRE_TRY(quire_parser_advance(parser));
    if (!quire_parser_at_word(parser, "from")) QUIRE_TRY(quire_parser_expression(parser, &args[0]));
    if (quire_parser_at_word(parser, "from")) {
        QUIRE_TRY(quire_parser_advance(parser));
        if (args[0] != NULL) args[n++] = args[0];
        QUIRE_TRY(quire_parser_expression(parser, &args[0]));
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

/* --- Names and calls ----------------------------------------------------------------------- */

static int fail_function(struct quire_expr_parser *parser, const struct quire_expr_token *name)
{
    int size = (int)(name->size < 60 ? name->size : 60);
    const char *nearest = quire_expr_function_nearest(name->text, name->size);
    int code = quire_expr_fail_at(parser->error, QUIRE_USAGE, name->at, "no function is named %.*s",
                                  size, name->text);
    if (nearest != NULL) quire_error_hint(parser->error, "did you mean %s?", nearest);
    return code;
}

static int parse_call(struct quire_expr_parser *parser, const struct quire_expr_token *name,
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
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    QUIRE_TRY(quire_parser_expect(parser, "("));
    if (quire_parser_is_word(name, "cast")) return parse_cast(parser, false, name->at, node);
    if (quire_parser_is_word(name, "try_cast")) return parse_cast(parser, true, name->at, node);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (quire_parser_is_word(name, forms[i].name))
            return forms[i].parse(parser, name->at, node);
    const struct quire_expr_function *function = quire_expr_function_find(name->text, name->size);
    if (function == NULL) return fail_function(parser, name);
    QUIRE_TRY(quire_parser_arguments(parser, &list));
    QUIRE_TRY(quire_parser_call_list(parser, function->name, name->at, &list, node));
    int n = (int)(*node)->args_size;
    if (n >= function->args_min && (function->args_max < 0 || n <= function->args_max)) return 0;
    return quire_expr_fail_at(parser->error, QUIRE_USAGE, name->at,
                              "%s takes %d%s arguments, not %d", function->name, function->args_min,
                              function->args_max == function->args_min ? "" : " or more", n);
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
    const struct quire_expr_token word = parser->token;
    struct quire_expr_type type;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (quire_parser_is_word(&word, reserved[i]))
            return quire_parser_unexpected(parser, "a value");
    QUIRE_TRY(quire_parser_advance(parser));
    if (parser->token.kind == QUIRE_TOKEN_STRING) {
        if (quire_parser_is_word(&word, "x")) return binary_literal(parser, word.at, node);
        if (quire_expr_type_parse(word.text, word.size, &type) &&
            (type.id == QUIRE_EXPR_DATE || quire_expr_is_timestamp(type.id) ||
             type.id == QUIRE_EXPR_TIME))
            return typed_literal(parser, &type, word.at, node);
    }
    if (quire_parser_is_word(&word, "case")) return parse_case(parser, word.at, node);
    if (quire_parser_is_word(&word, "interval") && !quire_parser_at_mark(parser, "."))
        return quire_expr_fail_at(parser->error, QUIRE_UNSUPPORTED, word.at,
                                  "INTERVAL is not in this build; date_add and add_months are");
    if (quire_parser_at_mark(parser, "(")) return parse_call(parser, &word, node);
    bool is_true = quire_parser_is_word(&word, "true");
    if (is_true || quire_parser_is_word(&word, "false")) {
        QUIRE_TRY(literal(parser, word.at, QUIRE_EXPR_BOOL, node));
        (*node)->value.boolean = is_true;
        return 0;
    }
    if (quire_parser_is_word(&word, "null")) {
        QUIRE_TRY(literal(parser, word.at, QUIRE_EXPR_NULL, node));
        (*node)->is_null = true;
        return 0;
    }
    return parse_column(parser, &word, node);
}

int quire_parser_primary(struct quire_expr_parser *parser, struct quire_expr_node **node)
{
    const struct quire_expr_token token = parser->token;
    switch (token.kind) {
    case QUIRE_TOKEN_NUMBER: return quire_parser_number(parser, false, node);
    case QUIRE_TOKEN_STRING: return text_literal(parser, node);
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
