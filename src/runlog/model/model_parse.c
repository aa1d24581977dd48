/* A JSON object into a model's struct, field by field. What no field is for is kept as it stands,
 * so that nothing that a producer says is lost. */
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "runlog/model/model.h"

#define OPERATION "run log"
#define SHOWN_MAX 60

struct parse {
    const struct quire_model_place *parent;
    struct quire_arena *arena;
    struct quire_error *error;
};

static const char *kind_name(const struct quire_json_node *node)
{
    static const char *const names[] = {
        [QUIRE_JSON_NULL] = "null",       [QUIRE_JSON_FALSE] = "false",
        [QUIRE_JSON_TRUE] = "true",       [QUIRE_JSON_NUMBER] = "a number",
        [QUIRE_JSON_STRING] = "a text",   [QUIRE_JSON_ARRAY] = "a list",
        [QUIRE_JSON_OBJECT] = "an object"};
    return names[node->kind];
}

int quire_model_want(const struct quire_json_node *node, enum quire_json_kind kind,
                     const struct quire_model_place *place, struct quire_error *error)
{
    if (node->kind == kind) return 0;
    return quire_model_fail(place, error, "%s is wanted, and this is %s",
                            kind == QUIRE_JSON_OBJECT   ? "an object"
                            : kind == QUIRE_JSON_ARRAY  ? "a list"
                            : kind == QUIRE_JSON_NUMBER ? "a number"
                                                        : "a text",
                            kind_name(node));
}

/* --- Values ---------------------------------------------------------------------------------- */

static int refuse(const struct quire_json_node *node, const struct quire_model_place *place,
                  const char *why, struct quire_error *error)
{
    const char *quote = node->kind == QUIRE_JSON_STRING ? "\"" : "";
    return quire_model_fail(place, error, "%s%.*s%s%s: %s", quote,
                            (int)(node->size < SHOWN_MAX ? node->size : SHOWN_MAX), node->text,
                            node->size > SHOWN_MAX ? "..." : "", quote, why);
}

static int parse_text(const struct parse *parse, const struct quire_json_node *node,
                      const struct quire_model_place *place, enum quire_model_kind kind,
                      const char **out)
{
    QUIRE_TRY(quire_model_want(node, QUIRE_JSON_STRING, place, parse->error));
    if (memchr(node->text, '\0', node->size) != NULL)
        return quire_model_fail(place, parse->error, "a text with a zero byte in it");
    if (kind == QUIRE_MODEL_NAME && node->size == 0)
        return quire_model_fail(place, parse->error, "it is empty");
    if (kind == QUIRE_MODEL_MODE && !quire_model_is_word(QUIRE_RUNLOG_MODES, node->text))
        return refuse(node, place,
                      "a mode is initial, incremental, full_refresh or "
                      "validation_only",
                      parse->error);
    if (kind == QUIRE_MODEL_PHASE && !quire_model_is_word(QUIRE_RUNLOG_PHASES, node->text))
        return refuse(node, place, "a phase is bronze, silver, gold or pipeline", parse->error);
    char *copy = quire_arena_strndup(parse->arena, node->text, node->size);
    if (copy == NULL) return quire_fail_memory(parse->error, OPERATION);
    *out = copy;
    return 0;
}

static int parse_time(const struct parse *parse, const struct quire_json_node *node,
                      const struct quire_model_place *place, int64_t *out)
{
    int64_t value = 0;
    if (node->kind != QUIRE_JSON_STRING)
        return quire_model_fail(place, parse->error,
                                "a time is wanted as a text (RFC 3339), and this is %s",
                                kind_name(node));
    const char *why = quire_model_time(node->text, node->size, &value);
    if (why != NULL) return refuse(node, place, why, parse->error);
    *out = value;
    return 0;
}

static int parse_count(const struct parse *parse, const struct quire_json_node *node,
                       const struct quire_model_place *place, int64_t *out)
{
    int64_t value;
    QUIRE_TRY(quire_model_want(node, QUIRE_JSON_NUMBER, place, parse->error));
    if (!quire_number_parse_i64(node->text, node->size, &value, NULL) &&
        !quire_model_whole(node->text, &value))
        return refuse(node, place, "a whole number of 64 bits is wanted", parse->error);
    if (value < 0) return refuse(node, place, "it cannot be negative", parse->error);
    *out = value;
    return 0;
}

static int parse_number(const struct parse *parse, const struct quire_json_node *node,
                        const struct quire_model_place *place, enum quire_model_kind kind,
                        double *out)
{
    double value;
    QUIRE_TRY(quire_model_want(node, QUIRE_JSON_NUMBER, place, parse->error));
    if (!quire_number_parse_f64(node->text, node->size, &value) || !isfinite(value))
        return refuse(node, place, "a number that fits 64 bits is wanted", parse->error);
    const char *why = quire_model_refuse_number(kind, value);
    if (why != NULL) return refuse(node, place, why, parse->error);
    *out = value == 0 ? 0 : value; /* -0, too */
    return 0;
}

static int parse_flag(const struct parse *parse, const struct quire_json_node *node,
                      const struct quire_model_place *place, int32_t *out)
{
    if (node->kind != QUIRE_JSON_TRUE && node->kind != QUIRE_JSON_FALSE)
        return quire_model_fail(place, parse->error, "true or false is wanted, and this is %s",
                                kind_name(node));
    *out = node->kind == QUIRE_JSON_TRUE;
    return 0;
}

static int parse_value(const struct parse *parse, const struct quire_json_node *node,
                       const struct quire_model_field *field, void *at)
{
    const struct quire_model_place place = {parse->parent, node->key, node->key_size, 0};
    switch (field->kind) {
    case QUIRE_MODEL_TIME: return parse_time(parse, node, &place, at);
    case QUIRE_MODEL_COUNT: return parse_count(parse, node, &place, at);
    case QUIRE_MODEL_NUMBER:
    case QUIRE_MODEL_RATE: return parse_number(parse, node, &place, field->kind, at);
    case QUIRE_MODEL_FLAG: return parse_flag(parse, node, &place, at);
    default: return parse_text(parse, node, &place, field->kind, at);
    }
}

/* --- Objects --------------------------------------------------------------------------------- */

const struct quire_model_field *quire_model_find_field(const struct quire_model *model,
                                                       const struct quire_json_node *member)
{
    for (size_t i = 0; i < model->fields_size; i++)
        if (quire_model_is_key(member, model->fields[i].name)) return &model->fields[i];
    return NULL;
}

static bool is_taken(const char *const *taken, const struct quire_json_node *member)
{
    for (size_t i = 0; taken != NULL && i < QUIRE_MODEL_TAKEN_MAX && taken[i] != NULL; i++)
        if (quire_model_is_key(member, taken[i])) return true;
    return false;
}

static const char **metadata_of(const struct quire_model *model, void *object)
{
    for (size_t i = 0; i < model->fields_size; i++)
        if (model->fields[i].kind == QUIRE_MODEL_METADATA)
            return (const char **)(void *)((char *)object + model->fields[i].offset);
    return NULL;
}

int quire_model_parse(const struct quire_model *model, const struct quire_json_node *node,
                      const struct quire_model_parsing *parsing, void *object,
                      struct quire_error *error)
{
    const struct parse parse = {parsing->place, parsing->arena, error};
    const struct quire_json_node *given = NULL;
    const char **metadata = metadata_of(model, object);
    QUIRE_TRY(quire_model_want(node, QUIRE_JSON_OBJECT, parsing->place, error));
    QUIRE_TRY(quire_model_check_names(node, parsing->place, error));
    for (const struct quire_json_node *one = node->first; one != NULL; one = one->next) {
        const struct quire_model_field *field = quire_model_find_field(model, one);
        if (is_taken(parsing->taken, one)) continue;
        if (field == NULL)
            QUIRE_TRY(quire_model_keep(one, parsing->place, parsing->unknown, error));
        else if (field->kind == QUIRE_MODEL_METADATA)
            given = one->kind != QUIRE_JSON_NULL ? one : NULL;
        else if (one->kind != QUIRE_JSON_NULL)
            QUIRE_TRY(parse_value(&parse, one, field, (char *)object + field->offset));
    }
    if (metadata == NULL) return 0;
    const struct quire_model_given all = {model, node, given};
    return quire_model_put_metadata(&all, parsing, metadata, error);
}
