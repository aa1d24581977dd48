/* Completion scripts. Each shell gets the same three things: the commands, the long
 * options of each, and the choices of an option; anything else is a file name. */
#include <string.h>

#include "help.h"
#include "options.h"

typedef void row_callback(const struct quire_command *command, const struct quire_option *row,
                          FILE *out);

static void each_row(const struct quire_command *command, row_callback *callback, FILE *out)
{
    struct quire_cli_scope scopes[QUIRE_CLI_SCOPES_MAX];
    size_t size = quire_cli_scopes(command, NULL, scopes);
    for (size_t i = 0; i < size; i++) {
        for (size_t row = 0; row < scopes[i].table->rows_size; row++)
            callback(command, &scopes[i].table->rows[row], out);
    }
}

/* Does the value come from a list that is known? */
static bool has_words(const struct quire_option *row)
{
    return row->type == QUIRE_OPTION_CHOICE ||
           (row->choices != NULL && strcmp(row->choices, "FORMAT") == 0);
}

/* The values, with a blank between: "a|b|c" as "a b c", or the formats of this build. */
static void print_words(const struct quire_option *row, FILE *out)
{
    if (row->type == QUIRE_OPTION_CHOICE) {
        for (const char *c = row->choices; *c != '\0'; c++)
            fputc(*c == '|' ? ' ' : *c, out);
        return;
    }
    size_t size;
    const struct quire_format *const *formats = quire_formats(&size);
    for (size_t i = 0; i < size; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", formats[i]->name);
}

static bool is_file(const struct quire_option *row)
{
    return row->type == QUIRE_OPTION_TEXT &&
           (row->choices == NULL || strcmp(row->choices, "FILE") == 0 ||
            strcmp(row->choices, "SCHEMA") == 0);
}

static void print_command_names(FILE *out)
{
    for (size_t i = 0; i < quire_cli_commands_size; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", quire_cli_commands[i]->name);
}

static const char *dashes_of(const struct quire_option *row)
{
    return row->name[1] == '\0' ? "-" : "--";
}

/* Bash ------------------------------------------------------------------------------- */

static void bash_option(const struct quire_command *command, const struct quire_option *row,
                        FILE *out)
{
    (void)command;
    fprintf(out, " %s%s", dashes_of(row), row->name);
    if (quire_cli_option_negative(row)) fprintf(out, " --no-%s", row->name);
}

static void bash_choices(const struct quire_command *command, const struct quire_option *row,
                         FILE *out)
{
    if (!has_words(row)) return;
    fprintf(out, "    %s:%s%s) words=\"", command->name, dashes_of(row), row->name);
    print_words(row, out);
    fputs("\" ;;\n", out);
}

static void completion_bash(FILE *out)
{
    fputs("# bash completion for quire\n_quire()\n{\n"
          "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\""
          " words=\n    COMPREPLY=()\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W \"",
          out);
    print_command_names(out);
    fputs("\" -- \"$current\"))\n        return\n    fi\n"
          "    case \"${COMP_WORDS[1]}:$previous\" in\n    help:help) words=\"",
          out);
    print_command_names(out);
    fputs("\" ;;\n", out);
    for (size_t i = 0; i < quire_cli_commands_size; i++)
        each_row(quire_cli_commands[i], bash_choices, out);
    fputs("    esac\n    if [ -n \"$words\" ] && [ \"${current#-}\" = \"$current\" ]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n        return\n    fi\n"
          "    case \"$current\" in\n    -*) ;;\n    *) return ;;\n    esac\n"
          "    case \"${COMP_WORDS[1]}\" in\n",
          out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        fprintf(out, "    %s) words=\"", quire_cli_commands[i]->name);
        each_row(quire_cli_commands[i], bash_option, out);
        fputs("\" ;;\n", out);
    }
    fputs("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n"
          "complete -o default -F _quire quire\n",
          out);
}

/* Zsh -------------------------------------------------------------------------------- */

/* A help text inside '...[...]'. */
static void print_zsh_text(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (strchr("[]:\\", *text) != NULL)
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

static void zsh_option(const struct quire_command *command, const struct quire_option *row,
                       FILE *out)
{
    (void)command;
    bool repeated = row->type == QUIRE_OPTION_KEYED;
    fprintf(out, " \\\n            '%s%s%s[", repeated ? "*" : "", dashes_of(row), row->name);
    print_zsh_text(row->help, out);
    fputc(']', out);
    if (has_words(row)) {
        fprintf(out, ":%s:(", row->name);
        print_words(row, out);
        fputc(')', out);
    } else if (is_file(row)) {
        fprintf(out, ":%s:_files", row->name);
    } else if (row->type != QUIRE_OPTION_BOOL) {
        fprintf(out, ":%s: ", row->name);
    }
    fputc('\'', out);
    if (!quire_cli_option_negative(row)) return;
    fprintf(out, " \\\n            '--no-%s[not: ", row->name);
    print_zsh_text(row->help, out);
    fputs("]'", out);
}

static void completion_zsh(FILE *out)
{
    fputs("#compdef quire\n_quire() {\n    local -a commands\n    commands=(\n", out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        fprintf(out, "        '%s:", quire_cli_commands[i]->name);
        print_zsh_text(quire_cli_commands[i]->summary, out);
        fputs("'\n", out);
    }
    fputs("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n"
          "        return\n    fi\n    local command=$words[2]\n"
          "    shift words\n    (( CURRENT-- ))\n    case $command in\n",
          out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        fprintf(out, "        %s) _arguments", quire_cli_commands[i]->name);
        each_row(quire_cli_commands[i], zsh_option, out);
        fputs(" \\\n            '*:name:_files' ;;\n", out);
    }
    fputs("    esac\n}\n_quire \"$@\"\n", out);
}

/* Fish ------------------------------------------------------------------------------- */

static void print_fish_text(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') fputc('\\', out);
        fputc(*text, out);
    }
}

static void fish_option(const struct quire_command *command, const struct quire_option *row,
                        FILE *out)
{
    fprintf(out, "complete -c quire -n '__fish_seen_subcommand_from %s' %s %s", command->name,
            row->name[1] == '\0' ? "-s" : "-l", row->name);
    if (has_words(row)) {
        fputs(" -x -a '", out);
        print_words(row, out);
        fputc('\'', out);
    } else if (row->type != QUIRE_OPTION_BOOL) {
        fputs(is_file(row) ? " -r" : " -x", out);
    }
    fputs(" -d '", out);
    print_fish_text(row->help, out);
    fputs("'\n", out);
    if (quire_cli_option_negative(row))
        fprintf(out,
                "complete -c quire -n '__fish_seen_subcommand_from %s' -l no-%s -d 'not: --%s'\n",
                command->name, row->name, row->name);
}

static void completion_fish(FILE *out)
{
    fputs("# fish completion for quire\n", out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        const struct quire_command *command = quire_cli_commands[i];
        fprintf(out, "complete -c quire -f -n __fish_use_subcommand -a %s -d '", command->name);
        print_fish_text(command->summary, out);
        fputs("'\n", out);
        each_row(command, fish_option, out);
    }
}

void quire_cli_help_completion(const char *shell, FILE *out)
{
    if (strcmp(shell, "bash") == 0)
        completion_bash(out);
    else if (strcmp(shell, "zsh") == 0)
        completion_zsh(out);
    else
        completion_fish(out);
}
