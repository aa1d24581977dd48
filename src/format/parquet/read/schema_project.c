/* Structs lose the fields of which nothing is wanted; lists and maps are wanted whole. */
#include "format/parquet/read/schema_project.h"

#include <string.h>

#include "base/fail.h"
#include "quire/option.h"

#define OPERATION "read parquet"

/* Wide schemas are looked through once for a name of each column, so that choosing all of
 * ten thousand columns by name costs as little as it can without a table: the search begins
 * behind the last column found. */
static const struct quire_parquet_node *find_child(const struct quire_parquet_node *node,
                                                   const char *name, size_t size, size_t *hint)
{
    for (size_t i = 0; i < node->children_size; i++) {
        size_t at = (*hint + i) % node->children_size;
        const struct quire_field *field = node->children[at].field;
        if (field->name_size != size || memcmp(field->name, name, size) != 0) continue;
        *hint = at + 1;
        return &node->children[at];
    }
    return NULL;
}

static const struct quire_parquet_node *find_path(const struct quire_parquet_node *node,
                                                  const char *path, size_t *hint)
{
    size_t inner = 0;
    for (size_t size = strlen(path);;) {
        if (node->kind != QUIRE_NODE_STRUCT || node->children_size == 0) return NULL;
        const struct quire_parquet_node *child = find_child(node, path, size, hint);
        if (child != NULL && path[size] == '\0') return child;
        if (child != NULL) {
            node = child;
            path += size + 1;
            size = strlen(path);
            hint = &inner;
            continue;
        }
        do {
            if (size == 0) return NULL;
            size--;
        } while (path[size] != '.');
    }
}

const struct quire_parquet_node *quire_parquet_find_node(const struct quire_parquet_schema *schema,
                                                         const char *name)
{
    size_t hint = 0;
    return find_path(schema->root, name, &hint);
}

static int fail_unknown(const struct quire_parquet_node *root, const char *name,
                        struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_USAGE, OPERATION, "there is no column \"%.200s\"", name);
    const char **names = quire_alloc((root->children_size + 1) * sizeof(*names));
    if (names == NULL) return code;
    for (size_t i = 0; i < root->children_size; i++)
        names[i] = root->children[i].field->name;
    const char *nearest = quire_options_nearest(names, root->children_size, name);
    if (nearest != NULL) quire_error_hint(error, "did you mean %s?", nearest);
    quire_free(names);
    return code;
}

int quire_parquet_want(const struct quire_parquet_schema *schema, const char *const *names,
                       size_t names_size, bool *wanted, struct quire_error *error)
{
    size_t hint = 0;
    for (size_t i = 0; i < names_size; i++) {
        const struct quire_parquet_node *node = find_path(schema->root, names[i], &hint);
        if (node == NULL) return fail_unknown(schema->root, names[i], error);
        for (size_t k = 0; k < node->leaves_size; k++)
            wanted[node->leaf_first + k] = true;
    }
    return 0;
}

/* --- The smaller tree ------------------------------------------------------------------ */

struct projecting {
    const struct quire_parquet_schema *from;
    const bool *wanted;
    struct quire_parquet_projection *to;
};

static bool is_wanted(const struct projecting *projecting, const struct quire_parquet_node *node)
{
    for (size_t i = 0; i < node->leaves_size; i++)
        if (projecting->wanted[node->leaf_first + i]) return true;
    return false;
}

static int copy_leaf(struct projecting *projecting, const struct quire_parquet_node *from,
                     struct quire_parquet_node *to)
{
    struct quire_parquet_schema *schema = &projecting->to->schema;
    struct quire_parquet_leaf leaf = projecting->from->leaves[from->leaf_first];
    leaf.node = to;
    to->leaf_first = schema->leaves_size;
    to->leaves_size = 1;
    projecting->to->file_leaves[schema->leaves_size++] = from->leaf_first;
    return quire_buf_append(&schema->leaf_rows, &leaf, sizeof(leaf));
}

/* The child of that name; looked for from *hint on, since both are mostly in one order. */
static const struct quire_field *child_like(const struct quire_field *like,
                                            const struct quire_field *field, size_t *hint)
{
    if (like == NULL || like->kind != QUIRE_KIND_STRUCT) return NULL;
    for (size_t i = 0; i < like->children_size; i++) {
        size_t at = (*hint + i) % like->children_size;
        const struct quire_field *child = &like->children[at];
        if (child->name_size != field->name_size ||
            memcmp(child->name, field->name, field->name_size) != 0)
            continue;
        *hint = at + 1;
        return child;
    }
    return NULL;
}

/* to and field are zeroed memory for the copy of from; like may be NULL. */
static int copy_node(struct projecting *projecting, const struct quire_parquet_node *from,
                     const struct quire_field *like, struct quire_parquet_node *to,
                     struct quire_field *field)
{
    struct quire_parquet_schema *schema = &projecting->to->schema;
    *to = *from;
    *field = *from->field;
    to->field = field;
    if (from->kind == QUIRE_NODE_LEAF) {
        field->nullable = field->nullable || (like != NULL && like->nullable);
        return copy_leaf(projecting, from, to);
    }
    to->leaf_first = schema->leaves_size;
    to->children_size = 0;
    to->children = quire_parquet_schema_alloc(schema, from->children_size, sizeof(*to->children));
    struct quire_field *fields =
        quire_parquet_schema_alloc(schema, from->children_size, sizeof(*fields));
    if (to->children == NULL || fields == NULL) return QUIRE_MEMORY;
    size_t hint = 0;
    for (size_t i = 0; i < from->children_size; i++) {
        const struct quire_parquet_node *child = &from->children[i];
        if (!is_wanted(projecting, child)) continue;
        const struct quire_field *child_field =
            from->kind == QUIRE_NODE_STRUCT ? child_like(like, child->field, &hint) : NULL;
        QUIRE_TRY(copy_node(projecting, child, child_field, &to->children[to->children_size],
                            &fields[to->children_size]));
        to->children_size++;
    }
    field->children = fields;
    field->children_size = to->children_size;
    to->leaves_size = schema->leaves_size - to->leaf_first;
    return 0;
}

int quire_parquet_project(const struct quire_parquet_schema *schema, const bool *wanted,
                          struct quire_parquet_projection *projection, struct quire_error *error)
{
    struct projecting projecting = {schema, wanted, projection};
    struct quire_parquet_schema *made = &projection->schema;
    made->elements = schema->elements;
    made->root = quire_parquet_schema_alloc(made, 1, sizeof(*made->root));
    struct quire_field *field = quire_parquet_schema_alloc(made, 1, sizeof(*field));
    projection->file_leaves =
        quire_alloc_zero(schema->leaves_size + 1, sizeof(*projection->file_leaves));
    if (made->root == NULL || field == NULL || projection->file_leaves == NULL ||
        copy_node(&projecting, schema->root, projection->like, made->root, field) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_parquet_schema_finish(made);
    return 0;
}

void quire_parquet_projection_release(struct quire_parquet_projection *projection)
{
    quire_parquet_schema_release(&projection->schema);
    quire_free(projection->file_leaves);
    projection->file_leaves = NULL;
}
