/* What cat, head and tail have in common: rows on standard output. */
#ifndef QUIRE_CLI_SHOW_H
#define QUIRE_CLI_SHOW_H

#include "output.h"

struct quire_cli_show_options {
    int64_t n; /* rows, or values */
    bool raw;
};

/* The option of these commands that copies values. */
#define QUIRE_CLI_SHOW_RAW                                                                    \
    {                                                                                         \
        .name = "raw", .type = QUIRE_OPTION_BOOL,                                             \
        .offset = offsetof(struct quire_cli_show_options, raw),                               \
        .help = "of Ion and JSON, value by value and without columns: annotations, order "    \
                "and repeated fields are kept, and -n counts values at the top (an array is " \
                "one); as ion-text unless --to says otherwise"                                \
    }

/* Of head and tail: how many rows, and what else the command is but its name, its summary and how
 * it runs. */
#define QUIRE_CLI_SHOW_N(text)                                                               \
    {                                                                                        \
        .name = "n", .type = QUIRE_OPTION_INT, .default_text = "10",                         \
        .offset = offsetof(struct quire_cli_show_options, n), .max = INT64_MAX, .help = text \
    }
#define QUIRE_CLI_SHOW_DRAWN(rows)                                                                 \
    .operands = "FILE...",                                                                         \
    .description = "Draws a table that fits the terminal; --to writes another format, and --json " \
                   "is short for --to jsonl.",                                                     \
    .flags = QUIRE_COMMAND_READS | QUIRE_COMMAND_WRITES, .operands_min = 1, .operands_max = -1,    \
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct quire_cli_show_options)}

/* The output of these commands: --to, else jsonl with --json, else fallback. */
int quire_cli_show_output(struct quire_cli *cli, const char *fallback,
                          struct quire_cli_output *output, struct quire_error *error);

/* Writes the first rows of all files together; rows < 0: all. */
int quire_cli_show_first(struct quire_cli *cli, int argc, char **argv, int64_t rows,
                         const char *fallback);

/* Copies values of files as they are. */
int quire_cli_show_raw(struct quire_cli *cli, int argc, char **argv,
                       const struct quire_raw_range *range);

#endif
