/* The table-driven reader and writer. Values are copied by memcpy between the wire
 * and the offsets of the table, so the structs need no common type. */
#include "format/parquet/thrift_struct.h"

#include <assert.h>
#include <string.h>

#include "base/fail.h"

static size_t form_size(const struct quire_thrift_member *member)
{
    switch ((enum quire_thrift_form)member->form) {
    case QUIRE_THRIFT_FORM_BOOL: return sizeof(bool);
    case QUIRE_THRIFT_FORM_I8: return sizeof(int8_t);
    case QUIRE_THRIFT_FORM_I16: return sizeof(int16_t);
    case QUIRE_THRIFT_FORM_I32: return sizeof(int32_t);
    case QUIRE_THRIFT_FORM_I64: return sizeof(int64_t);
    case QUIRE_THRIFT_FORM_DOUBLE: return sizeof(double);
    case QUIRE_THRIFT_FORM_BINARY: return sizeof(struct quire_thrift_binary);
    case QUIRE_THRIFT_FORM_STRUCT: return member->layout->size;
    case QUIRE_THRIFT_FORM_EMPTY: break;
    }
    return 0;
}

static enum quire_thrift_type form_type(enum quire_thrift_form form)
{
    static const uint8_t types[] = {
        [QUIRE_THRIFT_FORM_BOOL] = QUIRE_THRIFT_TRUE,
        [QUIRE_THRIFT_FORM_I8] = QUIRE_THRIFT_I8,
        [QUIRE_THRIFT_FORM_I16] = QUIRE_THRIFT_I16,
        [QUIRE_THRIFT_FORM_I32] = QUIRE_THRIFT_I32,
        [QUIRE_THRIFT_FORM_I64] = QUIRE_THRIFT_I64,
        [QUIRE_THRIFT_FORM_DOUBLE] = QUIRE_THRIFT_DOUBLE,
        [QUIRE_THRIFT_FORM_BINARY] = QUIRE_THRIFT_BINARY,
        [QUIRE_THRIFT_FORM_STRUCT] = QUIRE_THRIFT_STRUCT,
        [QUIRE_THRIFT_FORM_EMPTY] = QUIRE_THRIFT_STRUCT,
    };
    return (enum quire_thrift_type)types[form];
}

/* --- Reading -------------------------------------------------------------------- */

static bool type_fits(enum quire_thrift_form form, enum quire_thrift_type type)
{
    enum quire_thrift_type wanted = form_type(form);
    return type == wanted || (wanted == QUIRE_THRIFT_TRUE && type == QUIRE_THRIFT_FALSE);
}

/* Whether a field is what the table says. One that is not is an unknown field: early
 * drafts of the specification used some numbers otherwise. */
static bool member_fits(const struct quire_thrift_member *member, enum quire_thrift_type type)
{
    if (member->list) return type == QUIRE_THRIFT_LIST;
    return type_fits((enum quire_thrift_form)member->form, type);
}

static int read_integer(struct quire_thrift_reader *reader,
                        const struct quire_thrift_member *member, uint8_t *place,
                        struct quire_error *error)
{
    int64_t value = 0;
    QUIRE_TRY(quire_thrift_read_i64(reader, &value, error));
    size_t size = form_size(member);
    int64_t top = size == 8 ? INT64_MAX : size == 4 ? INT32_MAX : INT16_MAX;
    if (value > top || value < -top - 1)
        return quire_thrift_fail(reader, error, "%s is %lld, beyond %d bits", member->name,
                                 (long long)value, (int)size * 8);
    memcpy(place, &value, size); /* little endian */
    return 0;
}

static int read_binary(struct quire_thrift_reader *reader, struct quire_arena *arena,
                       uint8_t *place, struct quire_error *error)
{
    struct quire_thrift_binary binary = {0};
    QUIRE_TRY(quire_thrift_read_binary(reader, &binary.data, &binary.size, error));
    const char *copy = quire_arena_strndup(arena, (const char *)binary.data, binary.size);
    if (copy == NULL) return quire_fail_memory(error, reader->operation);
    binary.data = (const uint8_t *)copy;
    memcpy(place, &binary, sizeof(binary));
    return 0;
}

static int read_struct_value(struct quire_thrift_reader *reader,
                             const struct quire_thrift_member *member, struct quire_arena *arena,
                             uint8_t *place, struct quire_error *error)
{
    void *object = quire_arena_alloc(arena, member->layout->size);
    if (object == NULL) return quire_fail_memory(error, reader->operation);
    memset(object, 0, member->layout->size);
    QUIRE_TRY(quire_thrift_read_struct(reader, member->layout, arena, object, error));
    memcpy(place, &object, sizeof(object));
    return 0;
}

/* A value whose type is known to fit; bools of fields are the caller's. */
static int read_plain(struct quire_thrift_reader *reader, const struct quire_thrift_member *member,
                      struct quire_arena *arena, uint8_t *place, struct quire_error *error)
{
    uint8_t byte = 0;
    double number = 0;
    switch ((enum quire_thrift_form)member->form) {
    case QUIRE_THRIFT_FORM_BOOL:
        QUIRE_TRY(quire_thrift_read_byte(reader, &byte, error));
        *place = byte == QUIRE_THRIFT_TRUE; /* false is 2, and 0 from some writers */
        return 0;
    case QUIRE_THRIFT_FORM_I8: return quire_thrift_read_byte(reader, place, error);
    case QUIRE_THRIFT_FORM_DOUBLE:
        QUIRE_TRY(quire_thrift_read_double(reader, &number, error));
        memcpy(place, &number, sizeof(number));
        return 0;
    case QUIRE_THRIFT_FORM_BINARY: return read_binary(reader, arena, place, error);
    case QUIRE_THRIFT_FORM_STRUCT:
        return quire_thrift_read_struct(reader, member->layout, arena, place, error);
    case QUIRE_THRIFT_FORM_EMPTY:
        return quire_thrift_skip(reader, QUIRE_THRIFT_STRUCT, true, error);
    default: return read_integer(reader, member, place, error);
    }
}

static int read_list(struct quire_thrift_reader *reader, const struct quire_thrift_member *member,
                     struct quire_arena *arena, uint8_t *place, struct quire_error *error)
{
    struct quire_thrift_list list = {0};
    enum quire_thrift_type type = QUIRE_THRIFT_STOP;
    QUIRE_TRY(quire_thrift_read_list(reader, &type, &list.size, error));
    if (list.size > 0 && !type_fits((enum quire_thrift_form)member->form, type))
        return quire_thrift_fail(reader, error, "%s has items of the type %d", member->name,
                                 (int)type);
    size_t item_size = form_size(member), bytes;
    if (__builtin_mul_overflow(list.size, item_size, &bytes))
        return quire_thrift_fail(reader, error, "%s has too many items", member->name);
    uint8_t *items = quire_arena_alloc(arena, bytes);
    if (items == NULL) return quire_fail_memory(error, reader->operation);
    memset(items, 0, bytes);
    QUIRE_TRY(quire_thrift_enter(reader, error));
    for (size_t i = 0; i < list.size; i++)
        QUIRE_TRY(read_plain(reader, member, arena, items + i * item_size, error));
    quire_thrift_leave(reader);
    list.items = items;
    memcpy(place, &list, sizeof(list));
    return 0;
}

static int read_member(struct quire_thrift_reader *reader, const struct quire_thrift_member *member,
                       enum quire_thrift_type type, struct quire_arena *arena, uint8_t *object,
                       struct quire_error *error)
{
    uint8_t *place = object + member->offset;
    if (member->list) return read_list(reader, member, arena, place, error);
    if (member->form == QUIRE_THRIFT_FORM_BOOL) {
        *place = type == QUIRE_THRIFT_TRUE;
        return 0;
    }
    if (member->form == QUIRE_THRIFT_FORM_STRUCT)
        return read_struct_value(reader, member, arena, place, error);
    return read_plain(reader, member, arena, place, error);
}

static const struct quire_thrift_member *find_member(const struct quire_thrift_layout *layout,
                                                     int16_t id, size_t *hint)
{
    for (size_t i = *hint; i < layout->members_size; i++) {
        if (layout->members[i].id == id) {
            *hint = i + 1;
            return &layout->members[i];
        }
    }
    for (size_t i = 0; i < *hint; i++)
        if (layout->members[i].id == id) return &layout->members[i];
    return NULL;
}

static int check_required(struct quire_thrift_reader *reader,
                          const struct quire_thrift_layout *layout, uint32_t present,
                          struct quire_error *error)
{
    for (size_t i = 0; i < layout->members_size; i++) {
        const struct quire_thrift_member *member = &layout->members[i];
        if (member->required && (present & QUIRE_THRIFT_BIT(member->id)) == 0)
            return quire_thrift_fail(reader, error, "%s is missing", member->name);
    }
    return 0;
}

int quire_thrift_read_struct(struct quire_thrift_reader *reader,
                             const struct quire_thrift_layout *layout, struct quire_arena *arena,
                             void *object, struct quire_error *error)
{
    uint32_t present = 0;
    size_t hint = 0;
    struct quire_thrift_field field = {0};
    QUIRE_TRY(quire_thrift_enter(reader, error));
    for (;;) {
        QUIRE_TRY(quire_thrift_read_field(reader, &field, error));
        if (field.type == QUIRE_THRIFT_STOP) break;
        const struct quire_thrift_member *member = find_member(layout, field.id, &hint);
        if (member == NULL || !member_fits(member, field.type)) {
            QUIRE_TRY(quire_thrift_skip(reader, field.type, false, error));
            continue;
        }
        QUIRE_TRY(read_member(reader, member, field.type, arena, object, error));
        present |= QUIRE_THRIFT_BIT(member->id);
    }
    quire_thrift_leave(reader);
    memcpy(object, &present, sizeof(present));
    return check_required(reader, layout, present, error);
}

/* --- Writing -------------------------------------------------------------------- */

static int write_object(struct quire_buf *out, const struct quire_thrift_layout *layout,
                        const void *object);

static int write_integer(struct quire_buf *out, size_t size, const uint8_t *place)
{
    int64_t value = 0;
    int32_t value_32;
    int16_t value_16;
    if (size == 8) {
        memcpy(&value, place, 8);
    } else if (size == 4) {
        memcpy(&value_32, place, 4);
        value = value_32;
    } else {
        memcpy(&value_16, place, 2);
        value = value_16;
    }
    return quire_thrift_write_i64(out, value);
}

static int write_plain(struct quire_buf *out, const struct quire_thrift_member *member,
                       const uint8_t *place)
{
    double number;
    struct quire_thrift_binary binary;
    switch ((enum quire_thrift_form)member->form) {
    case QUIRE_THRIFT_FORM_BOOL:
        return quire_buf_push(out, *place ? QUIRE_THRIFT_TRUE : QUIRE_THRIFT_FALSE);
    case QUIRE_THRIFT_FORM_I8: return quire_buf_push(out, *place);
    case QUIRE_THRIFT_FORM_DOUBLE:
        memcpy(&number, place, sizeof(number));
        return quire_thrift_write_double(out, number);
    case QUIRE_THRIFT_FORM_BINARY:
        memcpy(&binary, place, sizeof(binary));
        return quire_thrift_write_binary(out, binary.data, binary.size);
    case QUIRE_THRIFT_FORM_STRUCT: return write_object(out, member->layout, place);
    case QUIRE_THRIFT_FORM_EMPTY: return quire_thrift_write_stop(out);
    default: return write_integer(out, form_size(member), place);
    }
}

static int write_list(struct quire_buf *out, const struct quire_thrift_member *member,
                      const uint8_t *place)
{
    struct quire_thrift_list list;
    memcpy(&list, place, sizeof(list));
    enum quire_thrift_type type = form_type((enum quire_thrift_form)member->form);
    QUIRE_TRY(quire_thrift_write_list(out, type, list.size));
    size_t item_size = form_size(member);
    for (size_t i = 0; i < list.size; i++)
        QUIRE_TRY(write_plain(out, member, (const uint8_t *)list.items + i * item_size));
    return 0;
}

/* Pointers are absent when NULL; numbers when their bit is not set. */
static bool is_written(const struct quire_thrift_member *member, uint32_t present,
                       const uint8_t *place)
{
    if (member->required) return true;
    bool pointer = member->list || member->form == QUIRE_THRIFT_FORM_BINARY ||
                   member->form == QUIRE_THRIFT_FORM_STRUCT;
    if (!pointer) return (present & QUIRE_THRIFT_BIT(member->id)) != 0;
    const void *target;
    memcpy(&target, place, sizeof(target));
    return target != NULL;
}

static int write_member(struct quire_buf *out, const struct quire_thrift_member *member,
                        int16_t *last_id, const uint8_t *place)
{
    enum quire_thrift_type type =
        member->list ? QUIRE_THRIFT_LIST : form_type((enum quire_thrift_form)member->form);
    bool is_bool = !member->list && member->form == QUIRE_THRIFT_FORM_BOOL;
    if (is_bool) type = *place ? QUIRE_THRIFT_TRUE : QUIRE_THRIFT_FALSE;
    QUIRE_TRY(quire_thrift_write_field(out, last_id, member->id, type));
    if (is_bool) return 0;
    if (member->list) return write_list(out, member, place);
    if (member->form == QUIRE_THRIFT_FORM_STRUCT) {
        const void *target;
        memcpy(&target, place, sizeof(target));
        assert(target != NULL);
        return write_object(out, member->layout, target);
    }
    return write_plain(out, member, place);
}

static int write_object(struct quire_buf *out, const struct quire_thrift_layout *layout,
                        const void *object)
{
    uint32_t present;
    int16_t last_id = 0;
    memcpy(&present, object, sizeof(present));
    for (size_t i = 0; i < layout->members_size; i++) {
        const struct quire_thrift_member *member = &layout->members[i];
        const uint8_t *place = (const uint8_t *)object + member->offset;
        if (is_written(member, present, place))
            QUIRE_TRY(write_member(out, member, &last_id, place));
    }
    return quire_thrift_write_stop(out);
}

int quire_thrift_write_struct(struct quire_buf *out, const struct quire_thrift_layout *layout,
                              const void *object)
{
    size_t size = out->size;
    int code = write_object(out, layout, object);
    if (code != 0) out->size = size;
    return code;
}
