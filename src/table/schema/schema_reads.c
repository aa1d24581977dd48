#include "table/schema/schema_reads.h"

#include <string.h>

#include "table/schema/type_widening.h"

static bool widens(const char *from, const char *to)
{
    char wider[QUIRE_DELTA_TYPE_NAME_MAX];
    return quire_type_widen(from, to, wider) && strcmp(wider, to) == 0;
}

/* Values of a wider type, of before a table was restored, are cast where that loses nothing. */
bool quire_type_reads(const struct quire_delta_type *a, const struct quire_delta_type *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind == QUIRE_DELTA_STRUCT) return quire_schema_reads(a, b) == NULL;
    if (a->kind != QUIRE_DELTA_PRIMITIVE)
        return (a->kind == QUIRE_DELTA_ARRAY || quire_type_reads(a->key, b->key)) &&
               quire_type_reads(a->element, b->element);
    return strcmp(a->name, b->name) == 0 || widens(a->name, b->name) || widens(b->name, a->name);
}

const struct quire_delta_field *quire_schema_reads(const struct quire_delta_type *files,
                                                   const struct quire_delta_type *table)
{
    for (size_t i = 0; i < files->fields_size; i++) {
        const struct quire_delta_field *field = &files->fields[i];
        const struct quire_delta_field *same = quire_delta_type_find(table, field->name);
        if (same != NULL && !quire_type_reads(field->type, same->type)) return field;
    }
    return NULL;
}
