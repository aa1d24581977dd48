#include "file/sort_layout.h"

#include "base/fail.h"
#include "quire/batch.h"

/* The type whose values are the same bytes in the same buffers. */
static const char *layout_format(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_STRING: return "z";
    case QUIRE_KIND_LARGE_STRING: return "Z";
    case QUIRE_KIND_STRING_VIEW: return "vz";
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_INTERVAL_MONTHS: return "i";
    case QUIRE_KIND_DATE64:
    case QUIRE_KIND_TIME64:
    case QUIRE_KIND_TIMESTAMP:
    case QUIRE_KIND_DURATION: return "l";
    case QUIRE_KIND_INTERVAL_DAY_TIME: return "w:8";
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: return "w:16";
    case QUIRE_KIND_DECIMAL:
        return field->width == 4    ? "i"
               : field->width == 8  ? "l"
               : field->width == 16 ? "w:16"
                                    : "w:32";
    default: return field->format;
    }
}

static const char *why_unfit(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_STRUCT && field->children_size == 0)
        return "a struct without fields";
    if (field->kind == QUIRE_KIND_FIXED_LIST && field->width == 0) return "a list of no items";
    if (field->kind == QUIRE_KIND_FIXED_BINARY && field->width == 0) return "a binary of no bytes";
    if (field->kind == QUIRE_KIND_DICTIONARY && quire_kind_is_nested(field->dictionary->kind))
        return "a dictionary of nested values";
    return NULL;
}

static int relabel(struct quire_field *field, struct quire_error *error)
{
    const char *unfit = why_unfit(field);
    if (unfit != NULL) {
        quire_fail(error, QUIRE_UNSUPPORTED, "sort",
                   "the rows do not fit the memory, and %s cannot stand in a temporary file",
                   unfit);
        quire_error_at(error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
        quire_error_hint(error, "allow more memory, or leave the column out");
        return QUIRE_UNSUPPORTED;
    }
    field->format = layout_format(field);
    field->metadata = NULL;
    if (field->dictionary != NULL) QUIRE_TRY(relabel(field->dictionary, error));
    for (size_t i = 0; i < field->children_size; i++) {
        int code = relabel(&field->children[i], error);
        if (code != 0 && field->name_size > 0) quire_error_outer_column(error, field->name);
        QUIRE_TRY(code);
    }
    return 0;
}

int quire_sort_layout_schema(const struct ArrowSchema *schema, struct ArrowSchema *layout,
                             struct quire_error *error)
{
    struct quire_field *fields = NULL;
    QUIRE_TRY(quire_field_open(schema, &fields, error));
    int code = relabel(fields, error);
    if (code == 0) code = quire_field_to_schema(fields, layout, error);
    quire_field_close(fields);
    return code;
}

static void take_indices(struct quire_field *field, const struct quire_field *run)
{
    if (field->kind == QUIRE_KIND_DICTIONARY && run->kind == QUIRE_KIND_DICTIONARY) {
        field->index_kind = run->index_kind;
        field->width = run->width;
    }
    for (size_t i = 0; i < field->children_size && i < run->children_size; i++)
        take_indices(&field->children[i], &run->children[i]);
}

int quire_sort_layout_fields(const struct ArrowSchema *schema, const struct ArrowSchema *run,
                             struct quire_field **fields, struct quire_error *error)
{
    struct quire_field *read = NULL;
    QUIRE_TRY(quire_field_open(run, &read, error));
    int code = quire_field_open(schema, fields, error);
    if (code == 0) take_indices(*fields, read);
    quire_field_close(read);
    return code;
}
