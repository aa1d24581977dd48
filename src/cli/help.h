/* Everything that is told about commands, made from their rows. */
#ifndef QUIRE_CLI_HELP_H
#define QUIRE_CLI_HELP_H

#include <stdio.h>

#include "cli.h"

/* The commands, one a line. */
void quire_cli_help_overview(FILE *out);
/* Usage, description and options of one command. */
void quire_cli_help_command(const struct quire_command *command, FILE *out);
/* A manual page (roff, man macros) of a command, or of the program (NULL). */
void quire_cli_help_man(const struct quire_command *command, FILE *out);
/* A completion script: shell is "bash", "zsh" or "fish". */
void quire_cli_help_completion(const char *shell, FILE *out);

/* "--infer-rows N", "-n N", "--[no-]header". */
#define QUIRE_CLI_OPTION_FORM_SIZE 128
void quire_cli_option_form(const struct quire_option *row, char out[QUIRE_CLI_OPTION_FORM_SIZE]);
/* Can a switch be on where it is not given, by its default, the environment or the configuration
 * file? Then it has a default, and is turned off by --no-NAME. */
bool quire_cli_option_negative(const struct quire_option *row);

#endif
