/* Private to runlog: rows that a write sets apart, for the end of a file of JSON Lines.
 *
 * They wait in a file of their own beside it, FILE.pending-UUID, which is whole before anything is
 * committed, and go to the end of the file when that stands. So a write that fails leaves the file
 * as it was, and what a write that stands has set apart is in one of the two, whatever happens.
 * Each commit says which of the rows go with it (write_rejects_stands.h), so that what a killed
 * process left waiting is put in place by the next one (write_rejects_left.h). */
#ifndef QUIRE_RUNLOG_WRITE_REJECTS_H
#define QUIRE_RUNLOG_WRITE_REJECTS_H

#include "quire/file.h"

struct quire_write_rejects;

/* options: durability and context, borrowed until close. What is no file on a disk ("-", a pipe)
 * is written to at once. */
int quire_write_rejects_open(const char *url, const struct quire_write_options *options,
                             struct quire_write_rejects **rejects, struct quire_error *error);
/* Drops what waits, unless it could not be put where it belongs. NULL is fine. */
void quire_write_rejects_close(struct quire_write_rejects *rejects);

/* As quire_rejects_take. */
int quire_write_rejects_take(void *rejects, const struct quire_reject *reject,
                             struct quire_error *error);
/* How many were taken. */
int64_t quire_write_rejects_count(const struct quire_write_rejects *rejects);

/* None are taken any more. Afterwards they are on the disk. tables: URLs of those that are written
 * to. */
int quire_write_rejects_seal(struct quire_write_rejects *rejects, const char *const *tables,
                             size_t tables_size, struct quire_error *error);
/* What commits call the write by, once it is sealed; NULL where no rows wait, or rejects is. */
const char *quire_write_rejects_id(const struct quire_write_rejects *rejects);

/* QUIRE_INPUT where a file ends in what appending would cut off, though it is none of ours. */
int quire_write_rejects_check_end(const char *url, const struct quire_write_options *options,
                                  struct quire_error *error);
/* Appends those for which keep (one byte each) is not 0; the file is there then, if there are none,
 * too. Where that fails the error's hint says where they are. */
int quire_write_rejects_publish(struct quire_write_rejects *rejects, const uint8_t *keep,
                                struct quire_error *error);
/* Leaves them where they wait, since it is not known whether the write stands: QUIRE_RETRY, whose
 * hint says where that is, or 0 where there are none. */
int quire_write_rejects_leave(struct quire_write_rejects *rejects, struct quire_error *error);

#endif
