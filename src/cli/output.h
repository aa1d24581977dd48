/* Where the rows of a command go. */
#ifndef QUIRE_CLI_OUTPUT_H
#define QUIRE_CLI_OUTPUT_H

#include "cli.h"

/* The format that --to names, else the one of the name's extension, else fallback;
 * fallback NULL: QUIRE_USAGE then. A compression that --compression names and that
 * is not known is refused here too, before anything is read. */
int quire_cli_output_format(const struct quire_cli *cli, const char *name, const char *fallback,
                            const struct quire_format **format, struct quire_error *error);

struct quire_cli_output {
    const char *name;
    const struct quire_format *format;
    enum quire_write_mode mode;
    bool no_parents;
    const char *sorting; /* columns that the rows are sorted by; NULL: none */
};

/* Opens a writer for the rows of an input. A table for a terminal is made to fit it. */
int quire_cli_output_open(struct quire_cli *cli, const struct quire_cli_output *output,
                          struct quire_cli_input *input, struct quire_writer **writer,
                          struct quire_error *error);

/* Writes all rows that the input has left, then commits: the rejects file first, so
 * that a failure of either leaves the target as it was. */
int quire_cli_output_finish(struct quire_writer *writer, struct quire_cli_input *input,
                            struct quire_write_result *result, struct quire_error *error);

/* What was written, for people or as the JSON object output, format, version (unless below 0),
 * rows, bytes. noun is what a row is: "row". */
int quire_cli_output_report(struct quire_cli *cli, const struct quire_cli_output *output,
                            const struct quire_write_result *result, const char *noun,
                            int64_t version);

/* For cleanup by attribute. */
void quire_cli_writer_close(struct quire_writer **writer);

#endif
