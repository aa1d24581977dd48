/* A value that is written counts; where there is none, or no column, the id of a row is its file's
 * baseRowId and its place, and its version the file's defaultRowCommitVersion. */
#include "table/rows/row_tracking.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column.h"
#include "data/schema.h"
#include "data/view.h"

#define OPERATION "row tracking"
#define ENABLED   "delta.enableRowTracking"
#define ROW_ID    "delta.rowTracking.materializedRowIdColumnName"
#define VERSION   "delta.rowTracking.materializedRowCommitVersionColumnName"

int quire_row_tracking_of(const struct quire_snapshot *snapshot, const char *verb,
                          struct quire_row_tracking *tracking, struct quire_error *error)
{
    const char *enabled = quire_snapshot_property(snapshot, ENABLED);
    *tracking = (struct quire_row_tracking){NULL, NULL};
    if (enabled == NULL || strcmp(enabled, "true") != 0) return 0;
    tracking->id = quire_snapshot_property(snapshot, ROW_ID);
    tracking->version = quire_snapshot_property(snapshot, VERSION);
    if (tracking->id != NULL && tracking->version != NULL) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, verb,
                      "the table uses what this build cannot write: ids of rows that are copied "
                      "(row tracking) without names of columns for them");
}

static int copy_schema(const struct quire_row_tracking *tracking, const struct ArrowSchema *schema,
                       struct ArrowSchema *wide, struct quire_error *error)
{
    const int64_t columns = schema->n_children;
    const struct quire_schema_parts whole = {
        .format = "+s", .children_size = (size_t)columns + QUIRE_ROW_TRACKING_COLUMNS};
    const struct quire_schema_parts id = {
        .format = "l", .name = tracking->id, .flags = ARROW_FLAG_NULLABLE};
    const struct quire_schema_parts version = {
        .format = "l", .name = tracking->version, .flags = ARROW_FLAG_NULLABLE};
    if (quire_schema_make(&whole, wide) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < columns; i++)
        QUIRE_TRY(quire_schema_copy(schema->children[i], wide->children[i], error));
    if (quire_schema_make(&id, wide->children[columns]) != 0 ||
        quire_schema_make(&version, wide->children[columns + 1]) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_row_tracking_widen(const struct quire_row_tracking *tracking, struct ArrowSchema *schema,
                             struct quire_error *error)
{
    struct ArrowSchema wide = {.release = NULL};
    if (tracking->id == NULL) return 0;
    int code = copy_schema(tracking, schema, &wide, error);
    if (code != 0) {
        quire_schema_release(&wide);
        return code;
    }
    quire_schema_release(schema);
    *schema = wide;
    return 0;
}

void quire_row_tracking_drop(struct ArrowArray *batch)
{
    for (int i = 0; i < QUIRE_ROW_TRACKING_COLUMNS; i++)
        quire_array_release(batch->children[--batch->n_children]);
}

/* --- Values ---------------------------------------------------------------------------------- */

/* A column of numbers: those that are given, else start + step * row; NULL given: nulls. */
struct numbers {
    const struct quire_view *given;
    int64_t start, step;
};

static int append_numbers(struct quire_column *column, const struct numbers *numbers, int64_t rows)
{
    for (int64_t row = 0; row < rows; row++) {
        const struct quire_view *given = numbers->given;
        if (given == NULL)
            QUIRE_TRY(quire_column_append_null(column));
        else
            QUIRE_TRY(quire_column_append_i64(column, !quire_view_is_null(given, row)
                                                          ? quire_view_i64(given, row)
                                                          : numbers->start + numbers->step * row));
    }
    return 0;
}

/* Puts a column in the place of another of its length. */
static int replace(struct ArrowArray *array, int64_t offset, int64_t rows, bool keeps,
                   struct numbers numbers, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *field = NULL;
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    QUIRE_CLEANUP(quire_column_cleanup) struct quire_column *column = NULL;
    const struct quire_schema_parts parts = {.format = "l", .flags = ARROW_FLAG_NULLABLE};
    struct ArrowArray made = {.release = NULL};
    if (quire_schema_make(&parts, &schema) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_field_open(&schema, &field, error));
    QUIRE_TRY(quire_view_new(field, &view, error));
    QUIRE_TRY(quire_column_new(field, &column, error));
    QUIRE_TRY(quire_view_set(view, array, error));
    view->offset += offset;
    if (keeps) numbers.given = view;
    for (int64_t i = 0; i < offset; i++) /* rows before those of the batch, which nobody sees */
        if (quire_column_append_null(column) != 0) return quire_fail_memory(error, OPERATION);
    if (append_numbers(column, &numbers, rows) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_column_finish(column, &made, error));
    quire_array_release(array);
    *array = made;
    return 0;
}

int quire_row_tracking_renew(const struct quire_row_tracking *tracking, struct ArrowArray *batch,
                             struct quire_error *error)
{
    const struct numbers none = {.given = NULL};
    if (tracking->id == NULL) return 0;
    return replace(batch->children[batch->n_children - 1], batch->offset, batch->length, false,
                   none, error);
}

int quire_row_tracking_fill(const struct quire_add *add, int64_t first, struct ArrowArray *batch,
                            struct quire_error *error)
{
    const struct numbers ids = {.start = add->base_row_id + first, .step = 1};
    const struct numbers versions = {.start = add->row_commit_version};
    if (add->base_row_id == QUIRE_LOG_NONE || add->row_commit_version == QUIRE_LOG_NONE)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "the table tracks rows, and a file of it has no baseRowId or no "
                          "defaultRowCommitVersion");
    struct ArrowArray **last = batch->children + batch->n_children - 1;
    QUIRE_TRY(replace(last[-1], batch->offset, batch->length, true, ids, error));
    return replace(last[0], batch->offset, batch->length, true, versions, error);
}
