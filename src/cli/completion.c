/* Completion scripts. Each shell gets the same four things: the commands, the long
 * options of each, the choices of an option, and the names that a command takes where
 * they are not those of files; anything else is a file name. */
#include <string.h>

#include "backends.h"
#include "help.h"
#include "options.h"

#define COMMAND_KEY_SIZE 64

typedef void row_callback(const struct quire_command *command, const struct quire_option *row,
                          FILE *out);

static void each_row(const struct quire_command *command, row_callback *callback, FILE *out)
{
    struct quire_cli_scope scopes[QUIRE_CLI_SCOPES_MAX];
    size_t size = quire_cli_scopes(command, NULL, scopes);
    for (size_t i = 0; i < size; i++) {
        for (size_t row = 0; row < scopes[i].table->rows_size; row++)
            if (!quire_cli_is_shadowed(scopes, i, scopes[i].table->rows[row].name))
                callback(command, &scopes[i].table->rows[row], out);
    }
}

static bool takes(const struct quire_option *row, const char *what)
{
    return row->type == QUIRE_OPTION_TEXT && row->choices != NULL &&
           strcmp(row->choices, what) == 0;
}

/* Does the row list its values? Those of a TEXT may have more behind them, "zstd:6". */
static bool lists_words(const struct quire_option *row)
{
    return row->choices != NULL && (row->type == QUIRE_OPTION_CHOICE ||
                                    (row->type == QUIRE_OPTION_TEXT && strchr(row->choices, '|')));
}

/* Does the value come from a list that is known? */
static bool has_words(const struct quire_option *row)
{
    return lists_words(row) || takes(row, "FORMAT") || takes(row, "CODEC");
}

static bool is_of_output(const struct quire_option *row)
{
    const struct quire_option_table *table = &quire_cli_writing_table;
    return row >= table->rows && row < table->rows + table->rows_size;
}

/* What this build has, with a blank between; for a row, what goes with it. */
static void print_backends(const struct quire_cli_backends *backends,
                           const struct quire_option *row, FILE *out)
{
    const char *blank = "";
    for (size_t i = 0; i < backends->size(); i++) {
        struct quire_cli_backend backend = backends->at(i);
        if (backend.built_without != NULL) continue;
        if (row != NULL && !(is_of_output(row) ? backend.writes : backend.reads)) continue;
        fprintf(out, "%s%s", blank, backend.name);
        blank = " ";
    }
}

/* The values, with a blank between. */
static void print_words(const struct quire_option *row, FILE *out)
{
    if (lists_words(row)) {
        for (const char *c = row->choices; *c != '\0'; c++)
            fputc(*c == '|' ? ' ' : *c, out);
        return;
    }
    print_backends(takes(row, "CODEC") ? &quire_cli_codecs : &quire_cli_formats, row, out);
}

static bool is_file(const struct quire_option *row)
{
    return row->type == QUIRE_OPTION_TEXT &&
           (row->choices == NULL || strcmp(row->choices, "FILE") == 0 ||
            strcmp(row->choices, "SCHEMA") == 0);
}

/* The first word of all commands; or, of those of a group, the second. */
static const char *word_of(const struct quire_command *command, const struct quire_command *group)
{
    const char *second = strchr(command->name, ' ');
    if (group == NULL) return second == NULL ? command->name : NULL;
    return quire_cli_command_within(command, group) ? second + 1 : NULL;
}

static void print_command_words(const struct quire_command *group, FILE *out)
{
    const char *blank = "";
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        const char *word = word_of(quire_cli_commands[i], group);
        if (word == NULL) continue;
        fprintf(out, "%s%s", blank, word);
        blank = " ";
    }
}

static bool is_group(const struct quire_command *command)
{
    return (command->flags & QUIRE_COMMAND_GROUP) != 0;
}

/* The name of a command as one word of a script: "table-read". */
static const char *key_of(const struct quire_command *command, char key[COMMAND_KEY_SIZE])
{
    snprintf(key, COMMAND_KEY_SIZE, "%s", command->name);
    for (char *c = strchr(key, ' '); c != NULL; c = strchr(c, ' '))
        *c = '-';
    return key;
}

/* The groups, with something between them. */
static void print_groups(const char *between, FILE *out)
{
    const char *first = "";
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        if (!is_group(quire_cli_commands[i])) continue;
        fprintf(out, "%s%s", first, quire_cli_commands[i]->name);
        first = between;
    }
}

/* The registry whose rows a command names; NULL when it names something else. */
static const struct quire_cli_backends *registry_of(const struct quire_command *command)
{
    static const struct quire_cli_backends *const all[] = {&quire_cli_formats, &quire_cli_codecs,
                                                           &quire_cli_stores, &quire_cli_queues};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (strcmp(all[i]->name, command->name) == 0) return all[i];
    }
    return NULL;
}

static bool names_commands(const struct quire_command *command)
{
    return strcmp(command->operands, "[COMMAND]") == 0;
}

static bool names_folders(const struct quire_command *command)
{
    return strcmp(command->operands, "DIR") == 0 || strcmp(command->operands, "TABLE") == 0;
}

/* Are the names that a command takes those of a list? It may be empty. */
static bool has_names(const struct quire_command *command)
{
    return command->operands[0] == '\0' || names_commands(command) || is_group(command) ||
           registry_of(command) != NULL;
}

static void print_names(const struct quire_command *command, FILE *out)
{
    if (names_commands(command)) print_command_words(NULL, out);
    if (is_group(command)) print_command_words(command, out);
    if (registry_of(command) != NULL) print_backends(registry_of(command), NULL, out);
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
    char key[COMMAND_KEY_SIZE];
    if (row->type == QUIRE_OPTION_BOOL) return;
    fprintf(out, "    %s:%s%s) ", key_of(command, key), dashes_of(row), row->name);
    if (!has_words(row)) {
        fputs("return ;;\n", out);
        return;
    }
    fputs("words=\"", out);
    print_words(row, out);
    fputs("\" ;;\n", out);
}

static void completion_bash(FILE *out)
{
    fputs("# bash completion for quire\n_quire()\n{\n"
          "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\""
          " words= command=\"${COMP_WORDS[1]}\"\n    COMPREPLY=()\n    if [ \"$COMP_CWORD\" -eq 1 "
          "]; then\n"
          "        COMPREPLY=($(compgen -W \"",
          out);
    print_command_words(NULL, out);
    fputs("\" -- \"$current\"))\n        return\n    fi\n    case \"$command\" in\n    ", out);
    print_groups(" | ", out);
    /* "--option=value" is three words to bash. */
    fputs(") [ \"$COMP_CWORD\" -gt 2 ] && command=\"$command-${COMP_WORDS[2]}\" ;;\n    esac\n"
          "    if [ \"$current\" = = ]; then\n        current=\n"
          "    elif [ \"$previous\" = = ]; then\n"
          "        previous=\"${COMP_WORDS[COMP_CWORD-2]}\"\n    fi\n"
          "    case \"$command:$previous\" in\n",
          out);
    for (size_t i = 0; i < quire_cli_commands_size; i++)
        each_row(quire_cli_commands[i], bash_choices, out);
    fputs("    *)\n        case \"$current:$command\" in\n", out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        char key[COMMAND_KEY_SIZE];
        const char *name = key_of(quire_cli_commands[i], key);
        fprintf(out, "        -*:%s) words=\"", name);
        each_row(quire_cli_commands[i], bash_option, out);
        fputs("\" ;;\n", out);
        if (!has_names(quire_cli_commands[i])) continue;
        fprintf(out, "        *:%s) words=\"", name);
        print_names(quire_cli_commands[i], out);
        fputs("\" ;;\n", out);
    }
    fputs("        esac ;;\n    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n"
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
    const char *joint = row->type == QUIRE_OPTION_BOOL ? "" : row->name[1] == '\0' ? "+" : "=";
    fprintf(out, " \\\n            '%s%s%s%s[", repeated ? "*" : "", dashes_of(row), row->name,
            joint);
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

static void zsh_names(const struct quire_command *command, FILE *out)
{
    if (has_names(command)) {
        fputs(" \\\n            '1:name:(", out);
        print_names(command, out);
        fputs(")' ;;\n", out);
    } else {
        fprintf(out, " \\\n            '*:name:_files%s' ;;\n",
                names_folders(command) ? " -/" : "");
    }
}

static void completion_zsh(FILE *out)
{
    fputs("#compdef quire\n_quire() {\n    local -a commands\n    commands=(\n", out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        if (word_of(quire_cli_commands[i], NULL) == NULL) continue;
        fprintf(out, "        '%s:", quire_cli_commands[i]->name);
        print_zsh_text(quire_cli_commands[i]->summary, out);
        fputs("'\n", out);
    }
    fputs("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n"
          "        return\n    fi\n    local command=$words[2]\n"
          "    shift words\n    (( CURRENT-- ))\n    case $command in\n        (",
          out);
    print_groups("|", out);
    fputs(") if (( CURRENT > 2 )); then\n            command=$command-$words[2]\n"
          "            shift words\n            (( CURRENT-- ))\n        fi ;;\n    esac\n"
          "    case $command in\n",
          out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        char key[COMMAND_KEY_SIZE];
        fprintf(out, "        %s) _arguments", key_of(quire_cli_commands[i], key));
        each_row(quire_cli_commands[i], zsh_option, out);
        zsh_names(quire_cli_commands[i], out);
    }
    /* Loaded by compinit the file is the function; it may be sourced as well. */
    fputs("    esac\n}\nif [ \"$funcstack[1]\" = _quire ]; then\n    _quire \"$@\"\nelse\n"
          "    compdef _quire quire\nfi\n",
          out);
}

/* Fish ------------------------------------------------------------------------------- */

static void print_fish_text(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') fputc('\\', out);
        fputc(*text, out);
    }
}

/* -n with what holds where the command was given; a group's, where none of its own was. */
static void fish_condition(const struct quire_command *command, FILE *out)
{
    const char *second = strchr(command->name, ' ');
    if (second != NULL) {
        fprintf(out, "-n '__fish_seen_subcommand_from %.*s; and __fish_seen_subcommand_from %s'",
                (int)(second - command->name), command->name, second + 1);
        return;
    }
    fprintf(out, "-n '__fish_seen_subcommand_from %s", command->name);
    if (is_group(command)) {
        fputs("; and not __fish_seen_subcommand_from ", out);
        print_command_words(command, out);
    }
    fputc('\'', out);
}

static void fish_option(const struct quire_command *command, const struct quire_option *row,
                        FILE *out)
{
    fputs("complete -c quire ", out);
    fish_condition(command, out);
    fprintf(out, " %s %s", row->name[1] == '\0' ? "-s" : "-l", row->name);
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
    if (!quire_cli_option_negative(row)) return;
    fputs("complete -c quire ", out);
    fish_condition(command, out);
    fprintf(out, " -l no-%s -d 'not: --%s'\n", row->name, row->name);
}

static void fish_names(const struct quire_command *command, FILE *out)
{
    if (!has_names(command) && !names_folders(command)) return;
    fputs("complete -c quire -f ", out);
    fish_condition(command, out);
    fputs(" -a '", out);
    if (names_folders(command))
        fputs("(__fish_complete_directories)", out);
    else
        print_names(command, out);
    fputs("'\n", out);
}

static void completion_fish(FILE *out)
{
    fputs("# fish completion for quire\n", out);
    for (size_t i = 0; i < quire_cli_commands_size; i++) {
        const struct quire_command *command = quire_cli_commands[i];
        if (word_of(command, NULL) != NULL) {
            fprintf(out, "complete -c quire -f -n __fish_use_subcommand -a %s -d '", command->name);
            print_fish_text(command->summary, out);
            fputs("'\n", out);
        }
        fish_names(command, out);
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
