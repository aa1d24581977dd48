/* Ctrl-C and termination: a flag that pipes ask for, so that they end by the way
 * that leaves nothing behind. */
#ifndef QUIRE_CLI_INTERRUPT_H
#define QUIRE_CLI_INTERRUPT_H

#include <stdbool.h>

/* Catches SIGINT and SIGTERM, and ignores SIGPIPE (a closed pipe is then an error
 * of the write). A second signal ends the process at once. */
void quire_cli_interrupt_catch(void);
/* Was the program asked to end? For struct quire_observer; user is not used. */
bool quire_cli_interrupted(void *user);

#endif
