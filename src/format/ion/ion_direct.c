/* What is known of the members of records before any comes. */
#include "format/ion/ion_direct.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_text_put.h"

static enum quire_ion_direct_kind kind_of(const struct quire_field *field, int64_t column)
{
    if (column < 0) return QUIRE_ION_DIRECT_UNWANTED;
    if (field->extension == QUIRE_EXTENSION_JSON) return QUIRE_ION_DIRECT_NONE;
    switch (field->kind) {
    case QUIRE_KIND_INT64: return QUIRE_ION_DIRECT_INT64;
    case QUIRE_KIND_FLOAT64: return QUIRE_ION_DIRECT_FLOAT64;
    case QUIRE_KIND_BOOL: return QUIRE_ION_DIRECT_BOOL;
    case QUIRE_KIND_TIMESTAMP: return QUIRE_ION_DIRECT_TIMESTAMP;
    case QUIRE_KIND_STRING: return QUIRE_ION_DIRECT_STRING;
    default: return QUIRE_ION_DIRECT_NONE;
    }
}

static int init_text(struct quire_ion_direct *direct, const struct quire_json_member *member,
                     struct quire_arena *arena)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_TRY(quire_ion_put_symbol(&text, member->name, member->name_size));
    QUIRE_TRY(quire_buf_push(&text, ':'));
    if (text.size > QUIRE_ION_PADDING) return 0;
    char *copy = quire_arena_alloc(arena, QUIRE_ION_PADDING);
    if (copy == NULL) return QUIRE_MEMORY;
    memset(copy, 0, QUIRE_ION_PADDING);
    memcpy(copy, text.data, text.size);
    direct->text = copy;
    direct->text_size = text.size;
    direct->head_mask = text.size < 16 ? (1u << text.size) - 1 : 0xffff;
    return 0;
}

int quire_ion_direct_init(const struct quire_json_shape *shape, const struct quire_field *field,
                          struct quire_arena *arena, struct quire_ion_direct **direct)
{
    struct quire_ion_direct *made =
        quire_arena_alloc(arena, (shape->members_size + 1) * sizeof(*made));
    if (made == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < shape->members_size; i++) {
        const struct quire_json_member *member = &shape->members[i];
        made[i] = (struct quire_ion_direct){.kind = kind_of(&field->children[i], member->column),
                                            .column = member->column};
        QUIRE_TRY(init_text(&made[i], member, arena));
    }
    *direct = made;
    return 0;
}

bool quire_ion_direct_begin(struct quire_ion_reader *reader, struct quire_ion_value *value)
{
    const uint8_t *at = reader->at, *end = NULL;
    if (reader->depth > 0 || at >= reader->end) return false;
    if (reader->binary) {
        struct quire_ion_header header;
        if (*at >> 4 != 13 || quire_ion_take_header(at, reader->end, &header) != NULL ||
            header.low == 15)
            return false;
        reader->at = header.body;
        end = header.end;
    } else {
        if (at[0] != '{' || at[1] == '{') return false;
        reader->at = at + 1;
        reader->began = true;
    }
    quire_ion_clear(value);
    value->event = QUIRE_ION_BEGIN;
    value->type = QUIRE_ION_STRUCT;
    value->at = (size_t)(at - reader->start);
    reader->frames[reader->depth++] = (struct quire_ion_frame){QUIRE_ION_STRUCT, end};
    return true;
}

void quire_ion_lanes_init(const struct quire_ion_decoding *decoding, struct quire_column *columns,
                          struct quire_ion_lane *lanes)
{
    size_t size = decoding->shape.members_size;
    for (size_t i = 0; i < size; i++) {
        const struct quire_ion_direct *direct = &decoding->direct[i];
        lanes[i].kind = (uint16_t)direct->kind;
        lanes[i].column = direct->column >= 0 ? &columns->children[direct->column] : NULL;
    }
    quire_ion_lanes_forget(lanes, size);
}

bool quire_ion_direct_has_blocks(const struct quire_ion_decoding *decoding,
                                 const struct quire_column *columns)
{
    size_t reached = 0;
    if (!decoding->binary || decoding->survey != NULL || columns->children_size == 0 ||
        columns->validity.data != NULL)
        return false;
    for (size_t i = 0; i < decoding->shape.members_size; i++) {
        if (decoding->direct[i].kind == QUIRE_ION_DIRECT_NONE) return false;
        reached += decoding->direct[i].column >= 0;
    }
    return reached == columns->children_size;
}

void quire_ion_lane_note(struct quire_ion_lane *lane, int64_t id)
{
    if (id < 0 || id >= 1 << 14) return;
    lane->size = id < 1 << 7 ? 1 : 2;
    uint8_t bytes[2] = {(uint8_t)(0x80 | (id & 0x7f)), 0},
            mask[2] = {0xff, lane->size == 1 ? 0 : 0xff};
    if (lane->size == 2) {
        bytes[1] = bytes[0];
        bytes[0] = (uint8_t)(id >> 7);
    }
    memcpy(&lane->bytes, bytes, 2);
    memcpy(&lane->mask, mask, 2);
}
