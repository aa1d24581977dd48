/* The way of one run: command, options, work, error, exit status. Nothing else in
 * the program ends the process or prints errors. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "help.h"
#include "interrupt.h"
#include "log_place.h"
#include "options.h"
#include "progress.h"

#define MESSAGE_SIZE_MAX 2048

/* Exit status ------------------------------------------------------------------------ */

static int exit_status(int code)
{
    if (code >= 0) return code;
    switch (code) {
    case QUIRE_INPUT:
    case QUIRE_CORRUPT:
    case QUIRE_LIMIT: return QUIRE_EXIT_DATA;
    case QUIRE_USAGE:
    case QUIRE_UNSUPPORTED: return QUIRE_EXIT_USAGE;
    case QUIRE_EXISTS:
    case QUIRE_CONFLICT: return QUIRE_EXIT_CONFLICT;
    case QUIRE_CANCELLED: return QUIRE_EXIT_INTERRUPTED;
    default: return QUIRE_EXIT_IO;
    }
}

/* Options of formats are those of commands that read files by their formats. */
void quire_cli_mend_hint(const struct quire_cli *cli, struct quire_error *error)
{
    bool reads = cli->command != NULL && (cli->command->flags & QUIRE_COMMAND_READS) != 0;
    if (reads || strstr(error->hint, "invalid_utf8=replace") == NULL) return;
    error->hint[0] = '\0';
    quire_error_hint(error,
                     "\"quire convert FILE COPY --set invalid_utf8=replace\" makes a copy of a "
                     "file with U+FFFD in place of such bytes");
}

/* A reader of standard output that has seen enough (head) is told nothing. */
static void print_error(struct quire_cli *cli, int code)
{
    char message[MESSAGE_SIZE_MAX];
    const char *path = cli->error.path;
    quire_cli_progress_clear();
    quire_cli_mend_hint(cli, &cli->error);
    if (code == QUIRE_CLOSED && (path[0] == '\0' || strcmp(path, "-") == 0)) return;
    if (code == QUIRE_CANCELLED)
        snprintf(message, sizeof(message), "interrupted");
    else if (cli->error.code == 0)
        snprintf(message, sizeof(message), "%s", quire_code_text(code));
    else
        quire_error_format(&cli->error, message, sizeof(message));
    fputs("quire: ", stderr);
    quire_cli_print_plain(message, stderr);
    fputc('\n', stderr);
}

/* Everything that was printed must have arrived. */
static int flush_output(struct quire_cli *cli)
{
    errno = 0;
    bool failed = ferror(stdout) != 0;
    if (fflush(stdout) == 0 && !failed) return 0;
    int code = errno == EPIPE ? QUIRE_CLOSED : QUIRE_IO;
    quire_fail(&cli->error, code, "write", "standard output: %s",
               errno != 0 ? strerror(errno) : "output failed");
    quire_error_hint(&cli->error, "only what was printed is lost: what the command wrote elsewhere "
                                  "is there, so do not run it again to write it");
    return code;
}

/* Running ------------------------------------------------------------------------------ */

static int check_operands(struct quire_cli *cli, int operands, char *const *argv)
{
    const struct quire_command *command = cli->command;
    int empty = 0;
    while (empty < operands && argv[empty][0] != '\0')
        empty++;
    if (operands < command->operands_min)
        quire_fail(&cli->error, QUIRE_USAGE, command->name, "%s",
                   operands == 0 ? "something to work on is missing" : "a name is missing");
    else if (command->operands_max >= 0 && operands > command->operands_max)
        quire_fail(&cli->error, QUIRE_USAGE, command->name, "\"%.200s\" is one name too many",
                   argv[command->operands_max]);
    else if (empty < operands)
        quire_fail(&cli->error, QUIRE_USAGE, command->name,
                   "name %d of %d is empty: a variable that is not set, perhaps", empty + 1,
                   operands);
    else
        return 0;
    quire_error_hint(&cli->error, "the form is: quire %s [OPTIONS]%s%s", command->name,
                     command->operands[0] != '\0' ? " " : "", command->operands);
    return QUIRE_USAGE;
}

static int run_command(struct quire_cli *cli, int argc, char **argv)
{
    int operands = 0;
    QUIRE_TRY(quire_cli_options_init(cli, &cli->error));
    QUIRE_TRY(quire_cli_parse(cli, argc, argv, &operands, &cli->error));
    if (cli->common.help) {
        quire_cli_help_command(cli->command, stdout);
        return 0;
    }
    QUIRE_TRY(check_operands(cli, operands, argv));
    const char *place = argv[0];
    if (cli->command->flags & QUIRE_COMMAND_LOG_AT) QUIRE_TRY(quire_cli_log_place(cli, argv));
    cli->observer.cancelled = quire_cli_interrupted;
    quire_cli_progress_begin(cli);
    int code = cli->command->run(cli, operands, argv);
    /* Names may be configured far from here. */
    if (code == QUIRE_NOT_FOUND && cli->log_table != NULL && cli->error.hint[0] == '\0')
        quire_error_hint(&cli->error,
                         "%.200s is what it is below, by table-schema and table-name or patterns",
                         place);
    return code;
}

/* A command of one word, or of a group's word and the next. */
static int find_command(struct quire_cli *cli, const char *name, const char *next, int *words)
{
    char both[QUIRE_CLI_COMMAND_NAME_MAX];
    cli->command = quire_cli_command_find(name);
    if (cli->command == NULL) return quire_cli_command_fail(name, &cli->error);
    if (!(cli->command->flags & QUIRE_COMMAND_GROUP) || next == NULL || next[0] == '-') return 0;
    snprintf(both, sizeof(both), "%s %s", name, next);
    cli->command = quire_cli_command_find(both);
    if (cli->command == NULL) return quire_cli_command_fail(both, &cli->error);
    *words = 2;
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (name == NULL) {
        quire_cli_help_overview(stderr);
        return QUIRE_EXIT_USAGE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) name = "version";
    if (name[0] == '-') {
        quire_fail(&cli->error, QUIRE_USAGE, "", "the command comes before \"%.80s\"", name);
        quire_error_hint(&cli->error, "the form is: quire COMMAND [OPTIONS] [NAME...]");
        return QUIRE_USAGE;
    }
    int words = 1;
    QUIRE_TRY(find_command(cli, name, argc > 2 ? argv[2] : NULL, &words));
    if (words == 1 && (cli->command->flags & QUIRE_COMMAND_GROUP) && argc == 2) {
        quire_cli_help_command(cli->command, stderr);
        return QUIRE_EXIT_USAGE;
    }
    return run_command(cli, argc - 1 - words, argv + 1 + words);
}

/* A standard descriptor that is closed would be given to the next file that is opened,
 * and messages would go into an output. What holds its place cannot be used either. */
static void hold_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

int quire_cli_main(int argc, char **argv)
{
    struct quire_cli cli = {.command = NULL};
    quire_error_clear(&cli.error);
    hold_descriptors();
    quire_cli_interrupt_catch();
    int code = run(&cli, argc, argv);
    int flushed = flush_output(&cli);
    if (code >= 0 && flushed != 0) code = flushed;
    /* The handler ends standard input, which may then look damaged. */
    if (code != 0 && quire_cli_interrupted(NULL)) code = QUIRE_CANCELLED;
    if (code == QUIRE_USAGE) quire_cli_config_place(&cli);
    if (code < 0) print_error(&cli, code);
    quire_cli_options_release(&cli);
    return exit_status(code);
}

/* For commands ------------------------------------------------------------------------- */

int quire_cli_context(struct quire_cli *cli, struct quire_context **context,
                      struct quire_error *error)
{
    const struct quire_context_options options = {
        .threads = (unsigned)cli->common.threads,
        .memory_max = cli->common.memory,
        .observer = &cli->observer,
    };
    return quire_context_new(&options, context, error);
}
