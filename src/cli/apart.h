/* Outputs are kept out of the tables that a command reads or writes. */
#ifndef QUIRE_CLI_APART_H
#define QUIRE_CLI_APART_H

#include "cli.h"

/* Fails with QUIRE_USAGE where an output ("-" and NULL are none) would be an object of the Delta
 * table: its folder, or anything below it, through whatever links. what begins the message: "the
 * output". */
int quire_cli_apart(const struct quire_cli *cli, const char *what, const char *output,
                    const char *table, struct quire_error *error);

/* The same of what a query reads, which may be a file, too. */
int quire_cli_apart_from_input(const struct quire_cli *cli, const char *what, const char *output,
                               const char *input, struct quire_error *error);

#endif
