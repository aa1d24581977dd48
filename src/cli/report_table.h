/* Reports for people: rows that a command makes, drawn as a table on standard
 * output. */
#ifndef QUIRE_CLI_REPORT_TABLE_H
#define QUIRE_CLI_REPORT_TABLE_H

#include "cli.h"
#include "quire/batch.h"

struct quire_cli_report {
    struct ArrowSchema schema;
    struct quire_builder *rows; /* quire_builder_text and its kin, then end_row */
};

/* Begins a report with columns in the schema language. *report is zeroed memory, to
 * be released whatever happens. */
int quire_cli_report_begin(struct quire_cli_report *report, const char *schema,
                           struct quire_error *error);
void quire_cli_report_release(struct quire_cli_report *report);

/* A text, or a null for NULL. Text that is not UTF-8 (a path, say) is QUIRE_INPUT. */
int quire_cli_report_text(struct quire_cli_report *report, const char *text,
                          struct quire_error *error);

/* Draws the rows, as wide as the terminal; a null is drawn as "-". What was printed
 * by stdio before comes before. Once for a report. */
int quire_cli_report_draw(struct quire_cli *cli, struct quire_cli_report *report,
                          struct quire_error *error);

#endif
