/* A struct is cast field by field: of the file only fields that are wanted are read, and
 * those that it has not are null. */
#include "format/parquet/read/read_target.h"

#include <string.h>

#include "base/fail.h"

static const struct quire_parquet_node *child_of(const struct quire_parquet_node *node,
                                                 const struct quire_field *field, size_t *hint)
{
    for (size_t i = 0; i < node->children_size; i++) {
        size_t at = (*hint + i) % node->children_size;
        const struct quire_field *other = node->children[at].field;
        if (other->name_size != field->name_size ||
            memcmp(other->name, field->name, field->name_size) != 0)
            continue;
        *hint = at + 1;
        return &node->children[at];
    }
    return NULL;
}

/* Marks the leaves for the fields of a struct that are wanted; at least one of any struct,
 * for where it is null. */
static void want_fields(const struct quire_parquet_node *node, const struct quire_field *field,
                        bool *wanted)
{
    size_t hint = 0;
    bool any = false;
    if (node->kind == QUIRE_NODE_STRUCT && field->kind == QUIRE_KIND_STRUCT) {
        for (size_t i = 0; i < field->children_size; i++) {
            const struct quire_parquet_node *child = child_of(node, &field->children[i], &hint);
            if (child != NULL) want_fields(child, &field->children[i], wanted);
            any = any || child != NULL;
        }
        if (!any && node->leaves_size > 0) wanted[node->leaf_first] = true;
        return;
    }
    for (size_t k = 0; k < node->leaves_size; k++)
        wanted[node->leaf_first + k] = true;
}

int quire_parquet_target_open(struct quire_typed_target *target,
                              const struct quire_record_policy *policy,
                              const struct quire_parquet_schema *schema, bool *wanted,
                              struct quire_error *error)
{
    size_t hint = 0;
    QUIRE_TRY(quire_typed_target_open(target, policy, schema->root->field, error));
    for (size_t i = 0; target->field != NULL && i < target->field->children_size; i++) {
        const struct quire_field *field = &target->field->children[i];
        const struct quire_parquet_node *node = child_of(schema->root, field, &hint);
        if (node != NULL) want_fields(node, field, wanted);
    }
    if (target->field != NULL) return 0;
    if (policy->columns != NULL || policy->columns_given)
        return quire_parquet_want(schema, policy->columns,
                                  policy->columns != NULL ? policy->columns_size : 0, wanted,
                                  error);
    memset(wanted, true, schema->leaves_size * sizeof(*wanted));
    return 0;
}

static int64_t row_of(const void *place, int64_t k)
{
    return quire_parquet_batch_row(place, k);
}

struct quire_batch_rows quire_parquet_batch_rows(const struct quire_parquet_batch_place *place)
{
    return (struct quire_batch_rows){row_of, place};
}
