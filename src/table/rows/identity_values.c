/* Values of identity columns in batches of rows. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/schema.h"
#include "data/view.h"
#include "table/rows/identity.h"
#include "table/rows/number_column.h"

#define OPERATION "write table"

static int fail_given(const struct quire_identity *identity, int64_t value, int64_t row,
                      struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, OPERATION,
               "the table gives the values of the column itself (GENERATED ALWAYS AS IDENTITY): "
               "%lld is not taken",
               (long long)value);
    quire_error_at(error, row + 1, identity->name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

/* What becomes of a number of the column. */
typedef int change_number(void *user, int64_t row, struct quire_number *number,
                          struct quire_error *error);

/* Puts a column in the place of that of a batch. Rows before the batch's offset, which nobody sees,
 * are null. */
static int change_column(size_t column, struct ArrowArray *batch, change_number *change, void *user,
                         struct quire_error *error)
{
    struct ArrowArray *array = batch->children[column];
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *field = NULL;
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    QUIRE_CLEANUP(quire_cleanup_free) struct quire_number *numbers = NULL;
    const struct quire_schema_parts parts = {.format = "l", .flags = ARROW_FLAG_NULLABLE};
    const int64_t offset = batch->offset, rows = offset + batch->length;
    struct ArrowArray made = {.release = NULL};
    numbers = quire_alloc_zero((size_t)rows + 1, sizeof(*numbers));
    if (numbers == NULL || quire_schema_make(&parts, &schema) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_field_open(&schema, &field, error));
    QUIRE_TRY(quire_view_new(field, &view, error));
    QUIRE_TRY(quire_view_set(view, array, error));
    view->offset += offset;
    for (int64_t i = 0; i < rows; i++) {
        numbers[i].null = true;
        if (i < offset) continue;
        numbers[i] = quire_number_at(view, i - offset);
        QUIRE_TRY(change(user, i - offset, &numbers[i], error));
    }
    QUIRE_TRY(quire_number_column(numbers, rows, &made, error));
    quire_array_release(array);
    *array = made;
    return 0;
}

static int give(void *user, int64_t row, struct quire_number *number, struct quire_error *error)
{
    struct quire_identity *identity = user;
    if (!number->null) return fail_given(identity, number->value, row, error);
    number->null = false;
    return quire_identity_next(identity, &number->value, error);
}

int quire_identity_fill(struct quire_identity *identity, struct ArrowArray *batch,
                        struct quire_error *error)
{
    return change_column(identity->column, batch, give, identity, error);
}

struct shift {
    const struct quire_identity *from;
    struct quire_identity *to;
};

/* The place of a value among those that were given stays, and so does the way between two. */
static int shift(void *user, int64_t row, struct quire_number *number, struct quire_error *error)
{
    const struct shift *by = user;
    const uint64_t further = (uint64_t)number->value - (uint64_t)by->from->first;
    (void)row, (void)error;
    number->value = (int64_t)((uint64_t)by->to->first + further);
    return 0;
}

int quire_identity_shift(const struct quire_identity *from, struct quire_identity *to,
                         struct ArrowArray *batch, struct quire_error *error)
{
    struct shift by = {from, to};
    return change_column(from->column, batch, shift, &by, error);
}
