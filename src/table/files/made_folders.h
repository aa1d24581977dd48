/* Private to table: folders of partitions that a write makes with its files, which go with them
 * where it comes to nothing. They are those of the file store alone, as other stores have none. */
#ifndef QUIRE_TABLE_MADE_FOLDERS_H
#define QUIRE_TABLE_MADE_FOLDERS_H

#include "base/buf.h"

/* Notes the folders on the way from a table to a file below it that are not there yet, each
 * zero-terminated, behind those above it. url: of the table, with '/' at its end. 0 or
 * QUIRE_MEMORY. */
int quire_made_folders_note(const char *url, const char *path, struct quire_buf *made);

/* Takes away those that are empty. */
void quire_made_folders_undo(const char *url, const struct quire_buf *made);

#endif
