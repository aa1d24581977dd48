/* Rules files: YAML and JSON say the same, and what is wrong is told with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/yaml_tree.h"
#include "fault_alloc.h"
#include "quality/rules.h"

static const char yaml_text[] = "# rules of flights\n"
                                "rules:\n"
                                "  - name: distance is positive\n"
                                "    check: \"distance > 0\"\n"
                                "    column: distance\n"
                                "  - check: |\n"
                                "      a = 'ü: x' AND\n"
                                "      b IS NOT NULL\n"
                                "    name: 2024\n"
                                "    on_fail: reject\n"
                                "    nulls: fail\n"
                                "    examples: 0\n"
                                "  - {check: c LIKE '%x', on-fail: fail, examples: 7}\n"
                                "min_validation_rate: 99.5\n";
static const char json_text[] =
    "\n {\"min_validation_rate\": 99.5, \"rules\": [\n"
    "{\"name\": \"distance is positive\", \"check\": \"distance > 0\", \"column\": \"distance\"},\n"
    "{\"check\": \"a = '\\u00fc: x' AND\\nb IS NOT NULL\\n\", \"name\": \"2024\", \"nulls\": "
    "\"fail\",\n \"on_fail\": \"reject\", \"examples\": 0},\n"
    "{\"check\": \"c LIKE '%x'\", \"on_fail\": \"fail\", \"examples\": \"7\"}]}";

static struct quire_rules *parsed(const char *text)
{
    struct quire_rules *rules = NULL;
    struct quire_error error;
    if (quire_rules_parse(text, strlen(text), &rules, &error) != 0)
        fail_msg("%s: %s", text, error.cause);
    return rules;
}

static void expect_rule(const struct quire_rules *rules, size_t index,
                        const struct quire_rule *expected)
{
    const struct quire_rule *rule = quire_rules_at(rules, index);
    assert_non_null(rule);
    assert_string_equal(rule->name, expected->name);
    assert_string_equal(rule->check, expected->check);
    if (expected->column == NULL)
        assert_null(rule->column);
    else
        assert_string_equal(rule->column, expected->column);
    assert_int_equal(rule->on_fail, expected->on_fail);
    assert_int_equal(rule->nulls, expected->nulls);
    assert_int_equal(rule->examples, expected->examples);
}

static void expect_rules(const char *text)
{
    static const struct quire_rule expected[] = {
        {"distance is positive", "distance > 0", "distance", QUIRE_RULE_WARN, QUIRE_RULE_NULLS_PASS,
         5},
        {"2024", "a = 'ü: x' AND\nb IS NOT NULL\n", NULL, QUIRE_RULE_REJECT, QUIRE_RULE_NULLS_FAIL,
         -1},
        {"c LIKE '%x'", "c LIKE '%x'", NULL, QUIRE_RULE_FAIL, QUIRE_RULE_NULLS_PASS, 7},
    };
    struct quire_rules *rules = parsed(text);
    for (size_t i = 0; i < 3; i++)
        expect_rule(rules, i, &expected[i]);
    assert_null(quire_rules_at(rules, 3));
    assert_true(rules->min_validation_rate == 99.5);
    assert_true(rules->max_invalid_rows_percent == 0.5);
    quire_rules_free(rules);
}

static void test_yaml_and_json_say_the_same(void **state)
{
    (void)state;
    expect_rules(json_text);
    if (quire_yaml_tree_built_without == NULL) expect_rules(yaml_text);
}

static void test_limits(void **state)
{
    static const struct {
        const char *text;
        double rate, invalid;
    } cases[] = {
        {"{\"rules\":[{\"check\":\"true\"}]}", 95, 5},
        {"{\"rules\":[{\"check\":\"true\"}],\"max_invalid_rows_percent\":20}", 80, 20},
        {"{\"max-invalid-rows-percent\":1,\"rules\":[{\"check\":\"true\"}],"
         "\"min_validation_rate\":0}",
         0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct quire_rules *rules = parsed(cases[i].text);
        assert_true(rules->min_validation_rate == cases[i].rate);
        assert_true(rules->max_invalid_rows_percent == cases[i].invalid);
        quire_rules_free(rules);
    }
}

/* Rules that do not say what happens have what the caller says. */
static void test_actions(void **state)
{
    static const char text[] =
        "{\"rules\":[{\"check\":\"a\"},{\"check\":\"b\",\"on_fail\":\"warn\"},"
        "{\"check\":\"c\",\"on_fail\":\"reject\"}]}";
    static const enum quire_rule_action actions[] = {QUIRE_RULE_WARN, QUIRE_RULE_REJECT,
                                                     QUIRE_RULE_FAIL};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct quire_rules *rules = NULL;
        assert_int_equal(quire_rules_parse_as(text, strlen(text), actions[i], &rules, NULL), 0);
        assert_int_equal(quire_rules_at(rules, 0)->on_fail, actions[i]);
        assert_int_equal(quire_rules_at(rules, 1)->on_fail, QUIRE_RULE_WARN);
        assert_int_equal(quire_rules_at(rules, 2)->on_fail, QUIRE_RULE_REJECT);
        quire_rules_free(rules);
    }
}

struct refusal {
    const char *text;
    int code;
    const char *cause, *hint;
};

static void expect_refusal(const struct refusal *refusal)
{
    struct quire_rules *rules = NULL;
    struct quire_error error;
    int code = quire_rules_parse(refusal->text, strlen(refusal->text), &rules, &error);
    if (code != refusal->code || strstr(error.cause, refusal->cause) == NULL ||
        strstr(error.hint, refusal->hint) == NULL)
        fail_msg("%s: %d: %s; %s", refusal->text, code, error.cause, error.hint);
    assert_null(rules);
    assert_int_equal(error.code, code);
}

static void test_json_refusals(void **state)
{
    static const struct refusal cases[] = {
        {"{\"rules\":[\n{\"chek\":\"a > 1\"}]}", QUIRE_USAGE, "line 2: unknown option 'chek'",
         "did you mean 'check'"},
        {"{\"rule\":[]}", QUIRE_USAGE, "unknown option 'rule'", "did you mean 'rules'"},
        {"{\n\"rules\":[]}", QUIRE_USAGE, "line 2: there are no rules", ""},
        {"{\"rules\":{}}", QUIRE_USAGE, "rules wants a list", ""},
        {"{\"rules\":[3]}", QUIRE_USAGE, "a rule is a mapping", ""},
        {"{\"rules\":[{}]}", QUIRE_USAGE, "line 1: a rule without a check", ""},
        {"{\"rules\":[{\"check\":\"\"}]}", QUIRE_USAGE, "check wants a text", ""},
        {"{\"rules\":[{\"check\":\"a\\u0000\"}]}", QUIRE_USAGE, "check wants a text", ""},
        {"{\"rules\":[{\"check\":[1]}]}", QUIRE_USAGE, "check wants a text", ""},
        {"{\"rules\":[{\"check\":\"a\",\n\"check\":\"a\"}]}", QUIRE_USAGE, "line 2: a key that was",
         ""},
        {"{\"rules\":[{\"check\":\"a\"}],\"rules\":[]}", QUIRE_USAGE, "a key that was", ""},
        {"{\"rules\":[{\"name\":\"n\",\n\"check\":\"a > \"}]}", QUIRE_USAGE,
         "line 2: rule \"n\": at character 5: ", ""},
        {"{\"rules\":[{\"name\":\"n\",\n\"CHECK\":\"> a\"}]}", QUIRE_USAGE,
         "line 2: rule \"n\": at character 1: ", ""},
        {"{\"rules\":[{\"check\":\"a\"},\n{\"check\":\"a\"}]}", QUIRE_USAGE,
         "line 2: rule \"a\": there is a rule of this name", ""},
        {"{\"rules\":[{\"check\":\"a\",\"on_fail\":\"stop\"}]}", QUIRE_USAGE, "warn|reject|fail",
         ""},
        {"{\"rules\":[{\"check\":\"a\",\"examples\":-1}]}", QUIRE_USAGE, "examples", ""},
        {"{\"rules\":[{\"check\":\"a\",\"examples\":1001}]}", QUIRE_USAGE, "examples", ""},
        {"{\"rules\":[{\"check\":\"a\"}],\n\"min_validation_rate\":-1}", QUIRE_USAGE,
         "line 2: min_validation_rate is from 0 to 100", ""},
        {"{\"rules\":[{\"check\":\"a\"}],\"min_validation_rate\":\"nan\"}", QUIRE_USAGE,
         "min_validation_rate", ""},
        {"{\"rules\":[{\"check\":\"a\"}],\"max_invalid_rows_percent\":101}", QUIRE_USAGE,
         "max_invalid_rows_percent is from 0 to 100", ""},
        {"{\n\"rules\":,}", QUIRE_INPUT, "line 2: it begins with '{' and is no JSON", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_refusal(&cases[i]);
}

static void test_yaml_refusals(void **state)
{
    static const struct refusal cases[] = {
        {"", QUIRE_USAGE, "a rules file is a mapping", ""},
        {"rules", QUIRE_USAGE, "a rules file is a mapping", ""},
        {"rules:\n- check: a > 0\n  on_fial: warn\n", QUIRE_USAGE, "line 3: unknown option",
         "did you mean 'on_fail'"},
        {"# ü\nrules:\n- name: ä\n  check: 'b >'\n", QUIRE_USAGE, "line 4: rule \"ä\": at char",
         ""},
        {"rules:\n- check: [a\n", QUIRE_INPUT, "line 3: did not find expected ',' or ']'", ""},
        {"rules:\n- check: \"a\" = 1\n", QUIRE_INPUT, "line 2: ", ""},
        {"rules: &all\n- check: a\n", QUIRE_INPUT, "line 1: anchors and aliases", ""},
        {"rules:\n- check: *all\n", QUIRE_INPUT, "line 2: anchors and aliases", ""},
        {"rules:\n- check: !!str a\n", QUIRE_INPUT, "line 2: tags", ""},
        {"rules:\n- [a]: b\n", QUIRE_INPUT, "line 2: a key is a single word", ""},
        {"rules:\n- check: a\n---\nrules:\n", QUIRE_INPUT, "line 3: a second document", ""},
        {"rules:\n- check: \xff\n", QUIRE_INPUT, "UTF-8", ""},
        {"rules:\n- check: ~\n", QUIRE_USAGE, "line 2: check wants a text", ""},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
         "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
         "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         QUIRE_LIMIT, "nested too deeply", ""},
    };
    (void)state;
    if (quire_yaml_tree_built_without != NULL) {
        expect_refusal(&(struct refusal){"rules:\n", QUIRE_UNSUPPORTED, "built without", "JSON"});
        return;
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_refusal(&cases[i]);
}

static void expect_added(const struct quire_rule *rule, int code, const char *cause)
{
    struct quire_rules *rules = NULL;
    struct quire_error error;
    assert_int_equal(quire_rules_new(&rules, &error), 0);
    assert_int_equal(quire_rules_add(rules, rule, &error), code);
    assert_non_null(strstr(error.cause, cause));
    assert_null(quire_rules_at(rules, 0));
    quire_rules_free(rules);
}

static void test_adding(void **state)
{
    struct quire_rules *rules = NULL;
    char name[16];
    struct quire_error error;
    (void)state;
    expect_added(&(struct quire_rule){.name = "n"}, QUIRE_USAGE, "without a check");
    expect_added(&(struct quire_rule){.check = "a >"}, QUIRE_USAGE, "rule \"a >\": at character");
    expect_added(&(struct quire_rule){.check = "a", .examples = 1001}, QUIRE_USAGE, "1000");
    expect_added(&(struct quire_rule){.check = "a", .on_fail = (enum quire_rule_action)3},
                 QUIRE_USAGE, "on_fail");
    assert_int_equal(quire_rules_new(&rules, &error), 0);
    for (int i = 0; i < QUIRE_RULES_MAX; i++) {
        snprintf(name, sizeof(name), "%d", i);
        const struct quire_rule rule = {.name = name, .check = "true", .examples = -3};
        assert_int_equal(quire_rules_add(rules, &rule, &error), 0);
    }
    const struct quire_rule more = {.name = "more", .check = "true"};
    assert_int_equal(quire_rules_add(rules, &more, &error), QUIRE_LIMIT);
    quire_rules_free(rules);
    quire_rules_free(NULL);
}

static int count_column(void *user, const char *name)
{
    int *columns = user;
    (*columns)++;
    return strcmp(name, "stop") == 0 ? 7 : 0;
}

static void test_columns(void **state)
{
    int columns = 0;
    (void)state;
    struct quire_rules *rules =
        parsed("{\"rules\":[{\"check\":\"a > b\"},{\"check\":\"s.x = 1\"},{\"check\":\"stop > "
               "a\"}]}");
    assert_int_equal(quire_rules_each_column(rules, count_column, &columns), 7);
    assert_int_equal(columns, 4);
    quire_rules_free(rules);
}

/* Every allocation fails once, in a file of each kind. */
static void test_memory(void **state)
{
    const char *const texts[] = {json_text, yaml_text};
    (void)state;
    for (size_t i = 0; i < (quire_yaml_tree_built_without == NULL ? 2 : 1); i++) {
        int code = QUIRE_MEMORY;
        for (int n = 1; code != 0; n++) {
            struct quire_rules *rules = NULL;
            struct quire_error error;
            fault_alloc_arm(n);
            code = quire_rules_parse(texts[i], strlen(texts[i]), &rules, &error);
            fault_alloc_disarm();
            if (code != 0) assert_int_equal(code, QUIRE_MEMORY);
            if (code == 0) assert_true(n > 10);
            quire_rules_free(rules);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml_and_json_say_the_same),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_json_refusals),
        cmocka_unit_test(test_yaml_refusals),
        cmocka_unit_test(test_adding),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
