/* Private to table: what a protocol supports, and raising it by features (PROTOCOL.md, "Table
 * Features for New and Existing Tables", "Valid Feature Names in Table Features").
 *
 * Features of the time before their names came with versions; they are reached by raising the
 * version as long as that is below 7. Going to 7 (writers) and 3 (readers) spells out what the
 * versions before implied, used or not, since what older versions of the table used is not known.
 */
#ifndef QUIRE_TABLE_PROTOCOL_RAISE_H
#define QUIRE_TABLE_PROTOCOL_RAISE_H

#include "quire/error.h"
#include "table/log/action.h"

#define QUIRE_READER_FEATURES 3 /* the versions of which features are named */
#define QUIRE_WRITER_FEATURES 7

/* Whether writers must honour the feature, by its name or by the version. */
bool quire_protocol_supports(const struct quire_protocol *protocol, const char *feature);

/* Makes the protocol support the feature, and what that needs; new texts are the arena's. *changed
 * is set when it did not already. QUIRE_UNSUPPORTED for one that is not known. */
int quire_protocol_raise(struct quire_protocol *protocol, const char *feature,
                         struct quire_arena *arena, bool *changed, struct quire_error *error);

/* Makes the protocol support whatever another supports; lists are the arena's. 0 or
 * QUIRE_MEMORY. */
int quire_protocol_cover(struct quire_protocol *protocol, const struct quire_protocol *other,
                         struct quire_arena *arena);

#endif
