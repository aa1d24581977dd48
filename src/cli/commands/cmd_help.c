/* help: about the program or a command, as text, manual page or completion script. */
#include <string.h>

#include "commands.h"
#include "help.h"

struct help_options {
    bool man;
    int32_t completion;
};

static const char *const shells[] = {"bash", "zsh", "fish"};

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct help_options *options = cli->options;
    const struct quire_command *command = NULL;
    char name[QUIRE_CLI_COMMAND_NAME_MAX];
    if (argc > 0) {
        snprintf(name, sizeof(name), "%s%s%s", argv[0], argc > 1 ? " " : "",
                 argc > 1 ? argv[1] : "");
        command = quire_cli_command_find(name);
        if (command == NULL) return quire_cli_command_fail(name, &cli->error);
    }
    if (quire_cli_is_given(cli, "completion")) {
        if (options->man || command != NULL)
            return quire_fail(&cli->error, QUIRE_USAGE, "help",
                              "a completion script is of the whole program alone");
        quire_cli_help_completion(shells[options->completion], stdout);
    } else if (options->man) {
        quire_cli_help_man(command, stdout);
    } else if (command != NULL) {
        quire_cli_help_command(command, stdout);
    } else {
        quire_cli_help_overview(stdout);
    }
    return 0;
}

#define AT(field) offsetof(struct help_options, field)
static const struct quire_option rows[] = {
    {.name = "man", .type = QUIRE_OPTION_BOOL, .offset = AT(man), .help = "as a manual page"},
    {.name = "completion",
     .type = QUIRE_OPTION_CHOICE,
     .offset = AT(completion),
     .choices = "bash|zsh|fish",
     .help = "a script that completes commands and options"},
};

const struct quire_command quire_command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "tell about the program or a command",
    .operands_max = 2,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct help_options)},
    .run = run,
};
