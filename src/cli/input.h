/* The parts that opening an input is made of. */
#ifndef QUIRE_CLI_INPUT_H
#define QUIRE_CLI_INPUT_H

#include "cli.h"

/* Sorts --set, --delimiter and --header into the settings of the decoder and of the
 * encoder of input. from is NULL when the format of the input is not known by name,
 * to when there is no output. QUIRE_USAGE for one that neither side has. */
int quire_cli_settings_route(const struct quire_cli *cli, const struct quire_format *from,
                             const struct quire_format *to, struct quire_cli_input *input,
                             struct quire_error *error);

/* The schema that --schema means: of a schema file, of a schema as text, or of a data
 * file. The caller releases it. */
int quire_cli_schema_read(const char *text, struct quire_context *context,
                          struct ArrowSchema *schema, struct quire_error *error);

/* The properties of --property NAME=VALUE, which borrow its texts; freed with quire_free, also
 * after a failure. *size begins as 0. */
struct quire_table_property;
int quire_cli_properties(const struct quire_keyed *given, struct quire_table_property **properties,
                         size_t *size, struct quire_error *error);

#endif
