/* What buffers are looked at for while they come into memory, and still lie in a cache:
 * whether texts are ASCII, and offsets in order. What is not proven so is looked at with the
 * rest of the batch. */
#ifndef QUIRE_ARROW_WIRE_PROOF_H
#define QUIRE_ARROW_WIRE_PROOF_H

#include "data/view.h"
#include "format/arrow/wire_batch.h"

/* What there is to prove of the buffers of a field, of which `first` is the first. */
void quire_wire_proof_begin(const struct quire_field *field, struct quire_wire_buffer *first);

/* The bytes from `from` to `to` of a buffer have come to data + from; those before came
 * before. */
void quire_wire_prove(struct quire_wire_buffer *buffer, const uint8_t *data, int64_t from,
                      int64_t to);

/* Tells the view of a field what was proven of its buffers; view NULL: passes over them. */
void quire_wire_proof_tell(const struct quire_wire_batch *batch, const struct quire_field *field,
                           struct quire_wire_cursor *cursor, struct quire_view *view);

#endif
