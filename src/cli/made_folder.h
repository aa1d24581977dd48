/* Folders that a table was to have, where it came to nothing. */
#ifndef QUIRE_CLI_MADE_FOLDER_H
#define QUIRE_CLI_MADE_FOLDER_H

#include <stdbool.h>

/* Whether a table's folder is a local one that is not there yet. */
bool quire_cli_folder_is_new(const char *url);
/* Takes away such a folder with all folders in it, as long as they are empty and the log is. */
void quire_cli_folder_undo(const char *url);

#endif
