/* The bar: one line that is drawn over and over, no wider than the terminal, and
 * gone when the task is. The library tells of a task at most ten times a second.
 * It uses neither colours nor characters beyond ASCII. */
#include "progress.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "quire/json.h"

#define LINE_SIZE_MAX 256
#define PART_SIZE_MAX 64
#define BAR_CELLS     20
#define WIDE_COLUMNS  80 /* with fewer the bar is half as long */
#define NAME_BYTES    24
#define QUIET_S       0.3 /* shorter tasks draw nothing */

static bool bar_drawn;

void quire_cli_progress_clear(void)
{
    if (!bar_drawn) return;
    bar_drawn = false;
    fputs("\r\033[K", stderr);
    fflush(stderr);
}

/* A line that grows by whole parts, as long as they fit. */
struct line {
    char text[LINE_SIZE_MAX];
    size_t size, columns;
};

static void add_part(struct line *line, const char *part)
{
    size_t size = strlen(part), gap = line->size > 0 ? 2 : 0;
    if (size == 0 || line->size + gap + size >= line->columns) return;
    memcpy(line->text + line->size, "  ", gap);
    line->size += gap;
    for (size_t i = 0; i < size; i++) {
        bool control = (unsigned char)part[i] < 0x20 || part[i] == 0x7f;
        line->text[line->size++] = control ? '?' : part[i];
    }
}

/* "[=====>    ]  43%", or nothing while the total is not known. */
static void format_bar(const struct quire_progress *progress, int cells, char out[PART_SIZE_MAX])
{
    out[0] = '\0';
    if (progress->bytes_total <= 0) return;
    double share = (double)progress->bytes / (double)progress->bytes_total;
    if (share > 1) share = 1;
    int filled = (int)(share * cells), size = 0;
    out[size++] = '[';
    for (int i = 0; i < cells; i++)
        out[size++] = i < filled ? '=' : i == filled ? '>' : ' ';
    snprintf(out + size, PART_SIZE_MAX - (size_t)size, "] %3d%%", (int)(share * 100));
}

static void format_left(double seconds, char out[PART_SIZE_MAX])
{
    out[0] = '\0';
    if (seconds <= 0 || seconds > 360000) return;
    int whole = (int)(seconds + 0.5);
    if (whole >= 3600)
        snprintf(out, PART_SIZE_MAX, "%d:%02d:%02d left", whole / 3600, whole / 60 % 60,
                 whole % 60);
    else
        snprintf(out, PART_SIZE_MAX, "%d:%02d left", whole / 60, whole % 60);
}

/* The end of a long name tells more than its beginning. Cut between characters. */
static const char *name_end(const char *name)
{
    size_t size = strlen(name);
    if (size <= NAME_BYTES) return name;
    name += size - NAME_BYTES;
    while (((unsigned char)*name & 0xc0) == 0x80)
        name++;
    return name;
}

static void draw_bar(const struct quire_progress *progress, int columns)
{
    char part[PART_SIZE_MAX], amount[QUIRE_CLI_AMOUNT_SIZE];
    struct line line = {.columns = (size_t)(columns < LINE_SIZE_MAX ? columns : LINE_SIZE_MAX)};
    format_bar(progress, columns < WIDE_COLUMNS ? BAR_CELLS / 2 : BAR_CELLS, part);
    add_part(&line, part);
    quire_cli_format_count((double)progress->rows, amount);
    snprintf(part, sizeof(part), "%s rows", amount);
    add_part(&line, part);
    quire_cli_format_bytes(progress->bytes, part);
    add_part(&line, part);
    quire_cli_format_count(progress->rows_per_s, amount);
    snprintf(part, sizeof(part), "%s rows/s", amount);
    add_part(&line, part);
    format_left(progress->left_s, part);
    add_part(&line, part);
    add_part(&line, name_end(progress->name));
    fprintf(stderr, "\r%.*s\033[K", (int)line.size, line.text);
    fflush(stderr);
    bar_drawn = true;
}

static void tell_bar(void *user, const struct quire_progress *progress)
{
    (void)user;
    int columns = quire_cli_terminal_columns(STDERR_FILENO);
    if (progress->state != QUIRE_PROGRESS_RUNNING)
        quire_cli_progress_clear();
    else if (progress->elapsed_s >= QUIET_S)
        draw_bar(progress, columns > 0 ? columns : 80);
}

static void write_json(struct quire_json *json, const struct quire_progress *progress)
{
    static const char *const states[] = {"running", "done", "failed", "cancelled"};
    quire_json_begin_object(json);
    quire_cli_json_i64(json, "task", (int64_t)progress->task);
    quire_cli_json_string(json, "name", progress->name);
    quire_cli_json_string(json, "state", states[progress->state]);
    quire_cli_json_i64(json, "rows", progress->rows);
    quire_cli_json_i64(json, "bytes", progress->bytes);
    quire_json_key(json, "bytes_total");
    if (progress->bytes_total > 0)
        quire_json_i64(json, progress->bytes_total);
    else
        quire_json_null(json);
    quire_cli_json_f64(json, "elapsed_seconds", progress->elapsed_s);
    quire_cli_json_f64(json, "rows_per_second", progress->rows_per_s);
    quire_json_key(json, "left_seconds");
    if (progress->left_s > 0)
        quire_json_f64(json, progress->left_s);
    else
        quire_json_null(json);
    quire_json_end_object(json);
}

/* Progress that there is no memory to tell is not told. */
static void tell_json(void *user, const struct quire_progress *progress)
{
    (void)user;
    struct quire_json *json = NULL;
    const char *text = NULL;
    if (quire_json_new(&json, NULL) != 0) return;
    write_json(json, progress);
    if (quire_json_text(json, &text, NULL, NULL) == 0) fprintf(stderr, "%s\n", text);
    quire_json_free(json);
}

static void tell_log(void *user, enum quire_log_level level, const char *message)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    const struct quire_cli *cli = user;
    if ((int32_t)level > cli->common.log_level) return;
    quire_cli_progress_clear();
    fprintf(stderr, "quire: %s: ", names[level]);
    quire_cli_print_plain(message, stderr);
    fputc('\n', stderr);
}

void quire_cli_progress_begin(struct quire_cli *cli)
{
    bool terminal = isatty(STDERR_FILENO);
    cli->observer.user = cli;
    cli->observer.log = tell_log;
    switch (cli->common.progress) {
    case QUIRE_CLI_PROGRESS_AUTO: cli->observer.progress = terminal ? tell_bar : NULL; break;
    case QUIRE_CLI_PROGRESS_BAR: cli->observer.progress = tell_bar; break;
    case QUIRE_CLI_PROGRESS_JSON: cli->observer.progress = tell_json; break;
    default: cli->observer.progress = NULL; break;
    }
}

void quire_cli_progress_yield(struct quire_cli *cli)
{
    if (isatty(STDOUT_FILENO) && cli->observer.progress == tell_bar) cli->observer.progress = NULL;
}
