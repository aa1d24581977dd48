/* Metadata for people: a JSON document of this library, laid out as lines and tables. */
#ifndef QUIRE_CLI_META_TEXT_H
#define QUIRE_CLI_META_TEXT_H

#include "cli.h"

/* Prints on standard output: a line for a member that is a number, a text or a list of
 * them, a table for a list of like objects, and a part of its own for all else. */
int quire_cli_meta_print(struct quire_cli *cli, const char *json, struct quire_error *error);

/* The same, or as it is with --json. Takes the document. */
int quire_cli_meta_report(struct quire_cli *cli, char *json);

#endif
