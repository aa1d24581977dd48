/* A table's columns may become others of the same names, and rows of before be no values of theirs.
 *
 * Under column mapping files have names of their own for columns (PROTOCOL.md, "Column Mapping").
 * From the last version back, a column is the one before that has the same name in files; where
 * there is none, as when a table got other columns at once, it is the one that was called the same
 * and went in that very commit. A column that was dropped and one that was added later are two. */
#include "table/told_columns.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/schema/delta_schema.h"
#include "table/schema/schema_reads.h"

#define OPERATION "read changes"

/* What versions have from this one on. */
struct known_schema {
    int64_t version;
    struct quire_metadata_action metadata; /* the snapshot's */
    struct quire_metadata_action told;     /* the arena's */
    bool differs;                          /* told is not that of the last version */
};

static struct known_schema *schemas_of(const struct quire_told_columns *told, size_t *size)
{
    *size = told->schemas.size / sizeof(struct known_schema);
    return (struct known_schema *)(void *)told->schemas.data;
}

void quire_told_columns_release(struct quire_told_columns *told)
{
    quire_buf_release(&told->schemas);
    quire_arena_release(&told->arena);
}

int quire_told_columns_note(const struct quire_snapshot *snapshot, struct quire_told_columns *told,
                            struct quire_error *error)
{
    const struct known_schema made = {.version = snapshot->version, .metadata = snapshot->metadata};
    size_t size;
    const struct known_schema *list = schemas_of(told, &size);
    if (size > 0 && list[size - 1].metadata.schema.data == made.metadata.schema.data) return 0;
    return quire_buf_append(&told->schemas, &made, sizeof(made)) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

/* --- Other types ----------------------------------------------------------------------------- */

/* Rows of the schema that a version has from before the next one on, and those of the end. */
struct sides {
    int64_t version, end;
};

static int fail_type(const struct sides *sides, const char *name,
                     const struct quire_delta_type *old, const struct quire_delta_type *new,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf was = {0}, is = {0};
    if (quire_delta_type_write(old, &was) != 0 || quire_buf_terminate(&was) != 0 ||
        quire_delta_type_write(new, &is) != 0 || quire_buf_terminate(&is) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
               "rows of version %" PRId64 " cannot be told in the columns of version %" PRId64
               ": the column was %.100s, and is %.100s",
               sides->version, sides->end, (const char *)was.data, (const char *)is.data);
    quire_error_at(error, QUIRE_NOWHERE, name, QUIRE_NOWHERE);
    quire_error_hint(
        error, "ask for the versions before that change and for those after it by themselves");
    return QUIRE_UNSUPPORTED;
}

/* Where names of columns are not mapped, they are those of files. */
static int check_names(const struct sides *sides, const struct quire_delta_type *files,
                       const struct quire_delta_type *table, struct quire_error *error)
{
    const struct quire_delta_field *column = quire_schema_reads(files, table);
    if (column == NULL) return 0;
    return fail_type(sides, column->name, column->type,
                     quire_delta_type_find(table, column->name)->type, error);
}

/* --- Names that are mapped ------------------------------------------------------------------- */

/* A step from one schema back to the one before. What is told is the end's, by the names of files
 * of the later schema at first, then by those of the one before. */
struct step {
    const struct sides *sides;
    const struct quire_delta_type *before, *after;
    struct quire_delta_type *told;
    const char *column; /* the top-level one that is at work */
    struct quire_arena *arena;
    struct quire_error *error;
};

static const char *file_name(const struct quire_delta_field *field)
{
    const struct quire_delta_member *name = quire_delta_field_get(field, QUIRE_DELTA_MAPPING_NAME);
    return name != NULL && name->text != NULL ? name->text : field->name;
}

static const struct quire_delta_field *find_in_files(const struct quire_delta_type *type,
                                                     const char *name)
{
    for (size_t i = 0; type != NULL && i < type->fields_size; i++)
        if (strcmp(file_name(&type->fields[i]), name) == 0) return &type->fields[i];
    return NULL;
}

/* The column before of one that is told; NULL where there was none. */
static const struct quire_delta_field *find_before(const struct quire_delta_type *before,
                                                   const struct quire_delta_type *after,
                                                   const struct quire_delta_field *told)
{
    const struct quire_delta_field *same = find_in_files(before, file_name(told));
    const struct quire_delta_field *later = find_in_files(after, file_name(told));
    if (same != NULL || later == NULL) return same;
    const struct quire_delta_field *called = quire_delta_type_find(before, later->name);
    bool went = called != NULL && find_in_files(after, file_name(called)) == NULL;
    return went ? called : NULL;
}

static int step_fields(const struct step *step, const struct quire_delta_type *before,
                       const struct quire_delta_type *after, struct quire_delta_type *told);

/* after: NULL where the later schema has no such column. */
static int step_type(const struct step *step, const struct quire_delta_type *before,
                     const struct quire_delta_type *after, struct quire_delta_type *told)
{
    if (before->kind != told->kind ||
        (told->kind == QUIRE_DELTA_PRIMITIVE && !quire_type_reads(before, told)))
        return fail_type(step->sides, step->column, before, told, step->error);
    if (after != NULL && after->kind != told->kind) after = NULL;
    switch (told->kind) {
    case QUIRE_DELTA_PRIMITIVE: return 0;
    case QUIRE_DELTA_STRUCT: return step_fields(step, before, after, told);
    case QUIRE_DELTA_MAP:
        QUIRE_TRY(step_type(step, before->key, after != NULL ? after->key : NULL, told->key));
        break;
    case QUIRE_DELTA_ARRAY: break;
    }
    return step_type(step, before->element, after != NULL ? after->element : NULL, told->element);
}

static int step_field(const struct step *step, const struct quire_delta_field *before,
                      const struct quire_delta_type *after, struct quire_delta_field *told)
{
    const struct quire_delta_field *later = find_in_files(after, file_name(told));
    const struct quire_delta_member *id = quire_delta_field_get(before, QUIRE_DELTA_MAPPING_ID);
    QUIRE_TRY(step_type(step, before->type, later != NULL ? later->type : NULL, told->type));
    int code =
        quire_delta_field_set_text(step->arena, told, QUIRE_DELTA_MAPPING_NAME, file_name(before));
    if (code == 0 && id != NULL)
        code = quire_delta_field_set_number(step->arena, told, QUIRE_DELTA_MAPPING_ID, id->number);
    return code == 0 ? 0 : quire_fail_memory(step->error, OPERATION);
}

static int step_fields(const struct step *step, const struct quire_delta_type *before,
                       const struct quire_delta_type *after, struct quire_delta_type *told)
{
    for (size_t i = 0; i < told->fields_size; i++) {
        const struct quire_delta_field *old = find_before(before, after, &told->fields[i]);
        if (old != NULL) QUIRE_TRY(step_field(step, old, after, &told->fields[i]));
    }
    return 0;
}

/* --- Metadata to read by --------------------------------------------------------------------- */

/* What partitions the table may have changed, too. */
static int take_partition(struct quire_told_columns *columns, struct known_schema *known,
                          const struct quire_delta_field *before,
                          const struct quire_delta_field *told)
{
    struct quire_texts *names = &known->told.partitions;
    struct quire_bytes name = {(const uint8_t *)told->name, strlen(told->name)};
    if (before == NULL || quire_delta_partition(&known->metadata, before->name) < 0) return 0;
    if (quire_bytes_copy(&columns->arena, &name) != 0) return QUIRE_MEMORY;
    names->items[names->size++] = name;
    return 0;
}

static int take_schema(struct quire_told_columns *columns, const struct quire_delta_type *told,
                       struct known_schema *known)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_TRY(quire_delta_type_write(told, &text));
    known->told.schema = (struct quire_bytes){text.data, text.size};
    return quire_bytes_copy(&columns->arena, &known->told.schema);
}

/* By the step from the schema behind it; told is changed to what it was called before. */
static int make_known(struct quire_told_columns *columns, struct step *step, bool mapped,
                      struct known_schema *known)
{
    size_t size = step->told->fields_size;
    known->differs = true;
    known->told.partitions = (struct quire_texts){
        .items = quire_arena_alloc(&columns->arena, (size + 1) * sizeof(struct quire_bytes))};
    if (known->told.partitions.items == NULL) return quire_fail_memory(step->error, OPERATION);
    for (size_t i = 0; i < size; i++) {
        struct quire_delta_field *field = &step->told->fields[i];
        const struct quire_delta_field *old =
            mapped ? find_before(step->before, step->after, field)
                   : quire_delta_type_find(step->before, field->name);
        step->column = field->name;
        if (mapped && old != NULL) QUIRE_TRY(step_field(step, old, step->after, field));
        if (take_partition(columns, known, old, field) != 0)
            return quire_fail_memory(step->error, OPERATION);
    }
    return take_schema(columns, step->told, known) == 0 ? 0
                                                        : quire_fail_memory(step->error, OPERATION);
}

int quire_told_columns_make(const struct quire_snapshot *end, struct quire_told_columns *told,
                            struct quire_error *error)
{
    size_t size;
    struct known_schema *list = schemas_of(told, &size);
    const bool mapped = quire_delta_mapping(&end->metadata, &end->protocol) != QUIRE_DELTA_MAP_NONE;
    struct quire_delta_type *table = NULL, *before = NULL, *after = NULL;
    if (size < 2) return 0;
    QUIRE_TRY(quire_delta_type_read(&end->metadata.schema, &told->arena, &table, error));
    QUIRE_TRY(quire_delta_type_read(&end->metadata.schema, &told->arena, &after, error));
    for (size_t i = size - 1; i-- > 0; after = before) {
        const struct sides sides = {list[i + 1].version - 1, end->version};
        QUIRE_TRY(quire_delta_type_read(&list[i].metadata.schema, &told->arena, &before, error));
        struct step step = {.sides = &sides,
                            .before = before,
                            .after = after,
                            .told = table,
                            .arena = &told->arena,
                            .error = error};
        if (!mapped) QUIRE_TRY(check_names(&sides, before, table, error));
        list[i].told = end->metadata;
        QUIRE_TRY(make_known(told, &step, mapped, &list[i]));
    }
    return 0;
}

const struct quire_metadata_action *quire_told_columns_of(const struct quire_told_columns *told,
                                                          int64_t version)
{
    size_t size;
    const struct known_schema *list = schemas_of(told, &size);
    while (size > 1 && list[size - 1].version > version)
        size--;
    return size > 0 && list[size - 1].differs ? &list[size - 1].told : NULL;
}
