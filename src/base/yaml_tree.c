/* libyaml's events, put together. Its marks count characters, which are turned to bytes as they
 * come, in order. */
#include "base/yaml_tree.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire_config.h"

static const char operation[] = "read yaml";

#ifndef QUIRE_WITH_YAML

const char *const quire_yaml_tree_built_without = "libyaml";

int quire_yaml_tree_parse(const char *text, size_t size, struct quire_arena *arena,
                          struct quire_json_node **root, struct quire_error *error)
{
    (void)text, (void)size, (void)arena, (void)root;
    int code = quire_fail(error, QUIRE_UNSUPPORTED, operation, "built without libyaml");
    quire_error_hint(error, "write it as JSON, which needs no library");
    return code;
}

#else

#include <yaml.h>

const char *const quire_yaml_tree_built_without = NULL;

struct reading {
    yaml_parser_t parser;
    const char *text;
    size_t size;
    size_t characters, bytes; /* the same place, which only moves on */
    struct quire_arena *arena;
    int depth;
    struct quire_error *error;
};

/* --- Places -------------------------------------------------------------------------------- */

static size_t byte_of(struct reading *reading, const yaml_mark_t *mark)
{
    if (mark->index < reading->characters) reading->characters = reading->bytes = 0;
    while (reading->characters < mark->index && reading->bytes < reading->size) {
        reading->bytes++;
        while (reading->bytes < reading->size &&
               ((uint8_t)reading->text[reading->bytes] & 0xc0) == 0x80)
            reading->bytes++;
        reading->characters++;
    }
    return reading->bytes;
}

static int fail_mark(struct reading *reading, int code, const yaml_mark_t *mark, const char *cause)
{
    quire_fail(reading->error, code, operation, "line %zu: %s", mark->line + 1, cause);
    quire_error_at(reading->error, QUIRE_NOWHERE, NULL, (int64_t)byte_of(reading, mark));
    return code;
}

static int fail_parser(struct reading *reading)
{
    const yaml_parser_t *parser = &reading->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "it is no YAML";
    if (parser->error == YAML_MEMORY_ERROR) return quire_fail_memory(reading->error, operation);
    if (parser->error != YAML_READER_ERROR)
        return fail_mark(reading, QUIRE_INPUT, &parser->problem_mark, problem);
    quire_fail(reading->error, QUIRE_INPUT, operation, "%s", problem);
    quire_error_at(reading->error, QUIRE_NOWHERE, NULL, (int64_t)parser->problem_offset);
    return QUIRE_INPUT;
}

static int next_event(struct reading *reading, yaml_event_t *event)
{
    yaml_event_delete(event);
    memset(event, 0, sizeof(*event));
    return yaml_parser_parse(&reading->parser, event) == 1 ? 0 : fail_parser(reading);
}

/* --- Scalars ------------------------------------------------------------------------------- */

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* The number that RFC 8259 has. */
static bool is_number(const char *text)
{
    text += *text == '-';
    size_t whole = digits(text);
    if (whole == 0 || (whole > 1 && *text == '0')) return false;
    text += whole;
    if (*text == '.') {
        size_t fraction = digits(++text);
        if (fraction == 0) return false;
        text += fraction;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        size_t exponent = digits(text);
        if (exponent == 0) return false;
        text += exponent;
    }
    return *text == '\0';
}

static enum quire_json_kind plain_kind(const char *text, size_t size)
{
    static const struct {
        const char *word;
        enum quire_json_kind kind;
    } words[] = {
        {"", QUIRE_JSON_NULL},       {"~", QUIRE_JSON_NULL},      {"null", QUIRE_JSON_NULL},
        {"Null", QUIRE_JSON_NULL},   {"NULL", QUIRE_JSON_NULL},   {"true", QUIRE_JSON_TRUE},
        {"True", QUIRE_JSON_TRUE},   {"TRUE", QUIRE_JSON_TRUE},   {"false", QUIRE_JSON_FALSE},
        {"False", QUIRE_JSON_FALSE}, {"FALSE", QUIRE_JSON_FALSE},
    };
    if (strlen(text) != size) return QUIRE_JSON_STRING;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].word, text) == 0) return words[i].kind;
    }
    return is_number(text) ? QUIRE_JSON_NUMBER : QUIRE_JSON_STRING;
}

static int take_scalar(struct reading *reading, const yaml_event_t *event,
                       struct quire_json_node *node)
{
    node->size = event->data.scalar.length;
    node->text =
        quire_arena_strndup(reading->arena, (const char *)event->data.scalar.value, node->size);
    if (node->text == NULL) return quire_fail_memory(reading->error, operation);
    node->kind = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE
                     ? plain_kind(node->text, node->size)
                     : QUIRE_JSON_STRING;
    return 0;
}

/* --- Nodes --------------------------------------------------------------------------------- */

/* What JSON has no word for. */
static int check_event(struct reading *reading, const yaml_event_t *event)
{
    bool anchored = event->type == YAML_ALIAS_EVENT, tagged = false;
    if (event->type == YAML_SCALAR_EVENT) {
        anchored = event->data.scalar.anchor != NULL;
        tagged = event->data.scalar.tag != NULL;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchored = event->data.sequence_start.anchor != NULL;
        tagged = event->data.sequence_start.tag != NULL;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchored = event->data.mapping_start.anchor != NULL;
        tagged = event->data.mapping_start.tag != NULL;
    }
    if (!anchored && !tagged) return 0;
    return fail_mark(reading, QUIRE_INPUT, &event->start_mark,
                     anchored ? "anchors and aliases (& and *) are not taken; text that begins so "
                                "stands in quotes"
                              : "tags (!) are not taken; text that begins so stands in quotes");
}

static int take_node(struct reading *reading, const yaml_event_t *event,
                     struct quire_json_node *node);

static int take_key(struct reading *reading, const yaml_event_t *event,
                    struct quire_json_node *member)
{
    struct quire_json_node key;
    QUIRE_TRY(check_event(reading, event));
    if (event->type != YAML_SCALAR_EVENT)
        return fail_mark(reading, QUIRE_INPUT, &event->start_mark, "a key is a single word");
    QUIRE_TRY(take_scalar(reading, event, &key));
    member->key = key.text;
    member->key_size = key.size;
    return 0;
}

static int take_children(struct reading *reading, yaml_event_t *event, struct quire_json_node *node)
{
    struct quire_json_node **end = &node->first;
    bool object = node->kind == QUIRE_JSON_OBJECT;
    yaml_event_type_t close = object ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    for (;;) {
        QUIRE_TRY(next_event(reading, event));
        if (event->type == close) return 0;
        struct quire_json_node *child = quire_arena_alloc(reading->arena, sizeof(*child));
        if (child == NULL) return quire_fail_memory(reading->error, operation);
        *child = (struct quire_json_node){.kind = QUIRE_JSON_NULL};
        if (object) {
            QUIRE_TRY(take_key(reading, event, child));
            QUIRE_TRY(next_event(reading, event));
        }
        QUIRE_TRY(take_node(reading, event, child));
        *end = child;
        end = &child->next;
        node->children_size++;
    }
}

static int take_container(struct reading *reading, const yaml_event_t *event,
                          struct quire_json_node *node)
{
    QUIRE_CLEANUP(yaml_event_delete) yaml_event_t inner = {.type = YAML_NO_EVENT};
    if (++reading->depth > QUIRE_JSON_TREE_DEPTH_MAX)
        return fail_mark(reading, QUIRE_LIMIT, &event->start_mark, "nested too deeply");
    node->kind = event->type == YAML_MAPPING_START_EVENT ? QUIRE_JSON_OBJECT : QUIRE_JSON_ARRAY;
    QUIRE_TRY(take_children(reading, &inner, node));
    node->raw_size = byte_of(reading, &inner.end_mark);
    reading->depth--;
    return 0;
}

static int take_node(struct reading *reading, const yaml_event_t *event,
                     struct quire_json_node *node)
{
    QUIRE_TRY(check_event(reading, event));
    size_t from = byte_of(reading, &event->start_mark);
    node->raw_size = byte_of(reading, &event->end_mark);
    if (event->type == YAML_SCALAR_EVENT)
        QUIRE_TRY(take_scalar(reading, event, node));
    else
        QUIRE_TRY(take_container(reading, event, node));
    node->raw = reading->text + from;
    node->raw_size = node->raw_size > from ? node->raw_size - from : 0;
    return 0;
}

static int take_stream(struct reading *reading, struct quire_json_node *root)
{
    QUIRE_CLEANUP(yaml_event_delete) yaml_event_t event = {.type = YAML_NO_EVENT};
    QUIRE_TRY(next_event(reading, &event)); /* the stream's start */
    QUIRE_TRY(next_event(reading, &event));
    if (event.type == YAML_STREAM_END_EVENT) return 0;
    QUIRE_TRY(next_event(reading, &event));
    QUIRE_TRY(take_node(reading, &event, root));
    QUIRE_TRY(next_event(reading, &event)); /* the document's end */
    QUIRE_TRY(next_event(reading, &event));
    if (event.type == YAML_STREAM_END_EVENT) return 0;
    return fail_mark(reading, QUIRE_INPUT, &event.start_mark, "a second document begins");
}

int quire_yaml_tree_parse(const char *text, size_t size, struct quire_arena *arena,
                          struct quire_json_node **root, struct quire_error *error)
{
    /* libyaml counts a mark of the byte order as a column, so that the second key is further in. */
    size_t mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    text += mark;
    size -= mark;
    struct reading reading = {.text = text, .size = size, .arena = arena, .error = error};
    struct quire_json_node *node = quire_arena_alloc(arena, sizeof(*node));
    if (node == NULL || yaml_parser_initialize(&reading.parser) != 1)
        return quire_fail_memory(error, operation);
    *node = (struct quire_json_node){.kind = QUIRE_JSON_NULL, .raw = text};
    yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reading.parser, (const unsigned char *)text, size);
    int code = take_stream(&reading, node);
    yaml_parser_delete(&reading.parser);
    if (code == 0) *root = node;
    return code;
}

#endif
