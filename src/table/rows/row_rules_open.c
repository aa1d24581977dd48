/* The rules as the metadata has them, parsed and bound once. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "table/rows/row_rules_private.h"
#include "table/schema/delta_type.h"
#include "table/schema/protocol_raise.h"

#define CONSTRAINT "delta.constraints."

void quire_row_rules_close(struct quire_row_rules *rules)
{
    size_t computed_size, constraints_size;
    if (rules == NULL) return;
    struct quire_row_computed *computed = quire_row_rules_computed(rules, &computed_size);
    struct quire_row_constraint *constraints =
        quire_row_rules_constraints(rules, &constraints_size);
    for (size_t i = 0; i < computed_size; i++) {
        quire_expr_free(computed[i].expr);
        quire_schema_release(&computed[i].type);
        quire_row_check_release(&computed[i].same);
    }
    for (size_t i = 0; i < constraints_size; i++)
        quire_row_check_release(&constraints[i].check);
    quire_buf_release(&rules->computed);
    quire_buf_release(&rules->constraints);
    quire_arena_release(&rules->arena);
    quire_free(rules);
}

/* --- Opening ------------------------------------------------------------------------------- */

/* An expression that this build does not understand stops all writing. */
static int refuse(const struct quire_row_rules *rules, int code, const char *what, const char *name,
                  struct quire_error *error)
{
    char cause[sizeof(error->cause)];
    if (error == NULL || code == QUIRE_MEMORY)
        return code == QUIRE_MEMORY ? code : QUIRE_UNSUPPORTED;
    memcpy(cause, error->cause, sizeof(cause));
    return quire_fail(error, QUIRE_UNSUPPORTED, rules->source.verb,
                      "the %s \"%.100s\" is not understood by this build: %.300s", what, name,
                      cause);
}

static int add_constraint(struct quire_row_rules *rules, const char *what, const char *name,
                          const char *text, struct quire_error *error)
{
    struct quire_row_constraint made = {.what = what, .name = name, .text = text};
    int code = quire_row_check_open(text, rules->source.schema, &made.check, error);
    if (code != 0) code = refuse(rules, code, what, name, error);
    if (code == 0 && quire_buf_append(&rules->constraints, &made, sizeof(made)) != 0)
        code = quire_fail_memory(error, rules->source.verb);
    if (code != 0) quire_row_check_release(&made.check);
    return code;
}

/* That the column is what the expression gives, where null is null. */
static int open_same(struct quire_row_rules *rules, const char *text,
                     struct quire_row_computed *made, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf same = {0};
    const char *name = rules->source.schema->children[made->column]->name;
    int code = quire_buf_push(&same, '`');
    for (const char *at = name; *at != '\0' && code == 0; at++) {
        if (*at == '`') code = quire_buf_push(&same, '`');
        if (code == 0) code = quire_buf_push(&same, (uint8_t)*at);
    }
    if (code == 0) code = quire_buf_printf(&same, "` <=> (%s)", text);
    if (code == 0) code = quire_buf_terminate(&same);
    if (code != 0) return quire_fail_memory(error, rules->source.verb);
    return quire_row_check_open((const char *)same.data, rules->source.schema, &made->same, error);
}

static void release_computed(struct quire_row_computed *made)
{
    quire_expr_free(made->expr);
    quire_schema_release(&made->type);
    quire_row_check_release(&made->same);
}

static int add_computed(struct quire_row_rules *rules, size_t column, bool generated,
                        const char *text, struct quire_error *error)
{
    const char *name = rules->source.schema->children[column]->name;
    const char *what = generated ? "generated column" : "default of column";
    struct quire_row_computed made = {.column = column, .generated = generated};
    int code = quire_expr_parse(text, &made.expr, error);
    if (code == 0) code = quire_expr_bind(made.expr, rules->source.schema, error);
    if (code == 0) code = quire_expr_result_schema(made.expr, name, &made.type, error);
    if (code == 0 && generated) code = open_same(rules, text, &made, error);
    if (code != 0) code = refuse(rules, code, what, name, error);
    if (code == 0 && quire_buf_append(&rules->computed, &made, sizeof(made)) != 0)
        code = quire_fail_memory(error, rules->source.verb);
    if (code != 0) release_computed(&made);
    return code;
}

/* {"expression": {"expression": "x > 3"}}, as a text in the metadata. */
static int add_invariant(struct quire_row_rules *rules, const struct quire_delta_field *field,
                         struct quire_error *error)
{
    const struct quire_delta_member *member = quire_delta_field_get(field, "delta.invariants");
    struct quire_json_node *root = NULL;
    size_t at;
    if (member == NULL) return 0;
    int code = member->text == NULL ? QUIRE_INPUT
                                    : quire_json_tree_parse(member->text, strlen(member->text),
                                                            &rules->arena, &root, &at);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, rules->source.verb);
    const char *text =
        code != 0 ? NULL
                  : quire_json_tree_text(quire_json_tree_get(root, "expression"), "expression");
    if (text == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, rules->source.verb,
                          "the invariant of column \"%.100s\" is not understood by this build",
                          field->name);
    return add_constraint(rules, "invariant of column", field->name, text, error);
}

/* Invariants are of columns and of fields of structs. */
static int add_invariants(struct quire_row_rules *rules, const struct quire_delta_type *type,
                          struct quire_error *error)
{
    for (size_t i = 0; i < type->fields_size; i++) {
        QUIRE_TRY(add_invariant(rules, &type->fields[i], error));
        QUIRE_TRY(add_invariants(rules, type->fields[i].type, error));
    }
    return 0;
}

static int add_columns(struct quire_row_rules *rules, const struct quire_delta_type *root,
                       bool generated, struct quire_error *error)
{
    static const char *const keys[] = {"CURRENT_DEFAULT", "delta.generationExpression"};
    for (size_t i = 0; i < root->fields_size; i++) {
        const struct quire_delta_member *member =
            quire_delta_field_get(&root->fields[i], keys[generated]);
        if (member == NULL || member->text == NULL) continue;
        QUIRE_TRY(add_computed(rules, i, generated, member->text, error));
    }
    return 0;
}

static int open_rules(struct quire_row_rules *rules, struct quire_error *error)
{
    const struct quire_metadata_action *metadata = rules->source.metadata;
    const struct quire_pairs *configuration = &metadata->configuration;
    struct quire_delta_type *root = NULL;
    QUIRE_TRY(quire_delta_type_read(&metadata->schema, &rules->arena, &root, error));
    if ((int64_t)root->fields_size > rules->source.schema->n_children)
        return quire_fail(error, QUIRE_INTERNAL, rules->source.verb,
                          "the schema is not that of the table");
    QUIRE_TRY(quire_identities_read(metadata, rules->source.protocol, rules->source.verb,
                                    &rules->arena, &rules->identities, error));
    if (quire_protocol_supports(rules->source.protocol, "allowColumnDefaults"))
        QUIRE_TRY(add_columns(rules, root, false, error));
    QUIRE_TRY(add_columns(rules, root, true, error));
    QUIRE_TRY(add_invariants(rules, root, error));
    for (size_t i = 0; i < configuration->size; i++) {
        struct quire_pair pair = configuration->items[i];
        if (quire_bytes_copy(&rules->arena, &pair.key) != 0 ||
            quire_bytes_copy(&rules->arena, &pair.value) != 0)
            return quire_fail_memory(error, rules->source.verb);
        const char *key = (const char *)pair.key.data, *text = (const char *)pair.value.data;
        if (key == NULL || text == NULL || strncmp(key, CONSTRAINT, strlen(CONSTRAINT)) != 0)
            continue;
        QUIRE_TRY(add_constraint(rules, "constraint", key + strlen(CONSTRAINT), text, error));
    }
    return 0;
}

int quire_row_rules_open(const struct quire_row_rules_source *source,
                         struct quire_row_rules **rules, struct quire_error *error)
{
    struct quire_row_rules *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, source->verb);
    made->source = *source;
    int code = open_rules(made, error);
    if (code == 0)
        *rules = made;
    else
        quire_row_rules_close(made);
    return code;
}
