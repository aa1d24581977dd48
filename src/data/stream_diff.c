/* Two streams, compared by windows: the rows that the current batches of both still
 * have. A column of a window is a shallow copy of the batch's array with another
 * offset and length, which costs nothing, so the batches need not be cut alike.
 *
 * Each column knows its first row that differs; the smallest of these is told next,
 * and the columns that differ there look further. */
#include "quire/diff.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/field.h"
#include "data/value_text.h"
#include "data/widen.h"
#include "quire/batch.h"

static const char operation[] = "compare streams";

#define MAX_DEFAULT 10
#define SHOWN_MAX   256

/* One stream and where it stands. */
struct side {
    struct ArrowArrayStream *stream;
    struct ArrowSchema schema;
    struct quire_field *root;
    struct ArrowArray batch; /* release == NULL: at the end */
    int64_t at;              /* rows of batch that are behind */
    int64_t rows;            /* rows of all batches so far */
};

/* A column that both sides have. */
struct column {
    int64_t a_index, b_index;
    struct ArrowSchema common; /* types differ: one column of the type that holds both */
    bool skipped;              /* values could not be cast */
    /* Of the window: */
    struct ArrowArray a, b;
    int64_t next;    /* first row not compared yet */
    int64_t differs; /* first row from there on that differs; -1: none */
};

struct diff {
    const struct quire_diff_options *options;
    int64_t max;
    struct side a, b;
    struct column *columns;
    size_t columns_size;
    int64_t row;  /* rows before the window */
    bool stopped; /* a difference past max was found */
    struct quire_diff_result result;
    struct quire_buf a_text, b_text, cause;
};

/* --- Telling --- */

static int tell(struct diff *diff, const struct quire_difference *difference,
                struct quire_error *error)
{
    diff->result.same = false;
    if (diff->options->report == NULL) return 0;
    return diff->options->report(diff->options->user, difference, error);
}

static int type_texts(struct diff *diff, const struct quire_field *a, const struct quire_field *b,
                      struct quire_error *error)
{
    quire_buf_clear(&diff->a_text);
    quire_buf_clear(&diff->b_text);
    if ((a != NULL && quire_field_type_text(a, &diff->a_text) != 0) ||
        (b != NULL && quire_field_type_text(b, &diff->b_text) != 0) ||
        quire_buf_terminate(&diff->a_text) != 0 || quire_buf_terminate(&diff->b_text) != 0)
        return quire_fail_memory(error, operation);
    return 0;
}

/* A column that only one side has, or whose types (type_texts) differ. */
static int tell_column(struct diff *diff, enum quire_difference_kind kind, const char *name,
                       bool in_a, bool in_b, struct quire_error *error)
{
    struct quire_difference difference = {.kind = kind, .row = QUIRE_NOWHERE, .column = name};
    difference.a = in_a ? (const char *)diff->a_text.data : NULL;
    difference.b = in_b ? (const char *)diff->b_text.data : NULL;
    quire_buf_clear(&diff->cause);
    int code;
    if (in_a && in_b)
        code = quire_buf_printf(&diff->cause, "%s in the first, %s in the second", difference.a,
                                difference.b);
    else
        code = quire_buf_printf(&diff->cause, "only the %s has this column (%s)",
                                in_a ? "first" : "second", in_a ? difference.a : difference.b);
    if (code != 0 || quire_buf_terminate(&diff->cause) != 0)
        return quire_fail_memory(error, operation);
    difference.cause = (const char *)diff->cause.data;
    return tell(diff, &difference, error);
}

/* --- Columns --- */

static int set_common(struct diff *diff, struct column *column, struct quire_error *error)
{
    struct ArrowSchema *a_child = diff->a.schema.children[column->a_index];
    struct ArrowSchema *b_child = diff->b.schema.children[column->b_index];
    const struct ArrowSchema a = {.format = "+s", .name = "", .n_children = 1,
                                  .children = &a_child};
    const struct ArrowSchema b = {.format = "+s", .name = "", .n_children = 1,
                                  .children = &b_child};
    int code = quire_schema_widen(&a, &b, true, &column->common, error);
    if (code == 0 || code == QUIRE_MEMORY) return code;
    column->skipped = true;
    diff->result.complete = false;
    quire_error_clear(error);
    return 0;
}

static int match_column(struct diff *diff, size_t index, struct quire_error *error)
{
    const struct quire_field *a = &diff->a.root->children[index];
    int64_t other = quire_field_child(diff->b.root, a->name, a->name_size);
    const struct quire_field *b = other >= 0 ? &diff->b.root->children[other] : NULL;
    QUIRE_TRY(type_texts(diff, a, b, error));
    if (b == NULL) return tell_column(diff, QUIRE_DIFFERENCE_COLUMN, a->name, true, false, error);
    struct column *column = &diff->columns[diff->columns_size++];
    column->a_index = (int64_t)index;
    column->b_index = other;
    if (strcmp((const char *)diff->a_text.data, (const char *)diff->b_text.data) == 0) return 0;
    QUIRE_TRY(tell_column(diff, QUIRE_DIFFERENCE_TYPE, a->name, true, true, error));
    return set_common(diff, column, error);
}

static int tell_order(struct diff *diff, struct quire_error *error)
{
    const struct quire_difference difference = {.kind = QUIRE_DIFFERENCE_ORDER,
                                                .row = QUIRE_NOWHERE,
                                                .cause = "the columns stand in another order"};
    for (size_t i = 1; i < diff->columns_size; i++)
        if (diff->columns[i].b_index < diff->columns[i - 1].b_index)
            return tell(diff, &difference, error);
    return 0;
}

static int match_columns(struct diff *diff, struct quire_error *error)
{
    diff->columns = quire_alloc_zero(diff->a.root->children_size + 1, sizeof(*diff->columns));
    if (diff->columns == NULL) return quire_fail_memory(error, operation);
    for (size_t i = 0; i < diff->a.root->children_size; i++)
        QUIRE_TRY(match_column(diff, i, error));
    for (size_t i = 0; i < diff->b.root->children_size; i++) {
        const struct quire_field *b = &diff->b.root->children[i];
        if (quire_field_child(diff->a.root, b->name, b->name_size) >= 0) continue;
        QUIRE_TRY(type_texts(diff, NULL, b, error));
        QUIRE_TRY(tell_column(diff, QUIRE_DIFFERENCE_COLUMN, b->name, false, true, error));
    }
    diff->result.columns = (int64_t)diff->columns_size;
    return tell_order(diff, error);
}

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

static struct ArrowArray column_part(const struct side *side, int64_t index, int64_t count)
{
    return part_of(side->batch.children[index], side->batch.offset + side->at, count);
}

static int tell_uncastable(struct diff *diff, struct column *column, struct quire_error *failure,
                           struct quire_error *error)
{
    column->skipped = true;
    diff->result.complete = false;
    if (failure->code == QUIRE_MEMORY) {
        if (error != NULL) *error = *failure;
        return QUIRE_MEMORY;
    }
    struct quire_difference difference = {
        .kind = QUIRE_DIFFERENCE_TYPE,
        .row = failure->row == QUIRE_NOWHERE ? QUIRE_NOWHERE : diff->row + failure->row,
        .column = diff->a.root->children[column->a_index].name,
        .cause = failure->cause};
    return tell(diff, &difference, error);
}

static int cast_part(struct diff *diff, struct column *column, const struct ArrowSchema *from,
                     const struct ArrowArray *part, struct ArrowArray *result,
                     struct quire_error *error)
{
    const struct quire_cast_options options = {0};
    struct quire_error failure;
    quire_error_clear(&failure);
    if (quire_cast(from, part, column->common.children[0], &options, result, &failure) == 0)
        return 0;
    result->release = NULL;
    return tell_uncastable(diff, column, &failure, error);
}

static int set_window(struct diff *diff, struct column *column, int64_t count,
                      struct quire_error *error)
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
    const struct ArrowSchema *a_type = diff->a.schema.children[column->a_index];
    const struct ArrowSchema *b_type = diff->b.schema.children[column->b_index];
    QUIRE_TRY(cast_part(diff, column, a_type, &a, &column->a, error));
    if (column->skipped) return 0;
    return cast_part(diff, column, b_type, &b, &column->b, error);
}

/* Compares a column of the window from column->next on; *difference is meaningful
 * when column->differs is then not -1. */
static int look(struct diff *diff, struct column *column, int64_t count,
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
    if (quire_array_equal(type, &a, &b, difference)) return 0;
    if (difference->code != QUIRE_INPUT || difference->row == QUIRE_NOWHERE) {
        if (error != NULL) *error = *difference;
        return difference->code;
    }
    column->differs = column->next + difference->row - 1;
    return 0;
}

/* --- Values that differ --- */

/* The text of one value, or NULL when it is null or has no short one. */
static int value_text(const struct quire_field *field, const struct ArrowArray *part, int64_t row,
                      struct quire_buf *out, const char **text)
{
    static const struct quire_value_style style;
    struct quire_view *view = NULL;
    *text = NULL;
    quire_buf_clear(out);
    const struct quire_field *values =
        field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary : field;
    if (values->kind >= QUIRE_KIND_LIST) return 0; /* nested, unions, run ends */
    QUIRE_TRY(quire_view_new(field, &view, NULL));
    int code = quire_view_set(view, part, NULL);
    if (code == 0 && !quire_view_is_null(view, row)) {
        code = quire_value_write(view, row, &style, out);
        if (out->size > SHOWN_MAX) {
            out->size = SHOWN_MAX;
            while (out->size > 0 && (out->data[out->size] & 0xc0) == 0x80) out->size--;
            if (code == 0) code = quire_buf_append_text(out, "…");
        }
        if (code == 0) code = quire_buf_terminate(out);
        if (code == 0) *text = (const char *)out->data;
    }
    quire_view_free(view);
    return code;
}

static int tell_value(struct diff *diff, struct column *column, int64_t row, int64_t count,
                      struct quire_error *found, struct quire_error *error)
{
    const struct quire_field *a_field = &diff->a.root->children[column->a_index];
    const struct quire_field *b_field = &diff->b.root->children[column->b_index];
    struct ArrowArray a = column_part(&diff->a, column->a_index, count);
    struct ArrowArray b = column_part(&diff->b, column->b_index, count);
    struct quire_difference difference = {.kind = QUIRE_DIFFERENCE_VALUE,
                                          .row = diff->row + row + 1};
    int code = value_text(a_field, &a, row, &diff->a_text, &difference.a);
    if (code == 0) code = value_text(b_field, &b, row, &diff->b_text, &difference.b);
    if (code != 0) return quire_fail(error, code, operation, "a value could not be shown");
    quire_error_outer_column(found, a_field->name);
    difference.column = found->column;
    difference.cause = found->cause;
    diff->result.values++;
    return tell(diff, &difference, error);
}

/* Tells of all columns that differ in one row and lets them look further. */
static int tell_row(struct diff *diff, int64_t row, int64_t count, struct quire_error *error)
{
    struct quire_error difference;
    for (size_t i = 0; i < diff->columns_size; i++) {
        struct column *column = &diff->columns[i];
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

static int64_t first_difference(const struct diff *diff)
{
    int64_t row = -1;
    for (size_t i = 0; i < diff->columns_size; i++) {
        const struct column *column = &diff->columns[i];
        if (column->skipped || column->differs < 0) continue;
        if (row < 0 || column->differs < row) row = column->differs;
    }
    return row;
}

static int compare_window(struct diff *diff, int64_t count, struct quire_error *error)
{
    struct quire_error difference;
    for (size_t i = 0; i < diff->columns_size; i++) {
        struct column *column = &diff->columns[i];
        if (column->skipped) continue;
        QUIRE_TRY(set_window(diff, column, count, error));
        QUIRE_TRY(look(diff, column, count, &difference, error));
    }
    for (int64_t row = first_difference(diff); row >= 0 && !diff->stopped;
         row = first_difference(diff))
        QUIRE_TRY(tell_row(diff, row, count, error));
    return 0;
}

static void release_window(struct diff *diff)
{
    for (size_t i = 0; i < diff->columns_size; i++) {
        quire_array_release(&diff->columns[i].a);
        quire_array_release(&diff->columns[i].b);
    }
}

/* --- Streams --- */

/* Makes sure that there are rows ahead, or that the stream is at its end. */
static int advance(struct side *side, struct quire_error *error)
{
    while (side->batch.release == NULL || side->at == side->batch.length) {
        quire_array_release(&side->batch);
        side->at = 0;
        QUIRE_TRY(quire_stream_next(side->stream, &side->batch, error));
        if (side->batch.release == NULL) return 0;
        side->rows += side->batch.length;
    }
    return 0;
}

static int count_rest(struct side *side, struct quire_error *error)
{
    while (side->batch.release != NULL) {
        side->at = side->batch.length;
        QUIRE_TRY(advance(side, error));
    }
    return 0;
}

static int compare_rows(struct diff *diff, struct quire_error *error)
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

static int tell_rows(struct diff *diff, struct quire_error *error)
{
    struct quire_difference difference = {.kind = QUIRE_DIFFERENCE_ROWS, .row = QUIRE_NOWHERE};
    if (diff->a.rows == diff->b.rows) return 0;
    quire_buf_clear(&diff->cause);
    if (quire_buf_printf(&diff->cause, "%" PRId64 " rows in the first, %" PRId64 " in the second",
                         diff->a.rows, diff->b.rows) != 0 ||
        quire_buf_terminate(&diff->cause) != 0)
        return quire_fail_memory(error, operation);
    difference.cause = (const char *)diff->cause.data;
    return tell(diff, &difference, error);
}

static int open_side(struct side *side, struct ArrowArrayStream *stream, struct quire_error *error)
{
    side->stream = stream;
    QUIRE_TRY(quire_stream_schema(stream, &side->schema, error));
    QUIRE_TRY(quire_field_open(&side->schema, &side->root, error));
    if (side->root->kind == QUIRE_KIND_STRUCT) return 0;
    return quire_fail(error, QUIRE_USAGE, operation, "the schema is not that of a batch");
}

static void close_side(struct side *side)
{
    quire_array_release(&side->batch);
    quire_field_close(side->root);
    quire_schema_release(&side->schema);
}

static int run(struct diff *diff, struct quire_error *error)
{
    QUIRE_TRY(match_columns(diff, error));
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
    struct diff diff = {.options = options != NULL ? options : &defaults,
                        .result = {.same = true, .complete = true}};
    diff.max = diff.options->max > 0 ? diff.options->max : MAX_DEFAULT;
    int code = open_side(&diff.a, a, error);
    if (code == 0) code = open_side(&diff.b, b, error);
    if (code == 0) code = run(&diff, error);
    for (size_t i = 0; i < diff.columns_size; i++) quire_schema_release(&diff.columns[i].common);
    quire_free(diff.columns);
    quire_buf_release(&diff.a_text);
    quire_buf_release(&diff.b_text);
    quire_buf_release(&diff.cause);
    close_side(&diff.a);
    close_side(&diff.b);
    if (code != 0) return code;
    diff.result.rows_a = diff.a.rows;
    diff.result.rows_b = diff.b.rows;
    *result = diff.result;
    return 0;
}
