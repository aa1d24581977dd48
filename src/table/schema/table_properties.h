/* Private to table: properties of tables that are set by people: which there are, what values they
 * take, and the features that they need. */
#ifndef QUIRE_TABLE_TABLE_PROPERTIES_H
#define QUIRE_TABLE_TABLE_PROPERTIES_H

#include "table/schema/metadata_change.h"

/* Sets a property, with all that follows from it. QUIRE_USAGE for names that begin with "delta."
 * and are not known, and for values that they do not take. */
int quire_table_properties_set(struct quire_metadata_change *change, const char *name,
                               const char *value, struct quire_error *error);
/* Takes one away. QUIRE_USAGE where it is not set, or is not to be taken away. */
int quire_table_properties_unset(struct quire_metadata_change *change, const char *name,
                                 struct quire_error *error);

#endif
