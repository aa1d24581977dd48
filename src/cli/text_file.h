/* A small text from a file. */
#ifndef QUIRE_CLI_TEXT_FILE_H
#define QUIRE_CLI_TEXT_FILE_H

#include "cli.h"

#define QUIRE_CLI_TEXT_BYTES_MAX ((size_t)1 << 20)

/* All of a local file, with a zero behind it; freed with quire_free. QUIRE_USAGE where it cannot be
 * read, is larger, or has a zero in it. */
int quire_cli_text_read(const char *path, char **text, size_t *size, struct quire_error *error);

#endif
