/* What is known of the terminal, text that does it no harm, and amounts as people
 * read them. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "args.h"
#include "progress.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MAX     10000

int quire_cli_terminal_columns(int descriptor)
{
    if (!isatty(descriptor)) return 0;
    struct winsize size = {0};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const char *text = quire_cli_environment_get("COLUMNS");
    long columns = text != NULL ? strtol(text, NULL, 10) : 0;
    return columns > 0 && columns <= COLUMNS_MAX ? (int)columns : COLUMNS_DEFAULT;
}

void quire_cli_print_plain(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        bool control = c < 0x20 || c == 0x7f;
        /* U+0080 to U+009F are controls too. */
        bool second = c == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0;
        if (control)
            fprintf(out, "\\x%02x", c);
        else if (second)
            fprintf(out, "\\x%02x", (unsigned char)*++text);
        else
            fputc(c, out);
    }
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
