/* Containers into columns, and values kept as JSON text.
 *
 * A struct's children are filled as their fields come; a child that has as many rows as
 * the struct has not had its field yet, which is all the bookkeeping that missing and
 * repeated fields take. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_direct.h"
#include "format/json/json_value.h"

static int appended(int code, struct quire_error *error)
{
    return code != 0 ? quire_ion_append_failed(code, error) : 0;
}

/* --- JSON text ---------------------------------------------------------------------- */

/* Is it a string that says of itself that it is JSON, as the encoder writes such text? */
static bool is_json_text(const struct quire_ion_value *value)
{
    return value->event == QUIRE_ION_VALUE && value->type == QUIRE_ION_STRING &&
           value->annotations_size == 1 && quire_ion_symbol_is(&value->annotations[0], "json");
}

static int put_json(struct quire_ion_row *row, const struct quire_ion_value *given,
                    struct quire_column *column, struct quire_error *error)
{
    if (is_json_text(given)) {
        struct quire_ion_bytes text = given->bytes;
        int code = quire_json_check(text.data, text.size, NULL);
        if (code == QUIRE_MEMORY) return quire_fail_memory(error, row->reader->operation);
        if (code == 0)
            return appended(quire_column_append_bytes(column, text.data, text.size), error);
    }
    struct quire_ion_writer *json = row->json;
    struct quire_ion_value value = *given;
    value.named = false;
    quire_buf_clear(&json->out);
    json->depth = 0;
    QUIRE_TRY(quire_ion_write(json, &value, error));
    while (json->depth > 0) {
        QUIRE_TRY(quire_ion_next(row->reader, &value, error));
        QUIRE_TRY(quire_ion_write(json, &value, error));
    }
    /* Without the line end of a top-level value. */
    return appended(quire_column_append_bytes(column, json->out.data, json->out.size - 1), error);
}

/* --- Lists and maps -------------------------------------------------------------------- */

static int put_list(struct quire_ion_row *row, const struct quire_ion_value *value,
                    struct quire_column *column, const struct quire_json_shape *shape,
                    struct quire_error *error)
{
    struct quire_column *items = &column->children[0];
    const struct quire_json_shape *item_shape = shape != NULL ? &shape->children[0] : NULL;
    int64_t before = items->length;
    struct quire_ion_value item;
    for (;;) {
        QUIRE_TRY(quire_ion_next(row->reader, &item, error));
        if (item.event == QUIRE_ION_END) break;
        QUIRE_TRY(quire_ion_put(row, &item, items, item_shape, error));
    }
    int64_t count = items->length - before;
    if (column->field->kind == QUIRE_KIND_FIXED_LIST && count != column->field->width)
        return quire_ion_fail_at(row->reader, row->reader->start + value->at, QUIRE_INPUT, error,
                                 "a list of %lld where the column has %d items", (long long)count,
                                 column->field->width);
    return appended(quire_column_end_list(column), error);
}

static bool has_named_keys(const struct quire_field *map)
{
    const struct quire_field *key = &map->children[0].children[0];
    if (key->kind == QUIRE_KIND_DICTIONARY) key = key->dictionary;
    return quire_kind_is_string(key->kind);
}

static int put_map(struct quire_ion_row *row, struct quire_column *column,
                   const struct quire_json_shape *shape, struct quire_error *error)
{
    struct quire_column *entries = &column->children[0];
    const struct quire_json_shape *value_shape =
        shape != NULL ? &shape->children[0].children[1] : NULL;
    struct quire_ion_value value;
    for (;;) {
        QUIRE_TRY(quire_ion_next(row->reader, &value, error));
        if (value.event == QUIRE_ION_END) break;
        struct quire_ion_value key = {.type = QUIRE_ION_SYMBOL, .at = value.at};
        key.symbol = value.name;
        QUIRE_TRY(quire_ion_put_scalar(row, &key, &entries->children[0], error));
        QUIRE_TRY(quire_ion_put(row, &value, &entries->children[1], value_shape, error));
        QUIRE_TRY(appended(quire_column_end_struct(entries), error));
    }
    return appended(quire_column_end_list(column), error);
}

/* --- Structs --------------------------------------------------------------------------- */

/* The name of a field; "$ID" of a symbol without text, as it is in values. */
struct name {
    const char *text;
    size_t size;
    char made[24];
};

static void name_of(const struct quire_ion_value *value, struct name *name)
{
    name->text = value->name.text;
    name->size = value->name.size;
    if (name->text != NULL) return;
    name->size =
        (size_t)snprintf(name->made, sizeof(name->made), "$%lld", (long long)value->name.id);
    name->text = name->made;
}

static int fail_extra(const struct quire_ion_row *row, const struct quire_ion_value *value,
                      struct quire_error *error)
{
    struct name name;
    name_of(value, &name);
    quire_ion_fail_at(row->reader, row->reader->start + value->at, QUIRE_INPUT, error,
                      "there is no column for the field \"%.*s\"",
                      name.size > 100 ? 100 : (int)name.size, name.text);
    quire_error_hint(error, "--extra ignore leaves it out; --extra evolve, or a schema that has "
                            "it, keeps it");
    return QUIRE_INPUT;
}

/* The child of a struct column that a field goes to, -1 when it is left out. */
static int find_child(const struct quire_ion_row *row, const struct quire_ion_value *value,
                      const struct quire_column *column, const struct quire_json_shape *shape,
                      bool top, size_t *next, int64_t *index, int64_t *member,
                      struct quire_error *error)
{
    struct name name;
    name_of(value, &name);
    *member = -1;
    if (shape == NULL) {
        *member = quire_field_child(column->field, name.text, name.size);
        if (*member < 0 && row->decoding->any_case)
            *member = quire_field_child_any_case(column->field, name.text, name.size);
        *index = *member;
    } else {
        const struct quire_json_member *guess = &shape->members[*next];
        if (__builtin_expect(*next < shape->members_size && guess->name_size == name.size &&
                                 memcmp(guess->name, name.text, name.size) == 0,
                             1)) {
            *member = (int64_t)*next;
        } else {
            *member = quire_json_shape_find(shape, (const uint8_t *)name.text, name.size);
            if (*member < 0 && row->decoding->any_case)
                *member =
                    quire_json_shape_find_any_case(shape, (const uint8_t *)name.text, name.size);
        }
        *index = *member >= 0 ? shape->members[*member].column : -1;
        if (top && row->lanes != NULL && *member >= 0)
            quire_ion_lane_note(&row->lanes[*member], value->name.id);
    }
    if (*member >= 0) {
        *next = (size_t)*member + 1;
        return 0;
    }
    *index = -1;
    return row->decoding->extra == QUIRE_EXTRA_ERROR ? fail_extra(row, value, error) : 0;
}

static int skip_value(const struct quire_ion_row *row, const struct quire_ion_value *value,
                      struct quire_error *error)
{
    return value->event == QUIRE_ION_BEGIN ? quire_ion_skip(row->reader, error) : 0;
}

/* A field that has come before: *skip when the new value does not count. */
static int repeated_field(const struct quire_ion_row *row, const struct quire_ion_value *value,
                          struct quire_column *child, int64_t length, bool *skip,
                          struct quire_error *error)
{
    int32_t repeated = row->decoding->options.repeated;
    if (repeated == QUIRE_ION_REPEATED_ERROR) {
        quire_ion_fail_at(row->reader, row->reader->start + value->at, QUIRE_INPUT, error,
                          "the field is repeated in one struct");
        quire_error_hint(error, "the option repeated=last or first keeps one of them");
        quire_error_outer_column(error, child->field->name);
        return QUIRE_INPUT;
    }
    *skip = repeated == QUIRE_ION_REPEATED_FIRST;
    if (!*skip) quire_column_truncate(child, length);
    return 0;
}

/* Puts a value again as null: it did not fit. The reader stands before it. */
static int null_instead(struct quire_ion_row *row, struct quire_column *child,
                        struct quire_error *error)
{
    struct quire_ion_value value;
    QUIRE_TRY(quire_ion_next(row->reader, &value, error));
    QUIRE_TRY(skip_value(row, &value, error));
    QUIRE_TRY(quire_ion_put_null(row, &value, child, "the value does not fit", error));
    ++*row->nulled;
    return 0;
}

static int put_child(struct quire_ion_row *row, const struct quire_ion_value *value,
                     struct quire_column *child, int64_t length,
                     const struct quire_json_shape *shape, const struct quire_ion_mark *before,
                     struct quire_error *error)
{
    int code = quire_ion_put(row, value, child, shape, error);
    if (__builtin_expect(code == 0, 1)) return 0;
    quire_column_truncate(child, length);
    if (before != NULL && code == QUIRE_INPUT) {
        struct quire_error other;
        quire_ion_go_back(row->reader, before);
        /* What cannot be read at all fails again. */
        if (null_instead(row, child, &other) == 0) {
            quire_error_clear(error);
            return 0;
        }
    }
    if (code != QUIRE_MEMORY) quire_error_outer_column(error, child->field->name);
    return code;
}

/* Nulls for the fields that did not come. */
static int fill_missing(struct quire_ion_row *row, struct quire_column *column, int64_t annotations,
                        struct quire_error *error)
{
    int64_t length = column->length;
    for (size_t i = 0; i < column->children_size; i++) {
        struct quire_column *child = &column->children[i];
        int code = 0;
        if (child->length != length) continue;
        if (row->decoding->missing == QUIRE_MISSING_ERROR && (int64_t)i != annotations)
            code = quire_ion_fail_at(row->reader, row->reader->at, QUIRE_INPUT, error,
                                     "the field is missing");
        else
            code = quire_ion_put_null(row, NULL, child, "the field is missing", error);
        if (code == 0) continue;
        if (code != QUIRE_MEMORY) quire_error_outer_column(error, child->field->name);
        return code;
    }
    return 0;
}

/* The annotations of a record as a list of strings. */
static int put_annotations(struct quire_ion_row *row, const struct quire_ion_value *value,
                           struct quire_column *column, struct quire_error *error)
{
    for (size_t i = 0; i < value->annotations_size; i++) {
        struct quire_ion_value text = {.type = QUIRE_ION_SYMBOL, .at = value->at};
        text.symbol = value->annotations[i];
        QUIRE_TRY(quire_ion_put_scalar(row, &text, &column->children[0], error));
    }
    return appended(quire_column_end_list(column), error);
}

/* The names that were met are those of one symbol table. */
static void forget_names(struct quire_ion_row *row)
{
    if (row->lanes_of == row->reader->symbols) return;
    quire_ion_lanes_forget(row->lanes, row->decoding->shape.members_size);
    row->lanes_of = row->reader->symbols;
}

static inline void take_direct(struct quire_ion_row *row, struct quire_column *column,
                               int64_t length, size_t *next, size_t *filled)
{
    if (row->reader->binary)
        quire_ion_direct_binary(row, length, next, filled);
    else
        quire_ion_direct_text(row, column, length, next, filled);
}

int quire_ion_put_struct(struct quire_ion_row *row, const struct quire_ion_value *value,
                         struct quire_column *column, const struct quire_json_shape *shape,
                         bool top, struct quire_error *error)
{
    int64_t length = column->length, annotations = top ? row->decoding->annotations : -1;
    size_t next = 0, filled = 0;
    struct quire_ion_value field;
    bool null_bad = top && row->decoding->on_bad == QUIRE_ON_BAD_NULL;
    if (column->children_size == 0 && top && row->reader->binary) { /* rows are only counted */
        QUIRE_TRY(quire_ion_skip(row->reader, error));
        return appended(quire_column_end_struct(column), error);
    }
    if (annotations >= 0) {
        QUIRE_TRY(put_annotations(row, value, &column->children[annotations], error));
        filled++;
    }
    if (top && row->lanes != NULL) forget_names(row);
    for (;;) {
        int64_t index, member;
        if (top) take_direct(row, column, length, &next, &filled);
        if (quire_ion_direct_end(row->reader)) break;
        struct quire_ion_mark before = quire_ion_mark_of(row->reader);
        QUIRE_TRY(quire_ion_next(row->reader, &field, error));
        if (field.event == QUIRE_ION_END) break;
        QUIRE_TRY(find_child(row, &field, column, shape, top, &next, &index, &member, error));
        bool skip = index < 0;
        if (!skip) {
            struct quire_column *child = &column->children[index];
            filled -= (size_t)(child->length - length);
            if (__builtin_expect(child->length != length, 0))
                QUIRE_TRY(repeated_field(row, &field, child, length, &skip, error));
            if (!skip)
                QUIRE_TRY(put_child(row, &field, child, length,
                                    shape != NULL ? &shape->children[member] : NULL,
                                    null_bad ? &before : NULL, error));
            filled += (size_t)(child->length - length);
        }
        if (skip) QUIRE_TRY(skip_value(row, &field, error));
    }
    if (filled != column->children_size) QUIRE_TRY(fill_missing(row, column, annotations, error));
    return appended(quire_column_end_struct(column), error);
}

/* --- Values ---------------------------------------------------------------------------- */

int quire_ion_put(struct quire_ion_row *row, const struct quire_ion_value *value,
                  struct quire_column *column, const struct quire_json_shape *shape,
                  struct quire_error *error)
{
    const struct quire_field *field = column->field;
    const struct quire_field *text =
        field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary : field;
    if (value->null) return quire_ion_put_null(row, value, column, "the value is null", error);
    if (__builtin_expect(text->extension == QUIRE_EXTENSION_JSON, 0))
        return put_json(row, value, column, error);
    if (value->event == QUIRE_ION_VALUE) return quire_ion_put_scalar(row, value, column, error);
    bool fields = value->type == QUIRE_ION_STRUCT;
    switch (field->kind) {
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW:
    case QUIRE_KIND_FIXED_LIST:
        if (fields) break;
        return put_list(row, value, column, shape, error);
    case QUIRE_KIND_STRUCT:
        if (!fields) break;
        return quire_ion_put_struct(row, value, column, shape, false, error);
    case QUIRE_KIND_MAP:
        if (fields && !has_named_keys(field)) break;
        return fields ? put_map(row, column, shape, error)
                      : put_list(row, value, column, shape, error);
    case QUIRE_KIND_DICTIONARY: return quire_ion_put_scalar(row, value, column, error);
    default: break;
    }
    return quire_ion_mismatch(row, value, field, error);
}
