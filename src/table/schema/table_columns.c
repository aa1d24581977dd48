#include "table/schema/table_columns.h"

#include "base/fail.h"
#include "data/schema.h"
#include "table/schema/delta_schema.h"

#define OPERATION "read table"

static int name_partitions(const struct quire_metadata_action *metadata,
                           struct quire_table_columns *columns, struct quire_error *error)
{
    for (int64_t i = 0; i < columns->logical.n_children; i++) {
        const char *name = columns->physical.children[i]->name;
        struct quire_bytes key = {(const uint8_t *)name, strlen(name)};
        int64_t number = quire_delta_partition(metadata, columns->logical.children[i]->name);
        columns->partitions[i] = number;
        if (number < 0) continue;
        if (quire_bytes_copy(&columns->arena, &key) != 0)
            return quire_fail_memory(error, OPERATION);
        columns->names.items[number] = key;
    }
    return 0;
}

static int open_columns(const struct quire_metadata_action *metadata,
                        const struct quire_protocol *protocol, struct quire_table_columns *columns,
                        struct quire_error *error)
{
    size_t size = metadata->partitions.size;
    QUIRE_TRY(
        quire_delta_schema(metadata, protocol, QUIRE_DELTA_LOGICAL, &columns->logical, error));
    QUIRE_TRY(
        quire_delta_schema(metadata, protocol, QUIRE_DELTA_PHYSICAL, &columns->physical, error));
    columns->partitions =
        quire_alloc_zero((size_t)columns->logical.n_children + 1, sizeof(*columns->partitions));
    columns->names.items =
        quire_arena_alloc(&columns->arena, (size + 1) * sizeof(struct quire_bytes));
    if (columns->partitions == NULL || columns->names.items == NULL)
        return quire_fail_memory(error, OPERATION);
    columns->names.size = size;
    for (size_t i = 0; i < size; i++)
        columns->names.items[i] = (struct quire_bytes){(const uint8_t *)"", 0};
    return name_partitions(metadata, columns, error);
}

int quire_table_columns_of(const struct quire_metadata_action *metadata,
                           const struct quire_protocol *protocol,
                           struct quire_table_columns *columns, struct quire_error *error)
{
    struct quire_table_columns made = {.partitions = NULL};
    int code = open_columns(metadata, protocol, &made, error);
    if (code == 0)
        *columns = made;
    else
        quire_table_columns_close(&made);
    return code;
}

int quire_table_columns_open(const struct quire_snapshot *snapshot,
                             struct quire_table_columns *columns, struct quire_error *error)
{
    return quire_table_columns_of(&snapshot->metadata, &snapshot->protocol, columns, error);
}

/* The columns of a struct, and one of text behind. */
static int widen_schema(const struct ArrowSchema *table, const char *name,
                        struct ArrowSchema *schema, struct quire_error *error)
{
    const struct quire_schema_parts whole = {.format = "+s",
                                             .children_size = (size_t)table->n_children + 1};
    const struct quire_schema_parts text = {
        .format = "u", .name = name, .flags = ARROW_FLAG_NULLABLE};
    if (quire_schema_make(&whole, schema) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < table->n_children; i++)
        QUIRE_TRY(quire_schema_copy(table->children[i], schema->children[i], error));
    return quire_schema_make(&text, schema->children[table->n_children]) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

static int widen(struct ArrowSchema *schema, const char *name, struct quire_error *error)
{
    struct ArrowSchema wide = {.release = NULL};
    int code = widen_schema(schema, name, &wide, error);
    if (code != 0) {
        quire_schema_release(&wide);
        return code;
    }
    quire_schema_release(schema);
    *schema = wide;
    return 0;
}

/* Columns behind the table's own partition nothing. */
static int grow_partitions(struct quire_table_columns *columns, size_t more,
                           struct quire_error *error)
{
    size_t size = (size_t)columns->logical.n_children;
    int64_t *partitions = quire_realloc(columns->partitions, (size + more) * sizeof(*partitions));
    if (partitions == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = size; i < size + more; i++)
        partitions[i] = -1;
    columns->partitions = partitions;
    return 0;
}

int quire_table_columns_track(struct quire_table_columns *columns,
                              const struct quire_row_tracking *tracking, struct quire_error *error)
{
    QUIRE_TRY(grow_partitions(columns, QUIRE_ROW_TRACKING_COLUMNS, error));
    QUIRE_TRY(quire_row_tracking_widen(tracking, &columns->logical, error));
    return quire_row_tracking_widen(tracking, &columns->physical, error);
}

int quire_table_columns_widen(struct quire_table_columns *columns, const char *name,
                              struct quire_error *error)
{
    QUIRE_TRY(grow_partitions(columns, 1, error));
    QUIRE_TRY(widen(&columns->logical, name, error));
    return widen(&columns->physical, name, error);
}

void quire_table_columns_close(struct quire_table_columns *columns)
{
    quire_schema_release(&columns->logical);
    quire_schema_release(&columns->physical);
    quire_free(columns->partitions);
    quire_arena_release(&columns->arena);
    *columns = (struct quire_table_columns){.partitions = NULL};
}
