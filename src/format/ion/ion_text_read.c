/* The grammar of Ion text, one event a call (spec.md; grammar/IonText.g4). */
#include <string.h>

#include "base/fail.h"
#include "format/ion/ion_text_token.h"

/* A symbol token: an identifier, or what was in quotes. */
struct token {
    const char *text;
    size_t size;
    bool quoted;
};

static bool token_is(const struct token *token, const char *text)
{
    return token->size == strlen(text) && memcmp(token->text, text, token->size) == 0;
}

static bool is_keyword(const struct token *token)
{
    return !token->quoted && (token_is(token, "null") || token_is(token, "true") ||
                              token_is(token, "false") || token_is(token, "nan"));
}

/* "$12": an ID. */
static bool is_id(const struct token *token, int64_t *id)
{
    if (token->quoted || token->size < 2 || token->text[0] != '$') return false;
    *id = 0;
    for (size_t i = 1; i < token->size; i++) {
        if (!quire_ion_is((uint8_t)token->text[i], QUIRE_ION_DIGIT)) return false;
        if (*id <= QUIRE_ION_SYMBOLS_MAX) *id = *id * 10 + (token->text[i] - '0');
    }
    return true;
}

static int symbol_of(const struct quire_ion_reader *reader, const struct token *token,
                     const uint8_t *at, struct quire_ion_symbol *symbol, struct quire_error *error)
{
    int64_t id;
    if (is_id(token, &id)) return quire_ion_resolve(reader, id, at, symbol, error);
    *symbol = (struct quire_ion_symbol){.text = token->text, .size = token->size, .id = -1};
    return 0;
}

static void take_identifier(struct quire_ion_reader *reader, struct token *token)
{
    const uint8_t *first = reader->at, *at = first;
    while (quire_ion_is(*at, QUIRE_ION_IDENTIFIER) && at < reader->end)
        at++;
    reader->at = at;
    *token = (struct token){(const char *)first, (size_t)(at - first), false};
}

static int take_quoted(struct quire_ion_reader *reader, struct quire_buf *buf, struct token *token,
                       struct quire_error *error)
{
    struct quire_ion_bytes text;
    QUIRE_TRY(quire_ion_quoted(reader, buf, &text, error));
    *token = (struct token){(const char *)text.data, text.size, true};
    return 0;
}

/* --- Scalars ------------------------------------------------------------------------ */

/* null, and the type after "null.". */
static int read_null(struct quire_ion_reader *reader, struct quire_ion_value *value,
                     struct quire_error *error)
{
    value->type = QUIRE_ION_NULL;
    value->null = true;
    if (*reader->at != '.' || reader->at >= reader->end) return 0;
    struct token token;
    reader->at++;
    take_identifier(reader, &token);
    for (int i = 0; i < 13; i++) {
        value->type = (enum quire_ion_type)i;
        if (token_is(&token, quire_ion_type_names[i])) return 0;
    }
    return quire_ion_fail_at(reader, (const uint8_t *)token.text, QUIRE_INPUT, error,
                             "\"null.\" is followed by a type, and this is none: %.*s",
                             token.size > 40 ? 40 : (int)token.size, token.text);
}

static int read_infinity(struct quire_ion_reader *reader, struct quire_ion_value *value)
{
    value->type = QUIRE_ION_FLOAT;
    value->real = *reader->at == '-' ? -__builtin_inf() : __builtin_inf();
    reader->at += 4;
    return 0;
}

static bool is_infinity(const struct quire_ion_reader *reader)
{
    return reader->end - reader->at >= 4 && memcmp(reader->at + 1, "inf", 3) == 0 &&
           !quire_ion_is(reader->at[4], QUIRE_ION_IDENTIFIER);
}

/* "$ion_1_0" and its like. */
static bool is_version(const struct token *token)
{
    size_t i = 5, digits = 0;
    if (token->quoted || token->size < 8 || memcmp(token->text, "$ion_", 5) != 0) return false;
    for (; i < token->size && quire_ion_is((uint8_t)token->text[i], QUIRE_ION_DIGIT); i++)
        digits++;
    if (digits == 0 || i + 1 >= token->size || token->text[i] != '_') return false;
    for (i++; i < token->size; i++)
        if (!quire_ion_is((uint8_t)token->text[i], QUIRE_ION_DIGIT)) return false;
    return true;
}

/* A symbol that is a value, or one of the keywords. */
static int read_word(struct quire_ion_reader *reader, const struct token *token, const uint8_t *at,
                     struct quire_ion_value *value, struct quire_error *error)
{
    if (is_keyword(token)) {
        if (token->text[0] == 'n' && token->text[1] == 'u') return read_null(reader, value, error);
        if (token->text[0] == 'n') {
            value->type = QUIRE_ION_FLOAT;
            value->real = __builtin_nan("");
            return 0;
        }
        value->type = QUIRE_ION_BOOL;
        value->boolean = token->text[0] == 't';
        return 0;
    }
    value->type = QUIRE_ION_SYMBOL;
    if (reader->depth == 0 && reader->annotations_size == 0 && is_version(token)) {
        value->event = QUIRE_ION_VERSION;
        if (token_is(token, "$ion_1_0")) return 0;
        return quire_ion_fail_at(reader, at, QUIRE_INPUT, error,
                                 "this version of Ion is not known: %.*s",
                                 token->size > 40 ? 40 : (int)token->size, token->text);
    }
    value->quoted = token->quoted;
    return symbol_of(reader, token, at, &value->symbol, error);
}

/* A run of operator characters, in an S-expression; comments end it. */
static int read_operator(struct quire_ion_reader *reader, struct quire_ion_value *value)
{
    const uint8_t *first = reader->at, *at = first;
    while (quire_ion_is(*at, QUIRE_ION_OPERATOR) && at < reader->end) {
        if (at > first && at[0] == '/' && (at[1] == '/' || at[1] == '*')) break;
        at++;
    }
    reader->at = at;
    value->type = QUIRE_ION_SYMBOL;
    value->quoted = true;
    value->symbol = (struct quire_ion_symbol){
        .text = (const char *)first, .size = (size_t)(at - first), .id = -1};
    return 0;
}

static int begin(struct quire_ion_reader *reader, enum quire_ion_type type,
                 struct quire_ion_value *value, struct quire_error *error)
{
    value->event = QUIRE_ION_BEGIN;
    value->type = type;
    QUIRE_TRY(quire_ion_push(reader, type, NULL, error));
    reader->at++;
    reader->began = true;
    return 0;
}

/* --- Values -------------------------------------------------------------------------- */

/* The text of an annotation that had escapes moves to memory of its own. */
static int add_annotation(struct quire_ion_reader *reader, struct token *token, const uint8_t *at,
                          struct quire_error *error)
{
    struct quire_ion_symbol symbol;
    bool copied =
        (const uint8_t *)token->text < reader->start || (const uint8_t *)token->text > reader->end;
    if (is_keyword(token))
        return quire_ion_fail_at(reader, at, QUIRE_INPUT, error,
                                 "the keyword %.*s annotates nothing; in quotes it is a symbol",
                                 (int)token->size, token->text);
    if (copied) token->text = quire_arena_strndup(&reader->notes, token->text, token->size);
    if (token->text == NULL) return quire_fail_memory(error, reader->operation);
    QUIRE_TRY(symbol_of(reader, token, at, &symbol, error));
    return quire_ion_annotate(reader, &symbol, error);
}

/* Symbols: *word is the last one, which no "::" follows, if there is one. */
static int read_annotations(struct quire_ion_reader *reader, struct token *word, bool *is_word,
                            struct quire_error *error)
{
    for (;;) {
        const uint8_t *at = reader->at;
        uint8_t c = *at;
        *is_word = false;
        if (c == '\'' && !quire_ion_is_long(at)) {
            quire_buf_clear(&reader->text);
            QUIRE_TRY(take_quoted(reader, &reader->text, word, error));
        } else if (quire_ion_is(c, QUIRE_ION_IDENTIFIER) && !quire_ion_is(c, QUIRE_ION_DIGIT)) {
            take_identifier(reader, word);
        } else {
            return 0;
        }
        const uint8_t *after = reader->at;
        QUIRE_TRY(quire_ion_space(reader, error));
        if (reader->at[0] != ':' || reader->at[1] != ':' || reader->end - reader->at < 2) {
            reader->at = after;
            *is_word = true;
            return 0;
        }
        reader->at += 2;
        QUIRE_TRY(add_annotation(reader, word, at, error));
        QUIRE_TRY(quire_ion_space(reader, error));
    }
}

static int read_signed(struct quire_ion_reader *reader, bool in_sexp, struct quire_ion_value *value,
                       struct quire_error *error)
{
    uint8_t c = *reader->at;
    if (c == '-' && quire_ion_is(reader->at[1], QUIRE_ION_DIGIT))
        return quire_ion_numeric(reader, value, error);
    if ((c == '-' || c == '+') && is_infinity(reader)) return read_infinity(reader, value);
    if (in_sexp && quire_ion_is(c, QUIRE_ION_OPERATOR)) return read_operator(reader, value);
    return quire_ion_fail_char(reader, "a value", error);
}

static int read_string(struct quire_ion_reader *reader, struct quire_ion_value *value,
                       struct quire_error *error)
{
    value->type = QUIRE_ION_STRING;
    quire_buf_clear(&reader->text);
    return *reader->at == '"' ? quire_ion_quoted(reader, &reader->text, &value->bytes, error)
                              : quire_ion_long(reader, &reader->text, &value->bytes, error);
}

static int read_value(struct quire_ion_reader *reader, bool in_sexp, struct quire_ion_value *value,
                      struct quire_error *error)
{
    struct token word;
    bool is_word;
    value->at = (size_t)(reader->at - reader->start);
    const uint8_t *at = reader->at;
    if (!quire_ion_is(*at, QUIRE_ION_DIGIT) && *at != '"') {
        QUIRE_TRY(read_annotations(reader, &word, &is_word, error));
        value->annotations = reader->annotations;
        value->annotations_size = reader->annotations_size;
        if (is_word) return read_word(reader, &word, at, value, error);
    }
    if (reader->at >= reader->end) return quire_ion_fail_end(reader, "a value", error);
    switch (*reader->at) {
    case '"':
    case '\'': return read_string(reader, value, error);
    case '[': return begin(reader, QUIRE_ION_LIST, value, error);
    case '(': return begin(reader, QUIRE_ION_SEXP, value, error);
    case '{':
        if (reader->at[1] == '{' && reader->end - reader->at > 1)
            return quire_ion_lob(reader, value, error);
        return begin(reader, QUIRE_ION_STRUCT, value, error);
    default:
        if (quire_ion_is(*reader->at, QUIRE_ION_DIGIT))
            return quire_ion_numeric(reader, value, error);
        return read_signed(reader, in_sexp, value, error);
    }
}

static int read_name(struct quire_ion_reader *reader, struct quire_ion_value *value,
                     struct quire_error *error)
{
    const uint8_t *at = reader->at;
    struct token token;
    struct quire_ion_bytes text;
    quire_buf_clear(&reader->name);
    if (quire_ion_is(*at, QUIRE_ION_IDENTIFIER) && !quire_ion_is(*at, QUIRE_ION_DIGIT)) {
        take_identifier(reader, &token);
        if (is_keyword(&token))
            return quire_ion_fail_at(reader, at, QUIRE_INPUT, error,
                                     "the keyword %.*s is no field name; in quotes it is",
                                     (int)token.size, token.text);
    } else if (quire_ion_is_long(at)) {
        QUIRE_TRY(quire_ion_long(reader, &reader->name, &text, error));
        token = (struct token){(const char *)text.data, text.size, true};
    } else if (*at == '\'' || *at == '"') {
        QUIRE_TRY(take_quoted(reader, &reader->name, &token, error));
    } else {
        return quire_ion_fail_char(reader, "a field name", error);
    }
    value->named = true;
    QUIRE_TRY(symbol_of(reader, &token, at, &value->name, error));
    if (*reader->at != ':') QUIRE_TRY(quire_ion_space(reader, error));
    if (*reader->at != ':' || reader->at >= reader->end)
        return quire_ion_fail_char(reader, "':' after a field name", error);
    reader->at++;
    return quire_ion_space(reader, error);
}

/* Commas and the end of the container; *ended when it was. */
static int read_between(struct quire_ion_reader *reader, enum quire_ion_type type, bool *ended,
                        struct quire_error *error)
{
    uint8_t close = type == QUIRE_ION_LIST ? ']' : type == QUIRE_ION_SEXP ? ')' : '}';
    bool began = reader->began;
    reader->began = false;
    *ended = *reader->at == close && reader->at < reader->end;
    if (!*ended && !began && type != QUIRE_ION_SEXP) {
        if (*reader->at != ',' || reader->at >= reader->end)
            return quire_ion_fail_char(reader, type == QUIRE_ION_LIST ? "',' or ']'" : "',' or '}'",
                                       error);
        reader->at++;
        QUIRE_TRY(quire_ion_space(reader, error));
        *ended = *reader->at == close && reader->at < reader->end;
    }
    if (*ended) {
        reader->at++;
        reader->depth--;
    }
    return 0;
}

int quire_ion_text_next(struct quire_ion_reader *reader, struct quire_ion_value *value,
                        struct quire_error *error)
{
    quire_ion_clear(value);
    reader->annotations_size = 0;
    if (reader->notes.bytes > 0) quire_arena_release(&reader->notes);
    QUIRE_TRY(quire_ion_space(reader, error));
    if (reader->depth == 0) {
        reader->began = false;
        value->event = reader->at >= reader->end ? QUIRE_ION_NONE : QUIRE_ION_VALUE;
        if (value->event == QUIRE_ION_VALUE) return read_value(reader, false, value, error);
        return reader->not_utf8 ? quire_ion_fail_end(reader, "", error) : 0;
    }
    enum quire_ion_type type = reader->frames[reader->depth - 1].type;
    bool ended;
    QUIRE_TRY(read_between(reader, type, &ended, error));
    if (ended) {
        value->event = QUIRE_ION_END;
        value->type = type;
        value->at = (size_t)(reader->at - 1 - reader->start);
        return 0;
    }
    if (type == QUIRE_ION_STRUCT) QUIRE_TRY(read_name(reader, value, error));
    return read_value(reader, type == QUIRE_ION_SEXP, value, error);
}
