/* What every command of the program works with.
 *
 * A command is one file, cmd_<name>.c, that defines one struct quire_command. Some are
 * one of a group and have two words, "table read"; the group is a command of one word
 * that tells about them. The dispatcher (cli.c) parses the arguments by the rows that the command
 * has and then calls its run with the operands that are left. Help, man pages and completions come
 * from the same rows. A command prints data on standard output by stdio, never errors: it returns a
 * code with cli->error filled in, and the dispatcher prints it, flushes standard output and turns
 * the code into the exit status. */
#ifndef QUIRE_CLI_CLI_H
#define QUIRE_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "quire/context.h"
#include "quire/error.h"
#include "quire/file.h"
#include "quire/json.h"
#include "quire/memory.h"
#include "quire/observer.h"
#include "quire/option.h"
#include "quire/quality.h"
#include "quire/runlog_write.h"
#include "record_numbers.h"

#include "try.h"

/* --- Options ------------------------------------------------------------------ */

/* Exit statuses; docs of the program promise them. */
enum quire_exit {
    QUIRE_EXIT_DONE = 0,
    QUIRE_EXIT_DATA = 1,
    QUIRE_EXIT_USAGE = 2,
    QUIRE_EXIT_IO = 3,
    QUIRE_EXIT_CONFLICT = 4,
    QUIRE_EXIT_INTERRUPTED = 130
};

enum quire_cli_progress {
    QUIRE_CLI_PROGRESS_AUTO,
    QUIRE_CLI_PROGRESS_BAR,
    QUIRE_CLI_PROGRESS_JSON,
    QUIRE_CLI_PROGRESS_NONE
};

/* What every command takes (quire_cli_common_table). */
struct quire_cli_common {
    bool help;
    bool json;          /* report as JSON on standard output */
    int32_t progress;   /* enum quire_cli_progress */
    int64_t threads;    /* 0: one a core */
    int64_t memory;     /* bytes */
    int32_t durability; /* enum quire_durability */
    int32_t log_level;  /* enum quire_log_level */
    char *config;
};

/* What commands with QUIRE_COMMAND_READS take (quire_cli_reading_table). */
struct quire_cli_reading {
    char *from;
    char *schema;
    int64_t infer_rows;
    int32_t mixed;
    int32_t numbers;
    int32_t on_bad;
    char *rejects;
    int32_t extra;
    int32_t missing;
    char *select;
    char *where;
    char *delimiter;
    bool header; /* only counts when given */
    char *catalog;
    struct quire_keyed *set;
};

/* What commands with QUIRE_COMMAND_WRITES take as well (quire_cli_writing_table). */
struct quire_cli_writing {
    char *to;
    char *compression;
    char *row_group_rows;
};

/* Rows that one command can have, all tables together. */
#define QUIRE_CLI_ROWS_MAX 96

enum quire_command_flag {
    QUIRE_COMMAND_READS = 1,   /* takes the options of struct quire_cli_reading */
    QUIRE_COMMAND_WRITES = 2,  /* takes those of struct quire_cli_writing */
    QUIRE_COMMAND_CHOOSES = 4, /* of those of READS, what leaves rows and columns and --set */
    QUIRE_COMMAND_GROUP = 8,   /* has no work of its own; those of its word have */
    QUIRE_COMMAND_LOGS = 16,   /* takes the options of struct quire_runlog_options */
    QUIRE_COMMAND_LOG_AT = 32, /* of these, those that say where the log is, its first operand */
    QUIRE_COMMAND_LOG_JUDGES = 64, /* beside LOG_AT, what rows are held against */
    QUIRE_COMMAND_LOG_CHECKS = 128 /* beside both, how many of them may be invalid */
};

struct quire_cli;

/* One command. */
struct quire_command {
    const char *name;        /* "read", or "table read" of a group */
    const char *operands;    /* as in the usage line: "FILE...", "" when there are none */
    const char *summary;     /* one line, no full stop at the end */
    const char *description; /* sentences for --help and the man page; may be NULL */
    unsigned flags;          /* enum quire_command_flag */
    int operands_min;
    int operands_max; /* -1: no bound */
    /* The command's own options; rows NULL when it has none. A row whose name is one
     * letter is written with one dash ("-n 10"). In the program's rows the choices of
     * a TEXT are the word that stands for the value in the help: FILE, FORMAT; or the
     * words that it begins with, "snappy|zstd". */
    struct quire_option_table options;
    /* argv holds the argc operands alone. Returns 0, or a code of enum quire_code
     * with cli->error filled in, or an exit status of its own (positive), with
     * nothing to be printed ("diff" found differences: 1). */
    int (*run)(struct quire_cli *cli, int argc, char **argv);
};

/* Where an option was given: in a line of the configuration, or here. */
#define QUIRE_CLI_OF_ARGUMENTS   0
#define QUIRE_CLI_OF_ENVIRONMENT (-1)

/* One run of the program. */
struct quire_cli {
    const struct quire_command *command;
    struct quire_cli_common common;
    struct quire_cli_reading reading; /* the defaults unless the command reads */
    struct quire_cli_writing writing;
    struct quire_runlog_options runlog;
    char *log_table; /* of QUIRE_COMMAND_LOG_AT, where it is below the operand; owned */
    void *options;   /* the struct of command->options; NULL when it has none */
    struct quire_error error;
    struct quire_observer observer; /* progress, log and cancelling as asked for */
    const struct quire_option *given[QUIRE_CLI_ROWS_MAX]; /* see quire_cli_is_given */
    int64_t places[QUIRE_CLI_ROWS_MAX];                   /* of those, a line or QUIRE_CLI_OF */
    size_t given_size;
    int64_t place; /* of the options that are read now */
};

/* Was the option given (as an argument, by the environment or the configuration
 * file), as opposed to having its default? The name as in its row. */
bool quire_cli_is_given(const struct quire_cli *cli, const char *name);

/* --- Failing ------------------------------------------------------------------ */

/* Beside quire_fail: memory is out. Returns QUIRE_MEMORY. */
static inline int quire_cli_fail_memory(struct quire_error *error)
{
    return quire_fail(error, QUIRE_MEMORY, "", "memory could not be allocated");
}

/* --- Telling ------------------------------------------------------------------ */

/* Makes a hint that names an option which the command lacks one that can be followed. */
void quire_cli_mend_hint(const struct quire_cli *cli, struct quire_error *error);

/* What makes a noun that takes "s" agree with its number: printf("%d row%s", ...). */
#define QUIRE_CLI_PLURAL(count) ((count) == 1 ? "" : "s")

/* --- Reading ------------------------------------------------------------------ */

/* A context with the threads, memory and observer that were asked for. One serves
 * one pipe: to read two inputs side by side make two. The caller frees it with
 * quire_context_free. */
int quire_cli_context(struct quire_cli *cli, struct quire_context **context,
                      struct quire_error *error);

/* Names of columns. */
struct quire_cli_columns {
    char **names;
    size_t size;
};

/* The bytes of a name in back quotes at the beginning of a text, with them; 0: there is none. */
size_t quire_cli_quoted_size(const char *text);
/* Takes the quotes off such a name in place, and ends it there: "``" is one. Gives its size. */
size_t quire_cli_unquote(char *text, size_t size);

/* "a,b.c,`d, e`" taken apart; *columns is zeroed memory, to be released whatever happens. option
 * is what it was given to, for errors. */
int quire_cli_columns_split(const char *option, const char *text, struct quire_cli_columns *columns,
                            struct quire_error *error);
/* Adds a copy of one name to struct quire_cli_columns; for quire_expr_each_column. 0 or
 * QUIRE_MEMORY. */
int quire_cli_columns_add(void *columns, const char *name);
void quire_cli_columns_release(struct quire_cli_columns *columns);

/* The inputs of a command as one stream of batches, read as the options say. Several
 * inputs are one after the other, columns matched by name. */
struct quire_cli_input {
    struct quire_context *context; /* owned; the output of the same pipe uses it too */
    char **names;                  /* after globs and folders */
    size_t names_size;
    struct ArrowSchema schema;        /* of --schema; released when there was none */
    struct quire_cli_columns columns; /* of --select */
    struct quire_cli_columns others;  /* to sort by, where one of them is not selected */
    struct quire_cli_columns filters; /* that --where looks at */
    struct quire_cli_columns checked; /* that rules look at, where not all are read */
    struct quire_setting *settings;   /* of --set and its kin, for the decoder */
    size_t settings_size;
    struct quire_setting *output_settings; /* the same for the encoder */
    size_t output_settings_size;
    struct quire_rejects *rejects;
    const char *rejects_path;                /* borrowed from cli */
    struct quire_record_counts counts;       /* what was read so far */
    struct ArrowArrayStream stream;          /* quire_stream_next; owned by this struct */
    struct quire_cli_record_numbers numbers; /* of what is set apart */
    bool any_case;                           /* names of the schema are found whatever their case */
};

/* What to read; zero means no. */
struct quire_cli_request {
    char *const *names; /* paths, URLs, globs, folders, "-" */
    size_t names_size;
    const struct quire_format *output; /* that the rows go to: takes its own settings */
    bool rows_only;                    /* batches without columns, to count */
    const char *sort;                  /* columns that the rows will be sorted by; NULL: none */
    const struct ArrowSchema *schema;  /* of the rows where --schema gives none; NULL: none */
    const struct quire_rules *rules;   /* whose columns are read, too; NULL: none */
    bool own_types;                    /* schema is not for files that say their types */
    bool any_case;                     /* its names are found whatever their case */
};

/* Opens what request names. *input need not be initialised; it must be released,
 * also after a failure and before cli, and not be moved. */
int quire_cli_input_open(struct quire_cli *cli, const struct quire_cli_request *request,
                         struct quire_cli_input *input, struct quire_error *error);
/* For rows that come from elsewhere, a table: only the context, the settings of the output, and
 * the columns that --select and --where name. *input as above. */
int quire_cli_input_choose(struct quire_cli *cli, const struct quire_format *output,
                           struct quire_cli_input *input, struct quire_error *error);
/* Then the rows, which are taken, also on failure: what --where leaves, as --select says. */
int quire_cli_input_take(struct quire_cli *cli, struct ArrowArrayStream *rows,
                         struct quire_cli_input *input, struct quire_error *error);
/* What input->others and input->checked held back, once the rows are sorted and checked: leaves
 * the columns of --select. */
int quire_cli_input_select(struct quire_cli_input *input, struct quire_error *error);
/* Only the context and the settings for a file, which is not opened: for commands that
 * read no rows. */
int quire_cli_input_settings(struct quire_cli *cli, char *name, struct quire_cli_input *input,
                             struct quire_error *error);
/* When all rows were read, and before what they went to is committed: fails when
 * the program was interrupted, and makes the rejects file visible. */
int quire_cli_input_done(struct quire_cli_input *input, struct quire_error *error);
/* Tells on standard error how many values and records did not fit, if any did. */
void quire_cli_input_tell(const struct quire_cli_input *input);
void quire_cli_input_release(struct quire_cli_input *input);

/* --- Reporting ---------------------------------------------------------------- */

/* One member of an object, with its name. A text of NULL is null, and so is a number
 * below 0 that is "known" only from 0 on. */
void quire_cli_json_string(struct quire_json *json, const char *name, const char *text);
void quire_cli_json_i64(struct quire_json *json, const char *name, int64_t value);
void quire_cli_json_known(struct quire_json *json, const char *name, int64_t value);
void quire_cli_json_f64(struct quire_json *json, const char *name, double value);
void quire_cli_json_bool(struct quire_json *json, const char *name, bool value);

/* Prints a finished document and a line end on standard output. */
int quire_cli_print_json(struct quire_json *json, struct quire_error *error);

/* A member of a report that is one flat object. */
struct quire_cli_member {
    const char *name;
    enum { QUIRE_CLI_IS_TEXT, QUIRE_CLI_IS_NUMBER, QUIRE_CLI_IS_TRUTH } kind;
    const char *text; /* borrowed */
    int64_t number;   /* or not 0: true */
};
#define QUIRE_CLI_TEXT(name, text)       \
    {                                    \
        name, QUIRE_CLI_IS_TEXT, text, 0 \
    }
#define QUIRE_CLI_NUMBER(name, number)          \
    {                                           \
        name, QUIRE_CLI_IS_NUMBER, NULL, number \
    }
#define QUIRE_CLI_TRUTH(name, truth)          \
    {                                         \
        name, QUIRE_CLI_IS_TRUTH, NULL, truth \
    }

int quire_cli_print_object(struct quire_cli *cli, const struct quire_cli_member *members,
                           size_t size);

/* --- Terminal ----------------------------------------------------------------- */

/* Columns of the terminal behind a descriptor (1 or 2), or 0 when there is none. */
int quire_cli_terminal_columns(int descriptor);
/* Prints text that came from a file or its name: what would move the cursor or
 * change the terminal is escaped. */
void quire_cli_print_plain(const char *text, FILE *out);
/* Takes the progress bar off the terminal, before anything else is printed there. */
void quire_cli_progress_clear(void);

/* --- The commands ------------------------------------------------------------- */

extern const struct quire_command quire_command_convert;
extern const struct quire_command quire_command_cat;
extern const struct quire_command quire_command_head;
extern const struct quire_command quire_command_tail;
extern const struct quire_command quire_command_count;
extern const struct quire_command quire_command_schema;
extern const struct quire_command quire_command_meta;
extern const struct quire_command quire_command_stats;   /* cmd_stats.c */
extern const struct quire_command quire_command_diff;    /* cmd_diff.c */
extern const struct quire_command quire_command_formats; /* cmd_formats.c */
extern const struct quire_command quire_command_codecs;
extern const struct quire_command quire_command_stores;
extern const struct quire_command quire_command_queues;
extern const struct quire_command quire_command_validate; /* cmd_validate.c */
extern const struct quire_command quire_command_clean;    /* cmd_clean.c */
extern const struct quire_command quire_command_table;    /* cmd_table.c */
extern const struct quire_command quire_command_table_create;
extern const struct quire_command quire_command_table_append;
extern const struct quire_command quire_command_table_overwrite;
extern const struct quire_command quire_command_table_delete;
extern const struct quire_command quire_command_table_constraint;
extern const struct quire_command quire_command_table_property;
extern const struct quire_command quire_command_table_update;
extern const struct quire_command quire_command_table_merge;
extern const struct quire_command quire_command_table_restore;
extern const struct quire_command quire_command_table_convert;
extern const struct quire_command quire_command_table_changes;
extern const struct quire_command quire_command_table_read;
extern const struct quire_command quire_command_table_info;
extern const struct quire_command quire_command_table_history;
extern const struct quire_command quire_command_table_files;
extern const struct quire_command quire_command_table_optimize;
extern const struct quire_command quire_command_table_vacuum;
extern const struct quire_command quire_command_table_fsck;
extern const struct quire_command quire_command_sql; /* cmd_sql.c */
extern const struct quire_command quire_command_table_checkpoint;
extern const struct quire_command quire_command_table_analyze;
extern const struct quire_command quire_command_log; /* cmd_log.c */
extern const struct quire_command quire_command_log_info;
extern const struct quire_command quire_command_log_write;
extern const struct quire_command quire_command_log_show; /* cmd_log_show.c */
extern const struct quire_command quire_command_log_export;
extern const struct quire_command quire_command_log_history; /* cmd_log_history.c */
extern const struct quire_command quire_command_log_metrics;
extern const struct quire_command quire_command_log_optimize; /* cmd_log_maintain.c */
extern const struct quire_command quire_command_log_maintain;
extern const struct quire_command quire_command_log_options; /* cmd_log_options.c */
extern const struct quire_command quire_command_log_report;
extern const struct quire_command quire_command_log_summary;
extern const struct quire_command quire_command_log_trends;
extern const struct quire_command quire_command_log_check;
extern const struct quire_command quire_command_log_anomalies; /* cmd_log_report.c */
extern const struct quire_command quire_command_version;
extern const struct quire_command quire_command_help;

/* All of them, in the order of the help. */
extern const struct quire_command *const quire_cli_commands[];
extern const size_t quire_cli_commands_size;

/* The command of a name, or NULL. */
const struct quire_command *quire_cli_command_find(const char *name);
/* Is it one of the group, "table read" of "table"? */
bool quire_cli_command_within(const struct quire_command *command,
                              const struct quire_command *group);

/* The whole program; returns its exit status. */
int quire_cli_main(int argc, char **argv);

#endif
