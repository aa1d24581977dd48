/* What both ways of making a schema share: memory and the list of leaves. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/parquet_schema.h"

#define OPERATION "make parquet schema"

void *quire_parquet_schema_alloc(struct quire_parquet_schema *schema, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
    void *block = quire_arena_alloc(&schema->arena, bytes);
    if (block != NULL) memset(block, 0, bytes);
    return block;
}

int quire_parquet_add_leaf(struct quire_parquet_schema *schema, struct quire_parquet_node *node,
                           size_t element, const struct quire_thrift_binary *path, size_t path_size,
                           struct quire_error *error)
{
    struct quire_thrift_binary *copy = quire_parquet_schema_alloc(schema, path_size, sizeof(*copy));
    if (copy == NULL) return quire_fail_memory(error, OPERATION);
    memcpy(copy, path, path_size * sizeof(*copy));
    struct quire_parquet_leaf leaf = {.node = node,
                                      .element = element,
                                      .def_max = node->def_valid,
                                      .rep_max = node->rep,
                                      .path = {copy, path_size}};
    if (quire_buf_append(&schema->leaf_rows, &leaf, sizeof(leaf)) != 0)
        return quire_fail_memory(error, OPERATION);
    node->kind = QUIRE_NODE_LEAF;
    node->leaf_first = schema->leaves_size++;
    node->leaves_size = 1;
    return 0;
}

void quire_parquet_schema_finish(struct quire_parquet_schema *schema)
{
    schema->leaves = (struct quire_parquet_leaf *)(void *)schema->leaf_rows.data;
}

void quire_parquet_schema_release(struct quire_parquet_schema *schema)
{
    if (schema == NULL) return;
    quire_buf_release(&schema->element_rows);
    quire_buf_release(&schema->leaf_rows);
    quire_arena_release(&schema->arena);
    quire_field_close(schema->arrow);
    *schema = (struct quire_parquet_schema){0};
}

int32_t quire_parquet_decimal_bytes(int32_t precision)
{
    /* Bits of 10^precision, and the sign. log2(10) = 3.3219280948873623 */
    double bits = precision * 3.3219280948873623 + 1;
    int32_t bytes = (int32_t)(bits / 8);
    return bytes * 8 < bits ? bytes + 1 : bytes;
}
