/* Types in the schema language: the inverse of schema_parse.c. */
#include "base/fail.h"
#include "data/schema_text.h"

static const char *const unit_names[] = {"s", "ms", "us", "ns"};

static bool is_plain_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && c != '_') return false;
    }
    return size > 0;
}

static int append_quoted(struct quire_buf *out, const char *name, size_t size)
{
    QUIRE_TRY(quire_buf_push(out, '`'));
    for (size_t i = 0; i < size; i++) {
        if (name[i] == '`') QUIRE_TRY(quire_buf_push(out, '`'));
        QUIRE_TRY(quire_buf_push(out, (uint8_t)name[i]));
    }
    return quire_buf_push(out, '`');
}

int quire_schema_append_name(struct quire_buf *out, const char *name, size_t size)
{
    if (is_plain_name(name, size)) return quire_buf_append(out, name, size);
    return append_quoted(out, name, size);
}

/* Zones in use ("Europe/Paris", "+01:00") need no quotes. */
static int append_zone(struct quire_buf *out, const char *zone)
{
    QUIRE_TRY(quire_buf_append_text(out, ", "));
    size_t size = strlen(zone);
    size_t plain = strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_+-:/");
    if (plain == size) return quire_buf_append(out, zone, size);
    return append_quoted(out, zone, size);
}

static int append_nullability(struct quire_buf *out, const struct quire_field *field)
{
    return field->nullable ? 0 : quire_buf_append_text(out, " not null");
}

/* The children as "<name:T, name:T>". */
static int append_fields(struct quire_buf *out, const struct quire_field *field)
{
    QUIRE_TRY(quire_buf_push(out, '<'));
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        if (i > 0) QUIRE_TRY(quire_buf_append_text(out, ", "));
        QUIRE_TRY(quire_schema_append_name(out, child->name, child->name_size));
        QUIRE_TRY(quire_buf_push(out, ':'));
        QUIRE_TRY(quire_field_type_text(child, out));
        QUIRE_TRY(append_nullability(out, child));
    }
    return quire_buf_push(out, '>');
}

static int append_list(struct quire_buf *out, const char *name, const struct quire_field *field)
{
    QUIRE_TRY(quire_buf_printf(out, "%s<", name));
    QUIRE_TRY(quire_field_type_text(&field->children[0], out));
    QUIRE_TRY(append_nullability(out, &field->children[0]));
    if (field->kind == QUIRE_KIND_FIXED_LIST)
        QUIRE_TRY(quire_buf_printf(out, ", %d", field->width));
    return quire_buf_push(out, '>');
}

static int append_map(struct quire_buf *out, const struct quire_field *field)
{
    const struct quire_field *entries = &field->children[0];
    QUIRE_TRY(quire_buf_append_text(out, "map<"));
    QUIRE_TRY(quire_field_type_text(&entries->children[0], out));
    QUIRE_TRY(quire_buf_append_text(out, ", "));
    QUIRE_TRY(quire_field_type_text(&entries->children[1], out));
    QUIRE_TRY(append_nullability(out, &entries->children[1]));
    return quire_buf_append_text(out, field->keys_sorted ? ", sorted>" : ">");
}

static int append_dictionary(struct quire_buf *out, const struct quire_field *field)
{
    QUIRE_TRY(quire_buf_append_text(out, "dictionary<"));
    QUIRE_TRY(quire_field_type_text(field->dictionary, out));
    if (field->index_kind != QUIRE_KIND_INT32)
        QUIRE_TRY(quire_buf_printf(out, ", %s", quire_schema_type_name(field->format)));
    return quire_buf_append_text(out, field->dictionary_ordered ? ", ordered>" : ">");
}

static int append_union(struct quire_buf *out, const struct quire_field *field)
{
    QUIRE_TRY(
        quire_buf_append_text(out, field->format[2] == 'd' ? "dense_union(" : "sparse_union("));
    QUIRE_TRY(quire_buf_printf(out, "%s)", field->format + 4));
    return append_fields(out, field);
}

static int append_run_end(struct quire_buf *out, const struct quire_field *field)
{
    QUIRE_TRY(quire_buf_append_text(out, "run_end<"));
    QUIRE_TRY(quire_field_type_text(&field->children[0], out));
    QUIRE_TRY(quire_buf_append_text(out, ", "));
    QUIRE_TRY(quire_field_type_text(&field->children[1], out));
    QUIRE_TRY(append_nullability(out, &field->children[1]));
    return quire_buf_push(out, '>');
}

static int append_decimal(struct quire_buf *out, const struct quire_field *field)
{
    const char *name = field->width == 4    ? "decimal32"
                       : field->width == 8  ? "decimal64"
                       : field->width == 16 ? "decimal"
                                            : "decimal256";
    return quire_buf_printf(out, "%s(%d,%d)", name, field->precision, field->scale);
}

static int append_timestamp(struct quire_buf *out, const struct quire_field *field)
{
    QUIRE_TRY(quire_buf_printf(out, "timestamp(%s", unit_names[field->unit]));
    if (field->zone != NULL) QUIRE_TRY(append_zone(out, field->zone));
    return quire_buf_push(out, ')');
}

static int append_extension(struct quire_buf *out, const struct quire_field *field)
{
    if (field->extension == QUIRE_EXTENSION_UUID) return quire_buf_append_text(out, "uuid");
    if (field->kind == QUIRE_KIND_STRING) return quire_buf_append_text(out, "json");
    return quire_buf_printf(out, "json(%s)", quire_schema_type_name(field->format));
}

int quire_field_type_text(const struct quire_field *field, struct quire_buf *out)
{
    if (field->extension != QUIRE_EXTENSION_NONE) return append_extension(out, field);
    switch (field->kind) {
    case QUIRE_KIND_DECIMAL: return append_decimal(out, field);
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64: return quire_buf_printf(out, "time(%s)", unit_names[field->unit]);
    case QUIRE_KIND_TIMESTAMP: return append_timestamp(out, field);
    case QUIRE_KIND_DURATION: return quire_buf_printf(out, "duration(%s)", unit_names[field->unit]);
    case QUIRE_KIND_FIXED_BINARY: return quire_buf_printf(out, "fixed_binary(%d)", field->width);
    case QUIRE_KIND_LIST: return append_list(out, "list", field);
    case QUIRE_KIND_LARGE_LIST: return append_list(out, "large_list", field);
    case QUIRE_KIND_LIST_VIEW: return append_list(out, "list_view", field);
    case QUIRE_KIND_LARGE_LIST_VIEW: return append_list(out, "large_list_view", field);
    case QUIRE_KIND_FIXED_LIST: return append_list(out, "fixed_list", field);
    case QUIRE_KIND_STRUCT:
        QUIRE_TRY(quire_buf_append_text(out, "struct"));
        return append_fields(out, field);
    case QUIRE_KIND_MAP: return append_map(out, field);
    case QUIRE_KIND_DICTIONARY: return append_dictionary(out, field);
    case QUIRE_KIND_UNION: return append_union(out, field);
    case QUIRE_KIND_RUN_END: return append_run_end(out, field);
    default: return quire_buf_append_text(out, quire_schema_type_name(field->format));
    }
}
