/* Columns whose values a table gives: --identity "id=always,start=100,step=10". */
#ifndef QUIRE_CLI_TABLE_IDENTITY_H
#define QUIRE_CLI_TABLE_IDENTITY_H

#include "quire/option.h"
#include "quire/table_write.h"

/* *identities is freed with quire_free; columns are borrowed from what was given. Left as it is on
 * failure. */
int quire_cli_identities(const struct quire_keyed *given, struct quire_table_identity **identities,
                         size_t *size, struct quire_error *error);

#endif
