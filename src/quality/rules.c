/* A set of rules as it grows. What can be known of a rule without rows is checked when it is
 * added, so that a set only holds rules that can be bound. */
#include "quality/rules.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/expr.h"

int quire_rules_new(struct quire_rules **rules, struct quire_error *error)
{
    struct quire_rules *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, QUIRE_RULES_OPERATION);
    made->min_validation_rate = 95;
    made->max_invalid_rows_percent = 5;
    *rules = made;
    return 0;
}

void quire_rules_free(struct quire_rules *rules)
{
    if (rules == NULL) return;
    quire_arena_release(&rules->arena);
    quire_free(rules->items);
    quire_free(rules->lines);
    quire_free(rules);
}

/* --- Errors -------------------------------------------------------------------------------- */

void quire_rules_blame_text(const char *name, size_t line, struct quire_error *error)
{
    if (error == NULL || error->code == QUIRE_MEMORY) return;
    struct quire_error inner = *error;
    int shown = (int)strcspn(name, "\n");
    if (shown > 100) shown = 100;
    if (line > 0)
        quire_fail(error, inner.code, QUIRE_RULES_OPERATION, "line %zu: rule \"%.*s\": %s", line,
                   shown, name, inner.cause);
    else
        quire_fail(error, inner.code, QUIRE_RULES_OPERATION, "rule \"%.*s\": %s", shown, name,
                   inner.cause);
    quire_error_at(error, inner.row, inner.column, inner.byte);
    if (inner.hint[0] != '\0') quire_error_hint(error, "%s", inner.hint);
}

void quire_rules_blame(const struct quire_rules *rules, size_t index, struct quire_error *error)
{
    quire_rules_blame_text(rules->items[index].name, rules->lines[index], error);
    if (rules->path != NULL) quire_error_path(error, rules->path);
}

/* --- Adding -------------------------------------------------------------------------------- */

static int check_values(const struct quire_rule *rule, struct quire_error *error)
{
    if (rule->on_fail > QUIRE_RULE_FAIL || rule->nulls > QUIRE_RULE_NULLS_FAIL)
        return quire_fail(error, QUIRE_USAGE, QUIRE_RULES_OPERATION,
                          "on_fail or nulls is none of their values");
    if (rule->examples > QUIRE_RULE_EXAMPLES_MAX)
        return quire_fail(error, QUIRE_USAGE, QUIRE_RULES_OPERATION, "more than %d examples",
                          QUIRE_RULE_EXAMPLES_MAX);
    return 0;
}

static int check_rule(const struct quire_rules *rules, const struct quire_rule *rule,
                      struct quire_error *error)
{
    struct quire_expr *expr = NULL;
    QUIRE_TRY(check_values(rule, error));
    for (size_t i = 0; i < rules->size; i++) {
        if (strcmp(rules->items[i].name, rule->name) != 0) continue;
        return quire_fail(error, QUIRE_USAGE, QUIRE_RULES_OPERATION,
                          "there is a rule of this name already");
    }
    QUIRE_TRY(quire_expr_parse(rule->check, &expr, error));
    quire_expr_free(expr);
    return 0;
}

static int make_room(struct quire_rules *rules)
{
    if (rules->size < rules->capacity) return 0;
    size_t capacity = rules->capacity > 0 ? rules->capacity * 2 : 16;
    struct quire_rule *items = quire_realloc(rules->items, capacity * sizeof(*items));
    if (items == NULL) return QUIRE_MEMORY;
    rules->items = items;
    size_t *lines = quire_realloc(rules->lines, capacity * sizeof(*lines));
    if (lines == NULL) return QUIRE_MEMORY;
    rules->lines = lines;
    rules->capacity = capacity;
    return 0;
}

static const char *keep(struct quire_rules *rules, const char *text)
{
    return quire_arena_strndup(&rules->arena, text, strlen(text));
}

int quire_rules_add_line(struct quire_rules *rules, const struct quire_rule *rule, size_t line,
                         struct quire_error *error)
{
    struct quire_rule own = *rule;
    if (rule->check == NULL)
        return quire_fail(error, QUIRE_USAGE, QUIRE_RULES_OPERATION, "a rule without a check");
    if (own.name == NULL) own.name = own.check;
    if (rules->size == QUIRE_RULES_MAX)
        return quire_fail(error, QUIRE_LIMIT, QUIRE_RULES_OPERATION, "more than %d rules",
                          QUIRE_RULES_MAX);
    int code = check_rule(rules, &own, error);
    if (code != 0) {
        quire_rules_blame_text(own.name, line, error);
        return code;
    }
    own.name = keep(rules, own.name);
    own.check = keep(rules, own.check);
    if (own.column != NULL) own.column = keep(rules, own.column);
    if (own.name == NULL || own.check == NULL || (rule->column != NULL && own.column == NULL) ||
        make_room(rules) != 0)
        return quire_fail_memory(error, QUIRE_RULES_OPERATION);
    if (own.examples == 0) own.examples = QUIRE_RULE_EXAMPLES_DEFAULT;
    rules->items[rules->size] = own;
    rules->lines[rules->size++] = line;
    return 0;
}

int quire_rules_add(struct quire_rules *rules, const struct quire_rule *rule,
                    struct quire_error *error)
{
    return quire_rules_add_line(rules, rule, 0, error);
}

static bool is_percent(double value)
{
    return value >= 0 && value <= 100; /* NaN is not */
}

int quire_rules_set_limits(struct quire_rules *rules, double min_validation_rate,
                           double max_invalid_rows_percent, struct quire_error *error)
{
    if (!is_percent(min_validation_rate) || !is_percent(max_invalid_rows_percent))
        return quire_fail(error, QUIRE_USAGE, QUIRE_RULES_OPERATION, "%s is from 0 to 100",
                          is_percent(min_validation_rate) ? "max_invalid_rows_percent"
                                                          : "min_validation_rate");
    rules->min_validation_rate = min_validation_rate;
    rules->max_invalid_rows_percent = max_invalid_rows_percent;
    return 0;
}

/* --- Looking ------------------------------------------------------------------------------- */

const struct quire_rule *quire_rules_at(const struct quire_rules *rules, size_t index)
{
    return index < rules->size ? &rules->items[index] : NULL;
}

int quire_rules_each_column(const struct quire_rules *rules,
                            int (*take)(void *user, const char *name), void *user)
{
    for (size_t i = 0; i < rules->size; i++) {
        struct quire_expr *expr = NULL;
        QUIRE_TRY(quire_expr_parse(rules->items[i].check, &expr, NULL));
        int code = quire_expr_each_column(expr, take, user);
        quire_expr_free(expr);
        if (code != 0) return code;
    }
    return 0;
}
