/* The report of a run log as a page and as pictures: the options for it, and the doing. */
#ifndef QUIRE_CLI_LOG_PAGE_H
#define QUIRE_CLI_LOG_PAGE_H

#include "cli.h"
#include "quire/runlog_report.h"

struct quire_cli_log_page {
    char *html;
    char *png;
    int64_t dpi;
    char *gnuplot;
};

/* Their rows; AT gives the offset of a member of the struct. */
#define QUIRE_CLI_LOG_PAGE_ROWS(AT)                                                                \
    {.name = "html",                                                                               \
     .type = QUIRE_OPTION_TEXT,                                                                    \
     .choices = "FILE",                                                                            \
     .offset = AT(html),                                                                           \
     .help = "write the report as one HTML page, with charts; \"-\" is standard output"},          \
        {.name = "png",                                                                            \
         .type = QUIRE_OPTION_TEXT,                                                                \
         .choices = "PATH",                                                                        \
         .offset = AT(png),                                                                        \
         .help = "write the charts as PNG, into this folder; NAME.png gives NAME-CHART.png each"}, \
        {.name = "dpi",                                                                            \
         .type = QUIRE_OPTION_INT,                                                                 \
         .offset = AT(dpi),                                                                        \
         .default_text = "300",                                                                    \
         .min = 24,                                                                                \
         .max = 1200,                                                                              \
         .help = "dots to the inch of the PNG; a chart is 7 inches wide"},                         \
    {                                                                                              \
        .name = "gnuplot", .type = QUIRE_OPTION_TEXT, .choices = "PROGRAM", .offset = AT(gnuplot), \
        .default_text = "gnuplot", .help = "the program that draws the charts"                     \
    }

/* Is there anything to write? */
bool quire_cli_log_page_asked(const struct quire_cli_log_page *page);

/* QUIRE_USAGE for places that cannot be: within the table, or standard output for what is not. */
int quire_cli_log_page_check(struct quire_cli *cli, const struct quire_cli_log_page *page,
                             const char *table);

/* Writes what was asked for. json is the summary; trends: of the same period, for a page. rows_max
 * as in quire/runlog_page.h. */
int quire_cli_log_page_write(struct quire_cli *cli, const struct quire_cli_log_page *page,
                             const struct quire_runlog_report_options *asked, const char *json,
                             const char *trends, int64_t rows_max);

#endif
