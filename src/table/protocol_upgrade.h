/* Private to table: protocols that allow one feature more (PROTOCOL.md, "Table Features", "Table
 * Features for New and Existing Tables"). */
#ifndef QUIRE_TABLE_PROTOCOL_UPGRADE_H
#define QUIRE_TABLE_PROTOCOL_UPGRADE_H

#include "table/action.h"

/* Whether writers of the protocol must know the feature, by its name or by their version. */
bool quire_protocol_has(const struct quire_protocol *protocol, const char *feature);

/* Makes it one that has the feature: by a higher writer version where there is one without
 * names and readers need not know of it, else by name, and then so do those that its versions
 * stood for. reader: readers must know it too. Lists are the arena's. 0 or QUIRE_MEMORY. */
int quire_protocol_add(struct quire_protocol *protocol, const char *feature, bool reader,
                       struct quire_arena *arena);

/* Makes it one that has what another has as well. */
int quire_protocol_merge(struct quire_protocol *protocol, const struct quire_protocol *other,
                         struct quire_arena *arena);

#endif
