/* --rules: rows that are checked, and what is told of it. */
#ifndef QUIRE_CLI_RULES_H
#define QUIRE_CLI_RULES_H

#include "cli.h"
#include "quire/quality.h"

/* Zeroed memory, to be released whatever happens, and after the input whose rows it checks. */
struct quire_cli_rules {
    struct quire_rules *rules;     /* NULL: none were asked for */
    struct quire_quality *quality; /* of the rows of an input */
};

/* Reads the rules of --rules. A file that is none is QUIRE_USAGE, apart from rows that are bad, and
 * so is one that --rejects would replace. */
int quire_cli_rules_read(struct quire_cli *cli, const char *path, struct quire_cli_rules *rules);
/* Begins a check of the input's rows; those that are set apart go to its rejects file. */
int quire_cli_rules_begin(struct quire_cli_rules *rules, struct quire_cli_input *input,
                          struct quire_error *error);
/* The same, and leaves in the input the rows that may pass. QUIRE_USAGE where a rule sets rows
 * apart and there is no rejects file. */
int quire_cli_rules_pass(struct quire_cli_rules *rules, struct quire_cli_input *input,
                         struct quire_error *error);
/* When all rows were read: records that could not be are counted. */
void quire_cli_rules_end(struct quire_cli_rules *rules, const struct quire_cli_input *input);
void quire_cli_rules_release(struct quire_cli_rules *rules);

/* "997 of 1000 rows are valid (99.70 %, at least 95 %): passed" and a line end. */
void quire_cli_rules_print_verdict(const struct quire_verdict *verdict, FILE *out);
/* The verdict and a line a rule that was broken, on standard error. */
void quire_cli_rules_tell(const struct quire_cli_rules *rules, const struct quire_cli_input *input);

/* Enough for quire_cli_rules_percent. */
#define QUIRE_CLI_PERCENT_SIZE 32
/* Two digits behind the point, and never 100 or 0 of what is not quite that. */
void quire_cli_rules_percent(double percent, char text[QUIRE_CLI_PERCENT_SIZE]);

#endif
