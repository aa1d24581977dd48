/* What is known of the terminal, and amounts as people read them. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "args.h"
#include "progress.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MAX 10000

int quire_cli_terminal_columns(int descriptor)
{
    if (!isatty(descriptor)) return 0;
    struct winsize size = {0};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const char *text = quire_cli_environment_get("COLUMNS");
    long columns = text != NULL ? strtol(text, NULL, 10) : 0;
    return columns > 0 && columns <= COLUMNS_MAX ? (int)columns : COLUMNS_DEFAULT;
}

/* Three digits are enough to read. */
static void format_scaled(double value, double step, const char *const *units, size_t units_size,
                          char out[QUIRE_CLI_AMOUNT_SIZE])
{
    size_t unit = 0;
    while (value >= step && unit + 1 < units_size) {
        value /= step;
        unit++;
    }
    int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(out, QUIRE_CLI_AMOUNT_SIZE, "%.*f%s", digits, value, units[unit]);
}

void quire_cli_format_bytes(int64_t bytes, char out[QUIRE_CLI_AMOUNT_SIZE])
{
    static const char *const units[] = {" B", " KB", " MB", " GB", " TB", " PB"};
    format_scaled((double)bytes, 1024, units, sizeof(units) / sizeof(units[0]), out);
}

void quire_cli_format_count(double count, char out[QUIRE_CLI_AMOUNT_SIZE])
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    format_scaled(count, 1000, units, sizeof(units) / sizeof(units[0]), out);
}
