/* The registries of this build, row by row in one shape, for the commands that list
 * them. */
#ifndef QUIRE_CLI_BACKENDS_H
#define QUIRE_CLI_BACKENDS_H

#include "cli.h"

/* One backend, whatever it is one of. All texts are static. */
struct quire_cli_backend {
    const char *name;
    const char *extensions; /* or the schemes of a store */
    const char *summary;
    const char *built_without; /* NULL; else what this build lacks for it */
    bool reads, writes;
    int level_min, level_max, level_default; /* codecs */
    struct quire_option_table read_options, write_options;
};

/* A registry: the row at an index below the size. */
struct quire_cli_backends {
    const char *name; /* "formats" */
    size_t (*size)(void);
    struct quire_cli_backend (*at)(size_t index);
};

extern const struct quire_cli_backends quire_cli_formats;
extern const struct quire_cli_backends quire_cli_codecs;
extern const struct quire_cli_backends quire_cli_stores;
extern const struct quire_cli_backends quire_cli_queues; /* has no rows */
extern const struct quire_cli_backends quire_cli_features;

#endif
