/* What a file of Parquet that somebody wrote holds, from its footer alone. */
#ifndef QUIRE_PARQUET_FOOTER_STATS_H
#define QUIRE_PARQUET_FOOTER_STATS_H

#include "data/field.h"
#include "quire/format.h"

/* Valid during the call. fields are the file's by its own schema (ARROW:schema is not looked at),
 * where INT96 is timestamp(us, UTC); extremes are those that can be relied on. */
typedef int quire_take_footer(void *user, const struct quire_field *fields,
                              const struct quire_file_stats *stats, struct quire_error *error);

/* Reads the footer. QUIRE_CORRUPT for what is no Parquet, QUIRE_AUTH where it is encrypted. */
int quire_parquet_footer_stats(struct quire_in *in, quire_take_footer *take, void *user,
                               struct quire_error *error);

#endif
