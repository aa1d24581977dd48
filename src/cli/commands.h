/* Finding commands by name. */
#ifndef QUIRE_CLI_COMMANDS_H
#define QUIRE_CLI_COMMANDS_H

#include "cli.h"

/* Longer names are cut, and are of no command then. */
#define QUIRE_CLI_COMMAND_NAME_MAX 100

/* Says why no command has this name: QUIRE_USAGE with the nearest one, or
 * QUIRE_UNSUPPORTED when it is one that this build lacks. */
int quire_cli_command_fail(const char *name, struct quire_error *error);

#endif
