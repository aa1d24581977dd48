/* What columns take in files, for formats that tell (quire_file_describe). */
#ifndef QUIRE_CLI_STORED_H
#define QUIRE_CLI_STORED_H

#include "cli.h"
#include "quire/stats.h"

struct quire_cli_stored_column {
    int64_t bytes;       /* of its pages in the files; -1: not known */
    char encodings[256]; /* with commas between; "": not known */
};

struct quire_cli_stored {
    struct quire_cli_stored_column *columns; /* as in stats; NULL: nothing is known */
};

/* Adds up the files of an input. Zero-initialise *stored; release it also after a failure. */
int quire_cli_stored_read(const struct quire_cli *cli, const struct quire_cli_input *input,
                          struct quire_stats *stats, struct quire_cli_stored *stored,
                          struct quire_error *error);
void quire_cli_stored_release(struct quire_cli_stored *stored);

#endif
