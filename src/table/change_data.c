#include "table/change_data.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/schema.h"
#include "table/delta_schema.h"
#include "table/partition_value.h"

#define OPERATION "write changes"

struct quire_change_data {
    struct quire_transaction *transaction;
    struct ArrowSchema schema; /* the table's columns, and the type behind */
    struct quire_data_writer *files;
};

bool quire_change_data_is_on(const struct quire_snapshot *snapshot)
{
    const char *on = quire_snapshot_property(snapshot, "delta.enableChangeDataFeed");
    return on != NULL && strcmp(on, "true") == 0;
}

/* The columns of a struct, and one of text behind. */
static int widen_schema(const struct ArrowSchema *table, struct ArrowSchema *schema,
                        struct quire_error *error)
{
    const struct quire_schema_parts whole = {.format = "+s",
                                             .children_size = (size_t)table->n_children + 1};
    const struct quire_schema_parts type = {
        .format = "u", .name = QUIRE_CHANGE_TYPE, .flags = ARROW_FLAG_NULLABLE};
    if (quire_schema_make(&whole, schema) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < table->n_children; i++)
        QUIRE_TRY(quire_schema_copy(table->children[i], schema->children[i], error));
    return quire_schema_make(&type, schema->children[table->n_children]) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

static int open_changes(struct quire_change_data *changes,
                        const struct quire_row_writer_options *options, struct quire_error *error)
{
    const struct quire_snapshot *base = changes->transaction->base;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema table = {.release = NULL};
    QUIRE_TRY(quire_snapshot_schema(base, QUIRE_DELTA_LOGICAL, true, &table, error));
    QUIRE_TRY(widen_schema(&table, &changes->schema, error));
    const struct quire_data_writer_options writing = {
        .url = base->place.url,
        .schema = &changes->schema,
        .partitions = &changes->transaction->metadata.partitions,
        .compression = options->compression != NULL ? options->compression : "snappy",
        .durability = changes->transaction->options.durability,
        .context = options->context,
        .changes = true,
    };
    return quire_data_writer_open(&writing, &changes->files, error);
}

int quire_change_data_open(struct quire_transaction *transaction,
                           const struct quire_row_writer_options *options,
                           struct quire_change_data **changes, struct quire_error *error)
{
    struct quire_change_data *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->transaction = transaction;
    int code = open_changes(made, options, error);
    if (code == 0)
        *changes = made;
    else
        quire_change_data_close(made);
    return code;
}

/* An array that owns its children, moved out of another, with one more behind. */
static void release_widened(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        quire_array_release(array->children[i]);
        quire_free(array->children[i]);
    }
    quire_free(array->children);
    quire_free(array->buffers);
    array->release = NULL;
}

static int widen_rows(const struct quire_change_data *changes, const char *type,
                      struct ArrowArray *rows, struct ArrowArray *widened,
                      struct quire_error *error)
{
    const struct ArrowSchema *column = changes->schema.children[rows->n_children];
    const struct quire_bytes text = {(const uint8_t *)type, strlen(type)};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray value = {.release = NULL};
    struct ArrowArray made = {.length = rows->length, .n_buffers = 1, .release = release_widened};
    made.buffers = quire_alloc_zero(1, sizeof(*made.buffers));
    made.children = quire_alloc_zero((size_t)rows->n_children + 1, sizeof(*made.children));
    int code = made.buffers != NULL && made.children != NULL ? 0 : QUIRE_MEMORY;
    for (int64_t i = 0; code == 0 && i <= rows->n_children; i++) {
        made.children[i] = quire_alloc_zero(1, sizeof(*made.children[i]));
        if (made.children[i] == NULL) code = QUIRE_MEMORY;
        made.n_children += code == 0;
    }
    if (code != 0) quire_fail_memory(error, OPERATION);
    if (code == 0) code = quire_partition_value(column, &text, &value, error);
    if (code == 0)
        code = quire_partition_repeat(column, &value, rows->length, made.children[rows->n_children],
                                      error);
    for (int64_t i = 0; code == 0 && i < rows->n_children; i++) {
        *made.children[i] = *rows->children[i];
        rows->children[i]->release = NULL;
    }
    if (code == 0)
        *widened = made;
    else
        release_widened(&made);
    return code;
}

int quire_change_data_write(struct quire_change_data *changes, const char *type,
                            struct ArrowArray *rows, struct quire_error *error)
{
    struct ArrowArray widened = {.release = NULL};
    int code = rows->length > 0 ? widen_rows(changes, type, rows, &widened, error) : 0;
    quire_array_release(rows);
    if (code != 0 || widened.release == NULL) return code;
    return quire_data_writer_write(changes->files, &widened, error);
}

int quire_change_data_finish(struct quire_change_data *changes, int64_t *files,
                             struct quire_error *error)
{
    struct quire_data_totals totals = {0, 0, 0};
    QUIRE_TRY(
        quire_data_writer_finish(changes->files, &changes->transaction->lines, &totals, error));
    *files = totals.files;
    return 0;
}

void quire_change_data_close(struct quire_change_data *changes)
{
    if (changes == NULL) return;
    if (changes->transaction->may_stand && changes->files != NULL)
        quire_data_writer_keep(changes->files);
    quire_data_writer_close(changes->files);
    quire_schema_release(&changes->schema);
    quire_free(changes);
}
