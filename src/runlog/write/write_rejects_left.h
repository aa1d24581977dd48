/* Private to runlog: files of rows that were set apart and wait beside their file for a write that
 * does not come back for them, since its process was killed.
 *
 * Which of the rows belong to commits that stand (a call may be many commits, some of which fail)
 * is told by these commits. So the next write that ends puts those rows in place, and drops the
 * others. What is still in use is held (write_rejects_hold.h) and left. Where it cannot be known,
 * since a table is not there any more, say, or the file is in a store without locks, it is told of.
 */
#ifndef QUIRE_RUNLOG_WRITE_REJECTS_LEFT_H
#define QUIRE_RUNLOG_WRITE_REJECTS_LEFT_H

#include "quire/file.h"

#define QUIRE_REJECTS_PENDING ".pending-"
/* The reason of a line behind the rows, whose path is a table that the write was to. */
#define QUIRE_REJECTS_TABLE "this is a table that the write was to"

struct quire_rejects_left;

/* Finds those of a rejects file; none where the folder cannot be listed. 0 or QUIRE_MEMORY. */
int quire_rejects_left_find(const char *url, struct quire_rejects_left **left);
/* Puts in place what is known of those that are there still, and warns of each. */
void quire_rejects_left_end(const struct quire_rejects_left *left,
                            const struct quire_write_options *options);
void quire_rejects_left_free(struct quire_rejects_left *left); /* NULL is fine */

/* Deletes one. */
void quire_rejects_left_drop(const char *pending);

#endif
