/* A descriptor says of an integer that it fits seven bytes and which sign it has, of all
 * other values that are noted their type: that is what is inferred from. Of timestamps it
 * says too little, so that they are always told; but without the reader. */
#include "format/ion/ion_told.h"

#include "format/ion/ion_direct_value.h"

/* Do all values with this descriptor tell the same, or are they timestamps? */
static bool is_noted(unsigned descriptor)
{
    unsigned code = descriptor >> 4, low = descriptor & 15;
    if (low == 15) return code != 14;
    return code == 1 || ((code == 2 || code == 3) && low < 8) || code == 4 || code == 6 ||
           code == 8;
}

void quire_ion_told_note(struct quire_ion_told *told, const struct quire_ion_reader *reader,
                         const struct quire_ion_value *value, struct quire_infer_node *node)
{
    if (told->tables != reader->tables) {
        memset(told, 0, sizeof(*told));
        told->tables = reader->tables;
    }
    unsigned descriptor = reader->start[value->at];
    bool known =
        value->name.text != NULL && value->name.id >= 0 && value->name.id < QUIRE_ION_TOLD_IDS;
    if (!known || !is_noted(descriptor)) return;
    struct quire_ion_told_field *field = &told->fields[value->name.id];
    field->descriptors[descriptor / 64] |= UINT64_C(1) << descriptor % 64;
    field->node = node;
}

static const uint8_t *tell_moment(const struct quire_ion_told_field *field, const uint8_t *at,
                                  const uint8_t *end)
{
    struct quire_ion_direct_moment moment;
    const uint8_t *after = quire_ion_direct_moment(at, end, &moment);
    if (after == NULL || !quire_ion_direct_moment_exists(&moment)) return NULL;
    if (quire_infer_is_closed(field->node, QUIRE_INFER_OTHER)) return after;
    const struct quire_infer_moment seen = {
        .has_time = true,
        .has_offset = moment.offset_known,
        .fraction_digits = moment.fraction_digits,
        .distant = moment.year < 1678 || moment.year > 2261,
    };
    quire_infer_moment(field->node, &seen);
    return after;
}

/* Where the value ends; NULL: it is left to the reader. */
static const uint8_t *pass_value(const struct quire_ion_told_field *field, const uint8_t *at,
                                 const uint8_t *end)
{
    const uint8_t *body, *after;
    int64_t integer;
    if ((*at & 15) == 15) return at + 1;
    switch (*at >> 4) {
    case 1: return at + 1;
    case 3: return quire_ion_direct_int(at, end, &integer);
    case 6: return tell_moment(field, at, end);
    case 8:
        after = quire_ion_direct_string(at, end, &body);
        if (after == NULL) return NULL;
        return quire_utf8_is_valid(body, (size_t)(after - body)) ? after : NULL;
    default: after = at + 1 + (*at & 15); return after <= end ? after : NULL;
    }
}

void quire_ion_told_pass(struct quire_ion_told *told, struct quire_ion_reader *reader)
{
    const uint8_t *at = reader->at, *end = reader->frames[reader->depth - 1].end;
    if (told->tables != reader->tables) return;
    while (at < end) {
        uint64_t id;
        const uint8_t *value = at;
        if (!quire_ion_take_varuint(&value, end, &id) || id >= QUIRE_ION_TOLD_IDS || value >= end)
            break;
        const struct quire_ion_told_field *field = &told->fields[id];
        if ((field->descriptors[*value / 64] >> *value % 64 & 1) == 0) break;
        const uint8_t *after = pass_value(field, value, end);
        if (after == NULL) break;
        at = after;
    }
    reader->at = at;
}
