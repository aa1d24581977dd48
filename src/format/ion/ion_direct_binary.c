/* The short way of binary records, field by field: names are compared as the bytes that they
 * are, and each value is read by the descriptor that its column goes with. What is taken
 * ends within the record. */
#include "format/ion/ion_direct_value.h"

/* Each appends the value at `at` and returns where it ends, NULL when it does not. */

static inline const uint8_t *take_string(struct quire_column *column, const uint8_t *at,
                                         const uint8_t *end)
{
    const uint8_t *body, *after = quire_ion_direct_string(at, end, &body);
    if (after == NULL) return NULL;
    size_t size = (size_t)(after - body);
    if (size <= 16 && quire_ion_is_short_ascii(body, size))
        return quire_ion_direct_put_short(column, body, size) ? after : NULL;
    if (!quire_utf8_is_valid(body, size) || quire_column_append_bytes(column, body, size) != 0)
        return NULL;
    return after;
}

static const uint8_t *take_value(enum quire_ion_direct_kind kind, struct quire_column *column,
                                 const uint8_t *at, const uint8_t *end)
{
    const uint8_t *after = NULL;
    struct quire_ion_direct_moment moment;
    int64_t integer;
    double real;
    bool put = false;
    if (__builtin_expect((*at & 15) == 15, 0)) {
        if (kind == QUIRE_ION_DIRECT_NONE || !quire_ion_direct_is_null(at)) return NULL;
        return quire_ion_direct_put_null(column) ? at + 1 : NULL;
    }
    switch (kind) {
    case QUIRE_ION_DIRECT_INT64:
        after = quire_ion_direct_int(at, end, &integer);
        put = after != NULL && quire_column_append_i64(column, integer) == 0;
        break;
    case QUIRE_ION_DIRECT_FLOAT64:
        after = quire_ion_direct_float(at, end, &real);
        put = after != NULL && quire_column_append_f64(column, real) == 0;
        break;
    case QUIRE_ION_DIRECT_BOOL:
        after = at + 1;
        put = (*at == 0x10 || *at == 0x11) && quire_column_append_bool(column, *at == 0x11) == 0;
        break;
    case QUIRE_ION_DIRECT_TIMESTAMP:
        after = quire_ion_direct_moment(at, end, &moment);
        put = after != NULL && quire_ion_direct_put_moment(column, &moment);
        break;
    case QUIRE_ION_DIRECT_STRING: return take_string(column, at, end);
    default: break;
    }
    return put ? after : NULL;
}

void quire_ion_direct_binary(struct quire_ion_row *row, int64_t length, size_t *next,
                             size_t *filled)
{
    struct quire_ion_reader *reader = row->reader;
    const uint8_t *at = reader->at, *end = reader->frames[reader->depth - 1].end;
    const struct quire_ion_lane *first = row->lanes + *next, *lane = first;
    const struct quire_ion_lane *last = row->lanes + row->decoding->shape.members_size;
    size_t passed = 0;
    for (; lane < last && at < end; lane++) {
        if (!quire_ion_lane_is(lane, at) || lane->size >= end - at) break;
        const uint8_t *value = at + lane->size, *after;
        struct quire_column *column = lane->column;
        if (__builtin_expect(column == NULL, 0)) {
            after = quire_ion_direct_pass(value, end);
            passed += after != NULL;
        } else {
            if (column->length != length) break;
            after = take_value((enum quire_ion_direct_kind)lane->kind, column, value, end);
        }
        if (after == NULL) break;
        at = after;
    }
    reader->at = at;
    *next += (size_t)(lane - first);
    *filled += (size_t)(lane - first) - passed;
}
