/* Arguments, configuration file and environment become options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "fault_alloc.h"
#include "input.h"
#include "options.h"

#define ARGUMENTS_MAX 16

/* One parse of "convert" or another command with these arguments. */
struct parse {
    struct quire_cli cli;
    char *argv[ARGUMENTS_MAX];
    int argc, operands;
};

/* argv is copied word by word, because parsing moves it. */
static int parse_words(struct parse *parse, const struct quire_command *command,
                       const char *const *words)
{
    *parse = (struct parse){.cli = {.command = command}};
    quire_error_clear(&parse->cli.error);
    while (words[parse->argc] != NULL) {
        parse->argv[parse->argc] = (char *)(uintptr_t)words[parse->argc];
        parse->argc++;
    }
    int code = quire_cli_options_init(&parse->cli, &parse->cli.error);
    if (code == 0)
        code = quire_cli_parse(&parse->cli, parse->argc, parse->argv, &parse->operands,
                               &parse->cli.error);
    return code;
}

static void release(struct parse *parse)
{
    quire_cli_options_release(&parse->cli);
}

#define PARSE(parse, command, ...) \
    parse_words(parse, &quire_command_##command, (const char *const[]){__VA_ARGS__, NULL})

/* Accepted ---------------------------------------------------------------------------- */

static void test_forms(void **state)
{
    (void)state;
    struct parse parse;
    assert_int_equal(PARSE(&parse, convert, "a.csv", "--threads", "3", "--memory=64MB", "--json",
                           "b.csv", "--on-bad=null", "out.jsonl"),
                     0);
    assert_int_equal(parse.operands, 3);
    assert_string_equal(parse.argv[0], "a.csv");
    assert_string_equal(parse.argv[1], "b.csv");
    assert_string_equal(parse.argv[2], "out.jsonl");
    assert_int_equal(parse.cli.common.threads, 3);
    assert_int_equal(parse.cli.common.memory, 64 << 20);
    assert_true(parse.cli.common.json);
    assert_int_equal(parse.cli.reading.on_bad, QUIRE_ON_BAD_NULL);
    release(&parse);
}

static void test_short_options(void **state)
{
    (void)state;
    static const char *const forms[][3] = {
        {"-n", "5", NULL}, {"-n5", NULL, NULL}, {"-n=5", NULL, NULL}, {"--n=5", NULL, NULL}};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct parse parse;
        assert_int_equal(parse_words(&parse, &quire_command_head, forms[i]), 0);
        assert_int_equal(*(const int64_t *)parse.cli.options, 5);
        assert_int_equal(parse.operands, 0);
        release(&parse);
    }
    struct parse parse;
    assert_int_equal(PARSE(&parse, head, "-h"), 0);
    assert_true(parse.cli.common.help);
    release(&parse);
}

static void test_switches_and_whether_given(void **state)
{
    (void)state;
    struct parse parse;
    assert_int_equal(PARSE(&parse, count, "a.csv"), 0);
    assert_true(parse.cli.reading.header);
    assert_false(quire_cli_is_given(&parse.cli, "header"));
    release(&parse);
    assert_int_equal(PARSE(&parse, count, "--no-header", "a.csv"), 0);
    assert_false(parse.cli.reading.header);
    assert_true(quire_cli_is_given(&parse.cli, "header"));
    release(&parse);
    assert_int_equal(PARSE(&parse, count, "--no-header", "--header", "a.csv"), 0);
    assert_true(parse.cli.reading.header);
    release(&parse);
}

static void test_operands(void **state)
{
    (void)state;
    struct parse parse;
    assert_int_equal(PARSE(&parse, convert, "-", "--", "--json", "-x"), 0);
    assert_int_equal(parse.operands, 3);
    assert_string_equal(parse.argv[0], "-");
    assert_string_equal(parse.argv[1], "--json");
    assert_string_equal(parse.argv[2], "-x");
    assert_false(parse.cli.common.json);
    release(&parse);
}

static void test_repeated_settings(void **state)
{
    (void)state;
    struct parse parse;
    assert_int_equal(PARSE(&parse, convert, "--set", "infer=off", "--set=out.quote=a=b", "--set",
                           "float_precision.price=2"),
                     0);
    const struct quire_keyed *set = parse.cli.reading.set;
    assert_string_equal(set->key, "infer");
    assert_string_equal(set->value, "off");
    assert_string_equal(set->next->key, "out.quote");
    assert_string_equal(set->next->value, "a=b");
    assert_string_equal(set->next->next->key, "float_precision.price");
    release(&parse);
}

/* Refused ----------------------------------------------------------------------------- */

static void expect_failure(const char *const *words, int code, const char *cause, const char *hint)
{
    struct parse parse;
    assert_int_equal(parse_words(&parse, &quire_command_convert, words), code);
    assert_non_null(strstr(parse.cli.error.cause, cause));
    assert_non_null(strstr(parse.cli.error.hint, hint));
    release(&parse);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *words[3];
        int code;
        const char *cause, *hint;
    } cases[] = {
        {{"--thread", "1", NULL}, QUIRE_USAGE, "no option --thread", "--threads"},
        {{"--selct=a", NULL, NULL}, QUIRE_USAGE, "no option --selct", "--select"},
        {{"-q", NULL, NULL}, QUIRE_USAGE, "no option -q", "quire help convert"},
        {{"--threads", NULL, NULL}, QUIRE_USAGE, "--threads needs a value", ""},
        {{"--threads", "many", NULL}, QUIRE_USAGE, "many", ""},
        {{"--memory", "5", NULL}, QUIRE_USAGE, "memory", ""},
        {{"--durability=ful", NULL, NULL}, QUIRE_USAGE, "full|rename|none", ""},
        {{"--no-header=1", NULL, NULL}, QUIRE_USAGE, "takes no value", ""},
        {{"--no-threads", NULL, NULL}, QUIRE_USAGE, "no option --no-threads", ""},
        {{"--set", "infer", NULL}, QUIRE_USAGE, "NAME=VALUE", ""},
        {{"--set", "=off", NULL}, QUIRE_USAGE, "NAME=VALUE", ""},
        {{"--wher", "a > 1", NULL}, QUIRE_USAGE, "no option --wher", "did you mean --where?"},
        {{"--rule", "x", NULL}, QUIRE_USAGE, "no option --rule", "did you mean --rules?"},
        {{"--config", "/no/such/file", NULL}, QUIRE_USAGE, "No such file", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_failure(cases[i].words, cases[i].code, cases[i].cause, cases[i].hint);
}

/* The file and the environment ---------------------------------------------------------- */

static const char *write_config(const char *text)
{
    static char path[] = "/tmp/quire-test-args-XXXXXX";
    memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    return path;
}

static void test_config_file(void **state)
{
    (void)state;
    const char *path = write_config("# how we read\n\nthreads = 2\n  infer-rows=7  \n"
                                    "set.infer = off\ndelimiter = #\nto = jsonl");
    struct parse parse;
    assert_int_equal(PARSE(&parse, convert, "--threads", "5", "--config", path), 0);
    assert_int_equal(parse.cli.common.threads, 5);
    assert_int_equal(parse.cli.reading.infer_rows, 7);
    assert_string_equal(quire_options_keyed(parse.cli.reading.set, "infer"), "off");
    assert_string_equal(parse.cli.reading.delimiter, "#");
    assert_string_equal(parse.cli.writing.to, "jsonl");
    release(&parse);
    unlink(path);
}

static void test_config_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cause, *hint;
    } cases[] = {
        {"threads = 1\n\nthread = 2\n", "line 3: there is no option", "threads"},
        {"json\n", "line 1: \"json\" is not name = value", ""},
        {"# a\nmemory = lots\n", "line 2: ", ""},
        {"config = x\n", "line 1: there is no option", ""},
        {"Config = x\n", "line 1: there is no option", ""},
        {"HELP = on\n", "line 1: there is no option", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *path = write_config(cases[i].text);
        struct parse parse;
        assert_int_equal(PARSE(&parse, convert, "--config", path), QUIRE_USAGE);
        assert_non_null(strstr(parse.cli.error.cause, cases[i].cause));
        assert_non_null(strstr(parse.cli.error.hint, cases[i].hint));
        assert_string_equal(parse.cli.error.path, path);
        release(&parse);
        unlink(path);
    }
}

static void test_environment(void **state)
{
    (void)state;
    const char *path = write_config("threads = 2\nlog-level = info\n");
    struct parse parse;
    setenv("QUIRE_CONFIG", path, 1);
    setenv("QUIRE_LOG_LEVEL", "debug", 1);
    setenv("QUIRE_JSON", "on", 1);
    assert_int_equal(PARSE(&parse, count, "--no-json"), 0);
    assert_int_equal(parse.cli.common.threads, 2);
    assert_int_equal(parse.cli.common.log_level, QUIRE_LOG_DEBUG);
    assert_false(parse.cli.common.json);
    release(&parse);
    unsetenv("QUIRE_CONFIG");
    unsetenv("QUIRE_LOG_LEVEL");
    setenv("QUIRE_JSON", "perhaps", 1);
    assert_int_equal(PARSE(&parse, count, "a"), QUIRE_USAGE);
    assert_string_equal(parse.cli.error.operation, "QUIRE_JSON");
    release(&parse);
    unsetenv("QUIRE_JSON");
    unlink(path);
}

/* Which side a setting goes to --------------------------------------------------------- */

static void test_settings_route(void **state)
{
    (void)state;
    const struct quire_format *csv = NULL, *jsonl = NULL;
    assert_int_equal(quire_format_find("csv", &csv, NULL), 0);
    assert_int_equal(quire_format_find("jsonl", &jsonl, NULL), 0);
    struct parse parse;
    struct quire_cli_input input = {.context = NULL};
    assert_int_equal(PARSE(&parse, convert, "--set", "infer=off", "--set", "ascii=on", "--set",
                           "in.invalid_utf8=replace", "--delimiter", ";"),
                     0);
    assert_int_equal(quire_cli_settings_route(&parse.cli, csv, jsonl, &input, NULL), 0);
    assert_int_equal(input.settings_size, 3);
    assert_string_equal(input.settings[0].name, "delimiter");
    assert_string_equal(input.settings[1].name, "infer");
    assert_string_equal(input.settings[2].name, "invalid_utf8");
    assert_int_equal(input.output_settings_size, 1);
    assert_string_equal(input.output_settings[0].name, "ascii");
    quire_cli_input_release(&input);
    release(&parse);
}

static void test_settings_refused(void **state)
{
    (void)state;
    const struct quire_format *csv = NULL, *jsonl = NULL;
    assert_int_equal(quire_format_find("csv", &csv, NULL), 0);
    assert_int_equal(quire_format_find("jsonl", &jsonl, NULL), 0);
    static const char *const bad[] = {"infre=off", "in.ascii=on", "out.infer=off"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct parse parse;
        struct quire_cli_input input = {.context = NULL};
        struct quire_error error;
        assert_int_equal(PARSE(&parse, convert, "--set", bad[i]), 0);
        assert_int_equal(quire_cli_settings_route(&parse.cli, csv, jsonl, &input, &error),
                         QUIRE_USAGE);
        if (i == 0) assert_non_null(strstr(error.hint, "infer"));
        quire_cli_input_release(&input);
        release(&parse);
    }
}

/* Memory ----------------------------------------------------------------------------------- */

static void test_every_allocation_fails(void **state)
{
    (void)state;
    const char *path = write_config("delimiter = ;\nset.infer = off\n");
    int64_t nth = 1;
    for (;; nth++) {
        struct parse parse;
        fault_alloc_arm(nth);
        int code = PARSE(&parse, convert, "a.csv", "--set", "ascii=on", "--select=a,b", "--config",
                         path, "b.jsonl");
        release(&parse);
        assert_int_equal(fault_alloc_held(), 0);
        if (!fault_alloc_disarm()) {
            assert_int_equal(code, 0);
            break;
        }
        assert_int_equal(code, QUIRE_MEMORY);
    }
    assert_true(nth > 5);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_short_options),
        cmocka_unit_test(test_switches_and_whether_given),
        cmocka_unit_test(test_operands),
        cmocka_unit_test(test_repeated_settings),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_config_file),
        cmocka_unit_test(test_config_refused),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_settings_route),
        cmocka_unit_test(test_settings_refused),
        cmocka_unit_test(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
