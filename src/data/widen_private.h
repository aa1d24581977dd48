/* What widening is made of, for its own files. */
#ifndef QUIRE_DATA_WIDEN_PRIVATE_H
#define QUIRE_DATA_WIDEN_PRIVATE_H

#include "data/field.h"
#include "data/widen.h"

/* Appends the type that holds the values of two scalar types of typed files. *done: false
 * when there is none. QUIRE_INPUT where that has a reason of its own. */
int quire_widen_typed(const struct quire_field *a, const struct quire_field *b,
                      struct quire_buf *out, bool *done, struct quire_error *error);

#endif
