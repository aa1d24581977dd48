/* The page has the trends of the report's own period, so that its numbers are of the same rows. */
#include "log_page.h"

#include <string.h>

#include "apart.h"
#include "progress.h"
#include "quire/runlog_page.h"

static void free_text(char **text)
{
    quire_free(*text);
}

bool quire_cli_log_page_asked(const struct quire_cli_log_page *page)
{
    return page->html != NULL || page->png != NULL;
}

int quire_cli_log_page_check(struct quire_cli *cli, const struct quire_cli_log_page *page,
                             const char *table)
{
    if (cli->common.json && page->html != NULL && strcmp(page->html, "-") == 0)
        return quire_fail(&cli->error, QUIRE_USAGE, "log report",
                          "--json and --html - both want standard output");
    if (page->png != NULL && strcmp(page->png, "-") == 0)
        return quire_fail(&cli->error, QUIRE_USAGE, "log report",
                          "--png wants a folder, or NAME.png: several pictures are no standard "
                          "output");
    QUIRE_TRY(quire_cli_apart(cli, "the page", page->html, table, &cli->error));
    return quire_cli_apart(cli, "the folder of the pictures", page->png, table, &cli->error);
}

static int write_page(struct quire_cli *cli, const struct quire_cli_log_page *page,
                      const char *json, const struct quire_runlog_page_options *options)
{
    QUIRE_CLEANUP(free_text) char *html = NULL;
    if (strcmp(page->html, "-") != 0)
        return quire_runlog_page_write(json, page->html, options, &cli->error);
    QUIRE_TRY(quire_runlog_page(json, options, &html, &cli->error));
    quire_cli_progress_clear();
    fputs(html, stdout);
    return 0;
}

int quire_cli_log_page_write(struct quire_cli *cli, const struct quire_cli_log_page *page,
                             const struct quire_runlog_report_options *asked, const char *json,
                             const char *trends, int64_t rows_max)
{
    struct quire_runlog_page_options options = {
        .trends = trends,
        .gnuplot = page->gnuplot,
        .dpi = (int)page->dpi,
        .rows_max = rows_max,
        .durability = (enum quire_durability)cli->common.durability,
        .context = asked->context,
    };
    if (page->html != NULL) QUIRE_TRY(write_page(cli, page, json, &options));
    if (page->png == NULL) return 0;
    return quire_runlog_pictures_write(json, page->png, &options, NULL, &cli->error);
}
