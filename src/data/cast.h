/* Casts beside quire_cast (quire/batch.h). */
#ifndef QUIRE_DATA_CAST_H
#define QUIRE_DATA_CAST_H

#include "quire/arrow.h"
#include "quire/error.h"

/* Fails as quire_cast does for the types alone, without any rows. */
int quire_cast_types_check(const struct ArrowSchema *from, const struct ArrowSchema *to,
                           struct quire_error *error);

#endif
