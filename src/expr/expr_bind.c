/* Gives an expression its types over a schema: names become ways to columns, arguments get the
 * casts that their functions want, and what depends on no column is computed once. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "expr/expr_function.h"

static void *take(struct quire_arena *arena, size_t size, struct quire_error *error)
{
    void *memory = quire_arena_alloc(arena, size);
    if (memory == NULL) (void)quire_fail_memory(error, "expression");
    return memory;
}

/* --- Columns ------------------------------------------------------------------------------- */

/* A field by name: exactly, or else the only one that is so but for the case of letters. */
static int64_t find_child(const struct quire_field *parent, const char *name, bool *ambiguous)
{
    int64_t found = quire_field_child(parent, name, strlen(name));
    *ambiguous = false;
    if (found >= 0) return found;
    for (size_t i = 0; i < parent->children_size; i++) {
        if (!quire_text_equal_ignore_case(parent->children[i].name, name)) continue;
        if (found >= 0) *ambiguous = true;
        found = (int64_t)i;
    }
    return found;
}

static void hint_nearest(const struct quire_field *parent, const char *name,
                         struct quire_error *error)
{
    size_t best = strlen(name) / 2 + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < parent->children_size; i++) {
        size_t distance = quire_text_distance(name, parent->children[i].name, best);
        if (distance >= best) continue;
        best = distance;
        nearest = parent->children[i].name;
    }
    if (nearest != NULL) quire_error_hint(error, "did you mean %s?", nearest);
}

static int fail_column(const struct quire_expr_node *node, const struct quire_field *parent,
                       const char *name, bool ambiguous, struct quire_error *error)
{
    int code;
    if (ambiguous)
        code = quire_expr_fail_at(error, QUIRE_USAGE, node->at,
                                  "more than one column is named %s but for case", name);
    else
        code = quire_expr_fail_at(error, QUIRE_USAGE, node->at, "no column is named %s", name);
    if (!ambiguous) hint_nearest(parent, name, error);
    return code;
}

int quire_expr_find_field(const struct quire_expr_node *parsed, const struct quire_field *parent,
                          const char *name, uint32_t *index, struct quire_error *error)
{
    bool ambiguous = false;
    int64_t child = find_child(parent, name, &ambiguous);
    if (child < 0 || ambiguous) return fail_column(parsed, parent, name, ambiguous, error);
    *index = (uint32_t)child;
    return 0;
}

static int bind_column(const struct quire_expr_node *parsed, const struct quire_field *schema,
                       struct quire_arena *arena, struct quire_expr_node *node,
                       struct quire_error *error)
{
    uint32_t *path = take(arena, parsed->parts_size * sizeof(*path), error);
    if (path == NULL) return QUIRE_MEMORY;
    const struct quire_field *field = schema;
    for (size_t i = 0; i < parsed->parts_size; i++) {
        if (field->kind != QUIRE_KIND_STRUCT)
            return quire_expr_fail_at(error, QUIRE_USAGE, parsed->at,
                                      "%s has no fields: it is no struct", parsed->parts[i - 1]);
        QUIRE_TRY(quire_expr_find_field(parsed, field, parsed->parts[i], &path[i], error));
        field = &field->children[path[i]];
    }
    node->path = path;
    node->path_size = parsed->parts_size;
    node->field = field;
    node->type = quire_expr_type_of_field(field);
    return 0;
}

/* --- Casts --------------------------------------------------------------------------------- */

int quire_expr_cast_to(struct quire_arena *arena, struct quire_expr_node **arg,
                       const struct quire_expr_type *type, struct quire_error *error)
{
    char from[QUIRE_EXPR_TYPE_TEXT_MAX], to[QUIRE_EXPR_TYPE_TEXT_MAX];
    if (quire_expr_type_equal(&(*arg)->type, type)) return 0;
    if (!quire_expr_can_cast(&(*arg)->type, type)) {
        quire_expr_type_print(&(*arg)->type, from);
        quire_expr_type_print(type, to);
        return quire_expr_fail_at(error, QUIRE_USAGE, (*arg)->at, "a value of %s cannot become %s",
                                  from, to);
    }
    struct quire_expr_node *cast = take(arena, sizeof(*cast), error);
    struct quire_expr_node **args = take(arena, sizeof(struct quire_expr_node *), error);
    if (cast == NULL || args == NULL) return QUIRE_MEMORY;
    args[0] = *arg;
    *cast = (struct quire_expr_node){.kind = QUIRE_EXPR_CAST,
                                     .type = *type,
                                     .at = (*arg)->at,
                                     .implied = true,
                                     .args = args,
                                     .args_size = 1};
    *arg = cast;
    return 0;
}

int quire_expr_find_common(const struct quire_expr_type *a, const struct quire_expr_node *b,
                           bool as_text, struct quire_expr_type *common, struct quire_error *error)
{
    char left[QUIRE_EXPR_TYPE_TEXT_MAX], right[QUIRE_EXPR_TYPE_TEXT_MAX];
    if (quire_expr_type_common(a, &b->type, as_text, common)) return 0;
    quire_expr_type_print(a, left);
    quire_expr_type_print(&b->type, right);
    return quire_expr_fail_at(error, QUIRE_USAGE, b->at, "%s and %s have no type in common", left,
                              right);
}

int quire_expr_cast_alike(struct quire_arena *arena, struct quire_expr_node *call, size_t first,
                          bool as_text, struct quire_expr_type *common, struct quire_error *error)
{
    *common = call->args[first]->type;
    for (size_t i = first + 1; i < call->args_size; i++) {
        const struct quire_expr_type so_far = *common;
        QUIRE_TRY(quire_expr_find_common(&so_far, call->args[i], as_text, common, error));
    }
    if (common->id == QUIRE_EXPR_NESTED)
        return quire_expr_fail_at(error, QUIRE_UNSUPPORTED, call->at,
                                  "lists, structs and maps are neither compared nor chosen; their "
                                  "fields can be");
    for (size_t i = first; i < call->args_size; i++)
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[i], common, error));
    return 0;
}

static int refuse_argument(const struct quire_expr_node *arg, const char *wanted,
                           struct quire_error *error)
{
    char text[QUIRE_EXPR_TYPE_TEXT_MAX];
    quire_expr_type_print(&arg->type, text);
    return quire_expr_fail_at(error, QUIRE_USAGE, arg->at, "%s where %s should be", text, wanted);
}

int quire_expr_as_number(struct quire_arena *arena, struct quire_expr_node **arg,
                         const struct quire_expr_type *type, struct quire_error *error)
{
    enum quire_expr_type_id id = (*arg)->type.id;
    if (quire_expr_is_number(id)) return 0;
    if (id != QUIRE_EXPR_STRING && id != QUIRE_EXPR_NULL)
        return refuse_argument(*arg, "a number", error);
    return quire_expr_cast_to(arena, arg, type, error);
}

int quire_expr_want_boolean(struct quire_arena *arena, struct quire_expr_node **arg,
                            struct quire_error *error)
{
    static const struct quire_expr_type boolean = {.id = QUIRE_EXPR_BOOL};
    enum quire_expr_type_id id = (*arg)->type.id;
    if (id != QUIRE_EXPR_BOOL && id != QUIRE_EXPR_NULL)
        return refuse_argument(*arg, "a condition", error);
    return quire_expr_cast_to(arena, arg, &boolean, error);
}

/* --- Constants ----------------------------------------------------------------------------- */

static bool is_constant(const struct quire_expr_node *node)
{
    if (node->kind == QUIRE_EXPR_COLUMN) return false;
    for (size_t i = 0; i < node->args_size; i++)
        if (node->args[i]->kind != QUIRE_EXPR_LITERAL) return false;
    return true;
}

static int copy_bytes(struct quire_arena *arena, struct quire_bytes *bytes,
                      struct quire_error *error)
{
    uint8_t *copy = take(arena, bytes->size + 1, error);
    if (copy == NULL) return QUIRE_MEMORY;
    if (bytes->size > 0) memcpy(copy, bytes->data, bytes->size);
    bytes->data = copy;
    return 0;
}

/* Computes a node whose arguments are all literals, and makes it one. */
static int fold(struct quire_expr_binding *binding, struct quire_expr_node *node,
                struct quire_error *error)
{
    QUIRE_CLEANUP(quire_eval_release)
    struct quire_expr_eval eval = {.rows = 1, .now_us = binding->now_us, .error = error};
    struct quire_vector result;
    QUIRE_TRY(quire_expr_eval_node(&eval, node, &result));
    node->kind = QUIRE_EXPR_LITERAL;
    node->computed = true;
    node->args_size = 0;
    node->is_null = result.null[0] != 0;
    if (node->is_null) return 0;
    switch (node->type.id) {
    case QUIRE_EXPR_BOOL: node->value.boolean = result.booleans[0] != 0; return 0;
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64: node->value.real = result.reals[0]; return 0;
    case QUIRE_EXPR_DECIMAL: node->value.decimal = result.decimals[0]; return 0;
    case QUIRE_EXPR_STRING:
    case QUIRE_EXPR_BINARY:
        node->value.bytes = result.bytes[0];
        return copy_bytes(binding->arena, &node->value.bytes, error);
    default: node->value.integer = result.integers[0]; return 0;
    }
}

/* A constant that cannot be computed fails when a row needs it, not before: the branch of a
 * CASE that it stands in may never be taken. */
static int fold_if_constant(struct quire_expr_binding *binding, struct quire_expr_node *node)
{
    struct quire_error ignored;
    if (node->kind == QUIRE_EXPR_LITERAL || !is_constant(node)) return 0;
    if (fold(binding, node, &ignored) != QUIRE_MEMORY) return 0;
    return quire_fail_memory(binding->error, "expression");
}

/* --- Nodes --------------------------------------------------------------------------------- */

static int bind_args(struct quire_expr_binding *binding, const struct quire_expr_node *parsed,
                     struct quire_expr_node *node)
{
    node->args = take(binding->arena, (parsed->args_size + 1) * sizeof(struct quire_expr_node *),
                      binding->error);
    if (node->args == NULL) return QUIRE_MEMORY;
    bool adds = node->kind == QUIRE_EXPR_CALL &&
                (strcmp(node->function->name, "+") == 0 || strcmp(node->function->name, "-") == 0);
    for (size_t i = 0; i < parsed->args_size; i++) {
        QUIRE_TRY(quire_expr_bind_node(binding, parsed->args[i], &node->args[i]));
        if (node->args[i]->type.id == QUIRE_EXPR_INTERVAL && !adds)
            return quire_expr_fail_at(binding->error, QUIRE_USAGE, node->args[i]->at,
                                      "an interval is only added to dates and timestamps");
    }
    return 0;
}

static int bind_cast(const struct quire_expr_node *node, struct quire_error *error)
{
    const struct quire_expr_node *arg = node->args[0];
    char from[QUIRE_EXPR_TYPE_TEXT_MAX], to[QUIRE_EXPR_TYPE_TEXT_MAX];
    if (quire_expr_can_cast(&arg->type, &node->type)) return 0;
    quire_expr_type_print(&arg->type, from);
    quire_expr_type_print(&node->type, to);
    return quire_expr_fail_at(error, QUIRE_USAGE, node->at, "a value of %s cannot become %s", from,
                              to);
}

/* Some nodes of the parser stand in several places; each place is bound by itself, which the
 * count bounds. */
int quire_expr_bind_node(struct quire_expr_binding *binding, const struct quire_expr_node *parsed,
                         struct quire_expr_node **bound)
{
    struct quire_error *error = binding->error;
    if (++binding->nodes > QUIRE_EXPR_NODES_MAX)
        return quire_expr_fail_at(error, QUIRE_LIMIT, parsed->at, "more than %d terms",
                                  QUIRE_EXPR_NODES_MAX);
    struct quire_expr_node *node = take(binding->arena, sizeof(*node), error);
    if (node == NULL) return QUIRE_MEMORY;
    *node = *parsed;
    *bound = node;
    if (parsed->kind == QUIRE_EXPR_COLUMN)
        return bind_column(parsed, binding->schema, binding->arena, node, error);
    if (parsed->kind == QUIRE_EXPR_LITERAL) return 0;
    QUIRE_TRY(bind_args(binding, parsed, node));
    if (parsed->kind == QUIRE_EXPR_CAST)
        QUIRE_TRY(bind_cast(node, error));
    else
        QUIRE_TRY(node->function->bind(binding->arena, node, error));
    for (size_t i = 0; i < node->args_size; i++)
        QUIRE_TRY(fold_if_constant(binding, node->args[i]));
    return fold_if_constant(binding, node);
}
