/* Private to runlog: the file in which rows that are set apart wait, which its writer holds (flock)
 * while it lives: so another one can tell what a killed one left from what is still in use. */
#ifndef QUIRE_RUNLOG_WRITE_REJECTS_HOLD_H
#define QUIRE_RUNLOG_WRITE_REJECTS_HOLD_H

#include <stdint.h>

#include "base/buf.h"
#include "quire/store.h"

/* The name of a temporary beside a path, which "quire clean" sweeps. 0 or QUIRE_MEMORY. */
int quire_rejects_temporary(const char *path, uint64_t unique, struct quire_buf *out);

/* Gives a file that is whole its name, held before anyone sees that. *fd: what holds it until it is
 * closed; -1 where the file system knows no such thing. */
int quire_rejects_hold(const char *from, const char *to, enum quire_durability durability, int *fd,
                       struct quire_error *error);

enum quire_rejects_seized {
    QUIRE_REJECTS_SEIZED,  /* *fd holds it */
    QUIRE_REJECTS_IN_USE,  /* by a writer that lives, or it is gone */
    QUIRE_REJECTS_UNKNOWN, /* that cannot be told */
};
enum quire_rejects_seized quire_rejects_seize(const char *path, int *fd);
void quire_rejects_let_go(int fd); /* -1 is fine */

#endif
