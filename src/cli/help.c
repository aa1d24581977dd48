/* Help for people, as wide as most terminals. */
#include "help.h"

#include <string.h>

#include "options.h"

#define WIDTH       80
#define HELP_INDENT 8

bool quire_cli_option_negative(const struct quire_option *row)
{
    return row->type == QUIRE_OPTION_BOOL && row->default_text != NULL;
}

void quire_cli_option_form(const struct quire_option *row, char out[QUIRE_CLI_OPTION_FORM_SIZE])
{
    static const char *const values[] = {
        [QUIRE_OPTION_BOOL] = "",
        [QUIRE_OPTION_INT] = "N",
        [QUIRE_OPTION_SIZE] = "SIZE",
        [QUIRE_OPTION_DURATION] = "TIME",
        [QUIRE_OPTION_NUMBER] = "X",
        [QUIRE_OPTION_TEXT] = "TEXT",
        [QUIRE_OPTION_CHAR] = "C",
        [QUIRE_OPTION_CHOICE] = "",
        [QUIRE_OPTION_KEYED] = "NAME=VALUE",
    };
    const char *value = row->choices != NULL ? row->choices : values[row->type];
    const char *dashes = row->name[1] == '\0' ? "-" : "--";
    if (quire_cli_option_negative(row)) dashes = "--[no-]";
    snprintf(out, QUIRE_CLI_OPTION_FORM_SIZE, "%s%s%s%s", dashes, row->name,
             value[0] != '\0' ? " " : "", value);
}

/* Prints words with lines broken before the width is passed, from a column on. */
static void print_wrapped(const char *text, int indent, FILE *out)
{
    int column = indent;
    fprintf(out, "%*s", indent, "");
    while (*text != '\0') {
        int size = (int)strcspn(text, " ");
        if (column > indent && column + 1 + size > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", size, text);
        column += size;
        text += size;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_option(const struct quire_option *row, FILE *out)
{
    char form[QUIRE_CLI_OPTION_FORM_SIZE], help[1024];
    quire_cli_option_form(row, form);
    bool shown = row->default_text != NULL;
    snprintf(help, sizeof(help), "%s%s%s%s", row->help, shown ? " (default " : "",
             shown ? row->default_text : "", shown ? ")" : "");
    fprintf(out, "    %s\n", form);
    print_wrapped(help, HELP_INDENT, out);
}

static bool is_listed(const struct quire_command *command, const struct quire_command *group)
{
    return group != NULL ? quire_cli_command_within(command, group)
                         : strchr(command->name, ' ') == NULL;
}

/* The commands of a group, or all that are in none. */
static void print_commands(const struct quire_command *group, FILE *out)
{
    int width = 0;
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        const struct quire_command *command = quire_cli_commands[i];
        int size = (int)strlen(command->name);
        if (is_listed(command, group) && size > width) width = size;
    }
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        const struct quire_command *command = quire_cli_commands[i];
        if (is_listed(command, group))
            fprintf(out, "    %-*s  %s\n", width, command->name, command->summary);
    }
}

void quire_cli_help_command(const struct quire_command *command, FILE *out)
{
    struct quire_cli_scope scopes[QUIRE_CLI_SCOPES_MAX];
    size_t size = quire_cli_scopes(command, NULL, scopes);
    fprintf(out, "quire %s [OPTIONS]%s%s\n\n", command->name,
            command->operands[0] != '\0' ? " " : "", command->operands);
    print_wrapped(command->summary, 0, out);
    if (command->description != NULL) {
        fputc('\n', out);
        print_wrapped(command->description, 0, out);
    }
    if (command->flags & QUIRE_COMMAND_GROUP) {
        fputs("\nCommands\n", out);
        print_commands(command, out);
    }
    for (size_t i = 0; i < size; i++) {
        fprintf(out, "\n%s\n", scopes[i].title);
        for (size_t row = 0; row < scopes[i].table->rows_size; row++)
            if (!quire_cli_is_shadowed(scopes, i, scopes[i].table->rows[row].name))
                print_option(&scopes[i].table->rows[row], out);
    }
}

void quire_cli_help_overview(FILE *out)
{
    fputs("quire COMMAND [OPTIONS] [NAME...]\n\n"
          "Writes records as whole files: all of it, or nothing.\n\nCommands\n",
          out);
    print_commands(NULL, out);
    fputs("\nA name is a path, a store URL, or - for standard input or output. The format is\n"
          "known by the extension, a compression by the one after it (flights.csv.gz).\n"
          "\"quire help COMMAND\" shows the options of a command.\n",
          out);
}
