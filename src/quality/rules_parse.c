/* A rules file, YAML or JSON, which make the same tree. Each mapping of the file is a table of
 * option rows, so that what a key takes, and which key was meant, is told as for any option. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/yaml_tree.h"
#include "quality/rules.h"
#include "quire/option.h"

struct file_keys {
    char *rules; /* never set: a list */
    double min_validation_rate, max_invalid_rows_percent;
};

struct rule_keys {
    char *name, *check, *column;
    int32_t on_fail, nulls;
    int64_t examples;
};

#define FILE_AT(field) offsetof(struct file_keys, field)
enum file_row { ROW_RULES, ROW_RATE, ROW_INVALID };
static const struct quire_option file_rows[] = {
    {.name = "rules", .type = QUIRE_OPTION_TEXT, .offset = FILE_AT(rules), .help = "the rules"},
    {.name = "min_validation_rate",
     .type = QUIRE_OPTION_NUMBER,
     .offset = FILE_AT(min_validation_rate),
     .help = "percent of the rows that must be valid"},
    {.name = "max_invalid_rows_percent",
     .type = QUIRE_OPTION_NUMBER,
     .offset = FILE_AT(max_invalid_rows_percent),
     .help = "percent of the rows that may be invalid"},
};

#define RULE_AT(field) offsetof(struct rule_keys, field)
enum rule_row { ROW_NAME, ROW_CHECK, ROW_COLUMN, ROW_ON_FAIL };
static const struct quire_option rule_rows[] = {
    {.name = "name", .type = QUIRE_OPTION_TEXT, .offset = RULE_AT(name), .help = "for reports"},
    {.name = "check",
     .type = QUIRE_OPTION_TEXT,
     .offset = RULE_AT(check),
     .help = "the condition that rows keep"},
    {.name = "column",
     .type = QUIRE_OPTION_TEXT,
     .offset = RULE_AT(column),
     .help = "the column that reports name"},
    {.name = "on_fail",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "warn",
     .offset = RULE_AT(on_fail),
     .choices = "warn|reject|fail",
     .help = "what happens to a row that breaks it"},
    {.name = "nulls",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "pass",
     .offset = RULE_AT(nulls),
     .choices = "pass|fail",
     .help = "what a condition that is null means"},
    {.name = "examples",
     .type = QUIRE_OPTION_INT,
     .default_text = "5",
     .offset = RULE_AT(examples),
     .max = QUIRE_RULE_EXAMPLES_MAX,
     .help = "rows that are kept as examples"},
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
static const struct quire_option_table file_table = {file_rows, COUNT(file_rows),
                                                     sizeof(struct file_keys)};
static const struct quire_option_table rule_table = {rule_rows, COUNT(rule_rows),
                                                     sizeof(struct rule_keys)};

struct parsing {
    const char *text;
    enum quire_rule_action action; /* of rules that do not say it */
    struct quire_rules *rules;
    struct quire_error *error;
};

/* --- Places -------------------------------------------------------------------------------- */

static size_t line_at(const char *text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

static size_t line_of(const struct parsing *parsing, const struct quire_json_node *node)
{
    return line_at(parsing->text, (size_t)(node->raw - parsing->text));
}

static int fail_node(const struct parsing *parsing, const struct quire_json_node *node,
                     const char *cause)
{
    return quire_fail(parsing->error, QUIRE_USAGE, QUIRE_RULES_OPERATION, "line %zu: %s",
                      line_of(parsing, node), cause);
}

/* Puts the line before a cause that an option row gave. */
static int add_line(const struct parsing *parsing, const struct quire_json_node *node, int code)
{
    struct quire_error *error = parsing->error;
    if (code == 0 || code == QUIRE_MEMORY || error == NULL) return code;
    struct quire_error inner = *error;
    (void)fail_node(parsing, node, inner.cause);
    if (inner.hint[0] != '\0') quire_error_hint(error, "%s", inner.hint);
    error->code = code;
    return code;
}

/* --- Mappings ------------------------------------------------------------------------------ */

/* The text of a single value as an option takes it; NULL for lists and mappings. */
static const char *scalar_text(const struct quire_json_node *node)
{
    switch (node->kind) {
    case QUIRE_JSON_TRUE: return "true";
    case QUIRE_JSON_FALSE: return "false";
    case QUIRE_JSON_NULL: return "";
    case QUIRE_JSON_NUMBER:
    case QUIRE_JSON_STRING: return strlen(node->text) == node->size ? node->text : NULL;
    default: return NULL;
    }
}

static int set_member(const struct parsing *parsing, const struct quire_option_table *table,
                      void *keys, const struct quire_json_node *member, uint64_t *seen)
{
    const struct quire_option *row = quire_options_find(table, member->key);
    const char *value = scalar_text(member);
    if (row != NULL && (*seen >> (row - table->rows) & 1) != 0)
        return fail_node(parsing, member, "a key that was given before");
    if (row != NULL) *seen |= UINT64_C(1) << (row - table->rows);
    if (row != NULL && (value == NULL || value[0] == '\0')) {
        char cause[100];
        snprintf(cause, sizeof(cause), "%s wants a %s", row->name,
                 row->type == QUIRE_OPTION_TEXT ? "text" : "value");
        return fail_node(parsing, member, cause);
    }
    int code = quire_options_set(table, keys, member->key, value, parsing->error);
    return add_line(parsing, member, code);
}

static int set_members(const struct parsing *parsing, const struct quire_option_table *table,
                       void *keys, const struct quire_json_node *node, uint64_t *seen)
{
    for (const struct quire_json_node *member = node->first; member != NULL; member = member->next)
        QUIRE_TRY(set_member(parsing, table, keys, member, seen));
    return 0;
}

static void release_rule_keys(struct rule_keys *keys)
{
    quire_options_release(&rule_table, keys);
}

/* The line of the check, which is there, however its key is spelled. */
static size_t line_of_check(const struct parsing *parsing, const struct quire_json_node *rule)
{
    const struct quire_json_node *member = rule->first;
    while (quire_options_find(&rule_table, member->key) != &rule_rows[ROW_CHECK])
        member = member->next;
    return line_of(parsing, member);
}

static int add_rule(const struct parsing *parsing, const struct quire_json_node *node)
{
    QUIRE_CLEANUP(release_rule_keys) struct rule_keys keys;
    uint64_t seen = 0;
    QUIRE_TRY(quire_options_init(&rule_table, &keys, parsing->error));
    if (node->kind != QUIRE_JSON_OBJECT)
        return fail_node(parsing, node, "a rule is a mapping with a key \"check\"");
    QUIRE_TRY(set_members(parsing, &rule_table, &keys, node, &seen));
    if (keys.check == NULL) return fail_node(parsing, node, "a rule without a check");
    bool says_action = (seen >> ROW_ON_FAIL & 1) != 0;
    const struct quire_rule rule = {.name = keys.name,
                                    .check = keys.check,
                                    .column = keys.column,
                                    .on_fail = says_action ? (enum quire_rule_action)keys.on_fail
                                                           : parsing->action,
                                    .nulls = (enum quire_rule_nulls)keys.nulls,
                                    .examples = keys.examples > 0 ? keys.examples : -1};
    return quire_rules_add_line(parsing->rules, &rule, line_of_check(parsing, node),
                                parsing->error);
}

/* What is missing to 100, of what is no share nothing. */
static double rest(double percent)
{
    return percent >= 0 && percent <= 100 ? 100 - percent : 0;
}

/* One limit that is given alone takes the other with it: 80 percent valid are 20 invalid. */
static int set_limits(const struct parsing *parsing, const struct file_keys *keys, uint64_t seen)
{
    double rate = keys->min_validation_rate, invalid = keys->max_invalid_rows_percent;
    bool has_rate = (seen >> ROW_RATE & 1) != 0, has_invalid = (seen >> ROW_INVALID & 1) != 0;
    if (!has_rate && !has_invalid) return 0;
    return quire_rules_set_limits(parsing->rules, has_rate ? rate : rest(invalid),
                                  has_invalid ? invalid : rest(rate), parsing->error);
}

/* The list is the one member that is no single value. */
static int take_members(const struct parsing *parsing, const struct quire_json_node *root,
                        struct file_keys *keys, const struct quire_json_node **list)
{
    const struct quire_json_node *limit = root;
    uint64_t seen = 0;
    for (const struct quire_json_node *member = root->first; member != NULL;
         member = member->next) {
        if (quire_options_find(&file_table, member->key) != &file_rows[ROW_RULES]) {
            QUIRE_TRY(set_member(parsing, &file_table, keys, member, &seen));
            limit = member;
            continue;
        }
        if (*list != NULL) return fail_node(parsing, member, "a key that was given before");
        if (member->kind != QUIRE_JSON_ARRAY)
            return fail_node(parsing, member, "rules wants a list");
        *list = member;
    }
    return add_line(parsing, limit, set_limits(parsing, keys, seen));
}

static int take_file(const struct parsing *parsing, const struct quire_json_node *root)
{
    struct file_keys keys = {.rules = NULL};
    const struct quire_json_node *list = NULL;
    if (root->kind != QUIRE_JSON_OBJECT)
        return fail_node(parsing, root, "a rules file is a mapping with a list of \"rules\"");
    QUIRE_TRY(take_members(parsing, root, &keys, &list));
    if (list == NULL || list->first == NULL)
        return fail_node(parsing, list != NULL ? list : root, "there are no rules");
    for (const struct quire_json_node *rule = list->first; rule != NULL; rule = rule->next)
        QUIRE_TRY(add_rule(parsing, rule));
    return 0;
}

/* --- Texts --------------------------------------------------------------------------------- */

static int parse_json(const char *text, size_t size, struct quire_arena *arena,
                      struct quire_json_node **root, struct quire_error *error)
{
    size_t at = 0;
    int code = quire_json_tree_parse(text, size, arena, root, &at);
    if (code == 0) return 0;
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_RULES_OPERATION);
    quire_fail(error, code, QUIRE_RULES_OPERATION, "line %zu: it begins with '{' and is no JSON",
               line_at(text, at));
    quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)at);
    return code;
}

static int parse_text(const char *text, size_t size, enum quire_rule_action action,
                      struct quire_rules *rules, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {.blocks = NULL};
    struct quire_json_node *root = NULL;
    const struct parsing parsing = {text, action, rules, error};
    size_t blank = 0;
    while (blank < size && strchr(" \t\r\n", text[blank]) != NULL && text[blank] != '\0')
        blank++;
    if (size > QUIRE_RULES_BYTES_MAX)
        return quire_fail(error, QUIRE_LIMIT, QUIRE_RULES_OPERATION, "too long for a rules file");
    if (blank < size && text[blank] == '{')
        QUIRE_TRY(parse_json(text, size, &arena, &root, error));
    else
        QUIRE_TRY(quire_yaml_tree_parse(text, size, &arena, &root, error));
    return take_file(&parsing, root);
}

int quire_rules_parse_as(const char *text, size_t size, enum quire_rule_action action,
                         struct quire_rules **rules, struct quire_error *error)
{
    struct quire_rules *made = NULL;
    QUIRE_TRY(quire_rules_new(&made, error));
    int code = parse_text(text, size, action, made, error);
    if (code != 0)
        quire_rules_free(made);
    else
        *rules = made;
    return code;
}

int quire_rules_parse(const char *text, size_t size, struct quire_rules **rules,
                      struct quire_error *error)
{
    return quire_rules_parse_as(text, size, QUIRE_RULE_WARN, rules, error);
}
