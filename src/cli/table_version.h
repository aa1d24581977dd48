/* Which version of a table a command looks at. */
#ifndef QUIRE_CLI_TABLE_VERSION_H
#define QUIRE_CLI_TABLE_VERSION_H

#include "cli.h"
#include "quire/table.h"

struct quire_cli_table_version {
    int64_t version; /* only counts when given */
    char *at;
};

/* Their rows, in the table of a command whose options begin with a
 * struct quire_cli_table_version. */
#define QUIRE_CLI_TABLE_VERSION_ROWS                                         \
    {.name = "version",                                                      \
     .type = QUIRE_OPTION_INT,                                               \
     .offset = offsetof(struct quire_cli_table_version, version),            \
     .max = INT64_MAX,                                                       \
     .help = "version of the table; else the newest"},                       \
    {                                                                        \
        .name = "at", .type = QUIRE_OPTION_TEXT, .choices = "TIME",          \
        .offset = offsetof(struct quire_cli_table_version, at),              \
        .help = "the version that was the newest at a time: 2024-05-01, or " \
                "2024-05-01T12:00:00Z"                                       \
    }

/* Opens that version; the caller closes *table. */
int quire_cli_table_open(struct quire_cli *cli, const char *url, struct quire_table **table,
                         struct quire_error *error);

/* Milliseconds since the epoch of "2024-05-01" or "2024-05-01T12:00:00Z"; a time without a zone is
 * UTC. QUIRE_USAGE where it is no time. */
int quire_cli_time_parse(const char *text, const char *option, int64_t *time_ms,
                         struct quire_error *error);
/* The same in microseconds. */
int quire_cli_time_parse_us(const char *text, const char *option, int64_t *time_us,
                            struct quire_error *error);

/* The same in microseconds; digits beyond are left out. */
int quire_cli_time_parse_us(const char *text, const char *option, int64_t *time_us,
                            struct quire_error *error);

/* For cleanup by attribute. */
void quire_cli_table_close(struct quire_table **table);

#endif
