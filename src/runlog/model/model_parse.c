/* A JSON object into a model's struct, field by field. What no field is for is kept as it stands,
 * so that nothing that a producer says is lost. */
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/time_text.h"
#include "runlog/model.h"

#define OPERATION   "run log"
#define SHOWN_MAX   60
#define INTEGER_MAX 9007199254740992.0 /* 2^53: whole numbers of a double are exact below */

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
    struct quire_time_parts parts;
    int64_t value;
    if (node->kind != QUIRE_JSON_STRING)
        return quire_model_fail(place, parse->error,
                                "a time is wanted as a text (RFC 3339), and this is %s",
                                kind_name(node));
    if (!quire_time_parse(node->text, node->size, &parts) || !parts.has_time)
        return refuse(node, place, "no time, such as 2024-02-29T12:00:00Z", parse->error);
    if (!parts.has_offset)
        return refuse(node, place, "a time without a zone: put Z or +01:00 behind it",
                      parse->error);
    if (!quire_time_parts_value(&parts, QUIRE_MICRO, &value) || value == QUIRE_RUNLOG_UNKNOWN)
        return refuse(node, place, "a time is of years that fit, to the microsecond", parse->error);
    *out = value;
    return 0;
}

static int parse_count(const struct parse *parse, const struct quire_json_node *node,
                       const struct quire_model_place *place, int64_t *out)
{
    int64_t value;
    double real;
    QUIRE_TRY(quire_model_want(node, QUIRE_JSON_NUMBER, place, parse->error));
    if (!quire_number_parse_i64(node->text, node->size, &value, NULL)) {
        if (!quire_number_parse_f64(node->text, node->size, &real) || real != floor(real) ||
            fabs(real) > INTEGER_MAX)
            return refuse(node, place, "a whole number of 64 bits is wanted", parse->error);
        value = (int64_t)real;
    }
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
    *out = value;
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

/* --- Members that no field is for ------------------------------------------------------------ */

int quire_model_add_member(struct quire_buf *out, const char *key, size_t key_size, const char *raw,
                           size_t raw_size)
{
    int code = quire_buf_push(out, out->size == 0 ? '{' : ',');
    if (code == 0) code = quire_json_append_string(out, key, key_size, false);
    if (code == 0) code = quire_buf_push(out, ':');
    return code == 0 ? quire_buf_append(out, raw, raw_size) : code;
}

int quire_model_add_members(struct quire_buf *out, const char *text)
{
    size_t size = strlen(text);
    bool object = size >= 2 && text[0] == '{' && text[size - 1] == '}';
    if (object && size == 2) return 0;
    int code = out->size > 0 ? quire_buf_push(out, ',') : 0;
    if (code != 0) return code;
    if (object) return quire_buf_append(out, text + 1, size - 2);
    code = quire_buf_append_text(out, "\"metadata\":");
    return code != 0 ? code : quire_json_append_string(out, text, size, false);
}

/* The members of what was given as metadata, or all of it as one. */
static int add_given(struct quire_buf *out, const struct quire_json_node *given)
{
    if (given->kind != QUIRE_JSON_OBJECT)
        return quire_model_add_member(out, "metadata", 8, given->raw, given->raw_size);
    for (const struct quire_json_node *one = given->first; one != NULL; one = one->next) {
        int code = quire_model_add_member(out, one->key, one->key_size, one->raw, one->raw_size);
        if (code != 0) return code;
    }
    return 0;
}

static int put_metadata(const struct parse *parse, const struct quire_json_node *given,
                        struct quire_buf *unknown, const char **out)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf all = {0};
    const char *text = NULL;
    size_t size = 0;
    if (unknown->size == 0 && given == NULL) return 0;
    if (unknown->size == 0) {
        bool is_text = given->kind == QUIRE_JSON_STRING;
        text = is_text ? given->text : given->raw;
        size = is_text ? given->size : given->raw_size;
    } else {
        if (given != NULL && add_given(&all, given) != 0)
            return quire_fail_memory(parse->error, OPERATION);
        if (all.size > 0) unknown->data[0] = ',';
        if (quire_buf_append(&all, unknown->data, unknown->size) != 0 ||
            quire_buf_push(&all, '}') != 0)
            return quire_fail_memory(parse->error, OPERATION);
        text = (const char *)all.data;
        size = all.size;
    }
    char *copy = quire_arena_strndup(parse->arena, text, size);
    if (copy == NULL) return quire_fail_memory(parse->error, OPERATION);
    *out = copy;
    return 0;
}

/* --- Objects --------------------------------------------------------------------------------- */

static const struct quire_model_field *find_field(const struct quire_model *model,
                                                  const struct quire_json_node *member)
{
    for (size_t i = 0; i < model->fields_size; i++)
        if (strlen(model->fields[i].name) == member->key_size &&
            memcmp(model->fields[i].name, member->key, member->key_size) == 0)
            return &model->fields[i];
    return NULL;
}

static bool is_taken(const char *const *taken, const struct quire_json_node *member)
{
    for (size_t i = 0; taken != NULL && i < QUIRE_MODEL_TAKEN_MAX && taken[i] != NULL; i++)
        if (strcmp(taken[i], member->key) == 0) return true;
    return false;
}

/* A member whose name stood before. */
static int check_once(const struct parse *parse, const struct quire_json_node *node,
                      const struct quire_json_node *member)
{
    if (quire_json_tree_get(node, member->key) == member) return 0;
    const struct quire_model_place place = {parse->parent, member->key, member->key_size, 0};
    return quire_model_fail(&place, parse->error, "it is there twice");
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
    for (const struct quire_json_node *one = node->first; one != NULL; one = one->next) {
        const struct quire_model_field *field = find_field(model, one);
        bool taken = is_taken(parsing->taken, one);
        if (taken || field != NULL) QUIRE_TRY(check_once(&parse, node, one));
        if (taken) continue;
        if (field == NULL) {
            if (quire_model_add_member(parsing->unknown, one->key, one->key_size, one->raw,
                                       one->raw_size) != 0)
                return quire_fail_memory(error, OPERATION);
        } else if (one->kind != QUIRE_JSON_NULL) {
            if (field->kind == QUIRE_MODEL_METADATA)
                given = one;
            else
                QUIRE_TRY(parse_value(&parse, one, field, (char *)object + field->offset));
        }
    }
    return metadata != NULL ? put_metadata(&parse, given, parsing->unknown, metadata) : 0;
}
