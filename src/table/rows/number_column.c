#include "table/rows/number_column.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column.h"
#include "data/schema.h"

#define OPERATION "write table"

int quire_number_column(const struct quire_number *numbers, int64_t rows, struct ArrowArray *column,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *field = NULL;
    QUIRE_CLEANUP(quire_column_cleanup) struct quire_column *made = NULL;
    const struct quire_schema_parts parts = {.format = "l", .flags = ARROW_FLAG_NULLABLE};
    if (quire_schema_make(&parts, &schema) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_field_open(&schema, &field, error));
    QUIRE_TRY(quire_column_new(field, &made, error));
    for (int64_t i = 0; i < rows; i++)
        if ((numbers[i].null ? quire_column_append_null(made)
                             : quire_column_append_i64(made, numbers[i].value)) != 0)
            return quire_fail_memory(error, OPERATION);
    return quire_column_finish(made, column, error);
}
