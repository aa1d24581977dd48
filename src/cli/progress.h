/* Telling how far a pipe is, on standard error. */
#ifndef QUIRE_CLI_PROGRESS_H
#define QUIRE_CLI_PROGRESS_H

#include "cli.h"

/* Sets the progress and log callbacks of cli->observer as the options ask: a bar
 * (auto: when standard error is a terminal), a JSON object a line, or nothing. */
void quire_cli_progress_begin(struct quire_cli *cli);

/* No bar where the rows themselves go: to be called before rows are written to
 * standard output. */
void quire_cli_progress_yield(struct quire_cli *cli);

/* Bytes as people read them: "512 B", "1.5 MB" (powers of 1024). */
#define QUIRE_CLI_AMOUNT_SIZE 32
void quire_cli_format_bytes(int64_t bytes, char out[QUIRE_CLI_AMOUNT_SIZE]);
/* "950", "12.3k", "4.56M". */
void quire_cli_format_count(double count, char out[QUIRE_CLI_AMOUNT_SIZE]);

#endif
