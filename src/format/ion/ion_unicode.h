/* Ion text in UTF-16 and UTF-32 (text.md): an input that gives it as UTF-8. */
#ifndef QUIRE_FORMAT_ION_UNICODE_H
#define QUIRE_FORMAT_ION_UNICODE_H

#include "quire/stream.h"

/* Wraps below, which is borrowed: closing leaves it open. Binary and UTF-8 pass through.
 * What is no text in the form that its first bytes tell is QUIRE_INPUT. Forward only. */
int quire_ion_unicode_in_open(struct quire_in *below, struct quire_in **in,
                              struct quire_error *error);

#endif
