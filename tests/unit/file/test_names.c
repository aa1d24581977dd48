/* Globs and folders as lists of objects, and names of one object. */
#include "file_fixture.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault_alloc.h"

/* The names that a pattern stands for, without the prefix, each with a blank. */
static const char *expand(const char *prefix, const char *pattern)
{
    static char text[2048];
    char url[1024];
    const char *patterns[] = {url};
    char **names = NULL;
    size_t size = 0, used = 0;
    snprintf(url, sizeof(url), "%s%s", prefix, pattern);
    if (quire_file_expand(patterns, 1, &names, &size, NULL) != 0) return NULL;
    text[0] = '\0';
    for (size_t i = 0; i < size; i++) {
        assert_true(strncmp(names[i], prefix, strlen(prefix)) == 0);
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, "%s ", names[i] + strlen(prefix));
    }
    quire_names_free(names, size);
    return text;
}

static void put_files(const char *prefix)
{
    static const char *const names[] = {"b.csv", "a.csv", "c.jsonl.gz", "note.txt", "sub/d.csv"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char url[1024];
        snprintf(url, sizeof(url), "%s%s", prefix, names[i]);
        assert_int_equal(test_put(url, "x\n", NULL, NULL, NULL), 0);
    }
}

static void expect_expansions(const char *prefix)
{
    put_files(prefix);
    assert_string_equal(expand(prefix, "*.csv"), "a.csv b.csv ");
    assert_string_equal(expand(prefix, "[ab].csv"), "a.csv b.csv ");
    assert_string_equal(expand(prefix, "?.jsonl.gz"), "c.jsonl.gz ");
    assert_string_equal(expand(prefix, "sub/*"), "sub/d.csv ");
    assert_string_equal(expand(prefix, ""), "a.csv b.csv c.jsonl.gz ");
    assert_string_equal(expand(prefix, "sub"), "sub/d.csv ");
    assert_string_equal(expand(prefix, "note.txt"), "note.txt ");
    assert_string_equal(expand(prefix, "missing.csv"), "missing.csv ");
    assert_null(expand(prefix, "*.parquet"));
}

static void test_expands_over_memory(void **state)
{
    (void)state;
    expect_expansions("mem://names/in/");
}

static void test_expands_over_files(void **state)
{
    char prefix[512];
    snprintf(prefix, sizeof(prefix), "%s/", (const char *)*state);
    expect_expansions(prefix);
    snprintf(prefix, sizeof(prefix), "file://%s/", (const char *)*state);
    expect_expansions(prefix);
}

static void test_a_name_with_a_star_is_itself_when_it_is_there(void **state)
{
    char prefix[512];
    snprintf(prefix, sizeof(prefix), "%s/", (const char *)*state);
    scratch_write(scratch_path(*state, "*.csv"), "x\n");
    scratch_write(scratch_path(*state, "a.csv"), "x\n");
    assert_string_equal(expand(prefix, "*.csv"), "*.csv ");
    assert_string_equal(expand("", "-"), "- ");
}

static void test_nothing_found_names_the_pattern(void **state)
{
    const char *pattern = scratch_path(*state, "*.csv");
    struct quire_error error = {0};
    char **names = NULL;
    size_t size = 0;
    assert_int_equal(quire_file_expand(&pattern, 1, &names, &size, &error), QUIRE_NOT_FOUND);
    assert_string_equal(error.path, pattern);
    assert_null(names);
    const char *folder = *state; /* it has no files */
    assert_int_equal(quire_file_expand(&folder, 1, &names, &size, &error), QUIRE_NOT_FOUND);
    assert_string_equal(error.path, folder);
}

static void test_expansion_without_memory(void **state)
{
    const char *patterns[] = {scratch_path(*state, "*.csv"), "plain.csv"};
    char prefix[512];
    snprintf(prefix, sizeof(prefix), "%s/", (const char *)*state);
    put_files(prefix);
    for (int64_t n = 1;; n++) {
        char **names = NULL;
        size_t size = 0;
        fault_alloc_arm(n);
        int code = quire_file_expand(patterns, 2, &names, &size, NULL);
        quire_names_free(names, size);
        bool fired = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        if (code == 0)
            assert_int_equal(size, 3);
        else
            assert_int_equal(code, QUIRE_MEMORY);
        if (!fired) break;
    }
}

static void test_same(void **state)
{
    const char *path = scratch_path(*state, "x.csv"), *soft = scratch_path(*state, "link.csv");
    const char *hard = scratch_path(*state, "hard.csv"), *other = scratch_path(*state, "y.csv");
    char url[1100], around[1100];
    scratch_write(path, "a\n1\n");
    scratch_write(other, "a\n1\n");
    assert_int_equal(symlink("x.csv", soft), 0);
    assert_int_equal(link(path, hard), 0);
    snprintf(url, sizeof(url), "file://%s", path);
    snprintf(around, sizeof(around), "%s/../%s/x.csv", (const char *)*state,
             strrchr(*state, '/') + 1);
    assert_true(quire_file_same(path, path));
    assert_true(quire_file_same(path, soft));
    assert_true(quire_file_same(path, hard));
    assert_true(quire_file_same(url, soft));
    assert_true(quire_file_same(path, around));
    assert_false(quire_file_same(path, other));
    assert_false(quire_file_same(path, scratch_path(*state, "missing")));
    assert_false(quire_file_same("-", "-"));
    assert_false(quire_file_same(path, "mem://names/x.csv"));
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expands_over_memory),
        IN_SCRATCH(test_expands_over_files),
        IN_SCRATCH(test_a_name_with_a_star_is_itself_when_it_is_there),
        IN_SCRATCH(test_nothing_found_names_the_pattern),
        IN_SCRATCH(test_expansion_without_memory),
        IN_SCRATCH(test_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
