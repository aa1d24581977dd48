#include "base/cleanup.h"
#include "base/fail.h"
#include "table/rows/row_rules_private.h"

/* --- Rows ---------------------------------------------------------------------------------- */

static bool has_column(const struct ArrowSchema *given, const char *name)
{
    for (int64_t i = 0; i < given->n_children; i++)
        if (strcmp(given->children[i]->name, name) == 0) return true;
    return false;
}

void quire_row_rules_begin(struct quire_row_rules *rules, const struct ArrowSchema *given, bool own,
                           struct ArrowSchema *cast)
{
    size_t size;
    struct quire_row_computed *computed = quire_row_rules_computed(rules, &size);
    for (size_t i = 0; i < size; i++) {
        struct quire_row_computed *one = &computed[i];
        one->given = has_column(given, cast->children[one->column]->name);
        if (one->generated && rules->source.regenerate) one->given = false;
        if (!one->given) cast->children[one->column]->flags |= ARROW_FLAG_NULLABLE;
    }
    for (size_t i = 0; i < rules->identities.size; i++) {
        struct quire_identity *one = &rules->identities.items[i];
        bool has = has_column(given, one->name);
        one->fills = !has || (!own && !one->by_default);
        one->taken = one->taken || (has && !own && one->by_default);
        if (one->fills) cast->children[one->column]->flags |= ARROW_FLAG_NULLABLE;
    }
}

struct quire_identities *quire_row_rules_identities(struct quire_row_rules *rules)
{
    return &rules->identities;
}

static int compute(struct quire_row_rules *rules, struct quire_row_computed *one,
                   struct ArrowArray *batch, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray values = {.release = NULL};
    const struct ArrowSchema *to = rules->source.schema->children[one->column];
    const struct quire_cast_options exact = {.allow_null = false};
    struct ArrowArray made = {.release = NULL};
    int code = quire_expr_evaluate(one->expr, batch, &values, error);
    if (code == 0) code = quire_cast(&one->type, &values, to, &exact, &made, error);
    if (code != 0) {
        quire_error_at(error, QUIRE_NOWHERE, to->name, QUIRE_NOWHERE);
        return code;
    }
    quire_array_release(batch->children[one->column]);
    *batch->children[one->column] = made;
    return 0;
}

static int fail_row(struct quire_row_check *check, const struct ArrowArray *batch, int64_t row,
                    const char *verb, const char *what, const char *name, const char *text,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf values = {0};
    QUIRE_TRY(quire_row_check_show(check, batch, row, &values, error));
    quire_fail(error, QUIRE_INPUT, verb, "a row breaks the %s \"%.100s\" (%.150s): %.200s", what,
               name, text, (const char *)values.data);
    quire_error_at(error, row + 1, NULL, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

static int check_given(struct quire_row_rules *rules, struct quire_row_computed *one,
                       const struct ArrowArray *batch, struct quire_error *error)
{
    const char *name = rules->source.schema->children[one->column]->name;
    int64_t broken, first;
    int code = quire_row_check_batch(&one->same, batch, &broken, &first, error);
    quire_error_at(code != 0 ? error : NULL, QUIRE_NOWHERE, name, QUIRE_NOWHERE);
    QUIRE_TRY(code);
    if (broken == 0) return 0;
    code = fail_row(&one->same, batch, first, rules->source.verb, "generated column", name,
                    "its value is not what its expression gives", error);
    quire_error_at(error, QUIRE_NOWHERE, name, QUIRE_NOWHERE);
    return code;
}

void quire_row_rules_begin_changed(struct quire_row_rules *rules,
                                   bool (*is_set)(const void *user, const char *column),
                                   const void *user)
{
    size_t size;
    struct quire_row_computed *computed = quire_row_rules_computed(rules, &size);
    for (size_t i = 0; i < size; i++)
        computed[i].given = !computed[i].generated ||
                            is_set(user, rules->source.schema->children[computed[i].column]->name);
}

int quire_row_rules_complete(struct quire_row_rules *rules, struct ArrowArray *batch,
                             struct quire_error *error)
{
    size_t size;
    struct quire_row_computed *computed = quire_row_rules_computed(rules, &size);
    if (batch->length == 0) return 0;
    for (size_t i = 0; i < rules->identities.size; i++)
        if (rules->identities.items[i].fills)
            QUIRE_TRY(quire_identity_fill(&rules->identities.items[i], batch, error));
    for (size_t i = 0; i < size; i++)
        if (!computed[i].given) QUIRE_TRY(compute(rules, &computed[i], batch, error));
    for (size_t i = 0; i < size; i++)
        if (computed[i].given && computed[i].generated)
            QUIRE_TRY(check_given(rules, &computed[i], batch, error));
    return 0;
}

static int apply(struct quire_row_rules *rules, struct ArrowArray *batch, struct quire_error *error)
{
    size_t size;
    QUIRE_TRY(quire_row_rules_complete(rules, batch, error));
    struct quire_row_constraint *constraints = quire_row_rules_constraints(rules, &size);
    for (size_t i = 0; i < size; i++) {
        struct quire_row_constraint *one = &constraints[i];
        int64_t broken, first;
        int code = quire_row_check_batch(&one->check, batch, &broken, &first, error);
        if (code != 0 && error != NULL)
            quire_error_hint(error, "that is where the %s \"%.100s\" was checked", one->what,
                             one->name);
        QUIRE_TRY(code);
        if (broken > 0)
            return fail_row(&one->check, batch, first, rules->source.verb, one->what, one->name,
                            one->text, error);
    }
    return 0;
}

int quire_row_rules_apply(struct quire_row_rules *rules, struct ArrowArray *batch, int64_t before,
                          struct quire_error *error)
{
    if (batch->length == 0) return 0;
    int code = apply(rules, batch, error);
    if (code != 0 && error != NULL && error->row != QUIRE_NOWHERE) error->row += before;
    return code;
}
