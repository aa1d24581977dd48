/* Rules files, YAML or JSON: any text is a set of rules or refused with a reason. What JSON says
 * is what a YAML reader finds in it, where it takes it as well. */
#include <string.h>

#include "base/cleanup.h"
#include "base/yaml_tree.h"
#include "fuzz.h"
#include "quire/quality.h"

static void check_rule(const struct quire_rule *rule)
{
    FUZZ_CHECK(rule->name != NULL && rule->check != NULL, "%p", (const void *)rule);
    FUZZ_CHECK(rule->examples != 0 && rule->examples <= QUIRE_RULE_EXAMPLES_MAX, "%lld",
               (long long)rule->examples);
}

static bool same_tree(const struct quire_json_node *a, const struct quire_json_node *b)
{
    if (a->kind != b->kind || a->children_size != b->children_size) return false;
    if (a->kind == QUIRE_JSON_STRING || a->kind == QUIRE_JSON_NUMBER)
        return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
    const struct quire_json_node *right = b->first;
    for (const struct quire_json_node *left = a->first; left != NULL;
         left = left->next, right = right->next) {
        if (left->key != NULL && strcmp(left->key, right->key) != 0) return false;
        if (!same_tree(left, right)) return false;
    }
    return true;
}

/* Escapes of surrogate pairs are none of YAML, and what folds lines is not the same in both. */
static bool is_plain(const char *text)
{
    return strpbrk(text, "\\\n\r\x7f") == NULL && strstr(text, "\xc2\x85") == NULL &&
           strstr(text, "\xe2\x80") == NULL;
}

static void check_trees(const char *text)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {.blocks = NULL};
    struct quire_json_node *json = NULL, *yaml = NULL;
    struct quire_error error;
    size_t at = 0;
    int code = quire_yaml_tree_parse(text, strlen(text), &arena, &yaml, &error);
    if (code != 0) fuzz_check_error(code, &error);
    if (code != 0 || quire_json_tree_parse(text, strlen(text), &arena, &json, &at) != 0) return;
    if (is_plain(text)) FUZZ_CHECK(same_tree(json, yaml), "%s", text);
}

void fuzz_rules(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct quire_rules *rules = NULL;
    struct quire_error error;
    char *text = fuzz_take_text(&bytes);
    int code = quire_rules_parse(text, size, &rules, &error);
    if (code != 0)
        fuzz_check_error(code, &error);
    else
        FUZZ_CHECK(quire_rules_at(rules, 0) != NULL, "%zu", size);
    for (size_t i = 0; code == 0 && quire_rules_at(rules, i) != NULL; i++)
        check_rule(quire_rules_at(rules, i));
    quire_rules_free(rules);
    check_trees(text);
    quire_free(text);
}
