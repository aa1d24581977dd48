#include "table/files/partition_value.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/gather.h"
#include "data/schema.h"
#include "data/value_text.h"

#define OPERATION "read table"

/* A struct of the one column, as builders want it. */
static int struct_of(const struct ArrowSchema *column, struct ArrowSchema *schema,
                     struct quire_error *error)
{
    const struct quire_schema_parts parts = {.format = "+s", .children_size = 1};
    if (quire_schema_make(&parts, schema) != 0) return quire_fail_memory(error, OPERATION);
    return quire_schema_copy(column, schema->children[0], error);
}

static void free_builder(struct quire_builder **builder)
{
    quire_builder_free(*builder);
}

static int append(struct quire_builder *builder, const struct ArrowSchema *column,
                  const struct quire_bytes *text, struct quire_error *error)
{
    if (text->data == NULL || text->size == 0) return quire_builder_null(builder, error);
    int code = quire_builder_text(builder, (const char *)text->data, text->size, error);
    if (code != QUIRE_INPUT) return code;
    quire_fail(error, QUIRE_CORRUPT, OPERATION, "\"%.*s\" is no value of a partition column",
               text->size < 100 ? (int)text->size : 100, (const char *)text->data);
    quire_error_at(error, QUIRE_NOWHERE, column->name, QUIRE_NOWHERE);
    return QUIRE_CORRUPT;
}

int quire_partition_value(const struct ArrowSchema *column, const struct quire_bytes *text,
                          struct ArrowArray *value, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_builder) struct quire_builder *builder = NULL;
    struct ArrowArray batch = {.release = NULL};
    QUIRE_TRY(struct_of(column, &schema, error));
    schema.children[0]->flags |= ARROW_FLAG_NULLABLE;
    QUIRE_TRY(quire_builder_new(&schema, &builder, error));
    QUIRE_TRY(append(builder, column, text, error));
    QUIRE_TRY(quire_builder_end_row(builder, error));
    QUIRE_TRY(quire_builder_finish(builder, &batch, error));
    *value = *batch.children[0];
    batch.children[0]->release = NULL;
    quire_array_release(&batch);
    return 0;
}

/* A time without a zone has a blank before the hour; one in UTC may have the T of ISO 8601. The
 * bytes of a binary are those of the text. */
int quire_partition_text(const struct quire_view *view, int64_t row, struct quire_buf *text)
{
    const struct quire_field *field = view->field;
    const struct quire_value_style style = {
        .space_separator = field->kind == QUIRE_KIND_TIMESTAMP && field->zone == NULL};
    if (!quire_kind_is_binary(field->kind)) return quire_value_write(view, row, &style, text);
    const struct quire_bytes bytes = quire_view_bytes(view, row);
    return bytes.size > 0 ? quire_buf_append(text, bytes.data, bytes.size) : 0;
}

int quire_partition_repeat(const struct ArrowSchema *column, const struct ArrowArray *value,
                           int64_t n, struct ArrowArray *array, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *field = NULL;
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    QUIRE_CLEANUP(quire_column_cleanup) struct quire_column *made = NULL;
    QUIRE_TRY(quire_field_open(column, &field, error));
    QUIRE_TRY(quire_view_new(field, &view, error));
    QUIRE_TRY(quire_view_set(view, value, error));
    QUIRE_TRY(quire_column_new(field, &made, error));
    struct quire_row_ref *rows = quire_alloc_zero((size_t)n + 1, sizeof(*rows));
    if (rows == NULL) return quire_fail_memory(error, OPERATION);
    const struct quire_view *views[] = {view};
    int code = quire_column_gather(made, views, 1, rows, (size_t)n);
    quire_free(rows);
    if (code != 0)
        return code == QUIRE_MEMORY
                   ? quire_fail_memory(error, OPERATION)
                   : quire_fail(error, code, OPERATION, "a partition value too long to repeat");
    return quire_column_finish(made, array, error);
}
