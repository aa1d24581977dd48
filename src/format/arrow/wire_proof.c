/* A proof is one of a whole buffer, from its first byte to its last, so that it holds for all
 * rows that use it. Offsets with anything behind them are thus hardly ever proven. */
#include "format/arrow/wire_proof.h"

#include "base/utf8.h"
#include "format/arrow/array_layout.h"

void quire_wire_proof_begin(const struct quire_field *field, struct quire_wire_buffer *first)
{
    struct quire_array_layout layout = quire_array_layout_of(field);
    bool bytes = layout.kind == QUIRE_LAYOUT_BYTES;
    if (!bytes && layout.kind != QUIRE_LAYOUT_LIST) return;
    first[1].offset_width = (uint8_t)layout.width;
    if (bytes) first[2].text = quire_kind_is_string(field->kind);
}

void quire_wire_prove(struct quire_wire_buffer *buffer, const uint8_t *data, int64_t from,
                      int64_t to)
{
    int64_t width = buffer->offset_width;
    bool good = true;
    if (buffer->proven != from || (width == 0 && !buffer->text)) return;
    if (buffer->text) {
        size_t size = (size_t)(to - from);
        good = quire_utf8_ascii_prefix(data + from, size) == size;
    } else if ((uintptr_t)data % (uintptr_t)width != 0) {
        good = false;
    } else if (to / width > 1) {
        /* From the last offset that was looked at to the last that is here. */
        int64_t first = from / width > 0 ? from / width - 1 : 0;
        good = quire_offsets_in_order(data + first * width, (int)width, to / width - first - 1);
    }
    buffer->proven = good ? to : -1;
}

static bool is_proven(const struct quire_wire_buffer *buffer)
{
    return buffer->size > 0 && buffer->proven == buffer->size &&
           (buffer->offset_width == 0 || buffer->size % buffer->offset_width == 0);
}

void quire_wire_proof_tell(const struct quire_wire_batch *batch, const struct quire_field *field,
                           struct quire_wire_cursor *cursor, struct quire_view *view)
{
    struct quire_array_layout layout = quire_array_layout_of(field);
    const struct quire_wire_buffer *buffers = &batch->buffers[cursor->buffer];
    size_t variadic = 0;
    cursor->buffer += (size_t)layout.buffers;
    if (field->kind == QUIRE_KIND_UNION && batch->unions_have_validity) cursor->buffer++;
    if (layout.kind == QUIRE_LAYOUT_VIEWS)
        (void)quire_wire_batch_variadic(batch, cursor, &variadic, NULL); /* went well before */
    cursor->buffer += variadic;
    bool bytes = layout.kind == QUIRE_LAYOUT_BYTES;
    if (view != NULL) {
        view->ordered = (bytes || layout.kind == QUIRE_LAYOUT_LIST) && is_proven(&buffers[1]);
        view->ascii = bytes && is_proven(&buffers[2]);
    }
    for (size_t i = 0; i < field->children_size; i++)
        quire_wire_proof_tell(batch, &field->children[i], cursor,
                              view != NULL ? &view->children[i] : NULL);
}
