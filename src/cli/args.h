/* From arguments, the environment and a configuration file to options. Later ones
 * win: the file, then the environment, then the arguments.
 *
 *     --name value   --name=value   --switch   --no-switch   -n value   -nvalue
 *     -- (only operands follow)   - (an operand: standard input or output) */
#ifndef QUIRE_CLI_ARGS_H
#define QUIRE_CLI_ARGS_H

#include "cli.h"

/* Sets the options of cli->command, which have their defaults (quire_cli_options_init),
 * from argv[0] to argv[argc - 1]. The operands are moved to the front of argv;
 * *operands says how many there are. QUIRE_USAGE for what is not known (the hint has
 * the nearest) or not allowed, QUIRE_UNSUPPORTED for what this build lacks. */
int quire_cli_parse(struct quire_cli *cli, int argc, char **argv, int *operands,
                    struct quire_error *error);

/* Sets options from a file of "name = value" lines, or by its name from a YAML or JSON mapping;
 * errors give its line. */
int quire_cli_config_read(struct quire_cli *cli, const char *path, struct quire_error *error);

/* Sets common options from QUIRE_<NAME>, those of run logs from QUIRE_LOG_<NAME>. The only place
 * that reads the environment, together with the next. */
int quire_cli_environment_read(struct quire_cli *cli, struct quire_error *error);
/* The value of a variable, or NULL when it is not set or empty. */
const char *quire_cli_environment_get(const char *name);

/* Says of an error of the configuration that came later (operation "configure", its cause beginning
 * with the option) in which line of the file or in which variable the option stands. */
void quire_cli_config_place(struct quire_cli *cli);
void quire_cli_environment_place(const char *option, struct quire_error *error);

#endif
