/* Standard input and output as byte streams. The descriptors stay open.
 * A signal makes a call that waits ask the context whether to go on. */
#ifndef QUIRE_FILE_STANDARD_H
#define QUIRE_FILE_STANDARD_H

#include "quire/context.h"
#include "quire/stream.h"

int quire_standard_in(struct quire_context *context, struct quire_in **in,
                      struct quire_error *error);
int quire_standard_out(struct quire_context *context, struct quire_out **out,
                       struct quire_error *error);

#endif
