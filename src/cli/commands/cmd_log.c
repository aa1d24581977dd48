/* log: the group of the commands on run logs. */
#include "cli.h"

/* Only reached with options before the command's second word. */
static int run(struct quire_cli *cli, int argc, char **argv)
{
    (void)argc;
    quire_fail(&cli->error, QUIRE_USAGE, "log", "the command comes before its options: %.80s",
               argv[0]);
    quire_error_hint(&cli->error, "the form is: quire log COMMAND [OPTIONS] TABLE");
    return QUIRE_USAGE;
}

const struct quire_command quire_command_log = {
    .name = "log",
    .operands = "COMMAND",
    .summary = "keep what pipelines did as a table, and look at it",
    .description = "A run log is a Delta table with one row a step of a run: how long it took, "
                   "how many rows it read and wrote, how many of them were valid, and whether it "
                   "succeeded.",
    .flags = QUIRE_COMMAND_GROUP,
    .operands_min = 1,
    .operands_max = -1,
    .run = run,
};
