/* Schemas from text: the language, or JSON when the first character says so. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/schema_text.h"
#include "data/schema_token.h"
#include "quire/batch.h"

#define OPERATION "parse schema"

static bool take_separator(struct quire_schema_parser *parser)
{
    return quire_schema_take(parser, '\n') || quire_schema_take(parser, ',') ||
           quire_schema_take(parser, ';');
}

static bool at_end(struct quire_schema_parser *parser)
{
    while (take_separator(parser))
        continue;
    return parser->at == parser->size;
}

static int parse_lines(struct quire_schema_parser *parser, struct quire_field *root)
{
    root->format = "+s";
    root->name = "";
    while (!at_end(parser)) {
        QUIRE_TRY(quire_schema_parse_field(parser, root));
        if (parser->at < parser->size && !take_separator(parser))
            return quire_schema_fail_expected(parser, "\"not null\" or the end of the field");
    }
    return 0;
}

static bool is_json(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n'))
        i++;
    return i < size && text[i] == '{';
}

int quire_schema_parse(const char *text, size_t size, struct ArrowSchema *schema,
                       struct quire_error *error)
{
    size_t valid = quire_utf8_valid_prefix((const uint8_t *)text, size);
    if (valid < size) {
        quire_fail(error, QUIRE_USAGE, OPERATION, "expected text, found bytes that are not UTF-8");
        quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)valid);
        return QUIRE_USAGE;
    }
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_field root = {0};
    struct quire_schema_parser parser = {
        .text = text, .size = size, .arena = &arena, .error = error};
    if (is_json(text, size))
        QUIRE_TRY(quire_schema_parse_json(text, size, &arena, &root, error));
    else
        QUIRE_TRY(parse_lines(&parser, &root));
    return quire_field_to_schema(&root, schema, error);
}
