/* A table's columns may become others of the same names, and rows of before be no values of theirs.
 */
#include "table/told_columns.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/schema/delta_schema.h"
#include "table/schema/schema_reads.h"

#define OPERATION "read changes"

/* A schema that versions have from this one on. */
struct known_schema {
    int64_t version;
    struct quire_bytes text; /* the snapshot's */
};

int quire_told_columns_note(const struct quire_snapshot *snapshot, struct quire_buf *schemas,
                            struct quire_error *error)
{
    const struct known_schema made = {snapshot->version, snapshot->metadata.schema};
    if (schemas->size > 0) {
        const struct known_schema *last =
            (const struct known_schema *)(const void *)quire_buf_end(schemas) - 1;
        if (last->text.data == made.text.data) return 0;
    }
    return quire_buf_append(schemas, &made, sizeof(made)) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

static int fail_schema(const struct quire_delta_field *column, int64_t version, int64_t end,
                       const struct quire_delta_type *table, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf was = {0}, is = {0};
    if (quire_delta_type_write(column->type, &was) != 0 || quire_buf_terminate(&was) != 0 ||
        quire_delta_type_write(quire_delta_type_find(table, column->name)->type, &is) != 0 ||
        quire_buf_terminate(&is) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
               "rows of version %" PRId64 " cannot be told in the columns of version %" PRId64
               ": the column was %.100s, and is %.100s",
               version, end, (const char *)was.data, (const char *)is.data);
    quire_error_at(error, QUIRE_NOWHERE, column->name, QUIRE_NOWHERE);
    quire_error_hint(
        error, "ask for the versions before that change and for those after it by themselves");
    return QUIRE_UNSUPPORTED;
}

/* Where names of columns are mapped, a column of another type is another one. */
int quire_told_columns_check(const struct quire_snapshot *end, const struct quire_buf *schemas,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    const struct known_schema *list = (const struct known_schema *)(const void *)schemas->data;
    size_t size = schemas->size / sizeof(*list);
    struct quire_delta_type *table = NULL, *files = NULL;
    if (size < 2 || quire_delta_mapping(&end->metadata, &end->protocol) != QUIRE_DELTA_MAP_NONE)
        return 0;
    QUIRE_TRY(quire_delta_type_read(&end->metadata.schema, &arena, &table, error));
    for (size_t i = 0; i + 1 < size; i++) {
        QUIRE_TRY(quire_delta_type_read(&list[i].text, &arena, &files, error));
        const struct quire_delta_field *column = quire_schema_reads(files, table);
        if (column != NULL)
            return fail_schema(column, list[i + 1].version - 1, end->version, table, error);
    }
    return 0;
}
