/* The option rows that commands share. */
#ifndef QUIRE_CLI_OPTIONS_H
#define QUIRE_CLI_OPTIONS_H

#include "cli.h"

extern const struct quire_option_table quire_cli_common_table;
extern const struct quire_option_table quire_cli_reading_table;
/* --select, --where and what output formats share with input: the end of the reading table. */
extern const struct quire_option_table quire_cli_choosing_table;
extern const struct quire_option_table quire_cli_writing_table;

/* One table of a command, with the struct that it fills. */
struct quire_cli_scope {
    const char *title; /* of its section in the help */
    const struct quire_option_table *table;
    void *options;
};
#define QUIRE_CLI_SCOPES_MAX 5

/* The tables of a command, its own first; returns how many. options are those of
 * cli, or NULL when cli is. */
size_t quire_cli_scopes(const struct quire_command *command, struct quire_cli *cli,
                        struct quire_cli_scope scopes[QUIRE_CLI_SCOPES_MAX]);

/* Has a table before this one a row of that name, which is then the one that is meant? */
bool quire_cli_is_shadowed(const struct quire_cli_scope *scopes, size_t scope, const char *name);

/* Gives every option of cli->command its default. What it holds is released with
 * quire_cli_options_release, also after a failure. */
int quire_cli_options_init(struct quire_cli *cli, struct quire_error *error);
void quire_cli_options_release(struct quire_cli *cli);

/* The row of a table that is another name of a row's option; NULL: it has one name. */
const struct quire_option *quire_cli_other_name(const struct quire_option_table *table,
                                                const struct quire_option *row);

/* Sets one option of a table and remembers that it was given. value as for
 * quire_options_set; a KEYED row given without a key takes "KEY=VALUE". */
int quire_cli_option_set(struct quire_cli *cli, const struct quire_cli_scope *scope,
                         const char *name, const char *value, struct quire_error *error);

#endif
