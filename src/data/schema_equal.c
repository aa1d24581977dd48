/* Types are compared by format string, flags and children. Names inside lists,
 * maps and run-end encodings ("item", "element") are no part of the type. */
#include "base/fail.h"
#include "data/field.h"
#include "quire/batch.h"

#define OPERATION "compare schemas"

static bool equal_types(const struct quire_field *a, const struct quire_field *b);

static bool equal_fields(const struct quire_field *a, const struct quire_field *b, bool named)
{
    if (named && strcmp(a->name, b->name) != 0) return false;
    return a->nullable == b->nullable && equal_types(a, b);
}

static bool equal_maps(const struct quire_field *a, const struct quire_field *b)
{
    const struct quire_field *a_entry = a->children[0].children;
    const struct quire_field *b_entry = b->children[0].children;
    return a->keys_sorted == b->keys_sorted && equal_types(&a_entry[0], &b_entry[0]) &&
           equal_fields(&a_entry[1], &b_entry[1], false);
}

static bool equal_types(const struct quire_field *a, const struct quire_field *b)
{
    if (a->kind != b->kind || a->extension != b->extension || a->children_size != b->children_size)
        return false;
    /* "d:10,2" and "d:10,2,128" are one type. */
    if (a->kind == QUIRE_KIND_DECIMAL)
        return a->width == b->width && a->precision == b->precision && a->scale == b->scale;
    if (strcmp(a->format, b->format) != 0) return false;
    if (a->kind == QUIRE_KIND_DICTIONARY)
        return a->dictionary_ordered == b->dictionary_ordered &&
               equal_types(a->dictionary, b->dictionary);
    if (a->kind == QUIRE_KIND_MAP) return equal_maps(a, b);
    if (a->kind == QUIRE_KIND_RUN_END)
        return equal_types(&a->children[0], &b->children[0]) &&
               equal_fields(&a->children[1], &b->children[1], false);
    bool names = a->kind == QUIRE_KIND_STRUCT || a->kind == QUIRE_KIND_UNION;
    for (size_t i = 0; i < a->children_size; i++) {
        if (!equal_fields(&a->children[i], &b->children[i], names)) return false;
    }
    return true;
}

/* Both types as text, cut to what a message holds. */
static void describe_types(const struct quire_field *a, const struct quire_field *b,
                           struct quire_error *difference)
{
    struct quire_buf a_text = {0}, b_text = {0};
    if (quire_field_type_text(a, &a_text) == 0 && quire_buf_terminate(&a_text) == 0 &&
        quire_field_type_text(b, &b_text) == 0 && quire_buf_terminate(&b_text) == 0)
        quire_fail(difference, QUIRE_INPUT, OPERATION, "type %.200s%s is not %.200s%s",
                   (const char *)a_text.data, a->nullable ? "" : " not null",
                   (const char *)b_text.data, b->nullable ? "" : " not null");
    else
        quire_fail_memory(difference, OPERATION);
    quire_buf_release(&a_text);
    quire_buf_release(&b_text);
}

static bool equal_columns(const struct quire_field *a, const struct quire_field *b,
                          struct quire_error *difference)
{
    for (size_t i = 0; i < a->children_size && i < b->children_size; i++) {
        const struct quire_field *left = &a->children[i];
        const struct quire_field *right = &b->children[i];
        if (equal_fields(left, right, true)) continue;
        if (strcmp(left->name, right->name) != 0)
            quire_fail(difference, QUIRE_INPUT, OPERATION,
                       "column %zu is \"%.200s\", not \"%.200s\"", i + 1, left->name, right->name);
        else
            describe_types(left, right, difference);
        quire_error_at(difference, QUIRE_NOWHERE, left->name, QUIRE_NOWHERE);
        return false;
    }
    if (a->children_size == b->children_size) return true;
    bool more = a->children_size > b->children_size;
    const struct quire_field *extra =
        more ? &a->children[b->children_size] : &b->children[a->children_size];
    quire_fail(difference, QUIRE_INPUT, OPERATION, "only the %s has this column",
               more ? "first" : "second");
    quire_error_at(difference, QUIRE_NOWHERE, extra->name, QUIRE_NOWHERE);
    return false;
}

static bool equal_roots(const struct quire_field *a, const struct quire_field *b,
                        struct quire_error *difference)
{
    if (a->kind == QUIRE_KIND_STRUCT && b->kind == QUIRE_KIND_STRUCT)
        return equal_columns(a, b, difference);
    if (equal_types(a, b)) return true;
    describe_types(a, b, difference);
    return false;
}

bool quire_schema_equal(const struct ArrowSchema *a, const struct ArrowSchema *b,
                        struct quire_error *difference)
{
    struct quire_field *a_field = NULL, *b_field = NULL;
    bool equal = quire_field_open(a, &a_field, difference) == 0 &&
                 quire_field_open(b, &b_field, difference) == 0 &&
                 equal_roots(a_field, b_field, difference);
    quire_field_close(a_field);
    quire_field_close(b_field);
    return equal;
}
