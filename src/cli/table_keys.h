/* That the inputs of a merge have the columns of its key: what is read with a table's columns has
 * nulls where a file has none, and rows of null keys are added. */
#ifndef QUIRE_CLI_TABLE_KEYS_H
#define QUIRE_CLI_TABLE_KEYS_H

#include "table_input.h"

#define QUIRE_CLI_KEYS_MAX 64 /* columns of a key that are looked for in a pipe */

/* Looks at each input that can be read twice, for what the table has of the key. */
int quire_cli_keys_look(struct quire_cli *cli, const struct quire_cli_target *target,
                        const struct quire_cli_columns *keys, char *const *names,
                        size_t names_size);

/* What comes through a pipe is looked at as it passes: some row must have a value. Begins zeroed
 * but for the first. */
struct quire_cli_keys_seen {
    const struct quire_cli_columns *keys;
    int64_t rows;
    bool seen[QUIRE_CLI_KEYS_MAX]; /* a value, or the key has more columns than that */
};
void quire_cli_keys_pass(struct quire_cli_keys_seen *seen, const struct ArrowSchema *schema,
                         const struct ArrowArray *batch);
int quire_cli_keys_end(const struct quire_cli_keys_seen *seen, struct quire_error *error);

#endif
