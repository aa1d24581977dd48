/* Settings in YAML or JSON: a mapping of names to values, as the pairs that a line of a plain
 * configuration file or an argument would give. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/option_value.h"
#include "base/yaml_tree.h"
#include "quire/option.h"

#define OPERATION "configure"

/* A name that was there. */
struct seen {
    const char *name;
    int64_t line;
};

struct walk {
    const char *text;
    size_t size;
    struct quire_arena *arena;
    struct quire_buf *seen;
    int (*take)(void *user, const struct quire_setting *setting, bool is_list, int64_t line,
                struct quire_error *error);
    void *user;
    struct quire_error *error;
};

/* Where a value of the tree stands; 0 where that is not known. */
static int64_t line_of(const struct walk *walk, const struct quire_json_node *node)
{
    int64_t line = 1;
    if (node->raw == NULL || node->raw < walk->text || node->raw > walk->text + walk->size)
        return 0;
    for (const char *c = walk->text; c < node->raw; c++)
        line += *c == '\n';
    return line;
}

/* Names of options are the same in any case, and whether their words are joined by '-' or by '_'.
 * What is behind the second point of a name may be a column's: "set.types.Id". */
static bool is_same(const char *a, const char *b)
{
    int points = 0;
    for (; *a != '\0' || *b != '\0'; a++, b++) {
        if (points < 2 && quire_option_name_fold(*a) != quire_option_name_fold(*b)) return false;
        if (points == 2 && *a != *b) return false;
        points += *a == '.';
    }
    return true;
}

/* Of two values of a name one would be lost without a word. */
static int note_name(const struct walk *walk, const char *name, const struct quire_json_node *node)
{
    const struct seen *seen = (const struct seen *)(const void *)walk->seen->data;
    struct seen now = {quire_arena_strndup(walk->arena, name, strlen(name)), line_of(walk, node)};
    for (size_t i = 0; i < walk->seen->size / sizeof(*seen); i++)
        if (is_same(seen[i].name, name))
            return quire_fail(walk->error, QUIRE_USAGE, OPERATION,
                              "%.80s: it is there twice, in line %lld and in line %lld", name,
                              (long long)seen[i].line, (long long)now.line);
    if (now.name == NULL || quire_buf_append(walk->seen, &now, sizeof(now)) != 0)
        return quire_fail_memory(walk->error, OPERATION);
    return 0;
}

static int append_scalar(const struct walk *walk, const struct quire_json_node *node,
                         const char *name, struct quire_buf *out)
{
    int code = 0;
    switch (node->kind) {
    case QUIRE_JSON_TRUE: code = quire_buf_append_text(out, "true"); break;
    case QUIRE_JSON_FALSE: code = quire_buf_append_text(out, "false"); break;
    case QUIRE_JSON_NUMBER:
    case QUIRE_JSON_STRING: code = quire_buf_append(out, node->text, node->size); break;
    default:
        return quire_fail(walk->error, QUIRE_USAGE, OPERATION,
                          "%.80s: a list holds texts and numbers alone", name);
    }
    return code == 0 ? 0 : quire_fail_memory(walk->error, OPERATION);
}

/* What is cut off at a zero byte would be another name or value. */
static int check_text(const struct walk *walk, const char *text, size_t size)
{
    if (memchr(text, '\0', size) == NULL) return 0;
    return quire_fail(walk->error, QUIRE_USAGE, OPERATION,
                      "%.80s: it has the character U+0000, which no name or value has", text);
}

/* A list is its items with commas between. */
static int give(const struct walk *walk, const char *name, const struct quire_json_node *node)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf value = {0};
    QUIRE_TRY(note_name(walk, name, node));
    if (node->kind == QUIRE_JSON_NULL) return 0;
    const struct quire_json_node *one = node->kind == QUIRE_JSON_ARRAY ? node->first : node;
    for (; one != NULL; one = node->kind == QUIRE_JSON_ARRAY ? one->next : NULL) {
        QUIRE_TRY(append_scalar(walk, one, name, &value));
        if (node->kind == QUIRE_JSON_ARRAY && one->next != NULL && quire_buf_push(&value, ',') != 0)
            return quire_fail_memory(walk->error, OPERATION);
    }
    if (quire_buf_terminate(&value) != 0) return quire_fail_memory(walk->error, OPERATION);
    QUIRE_TRY(check_text(walk, (const char *)value.data, value.size));
    const struct quire_setting setting = {name, (const char *)value.data};
    bool is_list = node->kind == QUIRE_JSON_ARRAY;
    return walk->take(walk->user, &setting, is_list, line_of(walk, node), walk->error);
}

static int give_member(const struct walk *walk, const struct quire_json_node *member)
{
    QUIRE_TRY(check_text(walk, member->key, member->key_size));
    if (member->kind != QUIRE_JSON_OBJECT) return give(walk, member->key, member);
    for (const struct quire_json_node *one = member->first; one != NULL; one = one->next) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf name = {0};
        QUIRE_TRY(check_text(walk, one->key, one->key_size));
        if (one->kind == QUIRE_JSON_OBJECT)
            return quire_fail(walk->error, QUIRE_USAGE, OPERATION, "%.80s: it is nested too deeply",
                              member->key);
        if (quire_buf_printf(&name, "%s.%s", member->key, one->key) != 0 ||
            quire_buf_terminate(&name) != 0)
            return quire_fail_memory(walk->error, OPERATION);
        QUIRE_TRY(give(walk, (const char *)name.data, one));
    }
    return 0;
}

int quire_settings_parse(const char *text, size_t size,
                         int (*take)(void *user, const struct quire_setting *setting, bool is_list,
                                     int64_t line, struct quire_error *error),
                         void *user, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf seen = {0};
    const struct walk walk = {text, size, &arena, &seen, take, user, error};
    struct quire_json_node *root = NULL;
    size_t at = 0, blank = strspn(text, " \t\r\n");
    int code = text[blank] == '{' ? quire_json_tree_parse(text, size, &arena, &root, &at)
                                  : quire_yaml_tree_parse(text, size, &arena, &root, error);
    if (code != 0 && text[blank] == '{') {
        quire_fail(error, code, OPERATION, "it is not JSON");
        quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)at);
    }
    if (code != 0) return code;
    if (root->kind == QUIRE_JSON_NULL) return 0;
    if (root->kind != QUIRE_JSON_OBJECT)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "it is no mapping of names to values");
    for (const struct quire_json_node *one = root->first; one != NULL; one = one->next)
        QUIRE_TRY(give_member(&walk, one));
    return 0;
}
