/* Outputs are kept out of the tables that a command reads or writes. */
#ifndef QUIRE_CLI_APART_H
#define QUIRE_CLI_APART_H

#include "cli.h"

/* The path that a name of a local object is; NULL: it is of another store. */
const char *quire_cli_local_path(const char *url);

/* Fails with QUIRE_USAGE where an output ("-" and NULL are none) would be an object of a Delta
 * table, whichever: its folder, or anything below it, through whatever links. what begins the
 * message: "the output". */
int quire_cli_apart_from_tables(const struct quire_cli *cli, const char *what, const char *output,
                                struct quire_error *error);

/* The same of a table that need not be there yet, too. */
int quire_cli_apart(const struct quire_cli *cli, const char *what, const char *output,
                    const char *table, struct quire_error *error);

/* The same where it is a file, which the message calls by a name ("the configuration file"); "-" is
 * that of standard input, where it is one. */
int quire_cli_apart_from_file(const struct quire_cli *cli, const char *what, const char *output,
                              const char *name, const char *file, struct quire_error *error);

/* The same of what a query reads, which may be a file, too. */
int quire_cli_apart_from_input(const struct quire_cli *cli, const char *what, const char *output,
                               const char *input, struct quire_error *error);

#endif
