/* Bytes that come once, kept so that they can be read anywhere. */
#ifndef QUIRE_FILE_SPOOL_H
#define QUIRE_FILE_SPOOL_H

#include "quire/context.h"
#include "quire/stream.h"

/* Reads from to its end into a temporary without a name in folder (a local path), which goes
 * when spool is closed. */
int quire_spool_open(struct quire_in *from, const char *folder, struct quire_context *context,
                     struct quire_in **spool, struct quire_error *error);

/* Reading forward begins anew. */
void quire_spool_rewind(struct quire_in *spool);

/* Exactly size bytes of a descriptor, as quire_in_ops.read_at wants them. name: in errors. */
int quire_descriptor_read_at(int descriptor, const char *name, int64_t offset, void *bytes,
                             size_t size, struct quire_error *error);

#endif
