#include "base/json_tree.h"

#include <string.h>

#include "base/base64.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"

struct parser {
    const char *text;
    size_t size, at;
    struct quire_arena *arena;
    int depth;
};

static int peek(const struct parser *parser)
{
    return parser->at < parser->size ? (uint8_t)parser->text[parser->at] : -1;
}

static void skip_blanks(struct parser *parser)
{
    int c;
    while ((c = peek(parser)) == ' ' || c == '\t' || c == '\r' || c == '\n')
        parser->at++;
}

static bool take(struct parser *parser, char c)
{
    skip_blanks(parser);
    if (peek(parser) != c) return false;
    parser->at++;
    return true;
}

/* --- Strings ------------------------------------------------------------------------------- */

static bool take_hex(struct parser *parser, uint32_t *code)
{
    uint8_t bytes[2];
    if (parser->size - parser->at < 4 || !quire_hex_decode(parser->text + parser->at, 4, bytes))
        return false;
    parser->at += 4;
    *code = (uint32_t)bytes[0] << 8 | bytes[1];
    return true;
}

/* After "\u"; the halves of a surrogate pair are one character, and come in pairs. */
static bool take_unicode(struct parser *parser, uint8_t **out)
{
    uint32_t code, low;
    if (!take_hex(parser, &code) || (code >= 0xdc00 && code <= 0xdfff)) return false;
    if (code >= 0xd800 && code <= 0xdbff) {
        if (peek(parser) != '\\') return false;
        parser->at++;
        if (peek(parser) != 'u') return false;
        parser->at++;
        if (!take_hex(parser, &low) || low < 0xdc00 || low > 0xdfff) return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    *out += quire_utf8_encode(code, *out);
    return true;
}

static bool take_escape(struct parser *parser, uint8_t **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    int c = peek(parser);
    if (c < 0) return false;
    parser->at++;
    if (c == 'u') return take_unicode(parser, out);
    const char *found = strchr(from, c);
    if (c == '\0' || found == NULL) return false;
    *(*out)++ = (uint8_t)to[found - from];
    return true;
}

/* The bytes that the string at the cursor takes, without its quotes; -1 when it does not end. */
static ssize_t string_size(const struct parser *parser)
{
    for (size_t at = parser->at; at < parser->size; at++) {
        if (parser->text[at] == '"') return (ssize_t)(at - parser->at);
        if (parser->text[at] == '\\') at++;
    }
    return -1;
}

/* A string of which all bytes stand for themselves, as most do: found is false for others, of which
 * nothing is taken. */
static int take_plain_string(struct parser *parser, const char **text, size_t *size, bool *found)
{
    size_t at = parser->at;
    while (at < parser->size && (uint8_t)parser->text[at] >= 0x20 && parser->text[at] != '"' &&
           parser->text[at] != '\\')
        at++;
    *found = at < parser->size && parser->text[at] == '"';
    if (!*found) return 0;
    *size = at - parser->at;
    *text = quire_arena_strndup(parser->arena, parser->text + parser->at, *size);
    parser->at = at + 1;
    return *text != NULL ? 0 : QUIRE_MEMORY;
}

/* A string behind its opening quote. */
static int take_string(struct parser *parser, const char **text, size_t *size)
{
    bool found;
    int code = take_plain_string(parser, text, size, &found);
    if (code != 0 || found) return code;
    ssize_t most = string_size(parser);
    if (most < 0) return QUIRE_INPUT;
    uint8_t *start = quire_arena_alloc(parser->arena, (size_t)most + 1), *out = start;
    if (start == NULL) return QUIRE_MEMORY;
    for (int c; (c = peek(parser)) != '"';) {
        if (c < 0x20) return QUIRE_INPUT;
        parser->at++;
        if (c != '\\')
            *out++ = (uint8_t)c;
        else if (!take_escape(parser, &out))
            return QUIRE_INPUT;
    }
    parser->at++;
    *out = '\0';
    *text = (const char *)start;
    *size = (size_t)(out - start);
    return 0;
}

/* --- Values -------------------------------------------------------------------------------- */

static bool take_digits(struct parser *parser)
{
    size_t from = parser->at;
    for (int c; (c = peek(parser)) >= '0' && c <= '9';)
        parser->at++;
    return parser->at > from;
}

static int take_number(struct parser *parser, struct quire_json_node *node)
{
    size_t from = parser->at;
    if (peek(parser) == '-') parser->at++;
    if (peek(parser) == '0')
        parser->at++;
    else if (!take_digits(parser))
        return QUIRE_INPUT;
    if (peek(parser) == '.') {
        parser->at++;
        if (!take_digits(parser)) return QUIRE_INPUT;
    }
    if (peek(parser) == 'e' || peek(parser) == 'E') {
        parser->at++;
        if (peek(parser) == '+' || peek(parser) == '-') parser->at++;
        if (!take_digits(parser)) return QUIRE_INPUT;
    }
    node->kind = QUIRE_JSON_NUMBER;
    node->size = parser->at - from;
    node->text = quire_arena_strndup(parser->arena, parser->text + from, node->size);
    return node->text != NULL ? 0 : QUIRE_MEMORY;
}

static int take_word(struct parser *parser, struct quire_json_node *node)
{
    static const struct {
        const char *word;
        enum quire_json_kind kind;
    } words[] = {{"null", QUIRE_JSON_NULL}, {"false", QUIRE_JSON_FALSE}, {"true", QUIRE_JSON_TRUE}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t size = strlen(words[i].word);
        if (parser->size - parser->at < size ||
            memcmp(parser->text + parser->at, words[i].word, size) != 0)
            continue;
        node->kind = words[i].kind;
        parser->at += size;
        return 0;
    }
    return QUIRE_INPUT;
}

static int take_value(struct parser *parser, struct quire_json_node *node);

static int take_key(struct parser *parser, struct quire_json_node *member)
{
    if (!take(parser, '"')) return QUIRE_INPUT;
    int code = take_string(parser, &member->key, &member->key_size);
    if (code != 0) return code;
    return take(parser, ':') ? 0 : QUIRE_INPUT;
}

/* Behind the opening bracket. */
static int take_children(struct parser *parser, struct quire_json_node *node, char close)
{
    struct quire_json_node **end = &node->first;
    if (take(parser, close)) return 0;
    do {
        struct quire_json_node *child = quire_arena_alloc(parser->arena, sizeof(*child));
        if (child == NULL) return QUIRE_MEMORY;
        *child = (struct quire_json_node){.kind = QUIRE_JSON_NULL};
        int code = close == '}' ? take_key(parser, child) : 0;
        if (code == 0) code = take_value(parser, child);
        if (code != 0) return code;
        *end = child;
        end = &child->next;
        node->children_size++;
    } while (take(parser, ','));
    return take(parser, close) ? 0 : QUIRE_INPUT;
}

static int take_container(struct parser *parser, struct quire_json_node *node, bool object)
{
    if (++parser->depth > QUIRE_JSON_TREE_DEPTH_MAX) return QUIRE_LIMIT;
    parser->at++;
    node->kind = object ? QUIRE_JSON_OBJECT : QUIRE_JSON_ARRAY;
    int code = take_children(parser, node, object ? '}' : ']');
    parser->depth--;
    return code;
}

static int take_value(struct parser *parser, struct quire_json_node *node)
{
    int code;
    skip_blanks(parser);
    size_t from = parser->at;
    int c = peek(parser);
    if (c == '{' || c == '[') {
        code = take_container(parser, node, c == '{');
    } else if (c == '"') {
        parser->at++;
        node->kind = QUIRE_JSON_STRING;
        code = take_string(parser, &node->text, &node->size);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        code = take_number(parser, node);
    } else {
        code = take_word(parser, node);
    }
    node->raw = parser->text + from;
    node->raw_size = parser->at - from;
    return code;
}

int quire_json_tree_parse(const char *text, size_t size, struct quire_arena *arena,
                          struct quire_json_node **root, size_t *at)
{
    struct parser parser = {.text = text, .size = size, .arena = arena};
    struct quire_json_node *node = quire_arena_alloc(arena, sizeof(*node));
    if (node == NULL) return QUIRE_MEMORY;
    *node = (struct quire_json_node){.kind = QUIRE_JSON_NULL};
    *at = quire_utf8_valid_prefix((const uint8_t *)text, size);
    if (*at < size) return QUIRE_INPUT;
    int code = take_value(&parser, node);
    if (code == 0) skip_blanks(&parser);
    if (code == 0 && parser.at < size) code = QUIRE_INPUT;
    *at = parser.at;
    if (code == 0) *root = node;
    return code;
}

/* --- Looking ------------------------------------------------------------------------------- */

const struct quire_json_node *quire_json_tree_get(const struct quire_json_node *node,
                                                  const char *key)
{
    size_t size = strlen(key);
    if (node == NULL || node->kind != QUIRE_JSON_OBJECT) return NULL;
    for (const struct quire_json_node *member = node->first; member != NULL; member = member->next)
        if (member->key_size == size && memcmp(member->key, key, size) == 0) return member;
    return NULL;
}

const char *quire_json_tree_text(const struct quire_json_node *node, const char *key)
{
    const struct quire_json_node *member = quire_json_tree_get(node, key);
    return member != NULL && member->kind == QUIRE_JSON_STRING ? member->text : NULL;
}

int64_t quire_json_tree_i64(const struct quire_json_node *node, const char *key, int64_t fallback)
{
    const struct quire_json_node *member = quire_json_tree_get(node, key);
    int64_t value;
    if (member == NULL || member->kind != QUIRE_JSON_NUMBER) return fallback;
    return quire_number_parse_i64(member->text, member->size, &value, NULL) ? value : fallback;
}

bool quire_json_tree_bool(const struct quire_json_node *node, const char *key, bool fallback)
{
    const struct quire_json_node *member = quire_json_tree_get(node, key);
    if (member == NULL) return fallback;
    return member->kind == QUIRE_JSON_TRUE || (member->kind != QUIRE_JSON_FALSE && fallback);
}
