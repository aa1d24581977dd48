/* Two streams, compared by windows: the rows that the current batches of both still
 * have. A column of a window is a shallow copy of the batch's array with another
 * offset and length, which costs nothing, so the batches need not be cut alike.
 *
 * Each column knows its first row that differs; the smallest of these is told next,
 * and the columns that differ there look further. */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/stream_diff_private.h"
#include "data/value_text.h"

#define MAX_DEFAULT 10

/* --- Windows --- */

static void release_nothing(struct ArrowArray *array)
{
    array->release = NULL;
}

/* Rows of an array without a copy. Borrows its memory. */
static struct ArrowArray part_of(const struct ArrowArray *array, int64_t start, int64_t count)
{
    struct ArrowArray part = *array;
    part.offset += start;
    part.length = count;
    part.null_count = array->null_count == 0 ? 0 : -1;
    part.release = release_nothing;
    return part;
}

static struct ArrowArray column_part(const struct quire_diff_side *side, int64_t index,
                                     int64_t count)
{
    return part_of(side->batch.children[index], side->batch.offset + side->at, count);
}

/* A column whose values cannot even be compared as text is left alone from here on. */
static int give_up(struct quire_diff_state *diff, struct quire_diff_column *column,
                   const struct quire_error *failure, struct quire_error *error)
{
    column->skipped = true;
    diff->result.complete = false;
    struct quire_difference difference = {
        .kind = QUIRE_DIFFERENCE_TYPE,
        .row = failure->row == QUIRE_NOWHERE ? QUIRE_NOWHERE : diff->row + failure->row,
        .column = diff->a.root->children[column->a_index].name,
        .cause = failure->cause};
    return quire_diff_tell(diff, &difference, error);
}

static int cast_window(const struct quire_diff_state *diff, struct quire_diff_column *column,
                       const struct ArrowArray *a, const struct ArrowArray *b,
                       struct quire_error *failure)
{
    const struct quire_cast_options options = {0};
    const struct ArrowSchema *to = column->common.children[0];
    QUIRE_TRY(
        quire_cast(diff->a.schema.children[column->a_index], a, to, &options, &column->a, failure));
    int code =
        quire_cast(diff->b.schema.children[column->b_index], b, to, &options, &column->b, failure);
    if (code != 0) quire_array_release(&column->a);
    return code;
}

static int set_window(struct quire_diff_state *diff, struct quire_diff_column *column,
                      int64_t count, struct quire_error *error)
{
    struct ArrowArray a = column_part(&diff->a, column->a_index, count);
    struct ArrowArray b = column_part(&diff->b, column->b_index, count);
    column->next = 0;
    column->differs = -1;
    if (column->common.release == NULL) {
        column->a = a;
        column->b = b;
        return 0;
    }
    for (bool again = true; again;) {
        struct quire_error failure;
        quire_error_clear(&failure);
        int code = cast_window(diff, column, &a, &b, &failure);
        if (code == 0) return 0;
        if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_DIFF_OPERATION);
        QUIRE_TRY(quire_diff_fall_back(column, &again, error));
        if (!again) return give_up(diff, column, &failure, error);
    }
    return 0;
}

/* Compares a column of the window from column->next on; *difference is meaningful
 * when column->differs is then not -1. */
static int look(struct quire_diff_state *diff, struct quire_diff_column *column, int64_t count,
                struct quire_error *difference, struct quire_error *error)
{
    column->differs = -1;
    if (column->skipped || column->next >= count) return 0;
    const struct ArrowSchema *type = column->common.release != NULL
                                         ? column->common.children[0]
                                         : diff->a.schema.children[column->a_index];
    struct ArrowArray a = part_of(&column->a, column->next, count - column->next);
    struct ArrowArray b = part_of(&column->b, column->next, count - column->next);
    quire_error_clear(difference);
    if (quire_array_compare(type, &a, &b, &diff->unequal, difference)) return 0;
    if (difference->code != QUIRE_INPUT || difference->row == QUIRE_NOWHERE) {
        if (error != NULL) *error = *difference;
        return difference->code;
    }
    column->differs = column->next + difference->row - 1;
    return 0;
}

/* --- Values that differ --- */

/* The text of one value; NULL when it is null. */
static int value_text(const struct quire_field *field, const struct ArrowArray *part, int64_t row,
                      struct quire_buf *out, const char **text)
{
    struct quire_view *view = NULL;
    QUIRE_TRY(quire_view_new(field, &view, NULL));
    int code = quire_view_set(view, part, NULL);
    if (code == 0 && !quire_view_is_null(view, row)) {
        code = quire_unequal_text(view, row, out);
        if (code == 0) *text = (const char *)out->data;
    }
    quire_view_free(view);
    return code;
}

/* Nested values, unions and run ends are told by what differs within them. */
static bool has_text(const struct quire_field *field)
{
    const struct quire_field *values =
        field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary : field;
    return values->kind < QUIRE_KIND_LIST;
}

static int tell_value(struct quire_diff_state *diff, struct quire_diff_column *column, int64_t row,
                      int64_t count, struct quire_error *found, struct quire_error *error)
{
    const struct quire_field *a_field = &diff->a.root->children[column->a_index];
    const struct quire_field *b_field = &diff->b.root->children[column->b_index];
    struct ArrowArray a = column_part(&diff->a, column->a_index, count);
    struct ArrowArray b = column_part(&diff->b, column->b_index, count);
    struct quire_difference difference = {.kind = QUIRE_DIFFERENCE_VALUE,
                                          .row = diff->row + row + 1};
    int code = 0;
    if (has_text(a_field) && has_text(b_field)) {
        code = value_text(a_field, &a, row, &diff->a_text, &difference.a);
        if (code == 0) code = value_text(b_field, &b, row, &diff->b_text, &difference.b);
    } else {
        difference.a = diff->unequal.a;
        difference.b = diff->unequal.b;
    }
    if (code != 0)
        return quire_fail(error, code, QUIRE_DIFF_OPERATION, "a value could not be shown");
    quire_error_outer_column(found, a_field->name);
    difference.column = found->column;
    difference.cause = found->cause;
    diff->result.values++;
    return quire_diff_tell(diff, &difference, error);
}

/* Tells of all columns that differ in one row and lets them look further. */
static int tell_row(struct quire_diff_state *diff, int64_t row, int64_t count,
                    struct quire_error *error)
{
    struct quire_error difference;
    for (size_t i = 0; i < diff->columns_size; i++) {
        struct quire_diff_column *column = &diff->columns[i];
        if (column->skipped || column->differs != row) continue;
        if (diff->result.values == diff->max) {
            diff->stopped = true;
            return 0;
        }
        column->next = row;
        QUIRE_TRY(look(diff, column, row + 1, &difference, error));
        QUIRE_TRY(tell_value(diff, column, row, count, &difference, error));
        column->next = row + 1;
        QUIRE_TRY(look(diff, column, count, &difference, error));
    }
    return 0;
}

static int64_t first_difference(const struct quire_diff_state *diff)
{
    int64_t row = -1;
    for (size_t i = 0; i < diff->columns_size; i++) {
        const struct quire_diff_column *column = &diff->columns[i];
        if (column->skipped || column->differs < 0) continue;
        if (row < 0 || column->differs < row) row = column->differs;
    }
    return row;
}

static int compare_window(struct quire_diff_state *diff, int64_t count, struct quire_error *error)
{
    struct quire_error difference;
    for (size_t i = 0; i < diff->columns_size; i++) {
        struct quire_diff_column *column = &diff->columns[i];
        if (column->skipped) continue;
        QUIRE_TRY(set_window(diff, column, count, error));
        QUIRE_TRY(look(diff, column, count, &difference, error));
    }
    for (int64_t row = first_difference(diff); row >= 0 && !diff->stopped;
         row = first_difference(diff))
        QUIRE_TRY(tell_row(diff, row, count, error));
    return 0;
}

static void release_window(struct quire_diff_state *diff)
{
    for (size_t i = 0; i < diff->columns_size; i++) {
        quire_array_release(&diff->columns[i].a);
        quire_array_release(&diff->columns[i].b);
    }
}

/* --- Streams --- */

/* Makes sure that there are rows ahead, or that the stream is at its end. */
static int advance(struct quire_diff_side *side, struct quire_error *error)
{
    while (side->batch.release == NULL || side->at == side->batch.length) {
        quire_array_release(&side->batch);
        side->at = 0;
        QUIRE_TRY(quire_stream_next(side->stream, &side->batch, error));
        if (side->batch.release == NULL) return 0;
        if (side->batch.n_children != (int64_t)side->root->children_size)
            return quire_fail(error, QUIRE_USAGE, QUIRE_DIFF_OPERATION,
                              "a batch is not of its stream's schema");
        side->rows += side->batch.length;
    }
    return 0;
}

static int count_rest(struct quire_diff_side *side, struct quire_error *error)
{
    while (side->batch.release != NULL) {
        side->at = side->batch.length;
        QUIRE_TRY(advance(side, error));
    }
    return 0;
}

static int compare_rows(struct quire_diff_state *diff, struct quire_error *error)
{
    for (;;) {
        QUIRE_TRY(advance(&diff->a, error));
        QUIRE_TRY(advance(&diff->b, error));
        if (diff->a.batch.release == NULL || diff->b.batch.release == NULL) return 0;
        int64_t a_rows = diff->a.batch.length - diff->a.at;
        int64_t b_rows = diff->b.batch.length - diff->b.at;
        int64_t count = a_rows < b_rows ? a_rows : b_rows;
        int code = compare_window(diff, count, error);
        release_window(diff);
        QUIRE_TRY(code);
        if (diff->stopped) {
            diff->result.complete = false;
            return 0;
        }
        diff->a.at += count;
        diff->b.at += count;
        diff->row += count;
    }
}

static int tell_rows(struct quire_diff_state *diff, struct quire_error *error)
{
    struct quire_difference difference = {.kind = QUIRE_DIFFERENCE_ROWS, .row = QUIRE_NOWHERE};
    if (diff->a.rows == diff->b.rows) return 0;
    quire_buf_clear(&diff->cause);
    if (quire_buf_printf(&diff->cause, "%" PRId64 " rows in the first, %" PRId64 " in the second",
                         diff->a.rows, diff->b.rows) != 0 ||
        quire_buf_terminate(&diff->cause) != 0)
        return quire_fail_memory(error, QUIRE_DIFF_OPERATION);
    difference.cause = (const char *)diff->cause.data;
    return quire_diff_tell(diff, &difference, error);
}

static int open_side(struct quire_diff_side *side, struct ArrowArrayStream *stream,
                     struct quire_error *error)
{
    side->stream = stream;
    QUIRE_TRY(quire_stream_schema(stream, &side->schema, error));
    QUIRE_TRY(quire_field_open(&side->schema, &side->root, error));
    if (side->root->kind == QUIRE_KIND_STRUCT) return 0;
    return quire_fail(error, QUIRE_USAGE, QUIRE_DIFF_OPERATION,
                      "the schema is not that of a batch");
}

static void close_side(struct quire_diff_side *side)
{
    quire_array_release(&side->batch);
    quire_field_close(side->root);
    quire_schema_release(&side->schema);
}

static int run(struct quire_diff_state *diff, struct quire_error *error)
{
    QUIRE_TRY(quire_diff_match(diff, error));
    QUIRE_TRY(compare_rows(diff, error));
    QUIRE_TRY(count_rest(&diff->a, error));
    QUIRE_TRY(count_rest(&diff->b, error));
    return tell_rows(diff, error);
}

int quire_diff(struct ArrowArrayStream *a, struct ArrowArrayStream *b,
               const struct quire_diff_options *options, struct quire_diff_result *result,
               struct quire_error *error)
{
    static const struct quire_diff_options defaults;
    struct quire_diff_state diff = {.options = options != NULL ? options : &defaults,
                                    .result = {.same = true, .complete = true}};
    diff.max = diff.options->max > 0 ? diff.options->max : MAX_DEFAULT;
    int code = open_side(&diff.a, a, error);
    if (code == 0) code = open_side(&diff.b, b, error);
    if (code == 0) code = run(&diff, error);
    for (size_t i = 0; i < diff.columns_size; i++)
        quire_schema_release(&diff.columns[i].common);
    quire_free(diff.columns);
    quire_buf_release(&diff.a_text);
    quire_buf_release(&diff.b_text);
    quire_buf_release(&diff.cause);
    quire_unequal_release(&diff.unequal);
    close_side(&diff.a);
    close_side(&diff.b);
    if (code != 0) return code;
    diff.result.rows_a = diff.a.rows;
    diff.result.rows_b = diff.b.rows;
    *result = diff.result;
    return 0;
}
