/* Row groups first by what the footer says, which costs nothing to read, then by bloom
 * filters and page indexes for those that are left. */
#include "format/parquet/read/pruning.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/parquet/read/schema_project.h"

#define OPERATION "filter parquet"

/* --- Conditions ------------------------------------------------------------------------ */

/* The field of batches that a name stands for. */
static const struct quire_field *find_field(const struct quire_field *field, const char *name)
{
    for (size_t size = strlen(name);;) {
        int64_t child =
            field->kind == QUIRE_KIND_STRUCT ? quire_field_child(field, name, size) : -1;
        if (child >= 0 && name[size] == '\0') return &field->children[child];
        if (child >= 0) {
            field = &field->children[child];
            name += size + 1;
            size = strlen(name);
            continue;
        }
        do {
            if (size == 0) return NULL;
            size--;
        } while (name[size] != '.');
    }
}

static int check_size(const struct quire_condition *given, const struct quire_field *field,
                      struct quire_error *error)
{
    size_t width = field->kind == QUIRE_KIND_BOOL ? 1 : (size_t)field->width;
    if (width == 0 || field->kind == QUIRE_KIND_FIXED_LIST || given->value_size == width) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "a value of %zu bytes for the column \"%.200s\", whose values have %zu",
                      given->value_size, given->column, width);
}

static int copy_value(struct quire_parquet_condition *condition,
                      const struct quire_condition *given, const struct quire_field *field,
                      const struct quire_schema_element *element, struct quire_error *error)
{
    static const uint8_t nothing[1];
    if (given->value == NULL && given->value_size > 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "a condition without a value");
    const struct quire_field *valued = field->dictionary != NULL ? field->dictionary : field;
    QUIRE_TRY(check_size(given, valued, error));
    if (quire_buf_append(&condition->bytes, given->value, given->value_size) != 0)
        return quire_fail_memory(error, OPERATION);
    const uint8_t *bytes = condition->bytes.data != NULL ? condition->bytes.data : nothing;
    condition->has_value = quire_parquet_order_value(element, condition->order, valued, bytes,
                                                     given->value_size, &condition->value);
    if (!condition->has_value || condition->compare != QUIRE_COMPARE_EQ) return 0;
    return quire_parquet_bloom_value(element, valued, condition, error);
}

static int add_condition(struct quire_parquet_filter *filter,
                         const struct quire_parquet_input *file,
                         const struct quire_field *given_field, const struct quire_condition *given,
                         struct quire_error *error)
{
    const struct quire_parquet_node *node = quire_parquet_find_node(&file->schema, given->column);
    const struct quire_field *field = find_field(given_field, given->column);
    if (node == NULL && field == NULL)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "there is no column \"%.200s\"",
                          given->column);
    /* What only the wanted schema has is null everywhere; nested values have no order. */
    if (node == NULL || node->kind != QUIRE_NODE_LEAF) {
        if (node != NULL || given->compare != QUIRE_COMPARE_NOT_NULL) filter->nothing_known = true;
        return 0;
    }
    struct quire_parquet_condition *condition = &filter->conditions[filter->size++];
    const struct quire_schema_element *element =
        quire_parquet_leaf_element(&file->schema, node->leaf_first);
    condition->leaf = node->leaf_first;
    condition->compare = given->compare;
    condition->order = quire_parquet_order_of(element);
    if (given->compare == QUIRE_COMPARE_IS_NULL || given->compare == QUIRE_COMPARE_NOT_NULL)
        return 0;
    return copy_value(condition, given, field != NULL ? field : node->field, element, error);
}

int quire_parquet_filter_open(struct quire_parquet_filter *filter,
                              const struct quire_parquet_input *file,
                              const struct quire_field *given,
                              const struct quire_record_policy *policy, struct quire_error *error)
{
    size_t size = policy->conditions_size;
    if (size == 0) return 0;
    filter->any = policy->conditions_any;
    filter->conditions = quire_alloc_zero(size, sizeof(*filter->conditions));
    if (filter->conditions == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(add_condition(filter, file, given, &policy->conditions[i], error));
    return 0;
}

void quire_parquet_filter_release(struct quire_parquet_filter *filter)
{
    for (size_t i = 0; i < filter->size; i++) {
        quire_buf_release(&filter->conditions[i].bytes);
        quire_buf_release(&filter->conditions[i].plain);
    }
    quire_free(filter->conditions);
    *filter = (struct quire_parquet_filter){0};
}

/* --- Row groups ------------------------------------------------------------------------ */

/* Conditions whose column cannot be opened without its key say nothing. */
static int find_conditioned(struct quire_parquet_input *file, size_t row_group, size_t leaf,
                            struct quire_parquet_chunk *chunk, bool *found,
                            struct quire_error *error)
{
    struct quire_error own;
    int code = quire_parquet_input_chunk(file, row_group, leaf, chunk, &own);
    *found = code == 0;
    if (code == 0 || code == QUIRE_AUTH) return 0;
    if (error != NULL) *error = own;
    return code;
}

static int ask_group(const struct quire_parquet_filter *filter, struct quire_parquet_input *file,
                     size_t row_group, bool *may_hold, struct quire_error *error)
{
    int64_t rows = file->metadata.row_groups.items[row_group].num_rows;
    /* Of all the first that does not hold decides, of any the first that may. */
    if (filter->any && *may_hold) *may_hold = filter->nothing_known;
    for (size_t i = 0; i < filter->size && *may_hold != filter->any; i++) {
        const struct quire_parquet_condition *condition = &filter->conditions[i];
        struct quire_parquet_chunk chunk;
        struct quire_bounds bounds;
        bool found = false;
        QUIRE_TRY(find_conditioned(file, row_group, condition->leaf, &chunk, &found, error));
        if (!found) {
            *may_hold = true;
            continue;
        }
        quire_parquet_chunk_bounds(file, condition->leaf, chunk.metadata, rows, &bounds);
        if (!condition->has_value) bounds.order = QUIRE_ORDER_NONE;
        *may_hold =
            quire_bounds_ask(&bounds, condition->compare, &condition->value) != QUIRE_ANSWER_NONE;
    }
    return 0;
}

/* Optional parts of a file that are damaged say nothing; the data may still be whole. */
static int pass_damage(int code, struct quire_error *error)
{
    if (code != QUIRE_CORRUPT) return code;
    if (error != NULL) quire_error_clear(error);
    return 0;
}

int quire_parquet_filter_rows(const struct quire_parquet_filter *filter,
                              struct quire_parquet_input *file, size_t row_group,
                              struct quire_row_ranges *ranges, struct quire_error *error)
{
    int64_t rows = file->metadata.row_groups.items[row_group].num_rows;
    bool may_hold = true;
    if (rows == 0) return 0;
    QUIRE_TRY(ask_group(filter, file, row_group, &may_hold, error));
    if (!may_hold) return 0;
    if (quire_row_ranges_add(ranges, 0, rows) != 0) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; !filter->any && i < filter->size && ranges->rows.size > 0; i++) {
        const struct quire_parquet_condition *condition = &filter->conditions[i];
        struct quire_parquet_chunk chunk;
        bool found = false;
        QUIRE_TRY(find_conditioned(file, row_group, condition->leaf, &chunk, &found, error));
        if (!found) continue;
        if (filter->bloom_filter && condition->plain.size > 0)
            QUIRE_TRY(pass_damage(
                quire_parquet_bloom_probe(filter, condition, file, &chunk, &may_hold, error),
                error));
        if (!may_hold)
            quire_row_ranges_release(ranges);
        else if (filter->page_index)
            QUIRE_TRY(pass_damage(
                quire_parquet_prune_pages(condition, file, &chunk, rows, ranges, error), error));
    }
    return 0;
}
