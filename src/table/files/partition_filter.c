/* Each part of the condition is computed over one batch, of which a row is a file's partition. */
#include "table/files/partition_filter.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/schema.h"
#include "expr/expr_function.h"
#include "quire/expr.h"

#define OPERATION "read table"

/* The partitions of all files. */
struct partitions {
    struct ArrowSchema schema; /* the partition columns, in the table's order */
    struct ArrowArray batch;
};

static void partitions_release(struct partitions *partitions)
{
    quire_schema_release(&partitions->schema);
    quire_array_release(&partitions->batch);
}

static int make_schema(const struct quire_partition_filter *filter, struct ArrowSchema *schema,
                       struct quire_error *error)
{
    int64_t made = 0;
    const struct quire_schema_parts parts = {.format = "+s",
                                             .children_size = (int64_t)filter->names->size};
    if (quire_schema_make(&parts, schema) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < filter->schema->n_children && made < schema->n_children; i++) {
        if (filter->partitions[i] < 0) continue;
        QUIRE_TRY(quire_schema_copy(filter->schema->children[i], schema->children[made], error));
        schema->children[made++]->flags |= ARROW_FLAG_NULLABLE;
    }
    return made == schema->n_children
               ? 0
               : quire_fail(error, QUIRE_CORRUPT, OPERATION,
                            "the table is partitioned by a column that it has not");
}

static void free_builder(struct quire_builder **builder)
{
    quire_builder_free(*builder);
}

static int append_file(const struct quire_partition_filter *filter, const struct quire_add *file,
                       struct quire_builder *builder, struct quire_error *error)
{
    for (int64_t i = 0; i < filter->schema->n_children; i++) {
        if (filter->partitions[i] < 0) continue;
        const struct quire_bytes *name = &filter->names->items[filter->partitions[i]];
        const struct quire_pair *pair =
            quire_pairs_find(&file->partitions, (const char *)name->data);
        bool has = pair != NULL && pair->value.data != NULL && pair->value.size > 0;
        QUIRE_TRY(has ? quire_builder_text(builder, (const char *)pair->value.data,
                                           pair->value.size, error)
                      : quire_builder_null(builder, error));
    }
    return quire_builder_end_row(builder, error);
}

static int make_partitions(const struct quire_partition_filter *filter,
                           struct partitions *partitions, struct quire_error *error)
{
    QUIRE_CLEANUP(free_builder) struct quire_builder *builder = NULL;
    QUIRE_TRY(make_schema(filter, &partitions->schema, error));
    QUIRE_TRY(quire_builder_new(&partitions->schema, &builder, error));
    for (size_t i = 0; i < filter->files_size; i++)
        QUIRE_TRY(append_file(filter, &filter->files[i], builder, error));
    return quire_builder_finish(builder, &partitions->batch, error);
}

/* --- Parts of the condition ----------------------------------------------------------------- */

static bool is_partition(const struct partitions *partitions, const char *name)
{
    for (int64_t i = 0; i < partitions->schema.n_children; i++)
        if (quire_text_equal_ignore_case(partitions->schema.children[i]->name, name)) return true;
    return false;
}

/* Whether a part names columns, and partition columns alone. */
static bool names_partitions(const struct quire_expr_node *node,
                             const struct partitions *partitions, bool *any)
{
    if (node->kind == QUIRE_EXPR_COLUMN) {
        *any = true;
        return is_partition(partitions, node->parts[0]);
    }
    for (size_t i = 0; i < node->args_size; i++)
        if (!names_partitions(node->args[i], partitions, any)) return false;
    return true;
}

static bool bit_at(const void *bits, int64_t at)
{
    return bits == NULL || (((const uint8_t *)bits)[at / 8] >> (at % 8) & 1) != 0;
}

/* Keeps only files for whose partition the part is true. What fails is left to the reader of
 * rows, who meets it again; only a lack of memory is told. */
static int apply_part(const struct quire_expr_node *part, const struct partitions *partitions,
                      bool *keep)
{
    struct quire_expr expr = {.parsed = part};
    struct ArrowArray result = {.release = NULL};
    int code = quire_expr_bind(&expr, &partitions->schema, NULL);
    if (code == 0) code = quire_expr_check_predicate(&expr, NULL);
    if (code == 0 && expr.bound->type.id == QUIRE_EXPR_BOOL)
        code = quire_expr_evaluate(&expr, &partitions->batch, &result, NULL);
    for (int64_t i = 0; code == 0 && result.release != NULL && i < result.length; i++) {
        int64_t at = result.offset + i;
        keep[i] = keep[i] && bit_at(result.buffers[0], at) && bit_at(result.buffers[1], at);
    }
    quire_array_release(&result);
    quire_arena_release(&expr.bound_arena);
    quire_field_close(expr.schema);
    return code == QUIRE_MEMORY ? code : 0;
}

static int apply(const struct quire_expr_node *node, const struct partitions *partitions,
                 bool *keep)
{
    bool any = false;
    if (node->kind == QUIRE_EXPR_CALL && strcmp(node->function->name, "and") == 0) {
        for (size_t i = 0; i < node->args_size; i++)
            QUIRE_TRY(apply(node->args[i], partitions, keep));
        return 0;
    }
    return names_partitions(node, partitions, &any) && any ? apply_part(node, partitions, keep) : 0;
}

int quire_partition_filter(const struct quire_partition_filter *filter, const char *condition,
                           bool *keep, struct quire_error *error)
{
    QUIRE_CLEANUP(partitions_release) struct partitions partitions = {.batch = {.release = NULL}};
    struct quire_expr *expr = NULL;
    QUIRE_TRY(quire_expr_parse(condition, &expr, error));
    int code = quire_expr_bind(expr, filter->schema, error);
    if (code == 0) code = quire_expr_check_predicate(expr, error);
    if (code == 0 && filter->names->size > 0) {
        /* A text that is no value fails where its file is read, if it is. */
        int made = make_partitions(filter, &partitions, NULL);
        if (made == 0) made = apply(expr->parsed, &partitions, keep);
        if (made == QUIRE_MEMORY) code = quire_fail_memory(error, OPERATION);
    }
    quire_expr_free(expr);
    return code;
}
