/* Files are read with every column nullable, whatever the schema says; rows that are written
 * must keep to it. */
#include "table/schema/delta_nulls.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"

#define OPERATION "read table schema"

static void forbid(const struct quire_json_node *type, struct ArrowSchema *schema);

static void set(const struct quire_json_node *node, const char *key, struct ArrowSchema *schema)
{
    if (!quire_json_tree_bool(node, key, true)) schema->flags &= ~(int64_t)ARROW_FLAG_NULLABLE;
}

static void forbid_fields(const struct quire_json_node *type, struct ArrowSchema *schema)
{
    const struct quire_json_node *fields = quire_json_tree_get(type, "fields");
    int64_t i = 0;
    if (fields == NULL) return;
    for (const struct quire_json_node *field = fields->first;
         field != NULL && i < schema->n_children; field = field->next, i++) {
        set(field, "nullable", schema->children[i]);
        forbid(quire_json_tree_get(field, "type"), schema->children[i]);
    }
}

static void forbid(const struct quire_json_node *type, struct ArrowSchema *schema)
{
    const struct quire_json_node *element = quire_json_tree_get(type, "elementType");
    const struct quire_json_node *value = quire_json_tree_get(type, "valueType");
    forbid_fields(type, schema);
    if (schema->n_children != 1) return;
    struct ArrowSchema *item = schema->children[0];
    if (element != NULL) {
        set(type, "containsNull", item);
        forbid(element, item);
    } else if (value != NULL && item->n_children == 2) {
        set(type, "valueContainsNull", item->children[1]);
        forbid(quire_json_tree_get(type, "keyType"), item->children[0]);
        forbid(value, item->children[1]);
    }
}

int quire_delta_nulls_forbid(const struct quire_bytes *text, struct ArrowSchema *schema,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at;
    int code = quire_json_tree_parse((const char *)text->data, text->size, &arena, &root, &at);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    if (code != 0) return quire_fail(error, QUIRE_CORRUPT, OPERATION, "the schema is no JSON");
    forbid_fields(root, schema);
    return 0;
}
