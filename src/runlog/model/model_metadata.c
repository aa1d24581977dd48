/* What no field is for, kept as it stands. An object never gets a name twice: of two objects that
 * are put together the one that was given as metadata then stands in it whole. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/model/model.h"

#define OPERATION "run log"
/* Of so few names each is compared with those before it. */
#define FEW_NAMES 24

/* --- Names that are there twice -------------------------------------------------------------- */

static int fail_twice(const struct quire_json_node *member, const struct quire_model_place *parent,
                      struct quire_error *error)
{
    const struct quire_model_place place = {parent, member->key, member->key_size, 0};
    return quire_model_fail(&place, error, "it is there twice");
}

static int check_few(const struct quire_json_node *object, const struct quire_model_place *place,
                     struct quire_error *error)
{
    for (const struct quire_json_node *one = object->first; one != NULL; one = one->next)
        for (const struct quire_json_node *other = object->first; other != one; other = other->next)
            if (other->key_size == one->key_size &&
                memcmp(other->key, one->key, one->key_size) == 0)
                return fail_twice(one, place, error);
    return 0;
}

int quire_model_check_names(const struct quire_json_node *object,
                            const struct quire_model_place *place, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set names = {.size = 0};
    if (object->children_size <= FEW_NAMES) return check_few(object, place, error);
    for (const struct quire_json_node *one = object->first; one != NULL; one = one->next) {
        bool added = false;
        if (quire_name_set_add(&names, one->key, one->key_size, &added) != 0)
            return quire_fail_memory(error, OPERATION);
        if (!added) return fail_twice(one, place, error);
    }
    return 0;
}

/* The same of all objects within a value. */
static int check_within(const struct quire_json_node *node, const struct quire_model_place *place,
                        struct quire_error *error)
{
    int64_t index = 0;
    if (node->kind == QUIRE_JSON_OBJECT) QUIRE_TRY(quire_model_check_names(node, place, error));
    for (const struct quire_json_node *one = node->first; one != NULL; one = one->next) {
        const struct quire_model_place at = {place, one->key, one->key_size, index++};
        if (one->first != NULL) QUIRE_TRY(check_within(one, &at, error));
    }
    return 0;
}

/* --- Members --------------------------------------------------------------------------------- */

int quire_model_add_member(struct quire_buf *out, const char *key, size_t key_size, const char *raw,
                           size_t raw_size)
{
    int code = quire_buf_push(out, out->size == 0 ? '{' : ',');
    if (code == 0) code = quire_json_append_string(out, key, key_size, false);
    if (code == 0) code = quire_buf_push(out, ':');
    return code == 0 ? quire_buf_append(out, raw, raw_size) : code;
}

int quire_model_keep(const struct quire_json_node *member, const struct quire_model_place *parent,
                     struct quire_buf *out, struct quire_error *error)
{
    const struct quire_model_place place = {parent, member->key, member->key_size, 0};
    QUIRE_TRY(check_within(member, &place, error));
    if (quire_model_add_member(out, member->key, member->key_size, member->raw, member->raw_size) !=
        0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_model_add_members(struct quire_buf *out, const struct quire_buf *members)
{
    if (members->size == 0) return 0;
    int code = quire_buf_push(out, out->size == 0 ? '{' : ',');
    return code == 0 ? quire_buf_append(out, members->data + 1, members->size - 1) : code;
}

/* Whether a value can be put among members of some names, as its members or as "metadata". */
static bool fits(const struct quire_json_node *node, const struct quire_name_set *names)
{
    if (node->kind != QUIRE_JSON_OBJECT) return !quire_name_set_has(names, "metadata", 8);
    for (const struct quire_json_node *one = node->first; one != NULL; one = one->next)
        if (quire_name_set_has(names, one->key, one->key_size)) return false;
    return true;
}

static int join_value(const struct quire_json_node *node, const char *name,
                      struct quire_name_set *names, struct quire_buf *out)
{
    bool added, whole = !fits(node, names);
    int code = 0;
    if (whole || node->kind != QUIRE_JSON_OBJECT) {
        if (!whole) name = "metadata";
        code = quire_name_set_add(names, name, strlen(name), &added);
        if (code != 0) return code;
        return quire_model_add_member(out, name, strlen(name), node->raw, node->raw_size);
    }
    for (const struct quire_json_node *one = node->first; code == 0 && one != NULL;
         one = one->next) {
        code = quire_name_set_add(names, one->key, one->key_size, &added);
        if (code == 0)
            code = quire_model_add_member(out, one->key, one->key_size, one->raw, one->raw_size);
    }
    return code;
}

/* --- Metadata -------------------------------------------------------------------------------- */

int quire_model_as_json(const char *text, size_t size, struct quire_buf *out, const char **json,
                        size_t *json_size)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    *json = NULL;
    *json_size = 0;
    if (size == 0) return 0;
    int code = quire_json_tree_parse(text, size, &arena, &root, &at);
    if (code == 0) {
        *json = root->raw;
        *json_size = root->raw_size;
        return 0;
    }
    if (code == QUIRE_MEMORY) return code;
    quire_buf_clear(out);
    code = quire_json_append_string(out, text, size, false);
    *json = (const char *)out->data;
    *json_size = out->size;
    return code;
}

int quire_model_join(const char *text, size_t size, const char *name, struct quire_name_set *names,
                     struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    struct quire_json_node *root = NULL;
    size_t at = 0, json_size = 0;
    const char *json = NULL;
    int code = quire_model_as_json(text, size, &plain, &json, &json_size);
    if (code != 0 || json == NULL) return code;
    code = quire_json_tree_parse(json, json_size, &arena, &root, &at);
    return code == 0 ? join_value(root, name, names, out) : code;
}

/* The names of what no field is for. */
static int note_names(const struct quire_model_given *given, struct quire_name_set *names)
{
    int code = 0;
    const struct quire_json_node *one = given->object->first;
    for (; code == 0 && one != NULL; one = one->next) {
        bool added;
        if (quire_model_find_field(given->model, one) == NULL)
            code = quire_name_set_add(names, one->key, one->key_size, &added);
    }
    return code;
}

/* Metadata may come as a text that is JSON, of which the same holds. */
static int metadata_json(const struct quire_model_given *given,
                         const struct quire_model_place *parent, struct quire_buf *plain,
                         const char **json, size_t *json_size, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    const struct quire_json_node *node = given->metadata;
    const struct quire_model_place place = {parent, node->key, node->key_size, 0};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    *json = node->raw;
    *json_size = node->raw_size;
    if (node->kind != QUIRE_JSON_STRING) return check_within(node, &place, error);
    if (quire_model_as_json(node->text, node->size, plain, json, json_size) != 0)
        return quire_fail_memory(error, OPERATION);
    if (*json == NULL || *json == (const char *)plain->data) return 0;
    if (quire_json_tree_parse(*json, *json_size, &arena, &root, &at) != 0)
        return quire_fail_memory(error, OPERATION);
    return check_within(root, &place, error);
}

int quire_model_put_metadata(const struct quire_model_given *given,
                             const struct quire_model_parsing *parsing, const char **out,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set names = {.size = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf all = {0}, plain = {0};
    struct quire_buf *unknown = parsing->unknown;
    const char *json = NULL;
    size_t size = 0;
    int code = 0;
    if (given->metadata != NULL)
        QUIRE_TRY(metadata_json(given, parsing->place, &plain, &json, &size, error));
    if (unknown->size > 0) {
        if (json != NULL) code = note_names(given, &names);
        if (code == 0 && json != NULL)
            code = quire_model_join(json, size, "metadata", &names, &all);
        if (code == 0) code = quire_model_add_members(&all, unknown);
        if (code == 0) code = quire_buf_push(&all, '}');
        json = (const char *)all.data;
        size = all.size;
    }
    if (code == 0 && json == NULL) return 0;
    char *copy = code == 0 ? quire_arena_strndup(parsing->arena, json, size) : NULL;
    if (copy == NULL) return quire_fail_memory(error, OPERATION);
    *out = copy;
    return 0;
}
