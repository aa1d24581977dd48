/* A part of a schema that a caller gave, chosen by names: "a", or "a.b" for a field of a
 * struct, the longest name that is there first, as columns of files are chosen. */
#ifndef QUIRE_FORMAT_FIELD_SELECT_H
#define QUIRE_FORMAT_FIELD_SELECT_H

#include "data/field.h"

/* Fields keep the order they have in full. QUIRE_USAGE for a name that is not there. */
int quire_select_fields(const struct quire_field *full, const char *const *names, size_t names_size,
                        struct ArrowSchema *selected, struct quire_error *error);

#endif
