/* Private: the columns of a file of refused records. */
#ifndef QUIRE_FILE_REJECTS_H
#define QUIRE_FILE_REJECTS_H

#include "quire/file.h"

int quire_rejects_schema(struct ArrowSchema *schema, struct quire_error *error);

#endif
