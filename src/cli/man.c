/* Manual pages, in the macros of man(7). */
#include <ctype.h>
#include <string.h>

#include "help.h"
#include "options.h"

/* One character of UTF-8 (our own texts, so it is whole) as roff names it, \[u2026];
 * returns its size. */
static size_t print_character(const unsigned char *text, FILE *out)
{
    size_t size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    unsigned code = text[0] & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++)
        code = code << 6 | (text[i] & 0x3f);
    fprintf(out, "\\[u%04X]", code);
    return size;
}

/* Text with what roff would take as its own made literal. */
static void print_text(const char *text, FILE *out)
{
    if (*text == '.' || *text == '\'') fputs("\\&", out);
    while (*text != '\0') {
        if ((unsigned char)*text >= 0x80) {
            text += print_character((const unsigned char *)text, out);
            continue;
        }
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        text++;
    }
}

static void print_upper(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '-')
            fputs("\\-", out);
        else
            fputc(toupper((unsigned char)*text), out);
    }
}

/* The page of a command, whose two words have a dash between them there. */
static void print_page_name(const char *name, bool upper, FILE *out)
{
    fputs(upper ? "QUIRE" : "quire", out);
    fputs("\\-", out);
    for (; *name != '\0'; name++) {
        if (*name == '-' || *name == ' ')
            fputs("\\-", out);
        else
            fputc(upper ? toupper((unsigned char)*name) : *name, out);
    }
}

static void print_option(const struct quire_option *row, FILE *out)
{
    char form[QUIRE_CLI_OPTION_FORM_SIZE];
    quire_cli_option_form(row, form);
    fputs(".TP\n.B ", out);
    print_text(form, out);
    fputc('\n', out);
    print_text(row->help, out);
    if (row->default_text != NULL) {
        fputs(" (default ", out);
        print_text(row->default_text, out);
        fputc(')', out);
    }
    fputs(".\n", out);
}

static void print_options(const struct quire_command *command, FILE *out)
{
    struct quire_cli_scope scopes[QUIRE_CLI_SCOPES_MAX];
    size_t size = quire_cli_scopes(command, NULL, scopes);
    for (size_t i = 0; i < size; i++) {
        fputs(".SH ", out);
        print_upper(scopes[i].title, out);
        fputc('\n', out);
        for (size_t row = 0; row < scopes[i].table->rows_size; row++)
            if (!quire_cli_is_shadowed(scopes, i, scopes[i].table->rows[row].name))
                print_option(&scopes[i].table->rows[row], out);
    }
}

static void print_status(FILE *out)
{
    fputs(".SH EXIT STATUS\n"
          ".TP\n.B 0\nDone.\n"
          ".TP\n.B 1\nThe data was bad; the message names the row, column and byte. For\n"
          ".BR diff :\nthe inputs differ.\n"
          ".TP\n.B 2\nThe request or the configuration was not valid, or asks for what this "
          "build lacks.\n"
          ".TP\n.B 3\nInput, output, store or network failed, memory was out, or the reader of "
          "standard output went away (nothing is said then).\n"
          ".TP\n.B 4\nConflict: someone else won, nothing was changed.\n"
          ".TP\n.B 130\nInterrupted.\n"
          ".PP\nWhatever is not 0 left the target as it was.\n",
          out);
}

static void print_environment(FILE *out)
{
    const struct quire_option_table *table = &quire_cli_common_table;
    fputs(".SH ENVIRONMENT\n", out);
    for (size_t i = 0; i < table->rows_size; i++) {
        if (strcmp(table->rows[i].name, "help") == 0) continue;
        fputs(".TP\n.B QUIRE_", out);
        for (const char *c = table->rows[i].name; *c != '\0'; c++)
            fputc(*c == '-' ? '_' : toupper((unsigned char)*c), out);
        fputs("\nAs ", out);
        fputs("\\-\\-", out);
        print_text(table->rows[i].name, out);
        fputs(", unless that is given.\n", out);
    }
}

static void print_page(const struct quire_command *command, FILE *out)
{
    fputs(".TP\n.BR ", out);
    print_page_name(command->name, false, out);
    fputs(" (1)\n", out);
    print_text(command->summary, out);
    fputs(".\n", out);
}

static void print_group(const struct quire_command *group, FILE *out)
{
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        if (quire_cli_command_within(quire_cli_commands[i], group))
            print_page(quire_cli_commands[i], out);
    }
}

static void man_of_program(FILE *out)
{
    fputs(".TH QUIRE 1 \"\" \"quire " QUIRE_VERSION "\" \"Quire\"\n"
          ".SH NAME\nquire \\- writes records as whole files\n"
          ".SH SYNOPSIS\n.B quire\n.I COMMAND\n.RI [ OPTIONS ]\n.RI [ NAME ...]\n"
          ".SH DESCRIPTION\nReads and writes records as files of several formats. A target "
          "holds its old bytes or all of the new, whatever happens in between.\n.PP\n"
          "A name is a path, a store URL, or \\- for standard input or output. The format is "
          "known by the extension, a compression by the one after it.\n"
          ".SH COMMANDS\n",
          out);
    for (size_t i = 0; i < quire_cli_commands_size; i++)
        print_page(quire_cli_commands[i], out);
    print_environment(out);
    print_status(out);
}

void quire_cli_help_man(const struct quire_command *command, FILE *out)
{
    if (command == NULL) {
        man_of_program(out);
        return;
    }
    fputs(".TH ", out);
    print_page_name(command->name, true, out);
    fputs(" 1 \"\" \"quire " QUIRE_VERSION "\" \"Quire\"\n.SH NAME\n", out);
    print_page_name(command->name, false, out);
    fputs(" \\- ", out);
    print_text(command->summary, out);
    fputs("\n.SH SYNOPSIS\n.B quire ", out);
    print_text(command->name, out);
    fputs("\n[OPTIONS] ", out);
    print_text(command->operands, out);
    fputc('\n', out);
    if (command->description != NULL) {
        fputs(".SH DESCRIPTION\n", out);
        print_text(command->description, out);
        fputc('\n', out);
    }
    if (command->flags & QUIRE_COMMAND_GROUP) print_group(command, out);
    print_options(command, out);
    print_status(out);
    fputs(".SH SEE ALSO\n.BR quire (1)\n", out);
}
