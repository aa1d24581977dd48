/* Private to table: what a table asks of its readers and writers (PROTOCOL.md, "Table
 * Features"). */
#ifndef QUIRE_TABLE_TABLE_FEATURES_H
#define QUIRE_TABLE_TABLE_FEATURES_H

#include "table/action.h"

/* QUIRE_UNSUPPORTED naming each feature that this build cannot read. */
int quire_features_check_read(const struct quire_protocol *protocol, struct quire_error *error);

#endif
