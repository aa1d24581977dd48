/* Casts of lists, structs and maps, and the check of types before a cast.
 *
 * Struct fields are matched by name; a field that the source lacks becomes null,
 * one that the target lacks is refused unless losing is allowed. Lists of any
 * layout become lists of any other; maps stay maps. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/cast_private.h"
#include "data/column_copy.h"
#include "data/column_private.h"

static bool is_list(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_LIST && kind <= QUIRE_KIND_FIXED_LIST;
}

static int cast_child(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                      int64_t count, const struct quire_cast_mask *mask,
                      struct quire_column *column)
{
    int code = quire_cast_rows(caster, view, start, count, mask, column);
    if (code != 0 && code != QUIRE_MEMORY)
        quire_error_outer_column(caster->error, column->field->name);
    return code;
}

static int cast_lists(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                      int64_t count, const struct quire_cast_mask *mask,
                      struct quire_column *column)
{
    bool outer = caster->row < 0;
    for (int64_t row = start; row < start + count; row++) {
        if (quire_view_is_null(view, row)) {
            QUIRE_TRY(quire_cast_absent(caster, row, mask, column));
            continue;
        }
        struct quire_range range = quire_view_range(view, row);
        if (column->field->kind == QUIRE_KIND_FIXED_LIST && range.size != column->field->width) {
            static const char text[] = "a list of another size";
            QUIRE_TRY(quire_cast_refuse(caster, QUIRE_VALUE_MISMATCH, text, sizeof(text) - 1, row,
                                        column));
            continue;
        }
        if (outer) caster->row = row;
        QUIRE_TRY(cast_child(caster, &view->children[0], range.start, range.size, NULL,
                             &column->children[0]));
        if (outer) caster->row = -1;
        QUIRE_TRY(quire_cast_code(caster, quire_column_end_list(column)));
    }
    return 0;
}

/* Index of the source's field for a target's field: by name, in maps by place. */
static int64_t source_of(const struct quire_field *from, const struct quire_field *to, size_t index,
                         bool by_place)
{
    if (by_place) return (int64_t)index;
    return quire_field_child(from, to->children[index].name, to->children[index].name_size);
}

static int cast_missing(struct quire_caster *caster, int64_t start, int64_t count,
                        const struct quire_cast_mask *mask, struct quire_column *column)
{
    if (column->field->nullable)
        return quire_cast_code(caster, quire_column_append_nulls(column, count));
    for (int64_t row = start; row < start + count; row++)
        QUIRE_TRY(quire_cast_absent(caster, row, mask, column));
    return 0;
}

static int cast_struct(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                       int64_t count, const struct quire_cast_mask *mask, bool by_place,
                       struct quire_column *column)
{
    const struct quire_cast_mask inner = {view, mask};
    for (size_t i = 0; i < column->children_size; i++) {
        struct quire_column *child = &column->children[i];
        int64_t source = source_of(view->field, column->field, i, by_place);
        QUIRE_TRY(source < 0
                      ? cast_missing(caster, start, count, &inner, child)
                      : cast_child(caster, &view->children[source], start, count, &inner, child));
    }
    for (int64_t row = start; row < start + count; row++) {
        if (!quire_view_is_null(view, row))
            QUIRE_TRY(quire_cast_code(caster, quire_column_note_valid(column)));
        else if (column->field->nullable)
            QUIRE_TRY(quire_cast_code(caster, quire_column_note_null(column)));
        else if (quire_cast_is_masked(mask, row))
            QUIRE_TRY(quire_cast_code(caster, quire_column_note_valid(column)));
        else
            return quire_cast_fail_null(caster, row);
    }
    return 0;
}

static int cast_maps(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                     int64_t count, const struct quire_cast_mask *mask, struct quire_column *column)
{
    bool outer = caster->row < 0;
    for (int64_t row = start; row < start + count; row++) {
        if (quire_view_is_null(view, row)) {
            QUIRE_TRY(quire_cast_absent(caster, row, mask, column));
            continue;
        }
        struct quire_range range = quire_view_range(view, row);
        if (outer) caster->row = row;
        QUIRE_TRY(cast_struct(caster, &view->children[0], range.start, range.size, NULL, true,
                              &column->children[0]));
        if (outer) caster->row = -1;
        QUIRE_TRY(quire_cast_code(caster, quire_column_end_list(column)));
    }
    return 0;
}

int quire_cast_nested(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                      int64_t count, const struct quire_cast_mask *mask,
                      struct quire_column *column)
{
    switch (view->field->kind) {
    case QUIRE_KIND_STRUCT: return cast_struct(caster, view, start, count, mask, false, column);
    case QUIRE_KIND_MAP: return cast_maps(caster, view, start, count, mask, column);
    default: return cast_lists(caster, view, start, count, mask, column);
    }
}

static int fail_types(const struct quire_caster *caster, const struct quire_field *from,
                      const struct quire_field *to)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf type = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf other = {0};
    if (quire_field_type_text(from, &type) != 0 || quire_field_type_text(to, &other) != 0 ||
        quire_buf_terminate(&type) != 0 || quire_buf_terminate(&other) != 0)
        return quire_fail_memory(caster->error, QUIRE_CAST_OPERATION);
    return quire_fail(caster->error, QUIRE_USAGE, QUIRE_CAST_OPERATION,
                      "%.200s cannot be cast to %.200s", (const char *)type.data,
                      (const char *)other.data);
}

static int check_struct(const struct quire_caster *caster, const struct quire_field *from,
                        const struct quire_field *to, bool by_place)
{
    for (size_t i = 0; i < to->children_size; i++) {
        const struct quire_field *child = &to->children[i];
        int64_t source = source_of(from, to, i, by_place);
        int code = 0;
        if (source >= 0)
            code = quire_cast_check(caster, &from->children[source], child);
        else if (!child->nullable)
            code = quire_fail(caster->error, QUIRE_USAGE, QUIRE_CAST_OPERATION,
                              "a field that is not null is missing");
        if (code != 0 && code != QUIRE_MEMORY) quire_error_outer_column(caster->error, child->name);
        QUIRE_TRY(code);
    }
    if (by_place || caster->lossy) return 0;
    for (size_t i = 0; i < from->children_size; i++) {
        const struct quire_field *child = &from->children[i];
        if (quire_field_child(to, child->name, child->name_size) >= 0) continue;
        int code = quire_fail(caster->error, QUIRE_USAGE, QUIRE_CAST_OPERATION,
                              "a field that the new type does not have");
        quire_error_outer_column(caster->error, child->name);
        return code;
    }
    return 0;
}

static int check_union(const struct quire_caster *caster, const struct quire_field *from,
                       const struct quire_field *to)
{
    for (size_t i = 0; i < from->children_size; i++)
        QUIRE_TRY(quire_cast_check(caster, &from->children[i], to));
    return 0;
}

int quire_cast_check(const struct quire_caster *caster, const struct quire_field *from,
                     const struct quire_field *to)
{
    if (from->kind == QUIRE_KIND_NULL || quire_cast_value_of(from, to) != NULL) return 0;
    if (from->kind == QUIRE_KIND_DICTIONARY && to->kind != QUIRE_KIND_DICTIONARY)
        return quire_cast_check(caster, from->dictionary, to);
    if (from->kind == QUIRE_KIND_RUN_END && to->kind != QUIRE_KIND_RUN_END)
        return quire_cast_check(caster, &from->children[1], to);
    if (from->kind == QUIRE_KIND_UNION && to->kind != QUIRE_KIND_UNION)
        return check_union(caster, from, to);
    if (is_list(from->kind) && is_list(to->kind))
        return quire_cast_check(caster, &from->children[0], &to->children[0]);
    if (from->kind == QUIRE_KIND_STRUCT && to->kind == QUIRE_KIND_STRUCT)
        return check_struct(caster, from, to, false);
    if (from->kind == QUIRE_KIND_MAP && to->kind == QUIRE_KIND_MAP)
        return check_struct(caster, &from->children[0], &to->children[0], true);
    return fail_types(caster, from, to);
}
