/* The order of members is that of the specification's examples. */
#include "base/fail.h"
#include "base/json_text.h"
#include "table/schema/delta_type.h"

static int put_text(struct quire_buf *out, const char *text)
{
    return quire_json_append_string(out, text, strlen(text), false);
}

static int put_bool(struct quire_buf *out, bool value)
{
    return quire_buf_append_text(out, value ? "true" : "false");
}

static int write_metadata(const struct quire_delta_member *first, struct quire_buf *out)
{
    QUIRE_TRY(quire_buf_push(out, '{'));
    for (const struct quire_delta_member *one = first; one != NULL; one = one->next) {
        if (one != first) QUIRE_TRY(quire_buf_push(out, ','));
        QUIRE_TRY(put_text(out, one->key));
        QUIRE_TRY(quire_buf_push(out, ':'));
        QUIRE_TRY(quire_buf_append(out, one->raw.data, one->raw.size));
    }
    return quire_buf_push(out, '}');
}

static int write_fields(const struct quire_delta_type *type, struct quire_buf *out)
{
    QUIRE_TRY(quire_buf_append_text(out, "{\"type\":\"struct\",\"fields\":["));
    for (size_t i = 0; i < type->fields_size; i++) {
        const struct quire_delta_field *field = &type->fields[i];
        QUIRE_TRY(quire_buf_append_text(out, i > 0 ? ",{\"name\":" : "{\"name\":"));
        QUIRE_TRY(put_text(out, field->name));
        QUIRE_TRY(quire_buf_append_text(out, ",\"type\":"));
        QUIRE_TRY(quire_delta_type_write(field->type, out));
        QUIRE_TRY(quire_buf_append_text(out, ",\"nullable\":"));
        QUIRE_TRY(put_bool(out, field->nullable));
        QUIRE_TRY(quire_buf_append_text(out, ",\"metadata\":"));
        QUIRE_TRY(write_metadata(field->metadata, out));
        QUIRE_TRY(quire_buf_push(out, '}'));
    }
    return quire_buf_append_text(out, "]}");
}

int quire_delta_type_write(const struct quire_delta_type *type, struct quire_buf *out)
{
    if (type->kind == QUIRE_DELTA_PRIMITIVE) return put_text(out, type->name);
    if (type->kind == QUIRE_DELTA_STRUCT) return write_fields(type, out);
    bool map = type->kind == QUIRE_DELTA_MAP;
    QUIRE_TRY(quire_buf_append_text(out, map ? "{\"type\":\"map\",\"keyType\":"
                                             : "{\"type\":\"array\",\"elementType\":"));
    if (map) {
        QUIRE_TRY(quire_delta_type_write(type->key, out));
        QUIRE_TRY(quire_buf_append_text(out, ",\"valueType\":"));
    }
    QUIRE_TRY(quire_delta_type_write(type->element, out));
    QUIRE_TRY(quire_buf_append_text(out, map ? ",\"valueContainsNull\":" : ",\"containsNull\":"));
    QUIRE_TRY(put_bool(out, type->contains_null));
    return quire_buf_push(out, '}');
}
