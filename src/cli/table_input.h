/* Rows of files on their way into a table: the table, made where that is asked for, and the rows
 * as a stream that does not end before the input is done. */
#ifndef QUIRE_CLI_TABLE_INPUT_H
#define QUIRE_CLI_TABLE_INPUT_H

#include "quire/table_write.h"
#include "table_change.h"

struct quire_cli_target_options {
    bool create;
    char *partition_by;
    char *txn;
    int evolve; /* enum quire_table_evolve, of commands that have it */
};

/* Their rows, in the table of a command whose options begin with a
 * struct quire_cli_target_options. */
#define QUIRE_CLI_TARGET_ROWS                                                                 \
    {.name = "create",                                                                        \
     .type = QUIRE_OPTION_BOOL,                                                               \
     .offset = offsetof(struct quire_cli_target_options, create),                             \
     .help = "make the table where there is none, with the columns of the rows"},             \
        {.name = "partition-by",                                                              \
         .type = QUIRE_OPTION_TEXT,                                                           \
         .choices = "COLUMNS",                                                                \
         .offset = offsetof(struct quire_cli_target_options, partition_by),                   \
         .help = "with --create: columns whose values get folders of their own, a,b"},        \
    {                                                                                         \
        .name = "txn", .type = QUIRE_OPTION_TEXT, .choices = "APP:VERSION",                   \
        .offset = offsetof(struct quire_cli_target_options, txn),                             \
        .help = "a writer's own count: what the table has of that version or a later one is " \
                "not written again"                                                           \
    }

/* Beside them, where the table's schema may follow the rows. */
#define QUIRE_CLI_TARGET_EVOLVE                                                                  \
    {                                                                                            \
        .name = "evolve", .type = QUIRE_OPTION_CHOICE,                                           \
        .offset = offsetof(struct quire_cli_target_options, evolve), .choices = "off|add|widen", \
        .help = "rows with more than the table: refuse, add columns, "                           \
                "or widen types too"                                                             \
    }

/* Begins zeroed but for url. */
struct quire_cli_target {
    const char *url;
    bool own_types; /* set by who opens it: inputs are read as they are, not as the table is */
    bool evolves;   /* the rows may have columns that the table lacks */
    struct quire_table_create_options creation;
    const struct quire_table_create_options *create; /* creation; NULL: it must be there */
    struct quire_cli_columns partitions;
    char *app; /* of --txn; NULL: none */
    int64_t app_version;
    struct quire_table *table; /* as it was; NULL: there was none */
    struct ArrowSchema schema; /* of table */
};

int quire_cli_target_open(struct quire_cli *cli, const struct quire_cli_target_options *options,
                          struct quire_cli_target *target);
void quire_cli_target_release(struct quire_cli_target *target);

/* Opens the inputs with the table's columns. */
int quire_cli_target_input(struct quire_cli *cli, struct quire_cli_target *target,
                           char *const *names, size_t names_size, struct quire_cli_input *input);

/* The columns that inputs have by themselves. */
int quire_cli_target_look(struct quire_cli *cli, char *const *names, size_t names_size,
                          struct ArrowSchema *found);

/* What is told of a failure: a field that the table lacks is one for --evolve. */
int quire_cli_target_tell(struct quire_cli *cli, int code);

/* The rows of an input, which is done (rejects and all) before their end is told, and with that
 * before they are committed. Begins zeroed but for the first two. */
struct quire_cli_rows {
    struct quire_cli_input *input;
    struct quire_cli_keys_seen *keys; /* that must be among them; NULL: none */
    struct quire_error error;         /* the first failure, whole */
    int code;
};
struct ArrowArrayStream quire_cli_rows_stream(struct quire_cli_rows *rows);
/* What is told of a call that read the stream and returned a code: the rows' own failure where
 * they had one. */
int quire_cli_rows_code(const struct quire_cli_rows *rows, int code, struct quire_error *error);

#endif
